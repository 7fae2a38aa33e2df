"""How alike a row and a payment are, as a score with its reasons. Plain values, no database."""

from dataclasses import dataclass
from decimal import Decimal

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

WEIGHTS = {"amount": 0.40, "reference": 0.30, "day": 0.15, "party": 0.15}
PROPOSED_FROM = 0.60
CLEARLY_BETTER = 0.05
"""How much better than the second a pair must be to be proposed."""
FARTHEST_DAYS = 7
AMOUNT_TOLERANCE = 0.02


@dataclass(frozen=True, slots=True)
class Pair:
    """A row and a payment that might belong together. Amounts are in major units of one currency, without
    sign; ``days`` lie between them."""

    line_id: int
    instruction_id: int
    line_amount: Decimal
    amount: Decimal
    days: int
    line_references: tuple[str, ...]
    references: tuple[str, ...]
    line_party: str
    party: str


@dataclass(frozen=True, slots=True)
class Score:
    """Between 0 and 1, and what each part contributes, also between 0 and 1."""

    pair: Pair
    total: float
    reasons: dict[str, float]


def score(pair):
    """The score of one pair. What neither side tells counts as half alike."""
    reasons = {
        "amount": _amount(pair),
        "reference": _best(pair.line_references, pair.references),
        "day": max(0.0, 1 - pair.days / (FARTHEST_DAYS + 1)),
        "party": _party(pair.line_party, pair.party),
    }
    reasons = {name: round(value, 2) for name, value in reasons.items()}
    return Score(pair, round(sum(WEIGHTS[name] * value for name, value in reasons.items()), 4), reasons)


def propose(pairs):
    """The best partner of each row, where it is good enough, clearly better than the next, and the row is
    in turn the payment's best: as a list of scores, the same whatever the order of ``pairs``."""
    scores = sorted(map(score, pairs), key=lambda one: (-one.total, one.pair.line_id, one.pair.instruction_id))
    of_line, of_payment = {}, {}
    for one in scores:
        of_line.setdefault(one.pair.line_id, []).append(one)
        of_payment.setdefault(one.pair.instruction_id, []).append(one)
    return [
        ranked[0]
        for ranked in of_line.values()
        if ranked[0].total >= PROPOSED_FROM
        and _stands_out(ranked)
        and _stands_out(of_payment[ranked[0].pair.instruction_id])
        and of_payment[ranked[0].pair.instruction_id][0] is ranked[0]
    ]


def _stands_out(ranked):
    return len(ranked) == 1 or ranked[0].total - ranked[1].total >= CLEARLY_BETTER


def _amount(pair):
    if pair.line_amount == pair.amount:
        return 1.0
    apart = abs(pair.line_amount - pair.amount) / max(pair.line_amount, pair.amount)
    return max(0.0, 0.8 * (1 - float(apart) / AMOUNT_TOLERANCE))


def _best(ones, others):
    """The likeness of the two most alike numbers; a wrong, missing or swapped character costs little."""
    if not ones or not others:
        return 0.5
    return max(OSA.normalized_similarity(one, other) for one in ones for other in others)


def _party(one, other):
    if not one or not other:
        return 0.5
    return fuzz.partial_ratio(one, other) / 100
