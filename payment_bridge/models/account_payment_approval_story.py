"""Who approved a payment, told in its timeline."""

from odoo import models

from .account_payment_bridge_story import BAD_STEP, DONE_STEP


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def _bridge_steps(self):
        """The decisions stand between the payment and its order."""
        steps = super()._bridge_steps()
        titles = {"approved": self.env._("Approved"), "overridden": self.env._("Emergency Override")}
        decided = self._bridge_current_approvals().filtered(lambda one: one.state in titles).sorted("decided_at")
        told = []
        for approval in decided:
            place = approval.on_behalf_of_id
            person = approval.decided_by_id.name
            if place and place != approval.decided_by_id:
                person = self.env._("%(person)s in the place of %(other)s", person=person, other=place.name)
            kind = DONE_STEP if approval.state == "approved" else BAD_STEP
            asked = approval.level_name if approval.level_name != approval.decided_by_id.name else approval.rule_name
            told.append((kind, titles[approval.state], approval.decided_at, f"{person} · {asked}"))
        return [*steps[:2], *told, *steps[2:]]
