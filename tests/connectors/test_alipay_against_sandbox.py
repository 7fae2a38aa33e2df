"""The connector against a platform that shares no line with it: the sandbox program, over real HTTP."""

import io
import itertools
import os
import subprocess
import sys
import threading
import time
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings
from odoo.addons.payment_bridge.connector.errors import (
    Misconfigured,
    NotificationRefused,
    NotSent,
    Rejected,
    StatementError,
    Throttled,
    Uncertain,
    Untrusted,
)
from odoo.addons.payment_bridge.connector.statement_types import LineKind
from odoo.addons.payment_bridge.connector.transport import Transport
from odoo.addons.payment_bridge.connector.types import (
    InboundRequest,
    Money,
    Operation,
    OrderReference,
    OutcomeStatus,
    Payee,
    PayOutOrder,
)
from odoo.addons.payment_bridge_channels.connectors.alipay import AlipayConnector
from odoo.addons.payment_bridge_channels.connectors.alipay.clock import BEIJING, now_utc

from sandbox.control import Control

TESTS = Path(__file__).resolve().parents[1]
WALLET = Payee("alipay_user_id", "2088000000000001", "某某纸业有限公司")
CARD = Payee("bank_card", "6222021234567890", "张三")
COMPANY = Payee("bank_account", "1100601490188000", "某某纸业有限公司", bank_name="中国工商银行")
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def admin():
    """The sandbox as a program of its own."""
    program = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    try:
        ready = program.stdout.readline()
        assert ready.startswith("sandbox ready "), ready
        control = Control(ready.split()[-1])
        control.post("alipay/settings", timestamp_window_seconds=0)
        control.post("alipay/payees", identity_type="ALIPAY_USER_ID", identity=WALLET.account, name=WALLET.name)
        yield control
    finally:
        program.terminate()
        program.wait(10)


class Channel:
    """One merchant with its connector; the connector's clock is the sandbox's."""

    def __init__(self, admin: Control, mode: str = "certificate", **terms):
        self.admin = admin
        self.made = admin.post(
            "alipay/apps", mode=mode, **{"opening_balance": "1000.00", "bank_dealing_ms": None, **terms}
        )
        self.app_id = self.made["app_id"]
        self.settings = {
            "app_id": self.app_id,
            "pid": self.made["pid"],
            "sign_mode": "certificate" if mode == "certificate" else "public_key",
            "app_private_key": self.made["app_private_key"],
            "app_certificate": self.made["app_cert"],
            "alipay_certificate": self.made["alipay_cert"],
            "alipay_root_certificates": self.made["alipay_root_cert"],
            "alipay_public_key": self.made["alipay_public_key"],
            "aes_key": self.made["aes_key"] or "",
            "gateway_url": self.made["gateway_url"],
        }
        self.transport = Transport(allowed_hosts=None)
        self.connector = self.connect()

    def connect(self, **change) -> AlipayConnector:
        chosen = ChannelSettings("sandbox", {**self.settings, **change})
        return AlipayConnector(chosen, self.transport, now=self.now)

    def now(self) -> datetime:
        return datetime.fromisoformat(self.admin.get("clock")["now"])

    def fault(self, kind: str, **more):
        return self.admin.post("faults", kind=kind, app_id=self.app_id, **more)

    def paid(self, key: str) -> int:
        totals = self.admin.get("alipay/transfers", app_id=self.app_id, out_biz_no=key)["totals"]
        return totals["executed_count"]


@pytest.fixture
def channel(admin) -> Channel:
    return Channel(admin)


def an_order(payee: Payee = WALLET, amount: str = "10.00", **change) -> PayOutOrder:
    key = f"PO{next(_numbers):09d}"
    made = {
        "key": key,
        "amount": Money(Decimal(amount), "CNY"),
        "payee": payee,
        "title": f"货款/{key}",
        "remark": "打印纸 \\ {A4}",
        **change,
    }
    return PayOutOrder(**made)


def about(order: PayOutOrder, **change) -> OrderReference:
    made = {
        "key": order.key,
        "operation": Operation.PAY_OUT,
        "amount": order.amount,
        "payee_kind": order.payee.kind,
        **change,
    }
    return OrderReference(**made)


@pytest.mark.parametrize("aes", [False, True], ids=["clear", "aes"])
def test_a_transfer_to_an_account_is_paid_once_and_found_again(admin, aes):
    channel = Channel(admin, aes=aes, aes_required=aes)
    order = an_order()
    first = channel.connector.pay_out(order)
    again = channel.connector.pay_out(order)
    found = channel.connector.query(about(order))
    assert first.status is again.status is found.status is OutcomeStatus.SUCCEEDED
    assert first.platform_reference == again.platform_reference == found.platform_reference
    assert found.amount == order.amount
    assert channel.paid(order.key) == 1
    by_number = about(order, payee_kind=None, platform_reference=first.platform_reference)
    assert channel.connector.query(by_number).status is OutcomeStatus.SUCCEEDED
    by_fund = about(order, payee_kind=None, fund_reference=first.fund_reference)
    assert channel.connector.query(by_fund).status is OutcomeStatus.SUCCEEDED


@pytest.mark.parametrize("payee", [CARD, COMPANY], ids=["card", "company"])
def test_a_bank_transfer_is_processed_then_paid_then_returned(channel, payee):
    order = an_order(payee)
    assert channel.connector.pay_out(order).status is OutcomeStatus.PROCESSING
    channel.admin.post(f"alipay/transfers/{order.key}/finish", app_id=channel.app_id)
    assert channel.connector.query(about(order)).status is OutcomeStatus.SUCCEEDED
    channel.admin.post(f"alipay/transfers/{order.key}/return", app_id=channel.app_id)
    returned = channel.connector.query(about(order))
    assert returned.status is OutcomeStatus.RETURNED
    assert returned.platform_code == "PAYEE_CARD_INFO_ERROR" and returned.platform_message


def test_a_bank_transfer_that_fails_says_why(channel):
    order = an_order(CARD)
    channel.connector.pay_out(order)
    channel.admin.post(
        f"alipay/transfers/{order.key}/finish", app_id=channel.app_id, error_code="PAYEE_CARD_INFO_ERROR"
    )
    found = channel.connector.query(about(order))
    assert (found.status, found.platform_code) == (OutcomeStatus.FAILED, "PAYEE_CARD_INFO_ERROR")


def test_an_order_never_sent_is_not_found(channel):
    assert channel.connector.query(about(an_order())).status is OutcomeStatus.NOT_FOUND


def test_the_same_number_with_other_content_is_uncertain_and_paid_once(channel):
    order = an_order()
    channel.connector.pay_out(order)
    with pytest.raises(Uncertain) as caught:
        channel.connector.pay_out(an_order(key=order.key, amount="11.00"))
    assert caught.value.code == "PAYMENT_INFO_INCONSISTENCY"
    assert channel.paid(order.key) == 1


def test_business_refusals_are_certain(channel):
    with pytest.raises(Rejected) as caught:
        channel.connector.pay_out(an_order(Payee("alipay_user_id", "2088999999999999", "无此人")))
    assert caught.value.code == "PAYEE_NOT_EXIST" and not caught.value.retry_same_key
    poor = an_order(amount="5000.00")
    with pytest.raises(Rejected) as caught:
        channel.connector.pay_out(poor)
    assert caught.value.code == "PAYER_BALANCE_NOT_ENOUGH" and caught.value.retry_same_key
    channel.admin.patch(f"alipay/apps/{channel.app_id}", top_up="9000.00")
    assert channel.connector.pay_out(poor).status is OutcomeStatus.SUCCEEDED


def test_the_transfer_scene_is_sent_when_switched_on(admin):
    channel = Channel(admin, transfer_scene="required")
    with pytest.raises(Misconfigured) as caught:
        channel.connector.pay_out(an_order())
    assert caught.value.code == "TRANSFER_SCENE_NAME_BLANK"
    willing = channel.connect(send_transfer_scene="yes")
    assert willing.pay_out(an_order()).status is OutcomeStatus.SUCCEEDED


LOST = {
    "refuse": (0, Uncertain, {}),
    "timeout_before": (0, Uncertain, {"seconds": 0.2}),
    "timeout_after": (1, Uncertain, {"seconds": 0.2}),
    "cut_answer": (1, Uncertain, {}),
    "html": (0, Uncertain, {}),
    "html 200": (1, Uncertain, {"status": 200, "act": True}),
    "system_error_before": (0, Uncertain, {}),
    "system_error_after": (1, Uncertain, {}),
    "unknown_code": (0, Uncertain, {}),
    "wrong_signature": (1, Untrusted, {}),
    "unsigned": (1, Untrusted, {}),
    "unsigned empty": (1, Untrusted, {"empty": True}),
    "unknown_cert_sn": (1, Untrusted, {}),
    "sub_code:SYSTEM_ERROR": (0, Uncertain, {}),
}


@pytest.mark.parametrize(("kind", "expected"), LOST.items(), ids=LOST)
def test_after_every_fault_the_query_decides_and_nothing_is_paid_twice(channel, kind, expected):
    paid, error, arguments = expected
    order = an_order()
    channel.fault(kind.split()[0], method="alipay.fund.trans.uni.transfer", **arguments)
    with pytest.raises(error) as caught:
        channel.connector.pay_out(order)
    assert not isinstance(caught.value, NotSent)
    assert channel.paid(order.key) == paid
    found = channel.connector.query(about(order))
    if not paid:
        assert found.status is OutcomeStatus.NOT_FOUND
        found = channel.connector.pay_out(order)
    assert found.status is OutcomeStatus.SUCCEEDED
    assert channel.paid(order.key) == 1


@pytest.mark.parametrize("kind", ["sub_code:RESOURCE_LIMIT_EXCEED", "sub_code:EXCEED_LIMIT_DM_AMOUNT"])
def test_a_refusal_that_time_cures_keeps_its_key(channel, kind):
    order = an_order()
    channel.fault(kind)
    with pytest.raises(Rejected) as caught:
        channel.connector.pay_out(order)
    assert caught.value.retry_same_key
    assert channel.connector.pay_out(order).status is OutcomeStatus.SUCCEEDED


@pytest.mark.parametrize(
    "kind", ["refuse", "cut_answer", "html", "system_error_before", "unknown_code", "wrong_signature", "unsigned"]
)
def test_a_query_under_fault_decides_nothing(channel, kind):
    order = an_order()
    channel.connector.pay_out(order)
    channel.fault(kind, method="alipay.fund.trans.common.query")
    with pytest.raises(Uncertain):
        channel.connector.query(about(order))
    assert channel.connector.query(about(order)).status is OutcomeStatus.SUCCEEDED


def test_a_gateway_that_is_not_there_was_certainly_not_reached(channel):
    nowhere = channel.connect(gateway_url="http://127.0.0.1:9/gateway.do")
    with pytest.raises(NotSent):
        nowhere.pay_out(an_order())


@pytest.mark.parametrize("aes", [False, True], ids=["clear", "aes"])
def test_a_rotated_certificate_is_fetched_and_believed(admin, aes):
    channel = Channel(admin, aes=aes)
    channel.admin.post(f"alipay/apps/{channel.app_id}/rotate_certificate")
    assert channel.connector.pay_out(an_order()).status is OutcomeStatus.SUCCEEDED
    assert channel.connector.pay_out(an_order()).status is OutcomeStatus.SUCCEEDED
    asked = channel.admin.get("requests")["last"]
    downloads = [one for one in asked if one["app_id"] == channel.app_id and "alipaycert" in one["method"]]
    assert len(downloads) == 1


def test_rotation_in_the_middle_of_a_run_pays_each_order_once(channel):
    orders = [an_order(amount="1.00") for _ in range(12)]
    outcomes = []

    def run(mine):
        for order in mine:
            outcomes.append(channel.connector.pay_out(order).status)

    threads = [threading.Thread(target=run, args=(orders[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    channel.admin.post(f"alipay/apps/{channel.app_id}/rotate_certificate")
    for thread in threads:
        thread.join()
    assert outcomes == [OutcomeStatus.SUCCEEDED] * 12
    assert all(channel.paid(order.key) == 1 for order in orders)


def test_key_mode_reads_but_may_not_pay(admin):
    channel = Channel(admin, mode="key")
    assert channel.connector.balance().available.amount == Decimal("1000.00")
    with pytest.raises(Misconfigured) as caught:
        channel.connector.pay_out(an_order())
    assert caught.value.code == "isv.insufficient-isv-permissions"


def test_key_mode_pays_where_the_platform_allows_it(admin):
    channel = Channel(admin, mode="key", aes=True)
    admin.post("alipay/settings", money_out_needs_certificate=False)
    try:
        order = an_order()
        assert channel.connector.pay_out(order).status is OutcomeStatus.SUCCEEDED
        assert channel.connector.query(about(order)).amount == order.amount
    finally:
        admin.post("alipay/settings", money_out_needs_certificate=True)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"app_id": "2021999999999999"}, "isv.invalid-app-id"),
        ({"aes_key": "MDEyMzQ1Njc4OWFiY2RlZg=="}, ""),
    ],
)
def test_wrong_credentials_are_told_by_the_connection_test(admin, channel, change, word):
    steps = channel.connect(**change).test_connection()
    assert not steps[-1].ok and word in steps[-1].detail.en
    other = Channel(admin)
    mixed = channel.connect(
        app_private_key=other.settings["app_private_key"], app_certificate=other.settings["app_certificate"]
    )
    assert not mixed.test_connection()[-1].ok
    assert all(step.ok for step in channel.connector.test_connection())


def test_the_balance_follows_what_was_paid(channel):
    before = channel.connector.balance()
    channel.connector.pay_out(an_order(amount="12.34"))
    after = channel.connector.balance()
    assert before.available.amount - after.available.amount == Decimal("12.34")
    without = Channel(channel.admin, products_missing="alipay.data.bill.balance.query")
    assert without.connector.balance().total.amount == Decimal("1000.00")


def test_a_receipt_is_made_and_fetched(channel):
    order = an_order()
    paid = channel.connector.pay_out(order)
    reference = about(order, fund_reference=paid.fund_reference)
    found = channel.connector.receipt(reference)
    deadline = time.monotonic() + 10
    while found.content is None and time.monotonic() < deadline:
        time.sleep(0.1)
        found = channel.connector.receipt(reference, found.handle)
    assert found.content.startswith(b"%PDF-")


# Bills


def _next_day(channel: Channel) -> date:
    """Go to noon of the next day; the day that ended."""
    day = channel.now().astimezone(BEIJING).date()
    noon = datetime.combine(day + timedelta(days=1), datetime.min.time(), BEIJING) + timedelta(hours=13)
    channel.admin.post("clock", set=noon.isoformat())
    return day


def _traded(admin: Control) -> tuple[Channel, date, PayOutOrder]:
    channel = Channel(admin, wallet_fee="0.10", bank_fee="1.00")
    trade = {"app_id": channel.app_id, "out_trade_no": f"SO{next(_numbers)}", "amount": "100.00"}
    admin.post("alipay/trades", **trade)
    admin.post(
        f"alipay/trades/{trade['out_trade_no']}/refund",
        app_id=channel.app_id,
        amount="30.00",
        request_no=f"RF{next(_numbers)}",
    )
    order = an_order(amount="200.00")
    channel.connector.pay_out(order)
    sent_back = an_order(CARD, amount="50.00")
    channel.connector.pay_out(sent_back)
    admin.post(f"alipay/transfers/{sent_back.key}/finish", app_id=channel.app_id)
    admin.post(f"alipay/transfers/{sent_back.key}/return", app_id=channel.app_id)
    return channel, _next_day(channel), order


def test_the_account_bill_explains_the_balance_to_the_fen(admin):
    channel, day, order = _traded(admin)
    found = channel.connector.statement(day, "signcustomer")
    statement = channel.connector.parse_statement(io.BytesIO(found.content), found.name)
    lines = list(statement)
    books = admin.get("alipay/ledger", app_id=channel.app_id)
    assert len(lines) == len(books["rows"])
    assert sum(line.amount for line in lines) == Decimal(books["balance"]) == statement.totals.closing
    assert statement.totals.opening == 0
    assert statement.header.first_day == statement.header.last_day == day
    kinds = {line.kind for line in lines}
    assert kinds == {
        LineKind.DEPOSIT,
        LineKind.COLLECTION,
        LineKind.REFUND,
        LineKind.FEE,
        LineKind.PAY_OUT,
        LineKind.RETURN,
    }
    paid = next(line for line in lines if line.key == order.key and line.kind is LineKind.PAY_OUT)
    assert paid.amount == -order.amount.amount
    assert paid.platform_reference == channel.connector.query(about(order)).fund_reference


def test_the_trade_bill_is_read(admin):
    channel, day, _ = _traded(admin)
    found = channel.connector.statement(day, "trade")
    lines = list(channel.connector.parse_statement(io.BytesIO(found.content), found.name))
    assert [(line.kind, line.gross) for line in lines] == [
        (LineKind.COLLECTION, Decimal("100.00")),
        (LineKind.REFUND, Decimal("-30.00")),
    ]


def test_a_day_without_movement_is_empty_or_an_empty_file(admin):
    channel, _, _ = _traded(admin)
    quiet = _next_day(channel)
    assert channel.connector.statement(quiet, "signcustomer").empty
    admin.post("alipay/settings", empty_bill="EMPTY_DATA_WITH_BILL_FILE")
    try:
        found = channel.connector.statement(quiet, "signcustomer")
        statement = channel.connector.parse_statement(io.BytesIO(found.content), found.name)
        assert list(statement) == [] and statement.totals.count_in == 0
    finally:
        admin.post("alipay/settings", empty_bill="NO_BILL_DATA")


def test_a_bill_that_is_not_ready_is_asked_for_again(admin):
    channel, day, _ = _traded(admin)
    channel.fault("late", bill_date=day.isoformat())
    early = datetime.combine(day + timedelta(days=1), datetime.min.time(), BEIJING) + timedelta(hours=9)
    chosen = ChannelSettings("sandbox", channel.settings)
    at_nine = AlipayConnector(chosen, channel.transport, now=lambda: early)
    waiting = at_nine.statement(day, "signcustomer")
    assert waiting.content is None and not waiting.empty and waiting.retry_at > early
    assert at_nine.statement(day, "signcustomer").content


@pytest.mark.parametrize("kind", ["drop_row", "double_row", "alter_row", "bad_encoding", "truncated_zip", "zip_bomb"])
def test_a_spoiled_bill_is_refused(admin, kind):
    channel, day, _ = _traded(admin)
    channel.fault(kind, on="bill")
    found = channel.connector.statement(day, "signcustomer")
    with pytest.raises(StatementError) as caught:
        list(channel.connector.parse_statement(io.BytesIO(found.content), found.name))
    assert caught.value.advice.zh


def test_a_doubled_row_is_refused_even_when_the_totals_were_doubled_too(admin):
    channel, day, _ = _traded(admin)
    channel.fault("double_row", consistent=True)
    found = channel.connector.statement(day, "signcustomer")
    with pytest.raises(StatementError):
        list(channel.connector.parse_statement(io.BytesIO(found.content), found.name))


def test_a_bill_offered_by_a_strange_host_is_not_fetched(admin):
    channel, day, _ = _traded(admin)
    channel.fault("wrong_host")
    with pytest.raises(NotSent):
        channel.connector.statement(day, "signcustomer")


# Messages


def _message(channel: Channel, **more) -> InboundRequest:
    params = {
        "notify_id": f"n{next(_numbers)}",
        "utc_timestamp": "1768443303000",
        "msg_method": "alipay.fund.trans.order.changed",
        "app_id": channel.app_id,
        "version": "1.1",
        "sign_type": "RSA2",
        "charset": "utf-8",
        "biz_content": {
            "out_biz_no": "PO1",
            "status": "REFUND",
            "trans_amount": "10.00",
            "fail_reason": "收款银行退票",
        },
    }
    signed = channel.admin.post("alipay/sign_notification", app_id=channel.app_id, params=params, **more)
    return InboundRequest("POST", "/x", "", {}, signed["body"].encode(), now_utc())


@pytest.mark.parametrize("mode", ["certificate", "key"])
@pytest.mark.parametrize("keeps", [False, True])
def test_the_platforms_messages_are_believed(admin, mode, keeps):
    admin.post("alipay/settings", notification_keeps_sign_type=keeps)
    channel = Channel(admin, mode=mode, aes=True)
    for encrypt in (False, True):
        event = channel.connector.read_notification(_message(channel, encrypt=encrypt))
        assert (event.outcome.status, event.outcome.key) == (OutcomeStatus.RETURNED, "PO1")


def test_a_message_signed_wrongly_or_for_another_is_refused(admin, channel):
    with pytest.raises(NotificationRefused) as caught:
        channel.connector.read_notification(_message(channel, wrong_signature=True))
    assert caught.value.forged
    with pytest.raises(NotificationRefused) as caught:
        channel.connector.read_notification(_message(Channel(admin)))
    assert not caught.value.forged


def test_what_is_recorded_holds_no_account_no_name_and_no_signature(channel):
    order = an_order(CARD)
    with channel.transport.recorded() as exchanges:
        channel.connector.pay_out(order)
        channel.connector.query(about(order))
    kept = "".join(f"{one.request}{one.response}" for one in exchanges)
    assert len(exchanges) == 2 and order.key in kept
    assert CARD.account not in kept and CARD.name not in kept
    assert channel.settings["app_private_key"][100:140] not in kept


def test_rate_limits_of_bills_ask_for_a_pause(channel):
    channel.fault("sub_code:USER_RATE_LIMIT")
    day = channel.now().astimezone(BEIJING).date() - timedelta(days=1)
    with pytest.raises(Throttled):
        channel.connector.statement(day, "signcustomer")
