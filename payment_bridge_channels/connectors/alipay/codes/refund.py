"""The codes of refunds and of taking back, beyond those in :mod:`.other`.

Source: Alipay open platform, published error enumerations of alipay.trade.refund and alipay.trade.cancel.
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.types import Bilingual

from .model import Code, Effect, ended

BY_TRANSFER = Bilingual("Refund by a transfer.", "请改用转账退款。")
CONTRACT = Bilingual("The administrator settles it with Alipay.", "请管理员联系支付宝处理签约或账户状态。")
SAME_REFUND = Bilingual("Repeat later with the same refund number.", "请稍后用原退款单号重试。")

REFUND_CODES: tuple[Code, ...] = (
    ended("ACQ.BUYER_ERROR", "The customer's account cannot be credited.", "买家账户状态异常，未退款。", BY_TRANSFER),
    ended(
        "ACQ.CUSTOMER_VALIDATE_ERROR",
        "The customer's account is closed or frozen; nothing was given back.",
        "顾客账户已注销或被冻结，未退款。",
        BY_TRANSFER,
    ),
    ended(
        "ACQ.USER_NOT_MATCH_ERR",
        "The refund does not fit the customer who paid; nothing was given back.",
        "交易用户不匹配，未退款。",
        Bilingual("Check the collection that is refunded.", "请核对原收款。"),
    ),
    ended(
        "ACQ.NOT_ALLOW_PARTIAL_REFUND",
        "This trade can only be given back whole.",
        "该交易不支持部分退款。",
        Bilingual("Refund all of it, or pay a part out by a transfer.", "请全额退款，或改用转账。"),
    ),
    ended(
        "ACQ.ONLINE_TRADE_VOUCHER_NOT_ALLOW_REFUND",
        "This trade was paid with vouchers and cannot be refunded.",
        "该交易使用了不可退的券，不允许退款。",
        BY_TRANSFER,
    ),
    ended(
        "ACQ.REASON_TRADE_STATUS_INVALID",
        "The trade's state does not allow this.",
        "交易状态异常，不能执行该操作。",
        Bilingual("Look at the trade's state first.", "请先查询交易状态。"),
    ),
    ended(
        "ACQ.REASON_ILLEGAL_STATUS",
        "The trade's state does not allow this.",
        "交易状态异常，不能执行该操作。",
        Bilingual("Look at the trade's state first.", "请先查询交易状态。"),
    ),
    ended(
        "ACQ.REFUND_ACCOUNT_NOT_EXIST",
        "The account that refunds are paid from does not work.",
        "退款出资账户不存在或异常，未退款。",
        CONTRACT,
    ),
    ended(
        "ACQ.ALLOC_AMOUNT_VALIDATE_ERROR",
        "More than was shared out would be given back.",
        "退分账金额超限，未退款。",
        Bilingual("Correct the credit note.", "请更正退款单。"),
    ),
    ended(
        "ACQ.REFUNDALLOC_UNAUTH_LIMIT",
        "A receiver of a share does not allow giving it back.",
        "分账接收方未开启分账回退，未退款。",
        CONTRACT,
    ),
    ended(
        "ACQ.REFUND_ROYALTY_PAYEE_ACCOUNT_NOT_EXIST",
        "The account of a receiver of a share does not exist.",
        "退分账收入方账户不存在，未退款。",
        CONTRACT,
    ),
    ended(
        "ACQ.OVERDRAFT_ASSIGN_ACCOUNT_INVALID",
        "The account that advances refunds is not the company's.",
        "垫资退款出资账号与商户不一致，未退款。",
        CONTRACT,
    ),
    ended(
        "ACQ.OVERDRAFT_AGREEMENT_NOT_MATCH",
        "The contract about advanced refunds does not fit.",
        "垫资退款与签约不一致，未退款。",
        CONTRACT,
    ),
    Code(
        "ACQ.ENTERPRISE_PAY_BIZ_ERROR",
        Effect.QUERY,
        Bilingual("Alipay's corporate payments refused the refund.", "因公付业务异常。"),
        Bilingual("The result is being queried.", "系统将查询结果。"),
        about_money=False,
    ),
    Code(
        "ACQ.REFUND_CHARGE_ERROR",
        Effect.RETRY_SAME_KEY,
        Bilingual("The fee could not be given back, so nothing was refunded.", "退收费异常，未退款。"),
        SAME_REFUND,
        about_money=False,
    ),
)

CANCEL_CODES: tuple[Code, ...] = (
    Code(
        "AQC.SYSTEM_ERROR",
        Effect.QUERY,
        Bilingual("Alipay had a fault of its own.", "支付宝系统异常。"),
        Bilingual("Wait for the query.", "请等待查询结果。"),
    ),
    ended(
        "ACQ.CANCEL_NOT_ALLOWED",
        "This trade cannot be taken back.",
        "该交易不允许撤销。",
        Bilingual("Refund it if it was paid.", "如已付款，请改用退款。"),
    ),
    ended(
        "ACQ.TRADE_CANCEL_TIME_OUT",
        "It is too late to take this trade back.",
        "超过撤销时间范围。",
        Bilingual("Refund it if it was paid.", "如已付款，请改用退款。"),
    ),
)
