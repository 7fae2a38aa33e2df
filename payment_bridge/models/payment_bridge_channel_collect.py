"""What a channel offers to those who pay the company."""

import re
from datetime import timedelta

from odoo import api, fields, models

from ..connector.types import Operation


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    collect_on_portal = fields.Boolean(
        string="Offer on the Customer Portal",
        default=True,
        tracking=True,
        help="Customers find this way to pay on their invoices' portal pages.",
    )
    offer_minutes = fields.Integer(
        string="Offers End After (minutes)",
        tracking=True,
        help="How long a code or link can be paid. Zero: as long as the platform allows.",
    )
    can_collect = fields.Boolean(compute="_compute_can_collect")

    _offer_minutes_positive = models.Constraint("CHECK (offer_minutes >= 0)", "A time cannot be negative.")

    @api.depends("connector_code")
    def _compute_can_collect(self):
        for channel in self:
            connector = channel._connector_class()
            channel.can_collect = bool(connector) and Operation.COLLECT in connector.capabilities.operations

    @api.private
    def _fitting_methods(self, amount, currency):
        """The connector's collect methods with which this channel can take ``amount`` now."""
        self.ensure_one()
        if self.state != "active" or self.currency_id != currency or not self.can_collect:
            return []
        exact = self.env["payment.bridge.instruction"].new({"currency_id": currency.id})._exact(amount)
        return [
            method
            for method in self._capabilities().collect_methods
            if exact >= method.minimum and (method.maximum is None or exact <= method.maximum)
        ]

    @api.private
    def _offer_until(self, method):
        """When an offer made now ends (UTC)."""
        life = method.lifetime
        if self.offer_minutes:
            life = min(life, timedelta(minutes=self.offer_minutes))
        return fields.Datetime.now() + life

    @api.model
    @api.private
    def _charging(self, company, currency, code=None):
        """The active channels that charge presented payment codes, in their order; with ``code`` those whose platform
        knows it by its form."""

        def charges(channel):
            rules = channel._capabilities().charge
            knows = rules and (code is None or re.fullmatch(rules.code_pattern, code))
            return knows and channel.currency_id == currency

        active = self.sudo().search([("state", "=", "active"), ("company_id", "=", company.id)])
        return active.filtered(charges)
