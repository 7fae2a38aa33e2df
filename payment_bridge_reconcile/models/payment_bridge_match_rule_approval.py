"""Putting a rule in force: tried on history, then approved by a second person."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.payment_bridge.models.real_user import real_user
from odoo.addons.payment_bridge.models.refusal import refused

from .payment_bridge_match_rule import CONDITIONS, EFFECTS

APPROVER = "payment_bridge.group_approver"


class PaymentBridgeMatchRule(models.Model):
    _inherit = "payment.bridge.match.rule"

    trial_ids = fields.One2many("payment.bridge.match.trial", "rule_id", string="Dry Runs", readonly=True)
    trial_id = fields.Many2one(
        "payment.bridge.match.trial",
        string="Last Dry Run",
        compute="_compute_trial",
        help="Of the rule as it is now.",
    )
    trial_note = fields.Char(compute="_compute_trial")
    may_approve = fields.Boolean(compute="_compute_may_approve")

    @api.depends("trial_ids.digest", *CONDITIONS, *EFFECTS)
    @api.depends_context("lang")
    def _compute_trial(self):
        for rule in self:
            now = rule._digest() if rule.id else None
            rule.trial_id = rule.trial_ids.filtered(lambda one, now=now: one.digest == now).sorted("id")[-1:]
            if rule.trial_id:
                rule.trial_note = rule.trial_id.summary
            elif rule.trial_ids:
                rule.trial_note = self.env._("It has changed since it was tried: try it again.")
            else:
                rule.trial_note = self.env._("It has not been tried on history yet.")

    @api.depends("state", "edited_by_id", "submitted_by_id")
    @api.depends_context("uid")
    def _compute_may_approve(self):
        is_approver = self.env.user.has_group(APPROVER)
        for rule in self:
            rule.may_approve = is_approver and rule.state == "waiting" and self.env.user not in rule._makers()

    def _makers(self):
        """Who had a hand in it, and so does not approve it."""
        return self.create_uid | self.edited_by_id | self.submitted_by_id

    # -- buttons ----------------------------------------------------------------------

    def action_try(self):
        """Choose the days of a dry run."""
        self.ensure_one()
        self._require_author()
        wizard = self.env["payment.bridge.match.try"].create({"rule_id": self.id})
        return wizard._get_records_action(target="new", name=self.env._("Dry Run"))

    def action_open_trial(self):
        """What the last dry run found."""
        self.ensure_one()
        return self.trial_id._get_records_action()

    def action_submit(self):
        """Ask a second person."""
        self._require_author()
        for rule in self:
            if rule.state not in ("draft", "off"):
                raise UserError(self.env._("%s is waiting or in force already.", rule.name))
            rule._require_trial()
            rule._set(state="waiting", submitted_by_id=self.env.uid, fault=False)
            rule._tell_trail("match_rule.submitted")

    def action_approve(self):
        """Put it in force, as somebody who did not make it."""
        person = self._require_second_person()
        for rule in self.sudo():
            rule._require_trial()
            rule._set(
                state="active",
                approved_by_id=person.id,
                approved_at=fields.Datetime.now(),
                approved_digest=rule._digest(),
            )
            rule.with_env(self.env)._tell_trail(
                "match_rule.approved",
                digest=rule.approved_digest,
                trial=rule.trial_id.id,
                agreed=rule.trial_id.agreed_count,
                differed=rule.trial_id.differed_count,
            )

    def action_return(self):
        """Give it back to its author."""
        self._require_second_person()
        for rule in self.sudo():
            rule._set(state="draft", submitted_by_id=False)
            rule.with_env(self.env)._tell_trail("match_rule.returned")

    def action_switch_off(self):
        """Take it out of force at once; putting it back needs a second person again."""
        self.check_access("read")
        if not self.env.user.has_group(APPROVER):
            self._require_author()
        for rule in self.sudo():
            if rule.state not in ("active", "waiting"):
                raise UserError(self.env._("%s is not in force.", rule.name))
            rule._set(state="off", approved_digest=False)
            rule.with_env(self.env)._tell_trail("match_rule.switched_off")

    def action_open_rows(self):
        """The rows that it decided."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("payment_bridge_reconcile.action_statement_line")
        return {**action, "domain": [("rule_id", "=", self.id)], "context": {}}

    def _require_author(self):
        self.env["payment.bridge.statement"]._require_clerk(self)

    def _require_trial(self):
        if not self.trial_id:
            raise UserError(
                self.env._("Try %s on history first, as it is now: that shows what it would have done.", self.name)
            )

    def _require_second_person(self):
        self.check_access("read")
        person = real_user(self.env, self)
        if not person._has_group(APPROVER):
            raise refused(self, "no_role", AccessError(self.env._("An approver puts a rule in force.")))
        for rule in self.sudo():
            if rule.state != "waiting":
                raise UserError(self.env._("%s does not wait for anybody.", rule.name))
            if rule.company_id not in person.company_ids:
                words = self.env._("An approver of the company puts a rule in force.")
                raise refused(rule, "other_company", AccessError(words))
            if person in rule._makers():
                words = self.env._("Who made or changed a rule does not approve it: ask somebody else.")
                raise refused(rule, "own_change", AccessError(words))
        return person

    @api.private
    def _fail(self, reason):
        """The engine cannot run it: out of force, and people see why."""
        self._set(state="off", approved_digest=False, fault=reason)
        self._tell_trail("match_rule.failed", digest=self._digest())
        self.message_post(body=reason)
