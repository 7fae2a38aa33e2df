"""Showing one masked value whole, to a person who may see it, with an event that says who looked."""

from odoo.exceptions import AccessError

from .real_user import real_user
from .refusal import refused

REVEALERS = ("payment_bridge.group_clerk", "payment_bridge.group_channel_admin")
"""Whoever enters payees' data or sets up where they are paid; nobody else needs a whole number."""


def reveal(record, name, title):
    """A message on the screen with the value of field ``name`` of one record. Nothing of it is stored.

    :raises AccessError: for a person without the role, in another company, or when no person asks.
    """
    record.ensure_one()
    env = record.env
    person = real_user(env)
    record.with_env(env(su=False)).check_access("read")
    if not any(person._has_group(group) for group in REVEALERS):
        words = env._("Only a clerk or a channel administrator sees a whole number.")
        raise refused(record, "no_role", AccessError(words))
    company = record.sudo().company_id
    if company and company not in person.company_ids:
        raise refused(record, "other_company", AccessError(env._("It belongs to another company.")))
    env["payment.bridge.audit.event"]._record("account.revealed", record, field=name)
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {"title": title, "message": record.sudo()[name] or "", "type": "info", "sticky": True},
    }
