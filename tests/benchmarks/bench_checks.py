"""Checking: every check on 10,000 drafted payments, in seconds and queries, and how both grow with their number.

Each payment pays a posted bill of an order of its own that has been received, to one of 2,500 vendors with an account
each. All checks are switched on, the limits with amounts, and payees are screened against a list of 2,000 names. The
drafts are copies, row by row in SQL, of one that was made through Odoo; what is measured is
`payment.bridge.check._run`, reading, judging and keeping the results, from a cold cache. Each round checks a quarter, a
half and all of them and is rolled back.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Mapping
from typing import Any

from faults import stage
from faults.company import in_odoo
from workbench import Workbench

PAYMENTS = 10_000
VENDORS = 2_500
SIZES = (PAYMENTS // 4, PAYMENTS // 2, PAYMENTS)
ROUNDS = 3
BASE = 10_000_000  # the first id of the copies
LISTED = 2_000
HUGE = 1e12  # a limit that is computed and never met
LIMITS = ("limit_payment", "limit_run", "limit_day", "limit_payee", "limit_channel", "limit_clerk", "splitting")


def make_pattern(env: Any) -> dict[str, Any]:
    """One vendor, order, bill and draft, made as people make them."""
    import demo_data

    product = env["product.product"].search([("purchase_method", "=", "receive")], limit=1)
    vendor = env["res.partner"].search([("name", "=like", "供应商 %")], limit=1)
    demo_data._make_bill(env, vendor, product, 123.45)
    bill = env["account.move"].search([("partner_id", "=", vendor.id)], order="id desc", limit=1)
    channel = env["payment.bridge.channel"].search([], limit=1)
    payment = env["account.payment"].create(
        {
            "payment_type": "outbound",
            "partner_type": "supplier",
            "partner_id": vendor.id,
            "partner_bank_id": vendor.bank_ids[:1].id,
            "amount": bill.amount_total,
            "journal_id": channel.journal_id.id,
            "payment_method_line_id": channel.journal_id._bridge_method_line("outbound").id,
            "invoice_ids": [(6, 0, bill.ids)],
        }
    )
    order_line = bill.invoice_line_ids.purchase_line_id
    env.flush_all()
    return {
        "vendor": vendor,
        "account": vendor.bank_ids[:1],
        "order": order_line.order_id,
        "order_line": order_line,
        "bill": bill,
        "lines": bill.line_ids,
        "payment": payment,
    }


def copy_rows(env: Any, record: Any, count: int, changes: Mapping[str, str], place: str = "k") -> None:
    """`count` copies of a record's row with ids from `BASE` on; `changes` are SQL over the number `k` of the copy."""
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name != 'id'",
        (record._table,),
    )
    columns = [row[0] for row in env.cr.fetchall()]
    values = [f"({changes[name]})" if name in changes else f'row."{name}"' for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    env.cr.execute(
        f"INSERT INTO {record._table} (id, {names}) SELECT {BASE} + {place}, {', '.join(values)}"
        f" FROM {record._table} row, generate_series(0, {count - 1}) k WHERE row.id = {record.id}"
    )


def make_list(env: Any) -> None:
    """A screening list of names that no vendor has."""
    syllables = ("bar", "dol", "fen", "gur", "hym", "jas", "kip", "lod", "mur", "nex", "pol", "qua", "rit", "sof")
    words = [first + second for first in syllables for second in syllables]
    rows = [f"{k},{words[k % len(words)]} {words[(7 * k + k // len(words)) % len(words)]}" for k in range(LISTED)]
    one = env["payment.bridge.screening.list"].create({"name": "Bench", "format": "own_csv"})
    one._load("bench.csv", "\n".join(["reference,name", *rows]).encode())


def load(env: Any) -> None:
    """Multiply the pattern, and switch every check on."""
    made = make_pattern(env)
    vendor = f"{BASE} + k % {VENDORS}"
    copy_rows(env, made["vendor"], VENDORS, {"commercial_partner_id": f"{BASE} + k", "name": "'Vendor ' || k"})
    account = {
        "partner_id": f"{BASE} + k",
        "acc_number": "'bench' || k || '@vendor.example'",
        "sanitized_acc_number": "'BENCH' || k || 'VENDOREXAMPLE'",
        "acc_holder_name": "'Vendor ' || k",
    }
    copy_rows(env, made["account"], VENDORS, account)
    copy_rows(env, made["order"], PAYMENTS, {"partner_id": vendor, "name": "'BENCH' || k"})
    copy_rows(env, made["order_line"], PAYMENTS, {"order_id": f"{BASE} + k", "partner_id": vendor})
    bill = {
        "partner_id": vendor,
        "commercial_partner_id": vendor,
        "name": "'BENCH/' || k",
        "ref": "'B-' || (k + 111111)",
        "sequence_number": "k",
        "access_token": "NULL",
    }
    copy_rows(env, made["bill"], PAYMENTS, bill)
    lines = made["lines"]
    for number, line in enumerate(lines):
        of_order = {"purchase_line_id": f"{BASE} + k"} if line.purchase_line_id else {}
        copy_rows(
            env,
            line,
            PAYMENTS,
            {"move_id": f"{BASE} + k", "partner_id": vendor, **of_order},
            place=f"k * {len(lines)} + {number}",
        )
    copy_rows(env, made["payment"], PAYMENTS, {"partner_id": vendor, "partner_bank_id": vendor, "name": "NULL"})
    env.cr.execute(
        "INSERT INTO account_move__account_payment (payment_id, invoice_id)"
        f" SELECT {BASE} + k, {BASE} + k FROM generate_series(0, {PAYMENTS - 1}) k"
    )
    env.invalidate_all()
    make_list(env)
    rules = env["payment.bridge.check.rule"]
    rules._ensure_general(env.company)
    rules.search([("code", "in", LIMITS)]).write({"amount": HUGE})
    rules.search([]).write({"mode": "block"})
    env.cr.execute("ANALYZE")
    env.cr.commit()


def measure(env: Any, size: int, shown: bool) -> tuple[float, int]:
    """Seconds and queries for so many payments; the work is undone."""
    env.invalidate_all()
    payments = env["account.payment"].browse(range(BASE, BASE + size))
    queries = env.cr.sql_log_count
    started = time.perf_counter()
    found = env["payment.bridge.check"]._run(payments, "prepared")
    spent = time.perf_counter() - started
    queries = env.cr.sql_log_count - queries
    if len(found) != size or len({len(of_payment) for of_payment in found.values()}) != 1:
        raise SystemExit("not every check ran on every payment")
    if shown:
        print(f"{size} payments: {spent:.1f} s, {queries} queries", flush=True)
    env.cr.rollback()
    env.invalidate_all()
    return spent, queries


def main() -> None:
    bench = Workbench.from_environment()
    os.environ.update(bench.environment())
    template = stage.company_template(bench, os.environ["PB_TEMPLATE_DB"], "bench", 12)
    results: dict[int, list[tuple[float, int]]] = {size: [] for size in SIZES}
    checks = 0

    def rounds(env: Any) -> None:
        nonlocal checks
        checks = len(env["payment.bridge.check.rule"].search([("is_general", "=", True)]))
        measure(env, SIZES[0], shown=False)
        for _round in range(ROUNDS):
            for size in SIZES:
                results[size].append(measure(env, size, shown=True))

    with bench.databases.run_copy(template, "checks") as database:
        print(f"making {PAYMENTS} drafts …", flush=True)
        in_odoo(database, load)
        in_odoo(database, rounds)
        import odoo.sql_db

        odoo.sql_db.close_all()
    seconds = {size: statistics.median(one[0] for one in of_size) for size, of_size in results.items()}
    queries = {size: of_size[-1][1] for size, of_size in results.items()}
    figures = {
        "name": "checks",
        "ours": round(PAYMENTS / seconds[PAYMENTS], 1),
        "unit": "payments/s",
        "seconds": round(seconds[PAYMENTS], 2),
        "queries": queries[PAYMENTS],
        "queries_per_payment": round(queries[PAYMENTS] / PAYMENTS, 4),
        "ms_per_payment": round(1000 * seconds[PAYMENTS] / PAYMENTS, 3),
        "growth": round(seconds[PAYMENTS] / seconds[SIZES[0]] / (PAYMENTS / SIZES[0]), 3),
        "target_growth": 1.25,
        "checks": checks,
        "by_size": {str(size): {"seconds": round(seconds[size], 2), "queries": queries[size]} for size in SIZES},
        "how": (
            f"medians of {ROUNDS} rounds, cold cache, all {checks} checks on, results kept; growth is the time for one"
            f" payment among {PAYMENTS} over that among {SIZES[0]}: 1 is linear"
        ),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    sys.exit(main())
