"""The persons outside, for WeChat Pay: see `sandbox.persons.Persons`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..admin import AdminError
from ..ledger import ZERO, Movement
from ..persons import PlatformOrder
from .amounts import fen, yuan
from .codes import PAID, RESULTS, Codes
from .merchants import Merchants
from .refunds import Refunds
from .settings import WechatSettings
from .trade_orders import NATIVE
from .trades import FEE, FEE_BACK, NotPayable, Trades
from .transfers import Transfers, WrongState

PRESENTED = ("result", "openid", "pays_after_ms", "error")


@dataclass
class Executed:
    """What the ledger's rows say about one order: money in its direction, and money that came back."""

    count: int = 0
    total: Decimal = ZERO
    back_count: int = 0
    back_total: Decimal = ZERO

    def show(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "executed_count": self.count,
            "executed_sum": str(self.total),
            "returned_count": self.back_count,
            "returned_sum": str(self.back_total),
        }


def executed(rows: Iterable[Movement], money_in: bool) -> dict[str, Executed]:
    """By the platform's number; fees do not count."""
    found: dict[str, Executed] = defaultdict(Executed)
    for row in rows:
        if row.words.business_type in (FEE, FEE_BACK):
            continue
        one = found[row.words.business_no]
        if (row.amount > 0) == money_in:
            one.count, one.total = one.count + 1, one.total + abs(row.amount)
        else:
            one.back_count, one.back_total = one.back_count + 1, one.back_total + abs(row.amount)
    return found


class Outsiders:
    """Payers, payees and auditors."""

    name = "wechatpay"

    def __init__(
        self,
        settings: WechatSettings,
        merchants: Merchants,
        codes: Codes,
        trades: Trades,
        refunds: Refunds,
        transfers: Transfers,
    ) -> None:
        self.settings = settings
        self.merchants = merchants
        self.codes = codes
        self.trades = trades
        self.refunds = refunds
        self.transfers = transfers

    def pay(self, content: str, amount: Decimal | None) -> dict[str, Any] | None:
        """Pay a code_url, or enter the password for a payment code that asks."""
        try:
            trade = self.trades.pay(content, None if amount is None else fen(amount))
        except NotPayable as error:
            raise AdminError(str(error), 409) from error
        return None if trade is None else trade.show()

    def confirm(self, content: str) -> dict[str, Any] | None:
        """Confirm the transfer of a package_info."""
        try:
            transfer = self.transfers.confirm(content)
        except WrongState as error:
            raise AdminError(str(error), 409) from error
        return None if transfer is None else transfer.show()

    def present(self, **terms: Any) -> str | None:
        """A payment code: {result, openid?, pays_after_ms? (for "asks"), error? (for "refused")}."""
        result = terms.get("result", PAID)
        if result not in RESULTS or not terms.keys() <= set(PRESENTED):
            raise AdminError(f"result is one of {', '.join(RESULTS)}; there are also {', '.join(PRESENTED[1:])}")
        pays_after = terms.get("pays_after_ms")
        if pays_after is not None and not isinstance(pays_after, int):
            raise AdminError("pays_after_ms is a number")
        error = str(terms.get("error", "NOT_ENOUGH"))
        return self.codes.show(result, terms.get("openid"), pays_after, error).auth_code

    def orders(self) -> Iterator[PlatformOrder]:
        """Every order of every merchant, with what the ledger says of it."""
        rows = [row for one in self.merchants.all() for row in one.purses.rows()]
        income, outgo = executed(rows, True), executed(rows, False)
        for transfer in self.transfers.all():
            order = transfer.order
            yield _order(
                order.out_bill_no,
                "pay_out",
                transfer.merchant.mchid,
                order.amount,
                transfer.state,
                outgo[transfer.bill_no],
            )
        for trade in self.trades.all():
            kind = "collect" if trade.order.kind == NATIVE else "charge"
            found = income[trade.transaction_id] if trade.transaction_id else Executed()
            yield _order(trade.order.out_trade_no, kind, trade.merchant.mchid, trade.order.total, trade.state, found)
        for refund in self.refunds.all():
            yield _order(
                refund.order.out_refund_no,
                "refund",
                refund.trade.merchant.mchid,
                refund.order.amount,
                refund.status,
                outgo[refund.refund_id],
            )

    def balance(self, merchant: str) -> Decimal | None:
        """What both purses hold."""
        found = self.merchants.get(merchant)
        return None if found is None else found.purses.total


def _order(key: str, operation: str, mchid: str, amount: int, status: str, found: Executed) -> PlatformOrder:
    return PlatformOrder(
        key,
        operation,
        mchid,
        str(yuan(amount)),
        status,
        found.count,
        str(found.total),
        found.back_count,
        str(found.back_total),
    )
