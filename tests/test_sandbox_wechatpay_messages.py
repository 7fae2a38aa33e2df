"""Messages of the WeChat Pay sandbox: sealed, signed, repeated on the platform's plan, wrong only when asked."""

from __future__ import annotations

import json

import pytest
import requests
from cryptography.exceptions import InvalidSignature

from sandbox.server import Sandbox
from sandbox.wechatpay.testing import PATIENCE, Mailbox, Shop, eventually

pytest_plugins = ["sandbox.wechatpay.testing"]


def test_each_end_is_told_sealed_and_signed(wechat: Sandbox, shop: Shop, mailbox: Mailbox) -> None:
    wechat.admin.post("wechatpay/payees", openid="oFrozen", late_error="ACCOUNT_FROZEN")
    shop.pay("B1", notify_url=mailbox.url)
    eventually(lambda: len(mailbox.mails) == 1)
    shop.pay("B2", notify_url=mailbox.url, openid="oFrozen")
    eventually(lambda: len(mailbox.mails) == 2)
    shop.sell("ORDER0001", notify_url=mailbox.url)
    eventually(lambda: len(mailbox.mails) == 3)
    shop.refund("R1", "ORDER0001", 3000, notify_url=mailbox.url)
    eventually(lambda: len(mailbox.mails) == 4)
    events = [mail.event for mail in mailbox.mails]
    assert events == ["MCHTRANSFER.BILL.FINISHED"] * 2 + ["TRANSACTION.SUCCESS", "REFUND.SUCCESS"]
    paid, failed, sold, refunded = (shop.opened(mail) for mail in mailbox.mails)
    assert (paid["out_bill_no"], paid["state"], paid["transfer_amount"]) == ("B1", "SUCCESS", 1000)
    assert (failed["state"], failed["fail_reason"]) == ("FAIL", "ACCOUNT_FROZEN")
    assert sold == shop.trade("ORDER0001").json | {"trade_state": "SUCCESS", "trade_state_desc": "支付成功"}
    assert (refunded["out_refund_no"], refunded["refund_status"]) == ("R1", "SUCCESS")
    assert refunded["amount"] == {"total": 10000, "refund": 3000, "payer_total": 10000, "payer_refund": 3000}
    envelope = json.loads(mailbox.mails[0].body)
    assert envelope["resource_type"] == "encrypt-resource"
    assert envelope["resource"]["original_type"] == "mch_payment"


def test_orders_without_an_address_go_to_the_merchants_and_charges_are_never_told(
    wechat: Sandbox, mailbox: Mailbox
) -> None:
    shop = Shop(wechat, notify_url=mailbox.url)
    auth_code = wechat.admin.post("persons/present", platform="wechatpay")["auth_code"]
    shop.charge("CHARGE01", auth_code)
    shop.pay("B1")
    eventually(lambda: mailbox.mails)
    assert [mail.event for mail in mailbox.mails] == ["MCHTRANSFER.BILL.FINISHED"]


def test_a_message_is_repeated_with_a_fresh_signature_until_it_is_taken(
    young_wechat: Sandbox, mailbox: Mailbox
) -> None:
    young_wechat.admin.post("settings", notification_factor=0.0001, notification_delay_ms=0)
    mailbox.statuses = [500, 401, 201, 200]
    shop = Shop(young_wechat)
    shop.sell("ORDER0001", notify_url=mailbox.url)
    told = eventually(lambda: (n := young_wechat.admin.get("notifications"))[0]["state"] == "delivered" and n[0])
    assert [delivery["status"] for delivery in told["deliveries"]] == [500, 401, 201, 200]
    assert len({mail.body for mail in mailbox.mails}) == 1
    assert len({mail.headers["Wechatpay-Nonce"] for mail in mailbox.mails}) == 4
    for mail in mailbox.mails:
        assert shop.opened(mail)["out_trade_no"] == "ORDER0001"


def test_repetition_follows_the_plan_of_each_kind(young_wechat: Sandbox, mailbox: Mailbox) -> None:
    young_wechat.admin.post("settings", notification_factor=1e-6, notification_delay_ms=0)
    mailbox.statuses = [500]
    shop = Shop(young_wechat)
    shop.sell("ORDER0001", notify_url=mailbox.url)
    shop.pay("B1", notify_url=mailbox.url)

    def given_up() -> list[int]:
        return [len(n["deliveries"]) for n in young_wechat.admin.get("notifications") if n["state"] == "given_up"]

    eventually(lambda: len(given_up()) == 2)
    assert given_up() == [16, 65]


def test_a_probe_carries_no_signature_and_must_be_refused(young_wechat: Sandbox, mailbox: Mailbox) -> None:
    young_wechat.admin.post("settings", notification_delay_ms=0)
    shop = Shop(young_wechat)
    shop.fault("probe")
    shop.sell("ORDER0001", notify_url=mailbox.url)
    eventually(lambda: {n["state"] for n in young_wechat.admin.get("notifications")} == {"probe_refused", "delivered"})
    probes = [m for m in mailbox.mails if m.headers["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/")]
    assert len(probes) == 1 and len(mailbox.mails) == 2
    mailbox.statuses = [299]
    shop.fault("probe")
    shop.sell("ORDER0002", notify_url=mailbox.url)
    eventually(lambda: "probe_accepted" in {n["state"] for n in young_wechat.admin.get("notifications")})


def test_message_faults_do_what_they_are_called(young_wechat: Sandbox, mailbox: Mailbox) -> None:
    young_wechat.admin.post("settings", notification_delay_ms=0)
    young_wechat.admin.post("wechatpay/settings", transfering_ms=0)
    young_wechat.admin.post("wechatpay/payees", openid="oQuick", auto_confirm_ms=0)
    shop = Shop(young_wechat, notify_url=mailbox.url)

    def numbers() -> list[str]:
        return [shop.opened(mail)["out_bill_no"] for mail in mailbox.mails]

    def pay(number: str) -> None:
        assert shop.pay(number, openid="oQuick").json["state"] == "WAIT_USER_CONFIRM"

    shop.fault("duplicate", on="notification")
    pay("DUP")
    eventually(lambda: numbers() == ["DUP", "DUP"])
    shop.fault("drop", on="notification", out_biz_no="DROP")
    pay("DROP")
    assert young_wechat.admin.get("notifications")[-1]["state"] == "dropped"
    shop.fault("reorder", on="notification", hold_ms=60000)
    pay("LATER")
    pay("SOONER")
    eventually(lambda: numbers()[2:] == ["SOONER", "LATER"])
    shop.fault("delay", on="notification", ms=3600_000)
    pay("SLOW")
    assert "SLOW" not in numbers()
    young_wechat.admin.post("clock", advance_seconds=3600)
    eventually(lambda: "SLOW" in numbers())
    young_wechat.admin.post("settings", notification_delay_ms=60_000)
    shop.fault("early", on="notification")
    pay("EARLY")
    assert numbers()[-1] == "EARLY"
    young_wechat.admin.post("settings", notification_delay_ms=0)
    shop.fault("wrong_signature", on="notification")
    pay("BAD")
    eventually(lambda: len(mailbox.mails) == 7)
    with pytest.raises(InvalidSignature):
        shop.opened(mailbox.mails[-1])


def test_tests_can_have_any_message_signed(wechat: Sandbox, mailbox: Mailbox) -> None:
    shop = Shop(wechat, mode="certificate")
    message = wechat.admin.post(
        "wechatpay/sign_notification",
        mchid=shop.mchid,
        event_type="TRANSACTION.SUCCESS",
        original_type="transaction",
        resource={"out_trade_no": "不存在"},
    )
    requests.post(mailbox.url, message["body"].encode(), headers=message["headers"], timeout=PATIENCE)
    (mail,) = mailbox.mails
    assert shop.opened(mail) == {"out_trade_no": "不存在"}
    assert mail.headers["Wechatpay-Serial"] in shop.made["platform_certificates"]
    probe = wechat.admin.post("wechatpay/sign_notification", mchid=shop.mchid, resource={}, probe=True)
    assert probe["headers"]["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/")
