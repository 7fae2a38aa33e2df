"""The control total: the ledger's balance is the statement's closing balance, or the difference is
explained row by row."""

from collections import defaultdict
from itertools import pairwise

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL, format_date

LISTED_ROWS = 500
"""Rows that the control total lists one by one; their sum counts them all."""
LISTED_JUMPS = 5


def _until(day, amounts):
    """The sum of (day, amount) pairs up to and including ``day``."""
    return sum(amount for of_day, amount in amounts if of_day <= day)


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    ledger_balance = fields.Monetary(
        compute="_compute_control",
        help="The channel account's balance in the books at the end of the statement's last day.",
    )
    balance_expected = fields.Monetary(
        string="Platform Balance",
        compute="_compute_control",
        help="The closing balance that the file shows; for a day without movement the one before it.",
    )
    balance_difference = fields.Monetary(string="Difference", compute="_compute_control")
    control = fields.Selection(
        [
            ("equal", "Equal"),
            ("pending", "Once posted"),
            ("open", "Open rows"),
            ("differs", "Differs"),
            ("unknown", "No balance"),
        ],
        string="Control Total",
        compute="_compute_control",
    )
    control_table = fields.Html(compute="_compute_control_table", sanitize=False)
    control_line_ids = fields.Many2many(
        "payment.bridge.statement.line", string="Rows Not in the Books", compute="_compute_control_table"
    )
    control_item_ids = fields.Many2many(
        "account.move.line", string="Items Without a Row", compute="_compute_control_table"
    )
    opening_missing = fields.Monetary(
        compute="_compute_opening_missing",
        help="What the account held before the first statement and the books do not show.",
    )
    is_first = fields.Boolean(compute="_compute_opening_missing")

    @api.depends("state", "closing", "line_ids.state")
    def _compute_control(self):
        ledger = {
            account: self._balances_by_day(account) for account in self.channel_id.journal_id.default_account_id.sudo()
        }
        matched, unposted = self._unposted_by_day()
        for statement in self:
            account = statement.channel_id.journal_id.sudo().default_account_id
            statement.ledger_balance = _until(statement.last_day, ledger.get(account, ()))
            expected = statement._closing_balance()
            if expected is None:
                statement.balance_expected = statement.balance_difference = 0.0
                statement.control = "unknown"
                continue
            currency = statement.currency_id
            difference = currency.round(statement.ledger_balance - expected)
            statement.balance_expected = expected
            statement.balance_difference = difference
            statement.control = "differs"
            for control, amounts in (("equal", {}), ("pending", matched), ("open", unposted)):
                waiting = _until(statement.last_day, amounts.get(statement.channel_id, ()))
                if currency.is_zero(difference + waiting):
                    statement.control = control
                    break

    def _unposted_by_day(self):
        """What the rows amount to that the books do not show yet, as {channel: [(day, amount)]}: of the matched ones,
        and of all, without entries that the platform has printed twice."""
        twice = (
            self.env["payment.bridge.treatment"]
            .sudo()
            .search([("channel_id", "in", self.channel_id.ids), ("way", "=", "repeat"), ("state", "=", "done")])
        )
        rows = self.env["payment.bridge.statement.line"]._read_group(
            [
                ("channel_id", "in", self.channel_id.ids),
                ("state", "in", ("unmatched", "matched", "ignored")),
                ("id", "not in", twice.line_id.ids),
            ],
            ["channel_id", "state", "settled_on:day"],
            ["amount:sum"],
        )
        matched, unposted = defaultdict(list), defaultdict(list)
        for channel, state, day, amount in rows:
            unposted[channel].append((day, amount))
            if state == "matched":
                matched[channel].append((day, amount))
        return matched, unposted

    def _balances_by_day(self, account):
        """What the account changed by on each day, posted entries only."""
        self.env["account.move.line"].flush_model(["account_id", "parent_state", "date", "amount_currency"])
        return self.env.execute_query(
            SQL(
                """
                SELECT date, sum(amount_currency)::float8 FROM account_move_line
                 WHERE account_id = %s AND parent_state = 'posted' GROUP BY date ORDER BY date
                """,
                account.id,
            )
        )

    def _closing_balance(self):
        """The platform's balance at the end of this statement, None where no file has told it yet."""
        self.ensure_one()
        if not self.covers_balance or self.state not in ("empty", "loaded", "posted"):
            return None
        if self.has_balance:
            return self.closing
        before = self.search(
            [
                ("channel_id", "=", self.channel_id.id),
                ("covers_balance", "=", True),
                ("has_balance", "=", True),
                ("last_day", "<", self.first_day),
            ],
            order="last_day desc, id desc",
            limit=1,
        )
        moved = (
            sum(
                self.search(
                    [
                        ("channel_id", "=", self.channel_id.id),
                        ("covers_balance", "=", True),
                        ("first_day", ">", before.last_day),
                        ("last_day", "<=", self.last_day),
                    ]
                ).line_ids.mapped("amount")
            )
            if before
            else 0.0
        )
        return before.closing + moved if before else None

    # -- the opening ----------------------------------------------------------------

    def _first_with_balance(self):
        """The channel's first statement that tells a balance."""
        self.ensure_one()
        return self.search(
            [
                ("channel_id", "=", self.channel_id.id),
                ("covers_balance", "=", True),
                ("has_balance", "=", True),
            ],
            order="first_day, id",
            limit=1,
        )

    @api.depends("opening", "state")
    def _compute_opening_missing(self):
        for statement in self:
            first = statement._first_with_balance() if statement.covers_balance else self.browse()
            statement.is_first = first == statement
            booked = statement._opening_items(first).mapped("amount_currency") if statement.is_first else [0.0]
            missing = first.opening - sum(booked) if statement.is_first else 0.0
            statement.opening_missing = statement.currency_id.round(missing)

    def _opening_items(self, first):
        """The ledger items that stand for what the account held before the first statement."""
        return self._foreign_items(
            [
                "|",
                ("date", "<", first.first_day),
                ("statement_line_id.bridge_opening_id", "!=", False),
            ]
        )

    def _foreign_items(self, domain):
        """Items on the channel's account that no posted row of a statement explains."""
        account = self.channel_id.journal_id.sudo().default_account_id
        return (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("account_id", "=", account.id),
                    ("parent_state", "=", "posted"),
                    "|",
                    ("statement_line_id", "=", False),
                    ("statement_line_id.bridge_posting_id", "=", False),
                    *domain,
                ]
            )
        )

    # -- the explanation ------------------------------------------------------------

    @api.depends("state", "closing", "line_ids.state")
    @api.depends_context("lang")
    def _compute_control_table(self):
        for statement in self:
            expected = statement._closing_balance()
            first = statement._first_with_balance() if expected is not None else self.browse()
            if not first:
                statement.control_table = statement.control_line_ids = statement.control_item_ids = False
                continue
            rows, lines, items = statement._explain(first, expected)
            statement.control_table = statement._render_control(rows)
            statement.control_line_ids = lines
            statement.control_item_ids = items

    def _explain(self, first, expected):
        """From the ledger's balance to the platform's as (label, amount, is a total) steps, with the rows
        and the items that they are made of."""
        lines = self.env["payment.bridge.statement.line"].sudo()
        of_channel = [("channel_id", "=", self.channel_id.id), ("statement_id.covers_balance", "=", True)]
        until = ("settled_on", "<=", self.last_day)
        waiting = [*of_channel, until, ("state", "in", ("unmatched", "matched", "ignored"))]
        posted = [*of_channel, ("state", "=", "posted")]
        later = [*posted, until, ("move_line_id.date", ">", self.last_day)]
        earlier = [*posted, ("settled_on", ">", self.last_day), ("move_line_id.date", "<=", self.last_day)]
        by_state = dict(lines._read_group(waiting, ["state"], ["amount:sum"]))
        opening = self._opening_items(first)
        foreign = self._foreign_items([("date", "<=", self.last_day)]) - opening
        foreign |= self._half_undone_items()
        opened = opening.filtered(lambda item: item.date <= self.last_day)
        steps = [
            (self.env._("Unmatched rows: not posted"), by_state.get("unmatched", 0.0)),
            (self.env._("Matched rows: not posted yet"), by_state.get("matched", 0.0)),
            (self.env._("Rows left out by hand"), by_state.get("ignored", 0.0)),
            (self.env._("Rows posted after this day"), self._sum(later)),
            (self.env._("Rows of later days posted already"), -self._sum(earlier)),
            (self.env._("Ledger items that no row explains"), -sum(foreign.mapped("amount_currency"))),
            (
                self.env._("Opening balance that is not booked"),
                first.opening - sum(opened.mapped("amount_currency")),
            ),
            *self._gaps(first),
        ]
        steps = [(label, amount) for label, amount in steps if not self.currency_id.is_zero(amount)]
        rest = expected - self.ledger_balance - sum(amount for _label, amount in steps)
        if not self.currency_id.is_zero(rest):
            steps.append((self.env._("Not explained"), rest))
        rows = [
            (
                self.env._("Balance in the books on %s", format_date(self.env, self.last_day)),
                self.ledger_balance,
                True,
            ),
            *((label, amount, False) for label, amount in steps),
            (self.env._("Balance at the platform"), expected, True),
        ]
        open_rows = [*waiting, ("state", "!=", "matched")]
        listed = lines.browse().union(
            *(lines.search(domain, limit=LISTED_ROWS) for domain in (open_rows, later, earlier))
        )
        return rows, listed.sudo(False), foreign.sudo(False)

    def _sum(self, domain):
        rows = self.env["payment.bridge.statement.line"].sudo()._read_group(domain, [], ["amount:sum"])
        return rows[0][0] or 0.0

    def _half_undone_items(self):
        """Entries of undone postings whose opposite fell on another side of this day."""
        account = self.channel_id.journal_id.sudo().default_account_id
        items = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("account_id", "=", account.id),
                    ("parent_state", "=", "posted"),
                    ("date", "<=", self.last_day),
                    ("statement_line_id.bridge_posting_id.state", "=", "undone"),
                ]
            )
        )
        kept = items.browse()
        for of_posting in items.grouped(lambda item: item.statement_line_id.bridge_posting_id).values():
            if not self.currency_id.is_zero(sum(of_posting.mapped("amount_currency"))):
                kept |= of_posting
        return kept

    def _gaps(self, first):
        """Where the platform's own balances jump: between two files, or within one."""
        statements = self.search(
            [
                ("channel_id", "=", self.channel_id.id),
                ("covers_balance", "=", True),
                ("has_balance", "=", True),
                ("first_day", ">=", first.first_day),
                ("last_day", "<=", self.last_day),
                ("known_count", "=", 0),
            ],
            order="first_day, id",
        )
        moved = dict(
            self.env["payment.bridge.statement.line"]._read_group(
                [("statement_id", "in", statements.ids)], ["statement_id"], ["amount:sum"]
            )
        )
        steps = []
        for one in statements:
            gap = one.currency_id.round(one.closing - one.opening - moved.get(one, 0.0))
            if gap:
                steps += one._jumps(gap)
        steps += [
            (
                self.env._("Between %(first)s and %(second)s: rows are missing", first=one.name, second=other.name),
                other.opening - one.closing - self._moved_between(one, other),
            )
            for one, other in pairwise(statements)
        ]
        return steps

    def _jumps(self, gap):
        """Where the running balance of this file jumps, as far as that makes up ``gap``."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT before, row, jump::text FROM (
                    SELECT row, lag(row) OVER chain AS before,
                           balance - amount - lag(balance) OVER chain AS jump
                      FROM payment_bridge_statement_line WHERE statement_id = %s
                    WINDOW chain AS (ORDER BY occurred_at, row)) steps
                 WHERE jump != 0 ORDER BY row LIMIT %s
                """,
                self.id,
                LISTED_JUMPS + 1,
            )
        )
        jumps = [
            (
                self.env._(
                    "%(statement)s: the platform's balance jumps between row %(before)s and row %(row)s",
                    statement=self.name,
                    before=before,
                    row=row,
                ),
                float(jump),
            )
            for before, row, jump in rows
        ]
        if len(jumps) > LISTED_JUMPS or self.currency_id.compare_amounts(gap, sum(one[1] for one in jumps)):
            return [(self.env._("%s: its balances and its rows do not agree", self.name), gap)]
        return jumps

    def _moved_between(self, one, other):
        """What rows of files without a balance moved between two files that have one."""
        rows = self.env["payment.bridge.statement.line"]._read_group(
            [
                ("channel_id", "=", self.channel_id.id),
                ("statement_id.covers_balance", "=", True),
                ("statement_id", "not in", (one | other).ids),
                ("settled_on", ">", one.last_day),
                ("settled_on", "<", other.first_day),
            ],
            [],
            ["amount:sum"],
        )
        return rows[0][0] or 0.0

    def _render_control(self, rows):
        body = Markup("").join(
            Markup('<tr class="{tone}"><td>{label}</td><td class="text-end text-nowrap">{amount}</td></tr>').format(
                tone="fw-bold" if total else "",
                label=label,
                amount=self.currency_id.format(amount),
            )
            for label, amount, total in rows
        )
        return Markup('<table class="table table-sm mb-0"><tbody>{}</tbody></table>').format(body)
