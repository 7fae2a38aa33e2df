"""Messages of the sandbox: signed, repeated, and wrong only when asked."""

from __future__ import annotations

import json
import time
from urllib.parse import parse_qsl

from sandbox.server import Sandbox
from sandbox.testing import Inbox, Merchant, eventually, verified

pytest_plugins = ["sandbox.testing"]


def test_each_change_of_state_is_told_and_the_sdk_verifies_the_message(sandbox: Sandbox, inbox: Inbox) -> None:
    merchant = Merchant(sandbox, notify_url=inbox.url, bank_dealing_ms=100)
    merchant.pay_card("PO1")
    eventually(lambda: len(inbox.messages) == 1)
    sandbox.admin.post("alipay/transfers/PO1/return", app_id=merchant.app_id)
    eventually(lambda: len(inbox.messages) == 2)
    contents = [json.loads(message["biz_content"]) for message in inbox.messages]
    assert [c["status"] for c in contents] == ["SUCCESS", "REFUND"]
    for message in inbox.messages:
        assert message["msg_method"] == "alipay.fund.trans.order.changed" and message["version"] == "1.1"
        assert verified(merchant, message)
        assert not verified(merchant, {**message, "biz_content": "{}"})


def test_a_message_is_repeated_until_the_answer_is_success(young: Sandbox, inbox: Inbox) -> None:
    young.admin.post("settings", notification_factor=0.01, notification_delay_ms=0)
    inbox.answers = [b"fail", b"SUCCESS", b"success\n", b"success"]
    merchant = Merchant(young, notify_url=inbox.url)
    merchant.pay("PO1")
    told = eventually(lambda: (n := young.admin.get("notifications"))[0]["state"] == "delivered" and n[0])
    assert [d["answer"] for d in told["deliveries"]] == ["fail", "SUCCESS", "success\n", "success"]
    assert len({m["notify_id"] for m in inbox.messages}) == 1


def test_repetition_is_bounded(young: Sandbox, inbox: Inbox) -> None:
    young.admin.post("settings", notification_factor=0.001, notification_attempts=3, notification_delay_ms=0)
    inbox.answers = [b"no"]
    Merchant(young, notify_url=inbox.url).pay("PO1")
    eventually(lambda: young.admin.get("notifications")[0]["state"] == "given_up")
    assert len(inbox.messages) == 3


def test_message_faults_do_what_they_are_called(young: Sandbox, inbox: Inbox) -> None:
    young.admin.post("settings", notification_delay_ms=0)
    merchant = Merchant(young, notify_url=inbox.url)
    merchant.fault("duplicate", on="notification")
    merchant.pay("DUP")
    eventually(lambda: inbox.numbers() == ["DUP", "DUP"])
    merchant.fault("drop", on="notification")
    merchant.pay("DROP")
    assert young.admin.get("notifications")[-1]["state"] == "dropped"
    merchant.fault("wrong_signature", on="notification")
    merchant.pay("BAD")
    message = eventually(lambda: "BAD" in inbox.numbers() and inbox.messages[-1])
    assert not verified(merchant, message)
    merchant.fault("reorder", on="notification", hold_ms=60000)
    merchant.pay("LATER")
    merchant.pay("SOONER")
    eventually(lambda: inbox.numbers()[-2:] == ["SOONER", "LATER"])
    merchant.fault("delay", on="notification", ms=150)
    began = time.monotonic()
    merchant.pay("SLOW")
    eventually(lambda: inbox.numbers()[-1] == "SLOW")
    assert time.monotonic() - began >= 0.15
    assert "DROP" not in inbox.numbers()


def test_an_early_message_comes_before_the_synchronous_answer(young: Sandbox, inbox: Inbox) -> None:
    young.admin.post("settings", notification_delay_ms=5000)
    merchant = Merchant(young, notify_url=inbox.url)
    merchant.fault("early", on="notification")
    merchant.pay("PO1")
    assert inbox.numbers() == ["PO1"]


def test_tests_can_have_any_message_signed(sandbox: Sandbox) -> None:
    merchant = Merchant(sandbox, mode="key")
    body = sandbox.admin.post(
        "alipay/sign_notification",
        app_id=merchant.app_id,
        params={"notify_id": "1", "biz_content": {"status": "SUCCESS"}, "empty": ""},
    )["body"]
    message = dict(parse_qsl(body, keep_blank_values=True))
    assert message["biz_content"] == '{"status":"SUCCESS"}'
    assert verified(merchant, message)
