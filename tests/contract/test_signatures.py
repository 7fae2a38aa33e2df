"""Each place where a signature is checked: the good one is believed, none of the broken ones is."""

from __future__ import annotations

import pytest

from odoo.addons.payment_bridge.connector.declarations import ChannelSettings

from .kit import verdict
from .kit.cases import CONNECTORS, PLATFORMS, case
from .kit.signatures import FORGERIES, GOOD, trust


def _verifiers():
    return [case(platform, "signatures", one) for platform in PLATFORMS.values() for one in platform.verifiers]


def _forged():
    return [
        case(platform, "signatures", one, forgery)
        for platform in PLATFORMS.values()
        for one in platform.verifiers
        for forgery in FORGERIES[one.scheme]
    ]


def _delivered(platform, verifier, sign, stage):
    settings = ChannelSettings("sandbox", verifier.settings(trust()), "https://erp.example.cn/notify")
    kind = CONNECTORS[platform.code]

    def build(transport):
        return platform.connect(settings, transport, stage.now, kind)

    return verdict.of(lambda: verifier.deliver(build, trust(), sign, stage.now()))


@pytest.mark.parametrize(("platform", "verifier"), _verifiers())
def test_a_good_signature_is_believed(stage, platform, verifier):
    said = _delivered(platform, verifier, GOOD[verifier.scheme](trust()), stage)
    assert said.error is None, said


@pytest.mark.parametrize(("platform", "verifier", "forgery"), _forged())
def test_a_broken_signature_is_not_believed(stage, platform, verifier, forgery):
    said = _delivered(platform, verifier, forgery.sign(trust()), stage).must(verifier.refusal)
    if said.word == "refused":
        assert said.error.forged
