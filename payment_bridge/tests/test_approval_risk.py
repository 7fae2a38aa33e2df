"""Who has to approve may depend on what the checks had doubts about."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..checks import base
from ..connector.types import Bilingual
from .approval_common import ApprovalCommon


class DoubtCheck(base.Check):
    """Doubts payments of at least an amount."""

    code = "look_alike"  # its points are known
    label = Bilingual("Doubt", "疑点")
    purpose = Bilingual("Doubts.", "存疑。")
    default = base.Policy(base.Mode.WARN)

    def judge(self, case):
        return self.doubt("too large for my taste") if case.payment.amount >= 100 else self.fine("small")


@tagged("post_install", "-at_install")
class TestApprovalRisk(ApprovalCommon):
    def setUp(self):
        super().setUp()
        original = base.get_check("look_alike")
        base.register(DoubtCheck)
        self.addCleanup(base.register, original)
        rules = self.env["payment.bridge.check.rule"]
        rules.search([("company_id", "=", self.company.id), ("code", "=", "look_alike")]).mode = "warn"

    def test_a_rule_asks_only_after_a_warning(self):
        self.make_rule(self.ann, after_warning=True)
        small, large = self.submit(99), self.submit(100)
        self.assertFalse(small.bridge_approval_state)
        self.assertEqual(small.sudo().bridge_instruction_id.state, "queued")
        self.assertWaits(large)
        self.decide(large, self.ann)
        self.assertReleased(large)

    def test_a_rule_asks_from_a_risk_on(self):
        self.make_rule(self.ann, risk_from=41)
        self.assertFalse(self.submit(100).bridge_approval_state)
        self.make_rule(self.bob, risk_from=40)
        payment = self.submit(120)
        self.assertEqual(payment.bridge_risk_score, 40)
        self.assertWaits(payment)
        self.assertEqual(payment.sudo().bridge_approval_ids.candidate_ids, self.bob)

    def test_what_was_not_checked_or_changed_since_counts_as_the_highest_risk(self):
        self.make_rule(self.ann, risk_from=90)
        draft = self.submit(50).copy()
        self.assertIsNone(draft._bridge_risk())
        with self.assertRaisesRegex(UserError, "not approved"), self.env.cr.savepoint():
            draft.sudo().write({"state": "in_process"})
        self.env["payment.bridge.check"].sudo()._run(draft, "prepared")
        self.assertEqual(draft._bridge_risk(), 0)
        draft.amount = 51
        self.assertIsNone(draft._bridge_risk())

    def test_a_risk_is_between_0_and_100(self):
        for wrong in (-1, 101):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.make_rule(self.ann, risk_from=wrong)
