"""A month's rows as the files that each account's owner downloads: the platforms' own layouts, and two of banks."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from demo_month_rows import ALIPAY, BANK, UNIONPAY, USD, WECHATPAY, Account, Row
from sandbox.alipay.archive import zipped
from sandbox.alipay.bill_files import BILLS, Span
from sandbox.ledger import Movement, Words
from sandbox.unionpay import lines
from sandbox.wechatpay.bill_files import flow_bill

DAYS_A_FILE = {ALIPAY: 1, WECHATPAY: 1, UNIONPAY: 1, BANK: 7, USD: 31}
"""How many days the files of each account cover."""
BANK_TITLES = ("交易时间", "流水号", "客户编号", "收入", "支出", "余额", "对方户名", "摘要")
USD_TITLES = (
    *("Value date", "Bank reference", "Customer reference", "Amount", "Balance", "Counterparty", "Details"),
    *("Converted amount", "Converted to"),
)
CHARGEBACK_CODE = "E74"
_ALIPAY_KINDS = {
    "collection": "在线支付",
    "pay_out": "转账",
    "refund": "交易退款",
    "fee": "收费",
    "withdrawal": "提现",
}
_WECHAT_KINDS = {
    "collection": ("交易", "交易"),
    "pay_out": ("商家转账", "商家转账"),
    "refund": ("退款", "退款"),
    "fee": ("扣除交易手续费", "扣除交易手续费"),
    "withdrawal": ("提现", "提现"),
}
_UNIONPAY_KINDS = {
    "collection": ("S22", "01", "000201"),
    "pay_out": ("S28", "12", "000401"),
    "refund": ("S30", "04", "000201"),
    "chargeback": (CHARGEBACK_CODE, "00", "000201"),
}
"""交易代码, 交易类型, 业务类型."""


@dataclass(frozen=True)
class Download:
    """One file, and the days that it is of."""

    name: str
    content: bytes
    first: date
    last: date


def downloads(account: Account, days: Sequence[date], owner: str) -> Iterator[Download]:
    """The files of an account, in their order; days without rows make none. ``owner`` is the account's number."""
    balance, step = account.opening, DAYS_A_FILE[account.code]
    for start in range(0, len(days), step):
        span = days[start : start + step]
        rows = [row for day in span for row in account.of_day(day)]
        if rows:
            name, content = _WRITERS[account.code](rows, balance, owner, span)
            yield Download(name, content, span[0], span[-1])
            balance += sum((row.amount for row in rows), Decimal("0.00"))


def _movements(rows: Sequence[Row], balance: Decimal, words_of: Mapping[str, object]) -> Iterator[Movement]:
    for row in rows:
        balance += row.amount
        yield Movement(f"{row.at:%Y%m%d}{row.entry:012d}", row.at, row.gross, balance, "", words_of(row))


def _alipay(rows: Sequence[Row], balance: Decimal, owner: str, span: Sequence[date]) -> tuple[str, bytes]:
    def words(row: Row) -> Words:
        return Words(
            business_type=_ALIPAY_KINDS[row.kind],
            business_no=row.reference,
            merchant_no=row.original or row.key,
            title="商城订单" if row.kind == "collection" else "",
            counterparty=f"{row.name}(138****{row.reference[-5:-1]})" if row.name else "",
            channel="支付宝",
            memo=row.text,
            order_no=f"O{{{row.key}}}" if row.kind == "refund" else "",
        )

    movements = list(_movements(rows, balance, words))
    start = datetime.combine(span[0], time())
    end = datetime.combine(span[-1] + timedelta(days=1), time())
    bill = BILLS["signcustomer"].files(Span(owner, f"{span[0]:%Y%m%d}", start, end, end), movements, movements)
    return f"{owner}0156_{span[0]:%Y%m%d}.csv.zip", zipped([(name, [content]) for name, content in bill], end)


def _wechatpay(rows: Sequence[Row], balance: Decimal, owner: str, span: Sequence[date]) -> tuple[str, bytes]:
    def words(row: Row) -> Words:
        title, business_type = _WECHAT_KINDS[row.kind]
        return Words(
            business_type=business_type,
            business_no=row.reference,
            merchant_no=row.key or row.reference,
            title=title,
            source="system",
            memo=row.text,
        )

    movements = list(_movements(rows, balance, words))
    return f"{owner}_BASIC_{span[0]:%Y-%m-%d}.csv", flow_bill(movements, movements, bom=True)


def _unionpay(rows: Sequence[Row], _balance: Decimal, owner: str, span: Sequence[date]) -> tuple[str, bytes]:
    def cells(row: Row) -> dict[str, str]:
        code, kind, product = _UNIONPAY_KINDS[row.kind]
        return {
            "交易代码": code,
            "代理机构标识码": "48020000",
            "发送机构标识码": "00010000",
            "系统跟踪号": f"{row.entry % 10**6:06d}",
            "交易传输时间": f"{row.at:%m%d%H%M%S}",
            "帐号": f"622202******{row.entry % 10**4:04d}",
            "交易金额": f"{_fen(abs(row.gross)):012d}",
            "商户类别": lines.MCC,
            "终端类型": "07",
            "查询流水号": row.reference,
            "商户订单号": row.key,
            "支付卡类型": lines.CARD_KIND,
            "商户手续费": lines.signed(-_fen(row.fee)),
            "结算金额": lines.signed(_fen(row.amount)),
            "支付方式": "0001",
            "交易类型": kind,
            "交易子类": "01",
            "业务类型": product,
            "帐号类型": "01",
            "交互方式": "0",
            "商户代码": owner,
            "二级商户分账入账金额": lines.NO_AMOUNT,
            "清算净额": lines.NO_AMOUNT,
            "优惠金额": lines.NO_AMOUNT,
            "发票金额": lines.NO_AMOUNT,
            "原始交易订单号": row.original,
        }

    content = b"".join(lines.line(lines.ZM, cells(row)) + lines.END for row in rows)
    return f"INN{span[0]:%y%m%d}00ZM_{owner}", content


def _bank(rows: Sequence[Row], balance: Decimal, owner: str, span: Sequence[date]) -> tuple[str, bytes]:
    def table() -> Iterator[tuple[object, ...]]:
        running = balance
        for row in rows:
            running += row.amount
            money_in, money_out = (row.gross, "") if row.gross > 0 else ("", -row.gross)
            text = row.text or ("退款" if row.kind == "refund" else "货款")
            yield row.at, f"CMB{row.entry:010d}", row.key, money_in, money_out, running, row.name, text

    return f"{owner}_{span[0]:%Y%m%d}-{span[-1]:%Y%m%d}.csv", _csv(BANK_TITLES, table())


def _usd(rows: Sequence[Row], balance: Decimal, owner: str, span: Sequence[date]) -> tuple[str, bytes]:
    def table() -> Iterator[tuple[object, ...]]:
        running = balance
        for row in rows:
            running += row.amount
            text = row.text or ("Refund" if row.kind == "refund" else "Goods")
            arrived = (row.arrived, "CNY") if row.arrived else ("", "")
            yield row.at, f"HK{row.entry:010d}", row.key, row.gross, running, row.name, text, *arrived

    return f"{owner}_{span[0]:%Y%m%d}-{span[-1]:%Y%m%d}.csv", _csv(USD_TITLES, table())


def _csv(titles: Sequence[str], rows: Iterator[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(titles)
    writer.writerows(rows)
    return text.getvalue().encode()


def _fen(amount: Decimal) -> int:
    return int(amount * 100)


_WRITERS = {ALIPAY: _alipay, WECHATPAY: _wechatpay, UNIONPAY: _unionpay, BANK: _bank, USD: _usd}
