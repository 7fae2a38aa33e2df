"""What a transfer request asks for, read and checked. Two requests are the same order when they compare equal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .content import Content
from .errors import business
from .scenes import SCENES
from .settings import AlipaySettings

TO_WALLET = "TRANS_ACCOUNT_NO_PWD"
TO_BANK = "TRANS_BANKCARD_NO_PWD"
SCENE_DIRECT = "DIRECT_TRANSFER"
OUT_BIZ_NO = r"[A-Za-z0-9_]+"
WALLET_IDENTITIES = {
    "ALIPAY_USER_ID": r"2088\d{12}",
    "ALIPAY_LOGON_ID": r"[^\s@]+@[^\s@]+\.[^\s@]+|\+?[\d-]{6,20}",
    "ALIPAY_OPEN_ID": r"\S{1,128}",
}
CORPORATE, PERSONAL = "1", "2"


@dataclass(frozen=True)
class Payee:
    """Who is to be paid; the bank fields are empty for Alipay accounts."""

    identity_type: str
    identity: str
    name: str
    cert_type: str = ""
    cert_no: str = ""
    account_type: str = ""
    bank: str = ""
    bank_place: tuple[str, ...] = ()


@dataclass(frozen=True)
class Order:
    """One transfer in canonical form, amount in yuan."""

    out_biz_no: str
    amount: Decimal
    product_code: str
    biz_scene: str
    title: str
    remark: str
    payee: Payee
    business_params: str
    passback_params: str
    scene: str
    scene_infos: tuple[tuple[str, str], ...]

    @property
    def to_bank(self) -> bool:
        """Whether the money goes to a bank account."""
        return self.product_code == TO_BANK


def read_order(values: Mapping[str, Any], settings: AlipaySettings) -> Order:
    """Read biz_content of alipay.fund.trans.uni.transfer. Raises Refusal."""
    content = Content(values)
    out_biz_no = content.text("out_biz_no", 64, OUT_BIZ_NO, required=True)
    amount = content.amount("trans_amount")
    product = content.choice("product_code", TO_WALLET, TO_BANK)
    order = Order(
        out_biz_no=out_biz_no,
        amount=amount,
        product_code=product,
        biz_scene=content.choice("biz_scene", SCENE_DIRECT),
        title=content.text("order_title", 128),
        remark=content.text("remark", 200),
        payee=_read_payee(content, product, settings),
        business_params=content.embedded("business_params"),
        passback_params=content.text("passback_params", 512),
        scene=content.text("transfer_scene_name", 64),
        scene_infos=tuple(
            sorted(
                (info.text("info_type", 64, required=True), info.text("info_content", 512, required=True))
                for info in content.items("transfer_scene_report_infos")
            )
        ),
    )
    _check_amount(order, settings)
    _check_scene(order)
    return order


def _read_payee(content: Content, product: str, settings: AlipaySettings) -> Payee:
    info = content.inner("payee_info", required=True)
    assert info is not None
    bank_types = settings.bank_identity_types.split(",")
    kind = info.choice("identity_type", *(bank_types if product == TO_BANK else WALLET_IDENTITIES))
    cert_type, cert_no = info.text("cert_type", 64), info.text("cert_no", 64)
    name = info.text("name", 128, required=kind == "ALIPAY_LOGON_ID")
    if product == TO_WALLET:
        identity = info.text("identity", 128, WALLET_IDENTITIES[kind], required=True)
        return Payee(kind, identity, name, cert_type, cert_no)
    identity = info.text("identity", 64, required=True)
    if not identity.isdigit():
        raise business("CARD_BIN_ERROR", "收款账号应为数字")
    bank = info.inner("bankcard_ext_info", required=True)
    assert bank is not None
    account_type = bank.choice("account_type", CORPORATE, PERSONAL)
    return Payee(
        kind,
        identity,
        name,
        cert_type,
        cert_no,
        account_type=account_type,
        bank=bank.text("inst_name", 128, required=account_type == CORPORATE),
        bank_place=tuple(
            bank.text(part, 128) for part in ("inst_province", "inst_city", "inst_branch_name", "bank_code")
        ),
    )


def _check_amount(order: Order, settings: AlipaySettings) -> None:
    if order.amount < settings.wallet_minimum:
        raise business("EXCEED_LIMIT_SM_MIN_AMOUNT")
    if order.amount > settings.schema_maximum:
        raise business("EXCEED_LIMIT_SM_AMOUNT")
    if order.amount >= settings.memo_from and not order.remark:
        raise business("MEMO_REQUIRED_IN_TRANSFER_ERROR")


def _check_scene(order: Order) -> None:
    """A scene that is given must be known, with exactly its own infos, none twice."""
    if not order.scene:
        if order.scene_infos:
            raise business("TRANSFER_SCENE_NAME_BLANK")
        return
    if order.scene not in SCENES:
        raise business("TRANSFER_SCENE_NAME_ILLEGAL", order.scene)
    kinds = [kind for kind, _ in order.scene_infos]
    if len(kinds) != len(set(kinds)) or set(kinds) != SCENES[order.scene]:
        raise business("TRANSFER_SCENE_REPORT_INFO_ILLEGAL")
