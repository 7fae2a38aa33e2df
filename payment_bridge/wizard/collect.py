"""How a customer is asked to pay an invoice."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..models.refusal import refused


class PaymentBridgeCollect(models.TransientModel):
    """Choose a channel and a way, and offer the invoice there."""

    _name = "payment.bridge.collect"
    _description = "Collect an Invoice"

    invoice_id = fields.Many2one("account.move", required=True, readonly=True, ondelete="cascade")
    amount = fields.Monetary(related="invoice_id.amount_residual")
    currency_id = fields.Many2one(related="invoice_id.currency_id")
    way = fields.Selection(selection="_selection_way", string="Collect By")
    hint = fields.Char(compute="_compute_hint")
    until = fields.Char(string="Can Be Paid Until", compute="_compute_hint")
    nothing_fits = fields.Boolean(compute="_compute_nothing_fits")

    @api.model
    def _selection_way(self):
        channels = self.env["payment.bridge.channel"].search([("state", "=", "active")]).filtered("can_collect")
        return [
            (f"{channel.id}:{method.code}", f"{channel.name} · {method.label.in_language(self.env.lang)}")
            for channel in channels
            for method in channel._capabilities().collect_methods
        ]

    @api.model_create_multi
    def create(self, vals_list):
        """Suggest the first way that fits."""
        wizards = super().create(vals_list)
        for wizard in wizards.filtered(lambda one: not one.way):
            wizard.way = next(iter(wizard._fitting_ways()), False)
        return wizards

    def _fitting_ways(self):
        invoice = self.invoice_id
        channels = self.env["payment.bridge.channel"].search([("company_id", "=", invoice.company_id.id)])
        return [
            f"{channel.id}:{method.code}"
            for channel in channels
            for method in channel._fitting_methods(invoice.amount_residual, invoice.currency_id)
        ]

    def _chosen(self):
        channel_id, _separator, method_code = (self.way or "").partition(":")
        channel = self.env["payment.bridge.channel"].browse(int(channel_id or 0)).exists()
        method = channel and channel._capabilities().collect_method(method_code)
        return channel, method

    @api.depends("invoice_id")
    def _compute_nothing_fits(self):
        for wizard in self:
            wizard.nothing_fits = not wizard._fitting_ways()

    @api.depends("way")
    @api.depends_context("lang", "tz")
    def _compute_hint(self):
        for wizard in self:
            channel, method = wizard._chosen()
            wizard.hint = method and method.hint.in_language(self.env.lang)
            wizard.until = method and format_datetime(self.env, channel._offer_until(method), dt_format="short")

    def action_offer(self):
        """Offer it and follow it."""
        self.ensure_one()
        if not self.env.user.has_group("payment_bridge.group_clerk"):
            words = self.env._("Collecting through a channel needs the role Payment Bridge / Clerk.")
            raise refused(self.invoice_id, "no_role", UserError(words))
        self.invoice_id.check_access("write")
        channel, method = self._chosen()
        if not method:
            raise UserError(self.env._("Choose how the customer is to pay."))
        instruction = self.invoice_id._bridge_collect(channel, method.code)
        return instruction.payment_id.with_env(self.env)._get_records_action()
