"""Large files of two accounts that wait for the workers.

Runs inside Odoo:  python -m faults.running DATABASE ROWS
"""

from __future__ import annotations

import sys
from typing import Any

from .company import in_odoo

LAYOUT = {
    "column_time": "Date",
    "amounts": "signed",
    "column_amount": "Amount",
    "column_reference": "Reference",
    "column_summary": "Details",
}
ACCOUNTS = ("6222000001", "6222000002")


def start(env: Any, rows: str) -> None:
    """One file of so many rows for each account, given to the workers by a clerk."""
    clerk = env["res.users"].search([("login", "=", "english")])
    runs = env(user=clerk.id)["payment.bridge.run"]
    content = "\n".join(
        ["Date,Reference,Amount,Details"]
        + [f"2026-01-15 09:30:11,R{number},{number}.00,Invoice {number}" for number in range(1, int(rows) + 1)]
    ).encode()
    for account in ACCOUNTS:
        channel = make_channel(env, clerk.company_id, account)
        kind = channel._statement_kind("account")
        runs._start_import(channel.with_env(runs.env), content, f"{account}.csv", kind, correct=False)


def make_channel(env: Any, company: Any, account: str) -> Any:
    """An active channel of an account whose statement is a file."""
    channel = env["payment.bridge.channel"].create(
        {
            "name": account,
            "connector_code": "account_file",
            "company_id": company.id,
            "currency_id": company.currency_id.id,
        }
    )
    channel._set_up_accounts()
    values = {**LAYOUT, "account_number": account}
    for credential in channel.credential_ids.filtered(lambda one: one.name in values):
        credential.value = values[credential.name]
    channel.action_activate()
    return channel


if __name__ == "__main__":
    in_odoo(sys.argv[1], lambda env: start(env, sys.argv[2]))
