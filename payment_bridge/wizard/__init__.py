from . import account_payment_register
from . import channel_setup
from . import credential_entry
from . import screening_load
