"""Booking a row as the chargeback of a collection, or as one that was won."""

from odoo.addons.payment_bridge.models.payment_bridge_instruction import INCOMING

from .base import Way, register
from .facts import open_row_refusal, order_of


@register
class Chargeback(Way):
    """Money out: the customer's bank took a collection back. Money in: the dispute was won. What the customer then owes
    follows the channel's setting; a fee inside the row is booked as a fee of chargebacks."""

    code = "chargeback"
    may_have = frozenset({"note", "instruction"})
    keeps_closed = True

    def refusal(self, difference, asked):
        if problem := open_row_refusal(difference):
            return problem
        env, line, order = difference.env, difference.line_id, order_of(difference, asked).sudo()
        if line.kind not in ("chargeback", "adjustment", "refund"):
            return env._("The platform does not call this row a chargeback.")
        if not order or order.operation not in INCOMING:
            return env._("No collection is known that the row could take back.")
        if order.channel_id != line.channel_id or order.currency_id != line.currency_id:
            return env._("%s is of another channel or currency.", order.key)
        if order.payment_id.move_id.state != "posted":
            return env._("The receipt of %s is not in the books.", order.key)
        if difference.currency_id.compare_amounts(abs(line.gross), order.amount) > 0:
            return env._("More was taken than %s had brought.", order.key)
        if line.amount > 0 and not self._as_if(difference, asked).sudo()._open_chargeback():
            return env._("No chargeback of %s over this amount is in the books.", order.key)
        return ""

    def fitness(self, difference):
        return 95 if difference.line_id.kind == "chargeback" else 10

    def row_values(self, difference, asked):
        order = order_of(difference, asked)
        return {
            "state": "matched",
            "match_pass": "chargeback",
            "found_by": "hand",
            "instruction_id": order.id,
            "payment_id": order.payment_id.id,
            "note": asked.note or False,
        }

    def evidence(self, difference, asked):
        order = order_of(difference, asked)
        line = difference.line_id
        return {"entry": line.entry_reference, "row_amount": f"{line.gross:.2f}", "key": order.key}

    def _as_if(self, difference, asked):
        return difference.line_id._as_if(payment_id=order_of(difference, asked).sudo().payment_id.id)
