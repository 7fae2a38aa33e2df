"""The codes of a pay-out that speak of the payee, the payee's bank and what the payee reads.

Source: Alipay open platform, alipay.fund.trans.uni.transfer, published error enumeration.
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.types import Bilingual

from .model import Code, Effect

PAYEE_CODES: tuple[Code, ...] = (
    Code(
        "EXCEED_LIMIT_UNRN_DM_AMOUNT",
        Effect.FINAL,
        Bilingual(
            "The payee is not real-name verified and has reached the day's limit.",
            "收款方未实名，超过其日收款限额。",
        ),
        Bilingual("Ask the payee to complete real-name verification.", "请收款方完成实名认证。"),
    ),
    Code(
        "EXCEED_LIMIT_DC_RECEIVED",
        Effect.RETRY_SAME_KEY,
        Bilingual("The payee has received too many transfers today.", "收款方今日收款笔数超限。"),
        Bilingual("Send again tomorrow.", "请次日重试。"),
    ),
    Code(
        "PAYEE_NOT_EXIST",
        Effect.FINAL,
        Bilingual("There is no such payee at Alipay.", "收款账户不存在。"),
        Bilingual("Ask the supplier for the right account.", "请向供应商核实正确账户。"),
    ),
    Code(
        "PAYEE_ACCOUNT_NOT_EXSIT",
        Effect.FINAL,
        Bilingual("The payee's account does not exist.", "收款账号不存在。"),
        Bilingual("Ask the supplier for the right account.", "请向供应商核实正确账户。"),
    ),
    Code(
        "PAYEE_USERINFO_ERROR",
        Effect.FINAL,
        Bilingual("The name does not belong to the payee's account.", "收款方姓名与账户不一致。"),
        Bilingual(
            "Check the vendor's data with the supplier, and mind fraud.",
            "请与供应商核实资料，并警惕诈骗。",
        ),
    ),
    Code(
        "PAYEE_USER_INFO_ERROR",
        Effect.FINAL,
        Bilingual("The payee's details do not agree with the account.", "收款方信息与账户不一致。"),
        Bilingual(
            "Check the vendor's data with the supplier, and mind fraud.",
            "请与供应商核实资料，并警惕诈骗。",
        ),
    ),
    Code(
        "PAYEE_ACC_OCUPIED",
        Effect.FINAL,
        Bilingual("This login belongs to several Alipay accounts.", "该登录账号对应多个支付宝账户。"),
        Bilingual("Use the payee's user id instead of the login.", "请改用收款方支付宝用户号。"),
    ),
    Code(
        "PAYEE_ACCOUNT_STATUS_ERROR",
        Effect.FINAL,
        Bilingual("The payee's account cannot be used.", "收款账户状态异常。"),
        Bilingual(
            "Ask the supplier to have it repaired or for another account.",
            "请供应商处理账户或提供其他账户。",
        ),
    ),
    Code(
        "PAYEE_USERINFO_STATUS_ERROR",
        Effect.FINAL,
        Bilingual("The payee's user status forbids receiving.", "收款用户状态异常。"),
        Bilingual(
            "Ask the supplier to have it repaired or for another account.",
            "请供应商处理账户或提供其他账户。",
        ),
    ),
    Code(
        "PAYEE_NOT_RELNAME_CERTIFY",
        Effect.FINAL,
        Bilingual("The payee is not real-name verified.", "收款方未实名认证。"),
        Bilingual("Ask the supplier to complete verification.", "请供应商完成实名认证。"),
    ),
    Code(
        "PERM_AML_NOT_REALNAME_REV",
        Effect.FINAL,
        Bilingual(
            "Anti-money-laundering rules: the payee is not real-name verified.",
            "根据反洗钱规定，收款方未实名不能收款。",
        ),
        Bilingual("Ask the supplier to complete verification.", "请供应商完成实名认证。"),
    ),
    Code(
        "PAYEE_USER_TYPE_ERROR",
        Effect.FINAL,
        Bilingual("This type of payee cannot be paid by this product.", "收款方账户类型不支持。"),
        Bilingual("Use another channel.", "请改用其他通道。"),
    ),
    Code(
        "PAYEE_CERT_INFO_ERROR",
        Effect.FINAL,
        Bilingual("The payee's identity document does not agree.", "收款方证件信息不一致。"),
        Bilingual("Correct the payee's data.", "请更正收款方证件信息。"),
    ),
    Code(
        "PERMIT_NON_BANK_LIMIT_PAYEE",
        Effect.FINAL,
        Bilingual(
            "The payee has reached the yearly limit of a non-bank account.",
            "收款方余额账户年累计限额已满。",
        ),
        Bilingual(
            "The supplier contacts Alipay, or pay through the bank.",
            "请供应商联系支付宝，或改用银行付款。",
        ),
    ),
    Code(
        "PERMIT_CHECK_RECEIVE_LIMIT",
        Effect.FINAL,
        Bilingual("The payee's receiving is limited.", "收款方收款受限。"),
        Bilingual(
            "The supplier contacts Alipay, or pay through the bank.",
            "请供应商联系支付宝，或改用银行付款。",
        ),
    ),
    Code(
        "RELEASE_USER_FORBBIDEN_RECIEVE",
        Effect.FINAL,
        Bilingual("The payee may not receive money.", "收款方被禁止收款。"),
        Bilingual(
            "The supplier contacts Alipay, or pay through the bank.",
            "请供应商联系支付宝，或改用银行付款。",
        ),
    ),
    Code(
        "BLOCK_USER_FORBBIDEN_RECIEVE",
        Effect.FINAL,
        Bilingual("The payee's account is blocked from receiving.", "收款账户已被冻结收款。"),
        Bilingual(
            "The supplier contacts Alipay, or pay through the bank.",
            "请供应商联系支付宝，或改用银行付款。",
        ),
    ),
    Code(
        "NO_ACCOUNT_RECEIVE_PERMISSION",
        Effect.FINAL,
        Bilingual("The payee's account has no permission to receive.", "收款账户无收款权限。"),
        Bilingual(
            "The supplier contacts Alipay, or pay through the bank.",
            "请供应商联系支付宝，或改用银行付款。",
        ),
    ),
    Code(
        "CARD_BIN_ERROR",
        Effect.FINAL,
        Bilingual("The card number belongs to no known bank.", "银行卡号不属于已知银行。"),
        Bilingual("Correct the bank account.", "请更正收款银行账户。"),
    ),
    Code(
        "INVALID_CARDNO",
        Effect.FINAL,
        Bilingual("The card number is not valid.", "银行卡号无效。"),
        Bilingual("Correct the bank account.", "请更正收款银行账户。"),
    ),
    Code(
        "PAYEE_CARD_INFO_ERROR",
        Effect.FINAL,
        Bilingual("The payee's card details are wrong.", "收款银行卡信息有误。"),
        Bilingual("Correct the bank account with the supplier.", "请与供应商核实并更正银行账户。"),
    ),
    Code(
        "BANKCODE_OR_BRANCHNAME_INFO_ERROR",
        Effect.FINAL,
        Bilingual("The bank code or branch name is wrong.", "联行号或支行名称有误。"),
        Bilingual("Correct bank and branch.", "请更正开户行信息。"),
    ),
    Code(
        "INST_PAY_UNABLE",
        Effect.RETRY_SAME_KEY,
        Bilingual("The receiving bank cannot be reached at the moment.", "收款银行暂不可用。"),
        Bilingual("Send again later.", "请稍后重试。"),
    ),
    Code(
        "BANK_RESPONSE_ERROR",
        Effect.QUERY,
        Bilingual("The receiving bank answered with an error.", "收款银行返回异常。"),
        Bilingual(
            "Wait, and do not pay by another way before the result is certain.",
            "请等待，结果明确前不要换通道重付。",
        ),
    ),
    Code(
        "PAYER_PAYEE_CANNOT_SAME",
        Effect.FINAL,
        Bilingual("Payer and payee are the same account.", "付款方与收款方相同。"),
        Bilingual("Correct the payee.", "请更正收款方。"),
    ),
    Code(
        "REMARK_HAS_SENSITIVE_WORD",
        Effect.FINAL,
        Bilingual("The remark holds a word that Alipay refuses.", "备注含敏感词。"),
        Bilingual("Edit the remark and prepare a new payment.", "请修改备注后重新制单。"),
    ),
    Code(
        "MEMO_REQUIRED_IN_TRANSFER_ERROR",
        Effect.FINAL,
        Bilingual("From 50,000 yuan a remark is mandatory.", "转账 5 万元及以上须填写备注。"),
        Bilingual("Add a remark and prepare a new payment.", "请补充备注后重新制单。"),
    ),
)
