"""The life of an instruction as one table. Everything that changes a state asks it."""

from __future__ import annotations

from enum import StrEnum

from ..connector.types import OutcomeStatus


class State(StrEnum):
    """Where an instruction stands."""

    QUEUED = "queued"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CLOSED = "closed"
    RETURNED = "returned"
    CANCELLED = "cancelled"


# from -> {to: what must be true}
TRANSITIONS: dict[State, dict[State, str]] = {
    State.QUEUED: {
        State.SENDING: "a dispatcher claimed it and committed the claim",
        State.CANCELLED: "a person withdrew it before anything was sent",
        State.FAILED: "it breaks a rule known before sending",
        State.UNCERTAIN: "an earlier sending arrived, as another order of its batch or a statement tells",
        State.PROCESSING: "an earlier sending arrived after all: the platform has it",
        State.SUCCEEDED: "an earlier sending arrived after all: the platform executed it",
        State.RETURNED: "an earlier sending arrived after all, and the money came back",
    },
    State.SENDING: {
        State.QUEUED: "certainly not sent, or refused for a cause that can be cured",
        State.UNCERTAIN: "sent, or perhaps sent, and no answer can be trusted",
        State.PROCESSING: "the platform accepted it",
        State.SUCCEEDED: "the platform executed it",
        State.FAILED: "the platform certainly refused it",
        State.CLOSED: "the platform ended it and nobody has paid",
        State.RETURNED: "the platform executed it and the money came back",
    },
    State.UNCERTAIN: {
        State.QUEUED: "the platform says, finally, that it never arrived",
        State.PROCESSING: "the platform has it",
        State.SUCCEEDED: "the platform executed it",
        State.FAILED: "the platform certainly refused it",
        State.CLOSED: "the platform ended it and nobody has paid, or it never arrived and its time is over",
        State.RETURNED: "the platform executed it and the money came back",
    },
    State.PROCESSING: {
        State.QUEUED: "a refund that the platform, asked, has not got is ordered again under its number",
        State.SUCCEEDED: "the platform executed it",
        State.FAILED: "the platform ended it without paying",
        State.CLOSED: "the platform ended it and nobody has paid: closed, expired, or not confirmed",
        State.RETURNED: "the platform executed it and the money came back",
    },
    State.SUCCEEDED: {State.RETURNED: "the money came back"},
    State.FAILED: {State.SUCCEEDED: "a person accepted money that came after a collection had ended"},
    State.CLOSED: {State.SUCCEEDED: "a person accepted money that came after a collection had ended"},
    State.RETURNED: {},
    State.CANCELLED: {},
}

# What may have moved, or may still move, money: no second order for the same bills.
LIVE = frozenset({State.QUEUED, State.SENDING, State.UNCERTAIN, State.PROCESSING, State.SUCCEEDED})
# Certainly no money at the payee: another way of paying is allowed.
ENDED_WITHOUT_PAYMENT = frozenset({State.FAILED, State.CLOSED, State.RETURNED, State.CANCELLED})
# The result is known: bills read otherwise than while it is under way.
FINAL = ENDED_WITHOUT_PAYMENT | {State.SUCCEEDED}
# What the platform can only tell of an order that reached it.
ARRIVED = frozenset({State.PROCESSING, State.SUCCEEDED, State.RETURNED})
# The platform still has something to tell.
OPEN_AT_PLATFORM = frozenset({State.UNCERTAIN, State.PROCESSING})

FROM_OUTCOME: dict[OutcomeStatus, State] = {
    OutcomeStatus.PROCESSING: State.PROCESSING,
    OutcomeStatus.SUCCEEDED: State.SUCCEEDED,
    OutcomeStatus.FAILED: State.FAILED,
    OutcomeStatus.CLOSED: State.CLOSED,
    OutcomeStatus.RETURNED: State.RETURNED,
}


def may_become(current: str, new: str) -> bool:
    """Whether the table allows the step."""
    return State(new) in TRANSITIONS[State(current)]


def is_old_news(current: str, told: str) -> bool:
    """Whether a message that tells ``told`` says nothing new to an instruction in ``current``: the same
    state, or one that it passed through on its way."""
    if current == told:
        return True
    passed = {
        State.SUCCEEDED: {State.PROCESSING},
        State.FAILED: {State.PROCESSING, State.CLOSED},
        State.CLOSED: {State.PROCESSING, State.FAILED},
        State.CANCELLED: {State.CLOSED},
        State.RETURNED: {State.PROCESSING, State.SUCCEEDED},
    }
    return State(told) in passed.get(State(current), set())
