"""A pay-out in WeChat Pay's words: a merchant transfer to a person's wallet, who confirms it.

Source: WeChat Pay APIv3, merchant transfer (``/v3/fund-app/mch-transfer/transfer-bills``), its query and
cancellation, and the message ``MCHTRANSFER.BILL.FINISHED``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from odoo.addons.payment_bridge.connector.declarations import PayeeKind
from odoo.addons.payment_bridge.connector.types import (
    Action,
    ActionKind,
    Bilingual,
    Outcome,
    OutcomeStatus,
    Payee,
    PayOutOrder,
)

from . import codes, signing
from .answer import text
from .checks import check_amount, check_key, check_text, refuse
from .clock import moment
from .money import from_fen, to_fen
from .scenes import INFO_CONTENT_MAX
from .settings import WechatSettings
from .trust import PlatformKey

BILLS = "/v3/fund-app/mch-transfer/transfer-bills"
BY_KEY = BILLS + "/out-bill-no/{out_bill_no}"
CANCEL = BY_KEY + "/cancel"
MINIMUM = Decimal("0.10")
NAME_REQUIRED_FROM = Decimal("2000.00")
NAME_ALLOWED_FROM = Decimal("0.30")
REMARK_MAX = 32
NAME_MAX_BYTES = 214
CONFIRM_WITHIN = timedelta(hours=24)
APP = "wechat"
"""Under this name the add-on's script for the page registers who asks the payee inside of WeChat."""
WAITING = "WAIT_USER_CONFIRM"

PAYEE_KINDS = (
    PayeeKind(
        "wechat_openid",
        Bilingual("WeChat wallet of a person", "个人微信零钱"),
        Bilingual("The payee's open id under the channel's AppID", "收款人在本通道 AppID 下的 openid"),
        name_required=False,
        account_pattern=r"[0-9A-Za-z_-]{1,64}",
        persons_only=True,
        confirms_within=CONFIRM_WITHIN,
        confirms_in=Bilingual("WeChat", "微信"),
    ),
)

STATES: dict[str, OutcomeStatus] = {
    "ACCEPTED": OutcomeStatus.PROCESSING,
    "PROCESSING": OutcomeStatus.PROCESSING,
    WAITING: OutcomeStatus.PROCESSING,
    "TRANSFERING": OutcomeStatus.PROCESSING,  # as WeChat Pay spells it
    "SUCCESS": OutcomeStatus.SUCCEEDED,
    "FAIL": OutcomeStatus.FAILED,
    "CANCELING": OutcomeStatus.PROCESSING,
    "CANCELLED": OutcomeStatus.CLOSED,
}
CLOSED_BY_TIME = "OVERDUE_CLOSE"

_PENDING: dict[str, Bilingual] = {
    WAITING: Bilingual(
        "The payee has to confirm in WeChat within 24 hours; otherwise the money comes back to the operating account.",
        "收款人须在 24 小时内于微信中确认收款，逾期资金退回运营账户。",
    ),
    "PROCESSING": Bilingual(
        "WeChat Pay is setting the money aside. If it stays so, look at the operating account's balance.",
        "微信支付正在锁定资金；如长时间未变化，请检查运营账户余额。",
    ),
    "CANCELING": Bilingual("The transfer is being cancelled.", "转账正在撤销。"),
}
_FAILED = Bilingual(
    "The transfer failed and no money has moved. Read WeChat Pay's reason and prepare a new payment.",
    "转账失败，款项未付出；请查看失败原因后重新制单。",
)


def check(order: PayOutOrder, settings: WechatSettings) -> None:
    """Everything that is known before sending.

    :raises InvalidOrder: naming the field; its text repeats no account and no name.
    """
    check_amount(order.amount, MINIMUM)
    check_key(order.key)
    check_text("title", order.title, chars=REMARK_MAX, required=True)
    for _kind, content in _report(order, settings):
        if len(content) > INFO_CONTENT_MAX:
            refuse(
                "title",
                f"with the scene report around it, it is longer than {INFO_CONTENT_MAX} characters",
                f"填入场景报备信息后超过 {INFO_CONTENT_MAX} 个字符",
            )
    _check_payee(order.payee, order.amount.amount)


def content(order: PayOutOrder, settings: WechatSettings, sealing: PlatformKey | None) -> dict[str, Any]:
    """The request's body. The same order and settings always give the same content, but for the sealed
    name, whose encryption is random. ``sealing`` is needed where the payee has a name."""
    body: dict[str, Any] = {
        "appid": settings.appid,
        "out_bill_no": order.key,
        "transfer_scene_id": settings.scene_id,
        "openid": order.payee.account,
    }
    if order.payee.name and sealing is not None:
        body["user_name"] = signing.seal(sealing.key, order.payee.name)
    body["transfer_amount"] = to_fen(order.amount)
    body["transfer_remark"] = order.title
    if settings.notify_url:
        body["notify_url"] = settings.notify_url
    if settings.perception:
        body["user_recv_perception"] = settings.perception
    body["transfer_scene_report_infos"] = [
        {"info_type": kind, "info_content": told} for kind, told in _report(order, settings)
    ]
    return body


def translate(node: Mapping[str, Any], settings: WechatSettings) -> Outcome | None:
    """What an answer or message says about a transfer; None when its state is absent or unknown.

    :raises ValueError: when an amount in it is no amount.
    """
    state = text(node, "state")
    status = STATES.get(state or "")
    if status is None:
        return None
    reason = text(node, "fail_reason")
    if status is OutcomeStatus.FAILED and reason == CLOSED_BY_TIME:
        status = OutcomeStatus.CLOSED
    ended = status in (OutcomeStatus.FAILED, OutcomeStatus.CLOSED)
    return Outcome(
        status,
        key=text(node, "out_bill_no"),
        platform_reference=text(node, "transfer_bill_no"),
        platform_status=state,
        platform_code=reason if ended else None,
        advice=_advice(status, state, reason),
        amount=from_fen(node.get("transfer_amount")),
        executed_at=moment(node.get("update_time")) if status is OutcomeStatus.SUCCEEDED else None,
        action=_confirmation(node, state, settings),
    )


def _confirmation(node: Mapping[str, Any], state: str | None, settings: WechatSettings) -> Action | None:
    """What the payee's WeChat needs to show the confirmation (``requestMerchantTransfer``); the package is told
    once, when the bill is made."""
    package = text(node, "package_info")
    if state != WAITING or package is None:
        return None
    made: datetime | None = moment(node.get("create_time"))
    return Action(
        ActionKind.CONFIRM,
        package,
        fields={"app": APP, "mchId": settings.mchid, "appId": settings.appid},
        expires_at=made + CONFIRM_WITHIN if made else None,
    )


def _advice(status: OutcomeStatus, state: str | None, reason: str | None) -> Bilingual | None:
    if status is OutcomeStatus.FAILED:
        return codes.explain(reason) or _FAILED
    if status is OutcomeStatus.CLOSED:
        return codes.explain(reason or "MCH_CANCEL")
    return _PENDING.get(state or "")


def _report(order: PayOutOrder, settings: WechatSettings) -> list[tuple[str, str]]:
    return [(kind, told.replace("{title}", order.title)) for kind, told in settings.scene_report]


def _check_payee(payee: Payee, amount: Decimal) -> None:
    kind = next((one for one in PAYEE_KINDS if one.code == payee.kind), None)
    if kind is None:
        refuse("payee_kind", "WeChat Pay cannot pay this kind of payee", "微信支付不支持该收款方式")
    if not re.fullmatch(kind.account_pattern, payee.account, re.ASCII):
        refuse("payee_account", "the payee's account is not an open id", "收款账号不是有效的 openid")
    name = payee.name or ""
    if amount >= NAME_REQUIRED_FROM and not name.strip():
        refuse(
            "payee_name",
            f"from {NAME_REQUIRED_FROM} yuan the payee's real name is mandatory",
            f"金额达到 {NAME_REQUIRED_FROM} 元时必须填写收款人姓名",
        )
    if amount < NAME_ALLOWED_FROM and name:
        refuse(
            "payee_name",
            f"below {NAME_ALLOWED_FROM} yuan WeChat Pay accepts no name",
            f"金额低于 {NAME_ALLOWED_FROM} 元时不得上送收款人姓名",
        )
    check_text("payee_name", name, octets=NAME_MAX_BYTES, required=bool(name))
