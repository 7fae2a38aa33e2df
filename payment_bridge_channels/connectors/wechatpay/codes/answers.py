"""The codes that any call may answer: caller, contract, pace, faults, bills.

Source: WeChat Pay APIv3, published error codes of the general rules, merchant transfer, basic payment,
refund and bill download.
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.types import Bilingual

from .model import Code, Effect

_BACK_OFF = Bilingual("Nothing to do; it is sent again after a pause.", "无需处理，系统稍后自动重试。")
_TOO_FAST = Bilingual("Too many requests.", "请求频率过高。")

ANSWER_CODES: tuple[Code, ...] = (
    Code(
        "PARAM_ERROR",
        Effect.FINAL,
        Bilingual("A field or the scene report is not as WeChat Pay wants it.", "参数或转账场景报备信息有误。"),
        Bilingual(
            "Correct the data or the channel's scene report, then pay anew.", "请更正数据或场景报备模板后重新制单。"
        ),
    ),
    Code(
        "INVALID_REQUEST",
        Effect.REFUSED_OR_KNOWN,
        Bilingual(
            "WeChat Pay refused the request by a business rule: the number exists with other content, the amount is "
            "outside the scene's limits, the scene, server address or interface is not granted, or the open id "
            "belongs to another AppID.",
            "请求不符合业务规则：单号已存在且内容不同、金额超出场景限额、"
            "场景/服务器 IP/接口未开通，或 openid 不属于该 AppID。",
        ),
        Bilingual("Read WeChat Pay's words and correct what they name.", "请按微信支付返回的说明更正。"),
    ),
    Code(
        "SIGN_ERROR",
        Effect.MISCONFIGURED,
        Bilingual("WeChat Pay could not verify our signature.", "微信支付验签失败。"),
        Bilingual(
            "The administrator checks private key, certificate serial, merchant number and the server's clock.",
            "请管理员核对商户私钥、证书序列号、商户号及服务器时间。",
        ),
    ),
    Code(
        "NO_AUTH",
        Effect.MISCONFIGURED,
        Bilingual(
            "The product is not granted to this merchant, was replaced by a newer one, or is suspended.",
            "商户未开通该产品、产品已升级，或权限被限制。",
        ),
        Bilingual("The administrator opens it in the merchant platform.", "请管理员在商户平台开通产品或处理限制。"),
    ),
    Code(
        "MCH_NOT_EXISTS",
        Effect.MISCONFIGURED,
        Bilingual("WeChat Pay does not know the merchant number.", "商户号不存在。"),
        Bilingual("The administrator checks the merchant number.", "请管理员核对商户号。"),
    ),
    Code(
        "APPID_MCHID_NOT_MATCH",
        Effect.MISCONFIGURED,
        Bilingual("The AppID is not bound to the merchant number.", "AppID 与商户号未绑定。"),
        Bilingual("The administrator binds them in the merchant platform.", "请管理员在商户平台绑定 AppID。"),
    ),
    Code("FREQUENCY_LIMITED", Effect.THROTTLED, _TOO_FAST, _BACK_OFF),
    Code("RATELIMIT_EXCEEDED", Effect.THROTTLED, _TOO_FAST, _BACK_OFF),
    Code("FREQUENCY_LIMIT_EXCEED", Effect.THROTTLED, _TOO_FAST, _BACK_OFF),
    Code(
        "SYSTEM_ERROR",
        Effect.QUERY,
        Bilingual("WeChat Pay had a fault of its own.", "微信支付系统异常。"),
        Bilingual("Wait for the query; never pay under a new number before it.", "请等待查询结果，切勿更换单号重付。"),
    ),
    Code(
        "BANK_ERROR",
        Effect.QUERY,
        Bilingual("The bank behind WeChat Pay had a fault.", "银行系统异常。"),
        Bilingual("Wait for the query.", "请等待查询结果。"),
    ),
    Code(
        "NO_STATEMENT_EXIST",
        Effect.NOT_FOUND,
        Bilingual(
            "There is no bill: no movement that day, or too long ago.", "账单不存在：当日无交易或已超出可下载期限。"
        ),
        Bilingual("Nothing to do.", "无需处理。"),
        about_money=False,
    ),
    Code(
        "STATEMENT_CREATING",
        Effect.RETRY_SAME_KEY,
        Bilingual("The bill is still being made.", "账单正在生成。"),
        Bilingual("It is asked for again.", "系统会再次获取。"),
        about_money=False,
    ),
)
