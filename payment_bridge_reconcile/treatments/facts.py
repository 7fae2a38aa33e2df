"""What several ways ask about a row and the payment that it may stand for."""

from __future__ import annotations

from odoo.addons.payment_bridge.models.payment_bridge_instruction import INCOMING

MOVED = ("succeeded", "returned")
KIND_OF = {"pay_out": "pay_out", "refund": "refund", "collect": "collection", "charge": "collection"}
"""The kind of row that stands for the instruction itself."""


def order_of(difference, asked):
    """The payment that is meant: the one that was chosen, that the row names, or that looks most alike."""
    return asked.instruction or difference.instruction_id or difference.similar_id


def leg_of(line, order) -> str:
    """Which movement of ``order`` the row can stand for: ``payment``, ``return``, or none ("")."""
    comes_in = line.amount > 0
    if line.kind in ("fee", "chargeback", "withdrawal"):
        return ""
    if (order.operation in INCOMING) == comes_in:
        return "payment"
    return "return" if comes_in and order.operation == "pay_out" else ""


def order_refusal(line, order) -> str:
    """Why the row cannot stand for ``order``, whatever the amounts; empty when it can."""
    env = line.env
    if not order:
        return env._("No payment is known that the row could stand for.")
    if order.channel_id != line.channel_id or order.currency_id != line.currency_id:
        return env._("%s is of another channel or currency.", order.key)
    leg = leg_of(line, order)
    if not leg:
        return env._("The row moves its money the other way than %s.", order.key)
    if order.state not in MOVED or leg == "return" and order.state != "returned":
        return env._(
            "%(key)s reads %(state)s here. Ask the platform: its answer decides, not the statement alone.",
            key=order.key,
            state=order._say_state(order.state),
        )
    if not order.payment_id or leg == "return" and not order.payment_id.sudo().bridge_reversal_id:
        return env._("The entry of %s is not in the books yet.", order.key)
    if taken_by(line, order):
        return env._("Another row stands for %s already. If it was paid twice, the platform has to answer.", order.key)
    return ""


def taken_by(line, order):
    """The rows that stand for the same movement of ``order`` already."""
    rows = line.sudo().search(
        [
            ("instruction_id", "=", order.id),
            ("kind", "not in", ("fee", "chargeback")),
            ("match_pass", "!=", "chargeback"),
            ("id", "!=", line.id),
            ("amount", ">" if line.amount > 0 else "<", 0),
        ]
    )
    shares = line.env["payment.bridge.statement.share"].sudo().search([("instruction_id", "=", order.id)])
    return rows | shares.line_id


def open_row_refusal(difference) -> str:
    """Why nothing can be decided about a row here; empty when something can."""
    line = difference.line_id
    if not line:
        return difference.env._("There is no row: only the platform can say what became of the payment.")
    if line.state != "unmatched":
        return difference.env._("The row is explained already.")
    if not line.statement_id.covers_balance:
        return difference.env._("The row is for information: it does not move the balance.")
    return ""


def account_refusal(difference, account) -> str:
    """Why nothing can be written off to ``account``; empty when it can."""
    env, company = difference.env, difference.company_id
    account = account.sudo()
    if not account:
        return env._("%s has no account for write-offs. Choose one.", difference.channel_id.name)
    if not account.filtered_domain(account._check_company_domain(company)):
        return env._("Choose an account of %s.", company.name)
    if account.account_type in ("asset_receivable", "liability_payable", "asset_cash", "liability_credit_card"):
        return env._("%s holds claims or money: what is lost belongs to an expense or income.", account.display_name)
    return ""


def rest_of(line, order) -> float:
    """By how much the row shows less than the payment, before the platform's fee; more is negative."""
    return line.currency_id.round(order.amount - abs(line.gross))


def matched_values(line, order, match_pass, **more) -> dict:
    """A row that stands for ``order``, as fields."""
    return {
        "state": "matched",
        "match_pass": match_pass,
        "instruction_id": order.id,
        "payment_id": order.payment_id.id,
        **more,
    }


def pair_evidence(line, order) -> dict:
    """Both sides of a match, as plain values."""
    return {
        "entry": line.entry_reference,
        "row_amount": f"{line.gross:.2f}",
        "key": order.key,
        "ordered": f"{order.amount:.2f}",
        "rest": f"{rest_of(line, order):.2f}",
    }
