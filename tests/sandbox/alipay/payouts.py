"""Transfers as the platform executes them: idempotency, checks, money, states and what happens later.

    (accepted) → SUCCESS                       to Alipay accounts, at once
    (accepted) → DEALING → SUCCESS | FAIL      to bank accounts, or where a delay is set
    SUCCESS → REFUND                           to bank accounts, when the bank sends the money back

The money leaves the payer's account when the order is accepted and comes back on FAIL and REFUND.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from ..clock import STAMP
from ..core import Core
from ..ledger import ZERO, InsufficientFunds, Words
from .apps import CHANNEL, App
from .errors import SUB_MESSAGES, business
from .orders import CORPORATE, Order
from .payees import KnownPayee, Payees, masked
from .settings import AlipaySettings

DEALING, SUCCESS, FAIL, REFUND = "DEALING", "SUCCESS", "FAIL", "REFUND"
ALLOWED = {(DEALING, SUCCESS), (DEALING, FAIL), (SUCCESS, REFUND)}
FEE_PAYEE = "支付宝(中国)网络技术有限公司"
Listener = Callable[["Payout", bool], None]


@dataclass
class Payout:
    """One executed order. `history` holds every state with its time."""

    app: App
    order: Order
    order_id: str
    fund_id: str
    fee: Decimal
    status: str
    created: datetime
    paid: datetime | None = None
    error_code: str = ""
    fail_reason: str = ""
    history: list[tuple[str, datetime]] = field(default_factory=list)

    @property
    def paid_text(self) -> str:
        """When the payee was paid, as the API writes it; "" while it has not been."""
        return self.paid.strftime(STAMP) if self.paid else ""

    def show(self) -> dict[str, Any]:
        """The payout as JSON, for the admin API."""
        return {
            "app_id": self.app.app_id,
            "pid": self.app.pid,
            "out_biz_no": self.order.out_biz_no,
            "order_id": self.order_id,
            "pay_fund_order_id": self.fund_id,
            "status": self.status,
            "amount": str(self.order.amount),
            "fee": str(self.fee),
            "product_code": self.order.product_code,
            "payee": self.order.payee.identity,
            "payee_name": self.order.payee.name,
            "error_code": self.error_code,
            "fail_reason": self.fail_reason,
            "history": [[status, time.isoformat()] for status, time in self.history],
        }


class WrongState(Exception):
    """The payout cannot take that step."""


class Payouts:
    """Every payout, by merchant and out_biz_no. `listener(payout, in_request)` hears of each change of state."""

    def __init__(self, core: Core, settings: AlipaySettings, payees: Payees, listener: Listener) -> None:
        self._core = core
        self._settings = settings
        self._payees = payees
        self._listener = listener
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._table: dict[tuple[str, str], Payout] = {}
        self._by_id: dict[str, Payout] = {}

    def execute(self, app: App, order: Order) -> Payout:
        """Carry out an order once: the same order again gives the same payout. Raises Refusal."""
        key = (app.pid, order.out_biz_no)
        with self._lock:
            if (known := self._table.get(key)) is not None:
                if known.order != order:
                    raise business("PAYMENT_INFO_INCONSISTENCY")
                return known
            payee = self._admit(app, order)
            payout = self._pay(app, order)
            self._table[key] = self._by_id[payout.order_id] = self._by_id[payout.fund_id] = payout
            delay = self._delay(app, order, payee)
            if delay == 0:
                self._enter(payout, SUCCESS)
        if payout.status == SUCCESS:
            self._listener(payout, True)
        elif delay is not None:
            error = payee.late_error if payee else None
            self._core.scheduler.after(delay / 1000, lambda: self.finish(payout, error))
        return payout

    def find(self, app: App, out_biz_no: str = "", number: str = "") -> Payout | None:
        """A payout of this merchant by its own number, or by order or fund number."""
        with self._lock:
            payout = self._by_id.get(number) if number else self._table.get((app.pid, out_biz_no))
        return payout if payout and payout.app.pid == app.pid else None

    def all(self) -> Iterator[Payout]:
        """Every payout, oldest first."""
        with self._lock:
            return iter(list(self._table.values()))

    def finish(self, payout: Payout, error_code: str | None = None) -> None:
        """End DEALING: paid, or failed with `error_code` and the money back. Nothing when it has ended already."""
        with self._lock:
            if payout.status != DEALING:
                return
            if error_code:
                payout.error_code = error_code
                payout.fail_reason = SUB_MESSAGES.get(error_code, "转账失败")
                self._enter(payout, FAIL)
                self._give_back(payout, "转账失败退回", with_fee=True)
            else:
                self._enter(payout, SUCCESS)
        self._listener(payout, False)

    def send_back(self, payout: Payout, error_code: str, reason: str) -> None:
        """The bank returns a paid transfer (退票). Raises WrongState."""
        with self._lock:
            if not payout.order.to_bank:
                raise WrongState("only transfers to bank accounts come back")
            self._enter(payout, REFUND)
            payout.error_code, payout.fail_reason = error_code, reason
            self._give_back(payout, f"退票 {reason}", with_fee=payout.app.terms.fee_returned)
        self._listener(payout, False)

    def _admit(self, app: App, order: Order) -> KnownPayee | None:
        """The checks that come after the form: contract, payee, limits."""
        terms = app.terms
        if terms.transfer_scene == "required" and not order.scene:
            raise business("TRANSFER_SCENE_NAME_BLANK")
        if order.payee.identity == app.pid:
            raise business("PAYER_PAYEE_CANNOT_SAME")
        payee = self._payees.find(order.payee.identity_type, order.payee.identity)
        if payee is None and not order.to_bank and self._settings.unknown_payees != "accept":
            raise business("PAYEE_NOT_EXIST")
        if payee is not None:
            if payee.error:
                raise business(payee.error)
            if payee.name and order.payee.name and payee.name != order.payee.name:
                raise business("PAYEE_CARD_INFO_ERROR" if order.to_bank else "PAYEE_USERINFO_ERROR")
        corporate = order.payee.account_type == CORPORATE or bool(payee and payee.corporate)
        _within(order.amount, terms.single_limit, "EXCEED_LIMIT_SM_AMOUNT")
        if corporate:
            _within(order.amount, terms.corporate_limit, "EXCEED_LIMIT_ENT_SM_AMOUNT")
        else:
            _within(order.amount, terms.personal_limit, "EXCEED_LIMIT_PERSONAL_SM_AMOUNT")
        if terms.daily_limit is not None:
            _within(self._paid_in(app, "%Y%m%d") + order.amount, terms.daily_limit, "EXCEED_LIMIT_DM_AMOUNT")
        if terms.monthly_limit is not None:
            _within(self._paid_in(app, "%Y%m") + order.amount, terms.monthly_limit, "EXCEED_LIMIT_MM_AMOUNT")
        return payee

    def _paid_in(self, app: App, period: str) -> Decimal:
        """What the merchant has paid in the current day or month, without what failed."""
        now = self._core.clock.now().strftime(period)
        mine = (p for p in self._table.values() if p.app.pid == app.pid and p.status != FAIL)
        return sum((p.order.amount for p in mine if p.created.strftime(period) == now), ZERO)

    def _pay(self, app: App, order: Order) -> Payout:
        """Take amount and fee from the payer. Raises Refusal when there is not enough."""
        fee = app.terms.bank_fee if order.to_bank else app.terms.wallet_fee
        if app.account.balance < order.amount + fee:
            raise business("PAYER_BALANCE_NOT_ENOUGH")
        tail = f"{self._core.digits(4)}{next(self._numbers):08d}"
        day = f"{self._core.clock.now():%Y%m%d}"
        order_id, fund_id = f"{day}110070000006{tail}", f"{day}110070001506{tail}"
        payout = Payout(app, order, order_id, fund_id, fee, "", self._core.clock.stamp())
        try:
            self._book(payout, -order.amount, order.remark)
            if fee:
                self._book_fee(payout, -fee, "服务费")
        except InsufficientFunds as error:
            raise business("PAYER_BALANCE_NOT_ENOUGH") from error
        payout.status = DEALING
        payout.history.append((DEALING, payout.created))
        return payout

    def _delay(self, app: App, order: Order, payee: KnownPayee | None) -> int | None:
        """Milliseconds of DEALING; None waits for the admin API."""
        if payee is not None and payee.delay_ms is not None:
            return payee.delay_ms
        if order.to_bank:
            return app.terms.bank_dealing_ms
        return max(app.terms.wallet_dealing_ms, 1 if payee and payee.late_error else 0)

    def _enter(self, payout: Payout, status: str) -> None:
        """Take a step that the table allows, and plan what follows from it."""
        if (payout.status, status) not in ALLOWED:
            raise WrongState(f"{payout.order.out_biz_no} is {payout.status}")
        payout.status = status
        now = self._core.clock.stamp()
        payout.history.append((status, now))
        if status == SUCCESS:
            payout.paid = now
            after = self._returns_after(payout)
            if after is not None:
                self._core.scheduler.after(after / 1000, lambda: self._come_back(payout))

    def _returns_after(self, payout: Payout) -> int | None:
        if not payout.order.to_bank:
            return None
        payee = self._payees.find(payout.order.payee.identity_type, payout.order.payee.identity)
        if payee is not None and payee.returns_after_ms is not None:
            return payee.returns_after_ms
        return payout.app.terms.bank_returns_after_ms

    def _come_back(self, payout: Payout) -> None:
        if payout.status == SUCCESS:
            self.send_back(payout, "PAYEE_CARD_INFO_ERROR", "收款银行退票：户名与账号不符")

    def _give_back(self, payout: Payout, memo: str, with_fee: bool) -> None:
        self._book(payout, payout.order.amount, memo)
        if with_fee and payout.fee:
            self._book_fee(payout, payout.fee, "服务费退回")

    def _book(self, payout: Payout, amount: Decimal, memo: str) -> None:
        order = payout.order
        payee = order.payee
        out = amount < 0
        words = Words(
            "转账" if out else self._settings.return_business_type,
            payout.fund_id,
            order.out_biz_no,
            order.title,
            f"{payee.name}({masked(payee.identity)})",
            CHANNEL,
            memo,
            "0020001|转账" if out else "0020003|转账退回",
            "开放平台",
            order.out_biz_no,
        )
        payout.app.account.post(amount, f"payee:{payee.identity_type}:{payee.identity}", words)

    def _book_fee(self, payout: Payout, amount: Decimal, memo: str) -> None:
        number = payout.order.out_biz_no
        code = "0030001|服务费" if amount < 0 else "0030002|服务费退回"
        words = Words(
            "收费",
            payout.fund_id,
            number,
            payout.order.title,
            FEE_PAYEE,
            CHANNEL,
            f"{memo}[{payout.fund_id}]",
            code,
            "开放平台",
            number,
        )
        payout.app.account.post(amount, "fees", words)


def _within(amount: Decimal, limit: Decimal | None, sub_code: str) -> None:
    if limit is not None and amount > limit:
        raise business(sub_code)
