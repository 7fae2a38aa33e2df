"""A sale at the counter: the customer shows a payment code, the clerk scans it."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.refusal import refused


class PaymentBridgeCharge(models.TransientModel):
    """Charges an invoice to the payment code (付款码) that a customer presents. The code is handed on at once: the
    wizard's own record never stores it."""

    _name = "payment.bridge.charge"
    _description = "Charge a Payment Code"
    _transient_max_hours = 0.1

    invoice_id = fields.Many2one("account.move", required=True, readonly=True, ondelete="cascade")
    amount = fields.Monetary(related="invoice_id.amount_residual")
    currency_id = fields.Many2one(related="invoice_id.currency_id")
    channel_ids = fields.Many2many("payment.bridge.channel", compute="_compute_channels")
    has_choice = fields.Boolean(compute="_compute_channels", help="A platform has several accounts that take codes.")
    channel_id = fields.Many2one(
        "payment.bridge.channel",
        string="Into",
        domain="[('id', 'in', channel_ids)]",
        help="The account that takes the money. Empty: the first of the platform whose code it is.",
    )
    instruction_id = fields.Many2one("payment.bridge.instruction", readonly=True)
    code = fields.Char(
        string="Payment Code",
        compute="_compute_code",
        inverse="_inverse_code",
        exportable=False,
        help="The number under the bar code that the customer's payment app shows.",
    )

    @api.depends("invoice_id")
    def _compute_channels(self):
        for wizard in self:
            invoice = wizard.invoice_id
            wizard.channel_ids = self.env["payment.bridge.channel"]._charging(invoice.company_id, invoice.currency_id)
            platforms = wizard.channel_ids.mapped("connector_code")
            wizard.has_choice = len(set(platforms)) < len(platforms)

    def _compute_code(self):
        self.code = False

    def _inverse_code(self):
        """Charge the invoice.

        :raises UserError: for a user without the role, or a code that no channel knows.
        """
        for wizard in self.filtered("code"):
            if not self.env.user.has_group("payment_bridge.group_clerk"):
                words = self.env._("Collecting through a channel needs the role Payment Bridge / Clerk.")
                raise refused(wizard.invoice_id, "no_role", UserError(words))
            wizard.invoice_id.check_access("write")
            wizard.instruction_id = wizard.invoice_id._bridge_charge(wizard.code, wizard.channel_id)

    @api.model
    def default_get(self, fields_list):
        if not self.env.user.has_group("payment_bridge.group_clerk"):
            words = self.env._("Collecting through a channel needs the role Payment Bridge / Clerk.")
            raise refused(self.env.company, "no_role", UserError(words))
        return super().default_get(fields_list)

    def action_charge(self):
        """The code was handed on when it was entered; follow what becomes of it."""
        self.ensure_one()
        if not self.instruction_id:
            raise UserError(self.env._("Scan the customer's payment code first."))
        return self.instruction_id.payment_id._get_records_action()
