from . import payment_dossier
from . import aml_case
