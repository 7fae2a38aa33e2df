"""Claiming from the platform what it took, or did not pay, wrongly."""

from .base import Way, register
from .facts import open_row_refusal


@register
class Claim(Way):
    """Opens a claim with everything the platform needs to find the movement. A row that nothing explains is held on
    the suspense account meanwhile, as what the platform owes; a fee or a missing payment books nothing."""

    code = "claim"
    explains = False
    needs = frozenset({"note"})

    def refusal(self, difference, asked):
        if self._holds_row(difference):
            if problem := open_row_refusal(difference):
                return problem
            if difference.line_id.amount > 0:
                return difference.env._("The money is on the account: there is nothing to claim.")
            if not difference.line_id.statement_id._suspense_account():
                return difference.env._("The channel has no suspense account on which the claim could be held.")
        if difference.sudo().claim_ids.filtered(lambda one: one.state in ("open", "sent")):
            return difference.env._("It is claimed already.")
        return ""

    def fitness(self, difference):
        return {"claim": 95, "investigate": 60}.get(difference.proposal, 40 if difference.side == "books" else 10)

    def row_values(self, difference, asked):
        return {"match_pass": "suspense"} if self._holds_row(difference) else {}

    def evidence(self, difference, asked):
        return {"claimed": f"{difference.amount:.2f}", "class": difference.difference}

    def carry_out(self, difference, asked, treatment):
        treatment.claim_id = difference.env["payment.bridge.claim"].sudo()._make(difference, asked.note.strip())

    def let_go(self, treatment):
        treatment.claim_id.sudo()._withdraw()

    def undo(self, treatment):
        self.let_go(treatment)
        if treatment.line_id.state == "posted" and treatment.line_id.match_pass == "suspense":
            self.reopen_row(treatment)

    def _holds_row(self, difference):
        return difference.side == "platform" and difference.line_id.state == "unmatched"
