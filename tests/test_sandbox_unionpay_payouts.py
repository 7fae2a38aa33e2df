"""代付 on the UnionPay sandbox: idempotency, states, payees, money, returns and batches."""

from __future__ import annotations

import base64
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sandbox.control import Refused
from sandbox.server import Sandbox
from sandbox.testing import eventually
from sandbox.testing_unionpay import CARD, NAME, Shop, china_stamp

pytest_plugins = ["sandbox.testing", "sandbox.testing_unionpay"]
COMPANY = "0200001234567890"


def test_an_accepted_payout_is_open_until_its_time_has_come(young: Sandbox) -> None:
    shop = Shop(young, fee={"payout": "1.50"})
    assert shop.pay("PO20260115001", 25000)["respCode"] == "00"
    told = shop.query("PO20260115001")
    assert (told["respCode"], told["origRespCode"]) == ("00", "05")
    assert "settleDate" not in told
    assert shop.balance() == "1000.00", "nothing is booked before it has ended"
    young.admin.post("clock", advance_seconds=2)
    told = eventually(lambda: (t := shop.query("PO20260115001"))["origRespCode"] == "00" and t)
    assert (told["txnAmt"], told["settleAmt"], told["traceNo"]) == ("25000", "25000", told["queryId"][14:20])
    assert shop.paid("PO20260115001") == (1, "250.00")
    assert shop.balance() == "748.50"


def test_a_number_pays_once_a_day_whatever_is_sent_with_it(sandbox: Sandbox) -> None:
    shop = Shop(sandbox, payout_dealing_ms=0)
    fields = shop.payout_fields("PO20260115001")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: shop.call("backTransReq.do", fields)["respCode"], range(8)))
    assert sorted(answers) == ["00"] + ["12"] * 7
    assert shop.call("backTransReq.do", {**fields, "txnAmt": "77"})["respCode"] == "12"
    assert shop.paid("PO20260115001") == (1, "10.00")
    assert shop.query("PO20260115001")["txnAmt"] == "1000"


def test_the_next_day_the_same_number_is_another_order(young: Sandbox) -> None:
    young.admin.post("unionpay/settings", txn_time_window_seconds=0)
    shop = Shop(young, payout_dealing_ms=0)
    for time in ("20260115235959", "20260116000000", "20260116000001"):
        assert shop.pay("PO20260115001", txnTime=time)["respCode"] == ("12" if time.endswith("1") else "00")
    assert shop.paid("PO20260115001") == (2, "20.00")
    assert shop.query("PO20260115001", "20260115235959")["respCode"] == "00"
    assert shop.query("PO20260115001", "20260115235958")["respCode"] == "34", "the time belongs to the key"


@pytest.mark.parametrize(
    ("clock", "real", "moved"), [("either", "00", "00"), ("real", "00", "10"), ("sandbox", "10", "00")]
)
def test_txn_time_may_follow_the_sandbox_clock(young: Sandbox, clock: str, real: str, moved: str) -> None:
    young.admin.post("unionpay/settings", txn_time_clock=clock)
    shop = Shop(young)
    young.admin.post("clock", advance_seconds=7200)
    assert shop.pay("PO20260115001")["respCode"] == real
    assert shop.pay("PO20260115002", txnTime=china_stamp(7200))["respCode"] == moved
    assert shop.pay("PO20260115003", txnTime=china_stamp(3600))["respCode"] == "10", "between the two"
    later = {"txnTime": china_stamp(7200), "payTimeout": china_stamp(7205)}
    assert shop.trade("01/07", "SO20260115001", **later)["respCode"] == moved


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [({"error": "61"}, "61"), ({"name": "另一公司"}, "66"), ({"account_type": "04"}, "93"), ({"error": "38"}, "38")],
)
def test_a_payee_can_be_refused_at_once(shop: Shop, behaviour: dict[str, Any], code: str) -> None:
    account = "6222020000000" + code + "7"
    shop.sandbox.admin.post("unionpay/payees", account=account, **behaviour)
    assert shop.pay("PO20260115001", account=account)["respCode"] == code
    told = shop.query("PO20260115001")
    assert (told["respCode"], told["origRespCode"]) == ("00", code)
    assert shop.pay("PO20260115001")["respCode"] == "12", "the number is used up"
    assert shop.paid("PO20260115001") == (0, "0.00")


@pytest.mark.parametrize(("late", "end", "count"), [("63", "63", 0), ("A6", "A6", 1), ("60", "60", 0)])
def test_an_accepted_payout_can_end_otherwise(shop: Shop, late: str, end: str, count: int) -> None:
    account = "62220211111111" + late.replace("A", "1")
    shop.sandbox.admin.post("unionpay/payees", account=account, late_error=late, delay_ms=1)
    assert shop.pay("PO20260115001", account=account)["respCode"] == "00"
    eventually(lambda: shop.query("PO20260115001")["origRespCode"] == end)
    assert shop.paid("PO20260115001")[0] == count
    assert shop.ledger()["held"] == "0.00"


def test_money_that_is_promised_cannot_be_spent_twice(sandbox: Sandbox) -> None:
    shop = Shop(sandbox, opening_balance="10.00", fee={"payout": "1.00"}, payout_dealing_ms=None)
    assert shop.pay("PO20260115001", 900)["respCode"] == "00"
    assert shop.pay("PO20260115002", 1)["respCode"] == "90"
    assert shop.query("PO20260115002")["respCode"] == "34", "a refusal for lack of money is forgotten"
    sandbox.admin.post("unionpay/transfers/PO20260115001/finish", mer_id=shop.mer_id, code="91")
    assert shop.query("PO20260115001")["origRespCode"] == "91"
    assert shop.pay("PO20260115002", 900)["respCode"] == "00"
    sandbox.admin.post("unionpay/transfers/PO20260115002/finish", mer_id=shop.mer_id)
    assert shop.balance() == "0.00"
    sandbox.admin.patch(f"unionpay/merchants/{shop.mer_id}", top_up="5.00", single_limit="2.00")
    assert shop.pay("PO20260115003", 201)["respCode"] == "33"


def test_company_accounts_are_named_in_reserved(shop: Shop) -> None:
    company = {"accType": "04", "customerInfo": "", "account": COMPANY}
    reserved = f"{{comDebitCardAccName={NAME}&businessLicenseRegNo=91310000}}"
    assert shop.pay("PO20260115001", **company, reserved=reserved)["respCode"] == "00"
    listed = shop.sandbox.admin.get("unionpay/transfers", mer_id=shop.mer_id)["transfers"]
    assert (listed[0]["name"], listed[0]["account"]) == (NAME, COMPANY)
    assert shop.pay("PO20260115002", **company)["respCode"] == "10", "no name"
    both = shop.payout_fields("PO20260115003", accType="04", reserved=reserved)
    assert shop.call("backTransReq.do", both)["respCode"] == "10", "customerInfo is for cards"


def test_a_query_says_34_while_the_order_is_not_there_yet(young: Sandbox) -> None:
    shop = Shop(young, query_blind_ms=3000, payout_dealing_ms=0)
    shop.pay("PO20260115001")
    assert shop.query("PO20260115001")["respCode"] == "34"
    young.admin.post("clock", advance_seconds=3)
    assert shop.query("PO20260115001")["origRespCode"] == "00"


def test_too_many_queries_are_refused_until_a_minute_has_passed(young: Sandbox) -> None:
    young.admin.post("unionpay/settings", queries_per_minute=2)
    shop = Shop(young)
    shop.pay("PO20260115001")
    assert [shop.query("PO20260115001")["respCode"] for _ in range(3)] == ["00", "00", "37"]
    assert shop.query("PO20260115002")["respCode"] == "34", "another order counts for itself"
    young.admin.post("clock", advance_seconds=60)
    assert shop.query("PO20260115001")["respCode"] == "00"


def test_a_returned_payout_stays_what_it_is_and_its_money_comes_back(young: Sandbox) -> None:
    shop = Shop(young, fee={"payout": "1.00"}, payout_dealing_ms=0)
    young.admin.post("unionpay/payees", account=CARD, returns_after_ms=60_000)
    shop.pay("PO20260115001", 5000)
    assert shop.balance() == "949.00"
    young.admin.post("clock", advance_seconds=60)
    eventually(lambda: shop.balance() == "999.00")
    assert shop.query("PO20260115001")["origRespCode"] == "00", "no API tells of a return"
    listed = young.admin.get("unionpay/transfers", mer_id=shop.mer_id)["transfers"][0]
    assert (listed["executed_count"], listed["returned_count"], listed["returned_sum"]) == (1, 1, "50.00")
    with pytest.raises(Refused, match="409"):
        young.admin.post("unionpay/transfers/PO20260115001/return", mer_id=shop.mer_id)


def test_a_return_by_hand_gives_the_fee_back_where_the_contract_says_so(sandbox: Sandbox) -> None:
    terms = {"fee": {"payout": "1.00", "payout_returned": True}, "payout_dealing_ms": 0}
    shop = Shop(sandbox, **terms)
    shop.pay("PO20260115001", 5000, "6222029999999999")
    sandbox.admin.post("unionpay/transfers/PO20260115001/return", mer_id=shop.mer_id)
    assert shop.balance() == "1000.00"


# Batches

COLUMNS = "orderId|currencyCode|txnAmt|accType|accNo|customerNm|bizType|certifTp|certifId|phoneNo|postscript"


def packed(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode())).decode()


def batch_text(rows: list[tuple[str, int, str]], total: int | None = None) -> str:
    amount = sum(row[1] for row in rows) if total is None else total
    lines = [f"{order_id}|156|{fen}|01|{card}|{NAME}|000401||||货款" for order_id, fen, card in rows]
    return "\n".join([f"5.0.0|{amount}|{len(rows)}||", COLUMNS, *lines])


def send_batch(shop: Shop, number: str, text: str, qty: int, amount: int) -> dict[str, str]:
    more = {"batchNo": number, "totalQty": str(qty), "totalAmt": str(amount), "fileContent": packed(text)}
    return shop.call("batchTrans.do", shop.fields("21/03", "000401", **more))


def batch_result(shop: Shop, number: str) -> tuple[str, list[list[str]]]:
    answer = shop.call("batchTrans.do", shop.fields("22/03", "000401", batchNo=number))
    if answer["respCode"] != "00":
        return answer["respCode"], []
    text = zlib.decompress(base64.b64decode(answer["fileContent"])).decode()
    return "00", [line.split("|") for line in text.splitlines()]


def test_a_batch_pays_every_line_for_itself(young: Sandbox) -> None:
    shop = Shop(young)
    bad, late = "6222020000000061", "6222020000000063"
    young.admin.post("unionpay/payees", account=bad, error="61")
    young.admin.post("unionpay/payees", account=late, late_error="63")
    rows = [("BA20260115001", 100, CARD), ("BA20260115002", 200, bad), ("BA20260115003", 300, late)]
    answer = send_batch(shop, "0001", batch_text(rows), 3, 600)
    assert (answer["respCode"], answer["batchNo"], answer["totalAmt"]) == ("00", "0001", "600")
    assert batch_result(shop, "0001") == ("41", []), "orders of it are open"
    young.admin.post("clock", advance_seconds=2)
    lines = eventually(lambda: batch_result(shop, "0001")[1])
    assert lines[0] == ["5.0.0", "600", "3", "", "", "100", "1", "", ""]
    titles = lines[1]
    found = {line[0]: dict(zip(titles, line, strict=True)) for line in lines[2:]}
    codes = {order_id: row["respCode"] for order_id, row in found.items()}
    assert codes == {"BA20260115001": "00", "BA20260115002": "61", "BA20260115003": "63"}
    assert len(found["BA20260115001"]["queryId"]) == 21
    assert [shop.paid(row[0])[0] for row in rows] == [1, 0, 0]
    assert shop.balance() == "999.00"
    assert young.admin.get("notifications") == [], "nobody is notified of a batch"
    assert young.admin.get("unionpay/batches")[0]["finished"] is True


def test_a_batch_number_is_good_once_a_day_and_an_order_number_in_it_too(sandbox: Sandbox) -> None:
    shop = Shop(sandbox, payout_dealing_ms=0)
    text = batch_text([("BA20260115001", 100, CARD), ("BA20260115001", 100, CARD)])
    assert send_batch(shop, "0001", text, 2, 200)["respCode"] == "00"
    assert send_batch(shop, "0001", text, 2, 200)["respCode"] == "12"
    assert [line[-2] for line in batch_result(shop, "0001")[1][2:]] == ["00", "12"]
    assert shop.paid("BA20260115001") == (1, "1.00")
    assert batch_result(shop, "0002")[0] == "34"


@pytest.mark.parametrize(
    "text",
    [
        batch_text([("BA20260115001", 100, CARD)], total=99),
        batch_text([("BA20260115001", 100, CARD)]).replace("|000401|", "|"),
        batch_text([("BA20260115001", 100, CARD)]).replace("orderId", "order"),
        batch_text([("BA20260115001", 100, CARD)]).replace("|100|01", "|1x0|01"),
        "5.0.0|100|1||",
        "",
    ],
)
def test_a_batch_file_that_is_wrong_pays_nothing(shop: Shop, text: str) -> None:
    assert send_batch(shop, "0001", text, 1, 100)["respCode"] == "14"
    assert shop.paid("BA20260115001") == (0, "0.00")
    assert batch_result(shop, "0001")[0] == "34"


def test_a_batch_that_is_no_compressed_text_or_too_long_is_refused(young: Sandbox) -> None:
    shop = Shop(young)
    more = {"batchNo": "0001", "totalQty": "1", "totalAmt": "100"}
    for content in (base64.b64encode(b"plain").decode(), packed("x" * (17 * 1024 * 1024))):
        fields = shop.fields("21/03", "000401", **more, fileContent=content)
        assert shop.call("batchTrans.do", fields)["respCode"] == "14"
    young.admin.post("unionpay/settings", batch_maximum=1)
    rows = [("BA20260115001", 100, CARD), ("BA20260115002", 100, CARD)]
    assert send_batch(shop, "0001", batch_text(rows), 2, 200)["respCode"] == "14"
