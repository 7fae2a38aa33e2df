"""What a merchant asks for with POST native and POST codepay, read strictly."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..clock import Clock
from .errors import FOREIGN_ORDER, Refusal
from .fields import Fields
from .gateway import Call
from .merchants import Merchant
from .settings import WechatSettings
from .transfer_orders import notify_url

OUT_TRADE_NO = r"[0-9A-Za-z_\-|*@]+"
AUTH_CODE = r"1[0-5]\d{16}"
NATIVE, MICROPAY = "NATIVE", "MICROPAY"
DESCRIPTION_BYTES = 127


@dataclass(frozen=True)
class TradeOrder:
    """One collection; two are the same when all fields are. `total` in fen; `extras` is what only must be repeated."""

    kind: str
    appid: str
    out_trade_no: str
    description: str
    total: int
    attach: str = ""
    notify_url: str = ""
    time_expire: datetime | None = None
    auth_code: str = ""
    extras: str = field(default="")


def read_native(call: Call, settings: WechatSettings, clock: Clock) -> TradeOrder:
    """The order behind a QR code. Raises Refusal."""
    body = call.body
    common = _common(call)
    expire = body.moment("time_expire")
    url = notify_url(body, settings, required=True, limit=255)
    pay_limits = body.texts("limit_pay")
    scene = body.inner("scene_info")
    if scene:
        scene.text("payer_client_ip", 45, required=True)
        scene.text("device_id", 32)
        if store := scene.inner("store_info"):
            for name, limit in (("id", 32), ("name", 256), ("area_code", 32), ("address", 512)):
                store.text(name, limit, required=name == "id")
    _common_ends(body)
    body.done()
    if expire is not None and expire <= clock.now():
        raise body.misfit("time_expire", "time_expire时间过短")
    return TradeOrder(NATIVE, notify_url=url, time_expire=expire, extras=repr(pay_limits), **common)


def read_charge(call: Call) -> TradeOrder:
    """The charge of a presented payment code. Raises Refusal."""
    body = call.body
    common = _common(call)
    payer, scene = body.inner("payer", required=True), body.inner("scene_info", required=True)
    auth_code = payer.text("auth_code", 32, required=True, pattern=AUTH_CODE) if payer else ""
    if scene:
        scene.text("device_id", 32)
        scene.text("device_ip", 45)
        store = scene.inner("store_info", required=True)
        if store and not store.text("id", 32) and not store.text("out_id", 32):
            raise body.misfit("scene_info", "store_info的id和out_id必填其一")
        if store:
            store.text("out_id", 32)
    _common_ends(body)
    body.done()
    return TradeOrder(MICROPAY, auth_code=auth_code, **common)


def check_owner(merchant: Merchant, mchid: str, appid: str | None = None) -> None:
    """The numbers in a request must be the caller's. Raises Refusal."""
    if mchid != merchant.mchid:
        raise Refusal("PARAM_ERROR", "商户号与签名的商户号不一致", number=FOREIGN_ORDER)
    if appid is not None and appid != merchant.appid:
        raise Refusal("APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配，请检查后再试")


def _common(call: Call) -> dict[str, Any]:
    """Fields that both orders share."""
    body = call.body
    appid, mchid = body.text("appid", 32, required=True), body.text("mchid", 32, required=True)
    description = body.text("description", DESCRIPTION_BYTES, required=True)
    if len(description.encode()) > DESCRIPTION_BYTES:
        raise body.misfit("description", f"长度超过{DESCRIPTION_BYTES}字节")
    number = body.text("out_trade_no", 32, required=True, pattern=OUT_TRADE_NO, least=6)
    attach = body.text("attach", 128)
    amount = body.inner("amount", required=True)
    total = amount.fen("total") if amount else 0
    if amount:
        amount.choice("currency", "CNY", default="CNY")
    check_owner(call.merchant, mchid, appid)
    return {"appid": appid, "out_trade_no": number, "description": description, "total": total, "attach": attach}


def _common_ends(body: Fields) -> None:
    """Optional fields that change nothing here, but must have their form."""
    body.text("goods_tag", 32)
    body.flag("support_fapiao")
    body.anything("detail")
    if settle := body.inner("settle_info"):
        settle.flag("profit_sharing")
