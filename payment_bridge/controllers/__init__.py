from . import notification
from . import trail
