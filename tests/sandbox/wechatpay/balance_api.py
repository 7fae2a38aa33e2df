"""/v3/merchant/fund/ (balances, for merchants that have the product) and /v3/certificates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ..clock import Clock, midnight
from . import signing
from .amounts import fen, rfc3339
from .errors import Refusal
from .gateway import Call, Operation
from .keys import Identity
from .merchants import PUBLIC_KEY, Merchants
from .purses import ACCOUNTS
from .settings import WechatSettings

ROOT = "/v3/merchant/fund"
ACCOUNT_TYPES = (*ACCOUNTS, "FEES")
DAY_END_DAYS = 90
NONCE_CHARACTERS = 12


class BalanceApi:
    """What the purses hold, now and at the end of a day. Nothing is ever pending here."""

    def __init__(self, clock: Clock, settings: WechatSettings) -> None:
        self._clock = clock
        self._settings = settings

    def operations(self) -> list[Operation]:
        """The addresses."""
        return [
            Operation("balance", "GET", f"{ROOT}/balance/<account_type>", self.balance),
            Operation("balance.dayend", "GET", f"{ROOT}/dayendbalance/<account_type>", self.day_end),
        ]

    def balance(self, call: Call) -> dict[str, Any]:
        """The balance now."""
        call.query.done()
        name = _account(call)
        return {"available_amount": fen(call.merchant.purses[name].balance), "pending_amount": 0}

    def day_end(self, call: Call) -> dict[str, Any]:
        """The balance at the end of a past day."""
        name = _account(call)
        day = call.query.day("date")
        call.query.done()
        now = self._clock.now()
        end = midnight(day) + timedelta(days=1)
        if end > now or now - end > timedelta(days=DAY_END_DAYS):
            raise Refusal("INVALID_REQUEST", "日期不在可查询的范围内")
        if now < end + timedelta(hours=self._settings.bill_ready_hour):
            raise Refusal("INVALID_REQUEST", "日终余额尚未生成，请稍后再试")
        return {"available_amount": fen(call.merchant.purses[name].balance_at(end)), "pending_amount": 0}


class CertificateApi:
    """The platform's certificates, sealed with the APIv3 key."""

    def __init__(self, merchants: Merchants, settings: WechatSettings) -> None:
        self._merchants = merchants
        self._settings = settings

    def operations(self) -> list[Operation]:
        """The address."""
        return [Operation("certificates", "GET", "/v3/certificates", self.download)]

    def download(self, call: Call) -> dict[str, Any]:
        """Every valid certificate."""
        kind = call.query.choice("algorithm_type", "RSA", "SM2", "ALL", default="RSA")
        call.query.done()
        if call.merchant.mode == PUBLIC_KEY:
            message = "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥"
            raise Refusal(self._settings.no_certificates_code, message)
        listed = [] if kind == "SM2" else self._merchants.certificates.all()
        return {"data": [_sealed(call.merchant.apiv3_key, identity) for identity in listed]}


def _account(call: Call) -> str:
    name = call.parts["account_type"]
    if not call.merchant.terms.balance_api:
        raise Refusal("NO_AUTH")
    if name not in ACCOUNT_TYPES:
        raise Refusal("PARAM_ERROR", "account_type枚举值错误")
    if name not in ACCOUNTS:
        raise Refusal("INVALID_REQUEST", "账户类型未开通")
    return name


def _sealed(apiv3_key: str, identity: Identity) -> dict[str, Any]:
    nonce = identity.serial[:NONCE_CHARACTERS].lower()
    certificate = identity.certificate
    return {
        "serial_no": identity.serial,
        "effective_time": rfc3339(certificate.not_valid_before_utc),
        "expire_time": rfc3339(certificate.not_valid_after_utc),
        "encrypt_certificate": {
            "algorithm": signing.ALGORITHM,
            "nonce": nonce,
            "associated_data": "certificate",
            "ciphertext": signing.sealed(apiv3_key, nonce, "certificate", identity.pem.encode()),
        },
    }
