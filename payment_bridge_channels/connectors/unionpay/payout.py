"""A pay-out (代付) in UnionPay's words: what may be ordered, and how it is written.

Source: UnionPay ACP 5.1.0, 代付 (txnType 12): to a card (accType 01) or a company's account (accType 04).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import timedelta

from odoo.addons.payment_bridge.connector.declarations import PayeeKind
from odoo.addons.payment_bridge.connector.types import Payee, PayOutOrder

from ..payees import BANK_ACCOUNT, BANK_CARD
from . import rules
from .clock import txn_time
from .encryption import Encryptor
from .money import CURRENCY_CODE, fen
from .settings import UnionPaySettings

BIZ_TYPE = "000401"
CHANNEL_INTERNET = "07"
KINDS: Mapping[str, tuple[PayeeKind, str]] = {
    BANK_CARD.code: (BANK_CARD, "01"),
    BANK_ACCOUNT.code: (BANK_ACCOUNT, "04"),
}
"""The payee kinds and their ``accType``."""
ASK_AFTER = tuple(timedelta(seconds=seconds) for seconds in (180, 2, 4, 8, 16, 32))
"""UnionPay's advice: the first question after three minutes, then at 2 to the n seconds, six in all."""
PERSON_NAME_MAX = 30
COMPANY_NAME_MAX = 120
REGISTRATION_MAX = 20
POSTSCRIPT_MAX = 40
BANK_TEXT_MAX = 120


def check(order: PayOutOrder, settings: UnionPaySettings) -> None:
    """Everything that is known before sending.

    :raises InvalidOrder: naming the field; its text repeats no account and no name.
    """
    rules.check_amount(order.amount)
    rules.check_key(order.key)
    rules.check_title(order.title)
    if settings.send_postscript:
        rules.check_text("remark", order.remark or "", POSTSCRIPT_MAX, "附言")
    _check_payee(order.payee)


def content(order: PayOutOrder, settings: UnionPaySettings, encryptor: Encryptor | None) -> dict[str, str]:
    """The fields of one pay-out. ``txnTime`` is the moment of the first sending, in every repeat."""
    fields = {
        "txnType": "12",
        "txnSubType": "00",
        "bizType": BIZ_TYPE,
        "channelType": CHANNEL_INTERNET,
        "orderId": order.key,
        "txnTime": txn_time(rules.placed(order.placed_at)),
        "txnAmt": fen(order.amount.amount),
        "currencyCode": CURRENCY_CODE,
        "accType": acc_type(order.payee),
        "accNo": order.payee.account,
        "backUrl": settings.back_url,
    }
    if encryptor is not None:
        fields["accNo"], fields["encryptCertId"] = encryptor.encrypt(order.payee.account)
    if order.payee.kind == BANK_CARD.code:
        fields["customerInfo"] = customer_info({"customerNm": order.payee.name or ""})
    else:
        fields["reserved"] = "{" + _joined(company(order.payee)) + "}"
    if settings.send_postscript and order.remark:
        fields["billNo"] = order.remark
    return fields


def acc_type(payee: Payee) -> str:
    """``accType`` of a payee."""
    return KINDS[payee.kind][1]


def company(payee: Payee) -> dict[str, str]:
    """How a company's account is named: its full name and, where known, its registration number."""
    return {"comDebitCardAccName": payee.name or "", "businessLicenseRegNo": payee.registration or ""}


def customer_info(fields: Mapping[str, str]) -> str:
    """``customerInfo``: the fields in braces, in base64."""
    return base64.b64encode(("{" + _joined(fields) + "}").encode()).decode("ascii")


def _joined(fields: Mapping[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in fields.items() if value)


def _check_payee(payee: Payee) -> None:
    if payee.kind not in KINDS:
        rules.refuse("payee_kind", "UnionPay cannot pay this kind of payee", "银联代付不支持该收款方式")
    kind = KINDS[payee.kind][0]
    if not re.fullmatch(kind.account_pattern, payee.account, re.ASCII):
        rules.refuse(
            "payee_account",
            f"the payee's account does not look like: {kind.account_label.en}",
            f"收款账号格式不符，应为：{kind.account_label.zh}",
        )
    if kind.name_required and not (payee.name or "").strip():
        rules.refuse("payee_name", "the payee's name is mandatory", "必须填写收款方姓名或名称")
    if kind.bank_name_required and not (payee.bank_name or "").strip():
        rules.refuse("bank_name", "the name of the payee's bank is mandatory", "对公付款必须填写开户银行")
    longest = PERSON_NAME_MAX if kind is BANK_CARD else COMPANY_NAME_MAX
    rules.check_text("payee_name", payee.name or "", longest, "收款方名称")
    rules.check_text("payee_registration", payee.registration or "", REGISTRATION_MAX, "统一社会信用代码")
    for name in ("bank_name", "bank_code", "bank_province", "bank_city", "bank_branch"):
        rules.check_text(name, getattr(payee, name) or "", BANK_TEXT_MAX, "开户行信息")
