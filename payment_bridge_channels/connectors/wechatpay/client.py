"""The wire: signing requests, sending them, and believing an answer.

Source: WeChat Pay APIv3 (JSON over HTTPS, ``Authorization`` over path, query and raw body, answers signed
over their raw bytes).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from odoo.addons.payment_bridge.connector.errors import Misconfigured, Uncertain, Untrusted
from odoo.addons.payment_bridge.connector.transport import HttpRequest, HttpResponse, Transport
from odoo.addons.payment_bridge.connector.types import Bilingual

from ..strict_json import AmbiguousJson, loads_object
from . import signing
from .answer import PAUSE_SECONDS, UNCERTAIN_ADVICE, Answer, refusal, words
from .proof import Unproved, is_signed, prove
from .settings import WechatSettings
from .trust import SignerUnavailable, TrustStore

CERTIFICATES = "/v3/certificates"
USER_AGENT = "PaymentBridge/1.0 (Odoo)"
MAX_PAUSE_SECONDS = 3600.0
SENSITIVE = frozenset(
    {
        "auth_code",
        "ciphertext",
        "openid",
        "sp_openid",
        "sub_openid",
        "user_name",
        "real_name",
        "bank_account",
        "user_received_account",
        "mobile",
        "phone",
        "phone_number",
        "payer_client_ip",
        "device_ip",
        "package_info",
        "signature",
        "token",
        "download_url",
        "value",  # a refused field's content, in the detail of PARAM_ERROR
    }
)
"""Field names that the wire log masks, wherever they occur."""


class WechatClient:
    """Calls WeChat Pay for one channel. Immutable but for the store of platform certificates; used by
    several threads."""

    def __init__(self, settings: WechatSettings, transport: Transport, now: Callable[[], datetime]):
        self._settings = settings
        self._transport = transport
        self._now = now
        self.trust = TrustStore(settings, self._download_certificates, now)

    def get(self, path: str, label: str, query: Mapping[str, str] | None = None) -> Answer:
        """Ask one question. Refusals are answers. Errors as :meth:`post`."""
        target = f"{path}?{urlencode(query)}" if query else path
        return self._believed(self._send("GET", target, f"GET {label}", b""))

    def post(self, path: str, label: str, content: Mapping[str, Any] | None, *, sealed_with: str = "") -> Answer:
        """Send one request and believe its answer, or say why not. Refusals are answers.

        ``sealed_with`` names the platform key that sensitive fields of ``content`` are encrypted with.
        :raises NotSent: it never reached WeChat Pay.
        :raises Untrusted: a signature is missing where the call was carried out, or is wrong.
        :raises Uncertain: no whole answer.
        """
        body = b"" if content is None else json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        return self._believed(self._send("POST", path, f"POST {label}", body, sealed_with))

    def download(self, url: str, label: str, max_bytes: int) -> HttpResponse:
        """Fetch a file that an answer pointed to: signed like any call, answered without a signature, so
        the caller compares the file with the hash it was promised."""
        parts = urlsplit(url)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        return self._transport.send(
            HttpRequest(
                "GET",
                url,
                f"GET {label}",
                headers=self._headers("GET", target, b""),
                sensitive=SENSITIVE,
                read_timeout=120.0,
                max_bytes=max_bytes,
                keep_answer=False,
            )
        )

    def check_certificate(self) -> None:
        """Refuse to work with a merchant certificate outside its validity.

        :raises Misconfigured: naming the day.
        """
        certificate = self._settings.certificate
        if certificate is None:
            return
        since, until = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        if not since <= self._now() <= until:
            days = f"{since.date()} – {until.date()}"
            raise Misconfigured(
                f"the merchant certificate is valid {days} only",
                code="certificate",
                advice=Bilingual(
                    f"The merchant certificate is valid {days} only. Make a new one in the merchant platform.",
                    f"商户 API 证书有效期为 {days}，请在商户平台更换证书。",
                ),
            )

    def _headers(self, method: str, target: str, body: bytes, sealed_with: str = "") -> dict[str, str]:
        settings = self._settings
        timestamp, nonce = str(int(self._now().timestamp())), secrets.token_hex(16)
        signature = signing.sign(settings.private_key, signing.request_text(method, target, timestamp, nonce, body))
        headers = {
            "Authorization": signing.authorization(settings.mchid, settings.serial, timestamp, nonce, signature),
            "Accept": "application/json",
            "User-Agent": USER_AGENT,
        }
        if body:
            headers["Content-Type"] = "application/json"
        serial = sealed_with or settings.platform_key_id
        if serial:
            headers["Wechatpay-Serial"] = serial
        return headers

    def _send(self, method: str, target: str, label: str, body: bytes, sealed_with: str = "") -> HttpResponse:
        """``target`` is below the base address; what is signed is the whole path as sent."""
        self.check_certificate()
        url = f"{self._settings.base_url}{target}"
        parts = urlsplit(url)
        signed = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return self._transport.send(
            HttpRequest(
                method,
                url,
                label,
                headers=self._headers(method, signed, body, sealed_with),
                body=body or None,
                sensitive=SENSITIVE,
            )
        )

    def _believed(self, response: HttpResponse) -> Answer:
        signed = is_signed(response.headers)
        if signed:
            self._prove(response)
        if 200 <= response.status < 300:
            if not signed:
                raise Untrusted("the answer is not signed", code="unsigned", advice=UNCERTAIN_ADVICE)
            return Answer(response.status, node=_content(response.body) if response.body.strip() else {})
        return _refused(response, signed)

    def _prove(self, response: HttpResponse) -> None:
        now = self._now()
        try:
            prove(response.headers, response.body, now, lambda serial: self.trust.signer(serial, now))
        except SignerUnavailable as error:
            raise Untrusted(f"the answer: {error}", code="certificate", advice=UNCERTAIN_ADVICE) from error
        except Unproved as error:
            raise Untrusted(f"the answer: {error}", code="signature", advice=UNCERTAIN_ADVICE) from error

    def _download_certificates(self) -> HttpResponse:
        """The answer that brings platform certificates; the store proves it by what it brings.

        :raises ConnectorError: when there is none.
        """
        response = self._send("GET", CERTIFICATES, f"GET {CERTIFICATES}", b"")
        if response.status != 200:
            raise refusal(_refused(response, False), moves_money=False)
        return response


def _content(body: bytes) -> dict[str, Any]:
    try:
        return loads_object(body.decode("utf-8"))
    except (UnicodeDecodeError, AmbiguousJson) as error:
        raise Uncertain("the answer is not a whole JSON answer", code="body", advice=UNCERTAIN_ADVICE) from error


def _refused(response: HttpResponse, signed: bool) -> Answer:
    """An answer that is no success; its code is ``HTTP_<status>`` where it tells none."""
    try:
        node = loads_object(response.body.decode("utf-8"))
    except (UnicodeDecodeError, AmbiguousJson):
        node = {}
    code = node.get("code")
    number = response.headers.get("request-id", "").rpartition("-")[2]
    return Answer(
        response.status,
        code=code[:64] if isinstance(code, str) and code else f"HTTP_{response.status}",
        message=words(node.get("message")) or f"HTTP {response.status}",
        detail_number=number if number.isascii() and number.isdigit() and len(number) == 9 else None,
        signed=signed,
        retry_after=_retry_after(response),
    )


def _retry_after(response: HttpResponse) -> float:
    told = response.headers.get("retry-after", "")
    return min(float(told), MAX_PAUSE_SECONDS) if told.isascii() and told.isdigit() else PAUSE_SECONDS
