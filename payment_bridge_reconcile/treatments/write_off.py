"""Writing a difference off, within what the person may."""

from .base import Way, register
from .facts import account_refusal, matched_values, open_row_refusal, order_of, order_refusal, pair_evidence, rest_of


@register
class WriteOff(Way):
    """The rest between a row and its payment, or a small row that nothing explains, goes to the write-off account.

    Each person has a limit in the company's currency; above it the refusal says who may. Money that left without an
    order is never written off, however small: somebody may be trying whether anybody looks.
    """

    code = "write_off"
    needs = frozenset({"note"})
    may_have = frozenset({"note", "account"})
    keeps_closed = True

    def refusal(self, difference, asked):
        if problem := open_row_refusal(difference):
            return problem
        line, channel = difference.line_id, difference.channel_id.sudo()
        order = self._order(difference, asked)
        if line.kind == "pay_out" and not order:
            return difference.env._(
                "Money left that nobody ordered. It is never written off: find out who ordered it, or claim it back."
            )
        if order and (problem := order_refusal(line, order)):
            return problem
        amount = self.amount(difference, asked)
        if difference.currency_id.is_zero(amount):
            return difference.env._("There is nothing to write off: match it.")
        if problem := account_refusal(difference, asked.account or channel.write_off_account_id):
            return problem
        return difference.env.user._bridge_write_off_refusal(channel.company_id, amount, line)

    def fitness(self, difference):
        return 40 if difference.difference in ("amount", "rounding", "platform_only_in") else 20

    def row_values(self, difference, asked):
        line, order = difference.line_id, self._order(difference, asked)
        account = asked.account or difference.channel_id.sudo().write_off_account_id
        note = asked.note.strip()
        if order:
            return matched_values(line, order, "short", found_by="hand", remainder_account_id=account.id, note=note)
        return {
            "state": "matched",
            "match_pass": "account",
            "found_by": "hand",
            "account_id": account.id,
            "note": note,
        }

    def amount(self, difference, asked):
        order = self._order(difference, asked)
        return abs(rest_of(difference.line_id, order)) if order else abs(difference.line_id.gross)

    def evidence(self, difference, asked):
        order = self._order(difference, asked)
        found = pair_evidence(difference.line_id, order) if order else {"entry": difference.line_id.entry_reference}
        company = difference.company_id
        limit = difference.env.user._bridge_write_off_limit(company)
        return found | {"written_off": f"{self.amount(difference, asked):.2f}", "limit": f"{limit:.2f}"}

    def _order(self, difference, asked):
        """The payment whose rest is written off; none for a row that nothing explains, or that a refund names."""
        order = order_of(difference, asked).sudo()
        named = difference.difference in ("amount", "rounding", "fee", "opened") or asked.instruction
        return order if named or difference.similar_id else order.browse()
