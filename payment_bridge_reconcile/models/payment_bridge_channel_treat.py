"""What of a channel's differences the engine treats by itself, up to which amounts, and to which accounts."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..treatments import WAYS, Asked

AUTOMATIC = ("repeat", "book_fee", "round_off")
"""In this order: what did not move at all, what was agreed, what is too small to ask about."""
MOST_AT_ONCE = 500
"""How many differences one scheduled run treats of a channel; the rest waits for the next, an hour later."""
MOST_LOOKED_AT = 5000
ROUNDING_PREFIX = "6603"  # 财务费用, financial expenses: where small differences of payments are booked
SUSPENSE_PREFIX = "2241"  # 其他应付款, other payables: money whose owner is not known yet
CHARGEBACK_PREFIX = "1221"  # 其他应收款, other receivables: what a disputed customer still owes
TREAT_FIELDS = frozenset(
    {
        "treat_query", "treat_rounding", "treat_fee", "treat_repeat", "rounding_daily_cap", "rounding_account_id",
        "write_off_account_id", "suspense_account_id",
    }
)  # fmt: skip
GUARDED = frozenset({"rounding_daily_cap", "rounding_account_id", "write_off_account_id", "suspense_account_id"})


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    treat_query = fields.Boolean(
        string="Ask About What Is Missing",
        default=True,
        tracking=True,
        help="The platform is asked once a day about payments that its statements should show and do not.",
    )
    treat_rounding = fields.Boolean(
        string="Round Off",
        default=True,
        tracking=True,
        help="Rows that differ from their payment by no more than a rounding are matched by themselves, and the"
        " rounding goes to its account, up to the day's cap.",
    )
    treat_fee = fields.Boolean(
        string="Book Agreed Fees",
        default=True,
        tracking=True,
        help="Where a row lacks exactly the agreed fee, the difference is booked as a fee by itself.",
    )
    treat_repeat = fields.Boolean(
        string="Leave Out Repetitions",
        default=True,
        tracking=True,
        help="Money in that a file prints twice under two numbers is left out when the file's balance proves that it"
        " moved once.",
    )
    rounding_daily_cap = fields.Monetary(
        string="Roundings of a Day",
        default=1.0,
        tracking=True,
        help="What all rows of one day may round off together, by themselves and by hand.",
    )
    rounding_account_id = fields.Many2one("account.account", check_company=True, tracking=True)
    write_off_account_id = fields.Many2one("account.account", check_company=True, tracking=True)
    suspense_account_id = fields.Many2one(
        "account.account",
        check_company=True,
        tracking=True,
        help="Where rows are held until they are explained. Empty: the journal's suspense account.",
    )

    @api.constrains("rounding_daily_cap", "rounding_tolerance")
    def _check_roundings(self):
        for channel in self:
            if channel.rounding_daily_cap < 0 or channel.rounding_tolerance < 0:
                raise ValidationError(self.env._("A rounding limit cannot be negative."))

    @api.model
    def _audited_fields(self):
        return super()._audited_fields() | TREAT_FIELDS

    def _four_eyes_guarded(self, vals):
        """Where money may go without a document is guarded like the account of fees."""
        guarded = super()._four_eyes_guarded(vals)
        return guarded | (GUARDED & set(vals)) if self.state != "draft" else guarded

    # -- accounts ----------------------------------------------------------------------

    @api.private
    def _set_up_accounts(self):
        """Propose the account of roundings from the chart, with the others that a channel needs."""
        result = super()._set_up_accounts()
        if not self.rounding_account_id:
            self.rounding_account_id = self._find_account(ROUNDING_PREFIX, "expense%") or self.fee_account_id
        if not self.write_off_account_id:
            self.write_off_account_id = self.rounding_account_id
        return result

    def _find_account(self, prefix, account_type):
        """The first account of the chart under ``prefix``, of that type; empty where the chart has none."""
        return (
            self.env["account.account"]
            .with_company(self.company_id)
            .search(
                [
                    ("company_ids", "in", self.company_id.id),
                    ("code", "=like", f"{prefix}%"),
                    ("account_type", "=like", account_type),
                ],
                limit=1,
            )
        )

    def action_propose_accounts(self):
        """Fill in the accounts for differences that are still missing: from the chart, else new ones."""
        self.check_access("write")
        for channel in self:
            channel._set_up_accounts()
            if not channel.suspense_account_id:
                channel.suspense_account_id = channel._make_account(
                    SUSPENSE_PREFIX,
                    self.env._("%s · to be explained", channel.name),
                    "liability_current",
                    reconcile=True,
                )

    # -- by itself -----------------------------------------------------------------------

    @api.private
    def _treat_differences(self):
        """Treat by itself what the evidence decides, as far as the channel lets it, and ask the platform about what is
        missing. Running it again does nothing more. Answers how many were treated."""
        self.ensure_one()
        treated = sum(self._treat_alike(WAYS[code]) for code in AUTOMATIC if self[WAYS[code].switch])
        if self.treat_query:
            WAYS["query"].ask(self)
        if treated:
            self._match_lines(only_classify=True)
        return treated

    def _treat_alike(self, way):
        """Treat in that way what is due for it; what it refuses is left to people."""
        asked = Asked(by_itself=True)
        treated = 0
        for difference in way.due(self)[:MOST_LOOKED_AT]:
            if treated == MOST_AT_ONCE:
                break
            if way.refusal(difference, asked):
                continue
            try:
                with self.env.cr.savepoint():
                    difference._treat(way.code, asked)
            except UserError:
                continue  # it stays on the list, where a person sees why
            treated += 1
        return treated

    # -- agreed fees -----------------------------------------------------------------------

    @api.private
    def _agreed_fee(self, line, order):
        """What the platform may keep of ``order`` on the row's day: by the schedule in force, else by the channel's
        agreed rate; None where nothing is agreed."""
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT expected::float8 FROM (%s) checked WHERE line_id = %s",
                self._checked_fees(
                    SQL(
                        """
                        SELECT l.id, l.channel_id, l.kind, l.platform_kind, l.settled_on, %s::numeric AS base,
                               l.fee AS charged
                          FROM payment_bridge_statement_line l WHERE l.id = %s
                        """,
                        f"{order.amount:.{self.currency_id.decimal_places}f}",
                        line.id,
                    )
                ),
                line.id,
            )
        )
        if rows:
            return rows[0][0]
        if self.fee_rate and line.kind == "collection":
            return self.currency_id.round(order.amount * self.fee_rate / 100)
        return None


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    def _suspense_account(self):
        """The channel's own account for rows that nothing explains yet, else the journal's."""
        return self.channel_id.sudo().suspense_account_id or super()._suspense_account()
