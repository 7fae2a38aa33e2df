from . import notification
from . import pay_page
from . import trail
