"""The merchants that call the gateway, with their keys and their money."""

from __future__ import annotations

import base64
import threading
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from ..core import Core
from ..ledger import Account, Ledger, Words
from .certificates import PFX_PASSWORD, Authority, Identity
from .settings import Terms, UnionPaySettings


@dataclass(eq=False)
class Merchant:
    """One merchant. `secret` is shared for signMethod 11 and 12; `held` (fen) is promised to open orders."""

    mer_id: str
    sign_method: str
    identity: Identity
    secret: str
    account: Account
    registered: datetime
    terms: Terms = field(default_factory=Terms)
    held: int = 0

    @property
    def available(self) -> int:
        """What can be spent, in fen."""
        return fen(self.account.balance) - self.held


def fen(yuan: Decimal) -> int:
    """An amount in fen."""
    return int(yuan * 100)


def yuan(amount: int) -> Decimal:
    """An amount of fen in yuan, two places."""
    return Decimal(amount).scaleb(-2)


class Merchants:
    """All merchants, and the certificates that are behind them."""

    def __init__(self, core: Core, settings: UnionPaySettings, ledger: Ledger) -> None:
        self._core = core
        self._settings = settings
        self._ledger = ledger
        self._lock = threading.Lock()
        self._authority: Authority | None = None
        self._merchants: dict[str, Merchant] = {}

    @property
    def authority(self) -> Authority:
        """The certificates, made when they are first needed: other platforms' tests do not wait for the keys."""
        with self._lock:
            if self._authority is None:
                self._authority = Authority()
            return self._authority

    @property
    def signer(self) -> Identity:
        """Who signs UnionPay's messages now."""
        authority = self.authority
        with self._lock:
            return authority.signer(self._settings.signer_organisation)

    def get(self, mer_id: str) -> Merchant | None:
        """The merchant with this id."""
        return self._merchants.get(mer_id)

    def all(self) -> list[Merchant]:
        """Every merchant."""
        return list(self._merchants.values())

    def create(self, mer_id: str | None, sign_method: str, secret: str | None, opening: Decimal) -> Merchant:
        """A new merchant with a new key; its account starts with a 充值 row. Raises KeyError when the id is taken."""
        mer_id = mer_id or "777290" + self._core.digits(9)
        identity = self.authority.chain.identity(f"041@{mer_id}@Sandbox merchant@00000002")
        secret = secret or self._core.token()
        with self._lock:
            if mer_id in self._merchants:
                raise KeyError(mer_id)
            account = self._ledger.open(mer_id)
            merchant = Merchant(mer_id, sign_method, identity, secret, account, self._core.clock.now())
            self._merchants[mer_id] = merchant
        if opening:
            self.top_up(merchant, opening)
        return merchant

    def top_up(self, merchant: Merchant, amount: Decimal) -> None:
        """Put money into the merchant's prepaid account (备付金)."""
        merchant.account.post(amount, "bank", Words("充值", title="备付金充值", channel="银联"))


def credentials(merchant: Merchant, authority: Authority, base_url: str) -> dict[str, Any]:
    """What a merchant gets from the console; certificates in PEM, the pfx in base64."""
    return {
        "mer_id": merchant.mer_id,
        "sign_method": merchant.sign_method,
        "pfx": base64.b64encode(merchant.identity.pfx(PFX_PASSWORD)).decode(),
        "pfx_password": PFX_PASSWORD,
        "cert_id": merchant.identity.serial,
        "root_cert": authority.chain.root.pem,
        "middle_cert": authority.chain.middle.pem,
        "encrypt_cert": authority.encryption.pem,
        "encrypt_cert_id": authority.encryption.serial,
        "secure_key": merchant.secret,
        "gateway_url": f"{base_url}/gateway/api/",
        "file_url": f"{base_url}/filedownload/",
    }
