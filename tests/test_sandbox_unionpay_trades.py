"""Collections on the UnionPay sandbox: QR codes, payment codes, the cashier's page; refunds, voids and reversals."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

import pytest
import requests

from sandbox.control import Refused
from sandbox.server import Sandbox
from sandbox.testing import Inbox, eventually
from sandbox.testing_unionpay import PATIENCE, Shop, china_stamp

pytest_plugins = ["sandbox.testing", "sandbox.testing_unionpay"]


def scan(shop: Shop, content: str, **more: str) -> dict:
    return shop.sandbox.admin.post("persons/pay", content=content, **more)


def test_a_scanned_code_is_paid_once_and_the_fee_is_rounded_half_up(shop: Shop) -> None:
    answer = shop.trade("01/07", "SO20260115001", 1250)
    assert answer["respCode"] == "00" and answer["qrCode"].startswith("https://qr.95516.com/")
    told = shop.query("SO20260115001")
    assert (told["respCode"], told["origRespCode"]) == ("00", "05")
    assert scan(shop, answer["qrCode"])["status"] == "succeeded"
    with pytest.raises(Refused, match="409"):
        scan(shop, answer["qrCode"])
    told = shop.query("SO20260115001")
    assert (told["origRespCode"], told["txnAmt"], told["accNo"]) == ("00", "1250", "621226******1234")
    assert shop.balance() == "1012.42", "12.50 less 0.6 %, 0.075, which is 0.08"


def test_an_unpaid_order_can_also_be_unknown_and_ends_in_time(young: Sandbox) -> None:
    young.admin.post("unionpay/settings", unpaid_code="34")
    shop = Shop(young)
    code = shop.trade("01/07", "SO20260115001", payTimeout=china_stamp(120))["qrCode"]
    assert shop.query("SO20260115001")["respCode"] == "34"
    young.admin.post("clock", advance_seconds=121)
    told = eventually(lambda: (t := shop.query("SO20260115001"))["respCode"] == "00" and t)
    assert told["origRespCode"] == "69"
    with pytest.raises(Refused, match="409"):
        scan(shop, code)
    assert shop.trade("01/07", "SO20260115002", payTimeout=china_stamp(-1))["respCode"] == "10"
    assert shop.balance() == "1000.00"


def test_a_faulty_payer_pays_another_amount_and_it_shows(shop: Shop) -> None:
    scan(shop, shop.trade("01/07", "SO20260115001", 1000)["qrCode"], amount="9.99")
    assert shop.query("SO20260115001")["txnAmt"] == "999"
    for nothing in ("0.00", "-1.00", "NaN"):
        with pytest.raises(Refused, match="400"):
            scan(shop, "anything", amount=nothing)


@pytest.mark.parametrize(("result", "answered", "queried"), [("paid", "00", "00"), ("refused", "64", "64")])
def test_a_presented_code_is_charged_once(shop: Shop, result: str, answered: str, queried: str) -> None:
    number = shop.sandbox.admin.post("persons/present", platform="unionpay", result=result)["auth_code"]
    assert re.fullmatch(r"62\d{17}", number)
    assert shop.trade("01/06", "CH20260115001", 800, qrNo=number)["respCode"] == answered
    assert shop.query("CH20260115001")["origRespCode"] == queried
    assert shop.trade("01/06", "CH20260115002", 800, qrNo=number)["respCode"] == "86", "a code works once"
    assert shop.trade("01/06", "CH20260115003", 800, qrNo="1234567890123456789")["respCode"] == "10"


def test_a_payer_who_is_asked_confirms_or_does_not(young: Sandbox) -> None:
    shop = Shop(young, fee={"rate": "0"})
    first, second, third = (
        young.admin.post("persons/present", platform="unionpay", result="asks")["auth_code"] for _ in range(3)
    )
    for number, order_id in ((first, "CH20260115001"), (second, "CH20260115002")):
        assert shop.trade("01/06", order_id, 800, qrNo=number)["respCode"] == "05"
        assert shop.query(order_id)["origRespCode"] == "05"
    scan(shop, first)
    young.admin.post("clock", advance_seconds=61)
    eventually(lambda: shop.query("CH20260115002")["origRespCode"] == "69")
    assert shop.query("CH20260115001")["origRespCode"] == "00"
    assert shop.trade("01/06", "CH20260115003", 800, qrNo=third)["respCode"] == "86", "a code lives for a minute"
    assert shop.balance() == "1008.00"


def front_fields(shop: Shop, order_id: str, url: str, **more: str) -> dict[str, str]:
    fields = {"orderId": order_id, "txnAmt": "123456", "frontUrl": url, **more}
    made = shop.fields("01/01", "000201", **fields)
    shop.times[order_id] = made["txnTime"]
    return shop.signed(made)


def inputs(page: str) -> dict[str, str]:
    return {n: html.unescape(v) for n, v in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page)}


def test_the_cashier_shows_the_amount_takes_the_money_and_leads_back(shop: Shop, inbox: Inbox) -> None:
    fields = front_fields(shop, "FO20260115001", "https://merchant.example/back?x=1", backUrl=inbox.url)
    page = shop.post("frontTransReq.do", fields)
    assert '<strong id="amount">1234.56</strong>' in page.text
    address = re.search(r'action="(/gateway/api/cashier/\w+)"', page.text)
    assert address and shop.post("frontTransReq.do", fields).text == page.text, "a browser may come back"
    assert shop.query("FO20260115001")["origRespCode"] == "05"
    url = shop.sandbox.url + address[1]
    back = requests.post(url, timeout=PATIENCE)
    assert 'action="https://merchant.example/back?x=1"' in back.text and 'method="post"' in back.text
    result = inputs(back.text)
    assert (result["respCode"], result["orderId"], result["txnAmt"]) == ("00", "FO20260115001", "123456")
    assert shop.believes(result)
    assert requests.post(url, timeout=PATIENCE).status_code == 409, "it is paid once"
    eventually(lambda: inbox.messages)
    assert inbox.messages[0]["orderId"] == "FO20260115001" and shop.believes(inbox.messages[0])
    assert shop.query("FO20260115001")["origRespCode"] == "00"
    assert shop.post("frontTransReq.do", fields).text.count("重复交易") == 1


def test_a_front_order_can_be_paid_by_its_address(shop: Shop) -> None:
    fields = front_fields(shop, "FO20260115001", "https://merchant.example/back")
    content = shop.made["gateway_url"] + "frontTransReq.do?" + urlencode(fields)
    assert scan(shop, content)["status"] == "succeeded"
    fields = front_fields(shop, "FO20260115002", "https://merchant.example/back")
    page = shop.post("frontTransReq.do", fields).text
    address = re.search(r'action="(/gateway/api/cashier/\w+)"', page)
    assert address and scan(shop, shop.sandbox.url + address[1], amount="1.00")["amount"] == "1.00"
    with pytest.raises(Refused, match="404"):
        scan(shop, "https://qr.95516.com/00010000/unknown")


def test_a_wrong_front_order_shows_why_and_is_no_order(shop: Shop) -> None:
    fields = front_fields(shop, "FO20260115001", "https://merchant.example/back")
    page = shop.post("frontTransReq.do", {**fields, "txnAmt": "1"}).text
    assert '<span id="code">11</span>' in page and 'id="pay"' not in page
    assert (
        '<span id="code">10</span>'
        in shop.post("frontTransReq.do", front_fields(shop, "FO1", "https://x.example")).text
    )
    assert shop.query("FO20260115001")["respCode"] == "34"


def test_refunds_in_parts_give_the_fee_back_in_proportion(shop: Shop) -> None:
    query_id = shop.sell("SO20260115001", 10000)
    assert shop.balance() == "1099.40"
    for number, amount in (("RF20260115001", 3333), ("RF20260115002", 3333), ("RF20260115003", 3334)):
        answer = shop.trade("04/00", number, amount, origQryId=query_id)
        assert (answer["respCode"], answer["origQryId"]) == ("00", query_id)
        assert shop.query(number)["origRespCode"] == "00"
    assert shop.balance() == "1000.00", "all of the fee has come back, no more"
    assert shop.trade("04/00", "RF20260115004", 1, origQryId=query_id)["respCode"] == "45"
    assert shop.query("SO20260115001")["origRespCode"] == "00", "the original stays what it is"
    assert shop.trade("04/00", "RF20260115001", 3333, origQryId=query_id)["respCode"] == "12"


def test_refunds_that_do_not_fit_are_refused(sandbox: Sandbox) -> None:
    shop = Shop(sandbox, opening_balance="0.00")
    query_id = shop.sell("SO20260115001", 1000)
    refused = [
        (1001, query_id, "000000", "36"),
        (1000, query_id, "000201", "36"),
        (1000, "2" * 21, "000000", "35"),
        (1000, "", "000000", "10"),
        (1000, query_id, "000000", "90"),
    ]
    for number, (amount, original, product, code) in enumerate(refused):
        made = shop.fields("04/00", product, orderId=f"RF2026011500{number}", txnAmt=str(amount), origQryId=original)
        assert shop.call("backTransReq.do", made)["respCode"] == code, (amount, original, product)
    stranger = Shop(sandbox)
    assert stranger.trade("04/00", "RF20260115009", 100, origQryId=query_id)["respCode"] == "35"
    assert shop.balance() == "9.94"


def test_a_refund_that_fails_later_can_be_tried_again(sandbox: Sandbox) -> None:
    shop = Shop(sandbox, refund_dealing_ms=None)
    query_id = shop.sell("SO20260115001", 1000)
    assert shop.trade("04/00", "RF20260115001", 1000, origQryId=query_id)["respCode"] == "00"
    assert shop.query("RF20260115001")["origRespCode"] == "05"
    assert shop.trade("04/00", "RF20260115002", 1000, origQryId=query_id)["respCode"] == "45"
    sandbox.admin.post("unionpay/trades/RF20260115001/finish", mer_id=shop.mer_id, code="30")
    assert shop.query("RF20260115001")["origRespCode"] == "30"
    assert shop.trade("04/00", "RF20260115003", 1000, origQryId=query_id)["respCode"] == "00"
    sandbox.admin.post("unionpay/trades/RF20260115003/finish", mer_id=shop.mer_id)
    assert (shop.balance(), shop.ledger()["held"]) == ("1000.00", "0.00")


def test_a_void_takes_the_whole_of_a_payment_of_the_same_settlement_day(young: Sandbox) -> None:
    shop = Shop(young)
    young.admin.post("clock", set="2030-01-15T12:00:00")
    first, second = shop.sell("SO20260115001", 1000), shop.sell("SO20260115002", 1000)
    assert shop.trade("31/00", "VO20260115001", 999, origQryId=first)["respCode"] == "36"
    assert shop.trade("31/00", "VO20260115002", 1000, origQryId=first)["respCode"] == "00"
    assert shop.query("VO20260115002")["origRespCode"] == "00"
    assert shop.trade("31/00", "VO20260115003", 1000, origQryId=first)["respCode"] == "45"
    young.admin.post("clock", set="2030-01-15T23:00:00")
    assert shop.trade("31/00", "VO20260115004", 1000, origQryId=second)["respCode"] == "35", "the day is over"
    assert shop.balance() == "1009.94"


def test_a_reversal_undoes_what_is_paid_and_stops_what_is_not(shop: Shop) -> None:
    shop.sell("SO20260115001", 1000)
    code = shop.trade("01/07", "SO20260115002", 1000)["qrCode"]
    for order_id in ("SO20260115001", "SO20260115002"):
        assert shop.trade("99/01", order_id, 1000, txnTime=shop.times[order_id])["respCode"] == "00"
        assert shop.query(order_id)["origRespCode"] == "46"
        assert shop.trade("99/01", order_id, 1000, txnTime=shop.times[order_id])["respCode"] == "46"
    with pytest.raises(Refused, match="409"):
        scan(shop, code)
    assert shop.trade("99/01", "SO20260115003", 1000)["respCode"] == "35"
    assert shop.balance() == "1000.00"


def test_money_for_the_files_can_be_received_without_a_client(shop: Shop) -> None:
    made = shop.sandbox.admin.post("unionpay/trades", mer_id=shop.mer_id, order_id="SO20260115001", amount="10.00")
    assert (made["status"], made["fee"], shop.balance()) == ("succeeded", "0.06", "1009.94")
    with pytest.raises(Refused, match="409"):
        shop.sandbox.admin.post("unionpay/trades", mer_id=shop.mer_id, order_id="SO20260115001", amount="10.00")


def test_the_auditor_sees_every_order_and_the_balance(shop: Shop) -> None:
    query_id = shop.sell("SO20260115001", 1000)
    shop.trade("04/00", "RF20260115001", 400, origQryId=query_id)
    shop.pay("PO20260115001", 700)
    shop.sandbox.admin.post("unionpay/transfers/PO20260115001/finish", mer_id=shop.mer_id)
    orders = [o for o in shop.sandbox.admin.get("unionpay/orders")["orders"] if o["merchant"] == shop.mer_id]
    seen = {
        o["key"]: (o["operation"], o["amount"], o["executed_count"], o["executed_sum"], o["returned_sum"])
        for o in orders
    }
    assert seen == {
        "SO20260115001": ("collect", "10.00", 1, "10.00", "4.00"),
        "RF20260115001": ("refund", "4.00", 1, "4.00", "0.00"),
        "PO20260115001": ("pay_out", "7.00", 1, "7.00", "0.00"),
    }
    ledger = shop.ledger()
    assert shop.balance() == ledger["balance"] == "998.96"
    books = shop.sandbox.unionpay.ledger
    assert sum(account.balance for account in books.accounts.values()) + sum(books.contra.values()) == 0
