"""From money to documents is plain Python: its tests need neither Odoo nor a database."""

import bare_addons

bare_addons.prepare()
