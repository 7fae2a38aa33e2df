"""Who calls: the Authorization header over the raw request, its time and its nonce."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass

from ..wire import Request
from . import signing
from .errors import Refusal
from .merchants import Merchant, Merchants
from .settings import WechatSettings

NAMES = ("mchid", "nonce_str", "signature", "timestamp", "serial_no")
_PAIR = re.compile(r'(\w+)="([^"]*)"')
MAX_NONCE = 32


@dataclass(frozen=True)
class Claim:
    """What an Authorization header says; fields it lacks are empty."""

    mchid: str = ""
    nonce_str: str = ""
    signature: str = ""
    timestamp: str = ""
    serial_no: str = ""


def claim_of(request: Request) -> Claim:
    """Read the header; one that cannot be read claims nothing."""
    scheme, _, rest = (request.headers.get("Authorization") or "").partition(" ")
    if scheme != signing.SCHEME:
        return Claim()
    return Claim(**{name: value for name, value in _PAIR.findall(rest) if name in NAMES})


class Doorkeeper:
    """Verifies that a request was made by the merchant it names, now, and for the first time."""

    def __init__(self, settings: WechatSettings, merchants: Merchants) -> None:
        self._settings = settings
        self._merchants = merchants
        self._lock = threading.Lock()
        self._nonces: dict[tuple[str, str], float] = {}

    def admit(self, request: Request, claim: Claim) -> Merchant:
        """The merchant that really sent this. Raises Refusal (401 SIGN_ERROR)."""
        for name in NAMES:
            if not getattr(claim, name):
                raise _unsigned(request, f"Http头Authorization缺少{name}", name)
        merchant = self._merchants.get(claim.mchid)
        if merchant is None:
            raise _unsigned(request, "商户号不存在", "mchid")
        if claim.serial_no != merchant.identity.serial:
            raise _unsigned(request, "商户证书序列号有误", "serial_no")
        if len(claim.nonce_str) > MAX_NONCE:
            raise _unsigned(request, "随机串长度超过32", "nonce_str")
        now = self._merchants.stamp()
        window = self._settings.timestamp_window_seconds
        if not claim.timestamp.isascii() or not claim.timestamp.isdigit() or abs(now - int(claim.timestamp)) > window:
            raise _unsigned(request, "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟", "timestamp")
        if not signing.verified(merchant.identity.key.public_key(), _signed_text(request, claim), claim.signature):
            raise _unsigned(request, "签名错误，请检查后再试", "signature")
        if self._settings.reject_replays and not self._first_use(claim, now, window):
            raise _unsigned(request, "随机串重复", "nonce_str")
        return merchant

    def _first_use(self, claim: Claim, now: float, window: int) -> bool:
        key = (claim.mchid, claim.nonce_str)
        with self._lock:
            if key in self._nonces:
                return False
            self._nonces[key] = now
            while self._nonces and (oldest := next(iter(self._nonces))) and self._nonces[oldest] < now - 2 * window:
                del self._nonces[oldest]
        return True


def target_of(request: Request) -> str:
    """Path and query as they were sent."""
    return f"{request.path}?{request.query}" if request.query else request.path


def _signed_text(request: Request, claim: Claim) -> bytes:
    head = (request.verb, target_of(request), claim.timestamp, claim.nonce_str)
    return signing.lines(*(part.encode() for part in head), request.body)


def _unsigned(request: Request, why: str, field: str) -> Refusal:
    detail = {
        "location": "authorization",
        "field": field,
        "issue": "sign not match" if field == "signature" else why,
        "sign_information": {"method": request.verb, "url": target_of(request), "body_length": len(request.body)},
    }
    return Refusal("SIGN_ERROR", why, detail)
