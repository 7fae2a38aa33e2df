from . import payment_dossier
