"""Reconciling one journal item with thousands of others in a few statements.

Odoo's ``_reconcile_plan`` takes about 3 ms a pair, most of it for what cannot happen here: exchange differences, cash
basis taxes, invoices that become paid. Where all of that is certainly absent, what it would leave in the tables is
written set by set; everything else is left to Odoo.
"""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model
    @api.private
    def _bridge_settle(self, groups):
        """Reconcile each (item, its opposites together) of ``groups``.

        :raises UserError: when an item has been reconciled by somebody else meanwhile.
        """
        self.env.flush_all()
        cr = self.env.cr
        pairs = [(one.id, item_id) for one, opposites in groups for item_id in opposites.ids]
        cr.execute(_TABLE)
        cr.execute(SQL("TRUNCATE pb_settle"))
        cr.execute(
            SQL(
                "INSERT INTO pb_settle (one_id, item_id) SELECT * FROM unnest(%s::integer[], %s::integer[])",
                [one_id for one_id, _item_id in pairs],
                [item_id for _one_id, item_id in pairs],
            )
        )
        cr.execute(SQL("ANALYZE pb_settle"))
        others = {row[0] for row in self.env.execute_query(_NOT_PLAIN)}
        if len(others) < len(groups):
            self._bridge_settle_plain(sum(one_id not in others for one_id, _item_id in pairs))
        if others:
            self._reconcile_plan([one | opposites for one, opposites in groups if one.id in others])

    def _bridge_settle_plain(self, count):
        """Partials, full reconciliations, residuals and the payments' state of so many pairs on the table."""
        cr = self.env.cr
        values = {"uid": self.env.uid, "now": cr.now()}
        cr.execute(_NUMBERS)
        cr.execute(_fulls(**values))
        cr.execute(_partials(**values))
        cr.execute(_OPPOSITES)
        if cr.rowcount != count:
            raise UserError(
                self.env._("Somebody else has reconciled some of these items meanwhile. Nothing was posted.")
            )
        cr.execute(_ONES)
        cr.execute(_PAYMENTS)
        self.env.invalidate_all(flush=False)
        self._bridge_refresh_invoices()

    def _bridge_refresh_invoices(self):
        """Invoices that wait for the bank to confirm what pays them look at their state again."""
        rows = self.env.execute_query(_WAITING_INVOICES)
        invoices = self.env["account.move"].browse(row[0] for row in rows)
        self.env.add_to_compute(invoices._fields["payment_state"], invoices)


_TABLE = SQL(
    """
    CREATE TEMP TABLE IF NOT EXISTS pb_settle (one_id integer, item_id integer, full_id integer) ON COMMIT DROP
    """
)
_NOT_PLAIN = SQL(
    """
    WITH other AS (
        SELECT s.one_id
          FROM pb_settle s
          JOIN account_move_line o ON o.id = s.one_id
          JOIN account_move_line a ON a.id = s.item_id
          JOIN account_move m ON m.id = a.move_id
          JOIN account_account c ON c.id = o.account_id
          JOIN res_company company ON company.id = o.company_id
         GROUP BY s.one_id
        HAVING NOT bool_and(
                   c.reconcile AND c.account_type NOT IN ('asset_receivable', 'liability_payable')
                   AND o.currency_id = company.currency_id AND NOT o.reconciled AND o.amount_residual = o.balance
                   AND a.account_id = o.account_id AND a.currency_id = o.currency_id AND a.company_id = o.company_id
                   AND a.parent_state = 'posted' AND NOT a.reconciled AND a.amount_residual = a.balance
                   AND sign(a.balance) = -sign(o.balance) AND m.move_type = 'entry' AND a.tax_line_id IS NULL)
            OR sum(a.amount_residual) + max(o.amount_residual) != 0
    )
    DELETE FROM pb_settle s USING other WHERE s.one_id = other.one_id RETURNING s.one_id
    """
)
"""Takes off the table, and answers, where more than the items themselves may change: an account that is not
reconciled or belongs to invoices, a tax, another currency than the company's, or two sides that are not equal."""
_NUMBERS = SQL(
    """
    UPDATE pb_settle s SET full_id = numbered.full_id
      FROM (SELECT one_id, nextval('account_full_reconcile_id_seq') AS full_id
              FROM (SELECT DISTINCT one_id FROM pb_settle ORDER BY one_id) ones) numbered
     WHERE s.one_id = numbered.one_id
    """
)


def _fulls(uid, now):
    return SQL(
        """
        INSERT INTO account_full_reconcile (id, create_uid, create_date, write_uid, write_date)
        SELECT DISTINCT full_id, %(uid)s, %(now)s::timestamp, %(uid)s, %(now)s::timestamp FROM pb_settle
        """,
        uid=uid,
        now=now,
    )


def _partials(uid, now):
    return SQL(
        """
        INSERT INTO account_partial_reconcile
               (debit_move_id, credit_move_id, full_reconcile_id, debit_currency_id, credit_currency_id, company_id,
                amount, debit_amount_currency, credit_amount_currency, max_date,
                create_uid, create_date, write_uid, write_date)
        SELECT CASE WHEN a.balance > 0 THEN a.id ELSE o.id END, CASE WHEN a.balance > 0 THEN o.id ELSE a.id END,
               s.full_id, a.currency_id, o.currency_id, a.company_id,
               abs(a.amount_residual), abs(a.amount_residual), abs(a.amount_residual), GREATEST(a.date, o.date),
               %(uid)s, %(now)s, %(uid)s, %(now)s
          FROM pb_settle s
          JOIN account_move_line a ON a.id = s.item_id
          JOIN account_move_line o ON o.id = s.one_id
         ORDER BY a.id
        """,
        uid=uid,
        now=now,
    )


_SETTLED = SQL(
    """
    amount_residual = 0, amount_residual_currency = 0, reconciled = TRUE, full_reconcile_id = s.full_id,
    matching_number = s.full_id::varchar
    """
)
_OPPOSITES = SQL(
    "UPDATE account_move_line a SET %s FROM pb_settle s WHERE a.id = s.item_id AND NOT a.reconciled", _SETTLED
)
_ONES = SQL(
    """
    UPDATE account_move_line a SET %s FROM (SELECT DISTINCT one_id, full_id FROM pb_settle) s WHERE a.id = s.one_id
    """,
    _SETTLED,
)
_PAYMENTS = SQL(
    """
    UPDATE account_payment p SET is_matched = TRUE, state = CASE p.state WHEN 'in_process' THEN 'paid' ELSE p.state END
      FROM pb_settle s JOIN account_move_line a ON a.id = s.item_id
     WHERE p.move_id = a.move_id
       AND NOT EXISTS (SELECT FROM account_move_line other
                        WHERE other.move_id = p.move_id AND other.account_id = a.account_id
                          AND NOT other.reconciled)
    """
)
_WAITING_INVOICES = SQL(
    """
    SELECT DISTINCT bill.id
      FROM pb_settle s
      JOIN account_move_line a ON a.id = s.item_id
      JOIN account_move_line paid ON paid.move_id = a.move_id AND paid.id != a.id
     CROSS JOIN LATERAL (
            SELECT credit_move_id AS id FROM account_partial_reconcile WHERE debit_move_id = paid.id
             UNION ALL
            SELECT debit_move_id FROM account_partial_reconcile WHERE credit_move_id = paid.id OFFSET 0) opposite
      JOIN account_move_line term ON term.id = opposite.id
      JOIN account_move bill ON bill.id = term.move_id AND bill.payment_state = 'in_payment'
    """
)
"""Each side of a partial has its index: asked for both at once, the planner compares every item with every partial."""
