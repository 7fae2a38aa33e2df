"""Card numbers as UnionPay wants them where its console demands encryption.

Source: UnionPay ACP 5.1.0: RSA PKCS#1 v1.5 with UnionPay's encryption certificate, whose serial is
``encryptCertId``; a newer certificate is asked for with txnType 95.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from odoo.addons.payment_bridge.connector.errors import ConnectorError, Misconfigured
from odoo.addons.payment_bridge.connector.types import Bilingual

from ..certificate_trust import UntrustedCertificate, check_dates
from . import certificates

ASK_EVERY = timedelta(days=1)
ASK_AGAIN_AFTER_FAILURE = timedelta(hours=1)


class Encryptor:
    """Encrypts for one channel: with the configured certificate, or the newer one that UnionPay names.

    ``ask`` answers with UnionPay's current certificate as PEM, or None. Safe for several threads.
    """

    def __init__(self, configured: x509.Certificate, ask: Callable[[], str | None] | None, now: Callable[[], datetime]):
        self._certificate = configured
        self._ask = ask
        self._now = now
        self._ask_at: datetime | None = None
        self._lock = threading.Lock()

    def encrypt(self, text: str) -> tuple[str, str]:
        """The text encrypted, in base64, and the ``encryptCertId`` to send beside it.

        :raises Misconfigured: when the certificate cannot be used now.
        """
        certificate = self._current()
        try:
            check_dates((certificate,), self._now())
            key = certificates.rsa_key(certificate)
        except UntrustedCertificate as error:
            raise Misconfigured(
                f"the encryption certificate cannot be used: {error}",
                code="certificate",
                advice=Bilingual(
                    f"The encryption certificate cannot be used: {error}. Download the current one from UnionPay.",
                    f"敏感信息加密证书不可用（{error}），请从银联下载最新证书。",
                ),
            ) from error
        encrypted = key.encrypt(text.encode(), PKCS1v15())
        return base64.b64encode(encrypted).decode("ascii"), certificates.cert_id(certificate)

    def _current(self) -> x509.Certificate:
        if self._ask is None:
            return self._certificate
        with self._lock:
            now = self._now()
            if self._ask_at is None or now >= self._ask_at:
                self._ask_at = now + (ASK_EVERY if self._renew() else ASK_AGAIN_AFTER_FAILURE)
            return self._certificate

    def _renew(self) -> bool:
        """Take UnionPay's current certificate; the one in hand stays when there is none that can be used."""
        try:
            text = self._ask()
            if text:
                found = certificates.read_certificate(text)
                certificates.rsa_key(found)
                check_dates((found,), self._now())
                self._certificate = found
        except (ConnectorError, UntrustedCertificate):
            return False
        return True
