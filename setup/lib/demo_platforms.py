"""The platforms of the demo: one merchant account each, how the sandbox makes it and what its channel is told of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

OPENING = "2000000.00"


@dataclass(frozen=True)
class Platform:
    """A platform's merchant in the demo.

    `make` is posted to the sandbox's address `merchants` (with the channel's notification address) and answers
    credentials; `settings` makes the channel's settings of them. `merchant_id` names the merchant in the credentials.
    `paid_in` (CNY) is what the books know of the money at a platform whose statements show no balance.
    """

    code: str
    channel: str
    merchants: str
    make: Mapping[str, Any]
    settings: Callable[[Mapping[str, Any]], Mapping[str, str]]
    merchant_id: str
    limit_per_payment: float
    paid_in: float = 0.0


def _alipay(made: Mapping[str, Any]) -> Mapping[str, str]:
    return {
        "app_id": made["app_id"],
        "pid": made["pid"],
        "app_private_key": made["app_private_key"],
        "app_certificate": made["app_cert"],
        "alipay_certificate": made["alipay_cert"],
        "alipay_root_certificates": made["alipay_root_cert"],
        "aes_key": made["aes_key"],
        "gateway_url": made["gateway_url"],
    }


def _wechatpay(made: Mapping[str, Any]) -> Mapping[str, str]:
    return {
        "mchid": made["mchid"],
        "appid": made["appid"],
        "merchant_private_key": made["merchant_private_key"],
        "merchant_serial": made["merchant_serial"],
        "apiv3_key": made["apiv3_key"],
        "platform_public_key": made["public_key"],
        "platform_public_key_id": made["public_key_id"],
        "base_url": made["base_url"],
        "balance_source": "api",
    }


def _unionpay(made: Mapping[str, Any]) -> Mapping[str, str]:
    return {
        "mer_id": made["mer_id"],
        "sign_pkcs12": made["pfx"],
        "sign_password": made["pfx_password"],
        "middle_certificates": made["middle_cert"],
        "root_certificates": made["root_cert"],
        "encrypt_sensitive": "yes",
        "encrypt_certificate": made["encrypt_cert"],
        "gateway_url": made["gateway_url"],
        "file_url": made["file_url"],
    }


PLATFORMS = (
    Platform(
        "alipay",
        "支付宝 Alipay",
        "alipay/apps",
        {"mode": "certificate", "opening_balance": OPENING, "aes": True, "fee": {"bank": "1.00"}},
        _alipay,
        "app_id",
        100000,
    ),
    Platform(
        "wechatpay",
        "微信支付 WeChat Pay",
        "wechatpay/merchants",
        {
            "mode": "public_key",
            "opening_balance": {"BASIC": "300000.00", "OPERATION": "200000.00"},
            "fee_rate": "0.006",
            "balance_api": True,
        },
        _wechatpay,
        "mchid",
        20000,
    ),
    Platform(
        "unionpay",
        "银联 UnionPay",
        "unionpay/merchants",
        {"opening_balance": "800000.00", "encryption_required": True, "fee": {"payout": "1.00", "rate": "0.006"}},
        _unionpay,
        "mer_id",
        200000,
        800000.00,
    ),
)
