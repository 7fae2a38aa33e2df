"""Whose signature is believed: the configured key or certificate, and certificates that Alipay has
rotated to since, each with an unbroken chain to the configured root."""

from __future__ import annotations

import base64
import binascii
import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from odoo.addons.payment_bridge.connector.errors import ConnectorError, Misconfigured, Untrusted

from .. import certificate_trust
from ..rsa_keys import public_key_of, same_key
from . import certificates
from .settings import DECLARED, Identity

FORGET_REFUSED_AFTER = timedelta(minutes=10)
MAX_REFUSED = 256
MAX_DOWNLOADS_A_MINUTE = 6
_SN = re.compile(r"[0-9a-f]{32}")


class UnknownSigner(ValueError):
    """No believed key belongs to this certificate number."""


class SignerUnavailable(UnknownSigner):
    """It cannot be decided now whose number this is; asking again later may."""


class TrustStore:
    """Finds Alipay's public key by certificate SN, and learns new ones. Safe for several threads.

    Learning fails closed, remembers what it refused for a while, and is limited in pace, so that
    strangers cannot make the channel call Alipay without end.
    """

    def __init__(
        self,
        identity: Identity,
        download: Callable[[str], str],
        now: Callable[[], datetime],
    ):
        self._identity = identity
        self._download = download
        self._now = now
        self._lock = threading.Lock()
        self._known: dict[str, tuple[RSAPublicKey, tuple[x509.Certificate, ...]]] = {}
        self._configured = ""
        self._refused: dict[str, datetime] = {}
        self._downloads: list[datetime] = []
        if identity.alipay_chain:
            self._configured = certificates.certificate_sn(identity.alipay_chain[0])
            self._known[self._configured] = (identity.alipay_key, identity.alipay_chain)

    def signer(self, sn: str, *, unasked: bool = False) -> RSAPublicKey:
        """The key that signs under certificate ``sn``; downloads a certificate not met before.

        In key mode there is one key and no SN. ``unasked`` marks a message that came by itself: only
        those are limited in pace, so that a flood of them never stops our own calls.
        :raises UnknownSigner: when nothing may be believed under this number.
        """
        if self._identity.app_certificate is None:
            return self._identity.alipay_key
        sn = sn or self._configured
        if sn not in self._known:
            self._learn(sn, unasked)
        return self._valid(sn)

    def introduced(self, sn: str, content: str, by: str) -> RSAPublicKey:
        """The key that the answer which brings certificate ``sn`` is verified with: one known already, or
        that certificate's own once its chain has been verified.

        :raises UnknownSigner: for any other.
        """
        by = by or self._configured
        if by in self._known:
            return self._valid(by)
        if by != sn:
            raise UnknownSigner("the downloaded certificate is vouched for by an unknown one")
        return self._proved(sn, content)[0]

    def _valid(self, sn: str) -> RSAPublicKey:
        key, chain = self._known[sn]
        try:
            certificate_trust.check_dates(chain, self._now())
        except certificate_trust.UntrustedCertificate as error:
            raise UnknownSigner(str(error)) from error
        return key

    def _learn(self, sn: str, unasked: bool) -> None:
        with self._lock:
            if sn in self._known:
                return
            self._admit(sn, unasked)
            try:
                self._known[sn] = self._proved(sn, self._download(sn))
            except (UnknownSigner, Untrusted) as error:
                self._refused[sn] = self._now()
                raise UnknownSigner(f"Alipay's certificate could not be verified: {error}") from error
            except ConnectorError as error:
                raise SignerUnavailable(f"Alipay's certificate could not be fetched: {error}") from error

    def _admit(self, sn: str, unasked: bool) -> None:
        now = self._now()
        self._refused = {
            refused: at for refused, at in list(self._refused.items())[-MAX_REFUSED:] if now - at < FORGET_REFUSED_AFTER
        }
        self._downloads = [at for at in self._downloads if now - at < timedelta(minutes=1)]
        if not _SN.fullmatch(sn) or sn in self._refused:
            raise UnknownSigner("the certificate number is not one of Alipay's")
        if unasked:
            if len(self._downloads) >= MAX_DOWNLOADS_A_MINUTE:
                raise SignerUnavailable("too many unknown certificate numbers in a minute")
            self._downloads.append(now)

    def _proved(self, sn: str, content: str) -> tuple[RSAPublicKey, tuple[x509.Certificate, ...]]:
        """A downloaded certificate, once it is the one asked for, of the same organisation as the
        configured one (merchants' certificates lead to the same root), and leads to the root today."""
        identity = self._identity
        try:
            text = base64.b64decode("".join(content.split()), validate=True).decode("ascii")
            found = certificates.load_certificates(text, DECLARED.label("alipay_certificate"))
            chain = certificates.chain_to_root(found[0], (*found[1:], *identity.intermediates), identity.roots)
            certificate_trust.check_dates(chain, self._now())
            key = public_key_of(found[0], DECLARED.label("alipay_certificate"))
        except (Misconfigured, ValueError, binascii.Error) as error:
            raise UnknownSigner("the downloaded certificate proves nothing") from error
        expected = certificates.organisation(identity.alipay_chain[0])
        if (
            certificates.certificate_sn(found[0]) != sn
            or certificates.organisation(found[0]) != expected
            or same_key(key, identity.private_key.public_key())
        ):
            raise UnknownSigner("the downloaded certificate is not Alipay's")
        return key, tuple(chain)
