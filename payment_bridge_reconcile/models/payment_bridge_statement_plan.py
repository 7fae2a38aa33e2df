"""The plan of a posting: which entries a statement's matched rows become, in the channel's way of posting."""

from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .posting_plan import Plan, PlannedEntry


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    @api.private
    def _plan(self, with_suspense=False):
        """What would be posted now: the matched rows in the channel's way, and with ``with_suspense`` each
        unmatched row against the suspense account.

        :raises UserError: when the channel cannot post at all, saying what is missing.
        :rtype: Plan
        """
        self.ensure_one()
        self._check_can_post(with_suspense)
        statement = self.sudo().with_company(self.company_id)
        plan = Plan(mode=statement.channel_id.posting_mode)
        getattr(statement, f"_plan_as_{plan.mode}")(plan)
        if with_suspense:
            for line in statement.line_ids.filtered(lambda line: line.state == "unmatched").sorted("row"):
                plan.entries.append(statement._plan_suspense(line))
        return plan

    def _matched_lines(self):
        return self.line_ids.filtered(lambda line: line.state == "matched").sorted("row")

    def _plan_as_settlement(self, plan):
        """One entry for each day, with an item a row and the fees together."""
        matched = self._matched_lines()
        settles = self._open_items(matched)
        for day, lines in sorted(matched.grouped("settled_on").items()):
            items, fees = [], []
            for line in lines:
                if planned := self._plan_row_at_once(line, settles, plan):
                    items += planned[0]
                    fees += self._row_fees(line, planned[1])
            items += self._plan_fees(fees)
            if items:
                plan.entries.append(self._entry_of(day, self._lines_of(items), items))

    def _plan_as_per_line(self, plan):
        """One entry for each row, with its own fee."""
        matched = self._matched_lines()
        settles = self._open_items(matched)
        dates = {}
        for line in matched:
            if planned := self._plan_row_at_once(line, settles, plan):
                items = planned[0] + self._plan_fees(self._row_fees(line, planned[1]))
                plan.entries.append(self._entry_of(line.settled_on, line, items, line._entry_label(), dates))

    def _plan_row_at_once(self, line, settles, plan):
        """Like :meth:`_plan_row`, each item told whether it can be settled with the whole day's."""
        planned = self._plan_row(line, settles, plan)
        for item in planned[0] if planned else ():
            item.at_once = self._is_settled_exactly(item, line)
        return planned

    def _check_can_post(self, with_suspense):
        journal = self.channel_id.journal_id.sudo()
        currency = journal.currency_id or journal.company_id.currency_id
        if not self.covers_balance:
            raise UserError(
                self.env._(
                    "This statement is for information: its rows do not explain the balance. Post the other"
                    " kind of statement of %s instead.",
                    self.channel_id.name,
                )
            )
        if self.state not in ("loaded", "posted"):
            raise UserError(self.env._("Only a loaded statement can be posted."))
        if not journal.default_account_id:
            raise UserError(self.env._("%s needs its journal and accounts first.", self.channel_id.name))
        if currency != self.currency_id:
            raise UserError(
                self.env._(
                    "The statement is in %(statement)s but the journal is kept in %(journal)s. Give the"
                    " channel a journal in its own currency.",
                    statement=self.currency_id.name,
                    journal=currency.name,
                )
            )
        self._check_has_rate()
        if with_suspense and not self._suspense_account():
            raise UserError(
                self.env._("The journal %s has no suspense account. Choose one on the journal.", journal.name)
            )

    def _check_has_rate(self):
        """Odoo counts one for one where neither of two currencies has a rate, and says nothing. One of them may be the
        currency that the rates are kept in, which has none of its own."""
        company = self.company_id.sudo()
        both = self.currency_id | company.currency_id
        if len(both) < 2:
            return
        rates = [("currency_id", "in", both.ids), ("company_id", "in", (False, company.root_id.id))]
        if not self.env["res.currency.rate"].sudo().search_count(rates, limit=1):
            raise UserError(
                self.env._(
                    "%(currency)s has no exchange rate, so nobody knows what these rows are worth in %(books)s. Enter"
                    " the rate of the day first.",
                    currency=self.currency_id.name,
                    books=company.currency_id.name,
                )
            )

    def _suspense_account(self):
        journal = self.channel_id.journal_id.sudo()
        return journal.suspense_account_id or journal.company_id.account_journal_suspense_account_id

    def _entry_date(self, day, has_tax=False):
        """The statement's own day, or the first open one after it when the books of that day are closed, or with
        ``has_tax`` its taxes are."""
        locks = self.company_id._get_violated_lock_dates(day, has_tax, self.channel_id.journal_id)
        return locks[-1][0] + timedelta(days=1) if locks else day

    def _entry_of(self, day, lines, items, title="", dates=None):
        """The entry of these items, on the first day that is open for all of them. ``dates`` keeps what was looked up,
        for plans of very many entries."""
        dates = {} if dates is None else dates
        key = (day, any(item.has_tax for item in items))
        if key not in dates:
            dates[key] = self._entry_date(*key)
        return PlannedEntry(day, dates[key], lines, items, title=title)

    def _entry_title(self, day, what, date=None):
        """How an entry of ``day`` reads, that is booked on ``date``."""
        values = {"channel": self.channel_id.name, "day": format_date(self.env, day), "what": what}
        if (date or self._entry_date(day)) == day:
            return self.env._("%(channel)s statement of %(day)s, %(what)s", **values)
        return self.env._("%(channel)s statement of %(day)s, %(what)s (that day is closed)", **values)

    def _is_settled_exactly(self, item, line):
        """Whether the item is the opposite of what it settles, to the cent."""
        rest = sum(item.settles.mapped("amount_residual_currency")) + item.amount
        return bool(item.settles) and line.match_pass != "out_and_back" and self.currency_id.is_zero(rest)

    def _lines_of(self, items):
        lines = self.env["payment.bridge.statement.line"]
        return lines.union(*(item.lines for item in items))

    def _plan_suspense(self, line):
        item = self._item(self._suspense_account(), line._entry_label(), -line.amount, line)
        return self._entry_of(line.settled_on, line, [item], title=item.label)
