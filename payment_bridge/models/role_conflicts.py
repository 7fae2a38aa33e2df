"""Which roles do not go together, as a table, and who holds which of them.

A role is a group of Payment Bridge. The auditor goes with nothing that writes, Odoo's own groups included.
"""

from typing import NamedTuple

from odoo.tools import SQL

CLERK = "payment_bridge.group_clerk"
APPROVER = "payment_bridge.group_approver"
CHANNEL_ADMIN = "payment_bridge.group_channel_admin"
AUDITOR = "payment_bridge.group_auditor"
OFFICER = "payment_bridge.group_officer"
ROLES = (CLERK, APPROVER, CHANNEL_ADMIN, AUDITOR, OFFICER)
WRITERS = (
    "account.group_account_invoice",
    "account.group_validate_bank_account",
    "purchase.group_purchase_user",
    "base.group_partner_manager",
    "base.group_erp_manager",
)
"""Groups of Odoo that write what an auditor looks at."""
CONFLICTS = frozenset(
    {
        frozenset({CLERK, APPROVER}),  # whoever prepares a payment does not decide about it
        frozenset({CLERK, CHANNEL_ADMIN}),  # nor sets the rules and the limits under which it leaves
        frozenset({APPROVER, CHANNEL_ADMIN}),  # nor does whoever decides
        *(frozenset({AUDITOR, other}) for other in (CLERK, APPROVER, CHANNEL_ADMIN, OFFICER, *WRITERS)),
    }
)


class Holder(NamedTuple):
    """What one user holds: the names of groups, and whether the user can log in."""

    active: bool
    groups: frozenset[str]

    @property
    def roles(self):
        return self.groups & set(ROLES)


NOBODY = Holder(False, frozenset())


def conflicts(groups):
    """The pairs of ``groups`` that do not go together, in a fixed order. A role of Payment Bridge brings some of
    Odoo's groups along: between two roles the roles alone are named."""
    pairs = [pair for pair in CONFLICTS if pair <= groups]
    if any(pair <= set(ROLES) for pair in pairs):
        pairs = [pair for pair in pairs if pair <= set(ROLES)]
    return sorted(pairs, key=sorted)


def holders(env, user_ids=None):
    """What everybody with a role holds, directly or implied, as ``{user id: Holder}``."""
    env["res.users"].flush_model(["group_ids", "active"])
    env["res.groups"].flush_model(["implied_ids"])
    names = _watched(env)
    rows = env.execute_query(
        SQL(
            """
            WITH RECURSIVE giving AS (%s), held AS (
                SELECT rel.uid, giving.watched FROM giving JOIN res_groups_users_rel rel ON rel.gid = giving.gid
            )
            SELECT held.uid, res_users.active, array_agg(DISTINCT held.watched)
              FROM held JOIN res_users ON res_users.id = held.uid
             WHERE held.uid IN (SELECT uid FROM held WHERE watched = ANY(%s)) AND %s
             GROUP BY held.uid, res_users.active
            """,
            _giving(names),
            [group for group, name in names.items() if name in ROLES],
            SQL("TRUE") if user_ids is None else SQL("held.uid = ANY(%s)", list(user_ids)),
        )
    )
    return {uid: Holder(active, frozenset(names[group] for group in groups)) for uid, active, groups in rows}


def groups_that_give(env):
    """What each group brings along, itself included, as ``{group id: names}``, for groups with a role in it."""
    env["res.groups"].flush_model(["implied_ids"])
    names = _watched(env)
    rows = env.execute_query(
        SQL(
            "WITH RECURSIVE giving AS (%s) SELECT gid, array_agg(DISTINCT watched) FROM giving GROUP BY gid",
            _giving(names),
        )
    )
    given = {group: frozenset(names[watched] for watched in found) for group, found in rows}
    return {group: found for group, found in given.items() if found & set(ROLES)}


def _watched(env):
    """The groups of the table by id; those of add-ons that are not there are left out."""
    known = {name: env["ir.model.data"]._xmlid_to_res_id(name) for name in (*ROLES, *WRITERS)}
    return {group: name for name, group in known.items() if group}


def _giving(names):
    """(watched group, group that brings it along), for a recursive query."""
    return SQL(
        """
        SELECT id AS watched, id AS gid FROM res_groups WHERE id = ANY(%s)
        UNION
        SELECT giving.watched, rel.gid FROM res_groups_implied_rel rel JOIN giving ON rel.hid = giving.gid
        """,
        list(names),
    )
