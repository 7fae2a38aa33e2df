"""Refusals in Alipay's words: top-level codes and the sub-codes that the sandbox gives by itself."""

from __future__ import annotations

MESSAGES = {
    "10000": "Success",
    "20000": "Service Currently Unavailable",
    "20001": "Insufficient Token Permissions",
    "40001": "Missing Required Arguments",
    "40002": "Invalid Arguments",
    "40003": "Insufficient Conditions",
    "40004": "Business Failed",
    "40005": "Call Limited",
    "40006": "Insufficient Permissions",
}

SUB_MESSAGES = {
    "isp.unknow-error": "系统繁忙",
    "isv.missing-method": "缺少方法名参数",
    "isv.missing-app-id": "缺少AppID参数",
    "isv.missing-signature": "缺少签名参数",
    "isv.missing-signature-type": "缺少签名类型参数",
    "isv.missing-timestamp": "缺少时间戳参数",
    "isv.missing-version": "缺少版本参数",
    "isv.missing-app-cert-sn": "缺少应用公钥证书序列号",
    "isv.missing-alipay-root-cert-sn": "缺少支付宝根证书序列号",
    "isv.app-cert-not-exist": "应用公钥证书不存在",
    "isv.invalid-alipay-root-cert-sn": "支付宝根证书序列号无效",
    "isv.alipay-cert-not-exist": "支付宝公钥证书不存在",
    "isv.invalid-method": "不存在的方法名",
    "isv.invalid-app-id": "无效的AppID参数",
    "isv.invalid-signature": "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配",
    "isv.invalid-signature-type": "无效签名类型",
    "isv.invalid-timestamp": "非法的时间戳参数",
    "isv.invalid-charset": "字符集错误",
    "isv.invalid-format": "无效数据格式",
    "isv.invalid-parameter": "参数无效",
    "isv.invalid-encrypt-type": "无效的加密类型",
    "isv.decryption-error-missing-encrypt-type": "解密出错，未指定加密算法",
    "isv.decryption-error-not-valid-encrypt-key": "解密出错，不合法的加密密钥",
    "isv.decryption-error-unknown": "解密出错，未知异常",
    "isv.insufficient-isv-permissions": "ISV权限不足，建议在开发者中心检查签名方式及产品是否签约",
    "INVALID_PARAMETER": "参数有误",
    "SYSTEM_ERROR": "系统异常，请用相同的参数查询或重试",
    "PAYMENT_INFO_INCONSISTENCY": "两次请求商户订单号一样，但是参数不一致",
    "PAYER_BALANCE_NOT_ENOUGH": "付款方余额不足",
    "PAYEE_NOT_EXIST": "收款用户不存在",
    "PAYEE_USERINFO_ERROR": "收款人姓名与账户信息不一致",
    "PAYEE_ACCOUNT_STATUS_ERROR": "收款方账户状态异常",
    "PAYEE_NOT_RELNAME_CERTIFY": "收款方未实名认证",
    "PAYER_PAYEE_CANNOT_SAME": "付款方和收款方不能是同一个账户",
    "CARD_BIN_ERROR": "收款人银行卡信息有误",
    "MEMO_REQUIRED_IN_TRANSFER_ERROR": "根据监管部门的要求，单笔转账金额达到50000元时，需要填写付款理由",
    "EXCEED_LIMIT_SM_AMOUNT": "单笔额度超限",
    "EXCEED_LIMIT_SM_MIN_AMOUNT": "转账金额不能低于最低限额",
    "EXCEED_LIMIT_PERSONAL_SM_AMOUNT": "转账给个人支付宝账户单笔最多限额超限",
    "EXCEED_LIMIT_ENT_SM_AMOUNT": "转账给企业支付宝账户单笔最多限额超限",
    "EXCEED_LIMIT_DM_AMOUNT": "日累计额度超限",
    "EXCEED_LIMIT_MM_AMOUNT": "月累计金额超限",
    "TRANSFER_SCENE_NAME_BLANK": "转账场景名称为空",
    "TRANSFER_SCENE_NAME_ILLEGAL": "转账场景名称不合法",
    "TRANSFER_SCENE_REPORT_INFO_ILLEGAL": "转账场景报备信息不合法",
    "ORDER_NOT_EXIST": "订单不存在",
    "ACQ.INVALID_PARAMETER": "参数无效",
    "ACQ.TRADE_NOT_EXIST": "交易不存在",
    "ACQ.TRADE_HAS_SUCCESS": "交易已被支付",
    "ACQ.TRADE_HAS_CLOSE": "交易已经关闭",
    "ACQ.TRADE_HAS_FINISHED": "交易已完结",
    "ACQ.TRADE_STATUS_ERROR": "交易状态不合法",
    "ACQ.REASON_TRADE_STATUS_INVALID": "交易状态异常",
    "ACQ.CONTEXT_INCONSISTENT": "交易信息被篡改",
    "ACQ.TOTAL_FEE_EXCEED": "订单金额超过限额",
    "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR": "当前时间已超过允许支付的时间",
    "ACQ.PAYMENT_AUTH_CODE_INVALID": "支付失败，获取顾客账户信息失败，请顾客刷新付款码后重新收款",
    "ACQ.BUYER_BALANCE_NOT_ENOUGH": "支付失败，顾客余额不足，建议顾客更换付款方式",
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": "退款金额超限",
    "ACQ.DISCORDANT_REPEAT_REQUEST": "不一致的请求",
    "ACQ.SELLER_BALANCE_NOT_ENOUGH": "卖家余额不足",
    "ACQ.TRADE_CANCEL_TIME_OUT": "超过撤销时间范围",
    "ACQ.REASON_TRADE_REFUND_FEE_ERR": "退款金额无效",
    "NO_BILL_DATA": "账单不存在",
    "BILL_NOT_EXIST": "账单尚未生成",
    "INVAILID_ARGUMENTS": "入参不合法",
    "BILL_DATE_BEFORE_REGISTRATION": "账单日期早于注册日期",
    "TYPE_NOT_SUPPORTED": "账单类型不支持",
}


class Refusal(Exception):
    """The gateway or a method says no: top-level `code`, `sub_code`, the words for people, and what else it tells."""

    def __init__(self, code: str, sub_code: str, detail: str = "", **told: str) -> None:
        super().__init__(sub_code)
        self.code = code
        self.sub_code = sub_code
        self._told = told
        words = SUB_MESSAGES.get(sub_code, "业务处理失败")
        self.sub_msg = f"{words}：{detail}" if detail else words

    def node(self) -> dict[str, str]:
        """The refusal as an answer node."""
        return {
            "code": self.code,
            "msg": MESSAGES[self.code],
            "sub_code": self.sub_code,
            "sub_msg": self.sub_msg,
            **self._told,
        }


def business(sub_code: str, detail: str = "", **told: str) -> Refusal:
    """A business failure (40004); `told` are fields that the answer carries all the same."""
    return Refusal("40004", sub_code, detail, **told)


def invalid(sub_code: str, detail: str = "") -> Refusal:
    """An argument that the gateway does not take (40002)."""
    return Refusal("40002", sub_code, detail)


def missing(sub_code: str) -> Refusal:
    """An argument that the gateway misses (40001)."""
    return Refusal("40001", sub_code)
