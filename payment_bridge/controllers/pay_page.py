"""The pages on which customers pay and payees confirm. Nothing leaves inside a request: what is asked for here is
placed with the platform by the dispatcher a moment later, and the page watches for it."""

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..connector.types import ActionKind
from .token import is_token, unknown_address


class PayPage(CustomerPortal):
    """Ways to pay an invoice, and the page of one offer."""

    @http.route("/payment_bridge/invoice/<int:invoice_id>/collect", type="http", auth="public", methods=["POST"])
    def collect(self, invoice_id, channel_id, method, access_token=None, **_parameters):
        """Offer the invoice the way the customer chose, and show that offer.

        An invoice that is not the customer's leads home; a way that no longer fits back to the invoice, which says
        what is possible now.
        """
        try:
            invoice = self._document_check_access("account.move", invoice_id, access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        ways = {
            (str(channel.id), offered.code): (channel, offered.code)
            for channel, offered in invoice._bridge_portal_ways()
        }
        chosen = ways.get((channel_id, method))
        if chosen is None:
            return request.redirect(invoice.get_portal_url())
        try:
            instruction = invoice._bridge_collect(*chosen, payer_ip=request.httprequest.remote_addr)
        except UserError as error:
            return request.render(
                "payment_bridge.pay_page_refused", {"reason": str(error), "back": invoice.get_portal_url()}
            )
        return request.redirect(instruction._page_url())

    @http.route("/payment_bridge/pay/<string:token>", type="http", auth="public", methods=["GET"], website=True)
    def show(self, token, **_parameters):
        """The page of one offer, or of one pay-out that its payee has to confirm."""
        if not is_token(token):
            return unknown_address()
        instruction = self._instruction(token)
        if not instruction:
            return request.not_found()
        instruction._watched()
        return request.render("payment_bridge.pay_page", self._page_values(instruction, token))

    @http.route("/payment_bridge/pay/<string:token>/state", type="jsonrpc", auth="public", methods=["POST"])
    def state(self, token):
        """What the page shows now; an empty object for an unknown token."""
        instruction = self._instruction(token)
        if not instruction:
            return {}
        instruction._watched()
        return instruction._page_state()

    @http.route("/payment_bridge/pay/<string:token>/content", type="http", auth="public", methods=["GET"])
    def content(self, token):
        """What the code on the page holds, as JSON: for programs that cannot scan a picture."""
        if not is_token(token):
            return unknown_address()
        instruction = self._instruction(token)
        if not instruction:
            return request.not_found()
        return request.make_json_response(instruction._page_content())

    def _instruction(self, token):
        """The instruction that the token names, in the reader's language."""
        orders = request.env["payment.bridge.instruction"].sudo()
        found = orders.search([("access_token", "=", token)], limit=1) if is_token(token) else orders
        return found.with_context(lang=request.env.lang)

    def _page_values(self, instruction, token):
        kind = instruction.action_kind
        return {
            "instruction": instruction,
            "company": instruction.company_id,
            "page": instruction._page_state(),
            "state_url": f"/payment_bridge/pay/{token}/state",
            "link": instruction.action_content if kind in (ActionKind.LINK, ActionKind.FORM) else "",
            "form_fields": instruction.action_fields if kind == ActionKind.FORM else {},
            "confirmation": self._confirmation(instruction) if kind == ActionKind.CONFIRM else {},
            "app_name": instruction._confirms_in(),
            "back": instruction.invoice_id.get_portal_url() if instruction.invoice_id else "",
            "page_name": "payment_bridge_pay",
        }

    def _confirmation(self, instruction):
        """What the platform's own app needs to ask its user for a confirmation. ``app`` names who asks there: the
        connector's add-on registers it under that name."""
        return {"content": instruction.action_content, **(instruction.action_fields or {})}
