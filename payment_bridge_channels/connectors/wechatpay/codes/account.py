"""Why a transfer failed: what lies with the company, its products, approvals and time.

Source: WeChat Pay APIv3, merchant transfer, ``fail_reason``.
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.types import Bilingual

from .model import Code, Effect

_SETUP = Bilingual(
    "The administrator sets up product, scene and payee list in the merchant platform; then pay anew.",
    "请管理员在商户平台配置产品、转账场景或收款名单后重新制单。",
)
_RESERVATION = Bilingual("Correct the reservation, then pay anew.", "请更正预约信息后重新制单。")
_APPROVE = Bilingual("Have it approved, then pay anew.", "请重新审批后制单。")


def _failed(code: str, en: str, zh: str, todo: Bilingual, *, family: bool = False) -> Code:
    return Code(code, Effect.FINAL, Bilingual(en, zh), todo, family=family)


ACCOUNT_CODES: tuple[Code, ...] = (
    _failed(
        "TRANSFER_QUOTA_EXCEED",
        "The amount is outside the product's limits for one transfer.",
        "单笔金额超出产品限额（含低于下限）。",
        Bilingual("Change the amount.", "请调整金额。"),
    ),
    _failed(
        "PAYER_ACCOUNT_ABNORMAL",
        "The company's account is restricted.",
        "付款商户账户受限。",
        Bilingual("The administrator follows the merchant platform's guide.", "请管理员按商户平台指引处理。"),
    ),
    _failed("PRODUCT_AUTH_CHECK_FAIL", "The product is not granted.", "产品权限校验失败。", _SETUP),
    _failed("RECEIVE_ACCOUNT_NOT_CONFIGURE", "The payee is not on the list.", "收款账户未配置。", _SETUP),
    _failed("RECEIVE_ACCOUNT_NOT_PERMMIT", "The payee's account is not permitted.", "收款账户不被允许。", _SETUP),
    _failed("TRANSFER_SCENE_UNAVAILABLE", "The transfer scene cannot be used.", "转账场景不可用。", _SETUP),
    _failed("TRANSFER_SCENE_INVALID", "The transfer scene is not valid.", "转账场景无效。", _SETUP),
    _failed(
        "TRANSFER_REMARK_SET_FAIL",
        "The remark was refused.",
        "转账备注设置失败。",
        Bilingual("Edit the text, then pay anew.", "请修改备注后重新制单。"),
    ),
    _failed(
        "OVERDUE_CLOSE",
        "The payee did not confirm within 24 hours, or the account was short for too long.",
        "收款人 24 小时内未确认收款，或账户余额长时间不足。",
        Bilingual("Ask the payee to watch for it, then pay anew.", "请联系收款人后重新制单。"),
    ),
    _failed("MCH_CANCEL", "The company cancelled it.", "商户已撤销转账。", _APPROVE),
    _failed("MERCHANT_REJECT", "An approver in the merchant platform refused it.", "商户审批人已驳回。", _APPROVE),
    _failed("MERCHANT_NOT_CONFIRM", "Nobody approved it in time.", "商户审批超时未确认。", _APPROVE),
    _failed("EXCEEDED_ESTIMATED_AMOUNT", "It exceeds the reserved amount.", "超过预约金额。", _RESERVATION),
    _failed("RESERVATION_INFO_NOT_MATCH", "It does not match its reservation.", "与预约信息不符。", _RESERVATION),
    _failed("RESERVATION_SCENE_NOT_MATCH", "Its scene is not the reserved one.", "与预约场景不符。", _RESERVATION),
    _failed("RESERVATION_STATE_INVALID", "Its reservation cannot be used.", "预约单状态无效。", _RESERVATION),
    _failed(
        "BUDGET_NOT_ENOUGH",
        "The budget set in the merchant platform is used up.",
        "商户平台预算不足。",
        Bilingual("The administrator raises the budget, then pay anew.", "请管理员调整预算后重新制单。"),
    ),
    _failed(
        "RELATED_ORDER_TRANSFER_",
        "The linked order does not allow the transfer.",
        "关联订单不允许转账。",
        Bilingual("The administrator checks the linked-order product.", "请管理员检查关联订单产品设置。"),
        family=True,
    ),
    _failed(
        "OTHER_FAIL_REASON_TYPE",
        "WeChat Pay tells no reason.",
        "其他失败原因。",
        Bilingual("Ask WeChat Pay's customer service (95017).", "请联系微信支付客服 95017。"),
    ),
)
