"""The money of trades: receipts, refunds and their fees in the merchant's account, and the rows of the trade bill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from ..ledger import ZERO, Words
from .apps import CHANNEL, App
from .payouts import FEE_PAYEE

RECEIPT, GIVEN_BACK = "交易", "退款"


@dataclass(frozen=True)
class TradeRow:
    """One row of a trade bill: a receipt (交易), or a refund (退款, amounts negative); fee negative when charged."""

    pid: str
    trade_no: str
    out_trade_no: str
    kind: str
    subject: str
    created: datetime
    finished: datetime
    buyer: str
    amount: Decimal
    fee: Decimal
    request_no: str = ""
    memo: str = ""


def fee_of(amount: Decimal, rate: Decimal) -> Decimal:
    """The fee of a receipt, rounded half up to the fen."""
    return (amount * rate).quantize(ZERO, ROUND_HALF_UP)


def fee_given_back(fee: Decimal, amount: Decimal, refunded: Decimal, part: Decimal) -> Decimal:
    """The share of `fee` that goes with a part of a refund, after `refunded` of `amount` went back before.

    Shares are rounded together, so that the parts of a whole refund give back the whole fee.
    """

    def share(of: Decimal) -> Decimal:
        return (fee * of / amount).quantize(ZERO, ROUND_HALF_UP)

    return share(refunded + part) - share(refunded)


def book(app: App, row: TradeRow) -> None:
    """Book the gross and the fee of a row as two movements. Raises InsufficientFunds and books nothing then."""
    received = row.kind == RECEIPT
    app.account.post(
        row.amount,
        "buyers",
        Words(
            "在线支付" if received else "交易退款",
            row.trade_no,
            row.out_trade_no,
            row.subject,
            row.buyer,
            CHANNEL,
            row.memo,
            "0010001|交易收款" if received else "0020002|交易退款",
            "商家中心",
            row.trade_no,
            f"O{{{row.request_no}}}" if row.request_no else f"M{{{row.trade_no}}}",
        ),
    )
    if not row.fee:
        return
    charged = row.fee < 0
    app.account.post(
        row.fee,
        "fees",
        Words(
            "收费",
            row.trade_no,
            row.out_trade_no,
            row.subject,
            FEE_PAYEE,
            CHANNEL,
            f"服务费[{row.trade_no}]" if charged else "服务费退回",
            "0030001|服务费" if charged else "0030002|服务费退回",
            "商家中心",
            row.trade_no,
        ),
    )
