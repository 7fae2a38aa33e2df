"""The two bills as tables: titles, row meanings and the file's own totals.

Source: WeChat Pay APIv3, trade bill (ALL 27, SUCCESS 20, REFUND 29 columns, and the early format with other
names) and fund-flow bill (11 columns). Columns are found by title: their order is not promised.
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.statement_types import LineKind

TRADED = "交易时间"
MERCHANT = "商户号"
SUB_MERCHANT = "特约商户号"
TRANSACTION = "微信订单号"
TRADE_KEY = "商户订单号"
PAYER = "用户标识"
TRADE_TYPE = "交易类型"
TRADE_STATE = "交易状态"
CURRENCY_TITLE = "货币种类"
SETTLED = "应结订单金额"
REFUND_NO = "微信退款单号"
REFUND_KEY = "商户退款单号"
REFUNDED = "退款金额"
REFUNDED_COUPON = "充值券退款金额"
GOODS = "商品名称"
FEE = "手续费"
ORDERED = "订单金额"
APPLIED = "申请退款金额"
TRADE_COLUMNS = frozenset(
    {TRADED, MERCHANT, TRANSACTION, TRADE_KEY, TRADE_TYPE, TRADE_STATE, CURRENCY_TITLE, SETTLED, GOODS, FEE}
)

BOOKED = "记账时间"
BUSINESS_NO = "微信支付业务单号"
FLOW_NO = "资金流水单号"
BUSINESS_NAME = "业务名称"
BUSINESS_TYPE = "业务类型"
DIRECTION = "收支类型"
FLOW_AMOUNT = "收支金额(元)"
BALANCE = "账户结余(元)"
REMARK = "备注"
VOUCHER = "业务凭证号"
FUND_COLUMNS = frozenset(
    {BOOKED, BUSINESS_NO, FLOW_NO, BUSINESS_NAME, BUSINESS_TYPE, DIRECTION, FLOW_AMOUNT, BALANCE, REMARK, VOUCHER}
)
INCOME = "收入"
EXPENSE = "支出"

ALIASES: dict[str, str] = {
    "总金额": SETTLED,
    "企业红包金额": "代金券金额",
    "企业红包退款金额": REFUNDED_COUPON,
    "收支金额（元）": FLOW_AMOUNT,
    "账户结余（元）": BALANCE,
}
"""Other titles of the same column: early trade bills, and wide brackets."""

IDENTIFIERS = frozenset({TRANSACTION, TRADE_KEY, REFUND_NO, REFUND_KEY, BUSINESS_NO, FLOW_NO, VOUCHER, MERCHANT})

TRADE_COUNT = "总交易单数"
TRADE_SUMS: dict[str, str] = {
    "应结订单总金额": SETTLED,
    "总交易额": SETTLED,
    "退款总金额": REFUNDED,
    "总退款金额": REFUNDED,
    "充值券退款总金额": REFUNDED_COUPON,
    "总企业红包退款金额": REFUNDED_COUPON,
    "手续费总金额": FEE,
    "订单总金额": ORDERED,
    "申请退款总金额": APPLIED,
}
"""A total of the trade bill → the column that it is the sum of."""
TRADE_SUMS_NEEDED = frozenset({SETTLED, FEE})

FUND_COUNT = "资金流水总笔数"
FUND_TOTALS: dict[bool, tuple[str, str]] = {True: ("收入笔数", "收入金额"), False: ("支出笔数", "支出金额")}
"""Whether money came in → the titles of the fund-flow bill's count and sum."""

FUND_KINDS: dict[tuple[str, bool], LineKind] = {
    ("交易", True): LineKind.COLLECTION,
    ("退款", False): LineKind.REFUND,
    ("扣除交易手续费", False): LineKind.FEE,
    ("退还交易手续费", True): LineKind.FEE,
    ("充值", True): LineKind.DEPOSIT,
    ("提现", False): LineKind.WITHDRAWAL,
    ("提现", True): LineKind.WITHDRAWAL,
    ("充值/提现", True): LineKind.DEPOSIT,
    ("充值/提现", False): LineKind.WITHDRAWAL,
}
"""(业务类型 or else 业务名称, whether money came in) → kind; a row with one of the channel's transfer words is
a pay-out, or one that came back; every other row is an adjustment. A movement between the accounts of one
merchant is a withdrawal from the one and a deposit to the other."""
