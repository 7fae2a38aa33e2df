"""`setup/odoo ARGS…`: Odoo's own command line with this checkout's add-ons, packages and database server."""

import signal
import sys

from foreground import run_foreground
from workbench import Workbench


def main() -> int:
    bench = Workbench.from_environment()
    with bench.postgres:
        command = [sys.executable, "-m", "odoo", *sys.argv[1:]]
        return run_foreground(command, environment=bench.environment(), stop_signal=signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
