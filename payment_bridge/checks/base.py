"""What a check is: a small class that reads for many payments at once and judges each of them.

To add one: write a class in a file of this folder, decorate it with :func:`register`, and import the file in
``__init__``. Its rule, its results and its place on the screens follow from its declaration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from odoo.tools.translate import LazyGettext

from ..connector.types import Bilingual

if TYPE_CHECKING:
    from .batch import Batch


class Stage(StrEnum):
    """When a payment is checked."""

    PREPARED = "prepared"  # before it is ordered, and whenever a person asks
    APPROVED = "approved"  # when an approver decides
    SENDING = "sending"  # while the dispatcher claims it; only cheap checks


class Verdict(StrEnum):
    """What a check means for the payment."""

    PASS = "pass"
    WARN = "warn"
    BLOCK = "block"


class Mode(StrEnum):
    """What a rule makes of a fault."""

    OFF = "off"
    WARN = "warn"
    BLOCK = "block"


class Weight(IntEnum):
    """What a check has found, before a rule says what that means."""

    FINE = 0
    DOUBT = 1  # worth a look, never a reason to stop
    FAULT = 2  # a reason to stop where the rule says so


SEVERITY = {Verdict.PASS: 0, Verdict.WARN: 1, Verdict.BLOCK: 2}


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of one rule as plain values.

    ``percent`` 2.0 means two per cent; ``amount`` is in the company's currency; ``days`` are calendar days;
    ``countries`` are ISO 3166 codes. Which of them a check reads, :attr:`Check.reads` says.
    """

    mode: Mode = Mode.BLOCK
    percent: float = 0.0
    amount: float = 0.0
    days: int = 0
    without_order: Mode = Mode.WARN
    call_back: bool = True
    countries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """One payment (a record, as superuser) and the settings that hold for it."""

    payment: Any
    policy: Policy


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check says about one payment, in words that can be read in every language. ``evidence`` holds plain
    values, nothing secret, nothing of a company other than the payment's, and no full account number."""

    weight: Weight
    sentence: LazyGettext
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def verdict(self, mode: Mode) -> Verdict:
        """What it means under a rule of this mode."""
        if self.weight == Weight.FINE:
            return Verdict.PASS
        return Verdict.BLOCK if self.weight == Weight.FAULT and mode == Mode.BLOCK else Verdict.WARN


class Check:
    """One control. An object of it lives for one run over many payments.

    :meth:`load` reads everything for all cases in a number of queries that does not grow with each of them;
    :meth:`judge` then decides on one case without reading more.
    """

    code: ClassVar[str]
    label: ClassVar[Bilingual]
    purpose: ClassVar[Bilingual]
    cheap: ClassVar[bool] = False  # run again at the moment of sending
    reads: ClassVar[frozenset[str]] = frozenset()  # the fields of Policy that it uses
    needs_amount: ClassVar[bool] = False  # cannot work before an amount is set
    default: ClassVar[Policy] = Policy()

    def __init__(self, batch: Batch, cases: Sequence[Case]) -> None:
        self.batch = batch
        self.env = batch.env
        self.load(cases)

    def load(self, cases: Sequence[Case]) -> None:
        """Read what :meth:`judge` needs; nothing by default."""

    def judge(self, case: Case) -> Finding:
        """Decide on one payment."""
        raise NotImplementedError

    def fine(self, sentence: LazyGettext, **evidence: Any) -> Finding:
        """Nothing is wrong."""
        return Finding(Weight.FINE, sentence, evidence)

    def doubt(self, sentence: LazyGettext, **evidence: Any) -> Finding:
        """Somebody should look, whatever the rule says."""
        return Finding(Weight.DOUBT, sentence, evidence)

    def fault(self, sentence: LazyGettext, **evidence: Any) -> Finding:
        """Something is wrong."""
        return Finding(Weight.FAULT, sentence, evidence)


_CHECKS: dict[str, type[Check]] = {}


def register(check: type[Check]) -> type[Check]:
    """Class decorator: make a check known. A second one of the same code takes the place of the first."""
    _CHECKS[check.code] = check
    return check


def unregister(code: str) -> None:
    """Take a check away again."""
    _CHECKS.pop(code, None)


def all_checks() -> list[type[Check]]:
    """Every check, in the order in which it was made known."""
    return list(_CHECKS.values())


def get_check(code: str) -> type[Check] | None:
    """The check of a code; None where its add-on is gone."""
    return _CHECKS.get(code)
