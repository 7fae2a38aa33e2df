"""The wire: common fields, signature, sending, and believing an answer.

Source: UnionPay ACP 5.1.0 (全渠道): forms over HTTPS, HTTP 200 on business failures, signed answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NoReturn

from odoo.addons.payment_bridge.connector.errors import (
    ConnectorError,
    Misconfigured,
    Rejected,
    Throttled,
    Uncertain,
    Untrusted,
)
from odoo.addons.payment_bridge.connector.transport import MAX_ANSWER_BYTES, HttpRequest, Transport
from odoo.addons.payment_bridge.connector.types import Bilingual

from ..certificate_trust import UntrustedCertificate, check_dates
from . import certificates, codes, signing
from .answer import UNCERTAIN_ADVICE, Answer
from .clock import txn_time
from .codes import Effect
from .encryption import Encryptor
from .message import SIGNATURE, BrokenMessage, encode, parse
from .settings import UnionPaySettings
from .trust import TrustStore, Unbelievable

BACK, QUERY, BATCH, FRONT = "backTransReq.do", "queryTrans.do", "batchTrans.do", "frontTransReq.do"
VERSION = "5.1.0"
PAUSE_SECONDS = 60.0
ECHOED = ("merId", "txnType", "orderId", "txnTime", "batchNo", "settleDate")

SENSITIVE = frozenset(
    {
        "signature",
        "accno",
        "customerinfo",
        "customernm",
        "certifid",
        "certid",
        "encryptcertid",
        "phoneno",
        "cvn2",
        "expired",
        "pin",
        "payerverifiinfo",
        "payerinfo",
        "payeeinfo",
        "reserved",
        "comdebitcardaccname",
        "businesslicenseregno",
        "qrno",
        "filecontent",
        "reqreserved",
        "billno",
        "encryptpubkeycert",
        "signpubkeycert",
    }
)
"""Field names that the wire log masks, wherever they occur."""


class UnionPayClient:
    """Calls UnionPay for one channel; used by several threads."""

    def __init__(self, settings: UnionPaySettings, transport: Transport, now: Callable[[], datetime]):
        self._settings = settings
        self._transport = transport
        self._now = now
        self.trust = TrustStore(settings.identity, now)
        self.encryptor: Encryptor | None = None
        if settings.encrypt_certificate is not None:
            ask = self._encryption_certificate if settings.encrypt_refresh else None
            self.encryptor = Encryptor(settings.encrypt_certificate, ask, now)

    def call(self, path: str, content: Mapping[str, str]) -> Answer:
        """Send one request to the gateway and believe its answer, or say why not.

        Business failures are answers. :raises NotSent: it never reached UnionPay.
        :raises Misconfigured: our own certificate cannot be used now.
        :raises Untrusted: the answer is not proved to be UnionPay's.
        :raises Uncertain: no whole answer, or one to another question.
        """
        return self._sent(f"{self._settings.gateway}/{path}", content)

    def download(self, content: Mapping[str, str], max_bytes: int) -> Answer:
        """The same at the file server, whose answers are large and not kept."""
        return self._sent(self._settings.files, content, max_bytes)

    def form(self, content: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """The address and the signed fields that a payer's browser posts. No call is made."""
        return f"{self._settings.gateway}/{FRONT}", self._signed(content)

    def _sent(self, url: str, content: Mapping[str, str], max_bytes: int | None = None) -> Answer:
        fields = self._signed(content)
        response = self._transport.send(
            HttpRequest(
                "POST",
                url,
                f"txnType {content['txnType']}/{content['txnSubType']}",
                headers={"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"},
                body=encode(fields),
                sensitive=SENSITIVE,
                read_timeout=30.0 if max_bytes is None else 120.0,
                max_bytes=max_bytes or MAX_ANSWER_BYTES,
                keep_answer=max_bytes is None,
            )
        )
        if response.status != 200:
            code = f"http:{response.status}"
            raise Uncertain(f"UnionPay answered HTTP {response.status}", code=code, advice=UNCERTAIN_ADVICE)
        return self._believed(fields, response.body)

    def _believed(self, sent: Mapping[str, str], body: bytes) -> Answer:
        try:
            answer = Answer(parse(body))
            self.trust.believe(answer.fields)
        except BrokenMessage as error:
            raise Uncertain(str(error), code="body", advice=UNCERTAIN_ADVICE) from error
        except Unbelievable as error:
            raise Untrusted(str(error), code="signature", advice=UNCERTAIN_ADVICE) from error
        if not answer.code:
            raise Uncertain("the answer holds no code", code="respCode", advice=UNCERTAIN_ADVICE)
        for name in ECHOED:
            if name in sent and answer.fields.get(name, sent[name]) != sent[name]:
                raise Uncertain("the answer is to another question", code=name, advice=UNCERTAIN_ADVICE)
        return answer

    def _signed(self, content: Mapping[str, str]) -> dict[str, str]:
        identity = self._settings.identity
        fields = {
            "version": VERSION,
            "encoding": "UTF-8",
            "signMethod": identity.method,
            "accessType": "0",
            "merId": self._settings.mer_id,
            **{name: value for name, value in content.items() if value},
        }
        if identity.private_key is None or identity.certificate is None:
            fields[SIGNATURE] = signing.keyed_signature(identity.method, identity.secure_key, fields)
            return fields
        self.check_certificate()
        fields["certId"] = certificates.cert_id(identity.certificate)
        fields[SIGNATURE] = signing.rsa_signature(identity.private_key, fields)
        return fields

    def check_certificate(self) -> None:
        """Refuse to sign with a certificate outside its validity.

        :raises Misconfigured: naming the day.
        """
        certificate = self._settings.identity.certificate
        if certificate is None:
            return
        try:
            check_dates((certificate,), self._now())
        except UntrustedCertificate as error:
            raise Misconfigured(
                f"Signing certificate: {error}",
                code="certificate",
                advice=Bilingual(
                    f"Signing certificate: {error}. Renew it at CFCA and upload the new .pfx file.",
                    f"商户签名证书不在有效期内（{error}），请在 CFCA 更新并上传新的 .pfx 文件。",
                ),
            ) from error

    def _encryption_certificate(self) -> str | None:
        """UnionPay's current certificate for encrypting, as PEM; None when it names none."""
        now = self._now()
        answer = self.call(BACK, encryption_query(now))
        return answer.text("encryptPubKeyCert") if answer.code == "00" else None


def encryption_query(now: datetime) -> dict[str, str]:
    """The question for UnionPay's current encryption certificate."""
    return {
        "txnType": "95",
        "txnSubType": "00",
        "bizType": "000000",
        "channelType": "07",
        "certType": "01",
        "orderId": f"CERT{txn_time(now)}",
        "txnTime": txn_time(now),
    }


def refuse(answer: Answer, effect: Effect, *, moves_money: bool) -> NoReturn:
    """An order or a question that was answered with a code other than success: what is known."""
    message = f"{answer.code}: {answer.told}"
    advice = codes.explain(answer.code) or codes.UNKNOWN
    error: ConnectorError
    if effect is Effect.MISCONFIGURED:
        error = Misconfigured(message, code=answer.code, advice=advice)
    elif effect is Effect.PAUSE and not moves_money:
        error = Throttled(message, retry_after=PAUSE_SECONDS, code=answer.code, advice=advice)
    elif effect is Effect.FINAL and moves_money:
        error = Rejected(message, code=answer.code, advice=advice)
    else:
        error = Uncertain(message, code=answer.code, advice=advice)
    raise error
