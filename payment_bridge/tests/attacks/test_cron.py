"""Attacks by code that an administrator of Odoo writes: scheduled and server actions that take on an identity."""

from unittest.mock import MagicMock, patch

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..approval_common import ApprovalCommon

REQUEST = "odoo.addons.payment_bridge.models.real_user.request"
THREADING = "odoo.addons.payment_bridge.models.real_user.threading"


@tagged("post_install", "-at_install")
class TestScheduledDoor(ApprovalCommon):
    def scheduled(self, code):
        """A scheduled action as an administrator would write it."""
        return self.env["ir.cron"].create(
            {
                "name": "Clean up",
                "model_id": self.env["ir.model"]._get("account.payment").id,
                "state": "code",
                "code": code,
                "interval_type": "days",
            }
        )

    def run_scheduled(self, code):
        """Let the scheduler run it."""
        cron = self.scheduled(code)
        with self.job_env() as env, mute_logger("odoo.addons.base.models.ir_cron"):
            job = env["ir.cron"].browse(cron.id)
            job.with_context(cron_id=cron.id)._callback(job.name, job.ir_actions_server_id.id)

    def test_a_scheduled_action_approves_in_nobodys_name(self):
        self.make_rule(self.ann)
        payment = self.submit()
        taken_on = f"env['account.payment'].with_user({self.ann.id})"
        for code in (
            f"{taken_on}.browse({payment.id})._bridge_decide('approve')",
            f"{taken_on}.with_context({{}}).browse({payment.id})._bridge_decide('approve')",
            f"env(user={self.ann.id}, context={{}})['account.payment'].browse({payment.id}).action_bridge_approve()\n"
            f"env(user={self.ann.id}, context={{}})['payment.bridge.approve'].create("
            f"{{'payment_ids': [(6, 0, [{payment.id}])]}}).action_confirm()",
        ):
            with self.assertRaises(Exception) as refused:  # noqa: B017  safe_eval wraps what it meets
                self.run_scheduled(code)
            self.assertIn("logged in", f"{refused.exception}{refused.exception.__cause__}")
            self.assertWaits(payment)
        self.assertNothingSent()

    def test_a_scheduled_action_gives_no_role(self):
        group = self.env.ref("payment_bridge.group_approver")
        with self.assertRaises(Exception) as refused:  # noqa: B017
            self.run_scheduled(f"env(user=1, context={{}})['res.users'].browse({self.clerk.id}).write("
                               f"{{'group_ids': [(4, {group.id})]}})")  # fmt: skip
        self.assertIn("not by the system", f"{refused.exception}{refused.exception.__cause__}")
        self.assertFalse(self.clerk._has_group("payment_bridge.group_approver"))

    def test_a_scheduled_action_agrees_to_no_change_and_overrides_nothing(self):
        self.company.bridge_four_eyes = True
        self.channel.with_user(self.admin).limit_per_day = 5
        request = self.env["payment.bridge.change.request"].search([("state", "=", "waiting")])
        with self.assertRaises(Exception) as refused:  # noqa: B017
            self.run_scheduled(
                f"env(user={self.second_admin.id}, context={{}})['payment.bridge.change.request']"
                f".browse({request.id}).action_apply()"
            )
        self.assertIn("logged in", f"{refused.exception}{refused.exception.__cause__}")
        self.assertEqual((request.state, self.channel.limit_per_day), ("waiting", 0))

    def test_a_server_action_run_by_its_author_decides_in_nobody_elses_name(self):
        """Also where the author is known by a password or a key and not by a session."""
        self.make_rule(self.ann)
        payment = self.submit()
        root = self.env.ref("base.user_admin")
        action = self.env["ir.actions.server"].create(
            {
                "name": "Help",
                "model_id": self.env["ir.model"]._get("account.payment").id,
                "state": "code",
                "code": f"env['account.payment'].with_user({self.ann.id}).browse({payment.id})"
                "._bridge_decide('approve')",
                "group_ids": [Command.set(self.env.ref("base.group_system").ids)],
            }
        )
        for session, thread in ((root.id, None), (None, root.id), (None, None)):
            request = MagicMock()
            request.session.uid = session
            with patch(REQUEST, request), patch(THREADING) as threading:
                threading.current_thread.return_value.uid = thread
                with self.assertRaises(Exception) as refused:  # noqa: B017
                    action.with_user(root).run()
            self.assertIn("own name", f"{refused.exception}{refused.exception.__cause__}")
            self.assertWaits(payment)

    def test_a_request_of_nobody_decides_nothing(self):
        self.make_rule(self.ann)
        payment = self.submit()
        request = MagicMock()
        request.session.uid = None
        with patch(REQUEST, request), self.assertRaises(AccessError):
            payment.with_user(self.ann)._bridge_decide("approve")
        self.assertWaits(payment)
