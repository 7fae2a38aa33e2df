"""The codes of a pay-out that speak of the order, the payer and the payer's limits.

Source: Alipay open platform, alipay.fund.trans.uni.transfer, published error enumeration.
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.types import Bilingual

from .model import Code, Effect

PAYER_CODES: tuple[Code, ...] = (
    Code(
        "SYSTEM_ERROR",
        Effect.QUERY,
        Bilingual("Alipay had a fault of its own.", "支付宝系统异常。"),
        Bilingual(
            "Wait, and do not pay by another way before the result is certain.",
            "请等待，结果明确前不要换通道重付。",
        ),
    ),
    Code(
        "aop.unknow-error",
        Effect.QUERY,
        Bilingual("Alipay's gateway answered with an unknown fault.", "支付宝网关返回未知错误。"),
        Bilingual(
            "Wait, and do not pay by another way before the result is certain.",
            "请等待，结果明确前不要换通道重付。",
        ),
    ),
    Code(
        "isp.unknow-error",
        Effect.QUERY,
        Bilingual("Alipay's service answered with an unknown fault.", "支付宝服务返回未知错误。"),
        Bilingual(
            "Wait, and do not pay by another way before the result is certain.",
            "请等待，结果明确前不要换通道重付。",
        ),
    ),
    Code(
        "REQUEST_PROCESSING",
        Effect.PROCESSING,
        Bilingual("Alipay is still working on this request.", "请求正在处理中。"),
        Bilingual(
            "Wait, and do not pay by another way before the result is certain.",
            "请等待，结果明确前不要换通道重付。",
        ),
    ),
    Code(
        "TRANS_ORDER_DEALING",
        Effect.PROCESSING,
        Bilingual("Alipay is still working on this transfer.", "转账订单处理中。"),
        Bilingual(
            "Wait, and do not pay by another way before the result is certain.",
            "请等待，结果明确前不要换通道重付。",
        ),
    ),
    Code(
        "PROCESS_FAIL",
        Effect.QUERY,
        Bilingual(
            "Alipay could not finish processing; it may still be driven on.",
            "支付宝处理失败，可能会再次处理。",
        ),
        Bilingual(
            "Wait for the query; if the order is not found it is sent again.",
            "等待查询结果；若订单不存在将用原单号重发。",
        ),
    ),
    Code(
        "PAYMENT_FAIL",
        Effect.FINAL,
        Bilingual("The payment failed at Alipay.", "支付失败。"),
        Bilingual("Read Alipay's message and prepare a new payment.", "查看支付宝返回说明后重新制单。"),
    ),
    Code(
        "INVALID_PARAMETER",
        Effect.FINAL,
        Bilingual("Alipay refused a field of the order.", "订单参数有误。"),
        Bilingual(
            "Correct amount, name or scene and prepare a new payment.",
            "核对金额、姓名、转账场景等内容后重新制单。",
        ),
    ),
    Code(
        "PAYMENT_INFO_INCONSISTENCY",
        Effect.QUERY,
        Bilingual(
            "An earlier order with the same number but other content exists at Alipay; this content was not executed.",
            "支付宝已有同一单号但内容不同的订单，本次内容未执行。",
        ),
        Bilingual(
            "Look up the earlier order; make a new payment only when its result is known.",
            "请核对原订单，确认其结果后再决定是否另行制单。",
        ),
    ),
    Code(
        "BIZ_UNIQUE_EXCEPTION",
        Effect.QUERY,
        Bilingual("Alipay already holds an order with this number.", "支付宝已有相同单号的订单。"),
        Bilingual("Wait for the query to tell what became of it.", "等待查询该单号的结果。"),
    ),
    Code(
        "PAYER_BALANCE_NOT_ENOUGH",
        Effect.RETRY_SAME_KEY,
        Bilingual("The company's Alipay account does not hold enough money.", "付款方支付宝余额不足。"),
        Bilingual("Top up the Alipay account, then send again.", "请充值后重试。"),
    ),
    Code(
        "BALANCE_IS_NOT_ENOUGH",
        Effect.RETRY_SAME_KEY,
        Bilingual("The balance of the company's Alipay account is not enough.", "支付宝账户余额不足。"),
        Bilingual("Top up the Alipay account, then send again.", "请充值后重试。"),
    ),
    Code(
        "PAYCARD_UNABLE_PAYMENT",
        Effect.MISCONFIGURED,
        Bilingual(
            "The company's account cannot pay: its payment function is off.",
            "付款账户的支付功能不可用。",
        ),
        Bilingual(
            "Have the administrator enable balance payment at Alipay.",
            "请管理员在支付宝开通余额支付功能。",
        ),
    ),
    Code(
        "MONEY_PAY_CLOSED",
        Effect.MISCONFIGURED,
        Bilingual("Balance payment is closed for the company's account.", "付款账户余额支付功能已关闭。"),
        Bilingual(
            "Have the administrator enable balance payment at Alipay.",
            "请管理员在支付宝开通余额支付功能。",
        ),
    ),
    Code(
        "PAYER_STATUS_ERROR",
        Effect.MISCONFIGURED,
        Bilingual("The status of the company's account forbids paying.", "付款账户状态异常。"),
        Bilingual("Stop the payment run and contact Alipay.", "请停止付款并联系支付宝处理账户状态。"),
    ),
    Code(
        "PAYER_CERTIFY_CHECK_FAIL",
        Effect.MISCONFIGURED,
        Bilingual(
            "The company's certification at Alipay failed or has expired.",
            "付款方实名认证校验失败或已过期。",
        ),
        Bilingual("Renew the licences at Alipay, then resume.", "请在支付宝更新企业证照后恢复付款。"),
    ),
    Code(
        "PERMIT_CHECK_PERM_LIMITED",
        Effect.MISCONFIGURED,
        Bilingual("Alipay has limited what the company's account may do.", "付款账户权限受限。"),
        Bilingual("Contact Alipay to lift the limit, then resume.", "请联系支付宝解除限制后恢复付款。"),
    ),
    Code(
        "PERMIT_CHECK_PERM_IDENTITY_THEFT",
        Effect.MISCONFIGURED,
        Bilingual(
            "Alipay suspects that the company's account was taken over.",
            "支付宝怀疑付款账户被冒用。",
        ),
        Bilingual(
            "Stop paying, tell the person in charge and contact Alipay.",
            "请立即停止付款，通知负责人并联系支付宝。",
        ),
    ),
    Code(
        "NO_ACCOUNT_PAYMENT_PERMISSION",
        Effect.MISCONFIGURED,
        Bilingual("The company's account has no permission to pay.", "付款账户无支付权限。"),
        Bilingual("Contact Alipay to obtain the permission.", "请联系支付宝开通支付权限。"),
    ),
    Code(
        "JUDICIAL_FREEZE",
        Effect.MISCONFIGURED,
        Bilingual("The company's account is frozen by a court.", "付款账户被司法冻结。"),
        Bilingual("Stop the payment run and inform management.", "请停止付款并上报管理层处理。"),
    ),
    Code(
        "USER_RISK_FREEZE",
        Effect.MISCONFIGURED,
        Bilingual("Alipay's risk control has frozen the company's account.", "付款账户被风控冻结。"),
        Bilingual("Contact Alipay to lift it, then resume.", "请联系支付宝解冻后恢复付款。"),
    ),
    Code(
        "PAYER_NOT_EXIST",
        Effect.MISCONFIGURED,
        Bilingual("The paying account does not exist.", "付款账户不存在。"),
        Bilingual("The administrator checks the channel's account.", "请管理员核对通道的付款账户。"),
    ),
    Code(
        "INVALID_PAYER_ACCOUNT",
        Effect.MISCONFIGURED,
        Bilingual("The paying account is not valid.", "付款账户无效。"),
        Bilingual("The administrator checks the channel's account.", "请管理员核对通道的付款账户。"),
    ),
    Code(
        "PAYER_USER_INFO_ERROR",
        Effect.MISCONFIGURED,
        Bilingual("The payer's details do not agree with Alipay's.", "付款方信息与支付宝登记不一致。"),
        Bilingual("The administrator checks the channel's account.", "请管理员核对通道的付款账户。"),
    ),
    Code(
        "PRODUCT_NOT_SIGN",
        Effect.MISCONFIGURED,
        Bilingual("The product is not in the company's contract.", "未签约该产品。"),
        Bilingual("The administrator signs the product with Alipay.", "请管理员在支付宝签约该产品。"),
    ),
    Code(
        "NOT_IN_WHITE_LIST",
        Effect.MISCONFIGURED,
        Bilingual("The company is not admitted to this product.", "商户不在该产品的准入名单内。"),
        Bilingual("The administrator applies to Alipay.", "请管理员向支付宝申请准入。"),
    ),
    Code(
        "EXCEED_LIMIT_SM_AMOUNT",
        Effect.FINAL,
        Bilingual("The amount is above the limit for one transfer.", "超过单笔转账限额。"),
        Bilingual("Split the payment or use a bank transfer.", "请拆分付款或改用银行转账。"),
    ),
    Code(
        "EXCEED_LIMIT_SM_MIN_AMOUNT",
        Effect.FINAL,
        Bilingual(
            "The amount is below the least that can be transferred (0.10 yuan).",
            "低于单笔最低转账金额（0.10 元）。",
        ),
        Bilingual("Collect small amounts into one payment.", "请合并小额后付款。"),
    ),
    Code(
        "EXCEED_LIMIT_PERSONAL_SM_AMOUNT",
        Effect.FINAL,
        Bilingual(
            "The amount is above the limit for a transfer to a person.",
            "超过转账给个人的单笔限额。",
        ),
        Bilingual("Split the payment or use another channel.", "请拆分付款或改用其他通道。"),
    ),
    Code(
        "EXCEED_LIMIT_ENT_SM_AMOUNT",
        Effect.FINAL,
        Bilingual(
            "The amount is above the limit for a transfer to a company.",
            "超过转账给企业的单笔限额。",
        ),
        Bilingual("Split the payment or use another channel.", "请拆分付款或改用其他通道。"),
    ),
    Code(
        "EXCEED_LIMIT_DM_AMOUNT",
        Effect.RETRY_SAME_KEY,
        Bilingual("The company's limit for the day is used up.", "超过付款方日累计限额。"),
        Bilingual("Send again tomorrow or have the limit raised.", "请次日重试或申请提高限额。"),
    ),
    Code(
        "EXCEED_LIMIT_DM_MAX_AMOUNT",
        Effect.RETRY_SAME_KEY,
        Bilingual("The company's highest amount for the day is reached.", "超过付款方日最高限额。"),
        Bilingual("Send again tomorrow or have the limit raised.", "请次日重试或申请提高限额。"),
    ),
    Code(
        "EXCEED_LIMIT_MM_AMOUNT",
        Effect.RETRY_SAME_KEY,
        Bilingual("The company's limit for the month is used up.", "超过付款方月累计限额。"),
        Bilingual("Send again next month or have the limit raised.", "请次月重试或申请提高限额。"),
    ),
    Code(
        "EXCEED_LIMIT_MM_MAX_AMOUNT",
        Effect.RETRY_SAME_KEY,
        Bilingual("The company's highest amount for the month is reached.", "超过付款方月最高限额。"),
        Bilingual("Send again next month or have the limit raised.", "请次月重试或申请提高限额。"),
    ),
    Code(
        "PAYMENT_TIME_EXPIRE",
        Effect.FINAL,
        Bilingual("It is too late to pay under this number.", "超过本单号的可支付时间。"),
        Bilingual("Prepare a new payment.", "请重新制单。"),
    ),
    Code(
        "SECURITY_CHECK_FAILED",
        Effect.FINAL,
        Bilingual("Alipay's risk control stopped the transfer.", "支付宝风控拦截了本次转账。"),
        Bilingual(
            "Verify the payee by telephone; do not simply repeat.",
            "请电话核实收款方，切勿直接重付。",
        ),
    ),
    Code(
        "RESOURCE_LIMIT_EXCEED",
        Effect.RETRY_SAME_KEY,
        Bilingual("Too many requests at the same time.", "并发请求过多。"),
        Bilingual("Nothing to do; it is sent again after a pause.", "无需处理，系统稍后自动重试。"),
    ),
    Code(
        "TRANSFER_SCENE_NAME_BLANK",
        Effect.MISCONFIGURED,
        Bilingual("Alipay demands a transfer scene and none was sent.", "缺少转账场景名称。"),
        Bilingual(
            "The administrator switches the scene on in the channel's settings.",
            "请管理员在通道设置中开启转账场景。",
        ),
    ),
    Code(
        "TRANSFER_SCENE_NAME_ILLEGAL",
        Effect.MISCONFIGURED,
        Bilingual("The transfer scene is not one of Alipay's.", "转账场景名称不合法。"),
        Bilingual("The administrator corrects the scene's name.", "请管理员更正转账场景名称。"),
    ),
    Code(
        "TRANSFER_SCENE_REPORT_INFO_ILLEGAL",
        Effect.MISCONFIGURED,
        Bilingual("The scene's report is not what Alipay demands.", "转账场景上报信息不合法。"),
        Bilingual("The administrator corrects the scene's report.", "请管理员更正场景上报信息。"),
    ),
    Code(
        "TRANSFER_SCENE_INFO_ADMIT_FAIL",
        Effect.MISCONFIGURED,
        Bilingual("The scene has not been declared to Alipay.", "转账场景未报备或未通过。"),
        Bilingual(
            "The administrator declares it in Alipay's merchant centre.",
            "请管理员在商家平台报备转账场景。",
        ),
    ),
)
