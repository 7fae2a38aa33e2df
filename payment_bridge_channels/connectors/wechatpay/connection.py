"""The connection test: what the keys prove by themselves, then real calls that change nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from odoo.addons.payment_bridge.connector.errors import ConnectorError
from odoo.addons.payment_bridge.connector.types import Balance, Bilingual, ConnectionReport

from . import payout, trades
from .answer import Answer, refusal
from .bills import TRADE_BILL
from .client import WechatClient
from .clock import BEIJING
from .codes import Effect
from .settings import WechatSettings

NO_SUCH_ORDER = "PAYMENTBRIDGETEST0000000000000000"[:32]
"""A number that no order of ours has: asking for it changes nothing."""
_FOUND_OUT = Bilingual(
    "WeChat Pay answered, its signature is right, and it accepts ours.", "微信支付应答正常，双方验签通过。"
)


def test(
    settings: WechatSettings,
    client: WechatClient,
    read_balance: Callable[[], Balance],
    now: datetime,
) -> list[ConnectionReport]:
    """Each step with what it proves. That the keys belong together was proved when they were read."""
    return [*_local(settings, now), *_remote(settings, client, read_balance, now)]


test.__test__ = False


def _local(settings: WechatSettings, now: datetime) -> Iterator[ConnectionReport]:
    yield ConnectionReport(
        Bilingual("Merchant private key", "商户 API 私钥"),
        True,
        Bilingual(f"An RSA key of {settings.private_key.key_size} bits.", f"RSA {settings.private_key.key_size} 位。"),
    )
    certificate = settings.certificate
    if certificate is not None:
        ends = certificate.not_valid_after_utc.date()
        valid = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
        yield ConnectionReport(
            Bilingual("Merchant certificate", "商户 API 证书"),
            valid,
            Bilingual(f"Belongs to the private key. Valid until {ends}.", f"与私钥匹配，有效期至 {ends}。"),
        )
    yield ConnectionReport(
        Bilingual("Address for messages", "通知地址"),
        settings.notify_url is not None,
        Bilingual("WeChat Pay can send messages to it.", "可用于接收微信支付通知。")
        if settings.notify_url
        else Bilingual(
            "It has to be https without a query; collections do not work without it.",
            "须为 https 且不带参数；否则无法发起收款。",
        ),
    )


def _remote(
    settings: WechatSettings, client: WechatClient, read_balance: Callable[[], Balance], now: datetime
) -> Iterator[ConnectionReport]:
    if settings.downloads_certificates:
        yield _step(
            Bilingual("Platform certificates", "平台证书"),
            lambda: _certificates(client),
        )
    yield _step(
        Bilingual("Signed call: a payment", "签名调用：查询订单"),
        lambda: _absent(
            client.get(trades.BY_KEY.format(out_trade_no=NO_SUCH_ORDER), trades.BY_KEY, {"mchid": settings.mchid})
        ),
    )
    yield _step(
        Bilingual("Merchant transfer", "商家转账"),
        lambda: _absent(client.get(payout.BY_KEY.format(out_bill_no=NO_SUCH_ORDER), payout.BY_KEY)),
    )
    day = (now.astimezone(BEIJING) - timedelta(days=2)).date()
    yield _step(
        Bilingual("Bills", "账单"),
        lambda: _bill(
            client.get(TRADE_BILL, TRADE_BILL, {"bill_date": day.isoformat(), "bill_type": "ALL", "tar_type": "GZIP"})
        ),
    )
    if settings.balance_by_api:
        yield _step(Bilingual("Balance", "余额"), lambda: _balance(read_balance()))


def _step(step: Bilingual, attempt: Callable[[], Bilingual]) -> ConnectionReport:
    try:
        return ConnectionReport(step, True, attempt())
    except ConnectorError as error:
        detail = error.advice or Bilingual(error.message, error.message)
        code = f" ({error.code})" if error.code else ""
        return ConnectionReport(step, False, Bilingual(f"{detail.en}{code}", f"{detail.zh}{code}"))


def _certificates(client: WechatClient) -> Bilingual:
    found = client.trust.certificates()
    ends = min((one.until.date() for one in found if one.until), default=None)
    return Bilingual(
        f"{len(found)} fetched, decrypted with the APIv3 key and verified; the first ends on {ends}.",
        f"已获取 {len(found)} 张并用 APIv3 密钥解密、验证，最早到期日 {ends}。",
    )


def _absent(answer: Answer) -> Bilingual:
    """That nothing is found is the right answer. :raises ConnectorError: for any refusal."""
    if answer.succeeded or answer.effect is Effect.NOT_FOUND:
        return _FOUND_OUT if answer.signed else Bilingual("WeChat Pay accepts our signature.", "微信支付已通过验签。")
    raise refusal(answer, moves_money=False)


def _bill(answer: Answer) -> Bilingual:
    if answer.succeeded or answer.code in ("NO_STATEMENT_EXIST", "STATEMENT_CREATING"):
        return Bilingual("Bills can be asked for.", "可以申请账单。")
    raise refusal(answer, moves_money=False)


def _balance(balance: Balance) -> Bilingual:
    amount = balance.available.amount
    return Bilingual(f"Available {amount} CNY.", f"可用余额 {amount} 元。")
