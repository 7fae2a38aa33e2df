"""What posting a statement would do, shown before it is done."""

from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

from ..models.payment_bridge_run import MANY_ROWS

SHOWN_ROWS = 200
"""Rows of one account that the preview opens; the rest is counted."""


class PaymentBridgeStatementPost(models.TransientModel):
    """The reconciliation wizard: counts, the entries to come, and the balance that results."""

    _name = "payment.bridge.statement.post"
    _description = "Reconcile and Post a Statement"

    statement_id = fields.Many2one("payment.bridge.statement", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="statement_id.currency_id")
    with_suspense = fields.Boolean(
        string="Post unmatched rows to suspense",
        help="Each unmatched row becomes an entry on the suspense account, so that the balance agrees; it"
        " stays there until somebody explains it.",
    )
    unmatched_count = fields.Integer(related="statement_id.unmatched_count")
    row_count = fields.Integer(string="Rows to Post", compute="_compute_preview")
    entry_count = fields.Integer(string="Entries", compute="_compute_preview")
    fee_total = fields.Monetary(string="Fees", compute="_compute_preview")
    ledger_before = fields.Monetary(related="statement_id.ledger_balance", string="Balance in the Books Now")
    ledger_after = fields.Monetary(string="Balance in the Books Afterwards", compute="_compute_preview")
    closing = fields.Monetary(related="statement_id.balance_expected", string="Balance at the Platform")
    control = fields.Selection(related="statement_id.control")
    remaining = fields.Monetary(string="Remaining Difference", compute="_compute_preview")
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    left_over = fields.Html(compute="_compute_preview", sanitize=False)
    date_note = fields.Char(compute="_compute_preview")
    shown_digest = fields.Char(
        compute="_compute_shown_digest",
        store=True,
        readonly=False,
        help="Stands for what was shown, so that nothing else is posted.",
    )

    @api.depends("statement_id", "with_suspense")
    def _compute_preview(self):
        for wizard in self:
            statement = wizard.statement_id
            plan = statement._plan(wizard.with_suspense)
            currency = statement.currency_id
            wizard.row_count = sum(len(entry.lines) for entry in plan.entries)
            wizard.entry_count = len(plan.entries)
            wizard.fee_total = sum(item.amount for entry in plan.entries for item in entry.items if item.is_fee)
            reached = sum(
                -item.amount for entry in plan.entries if entry.date <= statement.last_day for item in entry.items
            )
            wizard.ledger_after = currency.round(statement.ledger_balance + reached)
            known = statement.control != "unknown"
            wizard.remaining = currency.round(wizard.ledger_after - statement.balance_expected) if known else 0.0
            moved = {entry.day: entry.date for entry in plan.entries if entry.date != entry.day}
            wizard.date_note = wizard._say_moved(*min(moved.items())) if moved else False
            wizard.preview = wizard._render_items(plan)
            wizard.left_over = wizard._render_left_over(plan)

    def _say_moved(self, day, date):
        return self.env._(
            "The books of %(day)s are closed: the entry is dated %(date)s.",
            day=format_date(self.env, day),
            date=format_date(self.env, date),
        )

    @api.depends("statement_id", "with_suspense")
    def _compute_shown_digest(self):
        for wizard in self:
            wizard.shown_digest = wizard.statement_id._plan(wizard.with_suspense).digest

    def _render_items(self, plan):
        """The journal items by account and the currency they are kept in, each with the rows it is made of."""
        if not plan.entries:
            return Markup("<p class='text-muted'>{}</p>").format(self.env._("There is nothing to post."))
        by_account = defaultdict(list)
        for entry in plan.entries:
            for item in entry.items:
                currency, amount = item.worth(self.currency_id)
                by_account[item.account, currency].append((item.label, amount))
        bank = self.statement_id.channel_id.sudo().journal_id.default_account_id
        rows = [self._render_account(bank, self.currency_id, plan.net, [])]
        rows += [
            self._render_account(account, currency, sum(amount for _label, amount in items), items)
            for (account, currency), items in sorted(by_account.items(), key=lambda pair: pair[0][0].code or "")
        ]
        return Markup(
            '<table class="table table-sm o_bridge_preview"><thead><tr><th>{account}</th>'
            '<th class="text-end">{debit}</th><th class="text-end">{credit}</th></tr></thead>'
            "<tbody>{rows}</tbody></table>"
        ).format(
            account=self.env._("Account"),
            debit=self.env._("Debit"),
            credit=self.env._("Credit"),
            rows=Markup("").join(rows),
        )

    def _render_account(self, account, currency, amount, items):
        label = Markup("<span class='fw-bold'>{}</span>").format(f"{account.code or ''} {account.name}")
        if items:
            shown = Markup("").join(
                Markup("<tr><td class='ps-4'>{}</td><td class='text-end text-nowrap'>{}</td></tr>").format(
                    told, currency.format(part)
                )
                for told, part in items[:SHOWN_ROWS]
            )
            rest = len(items) - SHOWN_ROWS
            if rest > 0:
                shown += Markup("<tr><td class='ps-4 text-muted' colspan='2'>{}</td></tr>").format(
                    self.env._("and %s more", rest)
                )
            label = Markup(
                "<details><summary>{label} <span class='text-muted'>{count}</span></summary>"
                "<table class='w-100 small'>{rows}</table></details>"
            ).format(label=label, count=f"× {len(items)}", rows=shown)
        cell = Markup("<td class='text-end text-nowrap align-top'>{}</td>")
        amount = currency.round(amount)
        return Markup("<tr><td>{label}</td>{debit}{credit}</tr>").format(
            label=label,
            debit=cell.format(currency.format(amount) if amount > 0 else ""),
            credit=cell.format(currency.format(-amount) if amount < 0 else ""),
        )

    def _render_left_over(self, plan):
        """What stays unposted, by class, and rows that could not be planned, with the reason."""
        rows = []
        unmatched = self.statement_id.line_ids.filtered(lambda line: line.state == "unmatched")
        if not self.with_suspense:
            for difference, lines in unmatched.grouped("difference").items():
                words = dict(lines._fields["difference"]._description_selection(self.env)).get(difference, "")
                rows.append((words, len(lines), sum(lines.mapped("amount"))))
        blocked = self.statement_id.line_ids.browse(plan.blocked)
        for line in blocked:
            why = self.env._("Row %(row)s: %(reason)s", row=line.row, reason=plan.blocked[line.id])
            rows.append((why, 1, line.amount))
        if not rows:
            return False
        return Markup("<table class='table table-sm mb-0'>{}</table>").format(
            Markup("").join(
                Markup(
                    "<tr><td>{}</td><td class='text-end'>{}</td><td class='text-end text-nowrap'>{}</td></tr>"
                ).format(label, f"× {count}", self.currency_id.format(amount))
                for label, count, amount in rows
            )
        )

    def action_post(self):
        """Post exactly what is shown."""
        self.ensure_one()
        if self.row_count >= MANY_ROWS:
            self.statement_id._require_clerk()
            run = self.env["payment.bridge.run"]
            return run._start_post(self.statement_id, self.with_suspense, self.shown_digest)
        self.statement_id._post(with_suspense=self.with_suspense, expected=self.shown_digest)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
