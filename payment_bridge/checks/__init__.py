"""The checks that a payment passes before money moves, each in a file of its own."""

from . import base
from . import three_way
from . import duplicate
from . import account_changed
from . import account_new
from . import account_shared
from . import account_name
from . import account_number
from . import limit_payment
from . import limit_run
from . import limit_day
from . import limit_payee
from . import limit_channel
from . import limit_clerk
from . import splitting
from . import look_alike
from . import screening
from . import aml_large_value
from . import aml_structuring
from . import aml_round_trip
from . import aml_dormant
