"""The merchants that call, with their keys, the keys that answer them, and their purses."""

from __future__ import annotations

import itertools
import secrets
import string
import threading
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from ..core import Core
from ..ledger import Ledger
from . import keys
from .keys import Authority, Identity, PlatformCertificates
from .purses import ACCOUNTS, Entry, Purses
from .settings import Terms, WechatSettings

PUBLIC_KEY, CERTIFICATE, MIGRATING = MODES = ("public_key", "certificate", "migrating")
ALPHABET = string.ascii_letters + string.digits


@dataclass
class Merchant:
    """One mchid with its appid. `identity` is the merchant's own; `public_key` is the platform's key for it."""

    mchid: str
    appid: str
    mode: str
    identity: Identity
    public_key: RSAPrivateKey
    public_key_id: str
    apiv3_key: str
    purses: Purses
    registered: datetime
    terms: Terms = field(default_factory=Terms)


class Merchants:
    """All merchants, and who signs for them."""

    def __init__(self, core: Core, settings: WechatSettings, ledger: Ledger) -> None:
        self._core = core
        self._settings = settings
        self._ledger = ledger
        self._lock = threading.Lock()
        self._turns = itertools.count()
        self._authority = Authority()
        self.certificates = PlatformCertificates(self._authority)
        self._merchants: dict[str, Merchant] = {}

    def stamp(self) -> int:
        """The time that signatures are made at and compared with, in unix seconds."""
        clock = self._core.clock
        return int((clock.now() if self._settings.stamps == "sandbox" else clock.real()).timestamp())

    def get(self, mchid: str) -> Merchant | None:
        """The merchant with this number."""
        return self._merchants.get(mchid)

    def all(self) -> list[Merchant]:
        """Every merchant."""
        return list(self._merchants.values())

    def create(self, mode: str, mchid: str | None, appid: str | None) -> Merchant:
        """A new merchant with new keys. Raises KeyError when the number is taken."""
        mchid = mchid or f"1900{self._core.digits(6)}"
        appid = appid or f"wx{self._core.token(16)}"
        identity, public_key = self._authority.identity(mchid), keys.new_key()
        key_id = f"PUB_KEY_ID_01{mchid}{self._core.clock.now():%Y%m%d}{self._core.digits(12)}"
        apiv3_key = "".join(secrets.choice(ALPHABET) for _ in range(32))
        purses = Purses(self._ledger, mchid)
        now = self._core.clock.now()
        merchant = Merchant(mchid, appid, mode, identity, public_key, key_id, apiv3_key, purses, now)
        with self._lock:
            if mchid in self._merchants:
                raise KeyError(mchid)
            self._merchants[mchid] = merchant
        return merchant

    def top_up(self, merchant: Merchant, account: str, amount: Decimal) -> None:
        """Put money into a purse."""
        number = f"{self._core.clock.now():%Y%m%d}{self._core.digits(16)}"
        merchant.purses.post(account, amount, "bank", Entry("充值", number, number, applicant=merchant.mchid))

    def withdraw(self, merchant: Merchant, account: str, amount: Decimal) -> None:
        """Take money out to the merchant's bank. Raises InsufficientFunds."""
        number = f"{self._core.clock.now():%Y%m%d}{self._core.digits(16)}"
        merchant.purses.post(account, -amount, "bank", Entry("提现", number, number, applicant=merchant.mchid))

    def move(self, merchant: Merchant, source: str, target: str, amount: Decimal) -> None:
        """Move money between the purses. Raises InsufficientFunds."""
        number = f"{self._core.clock.now():%Y%m%d}{self._core.digits(16)}"
        entry = Entry(self._settings.move_business_name, number, number, applicant=merchant.mchid)
        merchant.purses.move(source, target, amount, entry)

    def signer(self, merchant: Merchant, asked: str = "") -> tuple[str, RSAPrivateKey]:
        """Serial and key of who signs for the merchant; `asked` is the Wechatpay-Serial of the request."""
        certificate = self.certificates.signing
        by_key = (merchant.public_key_id, merchant.public_key)
        by_certificate = (certificate.serial, certificate.key)
        if merchant.mode != MIGRATING:
            return by_key if merchant.mode == PUBLIC_KEY else by_certificate
        if asked:
            return by_key if asked == merchant.public_key_id else by_certificate
        if self._settings.migrating_signer == "alternate":
            return by_key if next(self._turns) % 2 else by_certificate
        return by_key if self._settings.migrating_signer == PUBLIC_KEY else by_certificate

    def opener(self, merchant: Merchant, serial: str) -> RSAPrivateKey | None:
        """The private half of the key that a sensitive field is for; None when this merchant may not use that key."""
        if serial == merchant.public_key_id and merchant.mode != CERTIFICATE:
            return merchant.public_key
        identity = self.certificates.get(serial)
        return identity.key if identity and merchant.mode != PUBLIC_KEY else None


def credentials(merchant: Merchant, certificates: PlatformCertificates, base_url: str) -> dict[str, Any]:
    """What a merchant gets from the console."""
    by_key = merchant.mode != CERTIFICATE
    listed = [] if merchant.mode == PUBLIC_KEY else certificates.all()
    return {
        "mchid": merchant.mchid,
        "appid": merchant.appid,
        "mode": merchant.mode,
        "merchant_private_key": keys.private_pem(merchant.identity.key),
        "merchant_certificate": merchant.identity.pem,
        "merchant_serial": merchant.identity.serial,
        "apiv3_key": merchant.apiv3_key,
        "public_key": keys.public_pem(merchant.public_key.public_key()) if by_key else None,
        "public_key_id": merchant.public_key_id if by_key else None,
        "platform_certificates": {one.serial: one.pem for one in listed},
        "base_url": base_url,
    }


def balances(merchant: Merchant) -> dict[str, str]:
    """What the purses hold, in yuan."""
    return {name: str(merchant.purses[name].balance) for name in ACCOUNTS}
