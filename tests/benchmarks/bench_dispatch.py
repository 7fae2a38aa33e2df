"""Sending: instructions a second from the outbox to their recorded results, against bare signed calls.

Ours is the real dispatcher (`payment.bridge.instruction._cron_dispatch`): claim and commit, sign, send, verify, record
and book in further transactions. The floor is a thread pool of the same size that makes the same number of the same
signed calls with the same connector and does nothing with the answers. Both talk to the sandbox over HTTP, which takes
100 ms for an answer, and take turns within one process.

The outbox is filled once through Odoo's own register-payment wizard, one payment for each bill. Each round sends a
fresh copy of that database, with new numbers, so that every round places new orders and clears real bills.
"""

from __future__ import annotations

import dataclasses
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from faults import stage
from faults.company import in_odoo
from workbench import Workbench

INSTRUCTIONS = 240
VENDORS = 12
LATENCY_MS = 100
ROUNDS = 5
CONCURRENCY = 8  # payment.bridge.channel.max_concurrency, its default
WIDE = 16
WIDE_ROUNDS = 3


@dataclasses.dataclass(frozen=True)
class Round:
    """Both speeds of one round, in instructions a second."""

    ours: float
    floor: float


def add_bills(env: Any) -> None:
    """Give the vendors as many open bills as there shall be instructions."""
    vendors = env["res.partner"].search([("name", "=like", "供应商 %")])
    bills = env["account.move"].create(
        [
            {
                "move_type": "in_invoice",
                "partner_id": vendors[number % len(vendors)].id,
                "invoice_date": "2026-01-01",
                "ref": f"BENCH-{number}",
                "invoice_line_ids": [(0, 0, {"name": "goods", "price_unit": 10 + number / 100, "tax_ids": []})],
            }
            for number in range(INSTRUCTIONS)
        ]
    )
    bills.action_post()


def fill_outbox(env: Any) -> None:
    """Pay all of these bills through the wizard, as the clerk."""
    env = env(user=env["res.users"].search([("login", "=", "english")]).id)
    bills = env["account.move"].search([("ref", "=like", "BENCH-%")])
    journal = env["payment.bridge.channel"].search([], limit=1).journal_id
    wizard = env["account.payment.register"].with_context(active_model="account.move", active_ids=bills.ids)
    wizard.create(
        {
            "journal_id": journal.id,
            "payment_method_line_id": journal._bridge_method_line("outbound").id,
            "group_payment": False,
        }
    ).action_create_payments()


def seconds(action: Callable[[], object]) -> float:
    """How long something takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def measure(env: Any, number: int, concurrency: int) -> Round:
    """One round; who goes first alternates."""
    env.cr.execute("UPDATE payment_bridge_channel SET max_concurrency = %s", (concurrency,))
    env.cr.execute("UPDATE payment_bridge_instruction SET key = %s || key", (f"C{concurrency}R{number}N",))
    env.cr.commit()
    env.invalidate_all()
    instructions = env["payment.bridge.instruction"]
    channel = env["payment.bridge.channel"].search([], limit=1)
    connector = channel._connector()
    now = env.cr.now()
    orders = [
        dataclasses.replace(one._order_for(now), key=f"FLOOR{one.key}"[:64])
        for one in instructions.search([("state", "=", "queued")])
    ]
    assert len(orders) == INSTRUCTIONS, len(orders)
    warm_up(connector, concurrency)
    spent: dict[str, float] = {}

    def floor() -> None:
        with ThreadPoolExecutor(concurrency) as pool:
            list(pool.map(connector.pay_out, orders))

    def ours() -> None:
        instructions._cron_dispatch()

    for name, action in sorted({"ours": ours, "floor": floor}.items(), reverse=bool(number % 2)):
        spent[name] = seconds(action)
    succeeded = instructions.search_count([("state", "=", "succeeded")])
    assert succeeded == INSTRUCTIONS, f"only {succeeded} of {INSTRUCTIONS} succeeded"
    return Round(INSTRUCTIONS / spent["ours"], INSTRUCTIONS / spent["floor"])


def warm_up(connector: Any, concurrency: int) -> None:
    """Open the connections that both will use."""
    with ThreadPoolExecutor(concurrency) as pool:
        list(pool.map(lambda _: connector.balance(), range(concurrency)))


def run(bench: Workbench, outbox: str, concurrency: int, rounds: int) -> list[Round]:
    """So many rounds, each on a copy of the database with the full outbox."""
    results: list[Round] = []
    for number in range(rounds):
        with bench.databases.run_copy(outbox, "round") as database:
            in_odoo(database, lambda env, number=number: results.append(measure(env, number, concurrency)))
            close_connections()
        print(f"{concurrency} at once, round {number + 1}: {results[-1].ours:.1f} of {results[-1].floor:.1f} a second")
    return results


def close_connections() -> None:
    """Let go of a database, so that it can be copied or dropped."""
    import odoo.sql_db

    odoo.sql_db.close_all()


def summarise(rounds: list[Round]) -> dict[str, Any]:
    """Medians of both speeds, and their ratio."""
    ours = statistics.median(one.ours for one in rounds)
    floor = statistics.median(one.floor for one in rounds)
    return {
        "ours": round(ours, 1),
        "floor": round(floor, 1),
        "ratio": round(ours / floor, 3),
        "ratios": [round(one.ours / one.floor, 3) for one in rounds],
    }


def main() -> None:
    bench = Workbench.from_environment()
    os.environ.update(bench.environment())
    template = stage.company_template(bench, os.environ["PB_TEMPLATE_DB"], "bench", VENDORS)
    with tempfile.TemporaryDirectory() as logs, stage.set_up(bench, template, Path(logs), relayed=False) as made:
        print(f"filling the outbox with {INSTRUCTIONS} payments …", flush=True)
        in_odoo(made.template, add_bills)
        in_odoo(made.template, fill_outbox)
        close_connections()
        made.platform.post("settings", latency_ms=LATENCY_MS, notification_attempts=1)
        usual = run(bench, made.template, CONCURRENCY, ROUNDS)
        wide = run(bench, made.template, WIDE, WIDE_ROUNDS)
    figures = {
        "name": "dispatch",
        **summarise(usual),
        "unit": "instructions/s",
        "target": 0.6,
        "how": (
            f"medians of {ROUNDS} interleaved rounds of {INSTRUCTIONS} payments through a sandbox answering in"
            f" {LATENCY_MS} ms; ours: claim, commit, sign, send, verify, record, book; floor: the same signed calls"
            " with the same connector from a bare thread pool of the same size"
        ),
        "concurrency": CONCURRENCY,
        "instructions": INSTRUCTIONS,
        "latency_ms": LATENCY_MS,
        f"at_{WIDE}": summarise(wide),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    sys.exit(main())
