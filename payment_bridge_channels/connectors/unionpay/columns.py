"""The bills' columns and what their codes mean: tables only.

Source: UnionPay ACP, settlement detail files (ZM) and exception files (ZME): no header, GBK, fixed widths
in bytes, one space between fields, amounts in fen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from odoo.addons.payment_bridge.connector.statement_types import LineKind

FILE_NAME = re.compile(r"INN([0-9]{6})([0-9]{2})(ZM|ZME)_([0-9A-Za-z]{15})(?:\.txt)?", re.IGNORECASE)
"""``INN<YYMMDD><cut>ZM_<merId>``: the settlement day, the cut type, the kind of file, the merchant."""

CODE = "交易代码"
SENDER = "发送机构标识码"
TRACE = "系统跟踪号"
TIME = "交易传输时间"
ACCOUNT = "帐号"
AMOUNT = "交易金额"
QUERY_ID = "查询流水号"
ORDER_ID = "商户订单号"
FEE = "商户手续费"
SETTLED = "结算金额"
TXN_TYPE = "交易类型"
BIZ_TYPE = "业务类型"
ORIGINAL_QUERY_ID = "原交易查询流水号"
ORIGINAL_ORDER_ID = "原始交易订单号"
MERCHANT = "商户代码"
CUSTOM = "商户自定义域"
DISCOUNT = "优惠金额"
INSTALMENT_FEE = "分期附加手续费"
PREVIOUS_TRACE = "上一笔系统跟踪号"
PREVIOUS_TIME = "上一笔日期时间"
PREVIOUS_DAY = "上一笔清算日期"

ZM: Sequence[tuple[str, int]] = (
    (CODE, 3),
    ("代理机构标识码", 11),
    (SENDER, 11),
    (TRACE, 6),
    (TIME, 10),
    (ACCOUNT, 19),
    (AMOUNT, 12),
    ("商户类别", 4),
    ("终端类型", 2),
    (QUERY_ID, 21),
    ("支付方式（旧）", 2),
    (ORDER_ID, 32),
    ("支付卡类型", 2),
    ("原始交易的系统跟踪号", 6),
    ("原始交易日期时间", 10),
    (FEE, 13),
    (SETTLED, 13),
    ("支付方式", 4),
    ("集团商户代码", 15),
    (TXN_TYPE, 2),
    ("交易子类", 2),
    (BIZ_TYPE, 6),
    ("帐号类型", 2),
    ("账单类型", 4),
    ("账单号码", 32),
    ("交互方式", 1),
    (ORIGINAL_QUERY_ID, 21),
    (MERCHANT, 15),
    ("分账入账方式", 1),
    ("二级商户代码", 15),
    ("二级商户简称", 32),
    ("二级商户分账入账金额", 13),
    ("清算净额", 13),
    ("终端号", 8),
    (CUSTOM, 32),
    (DISCOUNT, 13),
    ("发票金额", 13),
    (INSTALMENT_FEE, 12),
    ("分期期数", 2),
    ("交易介质", 1),
    (ORIGINAL_ORDER_ID, 32),
    ("保留", 98),
)
ZME: Sequence[tuple[str, int]] = (
    (CODE, 3),
    ("代理机构标识码", 11),
    (SENDER, 11),
    (TRACE, 6),
    (TIME, 10),
    (ACCOUNT, 19),
    (AMOUNT, 12),
    ("商户类型", 4),
    ("终端类型", 2),
    ("支付卡类型", 2),
    (PREVIOUS_TRACE, 6),
    (PREVIOUS_TIME, 10),
    (PREVIOUS_DAY, 4),
    ("上一笔金额", 12),
    (FEE, 13),
    (SETTLED, 13),
    ("集团商户代码", 15),
    (MERCHANT, 15),
    ("分账清算标识", 1),
    (INSTALMENT_FEE, 12),
    ("分期期数", 2),
    ("保留", 135),
)

TXN_KINDS: dict[tuple[str, bool], LineKind] = {
    ("01", True): LineKind.COLLECTION,
    ("04", False): LineKind.REFUND,
    ("31", False): LineKind.REFUND,
    ("99", False): LineKind.REFUND,
    ("12", False): LineKind.PAY_OUT,
    ("12", True): LineKind.RETURN,
    ("21", False): LineKind.PAY_OUT,
    ("21", True): LineKind.RETURN,
}
"""The kind of a row by 交易类型 and whether it is money in. A credit of a pay-out is its return."""

NATURAL_KINDS: dict[str, LineKind] = {
    "01": LineKind.COLLECTION,
    "04": LineKind.REFUND,
    "31": LineKind.REFUND,
    "99": LineKind.REFUND,
    "12": LineKind.PAY_OUT,
    "21": LineKind.PAY_OUT,
}
"""The same for a row of zero, which goes no way."""

DIRECTIONS: dict[LineKind, bool] = {
    LineKind.COLLECTION: True,
    LineKind.RETURN: True,
    LineKind.REFUND: False,
    LineKind.PAY_OUT: False,
}
"""Kinds that are money in, or out, and nothing else."""

CODE_KINDS: dict[str, LineKind] = {"S22": LineKind.COLLECTION, "S30": LineKind.REFUND}
"""The kind of a row whose 交易类型 says nothing, by 交易代码; the setting ``transaction_codes`` adds others."""

PAY_OUT_PRODUCT = "000401"


def length(columns: Sequence[tuple[str, int]]) -> int:
    """Bytes of a row, without its line end."""
    return sum(width for _title, width in columns) + len(columns) - 1
