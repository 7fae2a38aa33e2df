"""What a merchant asks for with POST transfer-bills, read strictly."""

from __future__ import annotations

from dataclasses import dataclass

from . import signing
from .errors import UNKNOWN_PERCEPTION, Refusal
from .fields import Fields
from .gateway import Call
from .merchants import Merchants
from .scenes import PERCEPTIONS, SCENES
from .settings import WechatSettings

OUT_BILL_NO = r"[0-9A-Za-z]{1,32}"
RED_PACKET_MOST_FEN = 20000
LEAST_FEN = 10


@dataclass(frozen=True)
class TransferOrder:
    """One transfer; two are the same when all fields are. `name` is the plain user_name, `amount` in fen."""

    appid: str
    out_bill_no: str
    scene: str
    openid: str
    name: str
    amount: int
    remark: str
    notify_url: str
    perception: str
    reports: frozenset[tuple[str, str]]
    style: str


def read_order(call: Call, settings: WechatSettings, merchants: Merchants) -> TransferOrder:
    """The order in a call. Raises Refusal."""
    body = call.body
    order = TransferOrder(
        appid=body.text("appid", 32, required=True),
        out_bill_no=body.text("out_bill_no", 32, required=True, pattern=OUT_BILL_NO),
        scene=body.text("transfer_scene_id", 36, required=True),
        openid=body.text("openid", 64, required=True),
        name=_name(call, merchants),
        amount=body.fen("transfer_amount", LEAST_FEN),
        remark=body.text("transfer_remark", 32, required=True),
        notify_url=notify_url(body, settings),
        perception=body.text("user_recv_perception", 64),
        reports=_reports(body),
        style=_style(body),
    )
    body.done()
    _check_rules(body, order, settings)
    _check_scene(call, order, settings)
    return order


def notify_url(body: Fields, settings: WechatSettings, required: bool = False, limit: int = 256) -> str:
    """Where a message shall go: an address without a query."""
    url = body.text("notify_url", limit, required=required)
    schemes = ("https://",) if settings.notify_url_https else ("https://", "http://")
    if url and (not url.startswith(schemes) or "?" in url):
        raise body.misfit("notify_url", "必须为https地址且不能携带参数")
    return url


def _name(call: Call, merchants: Merchants) -> str:
    cipher = call.body.text("user_name", 1024)
    if not cipher:
        return ""
    key = merchants.opener(call.merchant, call.serial)
    if key is None:
        raise Refusal("PARAM_ERROR", "Http头Wechatpay-Serial缺失或有误，无法解密敏感字段")
    try:
        return signing.revealed(key, cipher)
    except ValueError as error:
        raise call.body.misfit("user_name", "敏感字段解密失败") from error


def _reports(body: Fields) -> frozenset[tuple[str, str]]:
    infos = [
        (info.text("info_type", 15, required=True), info.text("info_content", 32, required=True))
        for info in body.items("transfer_scene_report_infos", required=True)
    ]
    if len({kind for kind, _ in infos}) != len(infos):
        raise body.misfit("transfer_scene_report_infos", "转账场景报备信息重复")
    return frozenset(infos)


def _style(body: Fields) -> str:
    style = body.inner("user_recv_style")
    return style.choice("type", "CONFIRM_PAGE", "RED_PACKET") if style else ""


def _check_rules(body: Fields, order: TransferOrder, settings: WechatSettings) -> None:
    if order.amount >= settings.name_from_fen and not order.name:
        raise body.misfit("user_name", "转账金额达到2000元时必填")
    if order.amount < settings.name_not_below_fen and order.name:
        raise body.misfit("user_name", "转账金额低于0.3元时不支持传入")
    if order.style == "RED_PACKET" and order.amount > RED_PACKET_MOST_FEN:
        raise Refusal("INVALID_REQUEST", "红包样式单笔金额不能超过200元")


def _check_scene(call: Call, order: TransferOrder, settings: WechatSettings) -> None:
    granted = call.merchant.terms.scenes
    if order.scene not in SCENES or (granted and order.scene not in granted.split(",")):
        raise Refusal("INVALID_REQUEST", "转账场景ID不存在或未申请")
    asked = SCENES[order.scene]
    if asked is not None and {kind for kind, _ in order.reports} != asked:
        listed = "、".join(sorted(asked))
        raise Refusal("PARAM_ERROR", f"需传入转账场景报备信息：{listed}")
    known = PERCEPTIONS.get(order.scene)
    if settings.strict_perceptions and order.perception and known and order.perception not in known:
        raise Refusal("INVALID_REQUEST", "用户收款感知不在场景支持范围内", number=UNKNOWN_PERCEPTION)
