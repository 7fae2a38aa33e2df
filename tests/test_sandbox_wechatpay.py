"""Requests to the WeChat Pay sandbox: who may call, how it is refused, and how answers are signed."""

from __future__ import annotations

import base64
import json
import time

import pytest
import requests
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sandbox.server import Sandbox
from sandbox.wechatpay import signing
from sandbox.wechatpay.testing import NATIVE, PATIENCE, TRANSFERS, Shop

pytest_plugins = ["sandbox.wechatpay.testing"]


def test_a_signed_request_is_answered_with_a_signature_of_the_merchants_own_public_key(shop: Shop) -> None:
    answer = shop.collect("ORDER0001")
    assert answer.status == 200 and answer.json["code_url"].startswith("weixin://wxpay/bizpayurl?pr=")
    assert answer.headers["Wechatpay-Serial"] == shop.made["public_key_id"]
    assert answer.number == "0"


@pytest.mark.parametrize(
    ("sign", "field"),
    [
        ({"mchid": "1900999999"}, "mchid"),
        ({"serial_no": "0" * 40}, "serial_no"),
        ({"signature": "AAAA"}, "signature"),
        ({"stamp": str(int(time.time()) - 3000)}, "timestamp"),
        ({"stamp": str(int(time.time()) + 3000)}, "timestamp"),
        ({"timestamp": "soon"}, "timestamp"),
        ({"nonce": "n" * 33}, "nonce_str"),
        ({"nonce_str": ""}, "nonce_str"),
    ],
)
def test_whoever_does_not_sign_rightly_and_now_is_refused(shop: Shop, sign: dict[str, str], field: str) -> None:
    answer = shop.call("POST", NATIVE, shop.collection("ORDER0001"), sign=sign)
    assert (answer.status, answer.code) == (401, "SIGN_ERROR")
    assert answer.json["detail"]["field"] == field and answer.number == "268443699"
    assert "Wechatpay-Signature" not in answer.headers


def test_the_signature_covers_the_raw_body_and_the_raw_query(shop: Shop) -> None:
    body = json.dumps(shop.collection("ORDER0001")).encode()
    assert shop.call("POST", NATIVE, body=body, sent=body + b" ").code == "SIGN_ERROR"
    target = "/v3/pay/transactions/out-trade-no/ORDER0001"
    good = shop.authorization("GET", f"{target}?mchid={shop.mchid}", b"")
    assert shop.call("GET", f"{target}?mchid=1", headers={"Authorization": good}).code == "SIGN_ERROR"
    spaced = json.dumps(shop.collection("ORDER|*@_-1"), ensure_ascii=True, indent=2).encode()
    assert shop.call("POST", NATIVE, body=spaced).status == 200
    assert shop.trade("ORDER%7C%2A%40_-1").json["out_trade_no"] == "ORDER|*@_-1"


def test_a_request_can_be_sent_only_once(young_wechat: Sandbox) -> None:
    shop = Shop(young_wechat)
    target = f"/v3/pay/transactions/out-trade-no/NONE01?mchid={shop.mchid}"
    header = {"Authorization": shop.authorization("GET", target, b"")}
    assert [shop.call("GET", target, headers=header).code for _ in range(2)] == ["ORDER_NOT_EXIST", "SIGN_ERROR"]
    young_wechat.admin.post("wechatpay/settings", reject_replays=False)
    assert shop.call("GET", target, headers=header).code == "ORDER_NOT_EXIST"


def test_accept_user_agent_and_content_type_are_needed(shop: Shop) -> None:
    assert shop.call("POST", NATIVE, shop.collection("O00001"), headers={"Accept": "text/html"}).status == 406
    bare = requests.Session()
    bare.headers.clear()
    bare.headers["User-Agent"] = ""
    bare.headers["Accept"] = "application/json"
    body = json.dumps(shop.collection("O00002")).encode()
    headers = {"Authorization": shop.authorization("POST", NATIVE, body), "Content-Type": "application/json"}
    answer = bare.post(shop.made["base_url"] + NATIVE, body, headers=headers, timeout=PATIENCE)
    assert answer.status_code == 403
    assert shop.call("POST", NATIVE, shop.collection("O00003"), headers={"Content-Type": "text/xml"}).status == 415


def test_a_refusal_names_the_field_by_its_place(shop: Shop) -> None:
    answer = shop.collect("ORDER0001", amount={"total": "100", "currency": "CNY"})
    assert (answer.status, answer.code, answer.number) == (400, "PARAM_ERROR", "268435461")
    assert answer.json["detail"]["field"] == "/amount/total" and answer.json["detail"]["location"] == "body"
    assert "Wechatpay-Signature" in answer.headers
    assert shop.collect("ORDER0001", surprise=1).number == "270924358"
    assert shop.collect("ORDER0001", amount={"total": 1, "tip": 1}).json["detail"]["field"] == "/amount/tip"
    assert shop.call("POST", NATIVE, body=b"[1]").code == "PARAM_ERROR"
    assert shop.call("POST", NATIVE, body=b"{").code == "PARAM_ERROR"
    assert shop.call("GET", f"/v3/pay/transactions/id/1?mchid={shop.mchid}&x=1").number == "270924358"


def test_a_merchant_sees_only_its_own(wechat: Sandbox) -> None:
    mine, other = Shop(wechat), Shop(wechat)
    mine.collect("ORDER0001")
    mine.pay("BILL1")
    assert other.trade("ORDER0001").code == "ORDER_NOT_EXIST"
    assert other.transfer("BILL1").code == "NOT_FOUND"
    foreign = f"/v3/pay/transactions/out-trade-no/ORDER0001?mchid={mine.mchid}"
    assert other.call("GET", foreign).number == "268447843"
    assert other.collect("ORDER0002", appid=mine.appid).code == "APPID_MCHID_NOT_MATCH"
    with pytest.raises(KeyError):
        other.trusted(mine.made["public_key_id"])


def test_operations_can_be_missing_from_the_contract(wechat: Sandbox) -> None:
    shop = Shop(wechat, products_missing="native,transfer")
    assert shop.collect("ORDER0001").code == shop.pay("B1").code == "NO_AUTH"


def test_certificates_are_sealed_rotated_and_retired(young_wechat: Sandbox) -> None:
    shop = Shop(young_wechat, mode="certificate")

    def listed() -> dict[str, str]:
        found = {}
        for one in shop.call("GET", "/v3/certificates").json["data"]:
            sealed = one["encrypt_certificate"]
            cipher = AESGCM(shop.made["apiv3_key"].encode())
            text = cipher.decrypt(sealed["nonce"].encode(), base64.b64decode(sealed["ciphertext"]), b"certificate")
            serial = f"{x509.load_pem_x509_certificate(text).serial_number:X}"
            assert serial == one["serial_no"]
            found[serial] = text.decode()
        return found

    assert listed() == shop.made["platform_certificates"]
    (first,) = shop.made["platform_certificates"]
    second = young_wechat.admin.post("wechatpay/certificates", sign=False)["serial_no"]
    shop.made["platform_certificates"] = listed()
    assert list(shop.made["platform_certificates"]) == [first, second]
    assert shop.trade("NONE01").headers["Wechatpay-Serial"] == first
    third = young_wechat.admin.post("wechatpay/certificates")["serial_no"]
    with pytest.raises(KeyError, match=third):
        shop.trade("NONE01")
    shop.made["platform_certificates"] |= {third: young_wechat.wechatpay.merchants.certificates.get(third).pem}
    assert shop.trade("NONE01").headers["Wechatpay-Serial"] == third
    young_wechat.admin.delete(f"wechatpay/certificates/{first}")
    assert set(listed()) == {second, third}


def test_public_key_merchants_have_no_certificates(shop: Shop) -> None:
    answer = shop.call("GET", "/v3/certificates")
    assert (answer.status, answer.code) == (404, "RESOURCE_NOT_EXISTS")


def test_while_migrating_the_request_says_who_signs_and_else_it_is_either(wechat: Sandbox) -> None:
    shop = Shop(wechat, mode="migrating")
    (certificate,) = shop.made["platform_certificates"]
    key = shop.made["public_key_id"]
    for wanted in (certificate, key):
        target = f"/v3/pay/transactions/out-trade-no/NONE01?mchid={shop.mchid}"
        answer = shop.call("GET", target, headers={"Wechatpay-Serial": wanted})
        assert answer.headers["Wechatpay-Serial"] == wanted
    assert {shop.trade("NONE01").headers["Wechatpay-Serial"] for _ in range(2)} == {certificate, key}


def test_the_golden_vector_of_aead(shop: Shop) -> None:
    text = b'{"out_trade_no":"T1","trade_state":"SUCCESS"}'
    sealed = signing.sealed("0123456789abcdef0123456789abcdef", "abcdefghijkl", "transaction", text)
    assert sealed == "Eu6myr+6GaECeJdOZPZ6BX5lij2Vohspf9pbw6Eor54J6prefQGx4A8pw4JzQ/lkgFh/UIp8nXF6h6aOBw=="


def test_faults_lose_answers_before_or_after_the_work(shop: Shop) -> None:
    for number, kind, done in (
        ("F1", "refuse", False),
        ("F2", "timeout_before", False),
        ("F3", "timeout_after", True),
        ("F4", "cut_answer", True),
    ):
        shop.fault(kind, method="transfer", **({"seconds": 0} if kind.startswith("timeout") else {}))
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            shop.pay(number)
        assert (shop.transfer(number).status == 200) is done
        assert shop.pay(number).status == 200 and shop.paid(number)[:2] == (1, "10.00")


@pytest.mark.parametrize(
    ("kind", "status", "code", "done"),
    [
        ("system_error_before", 500, "SYSTEM_ERROR", False),
        ("system_error_after", 500, "SYSTEM_ERROR", True),
        ("sub_code:FREQUENCY_LIMITED", 429, "FREQUENCY_LIMITED", False),
        ("sub_code:NOT_ENOUGH", 403, "NOT_ENOUGH", False),
        ("unknown_code", 400, "SANDBOX_NEVER_SEEN_BEFORE", False),
    ],
)
def test_faults_refuse_with_any_code(shop: Shop, kind: str, status: int, code: str, done: bool) -> None:
    shop.fault(kind, method="transfer", out_biz_no="F1")
    answer = shop.pay("F1")
    assert (answer.status, answer.code) == (status, code)
    assert (shop.transfer("F1").status == 200) is done


def test_faults_spoil_the_signature_of_an_answer(shop: Shop) -> None:
    shop.fault("wrong_signature")
    with pytest.raises(InvalidSignature):
        shop.pay("F1")
    shop.fault("unknown_cert_sn")
    with pytest.raises(KeyError):
        shop.pay("F1")
    shop.fault("unsigned")
    assert "Wechatpay-Signature" not in shop.pay("F1").headers
    shop.fault("html")
    assert shop.pay("F2").body.startswith(b"<html>")
    assert shop.paid("F1")[0] == 1 and shop.transfer("F2").status == 404


def test_requests_are_counted_by_operation(young_wechat: Sandbox) -> None:
    shop = Shop(young_wechat)
    shop.pay("B1")
    shop.transfer("B1")
    shop.call("POST", TRANSFERS, {})
    seen = young_wechat.admin.get("requests")
    assert seen["methods"]["wechatpay"] == {"transfer": 2, "transfer.query": 1}
    assert [one["answer"] for one in seen["last"]] == ["OK", "OK", "PARAM_ERROR"]
    assert seen["last"][0]["out_biz_no"] == "B1" and seen["last"][0]["app_id"] == shop.mchid
