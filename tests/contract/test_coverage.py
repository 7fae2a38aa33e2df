"""No cell is left untested: whatever a connector declares, its data hold cases for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from odoo.addons.payment_bridge.connector.declarations import SettingKind
from odoo.addons.payment_bridge.connector.types import Operation

from .kit.cases import CONNECTORS, PLATFORMS
from .kit.model import MONEY

CASES = {
    Operation.QUERY: lambda platform: platform.states,
    Operation.NOTIFICATION: lambda platform: platform.notices,
    Operation.STATEMENT: lambda platform: platform.statements and platform.spoils,
    Operation.RECEIPT: lambda platform: platform.receipt_for,
    Operation.PAY_OUT_BATCH: lambda platform: platform.batch,
}
SECRET_KINDS = {SettingKind.PRIVATE_KEY, SettingKind.BASE64_KEY, SettingKind.PKCS12}


@pytest.fixture(params=sorted(CONNECTORS), ids=str)
def kind(request):
    return CONNECTORS[request.param]


@pytest.fixture
def platform(kind):
    assert kind.code in PLATFORMS, f"the connector {kind.code} has no data: write tests/contract/{kind.code}.py"
    return PLATFORMS[kind.code]


def test_all_data_belong_to_a_connector():
    assert set(PLATFORMS) <= set(CONNECTORS)


def untried(kind, platform) -> list[Operation]:
    """The operations that a connector declares and for which the data hold no case."""
    declared = kind.capabilities.operations
    without = [one for one in MONEY if one in declared and not platform.varieties.get(one)]
    without += [one for one, cases in CASES.items() if one in declared and not cases(platform)]
    return without + [one for one in declared if one is not Operation.NOTIFICATION and one not in platform.methods]


def test_every_declared_operation_has_cases(kind, platform):
    without = untried(kind, platform)
    assert not without, f"{kind.code} declares {without}, and nothing tries it"


def test_an_operation_without_cases_would_be_noticed(kind, platform):
    """The test of the test: without its data each operation is told to be untried."""
    for operation in kind.capabilities.operations:
        methods = {one: method for one, method in platform.methods.items() if one is not operation}
        varieties = {one: ways for one, ways in platform.varieties.items() if one is not operation}
        bare = replace(
            platform, methods=methods, varieties=varieties, states=(), statements=(), notices=None, receipt_for=None
        )
        assert operation in untried(kind, bare)


def test_every_declared_kind_of_order_has_a_case(kind, platform):
    capabilities = kind.capabilities
    offered = {
        Operation.PAY_OUT: {one.code for one in capabilities.payee_kinds},
        Operation.COLLECT: {one.code for one in capabilities.collect_methods},
    }
    for operation, names in offered.items():
        if operation in capabilities.operations:
            tried = {one.name for one in platform.varieties[operation]}
            assert names == tried, f"{kind.code}, {operation}"


def test_every_declared_statement_has_a_case(kind, platform):
    if Operation.STATEMENT in kind.capabilities.operations:
        offered = {one.code: one.covers_balance for one in kind.capabilities.statement_kinds}
        assert offered == {one.kind: one.adds_up_to is not None for one in platform.statements}


def test_every_money_operation_has_codes_and_states(kind, platform):
    for operation in MONEY:
        if operation in kind.capabilities.operations:
            assert any(one.operation is operation for one in platform.codes), f"no codes of {operation}"
            assert any(one.operation is operation for one in platform.states), f"no states of {operation}"


def test_every_platform_has_faults_signatures_and_bad_settings(platform):
    assert platform.faults and platform.verifiers and platform.bad_settings


def test_every_secret_setting_is_declared_secret(kind):
    for field in kind.setting_fields:
        if field.kind in SECRET_KINDS:
            assert field.secret, f"{kind.code}: {field.name}"


def test_every_text_for_people_is_in_both_languages(kind):
    texts = [kind.label]
    for field in kind.setting_fields:
        texts += [field.label, field.help, *(label for _, label in field.choices)]
    capabilities = kind.capabilities
    for one in (*capabilities.payee_kinds, *capabilities.collect_methods, *capabilities.statement_kinds):
        texts.append(one.label)
    assert all(text.en.strip() and text.zh.strip() for text in texts)
