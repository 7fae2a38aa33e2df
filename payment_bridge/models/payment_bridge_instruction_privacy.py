"""What an instruction knows about its payee and shows by its ends only."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS

from ..connector.card_numbers import has_card_number
from ..connector.redaction import mask_account
from .revealing import reveal


class PaymentBridgeInstruction(models.Model):
    _inherit = "payment.bridge.instruction"

    payee_registration = fields.Char(groups=NO_ACCESS, help="A company's registration or a person's identity number.")
    payee_registration_masked = fields.Char(string="Registration", compute="_compute_payee")

    @api.depends("payee_kind")
    def _compute_payee(self):
        result = super()._compute_payee()
        for instruction in self:
            instruction.payee_registration_masked = mask_account(instruction.sudo().payee_registration)
        return result

    @api.model_create_multi
    def create(self, vals_list):
        """Nothing that looks like a card number leaves in a title or remark."""
        for vals in vals_list:
            if has_card_number(f"{vals.get('title') or ''}\n{vals.get('remark') or ''}"):
                raise UserError(
                    self.env._(
                        "The text for the payee holds what looks like a payment card number: take it out of the memo."
                        " Nothing was sent."
                    )
                )
        return super().create(vals_list)

    def action_reveal_account(self):
        """Show the account that this was sent to, whole, to a clerk or a channel administrator."""
        return reveal(self, "payee_account", self.env._("Account of %s", self.payee_name or self.partner_id.name))

    def action_reveal_registration(self):
        """Show the payee's registration or identity number whole."""
        return reveal(
            self, "payee_registration", self.env._("Registration of %s", self.payee_name or self.partner_id.name)
        )
