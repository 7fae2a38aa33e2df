from . import account_payment_register
from . import account_verify
from . import channel_setup
from . import charge
from . import collect
from . import credential_entry
from . import refund_entry
from . import screening_load
