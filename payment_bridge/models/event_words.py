"""What the events of a payment's trail are called on a page for people."""


def event_title(env, event):
    """The event named by its code ("approval.approved") in the reader's words; a code without words stays as it is.

    Each name of an instruction's state is the state's own label.
    """
    kind, _dot, what = event.partition(".")
    if kind == "instruction" and what not in ("held", "created"):
        states = env["payment.bridge.instruction"]._fields["state"]._description_selection(env)
        return dict(states).get(what, what)
    return _titles(env).get(event, event)


def _titles(env):
    return {
        "account.changed": env._("Payee's account changed"),
        "account.created": env._("Payee's account entered"),
        "account.revealed": env._("Account number shown"),
        "account.verified": env._("Payee's account confirmed by call-back"),
        "aml.signal": env._("Money-laundering signal"),
        "approval.approved": env._("Approved"),
        "approval.escalated": env._("Approval escalated"),
        "approval.refused": env._("Refused"),
        "approval.released": env._("Released to be sent"),
        "approval.reminded": env._("Approvers reminded"),
        "approval.requested": env._("Approval requested"),
        "approval.voided": env._("Approval void: the payment changed"),
        "approval.withdrawn": env._("Approval withdrawn"),
        "attempt.refused": env._("Attempt refused"),
        "batch.placed": env._("Put into a batch"),
        "chargeback.taken": env._("Charged back"),
        "chargeback.won": env._("Chargeback won"),
        "discrepancy.raised": env._("Discrepancy raised"),
        "discrepancy.reopened": env._("Discrepancy opened again"),
        "discrepancy.resolved": env._("Discrepancy resolved"),
        "instruction.held": env._("Held before sending"),
        "override.confirmed": env._("Emergency override confirmed"),
        "override.dropped": env._("Emergency override dropped"),
        "override.requested": env._("Emergency override requested"),
        "receipt.fetched": env._("Electronic receipt fetched"),
        "screening.false_positive": env._("Screening hit: somebody else"),
        "screening.confirmed": env._("Screening hit: the listed party"),
        "screening.hit": env._("Screening hit"),
        "screening.reopened": env._("Screening case opened again"),
    }


def event_details(details):
    """The details of an event as one line; lists are read out, digests are shortened to their first characters."""
    return ", ".join(
        f"{name.replace('_', ' ')}: {_plain(name, value)}"
        for name, value in details.items()
        if value not in (None, "", [], {})
    )


def _plain(name, value):
    if isinstance(value, list):
        return " · ".join(str(one) for one in value)
    if isinstance(value, dict):
        return " · ".join(f"{key} {one}" for key, one in value.items())
    return f"{value[:12]}…" if name == "digest" else value
