"""Orders that may not leave: what every platform's capabilities forbid, each limit broken by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from odoo.addons.payment_bridge.connector.declarations import Capabilities
from odoo.addons.payment_bridge.connector.types import Money, Operation

from .model import MONEY, Limit, Order, Platform, Variety

FEN = Decimal("0.01")


def limits(platform: Platform, capabilities: Capabilities) -> Iterator[Limit]:
    """Every limit of a platform: those of its capabilities and those in its data."""
    for operation in MONEY:
        if operation in capabilities.operations and platform.varieties.get(operation):
            yield from _amounts(operation, edges(capabilities, operation, platform.variety(operation)))
            yield from _keys(operation, capabilities)
            yield from _OTHERS[operation](capabilities)
    yield from platform.limits


def edges(capabilities: Capabilities, operation: Operation, variety: Variety) -> tuple[Decimal, Decimal | None]:
    """The least and the greatest amount of an order."""
    if operation is Operation.PAY_OUT:
        return capabilities.pay_out_minimum, capabilities.pay_out_maximum
    if operation is Operation.COLLECT:
        method = capabilities.collect_method(variety.name)
        assert method is not None, f"the collect method {variety.name} is not declared"
        return method.minimum, method.maximum
    if operation is Operation.CHARGE:
        assert capabilities.charge is not None, "charging is declared without its rules"
        return capabilities.charge.minimum, capabilities.charge.maximum
    return FEN, None


def with_amount(amount: str | Decimal, currency: str = "CNY") -> Callable[[Any], Order]:
    """Change the amount of an order."""
    return lambda order: replace(order, amount=Money(Decimal(amount), currency))


def with_payee(**change: str | None) -> Callable[[Any], Order]:
    """Change the payee of a pay-out."""
    return lambda order: replace(order, payee=replace(order.payee, **change))


def with_text(**change: str) -> Callable[[Any], Order]:
    """Change fields of an order."""
    return lambda order: replace(order, **change)


def _amounts(operation: Operation, edge: tuple[Decimal, Decimal | None]) -> Iterator[Limit]:
    least, most = edge
    yield Limit("three-decimals", operation, "amount", with_amount("10.001"))
    yield Limit("zero", operation, "amount", with_amount("0.00"))
    yield Limit("negative", operation, "amount", with_amount("-10.00"))
    yield Limit("a-tenth-of-a-fen", operation, "amount", with_amount(least + Decimal("0.001")))
    yield Limit("astronomic", operation, "amount", with_amount("1E+30"))
    yield Limit("another-currency", operation, "currency", with_amount("10.00", "USD"))
    yield Limit("no-currency", operation, "currency", with_amount("10.00", ""))
    if least > FEN:
        yield Limit("below-the-least", operation, "amount", with_amount(least - FEN))
    if most is not None:
        yield Limit("above-the-most", operation, "amount", with_amount(most + FEN))


def _keys(operation: Operation, capabilities: Capabilities) -> Iterator[Limit]:
    allowed = re.compile(f"[{capabilities.key_alphabet}]")
    yield Limit("no-key", operation, "key", with_text(key=""))
    yield Limit("key-too-long", operation, "key", with_text(key="A" * (capabilities.key_max_length + 1)))
    for name, character in (("space", " "), ("slash", "/"), ("line-break", "\n"), ("han", "单"), ("quote", '"')):
        if not allowed.fullmatch(character):
            yield Limit(f"key-with-{name}", operation, "key", with_text(key=f"PB00000000000001{character}"))


def _of_pay_outs(capabilities: Capabilities) -> Iterator[Limit]:
    operation = Operation.PAY_OUT
    yield Limit("unknown-payee-kind", operation, "payee", with_payee(kind="carrier_pigeon"))
    yield Limit("no-account", operation, "payee", with_payee(account=""))
    for kind in capabilities.payee_kinds:
        if kind.name_required:
            yield Limit(f"no-name-{kind.code}", operation, "payee|account", with_payee(kind=kind.code, name=None))
        if kind.bank_name_required:
            yield Limit(f"no-bank-{kind.code}", operation, "payee|bank", with_payee(kind=kind.code, bank_name=None))
        if not re.fullmatch(kind.account_pattern, "<nobody>"):
            yield Limit(f"account-{kind.code}", operation, "payee", with_payee(kind=kind.code, account="<nobody>"))


def _of_collections(_: Capabilities) -> Iterator[Limit]:
    operation = Operation.COLLECT
    yield Limit("unknown-method", operation, "method", with_text(method="carrier_pigeon"))
    yield Limit(
        "expired-at-birth",
        operation,
        "expires_at",
        lambda order: replace(order, expires_at=order.placed_at - timedelta(minutes=1)),
    )


def _of_charges(_: Capabilities) -> Iterator[Limit]:
    operation = Operation.CHARGE
    for name, code in (("no-code", ""), ("short-code", "123"), ("letters", "x" * 18), ("han", "付" * 18)):
        yield Limit(name, operation, "auth_code", with_text(auth_code=code))


def _of_refunds(_: Capabilities) -> Iterator[Limit]:
    operation = Operation.REFUND
    yield Limit(
        "more-than-was-paid",
        operation,
        "amount",
        lambda order: replace(order, amount=Money(order.original.amount.amount + FEN, "CNY")),
    )
    yield Limit(
        "of-a-pay-out",
        operation,
        "original",
        lambda order: replace(order, original=replace(order.original, operation=Operation.PAY_OUT)),
    )


_OTHERS: dict[Operation, Callable[[Capabilities], Iterator[Limit]]] = {
    Operation.PAY_OUT: _of_pay_outs,
    Operation.COLLECT: _of_collections,
    Operation.CHARGE: _of_charges,
    Operation.REFUND: _of_refunds,
}
