from . import test_audit
from . import test_credential
from . import test_dispatch
from . import test_notification
from . import test_payment_check
from . import test_query
from . import test_reservation
from . import test_tours
