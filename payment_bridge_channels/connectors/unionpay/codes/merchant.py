"""The codes that speak of the merchant, its contract and its money.

Source: UnionPay ACP 5.1.0, published response codes (应答码).
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.types import Bilingual

from .model import Code, Effect

MERCHANT_CODES: tuple[Code, ...] = (
    Code(
        "30",
        Effect.FINAL,
        Bilingual("The transaction was not accepted.", "交易未通过。"),
        Bilingual("Use another card or another way.", "请更换银行卡或其他方式。"),
    ),
    Code(
        "31",
        Effect.MISCONFIGURED,
        Bilingual("The merchant's status at UnionPay is not right.", "商户状态不正确。"),
        Bilingual("The administrator asks UnionPay or the acquirer.", "请管理员联系银联或收单机构。"),
    ),
    Code(
        "32",
        Effect.MISCONFIGURED,
        Bilingual("The merchant has no permission for this transaction.", "无此交易权限。"),
        Bilingual("The administrator has it opened with UnionPay.", "请管理员向银联申请开通。"),
    ),
    Code(
        "33",
        Effect.FINAL,
        Bilingual("The amount is over the limit.", "交易金额超限。"),
        Bilingual("Split it, or have the limit raised.", "请拆分付款，或申请提高限额。"),
    ),
    Code(
        "38",
        Effect.FINAL,
        Bilingual("UnionPay's risk control restricts this.", "银联风险受限。"),
        Bilingual("Verify the payee before anything else.", "请先核实收款方。"),
    ),
    Code(
        "40",
        Effect.FINAL,
        Bilingual("There is a problem with the binding.", "绑定关系检查失败。"),
        Bilingual("Use another card or another way.", "请更换银行卡或其他方式。"),
    ),
    Code(
        "43",
        Effect.MISCONFIGURED,
        Bilingual("The business is not permitted, or restricted.", "无此业务权限。"),
        Bilingual("The administrator asks UnionPay or the acquirer.", "请管理员联系银联或收单机构。"),
    ),
    Code(
        "90",
        Effect.FINAL,
        Bilingual("The company's prepaid balance at UnionPay is short.", "账户余额不足（备付金）。"),
        Bilingual("Top up, then prepare it again once its result is certain.", "请充值，待结果明确后重新制单。"),
        pay_out=Effect.QUERY,
        ends=True,
    ),
    Code(
        "91",
        Effect.FINAL,
        Bilingual("The transfer failed.", "转账失败。"),
        Bilingual("Ask UnionPay's service line 95516.", "请致电 95516 咨询。"),
    ),
    Code(
        "92",
        Effect.FINAL,
        Bilingual("The institution is not set up, or its quota is used up.", "机构未配置或额度不足。"),
        Bilingual("The administrator asks the acquirer.", "请管理员联系收单机构。"),
    ),
)
