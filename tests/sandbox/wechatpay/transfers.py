"""Transfers as the platform executes them: idempotency, money, states and what happens later.

    ACCEPTED → PROCESSING → WAIT_USER_CONFIRM → TRANSFERING → SUCCESS | FAIL
    ACCEPTED | PROCESSING | WAIT_USER_CONFIRM → CANCELING → CANCELLED
    PROCESSING | WAIT_USER_CONFIRM → FAIL (OVERDUE_CLOSE)

The money leaves the operating purse when the transfer is locked (on acceptance) and comes back on FAIL and CANCELLED.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from ..core import Core
from ..ledger import ZERO, InsufficientFunds
from .amounts import fen, rfc3339, yuan
from .errors import Refusal, changed_repeat
from .merchants import Merchant
from .payees import KnownPayee, Payees
from .purses import OPERATION, Entry
from .settings import WechatSettings
from .transfer_orders import TransferOrder

ACCEPTED, PROCESSING, WAITING = "ACCEPTED", "PROCESSING", "WAIT_USER_CONFIRM"
TRANSFERING, SUCCESS, FAIL = "TRANSFERING", "SUCCESS", "FAIL"
CANCELING, CANCELLED = "CANCELING", "CANCELLED"
FINAL = (SUCCESS, FAIL, CANCELLED)
ALLOWED = {
    (ACCEPTED, PROCESSING),
    (PROCESSING, WAITING),
    (WAITING, TRANSFERING),
    (TRANSFERING, SUCCESS),
    (TRANSFERING, FAIL),
    (ACCEPTED, CANCELING),
    (PROCESSING, CANCELING),
    (WAITING, CANCELING),
    (CANCELING, CANCELLED),
    (PROCESSING, FAIL),
    (WAITING, FAIL),
}
UNCONFIRMED = (PROCESSING, WAITING)
OVERDUE = "OVERDUE_CLOSE"
Listener = Callable[["Transfer", bool], None]


@dataclass
class Transfer:
    """One accepted transfer. `package` leads the payee to the confirmation; `history` holds every state."""

    merchant: Merchant
    order: TransferOrder
    bill_no: str
    package: str
    state: str
    created: datetime
    updated: datetime
    locked: bool = False
    fail_reason: str = ""
    history: list[tuple[str, datetime]] = field(default_factory=list)

    def show(self) -> dict[str, Any]:
        """The transfer as JSON, for the admin API."""
        return {
            "mchid": self.merchant.mchid,
            "out_bill_no": self.order.out_bill_no,
            "transfer_bill_no": self.bill_no,
            "state": self.state,
            "amount": str(yuan(self.order.amount)),
            "openid": self.order.openid,
            "user_name": self.order.name,
            "package_info": self.package,
            "fail_reason": self.fail_reason,
            "history": [[state, rfc3339(time)] for state, time in self.history],
        }


class WrongState(Exception):
    """The transfer cannot take that step."""


class Transfers:
    """Every transfer. `listener(transfer, in_request)` hears of each final state."""

    def __init__(self, core: Core, settings: WechatSettings, payees: Payees, listener: Listener) -> None:
        self._core = core
        self._settings = settings
        self._payees = payees
        self._listener = listener
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._table: dict[tuple[str, str], Transfer] = {}
        self._by_bill: dict[str, Transfer] = {}
        self._by_package: dict[str, Transfer] = {}

    def create(self, merchant: Merchant, order: TransferOrder) -> Transfer:
        """Accept an order once; the transfer as it stood then, or stands now when it is known. Raises Refusal."""
        with self._lock:
            known = self._table.get((merchant.mchid, order.out_bill_no))
            if known is not None:
                return self._again(known, order)
            payee = self._admit(merchant, order)
            transfer = self._accept(merchant, order)
            if not self._settings.accepted_ms:
                self._process(transfer, in_request=True)
            else:
                self._later(self._settings.accepted_ms, lambda: self._process(transfer))
            told = replace(transfer)
        if transfer.state == WAITING and payee.auto_confirm_ms == 0:
            self._confirm_if_waiting(transfer, in_request=True)
        return told

    def find(self, merchant: Merchant, out_bill_no: str = "", bill_no: str = "") -> Transfer:
        """The transfer as the query sees it. Raises Refusal (NOT_FOUND)."""
        with self._lock:
            transfer = self._by_bill.get(bill_no) if bill_no else self._table.get((merchant.mchid, out_bill_no))
            if transfer is None or transfer.merchant is not merchant:
                raise Refusal("NOT_FOUND")
            age = self._core.clock.now() - transfer.created
            blind = timedelta(milliseconds=self._settings.query_blind_ms)
            if age < blind or age > timedelta(days=self._settings.query_days):
                raise Refusal("NOT_FOUND")
            return replace(transfer)

    def cancel(self, merchant: Merchant, out_bill_no: str) -> Transfer:
        """Take back what the payee has not confirmed; again and again gives the same. Raises Refusal."""
        with self._lock:
            transfer = self._table.get((merchant.mchid, out_bill_no))
            if transfer is None:
                raise Refusal("NOT_FOUND")
            if transfer.state not in (CANCELING, CANCELLED):
                if (transfer.state, CANCELING) not in ALLOWED:
                    raise Refusal("INVALID_REQUEST", "当前单据状态不支持撤销")
                self._enter(transfer, CANCELING)
                self._later(
                    self._settings.canceling_ms, lambda: self._end(transfer, (CANCELING,), CANCELLED, "MCH_CANCEL")
                )
            return replace(transfer)

    def confirm(self, package: str) -> Transfer | None:
        """The payee opens a package_info and confirms; None when there is no such. Raises WrongState."""
        with self._lock:
            transfer = self._by_package.get(package)
            if transfer is None:
                return None
            self._enter(transfer, TRANSFERING)
        self._later(self._settings.transfering_ms, lambda: self._arrive(transfer))
        return transfer

    def finish(self, transfer: Transfer, fail_reason: str | None = None) -> None:
        """End a transfer that waits or is under way: paid, or failed. Raises WrongState."""
        with self._lock:
            if transfer.state not in (WAITING, TRANSFERING):
                raise WrongState(f"{transfer.order.out_bill_no} is {transfer.state}")
            if transfer.state == WAITING and not fail_reason:
                self._enter(transfer, TRANSFERING)
        self._end(transfer, (WAITING, TRANSFERING), FAIL if fail_reason else SUCCESS, fail_reason or "")

    def money_came(self, merchant: Merchant) -> None:
        """Go on with transfers that waited for money."""
        with self._lock:
            for transfer in list(self._table.values()):
                if transfer.merchant is merchant and transfer.state == PROCESSING and not transfer.locked:
                    self._process_further(transfer)

    def all(self) -> list[Transfer]:
        """Every transfer, oldest first."""
        with self._lock:
            return list(self._table.values())

    def _again(self, known: Transfer, order: TransferOrder) -> Transfer:
        if known.order != order:
            raise changed_repeat()
        if self._core.clock.now() - known.created > timedelta(days=self._settings.retry_days):
            raise Refusal("INVALID_REQUEST", "商户单号已过重入期，请查询后再处理")
        return replace(known)

    def _admit(self, merchant: Merchant, order: TransferOrder) -> KnownPayee:
        """The checks that come after the form: appid, payee, limits, money."""
        if order.appid != merchant.appid:
            raise Refusal("INVALID_REQUEST", "appid与商户号不匹配或不存在")
        payee = self._payees.find(order.openid)
        if payee is None:
            raise Refusal("INVALID_REQUEST", "openid与appid不匹配或不存在")
        if payee.error:
            raise Refusal(payee.error)
        terms = merchant.terms
        if terms.single_limit is not None and yuan(order.amount) > terms.single_limit:
            raise Refusal("INVALID_REQUEST", "转账金额超出场景单笔限额")
        if terms.daily_limit is not None and self._today(merchant) + yuan(order.amount) > terms.daily_limit:
            raise Refusal("INVALID_REQUEST", "转账金额超出单日限额")
        short = fen(merchant.purses[OPERATION].balance) < order.amount
        if short and self._settings.shortage != "wait":
            raise Refusal("NOT_ENOUGH", "运营账户资金不足")
        return payee

    def _today(self, merchant: Merchant) -> Decimal:
        today = self._core.clock.now().date()
        mine = (t for t in self._table.values() if t.merchant is merchant and t.state not in (FAIL, CANCELLED))
        return sum((yuan(t.order.amount) for t in mine if t.created.date() == today), ZERO)

    def _accept(self, merchant: Merchant, order: TransferOrder) -> Transfer:
        now = self._core.clock.stamp()
        bill_no = f"13300{merchant.mchid}{now:%Y%m%d}{self._core.digits(5)}{next(self._numbers):08d}"
        transfer = Transfer(merchant, order, bill_no, f"AAO{self._core.token(93)}", ACCEPTED, now, now)
        self._lock_money(transfer)
        transfer.history.append((ACCEPTED, now))
        self._table[merchant.mchid, order.out_bill_no] = transfer
        self._by_bill[bill_no] = self._by_package[transfer.package] = transfer
        return transfer

    def _lock_money(self, transfer: Transfer) -> None:
        """Take the amount out of the purse, unless it is short and may wait. Raises Refusal."""
        try:
            self._book(transfer, -1, self._settings.transfer_business_name)
            transfer.locked = True
        except InsufficientFunds as error:
            if self._settings.shortage != "wait":
                raise Refusal("NOT_ENOUGH", "运营账户资金不足") from error

    def _process(self, transfer: Transfer, in_request: bool = False) -> None:
        with self._lock:
            if transfer.state != ACCEPTED:
                return
            self._enter(transfer, PROCESSING)
            self._core.scheduler.after(
                self._settings.confirm_hours * 3600, lambda: self._end(transfer, UNCONFIRMED, FAIL, OVERDUE)
            )
            if not self._settings.processing_ms:
                self._process_further(transfer, in_request)
            else:
                self._later(self._settings.processing_ms, lambda: self._process_further(transfer))

    def _process_further(self, transfer: Transfer, in_request: bool = False) -> None:
        """Ask the payee, once the money is locked; `create` itself sees to a payee who confirms within the request."""
        with self._lock:
            if transfer.state != PROCESSING:
                return
            if not transfer.locked:
                self._lock_money(transfer)
            if not transfer.locked:
                return
            self._enter(transfer, WAITING)
            payee = self._payees.find(transfer.order.openid)
            if payee is None or payee.auto_confirm_ms is None:
                return
            if payee.auto_confirm_ms or not in_request:
                self._later(payee.auto_confirm_ms, lambda: self._confirm_if_waiting(transfer))

    def _confirm_if_waiting(self, transfer: Transfer, in_request: bool = False) -> None:
        with self._lock:
            if transfer.state != WAITING:
                return
            self._enter(transfer, TRANSFERING)
        if in_request and not self._settings.transfering_ms:
            self._arrive(transfer, True)
        else:
            self._later(self._settings.transfering_ms, lambda: self._arrive(transfer))

    def _arrive(self, transfer: Transfer, in_request: bool = False) -> None:
        """The end of TRANSFERING, as the payee's account decides."""
        payee = self._payees.find(transfer.order.openid)
        reason = payee.late_error if payee else "OPENID_INVALID"
        if not reason and payee and payee.name and transfer.order.name not in ("", payee.name):
            reason = "NAME_NOT_CORRECT"
        self._end(transfer, (TRANSFERING,), FAIL if reason else SUCCESS, reason or "", in_request)

    def _end(
        self, transfer: Transfer, while_in: tuple[str, ...], state: str, reason: str, in_request: bool = False
    ) -> None:
        """From one of the states, and no other, to a final one: give the money back where it is due, and tell."""
        with self._lock:
            if transfer.state not in while_in:
                return
            self._enter(transfer, state)
            transfer.fail_reason = reason
            if state != SUCCESS and transfer.locked:
                self._book(transfer, 1, self._settings.return_business_name)
        self._listener(transfer, in_request)

    def _enter(self, transfer: Transfer, state: str) -> None:
        if (transfer.state, state) not in ALLOWED:
            raise WrongState(f"{transfer.order.out_bill_no} is {transfer.state}")
        transfer.state = state
        transfer.updated = self._core.clock.stamp()
        transfer.history.append((state, transfer.updated))

    def _book(self, transfer: Transfer, sign: int, name: str) -> None:
        order = transfer.order
        entry = Entry(name, transfer.bill_no, order.out_bill_no, order.remark, f"{transfer.merchant.mchid}API")
        transfer.merchant.purses.post(OPERATION, sign * yuan(order.amount), f"payee:{order.openid}", entry)

    def _later(self, ms: int, step: Callable[[], None]) -> None:
        self._core.scheduler.after(ms / 1000, step)
