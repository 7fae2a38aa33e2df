"""The connection test: what the keys prove by themselves, then one real signed question."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cryptography import x509

from odoo.addons.payment_bridge.connector.errors import ConnectorError
from odoo.addons.payment_bridge.connector.types import Bilingual, ConnectionReport

from ..certificate_trust import UntrustedCertificate, check_dates, earliest_end
from . import orders
from .client import UnionPayClient
from .settings import UnionPaySettings

NO_SUCH_ORDER = "PAYMENTBRIDGECONNECTIONTEST"


def test(settings: UnionPaySettings, client: UnionPayClient, now: datetime) -> list[ConnectionReport]:
    """Each step with what it proves. That the keys belong together was proved when they were read."""
    return [*_local(settings, now), _call(client, now)]


test.__test__ = False


def used_certificates(settings: UnionPaySettings) -> tuple[x509.Certificate, ...]:
    """Every certificate that the channel works with."""
    identity = settings.identity
    own = (identity.certificate, settings.encrypt_certificate)
    return (*filter(None, own), *identity.middles, *identity.roots)


def _local(settings: UnionPaySettings, now: datetime) -> Iterable[ConnectionReport]:
    identity = settings.identity
    if identity.certificate is None:
        yield ConnectionReport(
            Bilingual("Shared key", "共享密钥"),
            True,
            Bilingual(f"Present, method {identity.method}.", f"已填写，签名方法 {identity.method}。"),
        )
    else:
        yield _validity(
            Bilingual("Signing certificate", "商户签名证书"),
            (identity.certificate,),
            now,
            Bilingual("Belongs to its key.", "与私钥匹配。"),
        )
        yield _validity(
            Bilingual("Middle and root certificates", "中级证书和根证书"),
            (*identity.middles, *identity.roots),
            now,
            Bilingual("The root certificates issued the middle ones.", "中级证书由根证书签发。"),
        )
    if settings.encrypt_certificate is not None:
        yield _validity(
            Bilingual("Encryption certificate", "敏感信息加密证书"),
            (settings.encrypt_certificate,),
            now,
            Bilingual("Readable.", "格式正确。"),
        )


def _validity(
    step: Bilingual, certificates: tuple[x509.Certificate, ...], now: datetime, proved: Bilingual
) -> ConnectionReport:
    try:
        check_dates(certificates, now)
    except UntrustedCertificate as error:
        return ConnectionReport(
            step, False, Bilingual(f"{error}; renew it.".capitalize(), f"不在有效期内（{error}），请更新。")
        )
    ends = earliest_end(certificates)
    return ConnectionReport(step, True, Bilingual(f"{proved.en} Valid until {ends}.", f"{proved.zh}有效期至 {ends}。"))


def _call(client: UnionPayClient, now: datetime) -> ConnectionReport:
    """Ask for an order that cannot exist: the right answer is that there is none."""
    step = Bilingual("Signed question: an order that cannot exist", "签名调用：查询不存在的订单")
    try:
        answer = orders.ask(client, NO_SUCH_ORDER, now)
    except ConnectorError as error:
        detail = error.advice or Bilingual(error.message, error.message)
        code = f" ({error.code})" if error.code else ""
        return ConnectionReport(step, False, Bilingual(f"{detail.en}{code}", f"{detail.zh}{code}"))
    return ConnectionReport(
        step,
        True,
        Bilingual(
            f"UnionPay answered ({answer.code}) and its signature is right.", f"银联应答（{answer.code}）且验签通过。"
        ),
    )
