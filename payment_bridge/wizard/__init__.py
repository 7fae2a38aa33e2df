from . import account_payment_register
from . import account_verify
from . import account_payment_register_approval
from . import approve
from . import channel_setup
from . import charge
from . import collect
from . import credential_entry
from . import override_entry
from . import refund_entry
from . import screening_load
from . import personal_data
from . import dialog
from . import dialogs  # last: it extends the others
