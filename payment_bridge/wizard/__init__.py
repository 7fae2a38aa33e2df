from . import account_payment_register
from . import channel_setup
from . import credential_entry
