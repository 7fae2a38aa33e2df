"""The admin addresses under /_sandbox/alipay/."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from ..admin import PREFIX, AdminError, body_of, endpoint
from ..core import Core
from ..ledger import ZERO, Movement
from ..router import Router
from ..settings import patch, show
from ..wire import Request
from . import signing
from .apps import MODES, App, credentials
from .certificates import certificate_pem
from .errors import Refusal
from .payees import KnownPayee
from .payouts import Payout, WrongState
from .persons import shown
from .trade import WrongState as WrongTradeState
from .trade_books import TradeRow

if TYPE_CHECKING:
    from .platform import Alipay

FEES = {"wallet": "wallet_fee", "bank": "bank_fee", "returned": "fee_returned"}


class AlipayAdmin:
    """Apps, payees, transfers, trades, ledger and messages, as tests set and read them."""

    def __init__(self, alipay: Alipay, core: Core, gateway_path: str) -> None:
        self._alipay = alipay
        self._core = core
        self._gateway_path = gateway_path

    def routes(self, router: Router) -> None:
        """Register the addresses."""
        here = f"{PREFIX}/alipay"

        def add(verbs: str, path: str, function: Callable[..., Any]) -> None:
            router.add(verbs, here + path, endpoint(function))

        add("GET", "/settings", lambda _: show(self._alipay.settings))
        add("POST PATCH", "/settings", self.change_settings)
        add("GET", "/apps", lambda _: [self._summary(app) for app in self._alipay.apps.all()])
        add("POST", "/apps", self.create_app)
        add("GET", "/apps/<app_id>", self.show_app)
        add("PATCH", "/apps/<app_id>", self.change_app)
        add("POST", "/apps/<app_id>/rotate_certificate", self.rotate)
        add("GET", "/payees", lambda _: [vars(payee) for payee in self._alipay.payees.all()])
        add("POST", "/payees", self.register_payee)
        add("GET", "/transfers", self.transfers)
        add("POST", "/transfers/<out_biz_no>/return", self.return_transfer)
        add("POST", "/transfers/<out_biz_no>/finish", self.finish_transfer)
        add("GET", "/trades", self.trades)
        add("POST", "/trades", self.receive)
        add("POST", "/codes/scan", self.scan)
        add("POST", "/trades/<out_trade_no>/refund", self.refund)
        add("GET", "/ledger", self.ledger)
        add("POST", "/sign_notification", self.sign_notification)

    def change_settings(self, request: Request) -> dict[str, Any]:
        """Change what holds for all apps."""
        patch(self._alipay.settings, body_of(request))
        return show(self._alipay.settings)

    def create_app(self, request: Request) -> dict[str, Any]:
        """A new app with keys, certificates and money; further keys are its terms."""
        body = body_of(request)
        mode = body.pop("mode", "certificate")
        if mode not in MODES:
            raise AdminError(f"mode is one of {', '.join(MODES)}")
        app_id, pid, aes = body.pop("app_id", None), body.pop("pid", None), bool(body.pop("aes", False))
        opening = _amount(body.pop("opening_balance", "0.00"))
        terms = _terms(body)
        try:
            app = self._alipay.apps.create(mode, app_id, pid, aes, opening)
        except KeyError as error:
            raise AdminError(f"app {app_id} exists", 409) from error
        patch(app.terms, terms)
        return self._credentials(app)

    def show_app(self, _: Request, app_id: str) -> dict[str, Any]:
        """An app with its balance and terms, and its credentials."""
        app = self._app(app_id)
        return {**self._summary(app), **self._credentials(app)}

    def change_app(self, request: Request, app_id: str) -> dict[str, Any]:
        """Change an app's terms; `top_up` puts money into its account."""
        app, body = self._app(app_id), body_of(request)
        top_up = body.pop("top_up", None)
        patch(app.terms, _terms(body))
        if top_up is not None:
            self._alipay.apps.top_up(app, _amount(top_up))
        return self._summary(app)

    def rotate(self, _: Request, app_id: str) -> dict[str, str]:
        """Sign for the app with a new Alipay certificate from now on."""
        identity = self._alipay.apps.rotate(self._app(app_id))
        return {"alipay_cert_sn": identity.sn, "alipay_cert": certificate_pem(identity.certificate)}

    def register_payee(self, request: Request) -> dict[str, Any]:
        """Register whom transfers may go to, and how that goes."""
        payee = KnownPayee("", "")
        patch(payee, body_of(request))
        if not payee.identity_type or not payee.identity:
            raise AdminError("identity_type and identity are needed")
        self._alipay.payees.register(payee)
        return vars(payee)

    def transfers(self, request: Request) -> dict[str, Any]:
        """Payouts with what the ledger says was paid for each: the proof that nothing was paid twice."""
        wanted = _query(request)
        payouts = [p for p in self._alipay.payouts.all() if _fits(p, wanted)]
        accounts = {p.app.pid: p.app.account for p in payouts}
        paid = _paid(row for account in accounts.values() for row in list(account.movements))
        shown = [{**p.show(), **paid[p.fund_id].show()} for p in payouts]
        total = sum((paid[p.fund_id] for p in payouts), _Paid())
        return {"transfers": shown, "totals": {"orders": len(shown), **total.show()}}

    def return_transfer(self, request: Request, out_biz_no: str) -> dict[str, Any]:
        """The bank sends a paid transfer back."""
        body = body_of(request)
        payout = self._payout(out_biz_no, body.get("app_id"))
        reason = str(body.get("reason", "收款银行退票：户名与账号不符"))
        try:
            self._alipay.payouts.send_back(payout, str(body.get("error_code", "PAYEE_CARD_INFO_ERROR")), reason)
        except WrongState as error:
            raise AdminError(str(error), 409) from error
        return payout.show()

    def finish_transfer(self, request: Request, out_biz_no: str) -> dict[str, Any]:
        """End a transfer that is DEALING: paid, or failed with `error_code`."""
        body = body_of(request)
        payout = self._payout(out_biz_no, body.get("app_id"))
        self._alipay.payouts.finish(payout, body.get("error_code"))
        return payout.show()

    def trades(self, request: Request) -> list[dict[str, Any]]:
        """Every trade, with its refunds."""
        wanted = _query(request)
        shown_trades = [shown(trade) for trade in self._alipay.trades.all()]
        return [one for one in shown_trades if all(one[name] == value for name, value in wanted.items() if name in one)]

    def scan(self, request: Request) -> dict[str, Any]:
        """Somebody scans a code and does not pay yet: {content}."""
        return self._alipay.persons.scan(str(body_of(request).get("content")))

    def receive(self, request: Request) -> dict[str, Any]:
        """A customer pays: {app_id, out_trade_no, amount, subject?, buyer?, rate?}."""
        body = body_of(request)
        try:
            row = self._alipay.trades.receive(
                self._app(body.get("app_id")),
                str(body.get("out_trade_no")),
                _amount(body.get("amount")),
                str(body.get("subject", "商品")),
                str(body.get("buyer", "159******88")),
                _amount(body.get("rate", "0.006")),
            )
        except WrongTradeState as error:
            raise AdminError(str(error), 409) from error
        return _trade(row)

    def refund(self, request: Request, out_trade_no: str) -> dict[str, Any]:
        """A trade is given back: {app_id, amount, request_no, reason?}."""
        body = body_of(request)
        app, amount = self._app(body.get("app_id")), _amount(body.get("amount"))
        trade = self._alipay.trades.find(app, out_trade_no)
        if trade is None:
            raise AdminError(f"no trade {out_trade_no}", 404)
        try:
            self._alipay.trades.refund(trade, str(body.get("request_no", "")), amount, str(body.get("reason", "")))
        except Refusal as refusal:
            raise AdminError(f"{out_trade_no}: {refusal.sub_code}", 409) from refusal
        return shown(trade)

    def ledger(self, request: Request) -> dict[str, Any]:
        """All rows of an app's account, its balance and its days."""
        account = self._app(_query(request).get("app_id")).account
        rows = list(account.movements)
        contra = {name: str(amount) for name, amount in self._alipay.ledger.contra.items()}
        return {
            "owner": account.owner,
            "balance": str(account.balance),
            "rows": [row.show() for row in rows],
            "days": list(account.days()),
            "contra": contra,
        }

    def sign_notification(self, request: Request) -> dict[str, str]:
        """A form body out of any parameters, correctly signed; objects become JSON, `encrypt` ciphers biz_content."""
        body = body_of(request)
        app, params = self._app(body.get("app_id")), body.get("params")
        if not isinstance(params, dict):
            raise AdminError("params must be an object")
        fields = {name: _plain(value) for name, value in params.items()}
        if body.get("encrypt") and app.aes_key:
            fields["biz_content"] = signing.encrypt(app.aes_key, fields.get("biz_content", "").encode())
        return {"body": self._alipay.messages.signed(app, fields, spoil=bool(body.get("wrong_signature")))}

    def _app(self, app_id: object) -> App:
        app = self._alipay.apps.get(str(app_id))
        if app is None:
            raise AdminError(f"no app {app_id}", 404)
        return app

    def _payout(self, out_biz_no: str, app_id: object) -> Payout:
        found = [
            p for p in self._alipay.payouts.all() if p.order.out_biz_no == out_biz_no and app_id in (None, p.app.app_id)
        ]
        if len(found) != 1:
            raise AdminError(f"{len(found)} transfers {out_biz_no}; give app_id", 404 if not found else 409)
        return found[0]

    def _credentials(self, app: App) -> dict[str, Any]:
        return credentials(app, self._alipay.apps.authority, self._core.base_url + self._gateway_path)

    def _summary(self, app: App) -> dict[str, Any]:
        balance = str(app.account.balance)
        return {"app_id": app.app_id, "pid": app.pid, "mode": app.mode, "balance": balance, "terms": show(app.terms)}


class _Paid:
    """What the ledger's rows say about one payout: debits, returns and fees."""

    def __init__(self) -> None:
        self.debits = self.returns = 0
        self.debited = self.returned = self.fees = ZERO

    def count(self, row: Movement) -> None:
        """Add one movement."""
        if row.words.business_type == "收费":
            self.fees -= row.amount
        elif row.amount < 0:
            self.debits += 1
            self.debited -= row.amount
        else:
            self.returns += 1
            self.returned += row.amount

    def __add__(self, other: _Paid) -> _Paid:
        both = _Paid()
        both.debits, both.returns = self.debits + other.debits, self.returns + other.returns
        both.debited, both.returned = self.debited + other.debited, self.returned + other.returned
        both.fees = self.fees + other.fees
        return both

    def show(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "executed_count": self.debits,
            "executed_sum": str(self.debited),
            "returned_count": self.returns,
            "returned_sum": str(self.returned),
            "fee_sum": str(self.fees),
        }


def _paid(rows: Iterable[Movement]) -> dict[str, _Paid]:
    """What was paid, by fund number."""
    paid: dict[str, _Paid] = defaultdict(_Paid)
    for row in rows:
        paid[row.words.business_no].count(row)
    return paid


def _fits(payout: Payout, wanted: dict[str, str]) -> bool:
    mine = {"app_id": payout.app.app_id, "out_biz_no": payout.order.out_biz_no, "status": payout.status}
    return all(mine[name] == value for name, value in wanted.items() if name in mine)


def _query(request: Request) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(request.query).items()}


def _terms(body: dict[str, Any]) -> dict[str, Any]:
    """Terms out of a body, with `fee: {wallet, bank, returned}` spelled out."""
    fee = body.pop("fee", None) or {}
    if not isinstance(fee, dict) or not fee.keys() <= FEES.keys():
        raise AdminError(f"fee has {', '.join(FEES)}")
    return {**body, **{FEES[name]: value for name, value in fee.items()}}


def _amount(value: object) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation as error:
        raise AdminError(f"{value!r} is no amount") from error
    if not amount.is_finite() or amount < 0:
        raise AdminError(f"{value!r} is no amount")
    return amount


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _trade(row: TradeRow) -> dict[str, str]:
    return {"trade_no": row.trade_no, "out_trade_no": row.out_trade_no, "amount": str(row.amount), "fee": str(row.fee)}
