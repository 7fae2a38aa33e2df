"""The two bills as tables: titles, row meanings and the file's own totals.

Source: Alipay open platform, ``bill_type`` ``signcustomer`` (账务明细, 12 and 16 columns) and ``trade``
(业务明细, 25 and 29 columns). Columns are found by title: their order differs between exports.
"""

from __future__ import annotations

import re

from odoo.addons.payment_bridge.connector.statement_types import LineKind

ENTRY = "账务流水号"
FUND_ORDER = "业务流水号"
MERCHANT_ORDER = "商户订单号"
GOODS = "商品名称"
OCCURRED = "发生时间"
OTHER_ACCOUNT = "对方账号"
INCOME = "收入金额（+元）"
EXPENSE = "支出金额（-元）"
BALANCE = "账户余额（元）"
KIND = "业务类型"
REMARK = "备注"
BASE_ORDER = "业务基础订单号"
BUSINESS_ORDER = "业务订单号"
ACCOUNT_COLUMNS = frozenset(
    {
        ENTRY,
        FUND_ORDER,
        MERCHANT_ORDER,
        GOODS,
        OCCURRED,
        OTHER_ACCOUNT,
        INCOME,
        EXPENSE,
        BALANCE,
        KIND,
    }
    | {REMARK}
)

TRADE_NO = "支付宝交易号"
FINISHED = "完成时间"
TRADE_OTHER_ACCOUNT = "对方账户"
ORDER_AMOUNT = "订单金额（元）"
RECEIVED = "商家实收（元）"
REFUND_NO = "退款批次号/请求号"
SERVICE_FEE = "服务费（元）"
ROYALTY = "分润（元）"
TRADE_COLUMNS = frozenset(
    {TRADE_NO, MERCHANT_ORDER, KIND, GOODS, FINISHED, TRADE_OTHER_ACCOUNT, ORDER_AMOUNT, RECEIVED}
    | {REFUND_NO, SERVICE_FEE, ROYALTY}
)

IDENTIFIERS = frozenset({ENTRY, FUND_ORDER, MERCHANT_ORDER, BASE_ORDER, BUSINESS_ORDER, TRADE_NO, REFUND_NO})

BUSINESS_NUMBER = re.compile(r"(?:^|\|)O\{([^{}|]+)\}")
"""业务订单号 holds ``M{main}|S{sub}|O{business}``, each part where there is one; of a refund the last is
the number that it was asked for with."""

RETURN_KINDS = frozenset({"转账", "退款", "其它"})
RETURN_WORDS = ("退票", "退回")
"""An incoming row of one of these kinds, under one of our keys and with one of these words, is a pay-out
that came back. The sources do not agree on its 业务类型."""

ACCOUNT_KINDS: dict[tuple[str, bool], LineKind] = {
    ("在线支付", True): LineKind.COLLECTION,
    ("交易付款", True): LineKind.COLLECTION,
    ("交易退款", False): LineKind.REFUND,
    ("退款", False): LineKind.REFUND,
    ("退款(交易退款)", False): LineKind.REFUND,
    ("转账", False): LineKind.PAY_OUT,
    ("收费", False): LineKind.FEE,
    ("收费", True): LineKind.FEE,
    ("提现", False): LineKind.WITHDRAWAL,
    ("提现", True): LineKind.WITHDRAWAL,
    ("充值", True): LineKind.DEPOSIT,
}
"""(业务类型, whether money came in) → kind; every other pair is an adjustment, or a return
by :data:`RETURN_WORDS`."""

E_CNY = re.compile(r"[\s（(·—-]*数字人民币(?:支付|钱包)?[\s）)·—-]*")
"""An e-CNY wallet as the payer's means of payment, where a 业务类型 names it beside or instead of the movement: the
movement is what counts. How Alipay writes it is told nowhere."""

TRADE_KINDS: dict[str, LineKind] = {"交易": LineKind.COLLECTION, "退款": LineKind.REFUND}

ACCOUNT_TITLE = "支付宝账务明细查询"
TRADE_TITLE = "支付宝业务明细查询"
SUMMARY_TITLES = ("支付宝账务汇总查询", "支付宝业务汇总查询")

ACCOUNT_LINE = re.compile(r"账号[：:]\s*\[?([0-9]{16,24})\]?")
PERIOD_LINE = re.compile(
    r"起始日期[：:]\s*\[(\d{4})年(\d{2})月(\d{2})日 (\d{2}:\d{2}:\d{2})\]\s*"
    r"终止日期[：:]\s*\[(\d{4})年(\d{2})月(\d{2})日 (\d{2}:\d{2}:\d{2})\]",
    re.ASCII,
)
LIST_BEGINS = re.compile(r"-+(?:账务|业务)明细列表-+")
LIST_ENDS = re.compile(r"-+(?:账务|业务)明细列表结束-+")


def _total(name: str, words: str = "") -> re.Pattern[str]:
    amount = r"(-?\d{1,13}\.\d{2})"
    return re.compile(rf"{name}[：:]\s*(\d{{1,9}})笔，{words}共{amount}元", re.ASCII)


ACCOUNT_TOTALS = {True: _total("收入合计"), False: _total("支出合计")}
TRADE_TOTALS = {True: _total("交易合计", "商家实收"), False: _total("退款合计", "商家实收退款")}
"""Whether money came in → the footer that tells count and sum. Signs differ between exports."""
