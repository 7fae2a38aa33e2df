"""``odoo payment_bridge_rotate -d DATABASE``: encrypt every secret anew under the current master key."""

import sys

import odoo.api
from odoo.cli import Command
from odoo.modules.registry import Registry
from odoo.tools import config


class PaymentBridgeRotate(Command):
    """Encrypt the secrets of payment channels anew under the current master key.

    Set the new key as PAYMENT_BRIDGE_MASTER_KEY and the old one as PAYMENT_BRIDGE_PREVIOUS_MASTER_KEYS,
    run this on each database, then forget the old key.
    """

    name = "payment_bridge_rotate"

    def run(self, args):
        """Rotate in the databases of ``-d`` (comma separated)."""
        config.parse_config(args, setup_logging=True)
        databases = config["db_name"]
        if not databases:
            sys.exit("Name the database with -d.")
        for database in databases:
            with Registry(database).cursor() as cr:
                env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
                count = env["payment.bridge.credential"]._rotate()
            sys.stdout.write(f"{database}: {count} secrets are under the current master key now\n")
