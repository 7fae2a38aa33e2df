"""The money in the Alipay account.

Source: Alipay open platform, ``alipay.data.bill.balance.query`` and ``alipay.fund.account.query``.
"""

from __future__ import annotations

from datetime import datetime

from odoo.addons.payment_bridge.connector.errors import Misconfigured, Uncertain
from odoo.addons.payment_bridge.connector.types import Balance, Money

from .answer import Answer
from .client import AlipayClient, NotPermitted
from .codes import UNKNOWN_READ, Effect, effect_of, explain
from .payout import CURRENCY, money
from .settings import AlipaySettings

BILL_BALANCE = "alipay.data.bill.balance.query"
FUND_ACCOUNT = "alipay.fund.account.query"


def read(client: AlipayClient, settings: AlipaySettings, now: datetime) -> Balance:
    """Ask the interface that the settings name; "auto" tries the fund account where the contract lacks
    the bill interface."""
    if settings.balance_source == "fund":
        return _fund_account(client, settings, now)
    try:
        return _balance(client.call(BILL_BALANCE, {}), now)
    except NotPermitted:
        if settings.balance_source == "bill":
            raise
    return _fund_account(client, settings, now)


def _fund_account(client: AlipayClient, settings: AlipaySettings, now: datetime) -> Balance:
    content = {"account_type": "ACCTRANS_ACCOUNT", "alipay_user_id": settings.pid}
    return _balance(client.call(FUND_ACCOUNT, content), now)


def _balance(answer: Answer, now: datetime) -> Balance:
    """:raises Uncertain: when the answer holds no readable balance."""
    if not answer.succeeded:
        refused = effect_of(answer.sub_code) is Effect.MISCONFIGURED
        raise (Misconfigured if refused else Uncertain)(
            f"the balance was not answered: {answer.told}",
            code=answer.told_code,
            advice=explain(answer.sub_code) or UNKNOWN_READ,
        )
    try:
        available = money(answer.node.get("available_amount"), signed=True)
        frozen = money(answer.node.get("freeze_amount"), signed=True)
        total = money(answer.node.get("total_amount"), signed=True)
    except ValueError as error:
        raise Uncertain(str(error), code="amount", advice=UNKNOWN_READ) from error
    if available is None or (frozen is None and total is None):
        raise Uncertain("the answer holds no balance", code="amount", advice=UNKNOWN_READ)
    frozen = frozen or Money(total.amount - available.amount, CURRENCY)
    total = total or Money(available.amount + frozen.amount, CURRENCY)
    return Balance(available, frozen, total, now)
