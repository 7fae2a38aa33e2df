"""Bills as WeChat Pay writes them, for tests that bend them."""

from __future__ import annotations

import gzip
import io
import zipfile
from decimal import Decimal

from wechatpay_world import MCHID, OPENID

TRADE_TITLES = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
TRADE_TOTALS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
FUND_TITLES = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),"
    "资金变更提交申请人,备注,业务凭证号"
)
FUND_TOTALS = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"


def marked(*cells: str) -> str:
    """One data line: a back-tick before each cell."""
    return ",".join(f"`{cell}" for cell in cells)


def paid(number: int, amount: str, fee: str, **change: str) -> str:
    """A payment of the trade bill."""
    made = {
        "time": "2026-01-15 09:30:11",
        "appid": "wx1234567890abcdef",
        "mchid": MCHID,
        "sub": "0",
        "device": "",
        "trade": f"42000023452026011501234567{number:02d}",
        "key": f"SO2026000{number}",
        "payer": OPENID,
        "type": "NATIVE",
        "state": "SUCCESS",
        "bank": "OTHERS",
        "currency": "CNY",
        "settled": amount,
        "coupon": "0.00",
        "refund": "0",
        "refund_key": "0",
        "refunded": "0.00",
        "refunded_coupon": "0.00",
        "refund_type": "",
        "refund_state": "",
        "goods": "打印纸A4",
        "attach": "",
        "fee": fee,
        "rate": "0.60%",
        "ordered": amount,
        "applied": "0.00",
        "note": "",
        **change,
    }
    return marked(*made.values())


def given_back(number: int, amount: str, fee: str, **change: str) -> str:
    """A refund of the trade bill."""
    made = {
        "time": "2026-01-15 14:15:55",
        "state": "REFUND",
        "settled": "0.00",
        "ordered": "0.00",
        "refund": f"503000012320260115000000000{number:02d}",
        "refund_key": f"RF202600{number}",
        "refunded": amount,
        "applied": amount,
        "refund_type": "ORIGINAL",
        "refund_state": "SUCCESS",
        **change,
    }
    return paid(number, "0.00", fee, **made)


TRADE_ROWS = (paid(31, "100.00", "0.60000"), paid(32, "260.00", "1.56000"), given_back(31, "30.00", "-0.18000"))


def trade_bill(*rows: str, totals: str = "`3,`360.00,`30.00,`0.00,`1.98000,`360.00,`30.00") -> bytes:
    return lines(TRADE_TITLES, *(rows or TRADE_ROWS), TRADE_TOTALS, totals)


def flow(number: int, amount: str, balance: str, kind: str = "交易", **change: str) -> str:
    """A row of a fund-flow bill; the sign of ``amount`` gives the direction."""
    made = {
        "time": "2026-01-15 09:30:11",
        "business": f"42000023452026011501234567{number:02d}",
        "flow": f"{MCHID}26011509301100{number:04d}",
        "name": kind,
        "type": kind,
        "direction": "支出" if amount.startswith("-") else "收入",
        "amount": amount.lstrip("-"),
        "balance": balance,
        "by": "system",
        "remark": "",
        "voucher": f"42000023452026011501234567{number:02d}",
        **change,
    }
    return marked(*made.values())


BASIC_ROWS = (
    flow(31, "100.00", "1100.00", remark="SO202600031"),
    flow(32, "-0.60", "1099.40", "扣除交易手续费", business=f"42000023452026011501234567{31:02d}"),
    flow(33, "-30.00", "1069.40", "退款", remark="部分退货", voucher="RF202600007"),
    flow(34, "0.18", "1069.58", "退还交易手续费", voucher="RF202600007"),
)
OPERATION_ROWS = (
    flow(41, "5000.00", "5500.00", "充值"),
    flow(42, "-2300.00", "3200.00", "商家转账", remark="货款", voucher="PO202600013"),
    flow(43, "10.00", "3210.00", "商家转账", remark="超时未确认退回", voucher="PO202600012"),
)


def fund_bill(*rows: str, totals: str | None = None) -> bytes:
    """A fund-flow bill around rows; totals are computed, printed as decimals, unless given."""
    if totals is None:
        cells = [row.split(",") for row in rows]
        ins = [Decimal(cell[6][1:]) for cell in cells if cell[5] == "`收入"]
        outs = [Decimal(cell[6][1:]) for cell in cells if cell[5] == "`支出"]
        sums = [sum(found, Decimal("0.00")) for found in (ins, outs)]
        totals = marked(f"{len(rows)}.0", f"{len(ins)}.0", f"{sums[0]}", f"{len(outs)}.0", f"{sums[1]}")
    return lines(FUND_TITLES, *rows, FUND_TOTALS, totals)


def lines(*text: str) -> bytes:
    """Text as in the file: UTF-8 with BOM, CRLF."""
    return "\ufeff".encode() + "".join(f"{line}\r\n" for line in text).encode()


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def packed(*entries: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return made.getvalue()


BASIC = fund_bill(*BASIC_ROWS)
OPERATION = fund_bill(*OPERATION_ROWS)
BOTH = packed(("wechatpay_funds_20260115_BASIC.csv", BASIC), ("wechatpay_funds_20260115_OPERATION.csv", OPERATION))
