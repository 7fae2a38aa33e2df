"""The codes that speak of the message, the order and its original.

Source: UnionPay ACP 5.1.0, published response codes (应答码).
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.types import Bilingual

from .model import Code, Effect

MESSAGE_CODES: tuple[Code, ...] = (
    Code(
        "10",
        Effect.MISCONFIGURED,
        Bilingual("UnionPay finds the message's format wrong.", "报文格式错误。"),
        Bilingual("The administrator checks the channel with UnionPay's words.", "请管理员根据银联返回信息检查通道。"),
    ),
    Code(
        "11",
        Effect.MISCONFIGURED,
        Bilingual("UnionPay could not verify our signature.", "验证签名失败。"),
        Bilingual(
            "The administrator checks signing certificate, password, environment and merchant number.",
            "请管理员核对签名证书、密码、环境与商户代码。",
        ),
    ),
    Code(
        "12",
        Effect.QUERY,
        Bilingual("UnionPay has an order with this number already.", "重复交易。"),
        Bilingual("The earlier order is queried.", "系统将查询先前的订单。"),
    ),
    Code(
        "13",
        Effect.MISCONFIGURED,
        Bilingual("A mandatory element of the message is missing.", "报文交易要素缺失。"),
        Bilingual("The administrator checks the channel with UnionPay's words.", "请管理员根据银联返回信息检查通道。"),
    ),
    Code(
        "14",
        Effect.FINAL,
        Bilingual("The format of the batch file is wrong.", "批量文件格式错误。"),
        Bilingual(
            "The administrator compares the file's columns with the contract.", "请管理员核对批量文件字段与约定。"
        ),
    ),
    Code(
        "34",
        Effect.NOT_FOUND,
        Bilingual("UnionPay knows no such transaction.", "查无此交易。"),
        Bilingual(
            "It counts only some minutes after sending; the bill is the last word.",
            "发送数分钟后才可确认，最终以对账文件为准。",
        ),
    ),
    Code(
        "35",
        Effect.FINAL,
        Bilingual("The original transaction is not found or in a wrong state.", "原交易不存在或状态不正确。"),
        Bilingual("Check which collection is to be refunded.", "请核对要退款的原收款。"),
    ),
    Code(
        "36",
        Effect.FINAL,
        Bilingual("It does not agree with the original transaction.", "与原交易信息不符。"),
        Bilingual("Check amount and number of the original.", "请核对原交易金额与编号。"),
    ),
    Code(
        "41",
        Effect.QUERY,
        Bilingual("The batch is in a state that does not allow this.", "批次状态不正确。"),
        Bilingual("It is asked for again later.", "系统稍后再次查询。"),
    ),
    Code(
        "42",
        Effect.PROCESSING,
        Bilingual(
            "The payer was charged, but after the time limit; UnionPay gives it back.",
            "扣款成功但交易超过规定支付时间，银联将退款。",
        ),
        Bilingual("Compare with the bill.", "请与对账文件核对。"),
    ),
    Code(
        "44",
        Effect.FINAL,
        Bilingual("A number in the order is wrong.", "输入的号码有误。"),
        Bilingual("Correct it and prepare a new order.", "请更正后重新制单。"),
    ),
    Code(
        "45",
        Effect.FINAL,
        Bilingual("The original has already been refunded or voided.", "原交易已被成功退货或已撤销。"),
        Bilingual("Compare with the earlier refunds.", "请核对已有的退款。"),
    ),
    Code(
        "46",
        Effect.FINAL,
        Bilingual("The original has already been reversed.", "原交易已被成功冲正。"),
        Bilingual("Compare with the earlier refunds.", "请核对已有的退款。"),
    ),
)
