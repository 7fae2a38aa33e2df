"""The admin addresses under /_sandbox/wechatpay/."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from ..admin import PREFIX, AdminError, body_of, endpoint
from ..core import Core
from ..ledger import InsufficientFunds
from ..router import Router
from ..settings import patch, show
from ..wire import Request
from .amounts import fen
from .errors import Refusal
from .merchants import MODES, Merchant, balances, credentials
from .outsiders import Executed, executed
from .payees import KnownPayee
from .purses import ACCOUNTS, BASIC, OPERATION
from .refunds import ABNORMAL, CLOSED, SUCCESS, RefundOrder
from .trade_orders import NATIVE, TradeOrder
from .transfers import Transfer, WrongState

if TYPE_CHECKING:
    from .platform import WechatPay

OUTCOMES = (SUCCESS, ABNORMAL, CLOSED)


class WechatAdmin:
    """Merchants, payees, transfers, trades, ledger and messages, as tests set and read them."""

    def __init__(self, wechat: WechatPay, core: Core) -> None:
        self._wechat = wechat
        self._core = core

    def routes(self, router: Router) -> None:
        """Register the addresses."""

        def add(verbs: str, path: str, function: Callable[..., Any]) -> None:
            router.add(verbs, f"{PREFIX}/wechatpay{path}", endpoint(function))

        add("GET", "/settings", lambda _: show(self._wechat.settings))
        add("POST PATCH", "/settings", self.change_settings)
        add("GET", "/merchants", lambda _: [self._summary(one) for one in self._wechat.merchants.all()])
        add("POST", "/merchants", self.create_merchant)
        add("GET", "/merchants/<mchid>", self.show_merchant)
        add("PATCH", "/merchants/<mchid>", self.change_merchant)
        add("POST", "/certificates", self.add_certificate)
        add("DELETE", "/certificates/<serial>", self.retire_certificate)
        add("GET", "/payees", lambda _: [vars(payee) for payee in self._wechat.payees.all()])
        add("POST", "/payees", self.register_payee)
        add("GET", "/transfers", self.transfers)
        add("POST", "/transfers/<out_bill_no>/confirm", self.confirm_transfer)
        add("POST", "/transfers/<out_bill_no>/finish", self.finish_transfer)
        add("GET", "/trades", self.trades)
        add("POST", "/trades", self.receive)
        add("POST", "/trades/<out_trade_no>/refund", self.refund)
        add("POST", "/refunds/<out_refund_no>/finish", self.finish_refund)
        add("GET", "/ledger", self.ledger)
        add("POST", "/sign_notification", self.sign_notification)

    def change_settings(self, request: Request) -> dict[str, Any]:
        """Change what holds for all merchants."""
        patch(self._wechat.settings, body_of(request))
        return show(self._wechat.settings)

    def create_merchant(self, request: Request) -> dict[str, Any]:
        """A new merchant with keys and money; further keys are its terms."""
        body = body_of(request)
        mode = body.pop("mode", MODES[0])
        if mode not in MODES:
            raise AdminError(f"mode is one of {', '.join(MODES)}")
        mchid, appid = body.pop("mchid", None), body.pop("appid", None)
        opening = _per_purse(body.pop("opening_balance", None))
        try:
            merchant = self._wechat.merchants.create(mode, mchid, appid)
        except KeyError as error:
            raise AdminError(f"merchant {mchid} exists", 409) from error
        patch(merchant.terms, body)
        self._top_up(merchant, opening)
        return self._credentials(merchant)

    def show_merchant(self, _: Request, mchid: str) -> dict[str, Any]:
        """A merchant with its balances and terms, and its credentials."""
        merchant = self._merchant(mchid)
        return {**self._summary(merchant), **self._credentials(merchant)}

    def change_merchant(self, request: Request, mchid: str) -> dict[str, Any]:
        """Change mode and terms; `top_up` and `withdraw` {purse: amount}, `move` {"from", "to", "amount"}."""
        merchant, body = self._merchant(mchid), body_of(request)
        mode = body.pop("mode", merchant.mode)
        top_up, withdraw = _per_purse(body.pop("top_up", None)), _per_purse(body.pop("withdraw", None))
        move = body.pop("move", None)
        if mode not in MODES:
            raise AdminError(f"mode is one of {', '.join(MODES)}")
        patch(merchant.terms, body)
        merchant.mode = mode
        self._top_up(merchant, top_up)
        try:
            for account, amount in withdraw.items():
                self._wechat.merchants.withdraw(merchant, account, amount)
            if move is not None:
                source, target = _purse(move.get("from")), _purse(move.get("to"))
                self._wechat.merchants.move(merchant, source, target, _amount(move.get("amount")))
        except InsufficientFunds as error:
            raise AdminError(f"{error} has not so much", 409) from error
        self._wechat.transfers.money_came(merchant)
        return self._summary(merchant)

    def add_certificate(self, request: Request) -> dict[str, str]:
        """A further platform certificate; `sign` (default true): it signs from now on."""
        identity = self._wechat.merchants.certificates.add(bool(body_of(request).get("sign", True)))
        return {"serial_no": identity.serial, "certificate": identity.pem}

    def retire_certificate(self, _: Request, serial: str) -> dict[str, str]:
        """Take a certificate out of use; not the one that signs."""
        if not self._wechat.merchants.certificates.retire(serial):
            raise AdminError(f"certificate {serial} signs, or is unknown", 409)
        return {"retired": serial}

    def register_payee(self, request: Request) -> dict[str, Any]:
        """Register a payee and how transfers to it go."""
        payee = KnownPayee("")
        patch(payee, body_of(request))
        if not payee.openid:
            raise AdminError("openid is needed")
        self._wechat.payees.register(payee)
        return vars(payee)

    def transfers(self, request: Request) -> dict[str, Any]:
        """Transfers with what the ledger says was paid for each: the proof that nothing was paid twice."""
        shown = [one for one in self._wechat.transfers.all() if _fits(one.show(), _query(request))]
        merchants = {one.merchant.mchid: one.merchant for one in shown}
        rows = [row for merchant in merchants.values() for row in merchant.purses.rows()]
        paid = executed(rows, money_in=False)
        listed = [{**one.show(), **paid[one.bill_no].show()} for one in shown]
        total = Executed()
        for one in (paid[transfer.bill_no] for transfer in shown):
            total.count, total.total = total.count + one.count, total.total + one.total
            total.back_count, total.back_total = total.back_count + one.back_count, total.back_total + one.back_total
        return {"transfers": listed, "totals": {"orders": len(listed), **total.show()}}

    def confirm_transfer(self, request: Request, out_bill_no: str) -> dict[str, Any]:
        """The payee confirms: {mchid?}."""
        transfer = self._transfer(out_bill_no, body_of(request).get("mchid"))
        return self._wechat.confirm(transfer.package) or {}

    def finish_transfer(self, request: Request, out_bill_no: str) -> dict[str, Any]:
        """End a transfer that waits for its payee or is under way: {mchid?, fail_reason?}."""
        body = body_of(request)
        transfer = self._transfer(out_bill_no, body.get("mchid"))
        try:
            self._wechat.transfers.finish(transfer, body.get("fail_reason"))
        except WrongState as error:
            raise AdminError(str(error), 409) from error
        return transfer.show()

    def trades(self, request: Request) -> dict[str, Any]:
        """Orders and refunds."""
        wanted = _query(request)
        trades = [shown for one in self._wechat.trades.all() if _fits(shown := one.show(), wanted)]
        refunds = [shown for one in self._wechat.refunds.all() if _fits(shown := one.show(), wanted)]
        return {"trades": trades, "refunds": refunds}

    def receive(self, request: Request) -> dict[str, Any]:
        """A customer pays an order that never went through the API: {mchid, out_trade_no, amount, description?}."""
        body = body_of(request)
        merchant, total = self._merchant(body.get("mchid")), fen(_amount(body.get("amount")))
        number, description = str(body.get("out_trade_no")), str(body.get("description", "商品"))
        order = TradeOrder(NATIVE, merchant.appid, number, description, total, notify_url=body.get("notify_url", ""))
        try:
            code_url = self._wechat.trades.native(merchant, order)
        except Refusal as refusal:
            raise AdminError(f"{number}: {refusal.code} {refusal.message}", 409) from refusal
        return self._wechat.pay(code_url, None) or {}

    def refund(self, request: Request, out_trade_no: str) -> dict[str, Any]:
        """A trade is refunded in the console: {mchid, amount, out_refund_no, reason?}."""
        body = body_of(request)
        merchant, amount = self._merchant(body.get("mchid")), fen(_amount(body.get("amount")))
        try:
            trade = self._wechat.trades.find(merchant, out_trade_no)
            number, reason = str(body.get("out_refund_no")), str(body.get("reason", ""))
            order = RefundOrder(number, out_trade_no, "", amount, trade.paid_fen, reason)
            return self._wechat.refunds.create(merchant, order).show()
        except Refusal as refusal:
            raise AdminError(f"{out_trade_no}: {refusal.code} {refusal.message}", 409) from refusal

    def finish_refund(self, request: Request, out_refund_no: str) -> dict[str, Any]:
        """End a refund that is PROCESSING: {mchid?, status?}."""
        body = body_of(request)
        status, mchid = body.get("status", SUCCESS), body.get("mchid")
        if status not in OUTCOMES:
            raise AdminError(f"status is one of {', '.join(OUTCOMES)}")
        found = [
            one
            for one in self._wechat.refunds.all()
            if one.order.out_refund_no == out_refund_no and mchid in (None, one.trade.merchant.mchid)
        ]
        refund = _single(found, f"refunds {out_refund_no}")
        self._wechat.refunds.end(refund, status)
        return refund.show()

    def ledger(self, request: Request) -> dict[str, Any]:
        """Rows, balance and days of both purses, and the counter accounts of the platform."""
        merchant = self._merchant(_query(request).get("mchid"))
        purses = {
            name: {
                "balance": str(merchant.purses[name].balance),
                "rows": [row.show() for row in list(merchant.purses[name].movements)],
                "days": list(merchant.purses[name].days()),
            }
            for name in ACCOUNTS
        }
        contra = {name: str(amount) for name, amount in list(self._wechat.ledger.contra.items())}
        return {"mchid": merchant.mchid, "balance": str(merchant.purses.total), "purses": purses, "contra": contra}

    def sign_notification(self, request: Request) -> dict[str, Any]:
        """A message out of any content, sealed and signed: {mchid, event_type, original_type, resource, …}.

        `wrong_signature` and `probe` spoil the signature. Answers {"body", "headers"}.
        """
        body = body_of(request)
        merchant, told = self._merchant(body.get("mchid")), body.get("resource")
        if not isinstance(told, dict):
            raise AdminError("resource must be an object")
        event, original = str(body.get("event_type", "")), str(body.get("original_type", ""))
        text = self._wechat.messages.sealed(merchant, event, original, str(body.get("summary", "")), told)
        spoil, probe = bool(body.get("wrong_signature")), bool(body.get("probe"))
        headers = self._wechat.messages.headers(merchant, text, spoil, probe)
        return {"body": text.decode(), "headers": {"Content-Type": "application/json", **headers}}

    def _top_up(self, merchant: Merchant, amounts: dict[str, Decimal]) -> None:
        for account, amount in amounts.items():
            if amount:
                self._wechat.merchants.top_up(merchant, account, amount)

    def _merchant(self, mchid: object) -> Merchant:
        merchant = self._wechat.merchants.get(str(mchid))
        if merchant is None:
            raise AdminError(f"no merchant {mchid}", 404)
        return merchant

    def _transfer(self, out_bill_no: str, mchid: object) -> Transfer:
        found = [
            one
            for one in self._wechat.transfers.all()
            if one.order.out_bill_no == out_bill_no and mchid in (None, one.merchant.mchid)
        ]
        return _single(found, f"transfers {out_bill_no}")

    def _credentials(self, merchant: Merchant) -> dict[str, Any]:
        return credentials(merchant, self._wechat.merchants.certificates, self._core.base_url)

    def _summary(self, merchant: Merchant) -> dict[str, Any]:
        numbers = {"mchid": merchant.mchid, "appid": merchant.appid, "mode": merchant.mode}
        return {**numbers, "balances": balances(merchant), "terms": show(merchant.terms)}


def _single(found: list[Any], what: str) -> Any:
    if len(found) != 1:
        raise AdminError(f"{len(found)} {what}; give mchid", 404 if not found else 409)
    return found[0]


def _fits(shown: dict[str, Any], wanted: dict[str, str]) -> bool:
    return all(shown[name] == value for name, value in wanted.items() if name in shown)


def _query(request: Request) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(request.query).items()}


def _per_purse(value: object) -> dict[str, Decimal]:
    """{"BASIC": amount, "OPERATION": amount}, or one amount for the operating purse."""
    if value is None:
        return {}
    if isinstance(value, dict):
        return {_purse(name): _amount(amount) for name, amount in value.items()}
    return {OPERATION: _amount(value)}


def _purse(name: object) -> str:
    if name not in ACCOUNTS:
        raise AdminError(f"a purse is {BASIC} or {OPERATION}")
    return str(name)


def _amount(value: object) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation as error:
        raise AdminError(f"{value!r} is no amount") from error
    if not amount.is_finite() or amount < 0:
        raise AdminError(f"{value!r} is no amount")
    return amount
