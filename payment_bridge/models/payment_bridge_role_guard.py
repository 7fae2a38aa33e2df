"""Roles are given by somebody else, together with what they go with, and told to the trail."""

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError, RedirectWarning

from .real_user import is_scheduled, logged_in
from .refusal import refused
from .role_conflicts import NOBODY, ROLES, conflicts, groups_that_give, holders

GIVERS = "base.group_erp_manager"
"""Odoo's group of those who give access rights."""


class PaymentBridgeRoleGuard(models.AbstractModel):
    """Compares who holds what before and after a change of users or groups, by whatever field it was made."""

    _name = "payment.bridge.role.guard"
    _description = "Who Holds Which Role"

    @api.model
    @api.private
    def _before(self):
        """What everybody holds now, for :meth:`_after`."""
        return holders(self.env)

    @api.model
    @api.private
    def _after(self, before, groups=False):
        """Tell the trail what changed; ``groups`` where groups themselves did.

        :raises AccessError: where somebody gives a role to oneself.
        :raises RedirectWarning: where roles come together that do not go together, without a recorded exception; it
            leads to where one is recorded.
        """
        after = holders(self.env)
        installing = not self.env.registry.ready  # then nobody is asked, and the daily check looks again
        for uid in sorted(set(before) | set(after)):
            old, new = before.get(uid, NOBODY), after.get(uid, NOBODY)
            if old == new:
                continue
            user = self.env["res.users"].sudo().browse(uid).exists()
            if not user:
                continue
            given = self._can_act(new) - self._can_act(old)
            if given & set(ROLES) and not installing:
                self._forbid_oneself(user)
            self._tell(user, given, self._can_act(old) - self._can_act(new))
            if not installing:
                self._forbid_conflicts(user, [pair for pair in conflicts(self._can_act(new)) if pair & given])
        if groups and not installing:
            self._forbid_groups()

    @api.model
    @api.private
    def _conflicts_of(self, user):
        """The pairs of groups that ``user`` holds without a recorded exception that is in force."""
        held = holders(self.env, user.ids).get(user.id, NOBODY)
        return self._uncovered(user, conflicts(self._can_act(held)))

    def _can_act(self, holder):
        return holder.groups if holder.active else frozenset()

    def _uncovered(self, user, pairs):
        if not pairs:
            return []
        allowed = self.env["payment.bridge.role.exception"]._allowed_to(user)
        return [pair for pair in pairs if not any(pair <= together for together in allowed)]

    def _tell(self, user, given, taken):
        for event, names in (("role.given", given), ("role.taken", taken)):
            for name in sorted(names & set(ROLES)):
                self.env["payment.bridge.audit.event"]._record(event, user, login=user.login, role=name)

    def _forbid_oneself(self, user):
        """Nobody widens the own rights, unless nobody else is there who could: then the trail has to do."""
        person = logged_in()
        if person in (SUPERUSER_ID, False) or is_scheduled():
            words = self.env._("Roles of Payment Bridge are given by a person in the own name, not by the system.")
            raise refused(user, "no_person", AccessError(words))
        if user.id in (self.env.uid, person) and self._others_who_give(user):
            words = self.env._(
                "Nobody gives a role of Payment Bridge to oneself: ask another administrator. Nothing was changed."
            )
            raise refused(user, "own_role", AccessError(words))

    def _others_who_give(self, user):
        """People other than ``user`` who can give access rights."""
        group = self.env.ref(GIVERS).sudo()
        return group.all_user_ids.filtered(lambda one: one.active and not one.share and one.id != SUPERUSER_ID) - user

    def _forbid_conflicts(self, user, pairs):
        if open_pairs := self._uncovered(user, pairs):
            self._refuse(user, open_pairs[0])

    def _forbid_groups(self):
        """A group that gives what does not go together would pass it on to everybody who is ever put into it."""
        for group_id, given in groups_that_give(self.env).items():
            if pairs := conflicts(given):
                group = self.env["res.groups"].sudo().browse(group_id)
                words = self.env._(
                    "The group %(group)s would give %(first)s and %(second)s together, and these do not go"
                    " together. Give roles one by one. Nothing was changed.",
                    group=group.full_name,
                    **self._names(pairs[0]),
                )
                raise refused(group, "roles_together", AccessError(words))

    def _refuse(self, user, pair):
        groups = [self.env.ref(name).id for name in pair]
        words = self.env._(
            "%(user)s cannot be %(first)s and %(second)s at once: whoever prepares payments, whoever decides about"
            " them, whoever sets the rules and whoever watches are different people. Take one of them away, or"
            " record an exception first, which another person agrees to. Nothing was changed.",
            user=user.name,
            **self._names(pair),
        )
        raise refused(
            user,
            "roles_together",
            RedirectWarning(
                words,
                self.env.ref("payment_bridge.action_role_exception_new").id,
                self.env._("Record an Exception"),
                {"default_user_id": user.id, "default_group_ids": groups},
            ),
        )

    def _names(self, pair):
        first, second = (self.env.ref(name).sudo().full_name for name in sorted(pair))
        return {"first": first, "second": second}
