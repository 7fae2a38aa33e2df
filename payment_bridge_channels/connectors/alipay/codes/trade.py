"""The codes of charges and collections beyond those in :mod:`.other`.

Source: Alipay open platform, published error enumerations of alipay.trade.pay, alipay.trade.precreate and
alipay.trade.close.
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.types import Bilingual

from .model import Code, Effect, ended

ANOTHER_WAY = Bilingual("Ask the customer to pay in another way.", "请顾客更换付款方式。")
FRESH_CODE = Bilingual(
    "Ask the customer for a fresh code and charge it as a new sale; after a second failure in another way.",
    "请顾客刷新付款码后重新收款；再次失败请更换付款方式。",
)
CUSTOMER_ASKS = Bilingual("The customer asks Alipay, or pays in another way.", "请顾客联系支付宝，或更换付款方式。")
SMALLER = Bilingual("Collect a smaller amount, or raise the limit with Alipay.", "请减小金额，或联系支付宝提高额度。")
CONTRACT = Bilingual("The administrator settles it with Alipay.", "请管理员联系支付宝处理签约或账户状态。")
PARAMETERS = Bilingual("The administrator corrects the settings.", "请管理员更正设置。")


BUYER_CODES: tuple[Code, ...] = (
    ended(
        "ACQ.PAYMENT_AUTH_CODE_INVALID",
        "The payment code is wrong, used or too old; the customer has not paid.",
        "付款码无效、已使用或已过期，顾客未付款。",
        FRESH_CODE,
    ),
    ended(
        "ACQ.BUYER_BALANCE_NOT_ENOUGH",
        "The customer's balance is too small; nothing was paid.",
        "顾客余额不足，未付款。",
        ANOTHER_WAY,
    ),
    ended(
        "ACQ.BUYER_BANKCARD_BALANCE_NOT_ENOUGH",
        "The balance of the customer's bank card is too small; nothing was paid.",
        "顾客银行卡余额不足，未付款。",
        ANOTHER_WAY,
    ),
    ended(
        "ACQ.ERROR_BALANCE_PAYMENT_DISABLE",
        "The customer has switched off paying by balance; nothing was paid.",
        "顾客已关闭余额支付，未付款。",
        Bilingual("The customer switches it on, or pays in another way.", "请顾客开启余额支付，或更换付款方式。"),
    ),
    ended(
        "ACQ.MOBILE_PAYMENT_SWITCH_OFF",
        "The customer has switched off paying by phone; nothing was paid.",
        "顾客已关闭手机支付，未付款。",
        Bilingual("The customer switches it on, or pays in another way.", "请顾客开启手机支付，或更换付款方式。"),
    ),
    ended(
        "ACQ.USER_FACE_PAYMENT_SWITCH_OFF",
        "The customer has switched off payment codes; nothing was paid.",
        "顾客已关闭当面付，未付款。",
        Bilingual("The customer switches them on, or pays in another way.", "请顾客开启当面付，或更换付款方式。"),
    ),
    ended(
        "ACQ.BUYER_ENABLE_STATUS_FORBID",
        "The customer's Alipay account may not be used.",
        "顾客账户状态异常。",
        CUSTOMER_ASKS,
    ),
    ended("ACQ.BUYER_NOT_EXIST", "The customer's Alipay account does not exist.", "顾客账户不存在。", CUSTOMER_ASKS),
    ended(
        "ACQ.BUYER_BANKCARD_INVALID",
        "The customer's bank card is not valid; nothing was paid.",
        "顾客银行卡无效，未付款。",
        ANOTHER_WAY,
    ),
    ended(
        "ACQ.BUYER_BANKCARD_DECLINED",
        "The customer's bank declined; nothing was paid.",
        "顾客发卡行拒绝付款，未付款。",
        ANOTHER_WAY,
    ),
    ended(
        "ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR",
        "The customer's daily limit is used up; nothing was paid.",
        "顾客当日付款额度已用完，未付款。",
        ANOTHER_WAY,
    ),
    ended(
        "ACQ.BUYER_PAYMENT_AMOUNT_MONTH_LIMIT_ERROR",
        "The customer's monthly limit is used up; nothing was paid.",
        "顾客当月付款额度已用完，未付款。",
        ANOTHER_WAY,
    ),
    ended(
        "ACQ.BUYER_LIMIT_EXCEEDED",
        "A limit of the customer is used up; nothing was paid.",
        "顾客付款额度超限，未付款。",
        ANOTHER_WAY,
    ),
    ended(
        "ACQ.ERROR_BUYER_CERTIFY_LEVEL_LIMIT",
        "The customer has not proved his identity; nothing was paid.",
        "顾客未完成实名认证，未付款。",
        CUSTOMER_ASKS,
    ),
    ended(
        "ACQ.NOT_CERTIFIED_USER",
        "The customer has not proved his identity; nothing was paid.",
        "顾客未实名，未付款。",
        CUSTOMER_ASKS,
    ),
    ended(
        "ACQ.BUYER_NOT_MAINLAND_CERT",
        "The customer has no mainland identity; nothing was paid.",
        "顾客非大陆实名用户，未付款。",
        ANOTHER_WAY,
    ),
    ended(
        "ACQ.NO_PAYMENT_INSTRUMENTS_AVAILABLE",
        "The customer has nothing that he could pay with.",
        "顾客没有可用的付款方式。",
        ANOTHER_WAY,
    ),
    ended(
        "ACQ.NOT_SUPPORT_PAYMENT_INST",
        "The customer's way to pay is not supported here.",
        "不支持顾客所用的付款方式。",
        ANOTHER_WAY,
    ),
    ended(
        "ACQ.PAYMENT_REQUEST_HAS_RISK",
        "Alipay's risk control stopped the payment; nothing was paid.",
        "支付宝风控拦截，未付款。",
        ANOTHER_WAY,
    ),
    ended("ACQ.PAYMENT_FAIL", "The payment failed; nothing was paid.", "支付失败，未付款。", FRESH_CODE),
    ended(
        "ACQ.PULL_MOBILE_CASHIER_FAIL",
        "The customer's phone could not be asked; nothing was paid.",
        "无法唤起顾客手机收银台，未付款。",
        FRESH_CODE,
    ),
    ended(
        "ACQ.PAYER_UNMATCHED",
        "Somebody else than expected tried to pay; nothing was paid.",
        "付款人不匹配，未付款。",
        ANOTHER_WAY,
    ),
    Code(
        "ACQ.TRADE_BUYER_NOT_MATCH",
        Effect.QUERY,
        Bilingual(
            "A trade of this number was already begun by another customer.",
            "该单号的交易已由其他顾客发起。",
        ),
        Bilingual("Its result is being queried; do not charge again.", "系统正在查询原交易结果，请勿重复收款。"),
        about_money=False,
    ),
)

SELLER_CODES: tuple[Code, ...] = (
    ended(
        "ACQ.SELLER_BEEN_BLOCKED",
        "The company's Alipay account is blocked; nothing was collected.",
        "商户账户被冻结，未收款。",
        CONTRACT,
    ),
    ended(
        "ACQ.SELLER_NOT_EXIST",
        "The account to be credited does not exist; nothing was collected.",
        "收款账户不存在，未收款。",
        CONTRACT,
    ),
    ended(
        "ACQ.INVALID_RECEIVE_ACCOUNT",
        "The account to be credited is not allowed; nothing was collected.",
        "不支持该收款账户，未收款。",
        CONTRACT,
    ),
    ended(
        "ACQ.MERCHANT_STATUS_NOT_NORMAL",
        "The company's contract is not active, for instance after three months without a trade.",
        "商户状态异常（例如三个月无交易需重新激活）。",
        CONTRACT,
    ),
    ended("ACQ.MERCHANT_AGREEMENT_NOT_EXIST", "The company has no such contract.", "商户未签约该产品。", CONTRACT),
    ended("ACQ.MERCHANT_AGREEMENT_INVALID", "The company's contract has ended.", "商户签约已失效。", CONTRACT),
    ended("ACQ.AGREEMENT_NOT_EXIST", "There is no such agreement.", "协议不存在。", CONTRACT),
    ended("ACQ.AGREEMENT_INVALID", "The agreement has ended.", "协议已失效。", CONTRACT),
    ended("ACQ.AGREEMENT_STATUS_NOT_NORMAL", "The agreement is not active.", "协议状态不正常。", CONTRACT),
    ended("ACQ.AGREEMENT_ERROR", "The agreement does not allow this.", "协议信息异常。", CONTRACT),
    ended(
        "ACQ.RESTRICTED_MERCHANT_INDUSTRY",
        "The company's line of business may not collect this way.",
        "商户所属行业受限。",
        CONTRACT,
    ),
    ended(
        "ACQ.BEYOND_PAY_RESTRICTION",
        "The company's limit for collecting is used up; nothing was collected.",
        "商户收款额度超限，未收款。",
        SMALLER,
    ),
    ended(
        "ACQ.BEYOND_PER_RECEIPT_RESTRICTION",
        "The company's monthly limit is used up; nothing was collected.",
        "商户收款金额超过月限额，未收款。",
        SMALLER,
    ),
    ended(
        "ACQ.BEYOND_PER_RECEIPT_DAY_RESTRICTION",
        "The company's daily limit is used up; nothing was collected.",
        "商户收款金额超过日限额，未收款。",
        SMALLER,
    ),
    ended(
        "ACQ.BEYOND_PER_RECEIPT_SINGLE_RESTRICTION",
        "The amount is above the company's limit for one collection; nothing was collected.",
        "订单金额超过商户单笔限额，未收款。",
        SMALLER,
    ),
    ended(
        "ACQ.MERCHANT_PERM_RECEIPT_SUSPEND_LIMIT",
        "The company may not collect at present; nothing was collected.",
        "商户暂停收款，未收款。",
        CONTRACT,
    ),
    ended(
        "ACQ.MERCHANT_PERM_RECEIPT_SINGLE_LIMIT",
        "The amount is above the company's limit for one collection; nothing was collected.",
        "超过商户单笔收款限额，未收款。",
        SMALLER,
    ),
    ended(
        "ACQ.MERCHANT_PERM_RECEIPT_DAY_LIMIT",
        "The company's daily limit is used up; nothing was collected.",
        "超过商户单日收款限额，未收款。",
        SMALLER,
    ),
    ended(
        "ACQ.PRODUCT_AMOUNT_LIMIT_ERROR",
        "The amount is above the product's limit; nothing was collected.",
        "超过产品限额，未收款。",
        SMALLER,
    ),
    ended(
        "ACQ.REQUEST_AMOUNT_EXCEED",
        "The amount is above what may be asked for; nothing was collected.",
        "请求金额超限，未收款。",
        SMALLER,
    ),
    ended("ACQ.INVALID_STORE_ID", "The store number is not valid.", "商户门店编号无效。", PARAMETERS),
    ended(
        "ACQ.RISK_MERCHANT_IP_NOT_EXIST",
        "Alipay wants the address of the customer's device, which is not sent here.",
        "支付宝要求上送交易 IP。",
        CONTRACT,
    ),
    ended(
        "ACQ.UN_SUPPORT_TRADE_SCENE", "Alipay does not support this kind of trade.", "不支持的交易场景。", PARAMETERS
    ),
    ended("ACQ.AMOUNT_OR_CURRENCY_ERROR", "Amount or currency is wrong.", "订单金额或币种有误。", PARAMETERS),
    ended("ACQ.CURRENCY_NOT_SUPPORT", "The currency is not supported.", "币种不支持。", PARAMETERS),
    ended(
        "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR",
        "The order's time is over; nothing can be paid under this number.",
        "订单已超过允许付款的时间，不会再付款。",
        Bilingual("Make a new payment link.", "请重新生成收款链接。"),
    ),
    Code(
        "ACQ.APPLY_PC_MERCHANT_CODE_ERROR",
        Effect.QUERY,
        Bilingual("A code was already made for this number.", "该单号已申请过二维码。"),
        Bilingual(
            "Its result is being queried; then make a new payment link.",
            "系统将查询原收款结果，之后请重新生成收款链接。",
        ),
        about_money=False,
    ),
    Code(
        "ACQ.TRADE_SETTLE_ERROR",
        Effect.QUERY,
        Bilingual("Alipay could not settle the trade.", "交易结算异常。"),
        Bilingual("The result is being queried.", "系统将查询结果。"),
        about_money=False,
    ),
)

TRADE_CODES: tuple[Code, ...] = (*BUYER_CODES, *SELLER_CODES)
