"""Platform certificates are fetched, proved, refreshed and dropped; nothing is believed by default."""

import json
from datetime import timedelta

import pytest
from wechatpay_world import (
    FIRST,
    KEY_ID,
    NOW,
    SECOND,
    TRADE,
    Clock,
    certificate,
    certificate_mode,
    certificates_body,
    connector,
    hex_serial,
    order,
    platform_unseal,
    reference,
    refused,
    signed,
    unsigned,
    values,
)

from odoo.addons.payment_bridge.connector.errors import Misconfigured, NotSent, Uncertain, Untrusted
from odoo.addons.payment_bridge.connector.types import Operation, OutcomeStatus

ASKED = reference(Operation.COLLECT)


def listed(*found, by=None, at=NOW, **change):
    """The answer of /v3/certificates, signed with one of those it brings."""
    by = by or found[0]
    name = "platform-1" if by.serial_number == FIRST().serial_number else "platform-2"
    return signed(certificates_body(*found, **change), signer=name, serial=hex_serial(by), at=at)


def told(by=FIRST, at=NOW, **change):
    """An answer to a query, signed under a platform certificate."""
    name = "platform-1" if by is FIRST else "platform-2"
    made = {"signer": name, "serial": hex_serial(by()), "at": at, **change}
    return signed(json.dumps(TRADE), **made)


def test_the_first_certificates_are_believed_by_what_they_bring():
    made, gateway = connector(told(), listed(FIRST()), settings=certificate_mode())
    assert made.query(ASKED).status is OutcomeStatus.SUCCEEDED
    assert gateway.target() == "GET /v3/certificates"
    assert "Wechatpay-Serial" not in gateway.requests[0].headers


def test_several_certificates_are_valid_at_once():
    made, gateway = connector(told(), listed(FIRST(), SECOND()), told(SECOND), settings=certificate_mode())
    assert made.query(ASKED) and made.query(ASKED)
    assert len(gateway.requests) == 3


def test_leading_zeros_and_case_of_a_serial_make_no_difference():
    answers = told(SECOND, serial=hex_serial(SECOND()).lstrip("0").lower()), listed(SECOND())
    assert connector(*answers, settings=certificate_mode())[0].query(ASKED)


BAD = {
    "not signed": unsigned(listed(FIRST())),
    "signed by a stranger": signed(certificates_body(FIRST()), signer="stranger", serial=hex_serial(FIRST())),
    "vouched for by an unknown one": listed(FIRST(), by=SECOND()),
    "encrypted with another key": listed(FIRST(), api_key="f" * 32),
    "too old": listed(FIRST(), at=NOW - timedelta(minutes=6)),
    "of the merchant's own key": signed(
        certificates_body(certificate("merchant", 99)), signer="merchant", serial=f"{99:040X}"
    ),
    "with another serial than told": signed(
        certificates_body(FIRST()).replace(hex_serial(FIRST()).encode(), b"A" * 40),
        signer="platform-1",
        serial=hex_serial(FIRST()),
    ),
    "none": signed('{"data":[]}', signer="platform-1", serial=hex_serial(FIRST())),
    "no list": signed('{"data":7}', signer="platform-1", serial=hex_serial(FIRST())),
    "rows that are no rows": signed('{"data":[7,{}]}', signer="platform-1", serial=hex_serial(FIRST())),
    "no json": signed("<html>", signer="platform-1", serial=hex_serial(FIRST())),
    "refused": refused("NO_AUTH", 403),
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD)
def test_certificates_that_prove_nothing_are_not_believed(answer):
    made, _ = connector(told(), answer, settings=certificate_mode())
    with pytest.raises(Untrusted):
        made.query(ASKED)


def test_an_expired_certificate_is_refused():
    old = certificate("platform-1", FIRST().serial_number, until=NOW - timedelta(days=1))
    made, _ = connector(told(), listed(old), settings=certificate_mode())
    with pytest.raises(Untrusted):
        made.query(ASKED)
    clock = Clock()
    made, gateway = connector(told(), listed(FIRST()), settings=certificate_mode(), clock=clock)
    assert made.query(ASKED)
    clock.at = NOW + timedelta(days=301)
    gateway.replies = [told(at=clock.at), NotSent("unreachable")]
    with pytest.raises(Untrusted, match="validity"):
        made.query(ASKED)


def test_certificates_are_refreshed_after_twelve_hours_and_a_withdrawn_one_is_dropped():
    clock = Clock()
    made, gateway = connector(told(), listed(FIRST()), settings=certificate_mode(), clock=clock)
    made.query(ASKED)
    clock.at = NOW + timedelta(hours=11, minutes=59)
    gateway.replies = [told(at=clock.at)]
    made.query(ASKED)
    assert len(gateway.requests) == 3
    clock.at = NOW + timedelta(hours=12)
    gateway.replies = [told(SECOND, at=clock.at), listed(SECOND(), at=clock.at)]
    made.query(ASKED)
    gateway.replies = [told(at=clock.at), listed(SECOND(), at=clock.at)]
    with pytest.raises(Untrusted):
        made.query(ASKED)


def test_a_failing_refresh_leaves_valid_certificates_in_use_and_is_not_repeated_at_once():
    clock = Clock()
    made, gateway = connector(told(), listed(FIRST()), settings=certificate_mode(), clock=clock)
    made.query(ASKED)
    clock.at = NOW + timedelta(hours=13)
    gateway.replies = [told(at=clock.at), NotSent("unreachable"), told(at=clock.at)]
    assert made.query(ASKED) and made.query(ASKED)
    assert gateway.replies == []


def test_an_unknown_serial_is_looked_up_once():
    clock = Clock()
    stranger = {"signer": "stranger", "serial": "AB" * 20}
    made, gateway = connector(settings=certificate_mode(), clock=clock)
    gateway.replies = [told(**stranger), listed(FIRST()), told(**stranger)]
    for _ in range(2):
        with pytest.raises(Untrusted):
            made.query(ASKED)
    assert len(gateway.requests) == 3
    clock.at = NOW + timedelta(minutes=11)
    gateway.replies = [told(at=clock.at, **stranger), listed(FIRST(), at=clock.at)]
    with pytest.raises(Untrusted):
        made.query(ASKED)
    assert gateway.replies == []


def test_in_public_key_mode_no_certificate_is_ever_fetched_or_believed():
    made, gateway = connector(told())
    with pytest.raises(Untrusted):
        made.query(ASKED)
    assert len(gateway.requests) == 1


def test_while_migrating_both_kinds_of_signature_are_believed_each_by_its_own_key():
    migrating = values(verification="migration")
    made, gateway = connector(signed(json.dumps(TRADE)), told(), listed(FIRST()), settings=migrating)
    assert made.query(ASKED) and made.query(ASKED)
    assert gateway.requests[0].headers["Wechatpay-Serial"] == KEY_ID
    crossed = (told(signer="wechat"), signed(json.dumps(TRADE), signer="platform-1"))
    for answer in crossed:
        gateway.replies = [answer]
        with pytest.raises(Untrusted):
            made.query(ASKED)


def test_a_name_is_sealed_with_the_newest_valid_certificate():
    newer = certificate("platform-2", SECOND().serial_number, since=NOW - timedelta(days=1))
    coming = certificate("platform-3", 7777, since=NOW + timedelta(days=1))
    bill = {"out_bill_no": "PO202600013", "state": "ACCEPTED"}
    answer = signed(json.dumps(bill), signer="platform-1", serial=hex_serial(FIRST()))
    made, gateway = connector(listed(FIRST(), newer, coming), answer, settings=certificate_mode())
    made.pay_out(order())
    assert gateway.requests[1].headers["Wechatpay-Serial"] == hex_serial(SECOND())
    assert platform_unseal(gateway.content()["user_name"], "platform-2") == "张三丰"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (NotSent("unreachable"), NotSent),
        (refused("SYSTEM_ERROR", 500), Uncertain),
        (refused("SIGN_ERROR", 401), Misconfigured),
        (BAD["not signed"], Untrusted),
        (listed(certificate("platform-1", FIRST().serial_number, since=NOW + timedelta(days=1))), Untrusted),
    ],
)
def test_without_a_certificate_to_seal_with_no_name_leaves(answer, error):
    made, gateway = connector(answer, settings=certificate_mode())
    with pytest.raises(error):
        made.pay_out(order())
    assert len(gateway.requests) == 1
