"""The controls that a payment passes: when they run, and what their verdicts do."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..checks.base import SEVERITY, Stage, Verdict
from ..tools.languages import text_in
from .payment_bridge_check import SELECTION_VERDICT
from .refusal import keep_anyway, refused


class AccountPayment(models.Model):
    _inherit = "account.payment"

    bridge_check_ids = fields.One2many("payment.bridge.check", "payment_id", string="Checks", readonly=True)
    bridge_check_verdict = fields.Selection(
        SELECTION_VERDICT,
        string="Checked",
        compute="_compute_bridge_check_verdict",
        help="The worst of the newest results.",
    )
    bridge_can_check = fields.Boolean(compute="_compute_bridge_can_check")

    @api.depends("bridge_check_ids.verdict")
    def _compute_bridge_check_verdict(self):
        """The worst result, of the newest stage that each check was run at."""
        order = [stage.value for stage in Stage]
        for payment in self:
            newest = {}
            for result in payment.sudo().bridge_check_ids.sorted(lambda one: order.index(one.stage)):
                newest[result.code] = result.verdict
            payment.bridge_check_verdict = max(newest.values(), key=lambda one: SEVERITY[one], default=False)

    @api.depends("state", "payment_type", "bridge_channel_id")
    def _compute_bridge_can_check(self):
        for payment in self:
            payment.bridge_can_check = payment.state == "draft" and bool(payment._bridge_to_check())

    def action_bridge_check(self):
        """Run the checks on drafts now and show what they say."""
        groups = ("payment_bridge.group_clerk", "payment_bridge.group_approver")
        if not any(self.env.user.has_group(group) for group in groups):
            raise refused(self, "no_role", UserError(self.env._("Checking payments needs the role Clerk or Approver.")))
        self.check_access("read")
        drafts = self.filtered("bridge_can_check")
        if not drafts:
            raise UserError(self.env._("Nothing here waits to be paid through a channel."))
        found = self.env["payment.bridge.check"].sudo()._run(drafts, Stage.PREPARED)
        worst = [max((one[0] for one in found[payment.id]), key=SEVERITY.get, default="pass") for payment in drafts]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if Verdict.BLOCK in worst else "warning" if Verdict.WARN in worst else "success",
                "message": self.env._(
                    "%(count)s checked: %(passed)s passed, %(warned)s with a warning, %(blocked)s blocked.",
                    count=len(worst),
                    passed=worst.count(Verdict.PASS),
                    warned=worst.count(Verdict.WARN),
                    blocked=worst.count(Verdict.BLOCK),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.private
    def _bridge_to_check(self):
        """Those of these payments that the checks are for: money that leaves through a channel. A refund goes
        back where it came from and has rules of its own."""
        return self.filtered(
            lambda payment: (
                payment.bridge_channel_id and payment.payment_type == "outbound" and not payment.bridge_refund_of_id
            )
        )

    @api.private
    def _bridge_run_checks(self, stage):
        """Run the checks of a stage (``prepared``, ``approved`` or ``sending``) and keep their results.

        :raises UserError: with every reason, when a check blocks one of the payments; nothing has been sent. What was
            found stays, and so does a note of the refusal.
        """
        blocks = self._bridge_blocks(stage)
        if not blocks:
            return
        problems = {
            payment: " ".join(text_in(sentence, self.env.lang) for _code, sentence in found)
            for payment, found in blocks.items()
        }
        error = UserError(
            "\n".join(
                self.env._(
                    "%(payee)s cannot be paid through %(channel)s: %(problem)s Nothing was sent.",
                    payee=payment.partner_id.display_name,
                    channel=payment.bridge_channel_id.sudo().name,
                    problem=problem,
                )
                for payment, problem in problems.items()
            )
        )
        for payment, found in blocks.items():
            bills = payment.sudo()._bridge_documents() | payment.sudo().invoice_ids
            codes = [code for code, _sentence in found]
            refused(payment, "checks", error, instead=bills, stage=str(stage), checks=codes, bills=bills.ids)
            bills._bridge_note_refusal(payment.bridge_channel_id.sudo(), problems[payment])
        payments = self.env["account.payment"].union(*blocks)
        payments._bridge_keep_found(stage)
        raise error

    @api.private
    def _bridge_keep_found(self, stage):
        """Let what the checks of a stage found about these payments outlive the refusal that follows."""
        keep_anyway(self.env, ("checks", stage, *self.ids), self.env["payment.bridge.check"]._copy_of(self, stage))

    @api.private
    def _bridge_blocked(self, stage):
        """Like :meth:`_bridge_run_checks`, but answers the reasons: ``{payment: [sentence, …]}``, each to be read in
        every language."""
        return {
            payment: [sentence for _code, sentence in found] for payment, found in self._bridge_blocks(stage).items()
        }

    def _bridge_blocks(self, stage):
        """Run the checks; answers what blocks, as ``{payment: [(code, sentence), …]}``."""
        payments = self._bridge_to_check()
        if not payments:
            return {}
        found = self.env["payment.bridge.check"].sudo()._run(payments, stage)
        blocks = {
            payment: [(check.code, finding.sentence) for verdict, check, finding in found[payment.id]
                      if verdict == Verdict.BLOCK]
            for payment in payments
        }  # fmt: skip
        return {payment: of_payment for payment, of_payment in blocks.items() if of_payment}
