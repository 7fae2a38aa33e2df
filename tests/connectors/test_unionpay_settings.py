"""Settings are found wrong before anything is sent; the wire log holds nothing secret or personal."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from unionpay_world import (
    CARD,
    COMPANY,
    GATEWAY,
    MER_ID,
    NOW,
    PASSWORD,
    PRODUCTION_CN,
    SECURE_KEY,
    Clock,
    Gateway,
    answer,
    certificate,
    connector,
    encryption,
    found,
    key,
    keyed,
    leaf,
    merchant,
    middle,
    ok,
    order,
    pem,
    pfx,
    reference,
    root,
    values,
)

from odoo.addons.payment_bridge.connector import registry
from odoo.addons.payment_bridge.connector.declarations import ChannelSettings, SettingKind
from odoo.addons.payment_bridge.connector.errors import Misconfigured, NotSent, Uncertain
from odoo.addons.payment_bridge.connector.redaction import redact_text
from odoo.addons.payment_bridge_channels.connectors.unionpay import UnionPayConnector
from odoo.addons.payment_bridge_channels.connectors.unionpay.client import SENSITIVE


def test_the_connector_is_found_by_its_code():
    assert registry.get("unionpay") is UnionPayConnector
    assert UnionPayConnector.label.zh == "银联"


def test_every_setting_is_explained_in_both_languages():
    for setting in UnionPayConnector.setting_fields:
        assert all((setting.label.en, setting.label.zh, setting.help.en, setting.help.zh))
        assert (setting.kind is SettingKind.CHOICE) == bool(setting.choices)
        if setting.choices:
            assert setting.default in dict(setting.choices)
    secret = {setting.name for setting in UnionPayConnector.setting_fields if setting.secret}
    assert secret == {"sign_pkcs12", "sign_password", "secure_key"}
    kinds = {setting.name: setting.kind for setting in UnionPayConnector.setting_fields}
    assert kinds["sign_pkcs12"] is SettingKind.PKCS12


@pytest.mark.parametrize(
    "change",
    [
        {"mer_id": None},
        {"mer_id": "77729005811009"},
        {"mer_id": "７７７２９００５８１１００９７"},
        {"sign_method": "02"},
        {"sign_pkcs12": None},
        {"sign_pkcs12": "%"},
        {"sign_pkcs12": base64.b64encode(b"no file").decode()},
        {"sign_pkcs12": pem(merchant())},
        {"sign_password": "111111"},
        {"sign_password": None},
        {"middle_certificates": None},
        {"root_certificates": None},
        {"root_certificates": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"},
        {"signer_name": "a@b"},
        {"encrypt_sensitive": "maybe"},
        {"encrypt_sensitive": "yes"},
        {"encrypt_sensitive": "yes", "encrypt_certificate": "x"},
        {"gateway_url": "ftp://x"},
        {"gateway_url": "https://x/?a=1"},
        {"file_url": "x"},
        {"not_found_minutes": "4"},
        {"not_found_minutes": "1441"},
        {"not_found_minutes": "soon"},
        {"page_product": "000301"},
        {"terminal": "123"},
        {"reversal": "1"},
        {"batch_charset": "UTF-16"},
    ],
)
def test_a_setting_that_cannot_work_is_named(change):
    with pytest.raises(Misconfigured) as caught:
        connector(settings=values(**change))
    assert isinstance(caught.value, NotSent)
    labels = {setting.label.en for setting in UnionPayConnector.setting_fields}
    assert any(label in caught.value.message for label in labels)
    assert caught.value.advice.zh
    for secret in (PASSWORD, "111111"):
        assert secret not in caught.value.message


@pytest.mark.parametrize("secret", [None, "", "  "])
def test_a_shared_key_channel_needs_its_key_and_no_certificate(secret):
    with pytest.raises(Misconfigured, match="key"):
        connector(settings=keyed("12", secure_key=secret))
    made, _gateway = connector(settings=keyed("12"))
    assert made.certificate_expiry() is None


def test_files_packed_the_old_way_are_opened_too():
    from cryptography.hazmat.primitives.serialization import pkcs12

    old = pfx(algorithm=pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
    made, _gateway = connector(found(), settings=values(sign_pkcs12=old))
    assert made.query(reference())


def test_short_and_foreign_keys_are_refused():
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    form = BestAvailableEncryption(PASSWORD.encode())
    short = pkcs12.serialize_key_and_certificates(
        b"m", key("weak", 1024), certificate("weak", "CFCA TEST OCA1", bits=1024), None, form
    )
    bare = pkcs12.serialize_key_and_certificates(b"m", key("merchant"), None, None, form)
    curve = pkcs12.serialize_key_and_certificates(b"m", ec.generate_private_key(ec.SECP256R1()), None, None, form)
    for raw in (short, bare, curve):
        with pytest.raises(Misconfigured, match="RSA|certificate"):
            connector(settings=values(sign_pkcs12=base64.b64encode(raw).decode()))


def test_the_notification_address_must_fit():
    with pytest.raises(Misconfigured, match="256"):
        connector(notify_url="https://x.cn/" + "y" * 250)


def test_in_production_addresses_are_fixed_and_only_they_are_called():
    production = ChannelSettings("production", values(gateway_url="https://evil.test/", file_url="https://evil.test/"))
    assert UnionPayConnector.allowed_hosts(production) == {"gateway.95516.com", "filedownload.95516.com"}
    assert UnionPayConnector.allowed_hosts(ChannelSettings("sandbox", values())) is None
    theirs = certificate("unionpay", "CFCA TEST OCA1", subject=PRODUCTION_CN, serial=31)
    gateway = Gateway([found()], chain=theirs)
    UnionPayConnector(production, gateway, now=Clock()).query(reference())
    assert gateway.requests[0].url == "https://gateway.95516.com/gateway/api/queryTrans.do"


def test_test_addresses_have_unionpays_as_default():
    made, gateway = connector(found(), settings=values(gateway_url=None, file_url=None))
    made.query(reference())
    assert gateway.requests[0].url == "https://gateway.test.95516.com/gateway/api/queryTrans.do"


@pytest.mark.parametrize(("days", "word"), [(301, "ended"), (-31, "before")])
def test_nothing_is_sent_with_a_certificate_outside_its_validity(days, word):
    made, gateway = connector(clock=Clock(NOW + timedelta(days=days)))
    with pytest.raises(Misconfigured, match=word) as caught:
        made.pay_out(order())
    assert "有效期" in caught.value.advice.zh
    assert not gateway.requests


def test_expiry_is_the_earliest_of_all_certificates():
    soon = certificate("CFCA TEST OCA1", "CFCA TEST CS CA", ca=True, until=NOW + timedelta(days=9))
    made, _gateway = connector(settings=values(middle_certificates=pem(middle(), soon)))
    assert made.certificate_expiry() == (NOW + timedelta(days=9)).date()
    sooner = certificate("encryption", "x", signed_by="root", until=NOW + timedelta(days=2))
    settings = values(encrypt_sensitive="yes", encrypt_certificate=pem(sooner))
    made, _gateway = connector(settings=settings)
    assert made.certificate_expiry() == (NOW + timedelta(days=2)).date()


# The connection test


@pytest.mark.parametrize("settings", [values(), keyed("12")], ids=["01", "12"])
def test_the_connection_test_asks_for_an_order_that_cannot_exist(settings):
    made, gateway = connector(ok("34"), settings=settings)
    reports = made.test_connection()
    assert all(report.ok for report in reports)
    assert gateway.calls[0]["txnType"] == "00" and gateway.calls[0]["orderId"] == "PAYMENTBRIDGECONNECTIONTEST"
    assert [call["txnType"] for call in gateway.calls] == ["00"]
    for report in reports:
        assert report.step.en and report.step.zh and report.detail.en and report.detail.zh


@pytest.mark.parametrize(
    ("reply", "word"),
    [
        (ok("11"), "(11)"),
        (ok("32"), "(32)"),
        (ok("34", signature="x"), "(signature)"),
        (ok("37"), "(37)"),
        (NotSent("cannot be reached"), "reached"),
        (Uncertain("broken"), "broken"),
        (answer("", 502), "(http:502)"),
    ],
)
def test_the_connection_test_says_what_is_wrong_and_raises_nothing(reply, word):
    made, _gateway = connector(reply)
    last = made.test_connection()[-1]
    assert not last.ok and word in last.detail.en


def test_the_connection_test_finds_certificates_that_have_ended():
    old = certificate("encryption", "x", signed_by="root", until=NOW - timedelta(days=2))
    settings = values(encrypt_sensitive="yes", encrypt_certificate=pem(old))
    made, _gateway = connector(ok("34"), settings=settings)
    assert [report.ok for report in made.test_connection()] == [True, True, False, True]
    with pytest.raises(Misconfigured, match="encryption"):
        made.pay_out(order())


# A newer encryption certificate


def refreshed(*replies, clock=None):
    settings = values(encrypt_sensitive="yes", encrypt_certificate=pem(encryption()), encrypt_refresh="yes")
    return connector(*replies, settings=settings, clock=clock)


def newer(**change):
    return certificate("newer encryption", "CFCA TEST OCA1", serial=4242, **change)


def test_a_newer_encryption_certificate_is_asked_for_once_a_day():
    clock = Clock()
    made, gateway = refreshed(ok(encryptPubKeyCert=pem(newer())), ok(), ok(), ok(), ok(), clock=clock)
    made.pay_out(order())
    made.pay_out(order())
    assert [call["txnType"] for call in gateway.calls] == ["95", "12", "12"]
    assert {call.get("encryptCertId") for call in gateway.calls[1:]} == {"4242"}
    question = gateway.calls[0]
    assert {name: question[name] for name in ("txnSubType", "bizType", "certType", "channelType")} == {
        "txnSubType": "00",
        "bizType": "000000",
        "certType": "01",
        "channelType": "07",
    }
    assert gateway.requests[0].url == f"{GATEWAY}/backTransReq.do"
    clock.at = NOW + timedelta(days=1)
    made.pay_out(order())
    assert [call["txnType"] for call in gateway.calls] == ["95", "12", "12", "95", "12"]
    assert gateway.calls[-1]["encryptCertId"] == "4242", "none named: the one in hand stays"


@pytest.mark.parametrize(
    "reply",
    [
        ok(encryptPubKeyCert="x"),
        ok(encryptPubKeyCert=None),
        ok("99"),
        ok("99", encryptPubKeyCert="y"),
        Uncertain("broken"),
        NotSent("unreachable"),
    ],
)
def test_without_a_newer_one_the_certificate_in_hand_is_used(reply):
    made, gateway = refreshed(reply, ok())
    made.pay_out(order())
    assert gateway.calls[-1]["encryptCertId"] == "68759622183"


def test_a_newer_certificate_that_cannot_be_used_or_is_not_proved_is_not_taken():
    for made in (newer(until=NOW - timedelta(days=1)), certificate("small", "x", signed_by="root", bits=1024)):
        ours, gateway = refreshed(ok(encryptPubKeyCert=pem(made)), ok())
        ours.pay_out(order())
        assert gateway.calls[-1]["encryptCertId"] == "68759622183"
    ours, gateway = refreshed(ok(encryptPubKeyCert=pem(newer()), signature="x"), ok())
    ours.pay_out(order())
    assert gateway.calls[-1]["encryptCertId"] == "68759622183"


# The wire log


def kept(request):
    return redact_text(request.body.decode(), request.sensitive)


@hypothesis_settings(max_examples=25)
@given(
    st.text(st.sampled_from("张三李四王五赵六"), min_size=3, max_size=6),
    st.from_regex(r"62[0-9]{14,17}", fullmatch=True),
)
def test_the_wire_log_holds_no_account_no_name_and_no_signature(name, card):
    made, gateway = connector(ok(), ok(), settings=values(send_postscript="yes"))
    made.pay_out(order(payee=replace(CARD, account=card, name=name), remark=name))
    made.pay_out(order(payee=replace(COMPANY, account=card, name=name)))
    for request in gateway.requests:
        text = kept(request)
        sent = dict(part.partition("=")[::2] for part in request.body.decode().split("&"))
        assert "txnAmt=250000" in text and "orderId=PO20260115000031" in text
        for secret in (name, card, base64.b64encode(f"{{customerNm={name}}}".encode()).decode(), COMPANY.registration):
            assert secret not in text
        assert sent["signature"][:20] not in text and "68759663125" not in text


def test_answers_are_kept_without_what_is_personal():
    made, gateway = connector(found(accNo="6222021234567890128"))
    made.query(reference())
    body = gateway.body(
        gateway.calls[0],
        found(
            accNo="6222021234567890128",
            phoneNo="13552535506",
            certifId="341126197709218366",
            customerInfo="e2N1c3RvbWVyTm095byg5LiJfQ==",
            reserved="{comDebitCardAccName=某某纸业&businessLicenseRegNo=911}",
        ),
    )
    text = redact_text(body, gateway.requests[0].sensitive)
    for secret in ("6222021234567890128", "13552535506", "341126197709218366", "e2N1", "某某纸业", "911}", "MII"):
        assert secret not in text
    assert "origRespCode=00" in text and "queryId=202601151600071008128" in text


def test_every_request_carries_the_sensitive_names():
    made, gateway = connector(found(), ok("98"), ok(), clock=Clock(NOW + timedelta(days=2)))
    made.query(reference())
    made.statement(NOW.date(), "settlement")
    made.pay_out(order())
    assert all(request.sensitive == SENSITIVE for request in gateway.requests)
    assert len(gateway.requests) == 3


def test_settings_and_secrets_are_not_shown():
    made, _gateway = connector()
    shown = repr(made._settings) + repr(made.settings)
    for secret in (pfx()[:40], PASSWORD, SECURE_KEY):
        assert secret not in shown
    made, _gateway = connector(settings=keyed("11"))
    assert SECURE_KEY not in repr(made._settings)
    assert MER_ID in repr(made._settings)


def test_unionpays_certificate_is_the_worlds():
    assert leaf().issuer == middle().subject and middle().issuer == root().subject
