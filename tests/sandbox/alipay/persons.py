"""The persons of Alipay: a payer who scans a code or presents his own, and an auditor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ..admin import AdminError
from ..ledger import ZERO, Movement
from ..persons import PlatformOrder
from .apps import App, Apps
from .payouts import Payouts
from .trade import Trade, WrongState
from .trades import Trades, UnusableCode
from .wallets import RESULTS, Wallets


class AlipayPersons:
    """See `sandbox.persons.Persons`."""

    name = "alipay"

    def __init__(self, apps: Apps, payouts: Payouts, trades: Trades, wallets: Wallets) -> None:
        self._apps = apps
        self._payouts = payouts
        self._trades = trades
        self._wallets = wallets

    def pay(self, content: str, amount: Decimal | None) -> dict[str, Any] | None:
        """Scan a QR code and pay; or say yes on one's own device, where `content` is the code one presented."""
        if self._wallets.knows(content):
            trade = self._wallets.asked(content)
            if trade is None:
                raise AdminError("nobody was asked by this payment code", 409)
        else:
            trade = self._scan(content)
        if trade is None:
            return None
        try:
            self._trades.pay(trade, amount)
        except WrongState as error:
            raise AdminError(str(error), 409) from error
        return shown(trade)

    def scan(self, content: str) -> dict[str, Any]:
        """Scan a QR code and stop there: its trade waits for its buyer."""
        trade = self._scan(content)
        if trade is None:
            raise AdminError("no such code", 404)
        return shown(trade)

    def confirm(self, content: str) -> dict[str, Any] | None:
        """No payee has to confirm anything at Alipay."""
        return None

    def present(self, **terms: Any) -> str:
        """A fresh payment code: {result: paid | asks | refused, error?, confirms_after_ms?}."""
        result = terms.pop("result", "paid")
        error, after = terms.pop("error", None), terms.pop("confirms_after_ms", None)
        if terms or result not in RESULTS:
            raise AdminError(f"result is one of {', '.join(RESULTS)}; further error, confirms_after_ms")
        return self._wallets.present(result, error, after).code

    def orders(self) -> Iterable[PlatformOrder]:
        """Transfers, codes, trades and refunds of every merchant, with what their accounts' rows say."""
        rows = _Rows(self._apps.all())
        for payout in self._payouts.all():
            out, back = rows.of(payout.app, "", payout.fund_id)
            yield _order(payout.order.out_biz_no, "pay_out", payout.app, payout.order.amount, payout.status, out, back)
        for code in self._trades.unscanned():
            yield _order(code.order.out_trade_no, "collect", code.app, code.order.amount, "NOT_SCANNED", [], [])
        for trade in self._trades.all():
            out, back = rows.of(trade.app, f"M{{{trade.trade_no}}}", trade.trade_no)
            number, asked = trade.order.out_trade_no, trade.order.amount
            yield _order(number, trade.operation, trade.app, asked, trade.status, back, out)
            for part in trade.parts.values():
                if part.request_no:
                    out, back = rows.of(trade.app, f"O{{{part.request_no}}}", trade.trade_no)
                    yield _order(part.request_no, "refund", trade.app, part.amount, "REFUND_SUCCESS", out, back)

    def balance(self, merchant: str) -> Decimal | None:
        """By app_id or pid."""
        found = (app for app in self._apps.all() if merchant in (app.app_id, app.pid))
        app = next(found, None)
        return app.account.balance if app else None

    def _scan(self, content: str) -> Trade | None:
        try:
            return self._trades.scan(content)
        except UnusableCode as error:
            raise AdminError(str(error), 409) from error


class _Rows:
    """The movements of all accounts without fees, by owner, order number and business number."""

    def __init__(self, apps: Iterable[App]) -> None:
        self._found: dict[tuple[str, str, str], list[Movement]] = defaultdict(list)
        for account in {app.pid: app.account for app in apps}.values():
            for row in list(account.movements):
                if row.words.business_type != "收费":
                    self._found[account.owner, row.words.order_no, row.words.business_no].append(row)

    def of(self, app: App, order_no: str, business_no: str) -> tuple[list[Movement], list[Movement]]:
        """What went out and what came in."""
        rows = self._found[app.pid, order_no, business_no]
        return [row for row in rows if row.amount < 0], [row for row in rows if row.amount > 0]


def _order(
    key: str,
    operation: str,
    app: App,
    amount: Decimal,
    status: str,
    done: list[Movement],
    undone: list[Movement],
) -> PlatformOrder:
    return PlatformOrder(
        key,
        operation,
        app.app_id,
        str(amount),
        status,
        len(done),
        str(sum((abs(row.amount) for row in done), ZERO)),
        len(undone),
        str(sum((abs(row.amount) for row in undone), ZERO)),
    )


def shown(trade: Trade) -> dict[str, Any]:
    """A trade as JSON, for the admin API."""
    return {
        "app_id": trade.app.app_id,
        "out_trade_no": trade.order.out_trade_no,
        "trade_no": trade.trade_no,
        "operation": trade.operation,
        "trade_status": trade.status,
        "amount": str(trade.amount),
        "fee": str(trade.fee),
        "refunded": str(trade.refunded),
        "refunds": [
            {"out_request_no": part.request_no, "amount": str(part.amount), "fee": str(part.fee)}
            for part in trade.parts.values()
        ],
    }
