"""Roles that do not go together are held together by nobody, unless two people have written down why."""

import json
from datetime import timedelta
from unittest.mock import MagicMock, patch

from psycopg2.errors import CheckViolation

from odoo import SUPERUSER_ID, Command, fields
from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..models.role_conflicts import CONFLICTS, WRITERS, holders
from .approval_common import ApprovalCommon
from .roles import give_roles, role_groups

GUARD = "odoo.addons.payment_bridge.models.real_user.request"


@tagged("post_install", "-at_install")
class TestRoles(ApprovalCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.second = (
            cls.person(name, "base.group_system", "base.group_partner_manager") for name in ("first", "second")
        )
        cls.exceptions = cls.env["payment.bridge.role.exception"]

    def nobody(self, name="new"):
        return self.person(name)

    def record(self, user, *roles, by=None, **values):
        """What :attr:`first` asks for."""
        groups = role_groups(self.env, *roles)
        return self.exceptions.with_user(by or self.first).create(
            {"user_id": user.id, "group_ids": [Command.set(groups.ids)], "reason": "A small company.", **values}
        )

    def role_events(self, user, event):
        self.env.flush_all()
        return (
            self.env["payment.bridge.audit.event"]
            .sudo()
            .search([("event", "=", event), ("record_model", "=", "res.users"), ("record_id", "=", user.id)])
        )

    # -- what does not go together -----------------------------------------------

    def test_every_pair_of_the_table_is_refused_by_every_way_to_give_it(self):
        administrator = self.first
        for number, pair in enumerate(sorted(CONFLICTS, key=sorted)):
            one, other = (self.env.ref(name) for name in sorted(pair))
            user = self.person(f"pair-{number}", one.get_external_id()[one.id])
            between = self.env["res.groups"].create({"name": f"Between {number}", "user_ids": user.ids})
            ways = {
                "the user": lambda user=user, other=other: user.with_user(administrator).write(
                    {"group_ids": [Command.link(other.id)]}
                ),
                "sudo": lambda user=user, other=other: (
                    user.with_user(administrator).sudo().write({"group_ids": [Command.link(other.id)]})
                ),
                "the group": lambda user=user, other=other: other.with_user(administrator).write(
                    {"user_ids": [Command.link(user.id)]}
                ),
                "all users of the group": lambda user=user, other=other: other.with_user(administrator).write(
                    {"all_user_ids": [Command.link(user.id)]}
                ),
                "an implied group": lambda between=between, other=other: between.with_user(administrator).write(
                    {"implied_ids": [Command.link(other.id)]}
                ),
                "the other side": lambda between=between, other=other: other.with_user(administrator).write(
                    {"implied_by_ids": [Command.link(between.id)]}
                ),
                "an import": lambda user=user, both=one | other: self._import(user, both),
                "a new user": lambda one=one, other=other, number=number: (
                    self.env["res.users"]
                    .with_user(administrator)
                    .create(
                        {
                            "name": "Both",
                            "login": f"both-{number}",
                            "group_ids": [Command.set((one | other | self.env.ref("base.group_user")).ids)],
                        }
                    )
                ),
            }
            for way, attempt in ways.items():
                self.assertRefused(attempt, (pair, way))
                self.env.invalidate_all()
                self.env.registry.clear_cache("groups")
                self.assertFalse(user._has_group(other.get_external_id()[other.id]), (pair, way))

    def assertRefused(self, attempt, what):
        """With the button that leads to an exception, or, where no user is in question, without."""
        try:
            with self.env.cr.savepoint():
                attempt()
        except (RedirectWarning, AccessError):
            return
        self.fail(f"{what} went through")

    def _import(self, user, groups):
        """An import tells what stopped it instead of raising."""
        users = self.env["res.users"].with_user(self.first)
        answer = users.load([".id", "group_ids/.id"], [[str(user.id), ",".join(map(str, groups.ids))]])
        if answer["messages"]:
            raise AccessError(answer["messages"][0]["message"])

    def test_the_refusal_leads_to_recording_an_exception(self):
        user = self.person("li", "clerk")
        with self.assertRaises(RedirectWarning) as refused, self.env.cr.savepoint():
            user.with_user(self.first).group_ids = [Command.link(self.env.ref("payment_bridge.group_approver").id)]
        words, action, _button, context = refused.exception.args
        self.assertIn("Li", words)
        self.assertIn("Nothing was changed", words)
        self.assertEqual(action, self.env.ref("payment_bridge.action_role_exception_new").id)
        made = self.exceptions.with_user(self.first).with_context(**context).new({"reason": "Small."})
        self.assertEqual((made.user_id, len(made.group_ids)), (user, 2))

    def test_a_copy_of_a_user_and_a_template_for_new_users_are_no_way_round(self):
        both = give_roles(self.nobody("both"), "clerk", "approver")
        with self.assertRaises(RedirectWarning), self.env.cr.savepoint():
            both.with_user(self.first).copy()
        groups = role_groups(self.env, "clerk", "channel_admin")
        template = self.env.ref("base.default_user_group")
        for attempt in (
            lambda: template.with_user(self.first).write({"implied_ids": [Command.link(one.id) for one in groups]}),
            lambda: self.env["res.groups"].with_user(self.first).create({"name": "Boss", "implied_ids": groups.ids}),
            lambda: (
                self.env["res.groups"]
                .with_user(self.first)
                .create({"name": "Boss", "implied_by_ids": both.group_ids.ids, "implied_ids": groups.ids})
            ),
        ):
            self.assertRefused(attempt, "a group that gives both")
        self.env.registry.clear_cache("groups")

    def test_an_archived_user_comes_back_with_nothing_that_does_not_go_together(self):
        user = give_roles(self.nobody(), "clerk", "approver")
        user.active = False
        self.exceptions.search([("user_id", "=", user.id)]).with_user(self.first).action_end()
        with self.assertRaises(RedirectWarning), self.env.cr.savepoint():
            user.with_user(self.first).active = True

    def test_an_auditor_holds_nothing_that_writes(self):
        auditor = self.person("aud", "auditor")
        for writer in WRITERS:
            with self.assertRaises(RedirectWarning, msg=writer), self.env.cr.savepoint():
                auditor.with_user(self.first).group_ids = [Command.link(self.env.ref(writer).id)]
            self.env.invalidate_all()

    def test_one_role_each_and_roles_that_go_together_are_given_and_told(self):
        user = self.nobody()
        for role in ("approver", "officer"):
            user.with_user(self.first).group_ids = [Command.link(self.env.ref(f"payment_bridge.group_{role}").id)]
        self.assertEqual(len(self.role_events(user, "role.given")), 2)
        user.with_user(self.first).group_ids = [Command.unlink(self.env.ref("payment_bridge.group_officer").id)]
        taken = self.role_events(user, "role.taken")
        self.assertEqual(json.loads(taken.content)["details"]["role"], "payment_bridge.group_officer")
        self.assertEqual(taken.user_id, self.first)

    # -- to oneself --------------------------------------------------------------

    def test_nobody_gives_a_role_to_oneself_by_whatever_field(self):
        clerk_group = self.env.ref("payment_bridge.group_clerk")
        between = self.env["res.groups"].create({"name": "Mine", "user_ids": self.first.ids})
        for attempt in (
            lambda: self.first.with_user(self.first).write({"group_ids": [Command.link(clerk_group.id)]}),
            lambda: self.first.with_user(self.first).sudo().write({"group_ids": [Command.link(clerk_group.id)]}),
            lambda: clerk_group.with_user(self.first).write({"user_ids": [Command.link(self.first.id)]}),
            lambda: between.with_user(self.first).write({"implied_ids": [Command.link(clerk_group.id)]}),
        ):
            with self.assertRaisesRegex(AccessError, "oneself"), self.env.cr.savepoint():
                attempt()
            self.env.invalidate_all()
            self.env.registry.clear_cache("groups")
        everybody = self.env.ref("base.group_user").with_user(self.first).sudo()
        self.assertRefused(lambda: everybody.write({"implied_ids": [Command.link(clerk_group.id)]}), "everybody")
        self.env.registry.clear_cache("groups")
        self.assertFalse(self.first._has_group("payment_bridge.group_clerk"))

    def test_whoever_takes_on_another_identity_or_the_superusers_gives_no_role(self):
        approver = self.env.ref("payment_bridge.group_approver")
        request = MagicMock()
        with patch(GUARD, request):
            request.session.uid = self.first.id
            with self.assertRaisesRegex(AccessError, "oneself"), self.env.cr.savepoint():
                self.first.with_user(self.second).group_ids = [Command.link(approver.id)]
            request.session.uid = SUPERUSER_ID
            with self.assertRaisesRegex(AccessError, "not by the system"), self.env.cr.savepoint():
                self.nobody().with_user(SUPERUSER_ID).group_ids = [Command.link(approver.id)]

    def test_the_only_administrator_of_a_company_of_one_begins_alone(self):
        self.only(self.first)
        self.first.with_user(self.first).group_ids = [
            Command.link(self.env.ref("payment_bridge.group_channel_admin").id)
        ]
        exception = self.record(self.first, "clerk", "channel_admin")
        self.assertTrue(exception.may_record_alone)
        exception.action_record_alone()
        self.first.with_user(self.first).group_ids = [Command.link(self.env.ref("payment_bridge.group_clerk").id)]
        self.assertTrue(self.first._has_group("payment_bridge.group_clerk"))
        self.assertEqual(self.exceptions._allowed_to(self.first)[0], exception._groups())

    def only(self, user):
        """Nobody but ``user`` gives access rights or sets up channels."""
        givers = self.env.ref("base.group_erp_manager") | self.env.ref("payment_bridge.group_channel_admin")
        self.env.cr.execute(
            SQL("UPDATE res_users SET active = false WHERE id = ANY(%s)", (givers.all_user_ids - user).ids)
        )
        self.env.invalidate_all()

    # -- the exception -----------------------------------------------------------

    def test_an_exception_needs_somebody_else_and_then_allows_what_it_says(self):
        user = self.person("li", "clerk")
        exception = self.record(user, "clerk", "approver")
        for person in (self.first, user):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                exception.with_user(person).action_agree()
        approver = self.env.ref("payment_bridge.group_approver")
        with self.assertRaises(RedirectWarning), self.env.cr.savepoint():
            user.with_user(self.second).group_ids = [Command.link(approver.id)]
        exception.with_user(self.second).action_agree()
        user.with_user(self.first).group_ids = [Command.link(approver.id)]
        self.assertTrue(user._has_group("payment_bridge.group_approver"))
        with self.assertRaises(RedirectWarning), self.env.cr.savepoint():
            user.with_user(self.first).group_ids = [Command.link(self.env.ref("payment_bridge.group_channel_admin").id)]
        for event in ("role_exception.asked", "role_exception.agreed"):
            self.assertTrue(
                self.env["payment.bridge.audit.event"]
                .sudo()
                .search([("event", "=", event), ("record_id", "=", exception.id)])
            )

    def test_it_is_not_recorded_alone_while_somebody_could_agree_and_never_for_long(self):
        exception = self.record(self.first, "clerk", "approver")
        with self.assertRaisesRegex(AccessError, "somebody else"):
            exception.with_user(self.first).action_record_alone()
        self.only(self.first)
        long = self.record(self.first, "clerk", "approver", until=fields.Date.today() + timedelta(days=200))
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            long.with_user(self.first).action_record_alone()
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.record(self.first, "clerk", "approver", until=fields.Date.today() + timedelta(days=400))

    def test_nobody_writes_agrees_or_deletes_by_another_way(self):
        user = self.person("li", "clerk")
        exception = self.record(user, "clerk", "approver", by=self.admin)
        born = self.record(user, "clerk", "approver", state="agreed", agreed_by_id=self.second.id)
        self.assertEqual((born.state, bool(born.agreed_by_id)), ("asked", False))
        told = self.exceptions.with_context(default_state="agreed", default_agreed_by_id=self.second.id)
        self.assertEqual(told.with_user(self.first).create(born.copy_data()[0]).state, "asked")
        for attempt in (
            lambda: exception.sudo().write({"state": "agreed"}),
            lambda: exception.sudo().write({"until": fields.Date.today()}),
            exception.sudo().unlink,
            exception.copy,
            lambda: exception.with_user(SUPERUSER_ID).action_agree(),
            lambda: exception.with_user(self.clerk).sudo().action_agree(),
            lambda: exception.with_user(self.ann).sudo().action_record_alone(),
            lambda: self.record(user, "clerk", "approver", by=self.clerk),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                attempt()
        self.env.flush_all()
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute(
                SQL(
                    "UPDATE payment_bridge_role_exception SET state = 'agreed', agreed_by_id = asked_by_id"
                    " WHERE id = %s",
                    exception.id,
                )
            )
        self.assertFalse(self.exceptions._allowed_to(user))

    def test_a_pair_that_goes_together_needs_none(self):
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.record(self.nobody(), "approver", "officer")

    # -- found every day, and at the decision ------------------------------------

    def conflicts_told(self, user):
        return self.env["payment.bridge.discrepancy"].search(
            [("kind", "=", "roles"), ("key", "=like", f"roles-{user.id}-%"), ("state", "=", "open")]
        )

    def test_what_was_put_into_the_database_is_found_and_decides_nothing(self):
        group = self.env.ref("payment_bridge.group_clerk")
        self.make_rule(self.ann)
        payment = self.submit()
        self.env.cr.execute(SQL("INSERT INTO res_groups_users_rel (gid, uid) VALUES (%s, %s)", group.id, self.ann.id))
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        with self.assertRaisesRegex(AccessError, "do not go together"):
            payment.with_user(self.ann)._bridge_decide("approve")
        self.exceptions._cron_check()
        self.assertEqual(len(self.conflicts_told(self.ann)), 1)
        self.assertFalse(self.conflicts_told(self.bob))
        self.assertWaits(payment)

    def test_an_exception_that_is_over_is_found_and_decides_nothing(self):
        both = self.person("both", "clerk", "approver")
        self.make_rule(both)
        payment = self.submit()
        exception = self.exceptions.sudo().search([("user_id", "=", both.id)])
        self.exceptions._cron_check()
        self.assertFalse(self.conflicts_told(both))
        exception._set(until=fields.Date.today() + timedelta(days=3))
        self.exceptions._cron_check()
        self.assertIn("ends on", self.conflicts_told(both).summary)
        exception._set(until=fields.Date.today() - timedelta(days=1))
        self.exceptions._cron_check()
        self.assertEqual(len(self.conflicts_told(both)), 2)
        with self.assertRaisesRegex(AccessError, "do not go together"):
            payment.with_user(both)._bridge_decide("approve")
        self.assertWaits(payment)

    def test_one_recorded_alone_is_named_when_somebody_could_agree(self):
        self.only(self.first)
        exception = self.record(self.first, "clerk", "approver")
        exception.with_user(self.first).action_record_alone()
        self.exceptions._cron_check()
        self.assertFalse(self.conflicts_told(self.first))
        self.env.cr.execute(SQL("UPDATE res_users SET active = true WHERE id = %s", self.second.id))
        self.env.invalidate_all()
        self.exceptions._cron_check()
        self.assertIn("recorded alone", self.conflicts_told(self.first).summary)

    def test_nobody_in_this_database_holds_what_does_not_go_together(self):
        guard = self.env["payment.bridge.role.guard"]
        for uid in holders(self.env):
            user = self.env["res.users"].browse(uid)
            self.assertFalse(guard._conflicts_of(user), user.login)
