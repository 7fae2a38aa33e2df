"""Collecting against a platform that shares no line with the connector: the sandbox, over real HTTP."""

import io
import itertools
from datetime import timedelta
from decimal import Decimal

import pytest
from test_alipay_against_sandbox import Channel, _next_day

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings
from odoo.addons.payment_bridge.connector.errors import (
    InvalidOrder,
    Misconfigured,
    NotificationRefused,
    NotSent,
    Rejected,
    Uncertain,
    Untrusted,
)
from odoo.addons.payment_bridge.connector.statement_types import LineKind
from odoo.addons.payment_bridge.connector.types import (
    ChargeOrder,
    CollectOrder,
    InboundRequest,
    Money,
    Operation,
    OrderReference,
    OutcomeStatus,
    RefundOrder,
)
from odoo.addons.payment_bridge_channels.connectors.alipay import AlipayConnector
from odoo.addons.payment_bridge_channels.connectors.alipay.clock import now_utc

from sandbox.control import Control, Refused
from sandbox.server import Sandbox
from sandbox.testing import Inbox, eventually

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def admin():
    with Sandbox(seed=7) as sandbox:
        sandbox.admin.post("alipay/settings", timestamp_window_seconds=0)
        yield sandbox.admin


@pytest.fixture
def inbox():
    inbox = Inbox()
    yield inbox
    inbox.close()


class Shop(Channel):
    """A merchant who collects; messages go to ``notify_url``."""

    def __init__(self, admin: Control, mode: str = "certificate", notify_url: str | None = None, **terms):
        self.notify_url = notify_url
        super().__init__(admin, mode, **terms)

    def connect(self, **change) -> AlipayConnector:
        chosen = ChannelSettings("sandbox", {**self.settings, **change}, self.notify_url)
        return AlipayConnector(chosen, self.transport, now=self.now)

    def order(self, amount: str = "100.00", **change) -> CollectOrder:
        now = self.now()
        made = {
            "key": f"SO{next(_numbers):09d}",
            "amount": Money(Decimal(amount), "CNY"),
            "method": "qr",
            "title": "INV/2026/00031 打印纸",
            "placed_at": now,
            "expires_at": now + timedelta(minutes=30),
            **change,
        }
        return CollectOrder(**made)

    def sale(self, amount: str = "100.00", **terms) -> ChargeOrder:
        auth_code = self.admin.post("persons/present", platform="alipay", **terms)["auth_code"]
        key = f"CH{next(_numbers):09d}"
        return ChargeOrder(key, Money(Decimal(amount), "CNY"), auth_code, "零售", self.now(), terminal="T01")

    def refund(self, of: OrderReference, amount: str, **change) -> RefundOrder:
        made = {
            "key": f"RF{next(_numbers):09d}",
            "amount": Money(Decimal(amount), "CNY"),
            "original": of,
            "reason": "部分退货",
            "placed_at": self.now(),
            **change,
        }
        return RefundOrder(**made)

    def done(self, key: str) -> tuple[int, str]:
        """How often and how much the platform's books say an order moved."""
        orders = self.admin.get("alipay/orders")["orders"]
        found = [one for one in orders if (one["key"], one["merchant"]) == (key, self.app_id)]
        return (found[0]["executed_count"], found[0]["executed_sum"]) if found else (0, "0.00")

    def paid(self, order: CollectOrder) -> OrderReference:
        """Collect and let somebody pay."""
        self.admin.post("persons/pay", content=self.connector.collect(order).action.content)
        return about(order)

    def balance(self) -> str:
        return self.admin.get(f"alipay/balances/{self.app_id}")["balance"]

    def sleep(self, seconds: float) -> None:
        self.admin.post("clock", advance_seconds=seconds)


def about(order: CollectOrder | ChargeOrder | RefundOrder, **change) -> OrderReference:
    kinds = {CollectOrder: Operation.COLLECT, ChargeOrder: Operation.CHARGE, RefundOrder: Operation.REFUND}
    made = {
        "key": order.key,
        "operation": kinds[type(order)],
        "amount": order.amount,
        "placed_at": order.placed_at,
        "sent_at": order.placed_at,
        "expires_at": getattr(order, "expires_at", None),
        "original": getattr(order, "original", None),
        **change,
    }
    return OrderReference(**made)


@pytest.fixture
def shop(admin) -> Shop:
    return Shop(admin)


@pytest.mark.parametrize("mode", ["certificate", "key"])
@pytest.mark.parametrize("aes", [False, True], ids=["clear", "aes"])
def test_a_code_is_shown_paid_once_and_found(admin, mode, aes):
    shop = Shop(admin, mode, aes=aes)
    order = shop.order()
    shown, again = shop.connector.collect(order), shop.connector.collect(order)
    assert shown.status is OutcomeStatus.PROCESSING
    assert shown.action == again.action and shown.action.expires_at == order.expires_at
    assert shop.connector.query(about(order)).status is OutcomeStatus.NOT_FOUND
    admin.post("alipay/codes/scan", content=shown.action.content)
    assert shop.connector.query(about(order)).status is OutcomeStatus.PROCESSING
    admin.post("persons/pay", content=shown.action.content)
    found = shop.connector.query(about(order))
    assert (found.status, found.amount) == (OutcomeStatus.SUCCEEDED, order.amount)
    assert found.platform_reference and "*" in found.counterparty and found.executed_at
    assert shop.done(order.key) == (1, "100.00") and shop.balance() == "1099.40"
    with pytest.raises(Uncertain) as caught:
        shop.connector.collect(order)
    assert caught.value.code == "ACQ.TRADE_HAS_SUCCESS"


def test_the_same_number_with_another_amount_is_asked_about(shop):
    order = shop.order()
    shop.connector.collect(order)
    with pytest.raises(Uncertain) as caught:
        shop.connector.collect(shop.order("99.00", key=order.key))
    assert caught.value.code == "ACQ.CONTEXT_INCONSISTENT"


def test_a_code_stops_when_the_order_says(admin):
    shop = Shop(admin)
    order = shop.order(expires_at=shop.now() + timedelta(minutes=5))
    content = shop.connector.collect(order).action.content
    shop.sleep(301)
    with pytest.raises(Refused):
        admin.post("persons/pay", content=content)
    assert shop.connector.close(about(order)).status is OutcomeStatus.PROCESSING
    shop.sleep(120)
    assert shop.connector.close(about(order)).status is OutcomeStatus.CLOSED
    with pytest.raises(Rejected) as caught:
        shop.connector.collect(order)
    assert caught.value.code == "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR" and not caught.value.retry_same_key


def test_closing_says_what_is_true(shop):
    unscanned, scanned, paid = shop.order(), shop.order(), shop.order()
    codes = {one.key: shop.connector.collect(one).action.content for one in (unscanned, scanned, paid)}
    shop.admin.post("alipay/codes/scan", content=codes[scanned.key])
    shop.admin.post("persons/pay", content=codes[paid.key])
    assert shop.connector.close(about(scanned)).status is OutcomeStatus.CLOSED
    assert shop.connector.close(about(scanned)).status is OutcomeStatus.CLOSED
    assert shop.connector.close(about(paid)).status is OutcomeStatus.SUCCEEDED
    open_still = shop.connector.close(about(unscanned))
    assert open_still.status is OutcomeStatus.PROCESSING and open_still.expected_at > unscanned.expires_at
    shop.admin.post("persons/pay", content=codes[unscanned.key])
    assert shop.connector.close(about(unscanned)).status is OutcomeStatus.SUCCEEDED, "it could be paid, as was said"
    with pytest.raises(Refused):
        shop.admin.post("persons/pay", content=codes[scanned.key])
    assert (shop.done(scanned.key)[0], shop.done(paid.key)[0], shop.done(unscanned.key)[0]) == (0, 1, 1)


@pytest.mark.parametrize("code", ["ACQ.TRADE_STATUS_ERROR", "ACQ.REASON_TRADE_STATUS_INVALID"])
def test_both_answers_to_closing_a_paid_trade_are_understood(admin, code):
    admin.post("alipay/settings", trade_status_code=code)
    shop = Shop(admin)
    assert shop.connector.close(shop.paid(shop.order())).status is OutcomeStatus.SUCCEEDED


def test_presented_codes_are_charged_asked_or_refused(shop):
    sale = shop.sale("20.00")
    charged = shop.connector.charge(sale)
    assert (charged.status, charged.amount) == (OutcomeStatus.SUCCEEDED, sale.amount)
    assert shop.done(sale.key) == (1, "20.00")
    asked = shop.sale("20.00", result="asks")
    assert shop.connector.charge(asked).status is OutcomeStatus.PROCESSING
    assert shop.connector.query(about(asked)).status is OutcomeStatus.PROCESSING
    shop.admin.post("persons/pay", content=asked.auth_code)
    assert shop.connector.query(about(asked)).status is OutcomeStatus.SUCCEEDED
    refused = shop.sale("20.00", result="refused")
    with pytest.raises(Rejected) as caught:
        shop.connector.charge(refused)
    assert caught.value.code == "ACQ.BUYER_BALANCE_NOT_ENOUGH" and not caught.value.retry_same_key
    assert shop.connector.query(about(refused)).status is OutcomeStatus.NOT_FOUND
    with pytest.raises(InvalidOrder):
        shop.connector.charge(ChargeOrder("CH0", sale.amount, "123456789012345678", "零售", shop.now()))


def test_a_code_charges_one_sale_only(shop):
    sale = shop.sale()
    shop.connector.charge(sale)
    with pytest.raises(Uncertain) as caught:
        shop.connector.charge(sale)
    assert caught.value.code == "ACQ.TRADE_HAS_SUCCESS"
    with pytest.raises(Rejected) as caught:
        shop.connector.charge(ChargeOrder("CH00", sale.amount, sale.auth_code, "零售", shop.now()))
    assert caught.value.code == "ACQ.PAYMENT_AUTH_CODE_INVALID"
    assert shop.done(sale.key) == (1, "100.00")


LOST = {
    "refuse": (0, Uncertain),
    "timeout_before": (0, Uncertain),
    "timeout_after": (1, Uncertain),
    "cut_answer": (1, Uncertain),
    "html": (0, Uncertain),
    "system_error_before": (0, Uncertain),
    "system_error_after": (1, Uncertain),
    "unknown_code": (0, Uncertain),
    "wrong_signature": (1, Untrusted),
    "unsigned": (1, Untrusted),
}


@pytest.mark.parametrize(("kind", "expected"), LOST.items(), ids=LOST)
def test_a_charge_in_doubt_is_taken_back_and_nothing_is_kept(shop, kind, expected):
    charged, error = expected
    sale = shop.sale()
    shop.fault(kind, method="alipay.trade.pay", seconds=0.2)
    with pytest.raises(error) as caught:
        shop.connector.charge(sale)
    assert not isinstance(caught.value, NotSent)
    assert shop.done(sale.key)[0] == charged
    if not charged:
        assert shop.connector.cancel(about(sale)).status is OutcomeStatus.PROCESSING, "it could still be on its way"
        shop.sleep(120)
    for _ in range(2):
        assert shop.connector.cancel(about(sale)).status is OutcomeStatus.CLOSED
    if charged:
        assert shop.connector.query(about(sale)).status is OutcomeStatus.CLOSED
    assert shop.balance() == "1000.00"


def test_a_customer_who_was_asked_can_no_longer_pay_what_was_taken_back(shop):
    asked = shop.sale(result="asks")
    shop.connector.charge(asked)
    assert shop.connector.cancel(about(asked)).status is OutcomeStatus.CLOSED
    with pytest.raises(Refused):
        shop.admin.post("persons/pay", content=asked.auth_code)
    assert shop.connector.query(about(asked)).status is OutcomeStatus.CLOSED


def test_taking_back_under_way_too_late_or_without_money(admin):
    shop = Shop(admin, cancel_retries=1, opening_balance="0.00")
    sale = shop.sale()
    shop.connector.charge(sale)
    assert shop.connector.cancel(about(sale)).status is OutcomeStatus.PROCESSING
    poor = shop.connector.cancel(about(sale))
    assert (poor.status, poor.platform_code) == (OutcomeStatus.PROCESSING, "ACQ.SELLER_BALANCE_NOT_ENOUGH")
    shop.sleep(86400)
    assert shop.connector.cancel(about(sale)).status is OutcomeStatus.SUCCEEDED, "it is too late: it stays paid"


@pytest.mark.parametrize("operation", [Operation.COLLECT, Operation.CHARGE])
def test_parts_are_given_back_each_once(shop, operation):
    if operation is Operation.COLLECT:
        original = shop.paid(shop.order())
    else:
        sale = shop.sale()
        shop.connector.charge(sale)
        original = about(sale)
    first, rest = shop.refund(original, "30.00"), shop.refund(original, "70.00")
    assert shop.connector.query(about(first, sent_at=shop.now() - timedelta(seconds=30))).status is (
        OutcomeStatus.NOT_FOUND
    )
    assert shop.connector.refund(first).status is OutcomeStatus.SUCCEEDED
    assert shop.connector.refund(first).status is OutcomeStatus.SUCCEEDED, "a repeat is confirmed by a query"
    assert shop.done(first.key) == (1, "30.00")
    found = shop.connector.query(about(first))
    assert (found.status, found.amount) == (OutcomeStatus.SUCCEEDED, first.amount)
    assert shop.connector.query(original).status is OutcomeStatus.SUCCEEDED
    too_much = shop.refund(original, "70.01")
    with pytest.raises(Rejected) as caught:
        shop.connector.refund(too_much)
    assert caught.value.code == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
    with pytest.raises(Uncertain) as caught:
        shop.connector.refund(shop.refund(original, "31.00", key=first.key))
    assert caught.value.code == "ACQ.DISCORDANT_REPEAT_REQUEST"
    assert shop.connector.refund(rest).status is OutcomeStatus.SUCCEEDED
    assert shop.done(rest.key) == (1, "70.00") and shop.balance() == "1000.00"


@pytest.mark.parametrize(("kind", "expected"), LOST.items(), ids=LOST)
def test_after_every_fault_the_query_decides_and_nothing_is_given_back_twice(shop, kind, expected):
    given, error = expected
    order = shop.refund(shop.paid(shop.order()), "30.00")
    shop.fault(kind, method="alipay.trade.refund", out_biz_no=order.key, seconds=0.2)
    with pytest.raises(error):
        shop.connector.refund(order)
    assert shop.done(order.key)[0] == given
    found = shop.connector.query(about(order, sent_at=shop.now() - timedelta(seconds=10)))
    if not given:
        assert found.status is OutcomeStatus.NOT_FOUND
        found = shop.connector.refund(order)
    assert found.status is OutcomeStatus.SUCCEEDED
    assert shop.done(order.key) == (1, "30.00")


def test_a_refund_that_a_bank_takes_its_time_with_is_under_way(admin):
    shop = Shop(admin, refund_confirmed_after_ms=3_600_000)
    order = shop.refund(shop.paid(shop.order()), "30.00")
    assert shop.connector.refund(order).status is OutcomeStatus.PROCESSING
    assert shop.connector.query(about(order)).status is OutcomeStatus.PROCESSING
    shop.sleep(3601)
    assert shop.connector.query(about(order)).status is OutcomeStatus.SUCCEEDED
    assert shop.done(order.key) == (1, "30.00")


def test_refunds_wait_for_money_and_end_with_the_trade(admin):
    shop = Shop(admin, opening_balance="0.00")
    original = shop.paid(shop.order())
    order = shop.refund(original, "100.00")
    with pytest.raises(Rejected) as caught:
        shop.connector.refund(order)
    assert caught.value.retry_same_key
    admin.patch(f"alipay/apps/{shop.app_id}", top_up="1.00", trade_finishes_after_ms=1)
    assert shop.connector.refund(order).status is OutcomeStatus.SUCCEEDED
    finished = shop.paid(shop.order())
    eventually(lambda: shop.connector.query(finished).platform_status == "TRADE_FINISHED")
    with pytest.raises(Rejected) as caught:
        shop.connector.refund(shop.refund(finished, "1.00"))
    assert caught.value.code == "ACQ.TRADE_HAS_FINISHED" and not caught.value.retry_same_key
    unknown = OrderReference("SO0", Operation.COLLECT, order.amount, placed_at=shop.now())
    with pytest.raises(Rejected) as caught:
        shop.connector.refund(shop.refund(unknown, "1.00"))
    assert caught.value.code == "ACQ.TRADE_NOT_EXIST"


def test_without_the_contract_the_administrator_is_told(admin):
    shop = Shop(admin, products_missing="alipay.trade.precreate,alipay.trade.pay")
    for place in (lambda: shop.connector.collect(shop.order()), lambda: shop.connector.charge(shop.sale())):
        with pytest.raises(Misconfigured):
            place()
    assert shop.connector.balance().available.amount == Decimal("1000.00")


@pytest.mark.parametrize("mode", ["certificate", "key"])
@pytest.mark.parametrize("keeps", [False, True])
def test_messages_of_collections_charges_and_refunds_are_believed(admin, inbox, mode, keeps):
    admin.post("alipay/settings", notification_keeps_sign_type=keeps)
    shop = Shop(admin, mode, notify_url=inbox.url)
    original = shop.paid(shop.order())
    first, rest = shop.refund(original, "30.00"), shop.refund(original, "70.00")
    sale = shop.sale("20.00")
    for act in (
        lambda: shop.connector.refund(first),
        lambda: shop.connector.refund(rest),
        lambda: shop.connector.charge(sale),
        lambda: shop.connector.cancel(about(sale)),
    ):
        before = len(inbox.messages)
        eventually(lambda before=before: len(inbox.messages) == max(before, 1))
        act()
        eventually(lambda before=before: len(inbox.messages) > before)
    sent = [one for one in admin.get("notifications") if one["app_id"] == shop.app_id]
    read = [
        shop.connector.read_notification(InboundRequest("POST", "/x", "", {}, one["body"].encode(), now_utc()))
        for one in sent
    ]
    assert [(event.operation, event.outcome.key, event.outcome.status) for event in read] == [
        (Operation.COLLECT, original.key, OutcomeStatus.SUCCEEDED),
        (Operation.REFUND, first.key, OutcomeStatus.SUCCEEDED),
        (Operation.REFUND, rest.key, OutcomeStatus.SUCCEEDED),
        (Operation.CHARGE, sale.key, OutcomeStatus.SUCCEEDED),
        (Operation.CHARGE, sale.key, OutcomeStatus.CLOSED),
    ]
    with pytest.raises(NotificationRefused):
        stranger = Shop(admin, mode)
        stranger.connector.read_notification(InboundRequest("POST", "/x", "", {}, sent[0]["body"].encode(), now_utc()))


def test_both_bills_carry_our_numbers_and_explain_the_balance(admin):
    shop = Shop(admin)
    original = shop.paid(shop.order())
    sale = shop.sale("33.33")
    shop.connector.charge(sale)
    order = shop.refund(original, "30.00")
    shop.connector.refund(order)
    day = _next_day(shop)
    found = shop.connector.statement(day, "signcustomer")
    lines = list(shop.connector.parse_statement(io.BytesIO(found.content), found.name))
    assert sum(line.amount for line in lines) == Decimal(shop.balance())
    assert [(line.kind, line.key, str(line.amount)) for line in lines[1:]] == [
        (LineKind.COLLECTION, original.key, "100.00"),
        (LineKind.FEE, original.key, "-0.60"),
        (LineKind.COLLECTION, sale.key, "33.33"),
        (LineKind.FEE, sale.key, "-0.20"),
        (LineKind.REFUND, order.key, "-30.00"),
        (LineKind.FEE, original.key, "0.18"),
    ]
    collected = next(line for line in lines if line.key == original.key)
    assert collected.platform_reference == shop.connector.query(original).platform_reference
    found = shop.connector.statement(day, "trade")
    trades = list(shop.connector.parse_statement(io.BytesIO(found.content), found.name))
    assert [(line.kind, line.key, str(line.gross), str(line.fee)) for line in trades] == [
        (LineKind.COLLECTION, original.key, "100.00", "0.60"),
        (LineKind.COLLECTION, sale.key, "33.33", "0.20"),
        (LineKind.REFUND, order.key, "-30.00", "-0.18"),
    ]
    assert Decimal("1000.00") + sum(line.amount for line in trades) == Decimal(shop.balance())


def test_what_is_recorded_holds_no_payment_code_and_no_buyer(shop):
    sale = shop.sale()
    with shop.transport.recorded() as exchanges:
        shop.connector.charge(sale)
        shop.connector.query(about(sale))
    kept = "".join(f"{one.request}{one.response}" for one in exchanges)
    assert sale.key in kept
    assert sale.auth_code not in kept
    assert "2088102120000088" not in kept
