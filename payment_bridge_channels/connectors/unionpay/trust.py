"""Whose signature is believed: certificates that messages bring along, each proved once.

Source: UnionPay ACP 5.1.0, ``signPubKeyCert``: chain to the configured middle and root certificates,
validity, and the owner in the subject.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from ..certificate_trust import UntrustedCertificate, check_dates
from . import certificates, signing
from .settings import Identity

MAX_REMEMBERED = 32
CERTIFICATE_FIELD = "signPubKeyCert"


class Unbelievable(ValueError):
    """A message that is not proved to be UnionPay's."""


class TrustStore:
    """Believes messages of one channel. Safe for several threads; remembers proved certificates, and looks
    at their dates each time."""

    def __init__(self, identity: Identity, now: Callable[[], datetime]):
        self._identity = identity
        self._now = now
        self._lock = threading.Lock()
        self._proved: dict[str, tuple[RSAPublicKey, tuple[x509.Certificate, ...]]] = {}

    def believe(self, fields: Mapping[str, str]) -> None:
        """Verify that the fields are UnionPay's own, whole and unchanged.

        :raises Unbelievable: unsigned, signed another way or by somebody else, or changed.
        """
        identity = self._identity
        if not fields.get("signature"):
            raise Unbelievable("the message is not signed")
        if fields.get("signMethod", identity.method) != identity.method:
            raise Unbelievable("the message is signed by another method than the channel's")
        if identity.method == signing.RSA:
            right = signing.rsa_verified(self._signer(fields.get(CERTIFICATE_FIELD, "")), fields)
        else:
            right = signing.keyed_verified(identity.method, identity.secure_key, fields)
        if not right:
            raise Unbelievable("the signature of the message is wrong")

    def _signer(self, text: str) -> RSAPublicKey:
        name = hashlib.sha256(text.encode()).hexdigest()
        with self._lock:
            found = self._proved.get(name)
        try:
            if found is None:
                found = self._prove(text)
            check_dates(found[1], self._now())
        except UntrustedCertificate as error:
            raise Unbelievable(str(error)) from error
        with self._lock:
            while len(self._proved) >= MAX_REMEMBERED and name not in self._proved:
                del self._proved[next(iter(self._proved))]
            self._proved[name] = found
        return found[0]

    def _prove(self, text: str) -> tuple[RSAPublicKey, tuple[x509.Certificate, ...]]:
        leaf = certificates.read_certificate(text)
        chain = certificates.prove_chain(leaf, self._identity.middles, self._identity.roots)
        if certificates.owner(leaf) != self._identity.signer:
            raise UntrustedCertificate("the certificate is somebody else's, not UnionPay's")
        return certificates.rsa_key(leaf), chain
