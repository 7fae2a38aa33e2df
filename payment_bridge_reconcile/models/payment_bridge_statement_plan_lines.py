"""Posting single rows: the entries of what was decided about them, before and after it is decided."""

from odoo import api, models
from odoo.exceptions import UserError

from .posting_plan import PER_LINE, SETTLEMENT, Plan


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    @api.private
    def _plan_lines(self, lines):
        """What posting just these rows would do. A row that nothing explains goes to the suspense account.

        ``lines`` may be rows that carry a decision which is not written (:meth:`~.PaymentBridgeStatementLine._as_if`),
        so that people see the entries before anything happens.

        :raises UserError: when the channel cannot post at all, saying what is missing.
        :rtype: Plan
        """
        self.ensure_one()
        lines = lines.sudo()
        held = lines.filtered(lambda line: line.match_pass in (False, "suspense"))
        self._check_can_post(with_suspense=bool(held))
        statement = self.sudo().with_company(self.company_id)
        plan = Plan(mode=PER_LINE if statement.channel_id.posting_mode == PER_LINE else SETTLEMENT)
        explained = lines - held
        settles = statement._open_items(explained)
        for day, of_day in sorted(explained.grouped("settled_on").items()):
            for group in of_day if plan.mode == PER_LINE else (of_day,):
                statement._plan_group(plan, day, group, settles)
        for line in held:
            plan.entries.append(statement._plan_suspense(line))
        return plan

    def _plan_group(self, plan, day, lines, settles):
        """One entry for rows of one day, each with its own items and their fees together."""
        items, fees = [], []
        for line in lines:
            if planned := self._plan_row(line, settles, plan):
                items += planned[0]
                fees += self._row_fees(line, planned[1])
        items += self._plan_fees(fees)
        if items:
            title = lines._entry_label() if len(lines) == 1 else ""
            plan.entries.append(self._entry_of(day, lines, items, title=title))

    @api.private
    def _post_lines(self, lines, expected=None):
        """Post just these rows as a run of its own, which can be undone. Answers the run.

        :param expected: the digest of the plan that a person has seen
        :raises UserError: when a row cannot be posted, or the plan is not that one any more.
        """
        self.ensure_one()
        self._require_clerk()
        self._lock_channel(self.channel_id)
        plan = self._plan_lines(lines)
        plan.check_shown(self.env, expected)
        if plan.blocked:
            raise UserError(self.env._("It cannot be posted: %s.", "; ".join(plan.blocked.values())))
        posting = (
            self.env["payment.bridge.posting"]
            .sudo()
            .create({"statement_id": self.id, "posted_by_id": self.env.uid, "mode": plan.mode})
        )
        posting._make_entries(plan)
        self._refresh_state()
        self.env["payment.bridge.audit.event"]._record(
            "statement.posted",
            posting,
            statement=self.name,
            rows=len(lines),
            net=f"{plan.net:.2f}",
            mode=plan.mode,
            suspense=any(line.match_pass == "suspense" for line in lines),
            entries=posting.entry_ids.move_id.mapped("name"),
        )
        return posting


class PaymentBridgeStatementLine(models.Model):
    _inherit = "payment.bridge.statement.line"

    @api.private
    def _as_if(self, **values):
        """This row as it would be once that was decided about it: a record in memory only."""
        self.ensure_one()
        return self.new(values, origin=self)
