"""Invoices that customers pay through channels: by code, by link, or by the code that they present."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connector.types import ActionKind, Operation

SOONEST_END = 60  # seconds: an offer that ends sooner is not shown to anybody


class AccountMove(models.Model):
    _inherit = "account.move"

    bridge_instruction_ids = fields.One2many("payment.bridge.instruction", "invoice_id", readonly=True)
    bridge_collectable = fields.Boolean(compute="_compute_bridge_collectable")
    bridge_offer_id = fields.Many2one(
        "payment.bridge.instruction", string="Offer to Pay", compute="_compute_bridge_offer"
    )
    bridge_qr = fields.Binary(string="Code", compute="_compute_bridge_offer")
    bridge_pay_url = fields.Char(string="Link", compute="_compute_bridge_offer")
    bridge_offer_until = fields.Datetime(string="Valid Until", compute="_compute_bridge_offer")

    @api.depends("state", "move_type", "payment_state", "amount_residual")
    def _compute_bridge_collectable(self):
        offering = self.env["payment.bridge.channel"].sudo().search([("state", "=", "active")])
        offering = offering.filtered("can_collect")
        for move in self:
            move.bridge_collectable = move._bridge_is_open_invoice() and move.company_id in offering.company_id

    @api.depends("bridge_instruction_ids.state", "bridge_instruction_ids.action_kind")
    def _compute_bridge_offer(self):
        for move in self:
            offer = move.sudo().bridge_instruction_ids.filtered(
                lambda one: one.state == "processing" and one.action_kind
            )[:1]
            move.bridge_offer_id = offer
            move.bridge_qr = offer.qr
            move.bridge_pay_url = offer.pay_url
            move.bridge_offer_until = offer.action_expires_at or offer.expires_at

    def _bridge_is_open_invoice(self):
        return (
            self.move_type == "out_invoice"
            and self.state == "posted"
            and self.currency_id.compare_amounts(self.amount_residual, 0.0) > 0
        )

    @api.private
    def _bridge_receivable_items(self):
        """The invoice's journal items that are still to be paid."""
        return self.line_ids.filtered(
            lambda item: item.account_type == "asset_receivable" and not item.reconciled and self.state == "posted"
        )

    # -- what people may do ----------------------------------------------------

    def action_bridge_collect(self):
        """Choose how the customer is asked to pay."""
        self.ensure_one()
        wizard = self.env["payment.bridge.collect"].create({"invoice_id": self.id})
        return wizard._get_records_action(target="new", name=self.env._("Collect"))

    def action_bridge_charge(self):
        """Scan the payment code on the customer's phone."""
        self.ensure_one()
        wizard = self.env["payment.bridge.charge"].create({"invoice_id": self.id})
        return wizard._get_records_action(target="new", name=self.env._("Charge a Payment Code"))

    # -- offering ---------------------------------------------------------------

    @api.private
    def _bridge_collect(self, channel, method_code, **values):
        """Offer this invoice on ``channel``: the offer that lives already where it still fits, else a new one.

        Nothing leaves here: the dispatcher places it with the platform a moment later.

        :raises UserError: when the invoice or the channel does not allow it, saying why.
        """
        self.ensure_one()
        self._bridge_require_open()
        channel = channel.sudo()
        method = next(
            (
                one
                for one in channel._fitting_methods(self.amount_residual, self.currency_id)
                if one.code == method_code
            ),
            None,
        )
        if method is None:
            raise UserError(
                self.env._(
                    "%s cannot take this payment now: choose another way.", channel.name or self.env._("This way")
                )
            )
        if known := self._bridge_living_offer(channel, method_code):
            return known
        return self.env["account.payment"]._bridge_offer(
            self,
            channel,
            operation=Operation.COLLECT.value,
            method=method_code,
            expires_at=channel._offer_until(method),
            return_url=f"{self.get_base_url()}{self.sudo().get_portal_url()}",
            **values,
        )

    def _bridge_living_offer(self, channel, method_code):
        """The offer that customers can still pay. One over another amount is being ended first.

        :raises UserError: while it is.
        """
        known = (
            self.env["payment.bridge.instruction"]
            .sudo()
            .search(
                [
                    ("invoice_id", "=", self.id),
                    ("channel_id", "=", channel.id),
                    ("method", "=", method_code),
                    ("operation", "=", Operation.COLLECT.value),
                    ("state", "in", ("queued", "sending", "uncertain", "processing")),
                ],
                limit=1,
            )
        )
        if not known:
            return known
        left = (known.ends_at or known.expires_at) - fields.Datetime.now()
        if (
            not self.currency_id.compare_amounts(known.amount, self.amount_residual)
            and left.total_seconds() > SOONEST_END
        ):
            return known
        known._end_soon()
        if known.state == "cancelled":
            return known.browse()
        raise UserError(self.env._("The former offer is being ended at the platform. Try again in a few seconds."))

    @api.private
    def _bridge_charge(self, code, channel=None):
        """Charge this invoice to the payment code that a customer presents, through ``channel`` or else the first whose
        platform knows the code; answers the instruction.

        :raises UserError: for a code that no channel knows, or not this one.
        """
        self.ensure_one()
        self._bridge_require_open()
        code = "".join((code or "").split())
        knowing = self.env["payment.bridge.channel"]._charging(self.company_id, self.currency_id, code)
        if knowing and channel and channel not in knowing:
            raise UserError(
                self.env._(
                    "%s does not take this code: it is of another platform's app. Nothing was charged. Choose an"
                    " account of that platform, or none.",
                    channel.name,
                )
            )
        channel = channel or knowing[:1]
        if not knowing:
            raise UserError(
                self.env._(
                    "This is no payment code of a platform you use. Scan the code that the customer's app shows."
                )
            )
        return self.env["account.payment"]._bridge_offer(
            self, channel.sudo(), operation=Operation.CHARGE.value, auth_code=code
        )

    def _bridge_require_open(self):
        if not self._bridge_is_open_invoice():
            raise UserError(self.env._("%s has nothing left to collect.", self.display_name))

    # -- for customers --------------------------------------------------------------

    @api.private
    def _bridge_portal_ways(self):
        """The ways to pay that the customer may choose from, as (channel, method) pairs."""
        self.ensure_one()
        if not self._bridge_is_open_invoice():
            return []
        channels = (
            self.env["payment.bridge.channel"]
            .sudo()
            .search([("company_id", "=", self.company_id.id), ("collect_on_portal", "=", True)])
        )
        return [
            (channel, method)
            for channel in channels
            for method in channel._fitting_methods(self.amount_residual, self.currency_id)
        ]

    @api.private
    def _bridge_pay_link(self):
        """The address of the page on which the customer pays this invoice; it outlives single codes."""
        return f"{self.get_base_url()}{self.sudo().get_portal_url()}"

    @api.private
    def _bridge_pay_picture(self):
        """The code that the printed invoice carries, as a data URI: the platform's own while one lives and can
        be scanned, else the page that offers all ways to pay. Empty when there is none."""
        self.ensure_one()
        if not self._bridge_portal_ways():
            return ""
        offer = self.bridge_offer_id.sudo()
        if offer.action_kind == ActionKind.QR:
            return offer._qr_uri()
        return offer._as_uri(offer._draw_qr(self._bridge_pay_link()))
