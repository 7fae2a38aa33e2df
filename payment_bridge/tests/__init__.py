from . import test_dispatch
from . import test_query
from . import test_reservation
