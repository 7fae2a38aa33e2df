"""frontTransReq.do: the page on which a payer sees the amount and pays, and the way back to the merchant."""

from __future__ import annotations

import html
import threading
from collections.abc import Mapping
from urllib.parse import parse_qsl

from ..core import Core
from ..losses import lost_after, lost_before
from ..wire import Request, Response
from .codes import Refusal
from .collects import Collects
from .form import hidden, page, read_form
from .gateway import Gateway, refused_before
from .merchants import yuan
from .messages import Messages
from .orders import Order, WrongState

PATH = "/gateway/api/cashier/"
FRONT = "01/01"
SUBMIT = "<script>document.forms[0].submit()</script>"


class Cashier:
    """Serves the pages, one for each order."""

    def __init__(self, core: Core, gateway: Gateway, collects: Collects, messages: Messages) -> None:
        self._core = core
        self._gateway = gateway
        self._collects = collects
        self._messages = messages
        self._lock = threading.Lock()
        self._pages: dict[str, Order] = {}
        self._tokens: dict[Order, str] = {}
        self._transactions: Mapping[str, object] = {FRONT: self.show}

    def show(self, request: Request) -> Response:
        """A browser posts an order: show what is to be paid, or why not."""
        try:
            fields = read_form(request.body)
        except Refusal as refusal:
            return _refused(refusal)
        traits, strikes = self._gateway.struck(fields)
        if (response := lost_before(strikes)) is not None:
            self._gateway.note(traits, strikes, "lost")
            return response
        try:
            merchant = self._gateway.admitted(fields, self._transactions)
            refused_before(strikes)
            order = self._collects.front(merchant, fields)
        except Refusal as refusal:
            self._gateway.note(traits, strikes, refusal.code)
            return _refused(refusal)
        self._gateway.note(traits, strikes, "00")
        return lost_after(self._page(order), strikes)

    def act(self, request: Request, token: str) -> Response:
        """The payer presses the button; the signed result goes to frontUrl through his browser."""
        order = self._pages.get(token)
        if order is None:
            return page("支付页面不存在", "", 404)
        if request.verb == "GET":
            return self._page(order)
        try:
            self._collects.pay(order)
        except WrongState:
            return page("订单无法支付", f"<p>{html.escape(order.state)}</p>", 409)
        return self.back(order)

    def back(self, order: Order) -> Response:
        """A page that posts the result to frontUrl by itself, or by a button."""
        fields = self._messages.signed(order.merchant, self._messages.result(order))
        target = html.escape(order.fields["frontUrl"])
        form = (
            f'<form id="back" method="post" action="{target}" accept-charset="utf-8">{hidden(fields)}'
            f'<button type="submit">返回商户 Return</button></form>{SUBMIT}'
        )
        return page("支付成功", form)

    def open(self, content: str) -> Order | None:
        """The order behind a page's address, or behind frontTransReq.do?<fields>, which opens it. Raises Refusal."""
        address, _, query = content.partition("?")
        if PATH in address:
            return self._pages.get(address.rpartition("/")[2])
        if not address.endswith("/gateway/api/frontTransReq.do") or not query:
            return None
        fields = dict(parse_qsl(query, keep_blank_values=True))
        return self._collects.front(self._gateway.admitted(fields, self._transactions), fields)

    def _page(self, order: Order) -> Response:
        with self._lock:
            token = self._tokens.setdefault(order, self._core.token())
            self._pages[token] = order
        content = (
            f"<p>{html.escape(order.merchant.terms.merchant_name)}</p><p>订单号 {html.escape(order.order_id)}</p>"
            f'<p>金额 <strong id="amount">{yuan(order.amount)}</strong> 元</p>'
            f'<form method="post" action="{PATH}{token}"><button type="submit" id="pay">支付 Pay</button></form>'
            f'<p><a id="leave" href="{html.escape(order.fields["frontUrl"])}">返回商户 Leave without paying</a></p>'
        )
        return page("银联在线支付", content)


def _refused(refusal: Refusal) -> Response:
    text = f'<p>respCode <span id="code">{refusal.code}</span></p><p>{html.escape(refusal.message)}</p>'
    return page("订单有误", text)
