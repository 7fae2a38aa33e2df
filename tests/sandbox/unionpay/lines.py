"""The lines of settlement files: ZM (607 bytes) and ZME (339), GBK, fields of fixed width separated by one space.

Names and widths follow channels_china.md 7.6. How a field is filled where no source says so: the 代付 and 退票 rows use
the codes of the settings, an amount of zero carries C.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .books import Entry
from .payees import masked
from .settings import UnionPaySettings

ENCODING = "gb18030"
END = b"\r\n"
MCC = "5311"
CARD_KIND = "01"
NO_AMOUNT = "C000000000000"

ZM = (
    ("交易代码", 3),
    ("代理机构标识码", 11),
    ("发送机构标识码", 11),
    ("系统跟踪号", 6),
    ("交易传输时间", 10),
    ("帐号", 19),
    ("交易金额", 12),
    ("商户类别", 4),
    ("终端类型", 2),
    ("查询流水号", 21),
    ("支付方式(旧)", 2),
    ("商户订单号", 32),
    ("支付卡类型", 2),
    ("原始交易的系统跟踪号", 6),
    ("原始交易日期时间", 10),
    ("商户手续费", 13),
    ("结算金额", 13),
    ("支付方式", 4),
    ("集团商户代码", 15),
    ("交易类型", 2),
    ("交易子类", 2),
    ("业务类型", 6),
    ("帐号类型", 2),
    ("账单类型", 4),
    ("账单号码", 32),
    ("交互方式", 1),
    ("原交易查询流水号", 21),
    ("商户代码", 15),
    ("分账入账方式", 1),
    ("二级商户代码", 15),
    ("二级商户简称", 32),
    ("二级商户分账入账金额", 13),
    ("清算净额", 13),
    ("终端号", 8),
    ("商户自定义域", 32),
    ("优惠金额", 13),
    ("发票金额", 13),
    ("分期附加手续费", 12),
    ("分期期数", 2),
    ("交易介质", 1),
    ("原始交易订单号", 32),
    ("保留", 98),
)
ZME = (
    ("交易代码", 3),
    ("代理机构标识码", 11),
    ("发送机构标识码", 11),
    ("系统跟踪号", 6),
    ("交易传输时间", 10),
    ("帐号", 19),
    ("交易金额", 12),
    ("商户类别", 4),
    ("终端类型", 2),
    ("支付卡类型", 2),
    ("原始交易的系统跟踪号", 6),
    ("原始交易日期时间", 10),
    ("上一笔清算日期", 4),
    ("上一笔金额", 12),
    ("商户手续费", 13),
    ("结算金额", 13),
    ("集团商户代码", 15),
    ("商户代码", 15),
    ("分账入账方式", 1),
    ("分期附加手续费", 12),
    ("分期期数", 2),
    ("保留", 135),
)


def signed(amount: int) -> str:
    """Fen with C (the merchant gets) or D (the merchant gives)."""
    return f"{'D' if amount < 0 else 'C'}{abs(amount):012d}"


def values(entry: Entry, settings: UnionPaySettings, settle_day: Callable[[Entry], str]) -> dict[str, str]:
    """The values of a booking by field; both kinds of lines take from it what they have."""
    order, original, merchant = entry.order, entry.original, entry.order.merchant
    found = {
        "交易代码": getattr(settings, entry.kind.code_setting),
        "代理机构标识码": "48020000",
        "发送机构标识码": "00010000",
        "系统跟踪号": entry.trace.number,
        "交易传输时间": entry.trace.time_text,
        "帐号": masked(order.account)[:19],
        "交易金额": f"{entry.amount:012d}",
        "商户类别": MCC,
        "终端类型": order.fields.get("channelType", "07"),
        "查询流水号": entry.trace.query_id,
        "商户订单号": order.order_id,
        "支付卡类型": CARD_KIND,
        "商户手续费": signed(-entry.cost),
        "结算金额": signed(entry.net),
        "支付方式": "0001",
        "交易类型": order.fields["txnType"],
        "交易子类": order.fields["txnSubType"],
        "业务类型": order.fields["bizType"],
        "帐号类型": order.fields.get("accType", "01"),
        "交互方式": "0",
        "商户代码": merchant.mer_id,
        "二级商户分账入账金额": NO_AMOUNT,
        "清算净额": NO_AMOUNT,
        "终端号": order.fields.get("termId", ""),
        "商户自定义域": order.fields.get("reqReserved", ""),
        "优惠金额": NO_AMOUNT,
        "发票金额": NO_AMOUNT,
    }
    if original is not None:
        found |= {
            "原始交易的系统跟踪号": original.trace.number,
            "原始交易日期时间": original.trace.time_text,
            "原交易查询流水号": original.trace.query_id,
            "原始交易订单号": original.order_id,
            "上一笔清算日期": settle_day(entry),
            "上一笔金额": f"{original.amount:012d}",
        }
    return found


def line(layout: tuple[tuple[str, int], ...], found: Mapping[str, str]) -> bytes:
    """One line without its end; texts are cut at a whole character."""
    return b" ".join(_cell(found.get(name, ""), width) for name, width in layout)


def _cell(text: str, width: int) -> bytes:
    raw = text.encode(ENCODING, "replace")
    while len(raw) > width:
        text = text[:-1]
        raw = text.encode(ENCODING, "replace")
    return raw.ljust(width)
