"""`setup/env`: print what a shell needs to work on the suite, or stop the server that it left running."""

import argparse
import shlex

from settings import MASTER_KEY_VARIABLE
from workbench import Workbench


def main() -> None:
    parser = argparse.ArgumentParser(prog="setup/env", description=__doc__)
    parser.add_argument("--stop", action="store_true", help="stop the embedded PostgreSQL server left running")
    parser.add_argument(
        "--durable",
        action="store_const",
        const=True,
        help="the demo's server instead of the tests'",
    )
    arguments = parser.parse_args()
    bench = Workbench.from_environment(durable=arguments.durable)
    if arguments.stop:
        bench.postgres.stop()
        return
    with bench.postgres:
        bench.postgres.keep()
        environment = bench.environment() | {"PB_BASE_DB": bench.databases.base_template()}
    names = (
        "PB_ROOT",
        "PB_CACHE",
        "PB_ODOO_PATH",
        "PB_BASE_DB",
        "PATH",
        "PYTHONPATH",
        "ODOO_RC",
        MASTER_KEY_VARIABLE,
    )
    for name in (*names, *bench.postgres.connection):
        print(f"export {name}={shlex.quote(environment[name])}")


if __name__ == "__main__":
    main()
