"""Rules of the accountant for rows that nothing explains."""

import hashlib
import json

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..rules import patterns
from ..rules.patterns import Fault
from .payment_bridge_statement_line import SELECTION_KIND
from .payment_bridge_statement_plan_document import RECEIVABLE_OR_PAYABLE

SELECTION_EFFECT = [
    ("account", "Book it to an account"),
    ("match", "Match it within a tolerance"),
    ("ignore", "Leave it out"),
]
SELECTION_STATE = [
    ("draft", "Draft"),
    ("waiting", "Waiting for a Second Person"),
    ("active", "In Force"),
    ("off", "Switched Off"),
]
CONDITIONS = (
    "company_id", "channel_ids", "sequence", "direction", "kind", "text_words", "text_pattern", "counterparty",
    "amount_from", "amount_to",
)  # fmt: skip
EFFECTS = (
    "effect", "only_propose", "account_id", "partner_id", "tax_id", "analytic_distribution", "days",
    "tolerance_amount", "tolerance_percent", "ignore_reason",
)  # fmt: skip
FREE = frozenset(
    {"name", "active", "message_follower_ids", "message_main_attachment_id", "activity_ids", "message_ids"}
)
"""What may be written without another approval."""


class PaymentBridgeMatchRule(models.Model):
    """Which rows, and what becomes of them.

    A rule is in force only as it was approved: it is tried on history, then somebody other than its author and its
    last editor approves it. Any later change of what it says makes it a draft again. In force, the first rule from the
    top whose conditions a row meets decides, after everything that the engine can match by itself.
    """

    _name = "payment.bridge.match.rule"
    _description = "Reconciliation Rule"
    _inherit = ["mail.thread", "mail.activity.mixin", "analytic.mixin"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10, help="The first rule from the top that fits a row decides.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        SELECTION_STATE,
        string="Status",
        required=True,
        readonly=True,
        default="draft",
        index=True,
        copy=False,
        tracking=True,
    )

    channel_ids = fields.Many2many(
        "payment.bridge.channel", string="Channels", check_company=True, help="Empty: every channel."
    )
    direction = fields.Selection(
        [("any", "In or out"), ("in", "Money in"), ("out", "Money out")], required=True, default="any"
    )
    kind = fields.Selection(SELECTION_KIND, help="Empty: every kind of row.")
    text_words = fields.Char(
        string="Words", help="All of these words stand in the row's text, in whatever order; capitals do not matter."
    )
    text_pattern = fields.Char(
        string="Pattern", help="A regular expression that the row's text has somewhere, such as rent|lease."
    )
    counterparty = fields.Char(string="Payer or Payee", help="Stands in what the platform shows of the other side.")
    amount_from = fields.Monetary(string="From", help="Without sign, in the row's currency.")
    amount_to = fields.Monetary(string="To", help="Without sign, in the row's currency. Zero: no end.")

    effect = fields.Selection(SELECTION_EFFECT, required=True, default="account")
    only_propose = fields.Boolean(help="The row waits for a person, who takes the proposal with one click.")
    account_id = fields.Many2one(
        "account.account",
        check_company=True,
        domain="[('account_type', 'not in', ('asset_cash', 'liability_credit_card'))]",
        help="Where the row is booked, or what a match leaves over.",
    )
    partner_id = fields.Many2one("res.partner", check_company=True)
    tax_id = fields.Many2one(
        "account.tax",
        check_company=True,
        domain="[('amount_type', '!=', 'group')]",
        help="The tax that the amount contains: it is taken out of it, whatever the tax itself says.",
    )
    days = fields.Integer(
        string="Days Apart", default=7, help="How far a payment without a number in common may lie from the row."
    )
    tolerance_amount = fields.Monetary(string="Tolerance", help="By how much the amounts may differ.")
    tolerance_percent = fields.Float(
        string="Tolerance (%)", help="The same in per cent of what is expected. With both, the smaller one holds."
    )
    ignore_reason = fields.Char(string="Why", help="Kept with each row that is left out.")

    origin = fields.Selection(
        [("person", "A person"), ("decisions", "Equal decisions")], readonly=True, required=True, default="person"
    )
    proposal_key = fields.Char(readonly=True, copy=False)
    evidence_line_ids = fields.Many2many(
        "payment.bridge.statement.line",
        "payment_bridge_rule_evidence_rel",
        "rule_id",
        "line_id",
        string="Decided Alike",
        readonly=True,
        copy=False,
    )
    edited_by_id = fields.Many2one("res.users", string="Last Edited By", readonly=True, copy=False)
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False, tracking=True)
    approved_at = fields.Datetime(readonly=True, copy=False)
    approved_digest = fields.Char(readonly=True, copy=False)
    fault = fields.Char(readonly=True, copy=False, help="Why the engine switched it off.")
    line_ids = fields.One2many("payment.bridge.statement.line", "rule_id", readonly=True)
    row_count = fields.Integer(string="Rows", compute="_compute_row_count")

    _proposed_once = models.UniqueIndex(
        "(company_id, proposal_key) WHERE proposal_key IS NOT NULL", "This rule has been proposed already."
    )
    _values_positive = models.Constraint(
        "CHECK (amount_from >= 0 AND amount_to >= 0 AND days >= 0 AND tolerance_amount >= 0"
        " AND tolerance_percent >= 0)",
        "Amounts, days and tolerances cannot be negative.",
    )

    def _compute_row_count(self):
        counts = dict(
            self.env["payment.bridge.statement.line"]._read_group(
                [("rule_id", "in", self.ids)], ["rule_id"], ["__count"]
            )
        )
        for rule in self:
            rule.row_count = counts.get(rule, 0)

    @api.constrains("text_words", "text_pattern", "counterparty", "kind")
    def _check_says_something(self):
        for rule in self:
            if not any((rule[name] or "").strip() for name in ("text_words", "text_pattern", "counterparty", "kind")):
                raise ValidationError(
                    self.env._(
                        "A rule needs words, a pattern, a payer or a kind of row: without any it fits everything."
                    )
                )

    @api.constrains("text_pattern")
    def _check_pattern(self):
        for rule in self.filtered("text_pattern"):
            if found := patterns.fault(rule.text_pattern):
                raise ValidationError(self._say_fault(found))
            try:
                with self.env.cr.savepoint():
                    self.env.cr.execute(SQL("SELECT '' ~* %s", rule.text_pattern), log_exceptions=False)
            except psycopg2.errors.InvalidRegularExpression as error:
                raise ValidationError(
                    self.env._("The pattern is not complete: %s", error.diag.message_primary)
                ) from error

    def _say_fault(self, found):
        return {
            Fault.EMPTY: self.env._("The pattern is empty."),
            Fault.LONG: self.env._("The pattern is too long."),
            Fault.BACK_REFERENCE: self.env._("The pattern may not refer back to what it has found (\\1)."),
            Fault.SPECIAL: self.env._("The pattern may not look ahead or behind, nor set options: (?…)."),
            Fault.NESTED: self.env._(
                "The pattern repeats something that is repeated already, which may take for ever."
            ),
            Fault.COUNT: self.env._("The pattern counts too far: at most 50 times."),
            Fault.REPEATS: self.env._("The pattern repeats too many things."),
            Fault.UNBALANCED: self.env._("A bracket of the pattern has no partner."),
        }[found]

    @api.constrains("amount_from", "amount_to")
    def _check_band(self):
        if self.filtered(lambda rule: rule.amount_to and rule.amount_to < rule.amount_from):
            raise ValidationError(self.env._("The amounts of a rule end above where they begin."))

    @api.constrains("effect", "account_id", "partner_id", "tolerance_amount", "tolerance_percent", "ignore_reason")
    def _check_effect(self):
        for rule in self:
            allows = rule.tolerance_amount or rule.tolerance_percent
            if rule.effect == "account" and not rule.account_id:
                raise ValidationError(self.env._("Choose the account that the rows are booked to."))
            if rule.effect == "match" and allows and not rule.account_id:
                raise ValidationError(self.env._("Choose the account for what a match leaves over."))
            if rule.effect == "ignore" and not (rule.ignore_reason or "").strip():
                raise ValidationError(self.env._("Say why the rows are left out."))
            personal = rule.account_id.account_type in RECEIVABLE_OR_PAYABLE
            if rule.effect == "account" and personal and not rule.partner_id:
                raise ValidationError(self.env._("A receivable or payable needs its partner."))
            if rule.account_id and rule.account_id in rule._own_accounts():
                raise ValidationError(self.env._("Choose another account than the channel's own."))

    def _own_accounts(self):
        """The accounts that hold the money of the channels themselves."""
        channels = self.channel_ids or self.env["payment.bridge.channel"].sudo().with_context(active_test=False).search(
            [("company_id", "=", self.company_id.id)]
        )
        return channels.sudo().journal_id.default_account_id

    # -- guards -----------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        allowed = {*CONDITIONS, *EFFECTS, *FREE}
        if not self.env.su and any(set(vals) - allowed - {"state", "origin"} for vals in vals_list):
            raise UserError(self.env._("A rule begins as a draft."))
        told = [{**vals, "state": "draft", "edited_by_id": self.env.uid} for vals in vals_list]
        rules = super().create(told)
        rules._tell_trail("match_rule.created")
        return rules

    def write(self, vals):
        if set(vals) - {*CONDITIONS, *EFFECTS, *FREE}:
            raise UserError(self.env._("A rule is put in force and out of force with its buttons."))
        before = {rule.id: rule._digest() for rule in self}
        result = super().write(vals)
        for rule in self:
            if rule._digest() != before[rule.id]:
                rule._set(
                    state="draft",
                    edited_by_id=self.env.uid,
                    submitted_by_id=False,
                    approved_by_id=False,
                    approved_at=False,
                    approved_digest=False,
                    fault=False,
                )
                rule._tell_trail("match_rule.changed")
            elif vals.get("active") is False and rule.state == "active":
                rule._set(state="off")
                rule._tell_trail("match_rule.switched_off")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for rule in self:
            if rule.approved_at or rule.line_ids or rule.proposal_key or rule.state != "draft":
                raise UserError(
                    self.env._(
                        "%s has been in use or was proposed: archive it, so that what it did stays known.", rule.name
                    )
                )
        self._tell_trail("match_rule.deleted")

    @api.private
    def _set(self, **values):
        """Write past :meth:`write`, which takes only what people may write."""
        return super().write(values)

    @api.private
    def _digest(self):
        """Stands for everything that the rule says."""
        self.ensure_one()
        told = json.dumps(self._settings(), sort_keys=True, default=str)
        return hashlib.sha256(told.encode()).hexdigest()

    def _settings(self):
        """The rule as plain values."""
        rule = self.sudo()
        found = {}
        for name in (*CONDITIONS, *EFFECTS):
            value = rule[name]
            if isinstance(value, models.BaseModel):
                value = sorted(value.ids)
            elif isinstance(value, float):
                value = f"{value:.6f}"
            found[name] = value or None
        return found

    def _tell_trail(self, event, **details):
        for rule in self:
            self.env["payment.bridge.audit.event"]._record(event, rule, **(details or rule._trail_settings()))

    def _trail_settings(self):
        """What the trail keeps of a rule: no names and no accounts of other people in it."""
        settings = self._settings()
        return {
            **{name: settings[name] for name in settings if name not in ("counterparty", "text_words", "text_pattern")},
            "digest": self._digest(),
        }
