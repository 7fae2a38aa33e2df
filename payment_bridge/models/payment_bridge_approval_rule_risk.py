"""Rules that ask for approval of what the checks had doubts about."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..checks.base import Stage, Verdict
from ..checks.batch import Batch

POINTS = {
    "look_alike": 40, "account_changed": 30, "account_name": 30, "duplicate": 30, "splitting": 30,
    "account_new": 20, "account_shared": 20, "screening": 20, "three_way": 20,
    "aml_structuring": 40, "aml_round_trip": 40, "aml_dormant": 20, "aml_large_value": 10, "aml_cross_border": 10,
}  # fmt: skip
OTHER_POINTS = 10
MOST = 100


class PaymentBridgeApprovalRule(models.Model):
    """A payment's risk is the sum of what each check with a doubt counts, a hundred at most. What the checks have not
    said about exactly this payment counts as the highest risk: then the rule fits."""

    _inherit = "payment.bridge.approval.rule"

    risk_from = fields.Integer(
        tracking=True,
        help="The smallest risk that needs it, 0 to 100: each check with a warning adds to the risk. Zero: any.",
    )
    after_warning = fields.Boolean(
        string="Only After a Warning", tracking=True, help="Only payments that a check has warned about need it."
    )

    @api.constrains("risk_from")
    def _check_risk(self):
        if self.filtered(lambda rule: not 0 <= rule.risk_from <= MOST):
            raise ValidationError(self.env._("A risk is between 0 and 100."))

    def _fits_risk(self, payment):
        if not super()._fits_risk(payment):
            return False
        if not self.risk_from and not self.after_warning:
            return True
        risk = payment._bridge_risk()
        return risk is None or (risk >= self.risk_from and (risk > 0 or not self.after_warning))

    @api.model
    @api.private
    def _asks_about_risk(self, companies):
        """Whether a rule of these companies depends on what checks say."""
        return bool(
            self.sudo().search_count(
                [("company_id", "in", companies.ids), "|", ("risk_from", ">", 0), ("after_warning", "=", True)], limit=1
            )
        )


class AccountPayment(models.Model):
    _inherit = "account.payment"

    bridge_risk_score = fields.Integer(
        string="Risk",
        compute="_compute_bridge_risk_score",
        help="The sum of what each check with a doubt counts, 0 to 100; the newest results before ordering count.",
    )

    @api.depends("bridge_check_ids.verdict")
    def _compute_bridge_risk_score(self):
        for payment in self:
            payment.bridge_risk_score = payment._bridge_points()

    def _bridge_points(self):
        doubted = self.sudo().bridge_check_ids.filtered(
            lambda one: one.stage == Stage.PREPARED and one.verdict != Verdict.PASS
        )
        return min(sum(POINTS.get(one.code, OTHER_POINTS) for one in doubted), MOST)

    @api.private
    def _bridge_risk(self):
        """The risk of exactly this payment; None when it was not checked since it was changed."""
        self.ensure_one()
        results = self.sudo().bridge_check_ids.filtered(lambda one: one.stage == Stage.PREPARED)
        now = self.env["payment.bridge.check"]._digest_of(Batch(self, Stage.PREPARED), self)
        if not results or set(results.mapped("digest")) != {now}:
            return None
        return self._bridge_points()

    def action_post(self):
        """Where rules ask about the risk, it is found out before anybody decides who has to approve."""
        fresh = self._bridge_to_check().filtered(lambda payment: payment.state == "draft")
        if fresh and self.env["payment.bridge.approval.rule"]._asks_about_risk(fresh.company_id):
            fresh._bridge_run_checks(Stage.PREPARED)
        return super().action_post()
