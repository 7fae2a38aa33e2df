"""The admin addresses under /_sandbox/unionpay/."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from ..admin import PREFIX, AdminError, body_of, endpoint
from ..faults import Fault, Strikes
from ..router import Router
from ..settings import patch, show
from ..wire import Request
from . import signing
from .books import Paid, paid
from .codes import SUCCESS, Refusal
from .merchants import Merchant, credentials, fen, yuan
from .orders import PAYOUT, Order, WrongState
from .payees import KnownPayee

if TYPE_CHECKING:
    from .platform import UnionPay

FEES = {
    "payout": "payout_fee",
    "rate": "rate",
    "payout_returned": "payout_fee_returned",
    "refund_returned": "refund_fee_returned",
}


class UnionPayAdmin:
    """Merchants, payees, orders, ledger and notifications, as tests set and read them."""

    def __init__(self, unionpay: UnionPay) -> None:
        self._unionpay = unionpay

    def routes(self, router: Router) -> None:
        """Register the addresses."""

        def add(verbs: str, path: str, function: Callable[..., Any]) -> None:
            router.add(verbs, f"{PREFIX}/unionpay{path}", endpoint(function))

        add("GET", "/settings", lambda _: show(self._unionpay.settings))
        add("POST PATCH", "/settings", self.change_settings)
        add("GET", "/merchants", lambda _: [self._summary(m) for m in self._unionpay.merchants.all()])
        add("POST", "/merchants", self.create_merchant)
        add("GET", "/merchants/<mer_id>", self.show_merchant)
        add("PATCH", "/merchants/<mer_id>", self.change_merchant)
        add("GET", "/payees", lambda _: [vars(payee) for payee in self._unionpay.payees.all()])
        add("POST", "/payees", self.register_payee)
        add("GET", "/transfers", lambda request: self.listed(request, True, "transfers"))
        add("GET", "/trades", lambda request: self.listed(request, False, "trades"))
        add("POST", "/trades", self.receive)
        add("GET", "/batches", lambda _: [batch.show() for batch in self._unionpay.batches.all()])
        add("POST", "/transfers/<order_id>/finish", self.finish)
        add("POST", "/trades/<order_id>/finish", self.finish)
        add("POST", "/transfers/<order_id>/return", self.send_back)
        add("GET", "/ledger", self.ledger)
        add("POST", "/settle", self.settle)
        add("POST", "/sign_notification", self.sign_notification)

    def change_settings(self, request: Request) -> dict[str, Any]:
        """Change what holds for all merchants."""
        patch(self._unionpay.settings, body_of(request))
        return show(self._unionpay.settings)

    def create_merchant(self, request: Request) -> dict[str, Any]:
        """A new merchant with key, certificate and money; further keys are his terms."""
        body = body_of(request)
        method = str(body.pop("sign_method", signing.CERTIFICATE))
        if method not in signing.METHODS:
            raise AdminError(f"sign_method is one of {', '.join(signing.METHODS)}")
        mer_id, secret = body.pop("mer_id", None), body.pop("secure_key", None)
        opening = _amount(body.pop("opening_balance", "0.00"))
        terms = _terms(body)
        try:
            merchant = self._unionpay.merchants.create(mer_id, method, secret, opening)
        except KeyError as error:
            raise AdminError(f"merchant {mer_id} exists", 409) from error
        patch(merchant.terms, terms)
        return self._credentials(merchant)

    def show_merchant(self, _: Request, mer_id: str) -> dict[str, Any]:
        """A merchant with balance and terms, and his credentials."""
        merchant = self._merchant(mer_id)
        return {**self._summary(merchant), **self._credentials(merchant)}

    def change_merchant(self, request: Request, mer_id: str) -> dict[str, Any]:
        """Change a merchant's terms; `top_up` puts money into his account."""
        merchant, body = self._merchant(mer_id), body_of(request)
        top_up = body.pop("top_up", None)
        patch(merchant.terms, _terms(body))
        if top_up is not None:
            self._unionpay.merchants.top_up(merchant, _amount(top_up))
        return self._summary(merchant)

    def register_payee(self, request: Request) -> dict[str, Any]:
        """Register how pay-outs to an account go."""
        payee = KnownPayee("")
        patch(payee, body_of(request))
        if not payee.account:
            raise AdminError("account is needed")
        self._unionpay.payees.register(payee)
        return vars(payee)

    def listed(self, request: Request, payouts: bool, name: str) -> dict[str, Any]:
        """Pay-outs or trades with what the ledger says was moved for each: the proof that nothing was paid twice."""
        wanted = _query(request)
        orders = [o for o in self._unionpay.orders.all() if (o.kind is PAYOUT) == payouts and _fits(o, wanted)]
        found = paid({o.merchant.mer_id: o.merchant.account for o in orders}.values())
        each = [(order, found.get(order.trace.query_id, Paid())) for order in orders]
        total = Paid(
            sum(money.executed_count for _, money in each),
            sum((money.executed_sum for _, money in each), Decimal("0.00")),
            sum(money.returned_count for _, money in each),
            sum((money.returned_sum for _, money in each), Decimal("0.00")),
            sum((money.fee_sum for _, money in each), Decimal("0.00")),
        )
        shown = [{**order.show(), **_shown(money)} for order, money in each]
        return {name: shown, "totals": {"orders": len(shown), **_shown(total)}}

    def receive(self, request: Request) -> dict[str, Any]:
        """A customer pays: {mer_id, order_id, amount}."""
        body = body_of(request)
        merchant, amount = self._merchant(body.get("mer_id")), fen(_amount(body.get("amount")))
        if not amount:
            raise AdminError("give an amount")
        try:
            order = self._unionpay.collects.receive(merchant, str(body.get("order_id")), amount)
        except Refusal as refusal:
            raise AdminError(refusal.message, 409) from refusal
        return order.show()

    def finish(self, request: Request, order_id: str) -> dict[str, Any]:
        """End an open order: {mer_id?, code?}; 00 when no code is given."""
        body = body_of(request)
        order = self._order(order_id, body.get("mer_id"))
        self._unionpay.desk.finish(order, str(body.get("code") or SUCCESS))
        return order.show()

    def send_back(self, request: Request, order_id: str) -> dict[str, Any]:
        """The bank sends a paid pay-out back (退票): {mer_id?}."""
        order = self._order(order_id, body_of(request).get("mer_id"))
        try:
            self._unionpay.desk.send_back(order)
        except WrongState as error:
            raise AdminError(str(error), 409) from error
        return order.show()

    def ledger(self, request: Request) -> dict[str, Any]:
        """All rows of a merchant's account, its balance, its days, and the nets of its settlement days."""
        merchant = self._merchant(_query(request).get("mer_id"))
        books = self._unionpay.books
        nets = {day: sum(e.net for e in books.entries(merchant, day)) for day in books.days(merchant)}
        return {
            "owner": merchant.mer_id,
            "balance": str(merchant.account.balance),
            "held": str(yuan(merchant.held)),
            "rows": [row.show() for row in list(merchant.account.movements)],
            "days": list(merchant.account.days()),
            "settlement_days": {day.isoformat(): str(yuan(net)) for day, net in nets.items()},
            "contra": {name: str(amount) for name, amount in dict(self._unionpay.ledger.contra).items()},
        }

    def settle(self, request: Request) -> dict[str, Any]:
        """Pay the net of a settlement day that is over: {mer_id, settle_date: ISO}."""
        body = body_of(request)
        try:
            day = date.fromisoformat(str(body.get("settle_date")))
        except ValueError as error:
            raise AdminError(str(error)) from error
        if day >= self._unionpay.orders.settlement_day(self._unionpay.core.clock.now()):
            raise AdminError(f"settlement day {day} is not over", 409)
        return self._unionpay.settlement.settle(self._merchant(body.get("mer_id")), day)

    def sign_notification(self, request: Request) -> dict[str, str]:
        """A form body out of any fields, correctly signed: {mer_id, params, wrong_signature?, unknown_cert_sn?}."""
        body = body_of(request)
        merchant, params = self._merchant(body.get("mer_id")), body.get("params")
        if not isinstance(params, dict):
            raise AdminError("params must be an object")
        faults = [kind for kind in ("wrong_signature", "unknown_cert_sn") if body.get(kind)]
        strikes = Strikes({kind: Fault(0, "notification", kind, {}) for kind in faults})
        fields = {name: str(value) for name, value in params.items()}
        return {"body": self._unionpay.messages.form(merchant, fields, strikes).decode("ascii")}

    def _merchant(self, mer_id: object) -> Merchant:
        merchant = self._unionpay.merchants.get(str(mer_id))
        if merchant is None:
            raise AdminError(f"no merchant {mer_id}", 404)
        return merchant

    def _order(self, order_id: str, mer_id: object) -> Order:
        found = [
            o for o in self._unionpay.orders.all() if o.order_id == order_id and mer_id in (None, o.merchant.mer_id)
        ]
        if len(found) != 1:
            raise AdminError(f"{len(found)} orders {order_id}; give mer_id", 404 if not found else 409)
        return found[0]

    def _credentials(self, merchant: Merchant) -> dict[str, Any]:
        unionpay = self._unionpay
        return credentials(merchant, unionpay.merchants.authority, unionpay.core.base_url)

    def _summary(self, merchant: Merchant) -> dict[str, Any]:
        return {
            "mer_id": merchant.mer_id,
            "sign_method": merchant.sign_method,
            "balance": str(merchant.account.balance),
            "available": str(yuan(merchant.available)),
            "terms": show(merchant.terms),
        }


def _shown(money: Paid) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(money).items()}


def _fits(order: Order, wanted: dict[str, str]) -> bool:
    mine = {
        "mer_id": order.merchant.mer_id,
        "order_id": order.order_id,
        "status": order.state,
        "kind": order.kind.name,
        "code": order.code,
    }
    return all(mine[name] == value for name, value in wanted.items() if name in mine)


def _query(request: Request) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(request.query).items()}


def _terms(body: dict[str, Any]) -> dict[str, Any]:
    """Terms out of a body, with `fee: {payout, rate, …}` spelled out."""
    fee = body.pop("fee", None) or {}
    if not isinstance(fee, dict) or not fee.keys() <= FEES.keys():
        raise AdminError(f"fee has {', '.join(FEES)}")
    return {**body, **{FEES[name]: value for name, value in fee.items()}}


def _amount(value: object) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation as error:
        raise AdminError(f"{value!r} is no amount") from error
    if not amount.is_finite() or amount < 0 or fen(amount) != amount * 100:
        raise AdminError(f"{value!r} is no amount")
    return amount
