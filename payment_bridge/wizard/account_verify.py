"""How a payee has confirmed an account, noted by somebody who has not edited it."""

from odoo import fields, models
from odoo.exceptions import UserError

from ..connector.redaction import mask_account


class PaymentBridgeAccountVerify(models.TransientModel):
    _name = "payment.bridge.account.verify"
    _description = "Confirm a Payee's Account"

    account_id = fields.Many2one("res.partner.bank", required=True, readonly=True)
    partner_id = fields.Many2one(related="account_id.partner_id")
    changed_words = fields.Char(related="account_id.bridge_changed_words")
    spoken_with = fields.Char(help="Name and position of the person at the payee.")
    number_called = fields.Char(
        help="The number from your own records or the payee's web site, not the one in the request for the change."
    )
    note = fields.Text(string="What Was Said")

    def action_confirm(self):
        """Keep the call-back with the account."""
        self.ensure_one()
        if not all((text or "").strip() for text in (self.spoken_with, self.number_called, self.note)):
            raise UserError(self.env._("Say with whom you spoke, at which number, and what was said."))
        self.account_id._bridge_verify(
            self.env._(
                "Spoke with %(who)s at %(number)s: %(said)s",
                who=self.spoken_with.strip(),
                number=mask_account(self.number_called.strip()),
                said=self.note.strip(),
            ),
            self.number_called.strip(),
        )
        return {"type": "ir.actions.act_window_close"}
