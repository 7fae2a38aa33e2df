"""The wire: envelope, signature, sending, and believing an answer.

Source: Alipay open platform, v2 gateway (common parameters in the query string, ``biz_content`` in the
form body, RSA2 in both directions, AES content encryption, certificate mode).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from odoo.addons.payment_bridge.connector.errors import (
    Misconfigured,
    Throttled,
    Uncertain,
    Untrusted,
)
from odoo.addons.payment_bridge.connector.transport import HttpRequest, HttpResponse, Transport
from odoo.addons.payment_bridge.connector.types import Bilingual

from ..certificate_trust import UntrustedCertificate, check_dates
from ..forms import encoded
from . import signing
from .answer import UNCERTAIN_ADVICE, UNSIGNED_ADVICE, Answer, cut, read_node
from .certificates import certificate_sn, root_sn
from .clock import BEIJING, TIME_FORMAT
from .codes import explain
from .settings import AlipaySettings
from .trust import TrustStore, UnknownSigner

CERTIFICATE_DOWNLOAD = "alipay.open.app.alipaycert.download"
NOT_PERMITTED = "40006"
CONFIGURATION_CODES = frozenset({"20001", "40001", "40002", NOT_PERMITTED})
CALL_LIMITED = "40005"
PAUSE_SECONDS = 60.0

SENSITIVE = frozenset(
    {
        "sign",
        "identity",
        "name",
        "cert_no",
        "cert_name",
        "card_no",
        "bank_acc_name",
        "alipay_user_id",
        "alipay_open_id",
        "bill_user_id",
        "receiver_user_id",
        "receiver_open_id",
        "buyer_id",
        "buyer_open_id",
        "buyer_logon_id",
        "seller_email",
        "other_account",
        "buyer_user_id",
        "buyer_user_name",
        "open_id",
        "auth_code",
        "notify_url",
        "token",
        "fileid",
        "userid",
        "download_url",
        "bill_download_url",
        "alipay_cert_content",
    }
)
"""Field names that the wire log masks, wherever they occur."""


class NotPermitted(Misconfigured):
    """The contract does not hold the interface that was called."""


class AlipayClient:
    """Calls Alipay for one channel. Immutable but for the store of rotated certificates; used by
    several threads."""

    def __init__(self, settings: AlipaySettings, transport: Transport, now: Callable[[], datetime]):
        self._settings = settings
        self._identity = settings.identity
        self._transport = transport
        self._now = now
        self._certificate_parameters: dict[str, str] = {}
        if self._identity.app_certificate is not None:
            self._certificate_parameters = {
                "app_cert_sn": certificate_sn(self._identity.app_certificate),
                "alipay_root_cert_sn": root_sn(self._identity.roots),
            }
        self.trust = TrustStore(self._identity, self._download_certificate, now)

    def call(
        self,
        method: str,
        content: Mapping[str, Any],
        *,
        moves_money: bool = False,
        notify_url: str | None = None,
    ) -> Answer:
        """Send one request and believe its answer, or say why not.

        Business failures are answers. ``moves_money`` forbids any reading of an unsigned answer;
        ``notify_url`` is where Alipay tells what becomes of a trade.
        :raises NotSent: it never reached Alipay.
        :raises Misconfigured: Alipay refuses this caller (only certain where signed, or where nothing
            can have happened).
        :raises Throttled: Alipay asks for a pause and nothing can have happened.
        :raises Uncertain: no answer that can be believed.
        """
        response = self._send(method, content, notify_url)
        return self._believed(method, response, moves_money, self.trust.signer)

    def download(self, url: str, label: str, max_bytes: int) -> HttpResponse:
        """Fetch a file that an answer pointed to. The address opens the file, so it is masked.

        In production ``http`` is raised to ``https``; the transport refuses foreign hosts.
        """
        parts = urlsplit(url)
        if parts.scheme == "http" and not self._settings.sandbox:
            url = urlunsplit(parts._replace(scheme="https"))
        return self._transport.send(
            HttpRequest(
                "GET",
                url,
                label,
                sensitive=SENSITIVE,
                read_timeout=120.0,
                max_bytes=max_bytes,
                keep_answer=False,
            )
        )

    def check_certificates(self) -> None:
        """Refuse to work with a certificate outside its validity.

        :raises Misconfigured: naming the certificate and the day.
        """
        identity = self._identity
        if identity.app_certificate is None:
            return
        for chain, en, zh in (
            ((identity.app_certificate,), "Application certificate", "应用公钥证书"),
            (identity.alipay_chain, "Alipay certificate", "支付宝公钥证书"),
        ):
            try:
                check_dates(chain, self._now())
            except UntrustedCertificate as error:
                raise Misconfigured(
                    f"{en}: {error}",
                    code="certificate",
                    advice=Bilingual(
                        f"{en}: {error}. Download the current one from Alipay's open platform.",
                        f"{zh}不在有效期内（{error}），请从支付宝开放平台下载最新证书。",
                    ),
                ) from error

    def _send(self, method: str, content: Mapping[str, Any], notify_url: str | None = None) -> HttpResponse:
        self.check_certificates()
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        parameters = {
            "app_id": self._settings.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": self._now().astimezone(BEIJING).strftime(TIME_FORMAT),
            "version": "1.0",
            **self._certificate_parameters,
        }
        if notify_url:
            parameters["notify_url"] = notify_url
        if self._identity.aes_key is not None:
            parameters["encrypt_type"] = "AES"
            text = signing.encrypt(self._identity.aes_key, text)
        signed = signing.string_to_sign({**parameters, "biz_content": text})
        parameters["sign"] = signing.sign(self._identity.private_key, signed)
        return self._transport.send(
            HttpRequest(
                "POST",
                f"{self._settings.gateway}?{encoded(parameters)}",
                method,
                headers={"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"},
                body=encoded({"biz_content": text}).encode("ascii"),
                sensitive=SENSITIVE,
            )
        )

    def _believed(
        self,
        method: str,
        response: HttpResponse,
        moves_money: bool,
        signer: Callable[[str], Any],
    ) -> Answer:
        if response.status == 429 and not moves_money:
            raise Throttled("Alipay asks for a pause", retry_after=_retry_after(response), code="429")
        if response.status != 200:
            raise Uncertain(
                f"Alipay answered HTTP {response.status}",
                code=f"http:{response.status}",
                advice=UNCERTAIN_ADVICE,
            )
        envelope, raw = cut(method, response.body)
        signature = envelope.text("sign")
        if not signature:
            raise self._unsigned(raw, moves_money)
        try:
            key = signer(envelope.text("alipay_cert_sn"))
        except UnknownSigner as error:
            raise Untrusted(str(error), code="certificate", advice=UNCERTAIN_ADVICE) from error
        if not signing.verified(key, raw.encode(), signature):
            raise Untrusted("the signature of the answer is wrong", code="signature", advice=UNCERTAIN_ADVICE)
        answer = read_node(self._plain(raw, moves_money))
        self._raise_gateway_failure(answer, moves_money)
        return answer

    def _plain(self, raw: str, moves_money: bool) -> str:
        """The node's JSON; decrypts, which happens only after verifying."""
        if not raw.startswith('"'):
            return raw
        if self._identity.aes_key is None:
            unreadable = Uncertain if moves_money else Misconfigured
            raise unreadable(
                "the answer is encrypted and the channel has no AES key",
                code="aes",
                advice=Bilingual(
                    "Content encryption is on at Alipay: enter the AES key in the channel.",
                    "支付宝已开启接口内容加密，请在通道中填写 AES 密钥。",
                ),
            )
        try:
            return signing.decrypt(self._identity.aes_key, json.loads(raw))
        except ValueError as error:
            raise Uncertain(
                "the answer cannot be decrypted with the channel's AES key",
                code="aes",
                advice=UNCERTAIN_ADVICE,
            ) from error

    @staticmethod
    def _raise_gateway_failure(answer: Answer, moves_money: bool) -> None:
        """Signed refusals at the door, which no business code explains better."""
        if answer.code in CONFIGURATION_CODES and not _argument_problem(answer):
            refusal = NotPermitted if answer.code == NOT_PERMITTED else Misconfigured
            raise refusal(
                f"Alipay refused the call: {answer.told}",
                code=answer.told_code,
                advice=explain(answer.sub_code) or _refused(answer),
            )
        if answer.code == CALL_LIMITED and not moves_money:
            raise Throttled("Alipay asks for a pause", retry_after=PAUSE_SECONDS, code=answer.told_code)

    @staticmethod
    def _unsigned(raw: str, moves_money: bool) -> Untrusted | Misconfigured:
        """An answer without signature proves nothing; where nothing can have happened its words are
        still a hint for the administrator."""
        try:
            answer = read_node(raw)
        except Uncertain:
            return Untrusted("the answer is not signed", code="unsigned", advice=UNCERTAIN_ADVICE)
        advice = explain(answer.sub_code) or UNSIGNED_ADVICE
        if moves_money or answer.code not in CONFIGURATION_CODES:
            return Untrusted("the answer is not signed", code=answer.told_code, advice=advice)
        return Misconfigured(f"Alipay refused the caller: {answer.told}", code=answer.told_code, advice=advice)

    def _download_certificate(self, sn: str) -> str:
        """Ask Alipay for a certificate by its SN; the store trusts it by its chain alone.

        The answer itself must then bear a signature that the store believes.
        """
        response = self._send(CERTIFICATE_DOWNLOAD, {"alipay_cert_sn": sn})
        _, raw = cut(CERTIFICATE_DOWNLOAD, response.body)
        content = read_node(self._plain(raw, False)).text("alipay_cert_content") or ""
        self._believed(CERTIFICATE_DOWNLOAD, response, False, lambda by: self.trust.introduced(sn, content, by))
        return content


def _argument_problem(answer: Answer) -> bool:
    """A field that this one request got wrong, rather than the channel."""
    return answer.sub_code in ("isv.invalid-arguments", "INVAILID_ARGUMENTS")


def _refused(answer: Answer) -> Bilingual:
    return Bilingual(
        f"Alipay refused the call ({answer.told_code}). The administrator checks the channel's "
        "settings and the contract.",
        f"支付宝拒绝了调用（{answer.told_code}），请管理员检查通道设置与签约。",
    )


def _retry_after(response: HttpResponse) -> float:
    text = response.headers.get("retry-after", "")
    return min(float(text), 3600.0) if text.isascii() and text.isdigit() else PAUSE_SECONDS
