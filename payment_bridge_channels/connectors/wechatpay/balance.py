"""The money in the merchant's accounts.

Source: WeChat Pay APIv3, ``GET /v3/merchant/fund/balance/{account_type}``: documented for service providers
and platform merchants; an ordinary merchant is answered NO_AUTH.
"""

from __future__ import annotations

from datetime import datetime

from odoo.addons.payment_bridge.connector.errors import Uncertain, Unsupported
from odoo.addons.payment_bridge.connector.types import Balance, Bilingual, Money

from .answer import UNCERTAIN_ADVICE, refusal
from .client import WechatClient
from .money import CURRENCY, from_fen
from .settings import WechatSettings

BALANCE = "/v3/merchant/fund/balance/{account_type}"
NOT_OPEN = Bilingual(
    "WeChat Pay opens its balance interface to service providers and platform merchants only. This channel's "
    "balance is the closing balance of its fund bill, one day late.",
    "余额查询接口仅对服务商和平台商户开放；本通道余额以次日资金账单的账户结余为准。",
)


def read(client: WechatClient, settings: WechatSettings, now: datetime) -> Balance:
    """The sum over the channel's accounts.

    :raises Unsupported: where the merchant does not have the interface, saying so.
    """
    if not settings.balance_by_api:
        raise Unsupported("wechatpay: the balance interface is not open to this merchant", advice=NOT_OPEN)
    available = pending = Money(from_fen(0).amount, CURRENCY)
    for purse in settings.purses:
        answer = client.get(BALANCE.format(account_type=purse), BALANCE)
        if answer.code == "NO_AUTH":
            raise Unsupported(f"{answer.told}: the balance interface is not open", code="NO_AUTH", advice=NOT_OPEN)
        if not answer.succeeded:
            raise refusal(answer, moves_money=False)
        try:
            told = from_fen(answer.node.get("available_amount")), from_fen(answer.node.get("pending_amount", 0))
        except ValueError as error:
            raise Uncertain(str(error), code="amount", advice=UNCERTAIN_ADVICE) from error
        if None in told:
            raise Uncertain("the answer holds no balance", code="amount", advice=UNCERTAIN_ADVICE)
        available = Money(available.amount + told[0].amount, CURRENCY)
        pending = Money(pending.amount + told[1].amount, CURRENCY)
    return Balance(available, pending, Money(available.amount + pending.amount, CURRENCY), now)
