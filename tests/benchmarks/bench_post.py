"""Posting: transactions a second from matched statement rows to reconciled payments, against Odoo's own naive way.

Ours is the real posting run (`payment.bridge.statement._post`) in each of the channel's ways: one entry a day with an
item for each row (the default), one entry for each row, and a daily summary. The floor is what Odoo Community offers a
person or a simple script: create the bank statement lines, replace the suspense item of each with the payment's
outstanding account and the fee, and call `reconcile()` pair by pair.

All of them post the same rows, with their fees, each on its own copy of the same database, and must leave the same
balance on every account and every payment matched. Then our ways post twenty times as many, to see how they grow.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from faults.company import in_odoo
from workbench import Workbench

SEEDS = 50
LINES = 1_000
GROWN = 20_000
WARM_UP = 5
VENDORS = 10
DAY = date(2026, 3, 10)
FEE = Decimal("0.60")
MODES = {"settlement": 12, "per_line": 4, "daily_summary": 200}
"""Our ways, and how many times as fast as the naive one each has to be."""
ROUNDS = {"naive": 1, "settlement": 3, "per_line": 1, "daily_summary": 3}
CLONED = ("account_move", "account_payment", "account_move_line", "payment_bridge_instruction")


@dataclass(frozen=True)
class Result:
    """Seconds, and what was left: the balance of each account, the payments matched, the items still open."""

    seconds: float
    balances: dict[str, float]
    matched: int
    still_open: int


# -- the company ----------------------------------------------------------------


def register_platform() -> None:
    """A platform that takes every order, for this process."""
    from odoo.addons.payment_bridge.connector import registry
    from odoo.addons.payment_bridge.connector.base import Connector
    from odoo.addons.payment_bridge.connector.declarations import Capabilities, PayeeKind, StatementKind
    from odoo.addons.payment_bridge.connector.types import Bilingual, Operation

    class BenchConnector(Connector):
        """Knows how to be asked, and is never asked here."""

        code = "bench"
        label = Bilingual("Bench", "测试")
        capabilities = Capabilities(
            operations=frozenset({Operation.PAY_OUT, Operation.STATEMENT}),
            currencies=frozenset({"CNY"}),
            payee_kinds=(PayeeKind("bench", Bilingual("Bench", "测试"), Bilingual("Account", "账号")),),
            statement_kinds=(StatementKind("account", Bilingual("Account", "账务"), covers_balance=True),),
        )

        def check_pay_out(self, order: object) -> None:
            """Any order will do."""

    registry.register(BenchConnector)


def load(env: Any) -> None:
    """A channel, and the first of the payments that the platform has made."""
    register_platform()
    company = env.company
    channel = env["payment.bridge.channel"].create(
        {"name": "Bench", "connector_code": "bench", "currency_id": company.currency_id.id, "statements_from": DAY}
    )
    channel._set_up_accounts()
    channel.state = "active"
    vendors = env["res.partner"].create([{"name": f"Vendor {number}"} for number in range(VENDORS)])
    accounts = env["res.partner.bank"].create(
        [{"partner_id": vendor.id, "acc_number": f"V{vendor.id}", "bridge_payee_kind": "bench"} for vendor in vendors]
    )
    accounts.allow_out_payment = True
    method = channel.journal_id._bridge_method_line("outbound")
    payments = env["account.payment"].create(
        [
            {
                "payment_type": "outbound",
                "partner_type": "supplier",
                "partner_id": vendors[number % VENDORS].id,
                "partner_bank_id": accounts[number % VENDORS].id,
                "journal_id": channel.journal_id.id,
                "payment_method_line_id": method.id,
                "amount": 100 + number / 100,
                "date": DAY,
            }
            for number in range(SEEDS)
        ]
    )
    payments.action_post()
    env.flush_all()
    env.cr.execute("UPDATE payment_bridge_instruction SET state = 'succeeded', executed_at = %s", (f"{DAY} 03:00:00",))
    env.cr.execute("UPDATE account_payment SET bridge_state = 'succeeded' WHERE bridge_instruction_id IS NOT NULL")
    multiply(env, LINES // SEEDS)


def multiply(env: Any, times: int) -> None:
    """Copies of the payments, made in the database, until there are so many times as many, and their statement."""
    register_platform()
    cr = env.cr
    cr.execute("DELETE FROM payment_bridge_statement_line")
    cr.execute("DELETE FROM payment_bridge_statement")
    # Ids of all copied tables are raised by the same step, so that the links between copies hold.
    cr.execute(" UNION ALL ".join(f"SELECT max(id) FROM {table}" for table in CLONED))
    step = max(row[0] for row in cr.fetchall()) + 1
    links = {
        "account_move": ("origin_payment_id",),
        "account_payment": ("move_id", "bridge_instruction_id"),
        "account_move_line": ("move_id", "payment_id"),
        "payment_bridge_instruction": ("payment_id",),
    }
    unique = {"account_move": ("name",), "payment_bridge_instruction": ("key",), "account_payment": ("name",)}
    of_payments = {
        "account_move": "origin_payment_id IS NOT NULL",
        "account_payment": "bridge_instruction_id IS NOT NULL",
        "account_move_line": "move_id IN (SELECT move_id FROM account_payment WHERE bridge_instruction_id IS NOT NULL)",
        "payment_bridge_instruction": "TRUE",
    }
    cr.execute("SET CONSTRAINTS ALL DEFERRED")
    cr.execute("SET session_replication_role = replica")
    for table in CLONED:
        cr.execute(
            """
            SELECT column_name FROM information_schema.columns
             WHERE table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position
            """,
            (table,),
        )
        columns = [row[0] for row in cr.fetchall()]
        chosen = [
            f"{column} + n * {step}"
            if column == "id" or column in links[table]
            else f"{column} || '-{step}-' || n"
            if column in unique.get(table, ())
            else f'"{column}"'
            for column in columns
        ]
        names = ", ".join(f'"{column}"' for column in columns)
        cr.execute(
            f"INSERT INTO {table} ({names}) SELECT {', '.join(chosen)} FROM {table}, generate_series(1, {times - 1}) n"
            f" WHERE {of_payments[table]} AND id < {step}"
        )
        cr.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
    cr.execute("SET session_replication_role = DEFAULT")
    env.invalidate_all(flush=False)
    add_statement(env)


def add_statement(env: Any) -> None:
    """The platform's statement of these payments, each with its fee, matched by the engine."""
    channel = env["payment.bridge.channel"].search([("connector_code", "=", "bench")])
    statement = env["payment.bridge.statement"].create(
        {
            "channel_id": channel.id,
            "kind": "account",
            "covers_balance": True,
            "first_day": DAY,
            "last_day": DAY,
            "zone": "Asia/Shanghai",
            "state": "loaded",
        }
    )
    env.flush_all()
    env.cr.execute(
        """
        INSERT INTO payment_bridge_statement_line
               (statement_id, channel_id, company_id, currency_id, statement_kind, row, kind, entry_reference, amount,
                gross, fee, occurred_at, settled_on, key, state)
        SELECT %s, channel_id, company_id, currency_id, 'account', row_number() OVER (ORDER BY id), 'pay_out',
               'E' || id, -amount - %s, -amount, %s, executed_at, %s, key, 'unmatched'
          FROM payment_bridge_instruction
        """,
        (statement.id, FEE, FEE, DAY),
    )
    env.cr.execute("ANALYZE")
    env.invalidate_all()
    channel._match_lines()
    unmatched = env["payment.bridge.statement.line"].search_count([("state", "!=", "matched")])
    assert not unmatched, f"{unmatched} rows are not matched"


# -- the ways -------------------------------------------------------------------


def post_naively(env: Any) -> None:
    """As a person with Odoo Community would, or a script that does the same."""
    from odoo import Command

    channel = env["payment.bridge.channel"].search([("connector_code", "=", "bench")])
    rows = env["payment.bridge.statement.line"].search([("state", "=", "matched")], order="row")
    lines = env["account.bank.statement.line"].create(
        [
            {
                "journal_id": channel.journal_id.id,
                "date": row.settled_on,
                "payment_ref": row.payment_id.name,
                "partner_id": row.payment_id.partner_id.id,
                "amount": row.amount,
            }
            for row in rows
        ]
    )
    for row, line in zip(rows, lines, strict=True):
        payment = row.payment_id
        outstanding = payment.outstanding_account_id
        _liquidity, suspense, _other = line._seek_for_lines()
        line.move_id.with_context(skip_readonly_check=True, force_delete=True).write(
            {
                "line_ids": [
                    Command.update(
                        suspense.id,
                        {"account_id": outstanding.id, "amount_currency": payment.amount, "balance": payment.amount},
                    ),
                    Command.create(
                        {
                            "account_id": channel.fee_account_id.id,
                            "name": "fee",
                            "amount_currency": float(FEE),
                            "balance": float(FEE),
                        }
                    ),
                ]
            }
        )
        items = (payment.move_id + line.move_id).line_ids
        items.filtered_domain([("account_id", "=", outstanding.id)]).reconcile()


def post_ours(env: Any) -> None:
    """Our posting run, in the way that the channel is set to."""
    env["payment.bridge.statement"].search([])._post()


def warm_up(env: Any, way: Callable[[Any], None]) -> None:
    """Post a few of the rows and take that back: what a server does once after its start is not measured."""
    env.cr.execute("UPDATE payment_bridge_statement_line SET state = 'ignored' WHERE row > %s", (WARM_UP,))
    env.invalidate_all()
    way(env)
    env.flush_all()
    env.cr.rollback()
    env.invalidate_all()


def measure(env: Any, mode: str, results: list[Result]) -> None:
    """Post in one way, from an empty cache to the commit."""
    register_platform()
    way = post_ours if mode in MODES else post_naively
    if mode in MODES:
        env["payment.bridge.channel"].search([("connector_code", "=", "bench")]).posting_mode = mode
    env.cr.commit()
    warm_up(env, way)
    started = time.perf_counter()
    way(env)
    env.flush_all()
    env.cr.commit()
    spent = time.perf_counter() - started
    env.cr.execute(
        """
        SELECT account_id, sum(balance) FROM account_move_line WHERE parent_state = 'posted'
         GROUP BY account_id ORDER BY account_id
        """
    )
    balances = {str(account): round(float(balance), 2) for account, balance in env.cr.fetchall()}
    env.cr.execute("SELECT count(*) FROM account_payment WHERE is_matched AND state = 'paid'")
    ((matched,),) = env.cr.fetchall()
    env.cr.execute(
        """
        SELECT count(*) FROM account_move_line
         WHERE account_id IN (SELECT outstanding_account_id FROM account_payment) AND NOT reconciled
        """
    )
    ((still_open,),) = env.cr.fetchall()
    results.append(Result(spent, balances, matched, still_open))


def run(bench: Workbench, template: str, name: str, count: int) -> Result:
    """One way on a fresh copy; tells its speed."""
    results: list[Result] = []
    with bench.databases.run_copy(template, "round") as database:
        in_odoo(database, lambda env: measure(env, name, results))
        close_connections()
    (result,) = results
    assert result.matched == count, f"{name}: {result.matched} of {count} payments are matched"
    assert not result.still_open, f"{name}: {result.still_open} items are open"
    print(
        f"{name:14} {count:6} rows  {result.seconds:8.2f} s  {1000 * result.seconds / count:7.2f} ms a row", flush=True
    )
    return result


def close_connections() -> None:
    """Let go of a database, so that it can be copied or dropped."""
    import odoo.sql_db

    odoo.sql_db.close_all()


def fastest(bench: Workbench, template: str, name: str) -> Result:
    """The fastest of this way's rounds: what it takes when nothing else is in the way."""
    return min((run(bench, template, name, LINES) for _ in range(ROUNDS[name])), key=lambda result: result.seconds)


def main() -> None:
    bench = Workbench.from_environment()
    os.environ.update(bench.environment())
    base = os.environ["PB_TEMPLATE_DB"]
    with bench.databases.run_copy(base, "small") as template:
        print(f"making {LINES} payments …", flush=True)
        in_odoo(template, load)
        close_connections()
        naive = fastest(bench, template, "naive")
        ours = {mode: fastest(bench, template, mode) for mode in MODES}
        for mode, result in ours.items():
            assert result.balances == naive.balances, f"{mode}: {result.balances}, not {naive.balances}"
        print(f"the balances are the same; now {GROWN} rows", flush=True)
        in_odoo(template, lambda env: multiply(env, GROWN // LINES))
        close_connections()
        grown = {mode: run(bench, template, mode, GROWN) for mode in MODES}
    ratios = {mode: round(naive.seconds / result.seconds, 1) for mode, result in ours.items()}
    figures = {
        "name": "post",
        "ours": round(LINES / ours["settlement"].seconds, 1),
        "floor": round(LINES / naive.seconds, 1),
        "ratio": ratios["settlement"],
        "unit": "transactions/s",
        "target": MODES["settlement"],
        "ratios": ratios,
        "targets": MODES,
        "ms_per_row": {
            "naive": round(1000 * naive.seconds / LINES, 2),
            **{mode: round(1000 * result.seconds / LINES, 3) for mode, result in ours.items()},
        },
        "rows": LINES,
        "rows_grown": GROWN,
        "times_as_long": {mode: round(grown[mode].seconds / ours[mode].seconds, 1) for mode in MODES},
        "how": (
            f"{LINES} payments with a fee in each row, already matched; ours: one posting run from plan to commit;"
            " floor: bank statement lines created in one call, suspense replaced and reconcile() called line by line;"
            " each on its own copy of one database, the same balances asserted; the fastest of"
            f" {ROUNDS['settlement']} rounds for the two fast ways, one round for the others"
        ),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    sys.exit(main())
