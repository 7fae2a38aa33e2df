"""A channel's settings in the connector's words: parsed, checked, and found to belong together."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings

from .. import rsa_keys
from ..declared_settings import DeclaredSettings
from . import keys
from .scenes import INFO_CONTENT_MAX, INFO_TYPE_MAX, SCENES
from .setting_fields import (
    BASIC,
    BOTH,
    CERTIFICATE_MODE,
    OPERATION,
    PRIMARY_SITE,
    PUBLIC_KEY_MODE,
    SECOND_SITE,
    SETTING_FIELDS,
)

NOTIFY_URL_MAX = 255
DECLARED = DeclaredSettings(SETTING_FIELDS)


@dataclass(frozen=True, slots=True)
class WechatSettings:
    """A channel's settings, checked once. ``repr`` shows no secret.

    ``platform_key`` is None where only platform certificates are believed. ``purses`` are the accounts
    whose money the channel holds; ``notify_url`` None where there is none that WeChat Pay accepts.
    """

    mchid: str
    appid: str
    sandbox: bool
    base_url: str
    private_key: RSAPrivateKey = field(repr=False)
    api_key: bytes = field(repr=False)
    serial: str
    certificate: x509.Certificate | None
    verification: str
    platform_key: RSAPublicKey | None
    platform_key_id: str
    notify_url: str | None
    scene_id: str
    scene_report: tuple[tuple[str, str], ...]
    perception: str
    transfer_words: tuple[str, ...]
    store_out_id: str
    balance_by_api: bool
    purses: tuple[str, ...]

    @property
    def downloads_certificates(self) -> bool:
        """Whether platform certificates are believed."""
        return self.verification != PUBLIC_KEY_MODE


def read(settings: ChannelSettings) -> WechatSettings:
    """Check a channel's settings.

    :raises Misconfigured: naming the setting and what is wrong with it.
    """
    private_key = rsa_keys.load_private_key(
        settings.get("merchant_private_key"), DECLARED.label("merchant_private_key")
    )
    certificate, serial = _identity(settings, private_key)
    verification = DECLARED.choice(settings, "verification")
    platform_key, platform_key_id = _platform_key(settings, verification, private_key)
    scene_id = DECLARED.matching(settings, "transfer_scene_id", r"[0-9]{1,36}", "digits", "数字")
    purses = DECLARED.choice(settings, "purses")
    return WechatSettings(
        mchid=DECLARED.matching(settings, "mchid", r"[0-9]{8,10}", "8 to 10 digits", "8 至 10 位数字"),
        appid=DECLARED.matching(
            settings, "appid", r"[0-9A-Za-z_-]{8,32}", "8 to 32 letters and digits", "8 至 32 位字母数字"
        ),
        sandbox=settings.environment == "sandbox",
        base_url=_base_url(settings),
        private_key=private_key,
        api_key=DECLARED.matching(settings, "apiv3_key", r"[!-~]{32}", "32 characters", "32 位字符").encode("ascii"),
        serial=serial,
        certificate=certificate,
        verification=verification,
        platform_key=platform_key,
        platform_key_id=platform_key_id,
        notify_url=_notify_url(settings),
        scene_id=scene_id,
        scene_report=_scene_report(settings, scene_id),
        perception=DECLARED.text(settings, "user_recv_perception").strip(),
        transfer_words=tuple(filter(None, re.split(r"[,，;；\s]+", DECLARED.text(settings, "transfer_words")))),
        store_out_id=DECLARED.matching(
            settings, "store_out_id", r"[!-~]{1,32}", "1 to 32 characters", "1 至 32 位字符"
        ),
        balance_by_api=DECLARED.choice(settings, "balance_source") == "api",
        purses=(BASIC, OPERATION) if purses == BOTH else (purses,),
    )


def _identity(settings: ChannelSettings, private_key: RSAPrivateKey) -> tuple[x509.Certificate | None, str]:
    """The merchant's certificate, where given, and the serial to sign under."""
    told = DECLARED.text(settings, "merchant_serial").strip().upper()
    if told and not re.fullmatch(r"[0-9A-F]{8,64}", told):
        raise DECLARED.wrong("merchant_serial", "a certificate serial is hex digits", "证书序列号应为十六进制字符")
    text = settings.get("merchant_certificate")
    if not text:
        if not told:
            raise DECLARED.wrong("merchant_serial", "give the serial or the certificate", "请填写证书序列号或上传证书")
        return None, told
    certificate = keys.load_certificate(text, DECLARED.label("merchant_certificate"))
    own = rsa_keys.public_key_of(certificate, DECLARED.label("merchant_certificate"))
    if not rsa_keys.same_key(own, private_key.public_key()):
        raise DECLARED.wrong(
            "merchant_certificate", "it does not belong to the merchant private key", "证书与商户私钥不匹配"
        )
    serial = keys.serial_of(certificate)
    if told and keys.comparable(told) != keys.comparable(serial):
        raise DECLARED.wrong(
            "merchant_serial", "it is not the serial of the certificate beside it", "与所填证书的序列号不一致"
        )
    return certificate, told or serial


def _platform_key(
    settings: ChannelSettings, verification: str, private_key: RSAPrivateKey
) -> tuple[RSAPublicKey | None, str]:
    if verification == CERTIFICATE_MODE:
        return None, ""
    key = rsa_keys.load_public_key(settings.get("platform_public_key"), DECLARED.label("platform_public_key"))
    if rsa_keys.same_key(key, private_key.public_key()):
        raise DECLARED.wrong(
            "platform_public_key",
            "this is the merchant's own key; WeChat Pay's is wanted",
            "这是商户自己的公钥，应填写微信支付公钥",
        )
    pattern = r"PUB_KEY_ID_[0-9A-Za-z]{1,64}"
    return key, DECLARED.matching(settings, "platform_public_key_id", pattern, "PUB_KEY_ID_…", "PUB_KEY_ID_ 开头的 ID")


def _base_url(settings: ChannelSettings) -> str:
    if settings.environment != "sandbox":
        return SECOND_SITE if DECLARED.choice(settings, "site") == "second" else PRIMARY_SITE
    url = DECLARED.text(settings, "base_url").strip().rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise DECLARED.wrong("base_url", "it is not a web address", "不是有效的网址")
    return url


def _notify_url(settings: ChannelSettings) -> str | None:
    """Where WeChat Pay is to send messages: https without a query, in the sandbox http as well."""
    url = settings.notify_url or ""
    schemes = ("https", "http") if settings.environment == "sandbox" else ("https",)
    parts = urlsplit(url)
    if parts.scheme not in schemes or not parts.hostname or parts.query or len(url) > NOTIFY_URL_MAX:
        return None
    return url


def _scene_report(settings: ChannelSettings, scene_id: str) -> tuple[tuple[str, str], ...]:
    report = []
    for part in filter(None, re.split(r"[;；\n]", DECLARED.text(settings, "transfer_scene_report"))):
        kind, mark, content = (piece.strip() for piece in part.partition("="))
        if not (mark and kind and content) or len(kind) > INFO_TYPE_MAX:
            raise DECLARED.wrong("transfer_scene_report", "write type=text", "格式应为 类型=内容")
        if len(content.replace("{title}", "")) > INFO_CONTENT_MAX or re.search(r"[{}]", content.replace("{title}", "")):
            raise DECLARED.wrong(
                "transfer_scene_report",
                f"a text has at most {INFO_CONTENT_MAX} characters, and only {{title}} can be filled in",
                f"内容最长 {INFO_CONTENT_MAX} 个字符，且只能使用 {{title}}",
            )
        report.append((kind, content))
    types = {kind for kind, _ in report}
    if len(types) != len(report) or not report:
        raise DECLARED.wrong("transfer_scene_report", "each type occurs exactly once", "报备类型不得为空或重复")
    wanted = SCENES.get(scene_id, ("", None))[1]
    if wanted is not None and types != wanted:
        names = "、".join(sorted(wanted))
        raise DECLARED.wrong(
            "transfer_scene_report", f"scene {scene_id} wants exactly: {names}", f"场景 {scene_id} 须恰好报备：{names}"
        )
    return tuple(report)
