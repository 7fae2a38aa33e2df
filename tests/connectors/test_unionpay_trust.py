"""Only UnionPay's own certificate, over the configured middle to the configured root, is believed."""

from datetime import timedelta

import pytest
from unionpay_world import (
    NOW,
    PRODUCTION_CN,
    TEST_CN,
    Clock,
    Gateway,
    answer,
    certificate,
    connector,
    found,
    keyed,
    leaf,
    merchant,
    middle,
    ok,
    order,
    pem,
    reference,
    root,
    signature,
    values,
    weakly_signed,
)

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings
from odoo.addons.payment_bridge.connector.errors import Misconfigured, Uncertain, Untrusted
from odoo.addons.payment_bridge.connector.types import OutcomeStatus
from odoo.addons.payment_bridge_channels.connectors.unionpay import UnionPayConnector

MIDDLE = "CFCA TEST OCA1"


def asked(chain, signer="unionpay", clock=None, settings=None, environment="sandbox"):
    """A question whose answer is signed with ``key(signer)`` and brings this certificate."""
    gateway = Gateway([found()], signer=signer, chain=chain)
    chosen = ChannelSettings(environment, settings or values())
    return UnionPayConnector(chosen, gateway, now=clock or Clock()).query(reference())


def own(**change):
    made = {"subject": TEST_CN, "serial": 99, **change}
    name = made.pop("name", "unionpay")
    return certificate(name, made.pop("issuer", MIDDLE), **made)


def test_unionpays_certificate_is_believed():
    assert asked(leaf()).status is OutcomeStatus.SUCCEEDED
    assert asked(own(serial=77)).status is OutcomeStatus.SUCCEEDED


ATTACKS = {
    "self-signed": lambda: own(issuer=TEST_CN, signed_by="unionpay"),
    "self-signed in the middle's name": lambda: own(signed_by="unionpay"),
    "of another root": lambda: own(signed_by="other middle"),
    "issued by the root without middle": lambda: own(issuer="CFCA TEST CS CA"),
    "issued by a merchant's certificate": lambda: own(issuer="041@Z2@某某纸业@2", signed_by="merchant"),
    "of another owner": lambda: own(subject="041@Z2@某某纸业@2"),
    "without an owner": lambda: own(subject="UnionPay"),
    "with the owner elsewhere": lambda: own(subject="00040000:SIGN@Z@other@1"),
    "with the owner inside a longer one": lambda: own(subject="041@Z@x00040000:SIGNx@1"),
    "of the production owner in the test environment": lambda: own(subject=PRODUCTION_CN),
    "expired": lambda: own(until=NOW - timedelta(seconds=1)),
    "not valid yet": lambda: own(since=NOW + timedelta(seconds=1)),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_certificate_that_is_not_unionpays_decides_nothing(attack):
    with pytest.raises(Untrusted) as caught:
        asked(ATTACKS[attack]())
    assert caught.value.advice.zh


def test_a_short_key_decides_nothing():
    short = own(name="short", bits=1024)

    def reply(sent):
        fields = {**sent, **found(), "signPubKeyCert": pem(short)}
        fields["signature"] = signature(fields, "short", 1024)
        return answer("&".join(f"{name}={value}" for name, value in fields.items()))

    made, _gateway = connector(reply)
    with pytest.raises(Untrusted, match="bits"):
        made.query(reference())


def test_the_weak_signature_of_a_certificate_is_not_believed():
    with pytest.raises(Untrusted, match="weak"):
        asked(weakly_signed(own(), MIDDLE))


def test_a_right_certificate_with_somebody_elses_signature_decides_nothing():
    with pytest.raises(Untrusted):
        asked(leaf(), signer="merchant")


def test_our_own_certificate_does_not_speak_for_unionpay():
    with pytest.raises(Untrusted):
        asked(merchant(), signer="merchant")


def test_in_production_the_owner_is_unionpay_and_the_tests_owner_is_not():
    assert asked(own(subject=PRODUCTION_CN), environment="production").status is OutcomeStatus.SUCCEEDED
    with pytest.raises(Untrusted):
        asked(own(), environment="production", settings=values(signer_name="00040000:SIGN"))


def test_the_expected_owner_of_the_test_environment_is_a_setting():
    assert asked(own(subject="1@2@Somebody@4"), settings=values(signer_name="Somebody"))
    with pytest.raises(Untrusted):
        asked(leaf(), settings=values(signer_name="Somebody"))


def test_a_proved_certificate_is_remembered_but_not_beyond_its_end():
    clock = Clock()
    made, _gateway = connector(found(), found(), clock=clock, settings=values(encrypt_sensitive="no"))
    assert made.query(reference())
    clock.at = NOW + timedelta(days=299)
    assert made.query(reference())
    clock.at = NOW + timedelta(days=301)
    with pytest.raises(Misconfigured):
        made.query(reference())


@pytest.mark.parametrize(
    "change",
    [
        {"signature": None},
        {"signature": ""},
        {"signPubKeyCert": None},
        {"signPubKeyCert": "x"},
        {"signPubKeyCert": pem(leaf(), leaf())},
        {"signMethod": "11"},
        {"signMethod": "02"},
    ],
)
def test_an_unsigned_answer_to_a_pay_out_is_as_good_as_none(change):
    def reply(sent):
        fields = dict(part.partition("=")[::2] for part in gateway.body(sent, ok()).split("&"))
        changed = {name: value for name, value in {**fields, **change}.items() if value is not None}
        if "signature" not in change:
            changed.pop("signature")
            changed["signature"] = signature({**changed, "signMethod": "01"})
        return answer("&".join(f"{name}={value}" for name, value in changed.items()))

    made, gateway = connector(reply)
    with pytest.raises(Untrusted) as caught:
        made.pay_out(order())
    assert isinstance(caught.value, Uncertain)


@pytest.mark.parametrize("method", ["11", "12"])
def test_shared_key_channels_believe_the_key_alone(method):
    made, gateway = connector(ok(), settings=keyed(method))
    assert made.pay_out(order()).status is OutcomeStatus.PROCESSING
    assert gateway.calls[0]["signMethod"] == method
    made, _gateway = connector(ok(signature="0" * 64), settings=keyed(method))
    with pytest.raises(Untrusted):
        made.pay_out(order())


def test_an_answer_signed_by_the_other_method_is_not_believed():
    """A certificate's signature says nothing on a channel that has a shared key, and the other way round."""
    made, _gateway = connector(ok(signMethod="12"), settings=keyed("11"))
    with pytest.raises(Untrusted):
        made.pay_out(order())


def test_middle_certificates_must_lead_to_the_roots_beside_them():
    stranger = certificate("Stranger", "Stranger", ca=True)
    with pytest.raises(Misconfigured, match="root"):
        connector(settings=values(root_certificates=pem(stranger)))
    made, _gateway = connector(found(), settings=values(root_certificates=pem(stranger, root())))
    assert made.query(reference())
    not_an_authority = certificate("Plain", "CFCA TEST CS CA")
    made, _gateway = connector(found(), settings=values(middle_certificates=pem(not_an_authority, middle())))
    assert made.query(reference())
