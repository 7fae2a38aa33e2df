"""The apps that call the gateway, with their keys, certificates and money."""

from __future__ import annotations

import base64
import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from ..core import Core
from ..ledger import Account, Ledger, Words
from . import certificates
from .certificates import Authority, Identity
from .settings import Terms

CHANNEL = "支付宝"
MODES = ("certificate", "key")


@dataclass
class App:
    """One app of one merchant (`pid`). `alipay` signs what it is told; `identity` is the app's own."""

    app_id: str
    pid: str
    mode: str
    identity: Identity
    alipay: Identity
    account: Account
    registered: datetime
    aes_key: str | None = None
    terms: Terms = field(default_factory=Terms)

    @property
    def by_certificate(self) -> bool:
        """Whether the app works in certificate mode."""
        return self.mode == "certificate"


class Apps:
    """All apps, and the certificates that were ever issued to sign for them."""

    def __init__(self, core: Core, ledger: Ledger) -> None:
        self._core = core
        self._ledger = ledger
        self._lock = threading.Lock()
        self.authority = Authority()
        self._platform = self.authority.identity("支付宝(中国)网络技术有限公司-沙箱", "Payment Sandbox Alipay")
        self._issued: dict[str, Identity] = {self._platform.sn: self._platform}
        self._apps: dict[str, App] = {}

    @property
    def platform_identity(self) -> Identity:
        """Who signs when no app is known."""
        return self._platform

    def get(self, app_id: str) -> App | None:
        """The app with this id."""
        return self._apps.get(app_id)

    def all(self) -> list[App]:
        """Every app."""
        return list(self._apps.values())

    def create(self, mode: str, app_id: str | None, pid: str | None, aes: bool, opening: Decimal) -> App:
        """A new app with new keys; its account starts with a 充值 row. Raises KeyError when the id is taken."""
        app_id = app_id or "2021" + self._core.digits(12)
        pid = pid or "2088" + self._core.digits(12)
        identity = self.authority.identity(f"{pid}-{app_id}", f"Sandbox merchant {pid}")
        key = base64.b64encode(secrets.token_bytes(16)).decode() if aes else None
        with self._lock:
            if app_id in self._apps:
                raise KeyError(app_id)
            app = App(app_id, pid, mode, identity, self._platform, self._ledger.open(pid), self._core.clock.now(), key)
            self._apps[app_id] = app
        if opening:
            self.top_up(app, opening)
        return app

    def top_up(self, app: App, amount: Decimal) -> None:
        """Put money into the merchant's account."""
        stamp = f"{self._core.clock.now():%Y%m%d}"
        number = f"{stamp}110070001502{self._core.digits(12)}"
        words = Words(
            "充值",
            number,
            title="充值",
            counterparty="网商银行",
            channel=CHANNEL,
            memo="账户充值",
            description="0000001|充值",
            source="资金管理",
            base_no=number,
        )
        app.account.post(amount, "bank", words)

    def rotate(self, app: App) -> Identity:
        """Sign for the app with a new key from now on; the old certificate can still be fetched."""
        identity = self.authority.identity("支付宝(中国)网络技术有限公司-沙箱", "Payment Sandbox Alipay")
        with self._lock:
            self._issued[identity.sn] = identity
            app.alipay = identity
        return identity

    def issued(self, sn: str) -> Identity | None:
        """The Alipay certificate with this SN."""
        return self._issued.get(sn)


def credentials(app: App, authority: Authority, gateway_url: str) -> dict[str, str | None]:
    """What a merchant gets from the console, all in PEM."""
    return {
        "app_id": app.app_id,
        "pid": app.pid,
        "mode": app.mode,
        "app_private_key": certificates.private_pem(app.identity.key),
        "app_public_key": certificates.public_pem(app.identity.key.public_key()),
        "app_cert": certificates.certificate_pem(app.identity.certificate),
        "alipay_cert": certificates.certificate_pem(app.alipay.certificate),
        "alipay_root_cert": authority.bundle,
        "alipay_public_key": certificates.public_pem(app.alipay.key.public_key()),
        "aes_key": app.aes_key,
        "gateway_url": gateway_url,
    }
