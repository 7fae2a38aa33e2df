"""Run one function of `demo_data.py` inside Odoo:  demo_prepare.py DATABASE FUNCTION ARGUMENTS…

The function is called as `function(env, *arguments)` with the superuser's environment, and what it did is committed.
A function that `demo_data.py` does not have is skipped.
"""

import importlib.util
import os
import sys

import odoo.api
import odoo.modules.registry
from odoo.tools import config


def main(database: str, function: str, *arguments: str) -> None:
    if not importlib.util.find_spec("demo_data"):
        return
    config.parse_config(["-c", os.environ["ODOO_RC"], "-d", database, "--log-level=warn"])
    registry = odoo.modules.registry.Registry(database)
    # After the registry: the module may import from the add-ons.
    import demo_data

    if not hasattr(demo_data, function):
        return
    with registry.cursor() as cursor:
        env = odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {})
        getattr(demo_data, function)(env, *arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
