"""Envelope, signatures, certificates and encryption as an independent client, python-alipay-sdk, sees them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from urllib.parse import parse_qsl, urlencode

import pytest
import requests
from alipay import DCAliPay
from alipay.exceptions import AliPayException, AliPayValidationError
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.alipay import certificates, signing
from sandbox.server import Sandbox
from sandbox.testing import PATIENCE, QUERY, TRANSFER, WALLET, Merchant, wallet_order

pytest_plugins = ["sandbox.testing"]


def test_aes_agrees_with_the_golden_vector() -> None:
    key, text = "MDEyMzQ1Njc4OWFiY2RlZg==", '{"out_biz_no":"B1","order_title":"货款"}'
    ciphertext = "QuxBVGA+JK5JrakpsGs5H7D7POyAG4eOpUFyA2WRfPhqw0iN9Rg/MEgU7VcfJ4Ii"
    assert signing.encrypt(key, text.encode()) == ciphertext
    assert signing.decrypt(key, ciphertext).decode() == text


def test_certificate_serial_agrees_with_the_golden_vector() -> None:
    issuer = certificates.subject("Sim Class 2 R1", "Sim Financial", "Certification Authority")
    key = certificates.new_key()
    certificate = certificates.issue(certificates.subject("x"), key.public_key(), issuer, key, False, serial=123456789)
    assert certificates.serial_of(certificate) == "cf9c332d810c4c43c3494198a907008f"


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200), st.binary(min_size=16, max_size=16))
def test_aes_gives_back_what_went_in(text: bytes, key: bytes) -> None:
    encoded = base64.b64encode(key).decode()
    assert signing.decrypt(encoded, signing.encrypt(encoded, text)) == text


def test_sdk_computes_the_same_certificate_serials(merchant: Merchant) -> None:
    bundle = merchant.made["alipay_root_cert"]
    assert merchant.sdk.alipay_root_cert_sn == certificates.serial_of_roots(bundle)
    assert len(x509.load_pem_x509_certificates(bundle.encode())) == 3
    assert merchant.sdk.alipay_root_cert_sn.count("_") == 1, "the SM2 root is left out"
    own = x509.load_pem_x509_certificate(merchant.made["app_cert"].encode())
    assert merchant.sdk.app_cert_sn == certificates.serial_of(own)


def test_the_serial_of_an_answer_follows_the_rule_as_written(merchant: Merchant) -> None:
    """The SN rule, spelled out once more without our helpers."""
    certificate = x509.load_pem_x509_certificate(merchant.made["alipay_cert"].encode())
    values = {part.oid._name: part.value for part in certificate.issuer}
    text = "CN={commonName},OU={organizationalUnitName},O={organizationName},C={countryName}".format(**values)
    wanted = hashlib.md5(f"{text}{certificate.serial_number}".encode()).hexdigest()
    assert merchant.raw("alipay.data.bill.balance.query", {}).json()["alipay_cert_sn"] == wanted


def test_sdk_in_certificate_mode_pays_queries_and_reads_the_balance(merchant: Merchant) -> None:
    answer = merchant.pay("PO1", "12.34", name="某某纸业有限公司", remark="a/b 货款")
    assert (answer["code"], answer["status"]) == ("10000", "SUCCESS")
    assert re.fullmatch(r"\d{32}", answer["order_id"]) and re.fullmatch(r"\d{32}", answer["pay_fund_order_id"])
    told = merchant.query("PO1")
    assert (told["status"], told["trans_amount"]) == ("SUCCESS", "12.34")
    for key in ("order_id", "pay_fund_order_id"):
        assert merchant.call(QUERY, **{key: answer[key]})["out_biz_no"] == "PO1"
    assert merchant.balance() == "987.66"
    account = merchant.call("alipay.fund.account.query", account_type="ACCTRANS_ACCOUNT", alipay_user_id=merchant.pid)
    assert account["available_amount"] == "987.66"
    assert merchant.paid("PO1") == (1, "12.34")


def test_sdk_in_public_key_mode_reads_but_may_not_pay(sandbox: Sandbox) -> None:
    merchant = Merchant(sandbox, mode="key")
    assert merchant.balance() == "1000.00"
    assert merchant.call(TRANSFER, **wallet_order())["sub_code"] == "isv.insufficient-isv-permissions"
    assert merchant.paid("PO1") == (0, "0.00")


def test_answers_are_signed_over_raw_text_with_escaped_slashes_and_chinese(merchant: Merchant) -> None:
    text = merchant.raw(QUERY, {"out_biz_no": "没有/这个"}).text
    assert "参数有误" in text
    merchant.pay("PO1", passback_params="a/b")
    text = merchant.raw(
        QUERY, {"out_biz_no": "PO1", "product_code": "TRANS_ACCOUNT_NO_PWD", "biz_scene": "DIRECT_TRANSFER"}
    ).text
    assert r'"passback_params":"a\/b"' in text
    node = text[text.index(":") + 1 : text.index(',"alipay_cert_sn"')]
    signature = base64.b64decode(json.loads(text)["sign"])
    key = x509.load_pem_x509_certificate(merchant.made["alipay_cert"].encode()).public_key()
    key.verify(signature, node.encode(), padding.PKCS1v15(), SHA256())


def test_all_three_placements_of_parameters_are_accepted(merchant: Merchant) -> None:
    content = json.dumps({"bill_user_id": merchant.pid})
    body = merchant.sdk.build_body("alipay.data.bill.balance.query", content)
    signed = merchant.sdk.sign_data(body)
    pairs = dict(parse_qsl(signed))
    query = {k: v for k, v in pairs.items() if k != "biz_content"}
    url = merchant.made["gateway_url"]
    answers = [
        requests.get(f"{url}?{signed}", timeout=PATIENCE),
        requests.post(url, data=pairs, timeout=PATIENCE),
        requests.post(f"{url}?{urlencode(query)}", data={"biz_content": content}, timeout=PATIENCE),
    ]
    assert [a.json()["alipay_data_bill_balance_query_response"]["code"] for a in answers] == ["10000"] * 3


def test_gbk_callers_are_understood_and_answered_in_gbk(merchant: Merchant) -> None:
    content = {
        "out_biz_no": "PO1",
        "trans_amount": "10.00",
        "product_code": "TRANS_ACCOUNT_NO_PWD",
        "biz_scene": "DIRECT_TRANSFER",
        "order_title": "货款",
        "passback_params": "采购",
        "payee_info": {"identity_type": "ALIPAY_USER_ID", "identity": WALLET, "name": "某某纸业有限公司"},
    }
    params = merchant.sdk.build_body(TRANSFER, json.dumps(content, ensure_ascii=False), charset="GBK")
    text = "&".join(f"{k}={params[k]}" for k in sorted(params)).encode("gbk")
    key = merchant.sandbox.alipay.apps.get(merchant.app_id).identity.key
    form = urlencode({**params, "sign": signing.sign(key, text)}, encoding="gbk")
    answer = requests.post(
        merchant.made["gateway_url"],
        form,
        timeout=PATIENCE,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert json.loads(answer.content.decode("gbk"))["alipay_fund_trans_uni_transfer_response"]["status"] == "SUCCESS"


def test_legacy_sha1_signatures_are_still_verified(merchant: Merchant) -> None:
    merchant.sdk._sign_type = "RSA"
    answer = merchant.raw("alipay.data.bill.balance.query", {}, sign_type="RSA")
    assert answer.json()["alipay_data_bill_balance_query_response"]["code"] == "10000"


@pytest.mark.parametrize("mode", ["certificate", "key"])
def test_a_wrong_key_is_refused_and_moves_no_money(sandbox: Sandbox, mode: str) -> None:
    merchant = Merchant(sandbox, mode=mode)
    stranger = certificates.private_pem(certificates.new_key())
    merchant.sdk._app_private_key_string = stranger
    merchant.sdk._load_key()
    assert merchant.call(TRANSFER, **wallet_order())["sub_code"] == "isv.invalid-signature"
    assert merchant.ledger()["balance"] == "1000.00"


def test_an_unknown_app_gets_an_unsigned_refusal(merchant: Merchant) -> None:
    merchant.sdk._appid = "2021999999999999"
    with pytest.raises(AliPayException) as caught:
        merchant.pay("PO1")
    refusal = json.loads(str(caught.value).partition("message:")[2])
    assert "sign" not in refusal
    assert refusal["alipay_fund_trans_uni_transfer_response"]["sub_code"] == "isv.invalid-app-id"


@pytest.mark.parametrize(
    ("change", "code", "sub_code"),
    [
        ({"sign": "AAAA"}, "40002", "isv.invalid-signature"),
        ({"app_cert_sn": "0" * 32}, "40002", "isv.app-cert-not-exist"),
        ({"alipay_root_cert_sn": "0" * 32}, "40002", "isv.invalid-alipay-root-cert-sn"),
        ({"timestamp": "2020-01-01 00:00:00"}, "40002", "isv.invalid-timestamp"),
        ({"timestamp": "yesterday"}, "40002", "isv.invalid-timestamp"),
        ({"sign_type": "MD5"}, "40002", "isv.invalid-signature-type"),
        ({"version": ""}, "40001", "isv.missing-version"),
        ({"timestamp": ""}, "40001", "isv.missing-timestamp"),
    ],
)
def test_wrong_envelopes_are_refused_by_name(merchant: Merchant, change: dict, code: str, sub_code: str) -> None:
    node = merchant.raw("alipay.data.bill.balance.query", {}, **change).json()
    node = node["alipay_data_bill_balance_query_response"]
    assert (node["code"], node["sub_code"]) == (code, sub_code)


def test_failures_before_routing_answer_in_the_error_node(merchant: Merchant) -> None:
    unknown = merchant.raw("alipay.no.such.method", {}).json()
    assert unknown["error_response"]["sub_code"] == "isv.invalid-method"
    nothing = requests.post(merchant.made["gateway_url"], timeout=PATIENCE).json()
    assert nothing["error_response"] == {
        "code": "40001",
        "msg": "Missing Required Arguments",
        "sub_code": "isv.missing-method",
        "sub_msg": "缺少方法名参数",
    }


def test_encrypted_content_is_read_and_answered_encrypted(sandbox: Sandbox) -> None:
    merchant = Merchant(sandbox, aes=True)
    key = merchant.made["aes_key"]
    content = {
        "out_biz_no": "PO1",
        "trans_amount": "10.00",
        "product_code": "TRANS_ACCOUNT_NO_PWD",
        "biz_scene": "DIRECT_TRANSFER",
        "payee_info": {"identity_type": "ALIPAY_USER_ID", "identity": WALLET},
    }
    text = signing.encrypt(key, json.dumps(content).encode())
    raw = merchant.raw(TRANSFER, text, encrypt_type="AES").text
    quoted = re.search(r'_response":("[^"]*")', raw).group(1)
    assert merchant.sdk._verify(quoted, json.loads(raw)["sign"])
    node = json.loads(signing.decrypt(key, json.loads(quoted)))
    assert node["status"] == "SUCCESS"
    garbled = merchant.raw(TRANSFER, "bm90IGNpcGhlcg==", encrypt_type="AES").json()
    assert garbled["alipay_fund_trans_uni_transfer_response"]["sub_code"] == "isv.decryption-error-unknown"


def test_a_rotated_certificate_can_be_fetched_and_leads_to_the_same_root(sandbox: Sandbox) -> None:
    merchant = Merchant(sandbox)
    rotated = sandbox.admin.post(f"alipay/apps/{merchant.app_id}/rotate_certificate")
    with pytest.raises(AliPayValidationError):
        merchant.call("alipay.data.bill.balance.query")
    sn = merchant.raw("alipay.data.bill.balance.query", {}).json()["alipay_cert_sn"]
    assert sn == rotated["alipay_cert_sn"] == DCAliPay.get_cert_sn(rotated["alipay_cert"])
    answer = merchant.raw("alipay.open.app.alipaycert.download", {"alipay_cert_sn": sn}).json()
    content = answer["alipay_open_app_alipaycert_download_response"]["alipay_cert_content"]
    fetched = x509.load_pem_x509_certificate(base64.b64decode(content))
    roots = {c.subject: c for c in x509.load_pem_x509_certificates(merchant.made["alipay_root_cert"].encode())}
    fetched.verify_directly_issued_by(roots[fetched.issuer])
    merchant.made["alipay_cert"] = base64.b64decode(content).decode()
    merchant.sdk._alipay_public_key_cert_string = merchant.made["alipay_cert"]
    merchant.sdk._alipay_public_key_string = merchant.sdk.load_alipay_public_key_string()
    merchant.sdk._load_key()
    assert merchant.balance() == "1000.00"
