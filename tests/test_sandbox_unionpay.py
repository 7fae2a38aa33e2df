"""UnionPay's envelope: signatures, certificates, encryption and the checks of every request, as a client sees them."""

from __future__ import annotations

import base64
import re

import pytest
import requests

from sandbox.server import Sandbox
from sandbox.testing_unionpay import CARD, PATIENCE, Shop, china_stamp, parsed, to_sign
from sandbox.unionpay import signing

pytest_plugins = ["sandbox.testing", "sandbox.testing_unionpay"]

GOLDEN = {
    "transType": "01",
    "sysReserved": "{aaa=a&bbb=b}",
    "merId": "888888888888888",
    "version": "5.1.0",
    "empty": "",
    "signature": "is left out",
}


def test_link_string_and_first_digest_agree_with_the_golden_vector() -> None:
    text = signing.link_string({**GOLDEN, "signMethod": "01", "certId": "68759663125"})
    assert text == (
        "certId=68759663125&merId=888888888888888&signMethod=01&sysReserved={aaa=a&bbb=b}&transType=01&version=5.1.0"
    )
    assert signing.digest(text.encode()) == b"5b9536c5babc539ddcaf1672972b196c510b6397e6f5820eee37c8c69e85741d"


@pytest.mark.parametrize(
    ("method", "secret", "signature"),
    [
        ("11", "88888888", "2c82a5c882de816b7909191ce319fffb401bf6b64b975a9be59d289213729703"),
        ("12", "88888888", "927634bc246f2621717f780755234907dd7e86ac244519bd31092e48b8e94c3a"),
        ("11", "", "bda8e705fe9d67022f71e8ca14752abc402368ed142b3bc71837ac9dec99c18e"),
        ("12", "", "e3d147d4d1b835a3453c7f900acf8ad4370ebea0e750452a4a02db43c398af81"),
    ],
)
def test_shared_key_signatures_agree_with_the_golden_vectors(method: str, secret: str, signature: str) -> None:
    text = signing.link_string({**GOLDEN, "signMethod": method}).encode()
    assert signing.shared(method, secret, text) == signature
    assert signing.shared_verified(method, secret, text, signature)
    assert not signing.shared_verified(method, secret, text + b"&", signature)


@pytest.mark.parametrize("method", ["01", "11", "12"])
def test_every_sign_method_pays_and_is_answered_alike(sandbox: Sandbox, method: str) -> None:
    shop = Shop(sandbox, sign_method=method, payout_dealing_ms=0)
    answer = shop.pay("PO20260115001", 123456, CARD, txnAmt="12345", reqReserved="{a=1&b}")
    assert (answer["respCode"], answer["txnAmt"], answer["signMethod"]) == ("00", "12345", method)
    assert re.fullmatch(r"\d{21}", answer["queryId"])
    assert ("signPubKeyCert" in answer) == (method == "01")
    told = shop.query("PO20260115001")
    assert (told["respCode"], told["origRespCode"], told["accNo"]) == ("00", "00", "622202******7890")
    assert shop.paid("PO20260115001") == (1, "123.45")


def test_answers_are_raw_text_with_the_signer_between_them(shop: Shop) -> None:
    response = shop.post("backTransReq.do", shop.signed(shop.payout_fields("PO20260115001")))
    assert response.headers["Content-Type"].startswith("text/plain")
    text = response.content.decode()
    assert "\n-----END CERTIFICATE-----" in text and "%" not in text and "\r" not in text
    assert "respMsg=成功[0000000]" in text
    answer = parsed(text)
    assert to_sign(answer).count("signPubKeyCert=-----BEGIN CERTIFICATE-----\n") == 1
    assert not shop.believes({**answer, "respMsg": "成功"}), "every field counts"


def test_production_has_another_name_in_its_certificate(young: Sandbox) -> None:
    young.admin.post("unionpay/settings", signer_organisation="中国银联股份有限公司")
    shop = Shop(young)
    assert shop.pay("PO20260115001")["respCode"] == "00"


def test_gbk_callers_are_understood_and_answered_in_gbk(shop: Shop) -> None:
    shop.method = "01"
    fields = {**shop.payout_fields("PO20260115001", reqReserved="货款"), "encoding": "GBK", "certId": shop.cert_id}
    key = shop.sandbox.unionpay.merchants.get(shop.mer_id).identity.key
    fields["signature"] = signing.sign(key, to_sign(fields).encode("gbk"))
    body = "&".join(f"{name}={requests.utils.quote(value.encode('gbk'), safe='')}" for name, value in fields.items())
    answer = requests.post(shop.made["gateway_url"] + "backTransReq.do", body, timeout=PATIENCE)
    assert "reqReserved=货款" in answer.content.decode("gbk")
    assert shop.query("PO20260115001")["respCode"] == "00"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"txnAmt": "01000"}, "10"),
        ({"txnAmt": "0"}, "10"),
        ({"txnAmt": "10.00"}, "10"),
        ({"txnAmt": "1" * 13}, "10"),
        ({"orderId": "PO-20260115"}, "10"),
        ({"orderId": "PO2026"}, "10"),
        ({"orderId": "P" * 33}, "10"),
        ({"currencyCode": "840"}, "10"),
        ({"version": "5.0.0"}, "10"),
        ({"bizType": "000201"}, "10"),
        ({"accType": "02"}, "10"),
        ({"accNo": "62220212345678901234"}, "10"),
        ({"accNo": "6222x21234567890"}, "10"),
        ({"customerInfo": base64.b64encode(b"{certifTp=01}").decode()}, "10"),
        ({"reqReserved": "x" * 1025}, "10"),
        ({"txnTime": "20260230101010"}, "10"),
        ({"txnTime": china_stamp(-3600)}, "10"),
        ({"txnTime": china_stamp(3600)}, "10"),
        ({"backUrl": "ftp://merchant.example"}, "10"),
        ({"merId": "777290000000000"}, "31"),
        ({"txnType": "77"}, "10"),
        *(({name: ""}, "10") for name in ("orderId", "txnTime", "txnAmt", "accNo", "accType", "merId", "channelType")),
    ],
)
def test_a_malformed_payout_is_refused_and_leaves_no_trace(shop: Shop, change: dict[str, str], code: str) -> None:
    fields = shop.payout_fields("PO20260115001")
    fields = {name: value for name, value in {**fields, **change}.items() if value}
    assert shop.call("backTransReq.do", fields)["respCode"] == code
    assert shop.paid("PO20260115001") == (0, "0.00")
    assert shop.query("PO20260115001")["respCode"] == "34"


def test_the_code_of_a_missing_field_is_a_setting(young: Sandbox) -> None:
    young.admin.post("unionpay/settings", missing_field_code="13")
    shop = Shop(young)
    fields = shop.payout_fields("PO20260115001", currencyCode="")
    assert shop.call("backTransReq.do", fields)["respCode"] == "13"


def test_a_request_that_was_changed_or_signed_by_another_is_refused(sandbox: Sandbox, shop: Shop) -> None:
    signed = shop.signed(shop.payout_fields("PO20260115001"))
    for wrong in (
        {**signed, "txnAmt": "999999"},
        {**signed, "signature": signed["signature"][::-1]},
        {**signed, "certId": "1"},
        Shop(sandbox).signed({**shop.payout_fields("PO20260115001"), "certId": shop.cert_id}),
        {**shop.payout_fields("PO20260115001"), "signMethod": "11", "signature": "0" * 64},
    ):
        answer = parsed(shop.post("backTransReq.do", wrong).content.decode())
        assert answer["respCode"] == "11" and shop.believes(answer)
    assert shop.paid("PO20260115001") == (0, "0.00")


def test_the_same_field_twice_and_broken_forms_are_refused(shop: Shop) -> None:
    url = shop.made["gateway_url"] + "backTransReq.do"
    for body in ("txnType=12&txnType=12", "nonsense", "a=%ff%ff&encoding=UTF-8", "encoding=latin-1", ""):
        assert "respCode=10" in requests.post(url, body, timeout=PATIENCE).text


def test_transactions_answer_only_at_their_own_address(shop: Shop) -> None:
    assert shop.call("queryTrans.do", shop.payout_fields("PO20260115001"))["respCode"] == "10"
    assert requests.get(shop.made["gateway_url"] + "backTransReq.do", timeout=PATIENCE).status_code == 405


def test_encrypted_merchants_must_encrypt_and_are_understood(sandbox: Sandbox) -> None:
    shop = Shop(sandbox, encryption_required=True)
    assert shop.pay("PO20260115001")["respCode"] == "10"
    secret = {"accNo": shop.encrypted(CARD), "encryptCertId": shop.made["encrypt_cert_id"]}
    assert shop.pay("PO20260115001", **{**secret, "encryptCertId": "12345"})["respCode"] == "10"
    assert shop.pay("PO20260115001", **{**secret, "accNo": base64.b64encode(b"x" * 256).decode()})["respCode"] == "10"
    inner = shop.encrypted("phoneNo=13552535506&cvn2=123")
    info = base64.b64encode(f"{{customerNm=全渠道&encryptedInfo={inner}}}".encode()).decode()
    assert shop.pay("PO20260115001", **secret, customerInfo=info)["respCode"] == "00"
    listed = sandbox.admin.get("unionpay/transfers", mer_id=shop.mer_id)["transfers"]
    assert [(one["account"], one["name"]) for one in listed] == [(CARD, "全渠道")]
    bare = base64.b64encode("{customerNm=全渠道&phoneNo=13552535506}".encode()).decode()
    assert shop.pay("PO20260115002", **secret, customerInfo=bare)["respCode"] == "10", "phoneNo in clear"


def test_the_encryption_certificate_can_be_asked_for(shop: Shop) -> None:
    answer = shop.call("backTransReq.do", shop.fields("95/00", certType="01"))
    assert (answer["respCode"], answer["encryptPubKeyCert"]) == ("00", shop.made["encrypt_cert"])


def test_a_transaction_out_of_contract_is_refused(sandbox: Sandbox) -> None:
    shop = Shop(sandbox, products_missing="12/00,04/00")
    assert shop.pay("PO20260115001")["respCode"] == "32"
    assert shop.trade("01/07", "SO20260115001")["respCode"] == "00"
