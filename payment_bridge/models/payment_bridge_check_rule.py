"""Which checks hold for which payments, and how strictly."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from .. import checks
from ..checks.base import Mode, Policy

SELECTION_MODE = [
    (Mode.OFF.value, "Off"),
    (Mode.WARN.value, "Warn"),
    (Mode.BLOCK.value, "Block"),
]
FALLBACK_SEQUENCE = 1000


class PaymentBridgeCheckRule(models.Model):
    """The settings of one check for some payments of a company.

    From the top, the first rule of a check whose conditions a payment meets holds for it. At the end stands
    the company's general rule, made by itself, which can be switched off but not removed.
    """

    _name = "payment.bridge.check.rule"
    _description = "Payment Check Rule"
    _inherit = ["payment.bridge.four.eyes"]
    _order = "company_id, is_general, sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    code = fields.Selection(selection="_selection_code", string="Check", required=True)
    purpose = fields.Char(compute="_compute_purpose")
    uses = fields.Char(compute="_compute_purpose")
    is_general = fields.Boolean(string="General Rule", readonly=True, copy=False)
    mode = fields.Selection(
        SELECTION_MODE,
        string="On a Fault",
        required=True,
        default=Mode.BLOCK.value,
        help="Warn lets the payment go on and says so on it; Block stops it.",
    )
    amount_from = fields.Monetary(help="The rule holds for payments from this amount on, in the company's currency.")
    channel_ids = fields.Many2many(
        "payment.bridge.channel", string="Channels", check_company=True, help="Empty: every channel."
    )
    category_ids = fields.Many2many("res.partner.category", string="Vendor Tags", help="Empty: every vendor.")
    percent = fields.Float(
        string="Tolerance (%)", help="How far amounts may differ. With an amount as well, the smaller of both holds."
    )
    amount = fields.Monetary(help="The tolerance or the limit, in the company's currency.")
    days = fields.Integer(help="How many days a change waits, a limit adds up, or a like payment is looked for.")
    without_order = fields.Selection(
        [(Mode.OFF.value, "Accept"), (Mode.WARN.value, "Warn"), (Mode.BLOCK.value, "Block")],
        required=True,
        default=Mode.WARN.value,
        help="What happens to bills, and lines of bills, that were never ordered.",
    )
    call_back = fields.Boolean(
        string="Needs a Call-back",
        default=True,
        help="Somebody other than the editor has to confirm the changed account with the payee.",
    )
    country_ids = fields.Many2many("res.country", string="Countries", help="Where accounts may be. Empty: anywhere.")

    _general_unique = models.UniqueIndex(
        "(company_id, code) WHERE is_general", "A company has one general rule for each check."
    )
    _values_positive = models.Constraint(
        "CHECK (percent >= 0 AND amount >= 0 AND days >= 0 AND amount_from >= 0)", "Settings cannot be negative."
    )

    @api.model
    def _selection_code(self):
        return [(check.code, check.label.in_language(self.env.lang)) for check in checks.base.all_checks()]

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_purpose(self):
        for rule in self:
            check = checks.base.get_check(rule.code)
            rule.purpose = check and check.purpose.in_language(self.env.lang)
            rule.uses = check and " ".join(sorted(check.reads))

    @api.depends("code", "company_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._selection_code())
        for rule in self:
            rule.display_name = labels.get(rule.code, rule.code)

    @api.constrains("code", "mode", "amount")
    def _check_amount(self):
        for rule in self:
            check = checks.base.get_check(rule.code)
            if check and check.needs_amount and rule.mode != Mode.OFF and not rule.amount:
                raise ValidationError(self.env._("%s needs an amount before it can be switched on.", rule.display_name))

    @api.constrains("is_general", "active", "amount_from", "channel_ids", "category_ids")
    def _check_general(self):
        for rule in self.filtered("is_general"):
            if not rule.active:
                raise ValidationError(self.env._("A general rule is switched off, not archived."))
            if rule.amount_from or rule.channel_ids or rule.category_ids:
                raise ValidationError(
                    self.env._("The general rule holds for everything: add another rule for special cases.")
                )

    # -- guards -----------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("is_general") for vals in vals_list):
            raise UserError(self.env._("A general rule is made by itself."))
        rules = super().create(vals_list)
        rules._tell_trail("check_rule.created")
        return rules

    def write(self, vals):
        if {"is_general", "company_id", "code"} & set(vals):
            raise UserError(self.env._("A rule keeps its check and its company: make another one instead."))
        before = {rule.id: rule._settings() for rule in self}
        result = super().write(vals)
        for rule in self:
            changed = {name: [before[rule.id][name], now] for name, now in rule._settings().items()}
            changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
            if changed:
                rule._tell_trail("check_rule.changed", changed=changed)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_general(self):
        if self.filtered("is_general"):
            raise UserError(self.env._("A general rule is switched off, not deleted."))
        self._tell_trail("check_rule.deleted")

    def _settings(self):
        """What the trail keeps of a rule."""
        self.ensure_one()
        return {
            "code": self.code,
            "mode": self.mode,
            "amount_from": str(self.amount_from),
            "channels": sorted(self.channel_ids.ids),
            "categories": sorted(self.category_ids.ids),
            "percent": str(self.percent),
            "amount": str(self.amount),
            "days": self.days,
            "without_order": self.without_order,
            "call_back": self.call_back,
            "countries": sorted(self.country_ids.mapped("code")),
            "sequence": self.sequence,
            "active": self.active,
        }

    def _tell_trail(self, event, **details):
        for rule in self:
            self.env["payment.bridge.audit.event"]._record(event, rule, **(details or rule._settings()))

    # -- what holds for a payment ---------------------------------------------------

    @api.model
    @api.private
    def _ensure_general(self, companies):
        """Make the general rules that companies lack, with each check's own default settings.

        Two that make them at the same time: the later one is run again by Odoo and finds them.
        """
        known = {
            (company.id, code)
            for company, code in self.sudo()._read_group(
                [("company_id", "in", companies.ids), ("is_general", "=", True)], ["company_id", "code"]
            )
        }
        now = fields.Datetime.now()
        rows = [
            SQL(
                "(%s, %s, %s, true, true, %s, 0, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                FALLBACK_SEQUENCE + place,
                company.id,
                check.code,
                check.default.mode.value,
                check.default.percent,
                check.default.amount,
                check.default.days,
                check.default.without_order.value,
                check.default.call_back,
                now,
                now,
                self.env.uid,
                self.env.uid,
            )
            for company in companies
            for place, check in enumerate(checks.base.all_checks())
            if (company.id, check.code) not in known
        ]
        if rows:
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO payment_bridge_check_rule
                        (sequence, company_id, code, is_general, active, mode, amount_from, percent, amount, days,
                         without_order, call_back, create_date, write_date, create_uid, write_uid)
                    VALUES %s
                    ON CONFLICT (company_id, code) WHERE is_general DO NOTHING
                    """,
                    SQL(", ").join(rows),
                )
            )
            self.invalidate_model()

    @api.model
    @api.private
    def _rules_by_check(self, companies):
        """The rules of companies by (company id, code), in their order."""
        self._ensure_general(companies)
        found = {}
        for rule in self.sudo().search([("company_id", "in", companies.ids)]):
            found.setdefault((rule.company_id.id, rule.code), []).append(rule)
        return found

    @api.private
    def _holds_for(self, payment, amount):
        """Whether a payment meets the conditions; ``amount`` is the payment's, in the company's currency."""
        self.ensure_one()
        if self.is_general:
            return True
        partner = payment.partner_id
        tags = partner.category_id.ids + partner.commercial_partner_id.category_id.ids
        return (
            self.currency_id.compare_amounts(amount, self.amount_from) >= 0
            and (not self.channel_ids or payment.bridge_channel_id in self.channel_ids)
            and (not self.category_ids or bool(set(self.category_ids.ids) & set(tags)))
        )

    @api.private
    def _policy(self):
        """The settings as plain values."""
        self.ensure_one()
        return Policy(
            mode=Mode(self.mode),
            percent=self.percent,
            amount=self.amount,
            days=self.days,
            without_order=Mode(self.without_order),
            call_back=self.call_back,
            countries=frozenset(self.country_ids.mapped("code")),
        )

    @api.model
    def action_open(self):
        """The rules, after those that are missing have been made."""
        self._ensure_general(self.env.companies)
        return self.env["ir.actions.act_window"]._for_xml_id("payment_bridge.action_check_rule")
