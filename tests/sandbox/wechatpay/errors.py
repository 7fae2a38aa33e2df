"""Refusals: HTTP status, code, message, detail, and the number that ends the Request-ID."""

from __future__ import annotations

from typing import Any

STATUSES: dict[str, int] = {
    "PARAM_ERROR": 400,
    "INVALID_REQUEST": 400,
    "APPID_MCHID_NOT_MATCH": 400,
    "MCH_NOT_EXISTS": 400,
    "ORDERPAID": 400,
    "ORDER_CLOSED": 400,
    "ORDER_REVERSED": 400,
    "NO_STATEMENT_EXIST": 400,
    "STATEMENT_CREATING": 400,
    "USER_ERROR": 400,
    "USERPAYING": 400,
    "AUTH_CODE_INVALID": 400,
    "SIGN_ERROR": 401,
    "NO_AUTH": 403,
    "NOT_ENOUGH": 403,
    "USER_ACCOUNT_ABNORMAL": 403,
    "ACCOUNT_ERROR": 403,
    "TRADE_ERROR": 403,
    "RULE_LIMIT": 403,
    "RULELIMIT": 403,
    "REQUEST_BLOCKED": 403,
    "OUT_TRADE_NO_USED": 403,
    "ORDER_NOT_EXIST": 404,
    "RESOURCE_NOT_EXISTS": 404,
    "NOT_FOUND": 404,
    "FREQUENCY_LIMITED": 429,
    "FREQUENCY_LIMIT_EXCEED": 429,
    "RATELIMIT_EXCEEDED": 429,
    "SYSTEM_ERROR": 500,
    "BANK_ERROR": 500,
}
MESSAGES: dict[str, str] = {
    "SIGN_ERROR": "签名错误",
    "NO_AUTH": "商户号该产品权限未开通，请前往商户平台>产品中心检查后重试",
    "NOT_ENOUGH": "资金不足",
    "ORDERPAID": "该订单已支付",
    "ORDER_CLOSED": "该订单已关闭",
    "ORDER_NOT_EXIST": "订单不存在",
    "RESOURCE_NOT_EXISTS": "查询的资源不存在",
    "NOT_FOUND": "记录不存在",
    "NO_STATEMENT_EXIST": "账单文件不存在",
    "STATEMENT_CREATING": "账单正在生成中，请稍后再试",
    "FREQUENCY_LIMITED": "频率超限",
    "FREQUENCY_LIMIT_EXCEED": "频率超限",
    "RATELIMIT_EXCEEDED": "频率超限",
    "SYSTEM_ERROR": "系统异常，请稍后重试",
    "USERPAYING": "用户支付中，需要输入密码",
    "AUTH_CODE_INVALID": "付款码无效或已过期，请刷新再试",
    "USER_ERROR": "用户账户异常",
}
NUMBERS: dict[str, int] = {
    "PARAM_ERROR": 268435461,
    "SIGN_ERROR": 268443699,
    "ORDER_NOT_EXIST": 268512771,
    "ORDERPAID": 268449538,
    "ORDER_CLOSED": 268447914,
    "APPID_MCHID_NOT_MATCH": 268445527,
    "FREQUENCY_LIMITED": 268447840,
    "MCH_NOT_EXISTS": 268443715,
}
EXTRA_PARAMETER = 270924358
OUT_OF_RANGE = 268435464
CHANGED_REPEAT = 268498688
MUST_BE_REVERSED = 268449641
FOREIGN_ORDER = 268447843
UNKNOWN_PERCEPTION = 268559542
GENERAL = 268435456


class Refusal(Exception):
    """The request is refused. `number` identifies the reason more closely than `code`."""

    def __init__(
        self,
        code: str,
        message: str = "",
        detail: dict[str, Any] | None = None,
        status: int | None = None,
        number: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message or MESSAGES.get(code, "请求被拒绝")
        self.detail = detail
        self.status = status or STATUSES.get(code, 400)
        self.number = number or NUMBERS.get(code, GENERAL)

    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        told: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.detail is not None:
            told["detail"] = self.detail
        return told


def misfit(field: str, value: Any, issue: str, location: str = "body", number: int | None = None) -> Refusal:
    """PARAM_ERROR that names a field by its JSON pointer."""
    detail = {"field": field, "value": value, "issue": issue, "location": location}
    return Refusal("PARAM_ERROR", f"参数错误：{field} {issue}", detail, number=number)


def changed_repeat() -> Refusal:
    """The number is known with other parameters."""
    return Refusal("INVALID_REQUEST", "请求重入时，参数与首次请求时不一致", number=CHANGED_REPEAT)
