"""The door through which platforms talk to us."""

from datetime import UTC, datetime

from odoo import http
from odoo.http import Response, request

from ..connector.types import InboundRequest
from .token import is_token

MAX_BODY = 1024 * 1024


class NotificationController(http.Controller):
    """Keeps what a platform says and answers it; understanding comes later, elsewhere."""

    @http.route(
        "/payment_bridge/notify/<string:token>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
        max_content_length=MAX_BODY,
    )
    def receive(self, token, **_parameters):
        """One message for the channel that the token names.

        A body over 1 MB answers 413 and an unknown token 404, both without keeping anything. The body is
        read raw: its signature covers bytes, not what a framework made of them.
        """
        http_request = request.httprequest
        channels = request.env["payment.bridge.channel"].sudo()
        channel = channels.search([("notify_token", "=", token)], limit=1) if is_token(token) else channels
        if not channel:
            return Response("unknown", status=404)
        body = http_request.get_data(cache=True)
        answer = (
            request.env["payment.bridge.notification"]
            .sudo()
            ._receive(
                channel,
                InboundRequest(
                    method=http_request.method,
                    path=http_request.path,
                    query=http_request.query_string.decode("latin-1"),
                    headers={name.lower(): value for name, value in http_request.headers.items()},
                    body=body,
                    received_at=datetime.now(UTC),
                ),
            )
        )
        return Response(answer.body, status=answer.status, content_type=answer.media_type)
