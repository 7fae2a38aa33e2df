"""respCode: the words of each, and the refusal that carries one (channels_china.md 6.3)."""

from __future__ import annotations

SUCCESS = "00"
FORMAT, SIGNATURE, DUPLICATE, BATCH_FORMAT = "10", "11", "12", "14"
MERCHANT, NO_PERMISSION, OVER_LIMIT, NOT_FOUND = "31", "32", "33", "34"
ORIGINAL, DIFFERS, TOO_OFTEN, ALREADY, REVERSED = "35", "36", "37", "45", "46"
CARD, IDENTITY, SHORT, WRONG_TYPE, NO_FILE = "61", "66", "90", "93", "98"
ACCEPTED = "05"
SUCCESS_CODES = frozenset({SUCCESS, "A6"})

WORDS = {
    "00": "成功[0000000]",
    "A6": "有缺陷的成功",
    "01": "交易失败，详情请咨询95516",
    "02": "系统未开放或暂时关闭，请稍后再试",
    "03": "交易通讯超时，请发起查询交易",
    "04": "交易状态未明，请查询对账结果",
    "05": "交易已受理，请稍后查询交易结果",
    "06": "系统繁忙，请稍后再试",
    "10": "报文格式错误",
    "11": "验证签名失败",
    "12": "重复交易",
    "13": "报文交易要素缺失",
    "14": "批量文件格式错误",
    "30": "交易未通过，请尝试使用其他银联卡支付或联系95516",
    "31": "商户状态不正确",
    "32": "无此交易权限",
    "33": "交易金额超限",
    "34": "查无此交易",
    "35": "原交易不存在或状态不正确",
    "36": "与原交易信息不符",
    "37": "已超过最大查询次数或操作过于频繁",
    "38": "银联风险受限",
    "39": "交易不在受理时间范围内",
    "41": "批量状态不正确，无法查询",
    "42": "扣款成功但交易超过规定支付时间",
    "43": "无此业务权限",
    "45": "原交易已被成功退货或已被成功撤销",
    "46": "交易已被成功冲正",
    "60": "交易失败，详情请咨询您的发卡行",
    "61": "输入的卡号无效，请确认后输入",
    "63": "卡状态不正确",
    "64": "卡上的余额不足",
    "66": "输入的身份信息或手机号不正确",
    "68": "您的银行卡暂不支持该业务",
    "69": "交易超时，未完成支付",
    "86": "二维码无效或已过期",
    "90": "虚拟账户可用余额不足",
    "91": "转账失败",
    "93": "收款账户类型不匹配",
    "98": "文件不存在",
    "99": "通用错误",
}


def words(code: str, detail: str = "") -> str:
    """respMsg of a code; `detail` says where it went wrong."""
    text = WORDS.get(code, "交易失败")
    return f"{text}[{detail}]" if detail else text


class Refusal(Exception):
    """The transaction is refused with a respCode."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = words(code, detail)
