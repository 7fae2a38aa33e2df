"""Four processes write at once while a fifth seals: the chain has every event that was kept, and no gap."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from faults.world import assert_chain
from workbench import Workbench

from .conftest import ROOT
from .workers import workers

PROCESSES, EVENTS, UNDONE = 4, 150, 20
SEALERS = 2
PATIENCE = 600  # seconds; six Odoo processes start on whatever machine this is
SEAL = """
import sys
from faults.company import in_odoo
def seal(env):
    events = env["payment.bridge.audit.event"]
    while events.search_count([("event", "=", "trail.tried"), ("position", "!=", False)]) < int(sys.argv[2]):
        events._cron_seal()
        env.cr.commit()
        env.invalidate_all()
in_odoo(sys.argv[1], seal)
"""


def test_four_processes_leave_no_gap() -> None:
    bench = Workbench.from_environment()
    with bench.postgres, bench.databases.run_copy(bench.databases.addons_template(), "trail") as database:
        path = f"{ROOT / 'tests'}{os.pathsep}{ROOT / 'setup' / 'lib'}"
        environment = bench.environment() | {"PYTHONPATH": f"{path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
        command = [sys.executable, "-c", SEAL, database, str(PROCESSES * EVENTS)]
        with workers(PROCESSES, database, environment) as team:
            sealers = [subprocess.Popen(command, env=environment) for _number in range(SEALERS)]
            team.order(f"record {EVENTS} {UNDONE}")
            team.wait()
            assert [sealer.wait(PATIENCE) for sealer in sealers] == [0] * SEALERS
        with bench.databases.cursor(database) as cursor:
            cursor.execute(
                "SELECT company_id, position, previous_hash, hash, content FROM payment_bridge_audit_event"
                " ORDER BY company_id, position"
            )
            rows = cursor.fetchall()
    chains: dict[int, list[tuple[int, str, str, str]]] = {}
    for company_id, *link in rows:
        chains.setdefault(company_id, []).append(tuple(link))
    for chain in chains.values():
        assert_chain(chain)
    keys = [json.loads(row[-1])["details"].get("key") for row in rows]
    tried = [key for key in keys if key]
    assert len(tried) == len(set(tried)) == PROCESSES * EVENTS
