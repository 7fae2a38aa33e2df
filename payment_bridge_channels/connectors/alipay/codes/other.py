"""The codes of the gateway, queries, collections, refunds and bills.

Source: Alipay open platform, published error enumerations of alipay.fund.trans.common.query,
alipay.trade.precreate, alipay.trade.refund and alipay.data.dataservice.bill.downloadurl.query;
gateway codes of the v2 envelope.
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.types import Bilingual

from .model import Code, Effect

ORDER_CODES: tuple[Code, ...] = (
    Code(
        "ORDER_NOT_EXIST",
        Effect.NOT_FOUND,
        Bilingual("Alipay knows no order with this number.", "支付宝查无此单。"),
        Bilingual("The identical order may be sent again.", "可用原单号、原内容重发。"),
    ),
    Code(
        "ACQ.SYSTEM_ERROR",
        Effect.QUERY,
        Bilingual("Alipay had a fault of its own.", "支付宝系统异常。"),
        Bilingual("Wait for the query.", "请等待查询结果。"),
    ),
    Code(
        "ACQ.SELLER_BALANCE_NOT_ENOUGH",
        Effect.RETRY_SAME_KEY,
        Bilingual("The company's account does not hold enough for the refund.", "商户余额不足，无法退款。"),
        Bilingual("Top up, then repeat with the same refund number.", "请充值后用原退款单号重试。"),
    ),
)

OTHER_CODES: tuple[Code, ...] = (
    Code(
        "ILLEGAL_ACCESS",
        Effect.MISCONFIGURED,
        Bilingual("Alipay refused the access.", "非法访问。"),
        Bilingual("The administrator checks application and contract.", "请管理员检查应用与签约。"),
        about_money=False,
    ),
    Code(
        "NO_ORDER_PERMISSION",
        Effect.MISCONFIGURED,
        Bilingual("The application may not see this order.", "无权查询该订单。"),
        Bilingual(
            "The administrator checks whose application is configured.",
            "请管理员核对通道所用应用。",
        ),
        about_money=False,
    ),
    Code(
        "ACQ.TRADE_NOT_EXIST",
        Effect.NOT_FOUND,
        Bilingual("Nobody has opened this trade yet.", "交易尚未创建（买家还未扫码）。"),
        Bilingual("Nothing to do.", "无需处理。"),
        about_money=False,
    ),
    Code(
        "ACQ.TRADE_HAS_SUCCESS",
        Effect.QUERY,
        Bilingual("This trade has already been paid.", "交易已支付。"),
        Bilingual("Reconcile it; do not ask for the money again.", "请核对入账，不要重复收款。"),
        about_money=False,
    ),
    Code(
        "ACQ.TRADE_HAS_CLOSE",
        Effect.FINAL,
        Bilingual("This trade is closed.", "交易已关闭。"),
        Bilingual("Make a new payment link.", "请重新生成收款链接。"),
        about_money=False,
    ),
    Code(
        "ACQ.CONTEXT_INCONSISTENT",
        Effect.QUERY,
        Bilingual("The same number was used with another amount.", "同一单号的交易信息不一致。"),
        Bilingual(
            "The earlier order is being queried; use a new number once it is known.",
            "系统将查询原订单，结果明确后请更换单号。",
        ),
        about_money=False,
    ),
    Code(
        "ACQ.TOTAL_FEE_EXCEED",
        Effect.FINAL,
        Bilingual("The amount is above the limit.", "订单金额超过限额。"),
        Bilingual("Correct the amount.", "请更正金额。"),
        about_money=False,
    ),
    Code(
        "ACQ.INVALID_PARAMETER",
        Effect.FINAL,
        Bilingual("A field is not valid.", "参数无效。"),
        Bilingual("Correct the data.", "请更正数据。"),
        about_money=False,
    ),
    Code(
        "ACQ.EXIST_FORBIDDEN_WORD",
        Effect.FINAL,
        Bilingual("The text holds a forbidden word.", "订单信息含违禁词。"),
        Bilingual("Edit the text.", "请修改文字。"),
        about_money=False,
    ),
    Code(
        "ACQ.PARTNER_ERROR",
        Effect.FINAL,
        Bilingual("The merchant number is wrong.", "商户号有误。"),
        Bilingual("The administrator checks application and contract.", "请管理员检查应用与签约。"),
        about_money=False,
    ),
    Code(
        "ACQ.ACCESS_FORBIDDEN",
        Effect.FINAL,
        Bilingual("This interface is not in the contract.", "无权使用该接口。"),
        Bilingual("The administrator signs the product.", "请管理员签约该产品。"),
        about_money=False,
    ),
    Code(
        "ACQ.BUYER_SELLER_EQUAL",
        Effect.FINAL,
        Bilingual("Buyer and seller are the same.", "买卖家不能相同。"),
        Bilingual("Pay from another account.", "请使用其他账户付款。"),
        about_money=False,
    ),
    Code(
        "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
        Effect.FINAL,
        Bilingual("The refund exceeds what is left to refund.", "退款金额超限。"),
        Bilingual("Correct the credit note.", "请更正退款单。"),
        about_money=False,
    ),
    Code(
        "ACQ.REFUND_FEE_ERROR",
        Effect.FINAL,
        Bilingual("The refund's amount is wrong.", "退款金额有误。"),
        Bilingual("Correct the credit note.", "请更正退款单。"),
        about_money=False,
    ),
    Code(
        "ACQ.REASON_TRADE_REFUND_FEE_ERR",
        Effect.FINAL,
        Bilingual("The refund's amount does not fit the trade.", "退款金额与交易不符。"),
        Bilingual("Correct the credit note.", "请更正退款单。"),
        about_money=False,
    ),
    Code(
        "ACQ.TRADE_HAS_FINISHED",
        Effect.FINAL,
        Bilingual("The trade is finished and can no longer be refunded.", "交易已完结，不可退款。"),
        Bilingual("Refund by a transfer.", "请改用转账退款。"),
        about_money=False,
    ),
    Code(
        "ACQ.TRADE_NOT_ALLOW_REFUND",
        Effect.FINAL,
        Bilingual("This trade cannot be refunded.", "该交易不允许退款。"),
        Bilingual("Refund by a transfer.", "请改用转账退款。"),
        about_money=False,
    ),
    Code(
        "ACQ.TRADE_STATUS_ERROR",
        Effect.FINAL,
        Bilingual("The trade's status does not allow this.", "交易状态不合法。"),
        Bilingual("Refund by a transfer.", "请改用转账退款。"),
        about_money=False,
    ),
    Code(
        "ACQ.REASON_TRADE_BEEN_FREEZEN",
        Effect.FINAL,
        Bilingual("The trade is frozen.", "交易已被冻结。"),
        Bilingual("Refund by a transfer.", "请改用转账退款。"),
        about_money=False,
    ),
    Code(
        "ACQ.DISCORDANT_REPEAT_REQUEST",
        Effect.QUERY,
        Bilingual("The same refund number was used with another amount.", "同一退款单号金额不一致。"),
        Bilingual(
            "The earlier refund is being queried; use a new number once it is known.",
            "系统将查询原退款，结果明确后请更换退款单号。",
        ),
        about_money=False,
    ),
    Code(
        "NO_BILL_DATA",
        Effect.NOT_FOUND,
        Bilingual(
            "There is no bill: no movement that day, or not ready yet.",
            "无账单数据：当日无账务或尚未生成。",
        ),
        Bilingual("It is asked for again.", "系统会再次获取。"),
        about_money=False,
    ),
    Code(
        "BILL_NOT_EXIST",
        Effect.NOT_FOUND,
        Bilingual(
            "The bill does not exist: no movement that day, or not ready yet.",
            "账单不存在：当日无账务或尚未生成。",
        ),
        Bilingual("It is asked for again.", "系统会再次获取。"),
        about_money=False,
    ),
    Code(
        "INVAILID_ARGUMENTS",
        Effect.FINAL,
        Bilingual("Alipay has no bill for this date or type.", "账单日期或类型无效。"),
        Bilingual("Ask for a past day after the registration.", "请选择注册之后的历史日期。"),
        about_money=False,
    ),
    Code(
        "isv.invalid-arguments",
        Effect.FINAL,
        Bilingual("Alipay refused a field of the request.", "请求参数无效。"),
        Bilingual("Check the date and the type of the bill.", "请检查账单日期与类型。"),
        about_money=False,
    ),
    Code(
        "BILL_DATE_BEFORE_REGISTRATION",
        Effect.FINAL,
        Bilingual("The day is before the company's registration at Alipay.", "账单日期早于注册日期。"),
        Bilingual("Ask for a later day.", "请选择更晚的日期。"),
        about_money=False,
    ),
    Code(
        "TYPE_NOT_SUPPORTED",
        Effect.FINAL,
        Bilingual("The contract has no bill of this type.", "当前签约不支持该类型账单。"),
        Bilingual("Use the account detail (signcustomer).", "请使用账务明细（signcustomer）。"),
        about_money=False,
    ),
    Code(
        "SYSTEM_RATE_LIMIT",
        Effect.RETRY_SAME_KEY,
        Bilingual("Alipay is limiting bill requests.", "账单接口系统限流。"),
        Bilingual("It is asked for again after a pause.", "系统稍后自动重试。"),
        about_money=False,
    ),
    Code(
        "USER_RATE_LIMIT",
        Effect.RETRY_SAME_KEY,
        Bilingual("Too many bill requests from this company.", "账单接口请求过于频繁。"),
        Bilingual("It is asked for again after a pause.", "系统稍后自动重试。"),
        about_money=False,
    ),
    Code(
        "UNKNOWN_ERROR",
        Effect.QUERY,
        Bilingual("Alipay had an unknown fault.", "支付宝未知错误。"),
        Bilingual("Try again later.", "请稍后重试。"),
        about_money=False,
    ),
    Code(
        "isv.invalid-signature",
        Effect.MISCONFIGURED,
        Bilingual("Alipay could not verify our signature.", "支付宝验签失败。"),
        Bilingual(
            "The administrator checks private key, certificates and application id: they must belong together.",
            "请管理员核对应用私钥、证书与 APPID 是否配套。",
        ),
        about_money=False,
    ),
    Code(
        "isv.invalid-app-id",
        Effect.MISCONFIGURED,
        Bilingual("Alipay does not know the application id.", "APPID 无效。"),
        Bilingual(
            "The administrator checks the application id and the environment.",
            "请管理员核对 APPID 与环境（生产/沙箱）。",
        ),
        about_money=False,
    ),
    Code(
        "isv.invalid-timestamp",
        Effect.MISCONFIGURED,
        Bilingual("Alipay refused the time of the request.", "请求时间戳无效。"),
        Bilingual("The administrator sets the server's clock.", "请管理员校准服务器时间。"),
        about_money=False,
    ),
    Code(
        "isv.code-invalid",
        Effect.MISCONFIGURED,
        Bilingual("Alipay refused an authorisation code.", "授权码无效。"),
        Bilingual("The administrator checks the authorisation.", "请管理员检查授权。"),
        about_money=False,
    ),
)
