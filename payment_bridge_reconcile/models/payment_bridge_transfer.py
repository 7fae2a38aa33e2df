"""Money between a channel and the company's own bank: both sides meet on the account for internal transfers."""

from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.tools import SQL

from .payment_bridge_statement_plan_exchanged import FARTHEST_RATE

SHORTEST_NUMBER = 6
"""A platform's number shorter than that stands in a bank's text by chance, and is no evidence without the amount."""


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    transfer_days = fields.Integer(
        string="Transfers Arrive Within",
        default=7,
        required=True,
        tracking=True,
        help="Within how many days the bank shows a withdrawal from this account, or this account a top-up.",
    )

    @api.private
    def _match_transfers(self):
        """Pair what left this account with what arrived on a bank account, and the other way round: first where both
        stand on the transfer account, then bank lines that nothing explains yet. Only where neither side has a second
        choice. What the bank received in another currency is known by the platform's number in its text. Answers how
        many pairs were reconciled."""
        self.ensure_one()
        account = self.company_id.sudo().transfer_account_id
        if not account.reconcile:
            return 0
        self.env.flush_all()
        items = self.env["account.move.line"].sudo()
        pairs = [items.browse(pair) for pair in self._paired_on(account)]
        plan = list(pairs)
        for ours_id, theirs_id in self._paired_in_suspense(account):
            suspense = items.browse(theirs_id)
            suspense.with_context(skip_readonly_check=True).write({"account_id": account.id})
            plan.append(items.browse((ours_id, theirs_id)))
        if plan:
            exchanges = [self._exchange_entry(pair) for pair in plan]
            items._reconcile_plan(
                [
                    pair | entry.line_ids.filtered(lambda item: item.account_id == account)
                    for pair, entry in zip(plan, exchanges, strict=True)
                ]
            )
            self._tie_exchanges(plan, exchanges)
            self.env["payment.bridge.audit.event"]._record(
                "transfers.matched", self, pairs=len(plan), out_of_suspense=len(plan) - len(pairs)
            )
        return len(plan)

    def _exchange_entry(self, pair):
        """What one side of a transfer is worth more than the other in the books, because the bank exchanged it at its
        own rate, as an entry against Odoo's account for that; none where both are in one currency, which Odoo settles
        by itself."""
        company = self.company_id.sudo()
        moves = self.env["account.move"].sudo().with_company(company)
        rest = company.currency_id.round(sum(pair.mapped("amount_residual")))
        if len(pair.currency_id) == 1 or not rest:
            return moves
        label = self.env._("Exchange difference of a transfer: %s", ", ".join(filter(None, pair.mapped("name"))))
        parts = ((pair.account_id, -rest), (company._bridge_exchange_account(rest), rest))
        entry = moves.create(
            {
                "journal_id": company.currency_exchange_journal_id.id,
                "date": max(max(pair.mapped("date")), self._first_open_day()),
                "ref": label,
                "line_ids": [
                    Command.create({"account_id": account.id, "name": label, "balance": balance})
                    for account, balance in parts
                ],
            }
        )
        entry.action_post()
        return entry

    def _tie_exchanges(self, pairs, entries):
        """Parting a pair takes its exchange entry back, as with those that Odoo makes by itself."""
        partials = self.env["account.partial.reconcile"].sudo()
        for pair, entry in zip(pairs, entries, strict=True):
            if entry:
                between = [("debit_move_id", "in", pair.ids), ("credit_move_id", "in", pair.ids)]
                partials.search(between).exchange_move_id = entry

    def _open_transfers(self, account):
        """This channel's open transfers as SQL: (id, day, the number there, amount, currency_id, worth in books)."""
        return SQL(
            """
            SELECT a.id, a.date AS day, COALESCE(l.platform_reference, l.entry_reference) AS number,
                   a.amount_residual_currency AS amount, a.currency_id, a.amount_residual AS worth
              FROM account_move_line a
              JOIN payment_bridge_statement_line l
                ON l.move_line_id = a.id AND l.match_pass IN ('transfer', 'settlement')
             WHERE l.channel_id = %s AND a.account_id = %s AND a.parent_state = 'posted' AND NOT a.reconciled
            """,
            self.id,
            account.id,
        )

    def _unique_pairs(self, account, theirs):
        """Pairs of opposite amounts within the days, where neither side has a second choice. A bank line that carries
        the platform's number counts before one that does not; in another currency only one that carries it does, at
        a rate not far from the company's."""
        return self.env.execute_query(
            SQL(
                """
                WITH ours AS (%(ours)s), theirs AS (%(theirs)s), pair AS (
                    SELECT o.id AS our_id, t.id AS their_id, strpos(t.told, o.number) > 0 AS named
                      FROM ours o JOIN theirs t ON t.amount = -o.amount AND t.currency_id = o.currency_id
                       AND t.day BETWEEN o.day - %(days)s AND o.day + %(days)s
                     UNION ALL
                    SELECT o.id, t.id, TRUE
                      FROM ours o JOIN theirs t ON t.currency_id != o.currency_id
                       AND t.day BETWEEN o.day - %(days)s AND o.day + %(days)s
                       AND abs(o.worth + t.worth) <= abs(o.worth) * %(farthest)s AND strpos(t.told, o.number) > 0
                     WHERE %(exchanges)s AND length(o.number) >= %(shortest)s
                ), kept AS (
                    SELECT * FROM pair p
                     WHERE named OR NOT EXISTS (SELECT FROM pair q
                                                 WHERE q.named AND (q.our_id = p.our_id OR q.their_id = p.their_id))
                )
                SELECT our_id, their_id
                  FROM (SELECT *, count(*) OVER (PARTITION BY our_id) AS of_ours,
                               count(*) OVER (PARTITION BY their_id) AS of_theirs FROM kept) counted
                 WHERE of_ours = 1 AND of_theirs = 1 ORDER BY our_id
                """,
                ours=self._open_transfers(account),
                theirs=theirs,
                days=self.transfer_days,
                exchanges=self._can_exchange(),
                farthest=FARTHEST_RATE,
                shortest=SHORTEST_NUMBER,
            )
        )

    def _paired_on(self, account):
        return self._unique_pairs(
            account,
            SQL(
                """
                SELECT a.id, a.date AS day, a.amount_residual_currency AS amount, a.currency_id,
                       a.amount_residual AS worth, concat_ws(' ', a.name, m.ref) AS told
                  FROM account_move_line a
                  JOIN account_move m ON m.id = a.move_id
                 WHERE a.account_id = %s AND a.company_id = %s AND a.parent_state = 'posted' AND NOT a.reconciled
                   AND m.journal_id != %s
                """,
                account.id,
                self.company_id.id,
                self.journal_id.id,
            ),
        )

    def _paired_in_suspense(self, account):
        """With lines of the company's bank journals that are still in suspense, in an open period."""
        open_from = self._first_open_day()
        return self._unique_pairs(
            account,
            SQL(
                """
                SELECT a.id, a.date AS day, a.amount_currency AS amount, a.currency_id, a.balance AS worth,
                       concat_ws(' ', b.payment_ref, a.name, m.ref) AS told
                  FROM account_move_line a
                  JOIN account_move m ON m.id = a.move_id
                  JOIN account_bank_statement_line b ON b.move_id = m.id AND NOT b.is_reconciled
                  JOIN account_journal j ON j.id = m.journal_id AND j.suspense_account_id = a.account_id
                 WHERE m.company_id = %s AND a.parent_state = 'posted' AND NOT a.reconciled AND j.id != %s
                   AND a.date >= %s AND NOT EXISTS (SELECT FROM payment_bridge_channel c WHERE c.journal_id = j.id)
                """,
                self.company_id.id,
                self.journal_id.id,
                open_from,
            ),
        )

    def _can_exchange(self):
        """Whether the company has what an exchange difference needs."""
        company = self.company_id.sudo()
        return bool(
            company.currency_exchange_journal_id
            and company.expense_currency_exchange_account_id
            and company.income_currency_exchange_account_id
        )

    def _first_open_day(self):
        """The first day whose entries may still change."""
        company = self.company_id
        locked = [company[name] for name in ("fiscalyear_lock_date", "hard_lock_date") if company[name]]
        return max(locked) + timedelta(days=1) if locked else fields.Date.to_date("1900-01-01")
