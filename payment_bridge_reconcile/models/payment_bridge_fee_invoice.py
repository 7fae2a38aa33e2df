"""The platform's monthly invoice of its fees, against the fees that its statements showed."""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

HAS_FEE = SQL(
    """
    (l.kind = 'fee' OR l.fee != 0 OR l.match_pass = 'net' OR l.match_pass = 'document' AND l.account_id IS NULL
     OR COALESCE(l.remainder, 0) != 0 AND l.account_id IS NULL)
    """
)
"""The row ``l`` may have cost a fee: one of its own, one that it shows, or what is missing from what it stands for."""
FEE_OF_ROW = SQL(
    """
    CASE l.kind WHEN 'fee' THEN -l.amount ELSE l.fee + CASE
         WHEN l.match_pass = 'suspense' THEN -l.fee
         WHEN l.account_id IS NOT NULL THEN 0
         WHEN l.match_pass = 'net' THEN
              (SELECT i.amount FROM payment_bridge_instruction i WHERE i.id = l.instruction_id) - abs(l.gross)
         WHEN l.match_pass = 'document' THEN
              (SELECT sum(a.amount) FROM payment_bridge_statement_allotment a WHERE a.line_id = l.id) - l.gross
         ELSE -COALESCE(l.remainder, 0) END END
    """
)
"""What posting books as its fee."""


class PaymentBridgeFeeInvoice(models.Model):
    """One channel's fees of one month, and the vendor bill that invoices them.

    The platform has kept the fees already. Where they are booked to the payable account on which its bills stand, the
    bills are open there until both are reconciled here.
    """

    _name = "payment.bridge.fee.invoice"
    _description = "Monthly Fee Invoice"
    _order = "month desc, channel_id"
    _rec_name = "month"
    _check_company_auto = True

    channel_id = fields.Many2one("payment.bridge.channel", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="channel_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="channel_id.currency_id")
    month = fields.Date(required=True, help="Its first day.")
    accrued = fields.Monetary(
        string="Fees Booked", compute="_compute_accrued", help="Posted from the rows of this month's statements."
    )
    not_booked = fields.Monetary(
        string="Not Booked Yet", compute="_compute_accrued", help="Fees on rows that are not posted."
    )
    move_ids = fields.Many2many(
        "account.move",
        string="Invoices",
        check_company=True,
        domain="[('move_type', 'in', ('in_invoice', 'in_refund')), ('state', '=', 'posted')]",
    )
    invoiced = fields.Monetary(compute="_compute_invoiced")
    difference = fields.Monetary(compute="_compute_invoiced", help="Invoiced less booked.")
    state = fields.Selection(
        [("missing", "No Invoice Yet"), ("equal", "Equal"), ("differs", "Differs")],
        string="Status",
        compute="_compute_invoiced",
    )

    _month_once = models.UniqueIndex("(channel_id, month)", "This month is there already.")

    @api.constrains("month")
    def _check_month(self):
        if self.filtered(lambda one: one.month.day != 1):
            raise ValidationError(self.env._("A month is named by its first day."))

    def _last_day(self):
        return self.month + relativedelta(months=1, days=-1)

    @api.depends("channel_id", "month")
    def _compute_accrued(self):
        for one in self:
            sums = dict(
                self.env.execute_query(
                    SQL(
                        """
                        SELECT l.state = 'posted', sum(%s)::float8
                          FROM payment_bridge_statement_line l
                          JOIN payment_bridge_statement s ON s.id = l.statement_id AND s.covers_balance
                         WHERE l.channel_id = %s AND l.settled_on BETWEEN %s AND %s
                           AND l.state IN ('posted', 'matched', 'unmatched') AND %s
                         GROUP BY 1
                        """,
                        FEE_OF_ROW,
                        one.channel_id.id or None,
                        one.month or None,
                        one._last_day() if one.month else None,
                        HAS_FEE,
                    )
                )
            )
            one.accrued = sums.get(True, 0.0)
            one.not_booked = sums.get(False, 0.0)

    @api.depends("move_ids.amount_total_signed", "accrued")
    def _compute_invoiced(self):
        for one in self:
            one.invoiced = -sum(
                move.amount_total_in_currency_signed
                for move in one.sudo().move_ids
                if move.currency_id == one.currency_id
            )
            one.difference = one.invoiced - one.accrued
            zero = not one.currency_id or one.currency_id.is_zero(one.difference)
            one.state = "missing" if not one.move_ids else "equal" if zero else "differs"

    @api.model
    @api.private
    def _make_months(self, channel):
        """A record for each month that has ended and showed a fee."""
        this_month = channel._today().replace(day=1)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO payment_bridge_fee_invoice
                       (channel_id, company_id, month, create_uid, create_date, write_uid, write_date)
                SELECT DISTINCT %(channel)s, %(company)s, date_trunc('month', l.settled_on)::date,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM payment_bridge_statement_line l
                 WHERE l.channel_id = %(channel)s AND l.settled_on < %(this_month)s AND l.state != 'info'
                   AND %(has_fee)s AND %(fee)s != 0
                    ON CONFLICT (channel_id, month) DO NOTHING
                """,
                channel=channel.id,
                company=channel.company_id.id,
                this_month=this_month,
                has_fee=HAS_FEE,
                fee=FEE_OF_ROW,
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )

    def action_reconcile(self):
        """Reconcile the month's fees with their invoices on the accounts where both stand."""
        self.ensure_one()
        self.env["payment.bridge.statement"]._require_clerk(self)
        if self.state != "equal":
            raise UserError(self.env._("The invoices and the fees of this month are not equal."))
        fees = self._fee_items()
        plan = []
        for account, items in fees.grouped("account_id").items():
            of_invoices = self.sudo().move_ids.line_ids.filtered(
                lambda item, account=account: item.account_id == account and not item.reconciled
            )
            both = items | of_invoices
            if of_invoices and self._cancel_out(both):
                plan.append(both)
        if not plan:
            raise UserError(
                self.env._(
                    "There is nothing to reconcile: the fees must stand on the payable account on which the invoices"
                    " are open."
                )
            )
        self.env["account.move.line"].sudo()._reconcile_plan(plan)
        self.env["payment.bridge.audit.event"]._record(
            "fee_invoice.reconciled",
            self,
            month=str(self.month),
            amount=f"{self.accrued:.2f}",
            invoices=self.sudo().move_ids.mapped("name"),
        )

    def _cancel_out(self, items):
        """In the currency of the channel: what its rate made of it between the rows and the invoice is an exchange
        difference, which Odoo books."""
        rest = sum(items.mapped("amount_residual_currency"))
        return items.currency_id == self.currency_id and self.currency_id.is_zero(rest)

    def _fee_items(self):
        """The open journal items that hold this month's fees."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT a.id
                  FROM payment_bridge_statement_line l
                  JOIN account_move_line a ON a.id = l.fee_move_line_id
                  JOIN account_account account ON account.id = a.account_id AND account.reconcile
                 WHERE l.channel_id = %s AND l.settled_on BETWEEN %s AND %s AND l.state = 'posted'
                   AND a.parent_state = 'posted' AND NOT a.reconciled
                """,
                self.channel_id.id,
                self.month,
                self._last_day(),
            )
        )
        return self.env["account.move.line"].sudo().browse(row[0] for row in rows)
