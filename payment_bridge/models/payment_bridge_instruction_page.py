"""What a payer, or a payee who has to confirm, is shown: a page behind a link nobody can guess."""

import base64

import qrcode
from qrcode.image.svg import SvgPathFillImage

from odoo import api, fields, models
from odoo.tools import format_datetime

from ..connector.types import ActionKind
from .instruction_states import FINAL, State

QR_MARGIN = 2  # modules


class PaymentBridgeInstruction(models.Model):
    _inherit = "payment.bridge.instruction"

    pay_url = fields.Char(
        string="Link", compute="_compute_page", help="The page on which the customer pays, or the payee confirms."
    )
    qr = fields.Binary(string="Code", compute="_compute_page")

    @api.depends("state", "action_kind", "action_content")
    def _compute_page(self):
        for instruction in self:
            secret = instruction.sudo()
            awaited = bool(secret.action_kind) and secret.state == State.PROCESSING
            instruction.pay_url = awaited and secret._page_url()
            instruction.qr = awaited and self._draw_qr(secret._qr_text())

    @api.private
    def _page_url(self):
        """The address of the public page of this instruction."""
        return f"{self.get_base_url()}/payment_bridge/pay/{self.access_token}"

    def _qr_text(self):
        """What the picture holds: the platform's own code, or the page that leads on."""
        if self.action_kind == ActionKind.QR:
            return self.action_content
        return self.action_content if self.action_kind == ActionKind.LINK else self._page_url()

    @api.model
    @api.private
    def _draw_qr(self, text):
        """A QR code as a base64 SVG: sharp on screen and paper."""
        return base64.b64encode(qrcode.make(text, image_factory=SvgPathFillImage, border=QR_MARGIN).to_string())

    @api.private
    def _qr_uri(self):
        """The code as an address that a page or a report can embed; empty when there is none."""
        return self._as_uri(self.qr) if self.qr else ""

    @api.model
    @api.private
    def _as_uri(self, picture):
        return f"data:image/svg+xml;base64,{picture.decode()}"

    @api.private
    def _page_state(self):
        """What the page shows now, as plain values; nothing that only the company may know."""
        self.ensure_one()
        state = State(self.state)
        return {
            "state": state.value,
            "over": state in FINAL,
            "kind": self.action_kind or "",
            "qr": self._qr_uri(),
            "until": self._page_until(),
            "message": self._page_message(state),
        }

    def _page_until(self):
        """Until when it can be paid or confirmed, on the clocks of the platform's country: who looks is a stranger."""
        until = self.action_expires_at or self.expires_at
        zone = self.channel_id._capabilities().zone
        return format_datetime(self.env, until, tz=zone, dt_format="short") if until else ""

    @api.private
    def _page_content(self):
        """What a scanner reads, or the payee's app is handed; empty when there is nothing to do."""
        awaited = self.action_kind and self.state == State.PROCESSING
        return {"kind": self.action_kind, "content": self.action_content} if awaited else {}

    def _page_message(self, state):
        confirming = self.action_kind == ActionKind.CONFIRM
        if state == State.PROCESSING and confirming:
            return self.env._("Waiting for your confirmation.")
        if state == State.PROCESSING and self.action_kind:
            return self.env._("Waiting for your payment.")
        if state in (State.FAILED, State.CLOSED, State.CANCELLED):
            return self.env._("This offer has ended and cannot be paid any more. Nothing was taken.")
        return {
            State.SUCCEEDED: self.env._("Paid. Thank you!"),
            State.RETURNED: self.env._("The money went back."),
        }.get(state, self.env._("Being prepared at the platform…"))

    @api.private
    def _watched(self):
        """Somebody looks at it: a question that is due is asked at once."""
        if self.next_query_at and self.next_query_at <= fields.Datetime.now():
            self._wake_querier()
