"""Money: what is booked for an order, what of it the merchant's ledger shows and what the settlement files show.

Every booking is one row of a file (amount, fee, net) and one or two movements of the ledger (amount, fee), so that the
net of a settlement day's rows is what the ledger moved in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from ..ledger import Account, Words
from .merchants import Merchant, yuan
from .orders import RETURN, REVERSAL, Kind, Order, Orders, Trace
from .payees import masked

FEE = "手续费"
CHANNEL = "银联"
SETTLEMENT = "结算划款"


@dataclass(frozen=True)
class Entry:
    """One row of a settlement file. `amount` is positive fen; `cost` the fee the merchant bears, negative when given
    back; `net` what the merchant gets (positive) or gives."""

    time: datetime
    kind: Kind
    order: Order
    trace: Trace
    amount: int
    cost: int
    original: Order | None

    @property
    def net(self) -> int:
        """Effect on the merchant, in fen."""
        return self.kind.sign * self.amount - self.cost


class Books:
    """Books money under the lock of the orders."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._entries: dict[str, list[Entry]] = defaultdict(list)

    def book(self, order: Order, kind: Kind, trace: Trace, cost: int, original: Order | None = None) -> Entry:
        """Move the order's amount, and its fee, as `kind` says. What is left must have been looked at before."""
        merchant = order.merchant
        amount = kind.sign * order.amount
        about = original or order
        steps = sorted(((amount, kind.word), (-cost, FEE)), reverse=True)
        for step, word in steps:
            if step:
                words = Words(
                    word,
                    trace.query_id,
                    order.order_id,
                    counterparty=masked(order.account),
                    channel=CHANNEL,
                    base_no=about.trace.query_id,
                    order_no=about.order_id,
                )
                contra = "fees" if word == FEE else f"{kind.name}:{order.account}"
                merchant.account.post(yuan(step), contra, words)
        entry = Entry(merchant.account.movements[-1].time, kind, order, trace, order.amount, cost, original)
        self._entries[merchant.mer_id].append(entry)
        return entry

    def entries(self, merchant: Merchant, day: date) -> list[Entry]:
        """What was booked on a settlement day."""
        with self._orders.lock:
            return [e for e in self._entries[merchant.mer_id] if self._orders.settlement_day(e.time) == day]

    def days(self, merchant: Merchant) -> list[date]:
        """The settlement days with bookings, in order."""
        with self._orders.lock:
            return sorted({self._orders.settlement_day(e.time) for e in self._entries[merchant.mer_id]})

    def pay_to_bank(self, merchant: Merchant, amount: int, day: date) -> None:
        """Pay the net of a settlement day (fen) to the merchant's bank."""
        words = Words(SETTLEMENT, title=f"{day:%m%d}结算资金", channel=CHANNEL, memo=f"{day:%Y%m%d}")
        merchant.account.post(yuan(-amount), "bank", words)


@dataclass
class Paid:
    """What a ledger says of one order: movements of its money, what came back, and fees. Yuan."""

    executed_count: int = 0
    executed_sum: Decimal = Decimal("0.00")
    returned_count: int = 0
    returned_sum: Decimal = Decimal("0.00")
    fee_sum: Decimal = Decimal("0.00")


def paid(accounts: Iterable[Account]) -> dict[str, Paid]:
    """What was moved, by queryId of the order: counted from the rows themselves, not from what the orders claim."""
    found: dict[str, Paid] = defaultdict(Paid)
    for account in accounts:
        for row in list(account.movements):
            words = row.words
            if not words.business_no:
                continue
            if words.business_type == FEE:
                found[words.business_no].fee_sum -= row.amount
            elif words.business_no == words.base_no:
                one = found[words.business_no]
                one.executed_count += 1
                one.executed_sum += abs(row.amount)
            else:
                one = found[words.base_no]
                one.returned_count += 1
                one.returned_sum += abs(row.amount)
                if words.business_type not in (RETURN.word, REVERSAL.word):
                    order = found[words.business_no]
                    order.executed_count += 1
                    order.executed_sum += abs(row.amount)
    return found


def share(amount: int, rate: Decimal) -> int:
    """A rate of an amount of fen, rounded half up."""
    return int((amount * rate).quantize(Decimal(1), ROUND_HALF_UP))
