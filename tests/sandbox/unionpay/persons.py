"""UnionPay's persons: a payer who scans or presents a code or pays at the cashier, and an auditor."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ..admin import AdminError
from ..persons import PlatformOrder
from .books import Paid, paid
from .cashier import Cashier
from .codes import Refusal
from .collects import RESULTS, Collects
from .merchants import Merchants, fen, yuan
from .orders import Order, Orders, WrongState

REFUSED_CODE = "64"


class UnionPayPersons:
    """What `sandbox.persons.Persons` asks for."""

    name = "unionpay"

    def __init__(self, merchants: Merchants, orders: Orders, collects: Collects, cashier: Cashier) -> None:
        self._merchants = merchants
        self._orders = orders
        self._collects = collects
        self._cashier = cashier

    def pay(self, content: str, amount: Decimal | None) -> dict[str, Any] | None:
        """Pay what it leads to: a qrCode, a presented code that asks, the address of a cashier's page, or
        frontTransReq.do?<the form's fields>. Raises AdminError."""
        if amount is not None and not (amount.is_finite() and fen(amount) > 0):
            raise AdminError(f"{amount} cannot be paid")
        try:
            order = self._collects.behind(content) or self._cashier.open(content)
            if order is None:
                return None
            self._collects.pay(order, None if amount is None else fen(amount))
        except (Refusal, WrongState) as error:
            raise AdminError(f"it cannot be paid: {error}", 409) from error
        return {"platform": self.name, **order.show()}

    def confirm(self, content: str) -> None:
        """Pay-outs need no confirmation here."""

    def present(self, **terms: Any) -> str:
        """A payment code of 19 digits: {"result": "paid"|"asks"|"refused", "code"?: respCode of a refused charge}."""
        result = str(terms.get("result", RESULTS[0]))
        if result not in RESULTS:
            raise AdminError(f"result is one of {', '.join(RESULTS)}")
        return self._collects.present(result, str(terms.get("code", REFUSED_CODE)))

    def orders(self) -> Iterator[PlatformOrder]:
        """Every order of every merchant."""
        found = paid(merchant.account for merchant in self._merchants.all())
        for order in self._orders.all():
            yield _shown(order, found.get(order.trace.query_id, Paid()))

    def balance(self, merchant: str) -> Decimal | None:
        """What UnionPay holds for a merchant, in yuan."""
        found = self._merchants.get(merchant)
        return found.account.balance if found else None


def _shown(order: Order, money: Paid) -> PlatformOrder:
    return PlatformOrder(
        order.order_id,
        order.kind.operation,
        order.merchant.mer_id,
        str(yuan(order.amount)),
        order.state,
        money.executed_count,
        str(money.executed_sum),
        money.returned_count,
        str(money.returned_sum),
    )
