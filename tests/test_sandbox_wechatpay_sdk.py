"""The WeChat Pay sandbox against an independent client that merchants really use: wechatpayv3.

The client is only pointed at another address; its signing, verifying, encrypting and decrypting are its own.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.core import Core

from sandbox.server import Sandbox
from sandbox.wechatpay.testing import Mail, Mailbox, Shop, eventually

pytest_plugins = ["sandbox.wechatpay.testing"]

DAY = 86400
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:wechatpayv3.core")


@pytest.fixture(params=["public_key", "certificate", "migrating"])
def mode(request: pytest.FixtureRequest) -> str:
    return request.param


class Sdk:
    """A merchant of the sandbox with the client in hand."""

    def __init__(self, sandbox: Sandbox, mode: str, monkeypatch: pytest.MonkeyPatch, mailbox: Mailbox) -> None:
        self.shop = Shop(sandbox, mode=mode)
        made = self.shop.made
        # In certificate mode the constructor already fetches the certificates, so the address must be right before.
        gateway = property(lambda _: made["base_url"], lambda *_: None)
        monkeypatch.setattr(Core, "_gate_way", gateway, raising=False)
        public_key = {} if mode == "certificate" else {name: made[name] for name in ("public_key", "public_key_id")}
        self.client = WeChatPay(
            wechatpay_type=WeChatPayType.NATIVE,
            mchid=made["mchid"],
            private_key=made["merchant_private_key"],
            cert_serial_no=made["merchant_serial"],
            appid=made["appid"],
            apiv3_key=made["apiv3_key"],
            notify_url=mailbox.url,
            timeout=10,
            **public_key,
        )

    def told(self, answer: tuple[int, Any], status: int = 200) -> Any:
        """The JSON of an answer; the client has verified its signature by now."""
        assert answer[0] == status, answer
        return json.loads(answer[1]) if answer[1] else None

    def message(self, mail: Mail) -> dict[str, Any]:
        """What the client makes of a message."""
        headers = {name: mail.headers[name] for name in mail.headers if name.lower().startswith("wechatpay-")}
        # urllib writes the names of headers in its own case; the client looks for the platform's.
        told = self.client.callback({name.title(): value for name, value in headers.items()}, mail.body)
        assert told is not None and not self.client.callback(
            {name.title(): value for name, value in headers.items()}, mail.body + b" "
        )
        return told


@pytest.fixture
def sdk(young_wechat: Sandbox, mode: str, monkeypatch: pytest.MonkeyPatch, mailbox: Mailbox) -> Sdk:
    return Sdk(young_wechat, mode, monkeypatch, mailbox)


def test_a_transfer_with_an_encrypted_name(sdk: Sdk, mailbox: Mailbox) -> None:
    order = {
        "out_bill_no": "PO202600013",
        "transfer_scene_id": "1009",
        "openid": "oUpF8uMuAJOM2pxb1Q9zNjWeS6o0",
        "transfer_amount": 23000,
        "transfer_remark": "货款PO202600013",
        "user_name": "张三",
        "transfer_scene_report_infos": [{"info_type": "采购商品名称", "info_content": "打印纸"}],
        "notify_url": mailbox.url,
    }
    told = sdk.told(sdk.client.mch_transfer_bills(**order))
    assert told["state"] == "WAIT_USER_CONFIRM" and told["package_info"]
    query = lambda: sdk.told(sdk.client.mch_transfer_bills_query(out_bill_no="PO202600013"))  # noqa: E731
    ended = eventually(lambda: (t := query())["state"] == "SUCCESS" and t)
    assert sdk.client.decrypt(ended["user_name"]) == "张三"
    eventually(lambda: mailbox.mails)
    message = sdk.message(mailbox.mails[0])
    assert message["event_type"] == "MCHTRANSFER.BILL.FINISHED"
    assert message["resource"]["transfer_bill_no"] == told["transfer_bill_no"]
    late = sdk.client.mch_transfer_bills_cancel(out_bill_no="PO202600013")
    assert late[0] == 400 and json.loads(late[1])["code"] == "INVALID_REQUEST"


def test_a_collection_its_closing_and_its_refund(sdk: Sdk, mailbox: Mailbox, young_wechat: Sandbox) -> None:
    paid = sdk.told(sdk.client.pay(description="打印纸", out_trade_no="SO202600031", amount={"total": 10000}))
    young_wechat.admin.post("persons/pay", content=paid["code_url"])
    trade = sdk.told(sdk.client.query(out_trade_no="SO202600031"))
    assert trade["trade_state"] == "SUCCESS"
    assert sdk.told(sdk.client.query(transaction_id=trade["transaction_id"])) == trade
    eventually(lambda: mailbox.mails)
    assert sdk.message(mailbox.mails[0])["resource"] == trade
    sdk.told(sdk.client.pay(description="打印纸", out_trade_no="SO202600032", amount={"total": 1}))
    sdk.told(sdk.client.close(out_trade_no="SO202600032"), 204)
    assert sdk.told(sdk.client.query(out_trade_no="SO202600032"))["trade_state"] == "CLOSED"
    amount = {"refund": 3000, "total": 10000, "currency": "CNY"}
    refund = sdk.told(
        sdk.client.refund(out_refund_no="RF202600007", out_trade_no="SO202600031", amount=amount, reason="部分退货")
    )
    assert refund["amount"]["refund"] == 3000
    query = lambda: sdk.told(sdk.client.query_refund(out_refund_no="RF202600007"))  # noqa: E731
    assert eventually(lambda: query()["status"] == "SUCCESS")


def test_a_trade_bill_without_gzip(sdk: Sdk, young_wechat: Sandbox) -> None:
    day = young_wechat.core.clock.now().date().isoformat()
    sdk.shop.sell("SO202600031")
    young_wechat.admin.post("clock", advance_seconds=2 * DAY)
    told = sdk.told(sdk.client._core.request(f"/v3/bill/tradebill?bill_date={day}&bill_type=ALL"))
    status, text = sdk.client.download_bill(told["download_url"])
    assert status == 200 and hashlib.sha1(text).hexdigest() == told["hash_value"]
    assert "`SO202600031" in text.decode()
    flow = sdk.told(sdk.client._core.request(f"/v3/bill/fundflowbill?bill_date={day}&account_type=OPERATION"))
    assert flow["hash_type"] == "SHA1"
