"""The codes about one order: its state, its payer or payee, the money behind it.

Source: WeChat Pay APIv3, published error codes of merchant transfer, basic payment, code payment and refund.
The numbers of the HTTP status differ between versions of the pages; the code decides.
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.types import Bilingual

from .model import Code, Effect

_UNKNOWN_ORDER = Bilingual("WeChat Pay knows no order with this number.", "微信支付查无此单。")
_ASKED_AGAIN = Bilingual("Nothing to do; it is asked again.", "无需处理，系统会再次查询。")
_RISK_TODO = Bilingual("Wait for the query, then read WeChat Pay's words.", "请等待查询结果，再查看微信支付的说明。")
_CODE_TODO = Bilingual(
    "Ask the customer for a fresh payment code once the result is certain.", "结果确定后请顾客刷新付款码重新支付。"
)

ORDER_CODES: tuple[Code, ...] = (
    Code(
        "ORDERPAID",
        Effect.QUERY,
        Bilingual("This order has already been paid.", "订单已支付。"),
        Bilingual("Do not ask for the money again; the result is read by query.", "请勿重复收款，系统将查询结果。"),
        about_money=False,
    ),
    Code(
        "ORDER_CLOSED",
        Effect.QUERY,
        Bilingual("This order is closed.", "订单已关闭。"),
        Bilingual("Make a new collection.", "请重新发起收款。"),
        about_money=False,
    ),
    Code("ORDER_NOT_EXIST", Effect.NOT_FOUND, _UNKNOWN_ORDER, _ASKED_AGAIN),
    Code("RESOURCE_NOT_EXISTS", Effect.NOT_FOUND, _UNKNOWN_ORDER, _ASKED_AGAIN),
    Code("NOT_FOUND", Effect.NOT_FOUND, _UNKNOWN_ORDER, _ASKED_AGAIN),
    Code(
        "NOT_ENOUGH",
        Effect.RETRY_SAME_KEY,
        Bilingual(
            "The operating account (transfers) or the available balance (refunds) does not hold enough.",
            "运营账户（转账）或可用余额（退款）资金不足。",
        ),
        Bilingual("Top up; the same order is then sent again.", "请充值后用原单号重试。"),
    ),
    Code(
        "USER_ACCOUNT_ABNORMAL",
        Effect.FINAL,
        Bilingual("The customer's account is closed or abnormal.", "用户账户异常或已注销。"),
        Bilingual("Refund by another way.", "请改用其他方式退款。"),
    ),
    Code(
        "ACCOUNT_ERROR",
        Effect.FINAL,
        Bilingual("The customer's account is abnormal.", "用户账户异常。"),
        Bilingual("Use another way.", "请改用其他方式。"),
    ),
    Code(
        "TRADE_ERROR",
        Effect.QUERY,
        Bilingual("A business rule or the payer's bank stopped it.", "交易错误，被业务规则或付款银行拒绝。"),
        _RISK_TODO,
    ),
    Code("RULE_LIMIT", Effect.QUERY, Bilingual("A business rule stopped it.", "被业务规则限制。"), _RISK_TODO),
    Code("REQUEST_BLOCKED", Effect.QUERY, Bilingual("Risk control stopped it.", "请求被风控拦截。"), _RISK_TODO),
    Code(
        "USER_ERROR",
        Effect.FINAL,
        Bilingual("This person cannot receive by WeChat Pay.", "该用户无法收款。"),
        Bilingual("Use another channel.", "请改用其他通道。"),
    ),
    Code(
        "OUT_TRADE_NO_USED",
        Effect.REFUSED_OR_KNOWN,
        Bilingual("The number is used already.", "商户单号已被使用。"),
        Bilingual("Wait for the query before anything else.", "请先等待查询结果。"),
    ),
    Code(
        "OPENID_MISMATCH",
        Effect.FINAL,
        Bilingual("The open id belongs to another AppID.", "openid 与 AppID 不匹配。"),
        Bilingual("Bind the payee again under this AppID.", "请在本 AppID 下重新绑定收款人。"),
    ),
    Code(
        "INVALID_TRANSACTIONID",
        Effect.FINAL,
        Bilingual("WeChat Pay's own number of the order is not valid.", "微信支付订单号无效。"),
        Bilingual("Check the original order.", "请核对原订单。"),
    ),
    Code(
        "USERPAYING",
        Effect.QUERY,
        Bilingual("The customer is entering the password.", "用户支付中，需要输入密码。"),
        Bilingual("Wait for the query.", "请等待查询结果。"),
        about_money=False,
    ),
    Code(
        "AUTH_CODE_INVALID",
        Effect.QUERY,
        Bilingual("The payment code is not one of WeChat Pay's, or was used.", "付款码无效或已被使用。"),
        _CODE_TODO,
    ),
    Code("AUTH_CODE_ERROR", Effect.QUERY, Bilingual("The payment code is wrong.", "付款码错误。"), _CODE_TODO),
    Code("AUTH_CODE_EXPIRED", Effect.QUERY, Bilingual("The payment code has expired.", "付款码已过期。"), _CODE_TODO),
)
"""The last four are the ones of the older code payment; whether APIv3 says them is not published, so none
of them is taken for a certain failure."""
