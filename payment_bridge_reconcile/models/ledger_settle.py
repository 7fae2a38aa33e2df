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
        plain = [group for group in groups if self._bridge_is_plain(*group)]
        others = [one | opposites for one, opposites in groups if (one, opposites) not in plain]
        if others:
            self._reconcile_plan(others)
        if plain:
            self._bridge_settle_plain(plain)

    def _bridge_is_plain(self, one, opposites):
        """Whether nothing but the items themselves changes: one account that is reconciled and belongs to no
        invoice or tax, in the company's currency, and the two sides equal to the cent."""
        company = one.company_id
        if not one.account_id.reconcile or one.currency_id != company.currency_id:
            return False
        if one.account_id.account_type in ("asset_receivable", "liability_payable"):
            return False
        one.flush_recordset()
        opposites.flush_recordset()
        ((count, fitting, total),) = self.env.execute_query(
            SQL(
                """
                SELECT count(*), count(*) FILTER (
                            WHERE a.account_id = o.account_id AND a.currency_id = o.currency_id
                              AND a.company_id = o.company_id AND a.parent_state = 'posted' AND NOT a.reconciled
                              AND sign(a.balance) = -sign(o.balance) AND a.amount_residual = a.balance
                              AND m.move_type = 'entry' AND a.tax_line_id IS NULL),
                       sum(a.amount_residual) + max(o.amount_residual)
                  FROM account_move_line a
                  JOIN account_move m ON m.id = a.move_id
                  JOIN account_move_line o ON o.id = %s
                 WHERE a.id = ANY(%s)
                """,
                one.id,
                opposites.ids,
            )
        )
        return count == fitting == len(opposites) and company.currency_id.is_zero(total or 0.0)

    def _bridge_settle_plain(self, groups):
        """Partials, full reconciliations, residuals and the payments' state."""
        self.env.flush_all()
        cr = self.env.cr
        opposites = self.browse(item_id for _one, others in groups for item_id in others.ids)
        cr.execute(
            SQL(
                """
                CREATE TEMP TABLE IF NOT EXISTS pb_settle (one_id integer, item_id integer, full_id integer)
                ON COMMIT DROP
                """
            )
        )
        cr.execute(SQL("TRUNCATE pb_settle"))
        for one, others in groups:
            ((full_id,),) = self.env.execute_query(
                SQL(
                    """
                    INSERT INTO account_full_reconcile (create_uid, create_date, write_uid, write_date)
                    VALUES (%(uid)s, %(now)s, %(uid)s, %(now)s) RETURNING id
                    """,
                    uid=self.env.uid,
                    now=cr.now(),
                )
            )
            cr.execute(SQL("INSERT INTO pb_settle SELECT %s, unnest(%s::integer[]), %s", one.id, others.ids, full_id))
        cr.execute(SQL("ANALYZE pb_settle"))
        cr.execute(_PARTIALS(self.env.uid, cr.now()))
        cr.execute(_OPPOSITES)
        if cr.rowcount != len(opposites):
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


def _PARTIALS(uid, now):
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
      JOIN account_move_line paid ON paid.move_id = a.move_id AND paid.full_reconcile_id IS NOT NULL
      JOIN account_partial_reconcile p ON paid.id IN (p.debit_move_id, p.credit_move_id)
      JOIN account_move_line term ON term.id IN (p.debit_move_id, p.credit_move_id) AND term.id != paid.id
      JOIN account_move bill ON bill.id = term.move_id AND bill.payment_state = 'in_payment'
    """
)
