"""The trade bill and the fund-flow bill as text: titles, back-ticked cells, the two lines of totals.

Columns and framing follow channels_china.md 7.4 and 7.5: UTF-8, CRLF, no quoting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from ..clock import STAMP
from ..ledger import ZERO, Movement
from .amounts import yuan
from .merchants import Merchant
from .refunds import Refund
from .trade_api import BANK
from .trades import Trade

TRADE_TITLES = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
).split(",")
REFUND_COLUMNS = ("微信退款单号", "商户退款单号", "退款金额", "充值券退款金额", "退款类型", "退款状态")
REFUND_TIMES = ("退款申请时间", "退款成功时间")
TRADE_SUM_TITLES = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
FLOW_TITLES = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,"
    "备注,业务凭证号"
)
FLOW_SUM_TITLES = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
FEE_PLACES = Decimal("0.00001")
PAID, REFUNDED, REVOKED = "SUCCESS", "REFUND", "REVOKED"


@dataclass(frozen=True)
class TradeRow:
    """One row of a trade bill. A refund has `refund_no`; amounts in yuan, `fee` negative when it is given back."""

    time: datetime
    merchant: Merchant
    trade: Trade
    state: str
    amount: Decimal
    refund: Decimal
    fee: Decimal
    refund_id: str = "0"
    refund_no: str = "0"
    refund_status: str = ""
    refund_ended: datetime | None = None

    def altered(self, by: Decimal) -> TradeRow:
        """The row with another amount."""
        if self.refund:
            return replace(self, refund=self.refund + by)
        return replace(self, amount=self.amount + by)


def row_of_payment(trade: Trade) -> TradeRow:
    """A payment, on the day it was made."""
    paid = trade.paid or trade.created
    return TradeRow(paid, trade.merchant, trade, PAID, yuan(trade.paid_fen), ZERO, yuan(trade.fee_fen))


def row_of_refund(refund: Refund) -> TradeRow:
    """A refund, on the day it was accepted."""
    return TradeRow(
        refund.created,
        refund.trade.merchant,
        refund.trade,
        REFUNDED,
        ZERO,
        yuan(refund.order.amount),
        -yuan(refund.fee_fen),
        refund.refund_id,
        refund.order.out_refund_no,
        refund.status,
        refund.ended,
    )


def row_of_reversal(trade: Trade) -> TradeRow:
    """A reversed charge, on the day it was reversed."""
    when = trade.reversed or trade.created
    back = yuan(trade.paid_fen)
    number = trade.order.out_trade_no
    return TradeRow(
        when, trade.merchant, trade, REVOKED, ZERO, back, -yuan(trade.fee_fen), "0", number, "SUCCESS", when
    )


def trade_bill(rows: Sequence[TradeRow], totals_of: Sequence[TradeRow], bill_type: str, bom: bool) -> bytes:
    """ALL has 27 columns, SUCCESS 20, REFUND 29. Totals count `totals_of`, which a fault lets differ."""
    titles = _titles(bill_type)
    cells = [[_trade_cells(row)[title] for title in titles] for row in rows]
    paid = [row for row in totals_of if row.state == PAID]
    amount = sum((row.amount for row in paid), ZERO)
    refund = sum((row.refund for row in totals_of), ZERO)
    fee = sum((row.fee for row in totals_of), ZERO).quantize(FEE_PLACES)
    totals = [str(len(totals_of)), str(amount), str(refund), "0.00", str(fee), str(amount), str(refund)]
    return _page(",".join(titles), cells, TRADE_SUM_TITLES, totals, bom)


def flow_bill(rows: Sequence[Movement], totals_of: Sequence[Movement], bom: bool) -> bytes:
    """The movements of one purse."""
    income = [row.income for row in totals_of if row.income]
    outgo = [row.outgo for row in totals_of if row.outgo]
    totals = [
        f"{len(totals_of)}.0",
        f"{len(income)}.0",
        str(sum(income, ZERO)),
        f"{len(outgo)}.0",
        str(sum(outgo, ZERO)),
    ]
    return _page(FLOW_TITLES, [_flow_cells(row) for row in rows], FLOW_SUM_TITLES, totals, bom)


def _titles(bill_type: str) -> list[str]:
    if bill_type == "SUCCESS":
        return [title for title in TRADE_TITLES if title not in (*REFUND_COLUMNS, "申请退款金额")]
    if bill_type == "REFUND":
        at = TRADE_TITLES.index("微信退款单号")
        return [*TRADE_TITLES[:at], *REFUND_TIMES, *TRADE_TITLES[at:]]
    return TRADE_TITLES


def _trade_cells(row: TradeRow) -> dict[str, str]:
    trade, order = row.trade, row.trade.order
    rate = f"{row.merchant.terms.fee_rate * 100:.2f}%"
    return {
        "交易时间": row.time.strftime(STAMP),
        "公众账号ID": row.merchant.appid,
        "商户号": row.merchant.mchid,
        "特约商户号": "0",
        "设备号": "",
        "微信订单号": trade.transaction_id,
        "商户订单号": order.out_trade_no,
        "用户标识": trade.openid,
        "交易类型": order.kind,
        "交易状态": row.state,
        "付款银行": BANK,
        "货币种类": "CNY",
        "应结订单金额": str(row.amount),
        "代金券金额": "0.00",
        "退款申请时间": row.time.strftime(STAMP),
        "退款成功时间": row.refund_ended.strftime(STAMP) if row.refund_ended else "",
        "微信退款单号": row.refund_id,
        "商户退款单号": row.refund_no,
        "退款金额": str(row.refund),
        "充值券退款金额": "0.00",
        "退款类型": "" if row.state == PAID else "ORIGINAL",
        "退款状态": row.refund_status,
        "商品名称": _flat(order.description),
        "商户数据包": _flat(order.attach),
        "手续费": str(row.fee.quantize(FEE_PLACES)),
        "费率": rate,
        "订单金额": str(row.amount),
        "申请退款金额": str(row.refund),
        "费率备注": "",
    }


def _flow_cells(row: Movement) -> list[str]:
    words = row.words
    return [
        row.time.strftime(STAMP),
        words.business_no,
        row.log_id,
        words.title,
        words.business_type,
        "收入" if row.amount > 0 else "支出",
        str(abs(row.amount)),
        str(row.balance),
        words.source,
        _flat(words.memo),
        words.merchant_no,
    ]


def _flat(text: str) -> str:
    """Free text without what would break a row."""
    return re.sub(r"[,\r\n`]", " ", text)


def _page(titles: str, rows: Iterable[Iterable[str]], sum_titles: str, totals: Iterable[str], bom: bool) -> bytes:
    lines = [titles, *map(_ticked, rows), sum_titles, _ticked(totals)]
    text = "".join(f"{line}\r\n" for line in lines)
    return text.encode("utf-8-sig" if bom else "utf-8")


def _ticked(cells: Iterable[str]) -> str:
    return ",".join(f"`{cell}" for cell in cells)
