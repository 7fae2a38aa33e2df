"""Whose signature is believed: the configured WeChat Pay public key, the platform certificates, or both.

Source: WeChat Pay APIv3, ``GET /v3/certificates`` (certificates encrypted with the APIv3 key; the first
answer is verified with a certificate that it brings itself), refreshed at least every 12 hours.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from odoo.addons.payment_bridge.connector.errors import ConnectorError, Misconfigured, Untrusted
from odoo.addons.payment_bridge.connector.transport import HttpResponse

from ..rsa_keys import public_key_of, same_key
from ..strict_json import AmbiguousJson, loads_object
from ..whole_certificate import read_whole
from . import keys, signing
from .proof import Unproved, prove
from .settings import DECLARED, WechatSettings

REFRESH_AFTER = timedelta(hours=12)
REFRESH_AGAIN_AFTER = timedelta(minutes=10)
FORGET_REFUSED_AFTER = timedelta(minutes=10)
UNASKED_PAUSE = timedelta(minutes=1)
"""Messages that come by themselves make us ask for certificates at most this often."""
MAX_CERTIFICATES = 20
MAX_REFUSED = 256
_HEX_SERIAL = re.compile(r"[0-9A-Fa-f]{8,64}")


class UnknownSigner(Unproved):
    """No believed key belongs to this serial."""


class SignerUnavailable(UnknownSigner):
    """It cannot be decided now whose serial this is; asking again later may."""


@dataclass(frozen=True, slots=True)
class PlatformKey:
    """One key of WeChat Pay's and when it is valid; the public key of key mode has no end."""

    serial: str
    key: RSAPublicKey
    since: datetime | None = None
    until: datetime | None = None

    def valid_at(self, moment: datetime) -> bool:
        """Whether it may be used then."""
        return (self.since is None or self.since <= moment) and (self.until is None or moment <= self.until)


class TrustStore:
    """Finds WeChat Pay's key by serial or key id, and learns platform certificates. Safe for several threads.

    Learning fails closed, remembers what it could not find for a while, and is limited in pace, so that
    strangers cannot make the channel call WeChat Pay without end.
    """

    def __init__(
        self,
        settings: WechatSettings,
        download: Callable[[], HttpResponse],
        now: Callable[[], datetime],
    ):
        self._settings = settings
        self._download = download
        self._now = now
        self._lock = threading.Lock()
        self._configured: dict[str, PlatformKey] = {}
        if settings.platform_key is not None:
            own = PlatformKey(settings.platform_key_id, settings.platform_key)
            self._configured[keys.comparable(own.serial)] = own
        self._learned: dict[str, PlatformKey] = {}
        self._tried_at: datetime | None = None
        self._learned_at: datetime | None = None
        self._refused: dict[str, datetime] = {}

    def signer(self, serial: str, at: datetime, *, unasked: bool = False) -> RSAPublicKey:
        """The key that signs under ``serial``, valid ``at`` that moment.

        ``unasked`` marks a message that came by itself: only those are limited in pace, so that a flood of
        them never stops our own calls.
        :raises UnknownSigner: when nothing may be believed under this serial.
        """
        name = keys.comparable(serial)
        self._refresh_when_due()
        found = self._known(name)
        if found is None:
            self._learn_unknown(serial, name, unasked)
            found = self._known(name)
        if found is None:
            raise UnknownSigner("it is signed under a serial that is not one of WeChat Pay's")
        if not found.valid_at(at):
            raise UnknownSigner("it is signed with a certificate outside its validity")
        return found.key

    def sealing_key(self) -> PlatformKey:
        """The key to encrypt sensitive fields with: the public key, or the newest valid certificate.

        :raises ConnectorError: when certificates cannot be fetched.
        """
        for own in self._configured.values():
            return own
        self._refresh_when_due()
        if not self._valid_learned():
            with self._lock:
                self._learn()
        valid = self._valid_learned()
        if not valid:
            raise Untrusted("no platform certificate is valid at the moment", code="certificate")
        return max(valid, key=lambda one: one.since or self._now())

    def certificates(self) -> list[PlatformKey]:
        """Fetch the platform certificates now; for the connection test. Raises as :meth:`sealing_key`."""
        with self._lock:
            self._learn()
        return list(self._learned.values())

    def _known(self, name: str) -> PlatformKey | None:
        return self._configured.get(name) or self._learned.get(name)

    def _valid_learned(self) -> list[PlatformKey]:
        return [one for one in self._learned.values() if one.valid_at(self._now())]

    def _refresh_when_due(self) -> None:
        """Learn again after 12 hours. While that fails, certificates known and still valid go on serving."""
        now = self._now()
        if self._learned_at is None or now - self._learned_at < REFRESH_AFTER:
            return
        if self._tried_at is not None and now - self._tried_at < REFRESH_AGAIN_AFTER:
            return
        if not self._lock.acquire(blocking=False):
            return
        try:
            self._learn()
        except ConnectorError:
            return
        finally:
            self._lock.release()

    def _learn_unknown(self, serial: str, name: str, unasked: bool) -> None:
        if not self._settings.downloads_certificates or not _HEX_SERIAL.fullmatch(serial):
            raise UnknownSigner("it is signed under a serial that is not one of WeChat Pay's")
        with self._lock:
            if name in self._learned:
                return
            self._admit(name, unasked)
            try:
                self._learn()
            except Untrusted as error:
                raise UnknownSigner(f"the platform certificates proved nothing: {error}") from error
            except ConnectorError as error:
                raise SignerUnavailable(f"the platform certificates could not be fetched: {error}") from error
            if name not in self._learned:
                self._refused[name] = self._now()

    def _admit(self, name: str, unasked: bool) -> None:
        now = self._now()
        self._refused = {
            refused: at for refused, at in list(self._refused.items())[-MAX_REFUSED:] if now - at < FORGET_REFUSED_AFTER
        }
        if name in self._refused:
            raise UnknownSigner("it is signed under a serial that is not one of WeChat Pay's")
        if unasked and self._tried_at is not None and now - self._tried_at < UNASKED_PAUSE:
            raise SignerUnavailable("too many unknown serials in a minute")

    def _learn(self) -> None:
        """Replace what was learned by what WeChat Pay offers now: a certificate that it withdraws is
        believed no longer. The caller holds the lock.

        :raises Untrusted: when the answer proves nothing.
        """
        self._tried_at = self._now()
        response = self._download()
        try:
            found = {keys.comparable(one.serial): one for one in self._opened(response.body)}
            prove(
                response.headers,
                response.body,
                self._now(),
                lambda serial: self._introduced(keys.comparable(serial), found),
            )
        except (Unproved, ValueError) as error:
            raise Untrusted(f"the platform certificates proved nothing: {error}", code="certificate") from error
        self._learned = found
        self._learned_at = self._now()

    def _introduced(self, name: str, found: Mapping[str, PlatformKey]) -> RSAPublicKey:
        """The key for the answer that brings certificates: one known already, or one of those it brings,
        which only somebody who holds the channel's APIv3 key can have encrypted."""
        one = self._known(name) or found.get(name)
        if one is None or not one.valid_at(self._now()):
            raise UnknownSigner("the certificates are vouched for by an unknown one")
        return one.key

    def _opened(self, body: bytes) -> list[PlatformKey]:
        """:raises ValueError: when the answer is not what is published, or not encrypted for us."""
        try:
            rows = loads_object(body.decode("utf-8")).get("data")
        except (UnicodeDecodeError, AmbiguousJson) as error:
            raise ValueError("the answer is not JSON") from error
        if not isinstance(rows, list) or not 0 < len(rows) <= MAX_CERTIFICATES:
            raise ValueError("the answer holds no certificates")
        return [self._certificate(row) for row in rows if not _is_sm2(row)]

    def _certificate(self, row: Any) -> PlatformKey:
        sealed = row.get("encrypt_certificate") if isinstance(row, dict) else None
        told = [sealed.get(name) for name in ("nonce", "associated_data", "ciphertext")] if sealed else [None]
        if not all(isinstance(text, str) for text in told) or sealed.get("algorithm") != signing.RESOURCE_ALGORITHM:
            raise ValueError("a certificate of the answer is not encrypted as published")
        pem = signing.open_resource(self._settings.api_key, *told)
        try:
            certificate = read_whole(pem)
            key = public_key_of(certificate, DECLARED.label("verification"))
        except (ValueError, Misconfigured) as error:
            raise ValueError("a certificate of the answer cannot be read") from error
        serial = str(row.get("serial_no"))
        if keys.comparable(serial) != keys.comparable(keys.serial_of(certificate)):
            raise ValueError("a certificate of the answer bears another serial than told")
        if same_key(key, self._settings.private_key.public_key()):
            raise ValueError("a certificate of the answer is the merchant's own")
        return PlatformKey(serial, key, certificate.not_valid_before_utc, certificate.not_valid_after_utc)


def _is_sm2(row: Any) -> bool:
    """The national-cipher twin of a certificate, which RSA signatures never use."""
    sealed = row.get("encrypt_certificate") if isinstance(row, dict) else None
    return isinstance(sealed, dict) and sealed.get("algorithm") == "AEAD_SM4_GCM"
