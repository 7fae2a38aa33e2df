"""OCA's `account_reconcile_oca` and the suite in one database."""

from __future__ import annotations

from pathlib import Path

from .conftest import Beside

RECONCILING = Path(__file__).with_name("reconciling.py")


def test_postings_and_oca_leave_each_other_s_entries_alone(beside: Beside) -> None:
    beside.run(
        *("-m", "pytest", f"--odoo-database={beside.database}", f"--odoo-addons-path={beside.addons_path}"),
        *(f"--odoo-config={beside.bench.environment()['ODOO_RC']}", str(RECONCILING)),
    )
