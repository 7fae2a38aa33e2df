"""A pay-out in Alipay's words: what may be ordered, how it is written, what the answers mean.

Source: Alipay open platform, ``alipay.fund.trans.uni.transfer``, ``alipay.fund.trans.common.query`` and
the message ``alipay.fund.trans.order.changed``.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from odoo.addons.payment_bridge.connector.declarations import PayeeKind
from odoo.addons.payment_bridge.connector.errors import InvalidOrder
from odoo.addons.payment_bridge.connector.types import Bilingual, Money, Outcome, OutcomeStatus, Payee, PayOutOrder

from ..payees import BANK_ACCOUNT, BANK_CARD
from .clock import moment
from .codes import explain
from .settings import AlipaySettings

CURRENCY = "CNY"
MINIMUM = Decimal("0.10")
MAXIMUM = Decimal("100000000.00")
REMARK_REQUIRED_FROM = Decimal("50000.00")
TITLE_MAX = 128
REMARK_MAX = 200
NAME_MAX = 100
KEY_MAX = 64
KEY_ALPHABET = "0-9A-Za-z_"
SCENE = "DIRECT_TRANSFER"
ACCOUNT_PRODUCT = "TRANS_ACCOUNT_NO_PWD"
BANK_PRODUCT = "TRANS_BANKCARD_NO_PWD"
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = frozenset("\u200d\ufe0f")

STATUSES: dict[str, OutcomeStatus] = {
    "SUCCESS": OutcomeStatus.SUCCEEDED,
    "FAIL": OutcomeStatus.FAILED,
    "DEALING": OutcomeStatus.PROCESSING,
    "WAIT_PAY": OutcomeStatus.PROCESSING,
    "REFUND": OutcomeStatus.RETURNED,
    "CLOSED": OutcomeStatus.CLOSED,
}


@dataclass(frozen=True, slots=True)
class PayeeRoute:
    """How one payee kind is written. ``account_type`` 1 is a corporate bank account, 2 a personal card."""

    kind: PayeeKind
    product: str
    identity_type: str
    account_type: str | None = None


ROUTES: dict[str, PayeeRoute] = {
    route.kind.code: route
    for route in (
        PayeeRoute(
            PayeeKind(
                "alipay_logon_id",
                Bilingual("Alipay login", "支付宝登录账号"),
                Bilingual("Mail address or mobile number", "邮箱或手机号"),
                account_pattern=r"[!-?A-~]{1,64}@[!-?A-~]{1,64}|\+?[0-9][0-9-]{5,19}",
            ),
            ACCOUNT_PRODUCT,
            "ALIPAY_LOGON_ID",
        ),
        PayeeRoute(
            PayeeKind(
                "alipay_user_id",
                Bilingual("Alipay user id", "支付宝用户号"),
                Bilingual("16 digits beginning with 2088", "2088 开头的 16 位数字"),
                name_required=False,
                account_pattern=r"2088[0-9]{12}",
            ),
            ACCOUNT_PRODUCT,
            "ALIPAY_USER_ID",
        ),
        PayeeRoute(
            PayeeKind(
                "alipay_open_id",
                Bilingual("Alipay open id", "支付宝 openid"),
                Bilingual("The payee's open id at this application", "收款方在本应用下的 openid"),
                name_required=False,
                account_pattern=r"[0-9A-Za-z_-]{16,128}",
            ),
            ACCOUNT_PRODUCT,
            "ALIPAY_OPEN_ID",
        ),
        PayeeRoute(
            BANK_CARD,
            BANK_PRODUCT,
            "BANKCARD_ACCOUNT",
            account_type="2",
        ),
        PayeeRoute(
            BANK_ACCOUNT,
            BANK_PRODUCT,
            "BANKCARD_ACCOUNT",
            account_type="1",
        ),
    )
}


def check(order: PayOutOrder, settings: AlipaySettings) -> None:
    """Everything that is known before sending.

    :raises InvalidOrder: naming the field; its text repeats no account and no name.
    """
    _check_amount(order.amount)
    if not re.fullmatch(rf"[{KEY_ALPHABET}]{{1,{KEY_MAX}}}", order.key):
        refuse(
            "key",
            f"the number may hold letters, digits and _ only, at most {KEY_MAX}",
            f"付款编号只能包含字母、数字和下划线，最长 {KEY_MAX} 位",
        )
    check_text("title", title(order, settings), TITLE_MAX, "标题")
    check_text("remark", order.remark or "", REMARK_MAX, "备注")
    if order.amount.amount >= REMARK_REQUIRED_FROM and not (order.remark or "").strip():
        refuse(
            "remark",
            "from 50,000 yuan a remark is mandatory",
            "金额达到 5 万元时必须填写备注",
        )
    _check_payee(order.payee)


def title(order: PayOutOrder, settings: AlipaySettings) -> str:
    """The title the payee reads, from the channel's template."""
    before, mark, after = settings.order_title.partition("{title}")
    filled = before.replace("{key}", order.key)
    return filled + (order.title + after.replace("{key}", order.key) if mark else "")


def content(order: PayOutOrder, settings: AlipaySettings) -> dict[str, Any]:
    """``biz_content`` of the transfer; the same order and settings always give the same content."""
    route = ROUTES[order.payee.kind]
    business: dict[str, str] = {}
    if settings.payer_alias:
        business["payer_show_name_use_alias"] = "true"
    if route.product == BANK_PRODUCT:
        business["withdraw_timeliness"] = settings.bank_timeliness
    body: dict[str, Any] = {
        "out_biz_no": order.key,
        "trans_amount": f"{order.amount.amount:.2f}",
        "product_code": route.product,
        "biz_scene": SCENE,
        "order_title": title(order, settings),
        "payee_info": _payee_info(order.payee, route),
    }
    if order.remark:
        body["remark"] = order.remark
    if business:
        body["business_params"] = json.dumps(business, separators=(",", ":"))
    if settings.scene_name:
        body["transfer_scene_name"] = settings.scene_name
        body["transfer_scene_report_infos"] = [
            {"info_type": kind, "info_content": text} for kind, text in settings.scene_report
        ]
    return body


def translate(node: Mapping[str, Any], key: str | None) -> Outcome | None:
    """What an answer or message says about a transfer; None when its status is absent or unknown.

    :raises ValueError: when an amount in it is no amount.
    """
    status = STATUSES.get(text(node, "status") or "")
    if status is None:
        return None
    code, words = _reason(node, status)
    return Outcome(
        status,
        key=text(node, "out_biz_no") or key,
        platform_reference=text(node, "order_id"),
        fund_reference=text(node, "pay_fund_order_id"),
        platform_status=text(node, "status"),
        platform_code=code,
        platform_message=words,
        advice=_advice(status, code),
        amount=money(node.get("trans_amount", node.get("amount"))),
        fee=money(node.get("order_fee")),
        executed_at=moment(text(node, "pay_date") or text(node, "trans_date")),
        expected_at=moment(text(node, "arrival_time_end")),
    )


def money(value: Any, *, signed: bool = False) -> Money | None:
    """An amount as Alipay writes it, a yuan string (some write a number); None where there is none.
    Only a ``signed`` one may be negative.

    :raises ValueError: for anything that is not an exact amount in fen.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise ValueError("an amount is neither text nor a number")
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,13}(\.[0-9]{1,2})?", value):
        raise ValueError("an amount is not a yuan amount")
    try:
        amount = Decimal(value).quantize(Decimal("0.01"))
    except InvalidOperation as error:
        raise ValueError("an amount is out of range") from error
    if amount != Decimal(value) or (amount < 0 and not signed):
        raise ValueError("an amount is not an exact number of fen")
    return Money(amount, CURRENCY)


def _reason(node: Mapping[str, Any], status: OutcomeStatus) -> tuple[str | None, str | None]:
    """Why an order failed or came back: a returned one is explained by the receiving bank."""
    if status is OutcomeStatus.RETURNED:
        bank = (text(node, "fail_inst_name"), text(node, "fail_inst_reason"))
        words = "：".join(filter(None, bank)) or text(node, "fail_reason")
        return text(node, "fail_inst_error_code") or text(node, "error_code"), words
    return (
        text(node, "error_code") or text(node, "sub_order_error_code"),
        text(node, "fail_reason") or text(node, "sub_order_fail_reason"),
    )


def _advice(status: OutcomeStatus, code: str | None) -> Bilingual | None:
    if status is OutcomeStatus.RETURNED:
        return Bilingual(
            "The bank sent the money back; it is in the company's Alipay account again. Correct the "
            "payee's bank account and prepare a new payment.",
            "银行已退票，款项退回公司支付宝账户；请核实收款银行账户后重新制单。",
        )
    if status is OutcomeStatus.FAILED:
        return explain(code) or Bilingual(
            "The transfer failed and no money has moved. Read Alipay's reason and prepare a new payment.",
            "转账失败，款项未付出；请查看支付宝返回原因后重新制单。",
        )
    return None


def text(node: Mapping[str, Any], name: str) -> str | None:
    """A field as text; None where absent, blank or neither text nor a whole number."""
    value = node.get(name)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return str(value).strip() or None


def _payee_info(payee: Payee, route: PayeeRoute) -> dict[str, Any]:
    info: dict[str, Any] = {"identity": payee.account, "identity_type": route.identity_type}
    if payee.name:
        info["name"] = payee.name
    if route.account_type:
        bank = {
            "account_type": route.account_type,
            "inst_name": payee.bank_name,
            "inst_province": payee.bank_province,
            "inst_city": payee.bank_city,
            "inst_branch_name": payee.bank_branch,
            "bank_code": payee.bank_code,
        }
        info["bankcard_ext_info"] = {name: value for name, value in bank.items() if value}
    return info


def _check_amount(money: Money) -> None:
    amount = money.amount
    if money.currency != CURRENCY:
        refuse("currency", "Alipay transfers yuan (CNY) only", "支付宝转账仅支持人民币（CNY）")
    if not MINIMUM <= amount <= MAXIMUM:
        refuse(
            "amount",
            f"a transfer is between {MINIMUM} and {MAXIMUM} yuan",
            f"单笔转账金额须在 {MINIMUM} 至 {MAXIMUM} 元之间",
        )
    if amount != amount.quantize(Decimal("0.01")):
        refuse("amount", "an amount has at most two decimal places", "金额最多两位小数")


def _check_payee(payee: Payee) -> None:
    route = ROUTES.get(payee.kind)
    if route is None:
        refuse("payee_kind", "Alipay cannot pay this kind of payee", "支付宝不支持该收款方式")
    if not re.fullmatch(route.kind.account_pattern, payee.account):
        label = route.kind.account_label
        refuse(
            "payee_account",
            f"the payee's account does not look like: {label.en}",
            f"收款账号格式不符，应为：{label.zh}",
        )
    if route.kind.name_required and not (payee.name or "").strip():
        refuse("payee_name", "the payee's name is mandatory", "必须填写收款方姓名或名称")
    check_text("payee_name", payee.name or "", NAME_MAX, "收款方名称")
    if route.kind.bank_name_required and not (payee.bank_name or "").strip():
        refuse("bank_name", "the name of the payee's bank is mandatory", "对公付款必须填写开户银行")
    for name in ("bank_name", "bank_code", "bank_province", "bank_city", "bank_branch"):
        check_text(name, getattr(payee, name) or "", NAME_MAX, "开户行信息")


def check_text(field: str, value: str, longest: int, zh: str) -> None:
    """What Alipay can show: not too long, on one line, and a title not blank. ``zh`` names it.

    :raises InvalidOrder: naming the field.
    """
    if field == "title" and not value.strip():
        refuse(field, "the title is empty", "标题不能为空")
    if len(value) > longest:
        refuse(field, f"it is longer than {longest} characters", f"{zh}超过 {longest} 个字符")
    if any(unicodedata.category(character) in _REFUSED_CATEGORIES and character not in _JOINERS for character in value):
        refuse(
            field,
            "it holds a character that cannot be sent (line break, control or invisible)",
            f"{zh}含有换行、控制符或不可见字符",
        )


def refuse(field: str, en: str, zh: str) -> NoReturn:
    """:raises InvalidOrder: naming the field and, in both languages, the rule."""
    raise InvalidOrder(field, f"{field}: {en}", advice=Bilingual(f"{en[0].upper()}{en[1:]}.", f"{zh}。"))
