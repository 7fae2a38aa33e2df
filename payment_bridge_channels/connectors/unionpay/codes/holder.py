"""The codes that speak of a card, its holder and its bank, and of payment codes.

Source: UnionPay ACP 5.1.0, published response codes (应答码).
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.types import Bilingual

from .model import Code, Effect

HOLDER_CODES: tuple[Code, ...] = (
    Code(
        "60",
        Effect.FINAL,
        Bilingual("The issuing bank failed to carry it out.", "发卡行交易失败。"),
        Bilingual("Ask the bank.", "请咨询发卡银行。"),
        pay_out=Effect.QUERY,
    ),
    Code(
        "61",
        Effect.FINAL,
        Bilingual("The card number is not valid.", "输入的卡号无效。"),
        Bilingual("Ask for the right account.", "请核实正确的账号。"),
    ),
    Code(
        "62",
        Effect.FINAL,
        Bilingual("The issuing bank does not support this merchant.", "发卡银行不支持该商户。"),
        Bilingual("Use another card.", "请更换银行卡。"),
    ),
    Code(
        "63",
        Effect.FINAL,
        Bilingual("The card's state is not normal.", "卡状态不正确。"),
        Bilingual("Ask the payee.", "请联系收款方核实。"),
    ),
    Code(
        "64",
        Effect.FINAL,
        Bilingual("The card holds not enough.", "卡上余额不足。"),
        Bilingual("Use another card.", "请更换银行卡。"),
    ),
    Code(
        "65",
        Effect.FINAL,
        Bilingual("Password, expiry or CVN2 is wrong.", "密码、有效期或 CVN2 有误。"),
        Bilingual("The payer tries again.", "请付款人重试。"),
    ),
    Code(
        "66",
        Effect.FINAL,
        Bilingual("Name, identity number or phone does not agree with the card.", "持卡人身份信息或手机号不正确。"),
        Bilingual("Correct the name; mind fraud.", "请更正户名，并警惕诈骗。"),
    ),
    Code(
        "67",
        Effect.FINAL,
        Bilingual("The password was tried too often.", "密码输入次数超限。"),
        Bilingual("Use another card.", "请更换银行卡。"),
    ),
    Code(
        "68",
        Effect.FINAL,
        Bilingual("The bank card does not support this business.", "银行卡暂不支持该业务。"),
        Bilingual("Use another account.", "请更换账户。"),
    ),
    Code(
        "69",
        Effect.FINAL,
        Bilingual("It took too long and was not completed.", "交易超时未完成。"),
        Bilingual("Prepare it again.", "请重新发起。"),
    ),
    Code(
        "70",
        Effect.PROCESSING,
        Bilingual("The payer was sent on to the issuing bank.", "交易已跳转到发卡行验证。"),
        Bilingual(
            "Wait, and do not pay by another way before the result is certain.", "请等待，结果明确前不要换通道重付。"
        ),
    ),
    Code(
        "71",
        Effect.FINAL,
        Bilingual("The SMS code is wrong.", "短信验证码有误。"),
        Bilingual("The payer tries again.", "请付款人重试。"),
    ),
    Code(
        "72",
        Effect.FINAL,
        Bilingual("The card is not enabled for online payment.", "银行卡未开通网上支付。"),
        Bilingual("Use another card.", "请更换银行卡。"),
    ),
    Code(
        "73",
        Effect.FINAL,
        Bilingual("The card has expired.", "银行卡已过期。"),
        Bilingual("Ask for the new card's number.", "请核实新卡号。"),
    ),
    Code(
        "74",
        Effect.QUERY,
        Bilingual("Whether the bill was settled is unknown.", "账单销账状态未知。"),
        Bilingual(
            "Wait, and do not pay by another way before the result is certain.", "请等待，结果明确前不要换通道重付。"
        ),
    ),
    Code(
        "75",
        Effect.FINAL,
        Bilingual("The bill was not settled.", "账单销账失败。"),
        Bilingual("Compare with the bill.", "请核对账单。"),
    ),
    Code(
        "76",
        Effect.FINAL,
        Bilingual("The card is to be opened for this first.", "需先开通银行卡。"),
        Bilingual("Read UnionPay's words.", "请查看银联返回信息。"),
    ),
    Code(
        "77",
        Effect.FINAL,
        Bilingual("The bank's channel is not available.", "银行渠道不可用。"),
        Bilingual("Read UnionPay's words.", "请查看银联返回信息。"),
    ),
    Code(
        "78",
        Effect.FINAL,
        Bilingual("The issuing bank restricts this.", "发卡行交易权限受限。"),
        Bilingual("Read UnionPay's words.", "请查看银联返回信息。"),
    ),
    Code(
        "79",
        Effect.FINAL,
        Bilingual("The card or its token cannot be used for this.", "该卡或标记不可用于此交易。"),
        Bilingual("Read UnionPay's words.", "请查看银联返回信息。"),
    ),
    Code(
        "80",
        Effect.FINAL,
        Bilingual("UnionPay or the bank refused it.", "银联或银行拒绝（80）。"),
        Bilingual("Read UnionPay's words.", "请查看银联返回信息。"),
    ),
    Code(
        "81",
        Effect.FINAL,
        Bilingual("UnionPay or the bank refused it.", "银联或银行拒绝（81）。"),
        Bilingual("Read UnionPay's words.", "请查看银联返回信息。"),
    ),
    Code(
        "82",
        Effect.FINAL,
        Bilingual("UnionPay or the bank refused it.", "银联或银行拒绝（82）。"),
        Bilingual("Read UnionPay's words.", "请查看银联返回信息。"),
    ),
    Code(
        "83",
        Effect.FINAL,
        Bilingual("UnionPay or the bank refused it.", "银联或银行拒绝（83）。"),
        Bilingual("Read UnionPay's words.", "请查看银联返回信息。"),
    ),
    Code(
        "85",
        Effect.FINAL,
        Bilingual("The payment code cannot be used.", "二维码无效或状态不正确。"),
        Bilingual("Ask for a new code.", "请出示新的付款码。"),
    ),
    Code(
        "86",
        Effect.FINAL,
        Bilingual("The payment code cannot be used.", "二维码无效或状态不正确。"),
        Bilingual("Ask for a new code.", "请出示新的付款码。"),
    ),
    Code(
        "87",
        Effect.FINAL,
        Bilingual("The payment code cannot be used.", "二维码无效或状态不正确。"),
        Bilingual("Ask for a new code.", "请出示新的付款码。"),
    ),
    Code(
        "88",
        Effect.FINAL,
        Bilingual("The payment code cannot be used.", "二维码无效或状态不正确。"),
        Bilingual("Ask for a new code.", "请出示新的付款码。"),
    ),
    Code(
        "89",
        Effect.FINAL,
        Bilingual("The payment code cannot be used.", "二维码无效或状态不正确。"),
        Bilingual("Ask for a new code.", "请出示新的付款码。"),
    ),
    Code(
        "93",
        Effect.FINAL,
        Bilingual("The payee's account is of another type.", "收款账户类型不符。"),
        Bilingual("Choose card or company account as it is.", "请选择正确的收款方式（个人卡或对公账户）。"),
    ),
)
