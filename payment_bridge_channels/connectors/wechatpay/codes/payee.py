"""Why a transfer failed: what lies with the payee, the payee's card or limits.

Source: WeChat Pay APIv3, merchant transfer, ``fail_reason``. A bill that tells one has failed for good:
it never moves money under its number again.
"""

from __future__ import annotations

from odoo.addons.payment_bridge.connector.types import Bilingual

from .model import Code, Effect

_OTHER = Bilingual("Pay by another channel.", "请改用其他通道付款。")
_CARD = Bilingual("The payee corrects the bank card, then pay anew.", "请收款人更换或处理银行卡后重新制单。")
_DATA = Bilingual("Check the vendor's data with the payee, and mind fraud.", "请与收款人核实资料，并警惕诈骗。")
_MONTH = Bilingual("Pay next month or by another channel.", "请次月付款或改用其他通道。")
_DAY = Bilingual("Pay tomorrow, or have the product's limits checked.", "请次日付款，或检查产品限额设置。")


def _failed(code: str, en: str, zh: str, todo: Bilingual) -> Code:
    return Code(code, Effect.FINAL, Bilingual(en, zh), todo)


PAYEE_CODES: tuple[Code, ...] = (
    _failed("ACCOUNT_FROZEN", "The payee's wallet is frozen.", "收款人账户被冻结。", _OTHER),
    _failed("ACCOUNT_NOT_EXIST", "The payee has no wallet.", "收款人账户不存在。", _OTHER),
    _failed("BANK_CARD_ACCOUNT_ABNORMAL", "The payee's bank card is closed or abnormal.", "收款银行卡异常。", _CARD),
    _failed("BANK_CARD_STATUS_ABNORMAL", "The payee's bank card is lost or frozen.", "收款银行卡状态异常。", _CARD),
    _failed("BANK_CARD_PARAM_ERROR", "The payee's bank card is wrong.", "收款银行卡信息有误。", _CARD),
    _failed("BANK_CARD_BANK_INFO_WRONG", "The bank of the card is wrong.", "收款银行信息有误。", _DATA),
    _failed("BANK_CARD_CARD_INFO_WRONG", "The card's number or holder is wrong.", "收款卡号或户名有误。", _DATA),
    _failed(
        "BANK_CARD_COLLECTIONS_ABOVE_QUOTA",
        "The payee's bank account may not receive that much.",
        "收款银行账户（二、三类户）超过收款限额。",
        Bilingual("Pay a smaller amount or to another card.", "请减小金额或更换收款卡。"),
    ),
    _failed(
        "BLOCK_B2C_USERLIMITAMOUNT_BSRULE_MONTH",
        "The payee has reached the month's limit for receiving.",
        "收款人本月收款已达限额。",
        _MONTH,
    ),
    _failed(
        "BLOCK_B2C_USERLIMITAMOUNT_MONTH",
        "The payee has reached the month's limit, or risk control stopped it.",
        "收款人本月收款已达限额或存在风险。",
        _MONTH,
    ),
    _failed("DAY_RECEIVED_COUNT_EXCEED", "The payee received too often today.", "收款人今日收款次数超限。", _DAY),
    _failed("DAY_RECEIVED_QUOTA_EXCEED", "The payee received too much today.", "收款人今日收款金额超限。", _DAY),
    _failed("MONTH_RECEIVED_QUOTA_EXCEED", "The payee received too much this month.", "收款人本月收款超限。", _MONTH),
    _failed(
        "REALNAME_ACCOUNT_RECEIVED_QUOTA_EXCEED",
        "The payee's account class may not receive that much.",
        "收款人账户类别收款限额不足。",
        Bilingual("The payee completes the identity, then pay anew.", "请收款人完善身份信息后重新制单。"),
    ),
    _failed(
        "REAL_NAME_CHECK_FAIL",
        "The payee is not real-name verified.",
        "收款人未实名认证。",
        Bilingual("The payee completes real-name verification, then pay anew.", "请收款人完成实名认证后重新制单。"),
    ),
    _failed("NAME_NOT_CORRECT", "The name is not the payee's.", "收款人姓名不符。", _DATA),
    _failed("ID_CARD_NOT_CORRECT", "The identity number is not the payee's.", "收款人身份证号不符。", _DATA),
    _failed(
        "OPENID_INVALID",
        "The open id is wrong or belongs to another AppID.",
        "openid 有误或不属于该 AppID。",
        Bilingual("Bind the payee again under this AppID.", "请在本 AppID 下重新绑定收款人。"),
    ),
    _failed("PAYEE_ACCOUNT_ABNORMAL", "The payee's account is restricted.", "收款人账户受限。", _OTHER),
    _failed(
        "TRANSFER_RISK",
        "Risk control stopped the transfer.",
        "转账被风控拦截。",
        Bilingual("Verify the payee by telephone; do not simply repeat.", "请电话核实收款人，切勿直接重付。"),
    ),
)
