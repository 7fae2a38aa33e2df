"""The connection test: what the keys prove by themselves, then one real signed call."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from cryptography import x509

from odoo.addons.payment_bridge.connector.errors import ConnectorError
from odoo.addons.payment_bridge.connector.types import Balance, Bilingual, ConnectionReport

from ..certificate_trust import UntrustedCertificate, check_dates, earliest_end
from .client import AlipayClient
from .settings import AlipaySettings


def test(
    settings: AlipaySettings,
    client: AlipayClient,
    read_balance: Callable[[], Balance],
    now: datetime,
) -> list[ConnectionReport]:
    """Each step with what it proves. That the keys belong together was proved when they were read."""
    return [*_local(settings, now), _call(read_balance)]


test.__test__ = False


def _local(settings: AlipaySettings, now: datetime) -> Iterable[ConnectionReport]:
    identity = settings.identity
    bits = identity.private_key.key_size
    yield ConnectionReport(
        Bilingual("Application private key", "应用私钥"),
        True,
        Bilingual(f"An RSA key of {bits} bits.", f"RSA {bits} 位私钥。"),
    )
    if identity.app_certificate is None:
        yield ConnectionReport(
            Bilingual("Alipay public key", "支付宝公钥"),
            True,
            Bilingual(
                "Readable. Alipay offers transfers in certificate mode; in key mode they may be refused.",
                "格式正确。转账类产品通常要求证书方式，公钥方式可能被拒绝。",
            ),
        )
    else:
        yield _validity(
            Bilingual("Application certificate", "应用公钥证书"),
            (identity.app_certificate,),
            now,
            Bilingual("Belongs to the private key.", "与应用私钥匹配。"),
        )
        yield _validity(
            Bilingual("Alipay certificate", "支付宝公钥证书"),
            identity.alipay_chain,
            now,
            Bilingual("Leads to the root certificate.", "可追溯至支付宝根证书。"),
        )
    yield ConnectionReport(
        Bilingual("Content encryption", "接口内容加密"),
        True,
        Bilingual("AES is on.", "已启用 AES。") if identity.aes_key is not None else Bilingual("Off.", "未启用。"),
    )


def _validity(
    step: Bilingual, chain: tuple[x509.Certificate, ...], now: datetime, proved: Bilingual
) -> ConnectionReport:
    ends = earliest_end(chain)
    try:
        check_dates(chain, now)
    except UntrustedCertificate as error:
        return ConnectionReport(
            step,
            False,
            Bilingual(
                f"{error}; download the current one from Alipay's open platform.".capitalize(),
                f"不在有效期内（{error}），请从支付宝开放平台下载最新证书。",
            ),
        )
    return ConnectionReport(step, True, Bilingual(f"{proved.en} Valid until {ends}.", f"{proved.zh}有效期至 {ends}。"))


def _call(read_balance: Callable[[], Balance]) -> ConnectionReport:
    step = Bilingual("Signed call: balance", "签名调用：余额查询")
    try:
        found = read_balance()
    except ConnectorError as error:
        detail = error.advice or Bilingual(error.message, error.message)
        code = f" ({error.code})" if error.code else ""
        return ConnectionReport(step, False, Bilingual(f"{detail.en}{code}", f"{detail.zh}{code}"))
    return ConnectionReport(
        step,
        True,
        Bilingual(
            f"Alipay answered and its signature is right; available {found.available.amount} CNY.",
            f"支付宝应答且验签通过，可用余额 {found.available.amount} 元。",
        ),
    )
