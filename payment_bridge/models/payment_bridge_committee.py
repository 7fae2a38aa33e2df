"""People who decide together."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PaymentBridgeCommittee(models.Model):
    """A named circle of approvers and how many of them must agree."""

    _name = "payment.bridge.committee"
    _description = "Approval Committee"
    _inherit = ["payment.bridge.four.eyes"]
    _order = "name"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    member_ids = fields.Many2many("res.users", string="Members")
    quorum = fields.Integer(default=2, required=True, help="How many members must approve.")

    @api.constrains("member_ids", "quorum")
    def _check_quorum(self):
        for committee in self:
            if not 1 <= committee.quorum <= len(committee.member_ids):
                raise ValidationError(self.env._("The quorum is at least one and at most the number of members."))
