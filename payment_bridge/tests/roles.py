"""Users with the roles that a test needs, with a recorded exception where roles do not go together."""

from odoo import SUPERUSER_ID, Command

from ..models.role_conflicts import NOBODY, conflicts, holders

GIVER = "base.group_erp_manager"


def role_groups(env, *roles):
    """The groups of roles named like ``clerk``; a name with a dot is a group's own."""
    names = [role if "." in role else f"payment_bridge.group_{role}" for role in roles]
    return env["res.groups"].union(*(env.ref(name) for name in names))


def give_roles(user, *roles):
    """Give ``user`` roles beside those held already, as the system does when it sets up a company."""
    env = user.env(user=SUPERUSER_ID, su=True)
    groups = role_groups(env, *roles)
    allow_together(user, groups)
    user.with_env(env).group_ids |= groups
    return user


def allow_together(user, groups):
    """Record what two other people agree to, where ``groups`` would not go with each other or what is held."""
    env = user.env(user=SUPERUSER_ID, su=True)
    held = holders(env, user.ids).get(user.id, NOBODY).groups
    names = held | set(groups.all_implied_ids.get_external_id().values())
    together = {name for pair in conflicts(names) for name in pair}
    if together:
        asks, agrees = (_administrator(env, login) for login in ("first-administrator", "second-administrator"))
        exception = env["payment.bridge.role.exception"].with_user(asks)
        made = exception.create(
            {
                "user_id": user.id,
                "group_ids": [Command.set([env.ref(name).id for name in together])],
                "reason": "A test needs one person for both.",
            }
        )
        made.with_user(agrees).action_agree()


def _administrator(env, login):
    companies = env["res.company"].search([])
    known = env["res.users"].search([("login", "=", login)])
    if known:
        known.company_ids = companies
        return known
    return env["res.users"].create(
        {
            "name": login.title(),
            "login": login,
            "company_ids": [Command.set(companies.ids)],
            "company_id": env.company.id if env.company in companies else companies[0].id,
            "group_ids": [Command.set((env.ref(GIVER) | env.ref("base.group_user")).ids)],
        }
    )
