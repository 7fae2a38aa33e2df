"""The figures of a reconciliation report: one channel, one period, counted by the database.

The printed page and the workbook show the same values. Amounts are in major units of the channel's currency, rounded as
it is: a workbook shows what floats leave behind, money in is positive; shares lie between 0 and 1.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from odoo import api, fields, models
from odoo.tools import SQL

HAS_MOVED = SQL(
    """
    NOT EXISTS (SELECT FROM payment_bridge_treatment t
                 WHERE t.line_id = l.id AND t.way = 'repeat' AND t.state = 'done')
    """
)
"""Not a row that the file prints twice, of which its balance proves that it moved nothing."""
AGES = (1, 7, 30)
"""Up to so many days old a difference counts into each column; the last column holds what is older."""


@dataclass(slots=True)
class Balances:
    """What the platform had and has, and the books; None where no file shows it."""

    currency: Any
    opening: float | None
    moved: float
    closing: float | None
    books_before: float
    books: float
    not_posted: float

    @property
    def unexplained(self):
        """What the platform has more than the books and the rows that are not posted; None when not known."""
        return None if self.closing is None else self.currency.round(self.closing - self.books - self.not_posted)

    @property
    def gap(self):
        """Closing less opening and rows: what the platform's own figures do not explain."""
        if self.closing is None or self.opening is None:
            return None
        return self.currency.round(self.closing - self.opening - self.moved)


@dataclass(slots=True)
class Figures:
    """Everything a report shows of one channel."""

    channel: Any
    currency: Any
    first_day: date
    last_day: date
    balances: Balances
    movements: list = field(default_factory=list)
    total: dict = field(default_factory=dict)
    fees: dict = field(default_factory=dict)
    passes: list = field(default_factory=list)
    explained: float | None = None
    explained_count: int = 0
    days: list = field(default_factory=list)
    differences: list = field(default_factory=list)
    postings: list = field(default_factory=list)
    missing: list = field(default_factory=list)


class PaymentBridgeReconciliationFigures(models.AbstractModel):
    """Counts what a report shows; every person's rights hold."""

    _name = "payment.bridge.reconciliation.figures"
    _description = "Figures of a Reconciliation Report"

    @api.model
    @api.private
    def _figures(self, channel, first_day, last_day):
        """The figures of ``channel`` from ``first_day`` to ``last_day``, labels in the context's language.

        :rtype: Figures
        """
        channel.ensure_one()
        channel.check_access("read")
        self.env["payment.bridge.statement"].check_access("read")
        self.env.flush_all()
        by_kind, by_pass = self._count_rows(channel, first_day, last_day)
        figures = Figures(
            channel,
            channel.currency_id,
            first_day,
            last_day,
            self._balances(channel, first_day, last_day, channel.currency_id.round(sum(one["net"] for one in by_kind))),
        )
        self._add_movements(figures, by_kind)
        self._add_passes(figures, by_pass)
        self._add_days(figures)
        figures.differences = self._differences(channel, last_day)
        figures.postings = self._postings(channel, first_day, last_day)
        return figures

    # -- rows ------------------------------------------------------------------------

    def _count_rows(self, channel, first_day, last_day):
        """The period's rows by kind, and by what explains them: one reading of the sub-ledger."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT l.kind, l.state, l.match_pass, COALESCE(l.found_by, '') = 'hand' AS by_hand,
                       count(*) AS count, sum(l.amount)::float8 AS net,
                       count(*) FILTER (WHERE l.amount > 0) AS count_in,
                       COALESCE(sum(l.amount) FILTER (WHERE l.amount > 0), 0)::float8 AS sum_in,
                       count(*) FILTER (WHERE l.amount < 0) AS count_out,
                       COALESCE(sum(l.amount) FILTER (WHERE l.amount < 0), 0)::float8 AS sum_out,
                       COALESCE(sum(l.fee) FILTER (WHERE l.kind != 'fee'), 0)::float8 AS fee,
                       COALESCE(sum(-l.remainder) FILTER (WHERE l.account_id IS NULL), 0)::float8 AS declared
                  FROM payment_bridge_statement_line l
                 WHERE l.statement_id = ANY(ARRAY(
                           SELECT id FROM payment_bridge_statement s
                            WHERE s.channel_id = %s AND s.covers_balance AND s.state IN ('loaded', 'posted')
                              AND s.first_day <= %s AND s.last_day >= %s))
                   AND l.settled_on BETWEEN %s AND %s AND l.state != 'info' AND %s
                 GROUP BY l.kind, l.state, l.match_pass, by_hand
                """,
                channel.id,
                last_day,
                first_day,
                first_day,
                last_day,
                HAS_MOVED,
            )
        )
        currency = channel.currency_id
        return self._summed(rows, ("kind",), currency), self._summed(rows, ("state", "match_pass", "by_hand"), currency)

    def _summed(self, rows, names, currency):
        """The counted rows by fewer names."""
        summed = {}
        for row in rows:
            key = tuple(row[name] for name in names)
            into = summed.setdefault(key, {**dict.fromkeys(row, 0), **{name: row[name] for name in names}})
            for name, value in row.items():
                if isinstance(value, (int, float)) and not isinstance(value, bool) and name not in names:
                    into[name] = currency.round(into[name] + value) if isinstance(value, float) else into[name] + value
        return list(summed.values())

    def _add_movements(self, figures, by_kind):
        selection = self.env["payment.bridge.statement.line"]._fields["kind"]._description_selection(self.env)
        order = [kind for kind, _label in selection]
        words = dict(selection)
        figures.movements = [
            {**one, "label": words[one["kind"]]} for one in sorted(by_kind, key=lambda one: order.index(one["kind"]))
        ]
        names = ("count", "count_in", "sum_in", "count_out", "sum_out", "net", "fee")
        rounded = figures.currency.round
        figures.total = {
            name: total if isinstance(total := sum(one[name] for one in by_kind), int) else rounded(total)
            for name in names
        }
        own = rounded(-sum(one["net"] for one in by_kind if one["kind"] == "fee"))
        inside = rounded(sum(one["fee"] for one in by_kind))
        declared = rounded(sum(one["declared"] for one in by_kind))
        figures.fees = {"own": own, "inside": inside, "declared": declared, "total": rounded(own + inside + declared)}

    def _add_passes(self, figures, by_pass):
        total = sum(one["count"] for one in by_pass)
        lines = self.env["payment.bridge.statement.line"]
        passes = dict(lines._fields["match_pass"]._description_selection(self.env))
        states = dict(lines._fields["state"]._description_selection(self.env))
        told = {}
        for one in by_pass:
            unexplained = one["state"] == "unmatched" or one["match_pass"] == "suspense"
            label = states[one["state"]] if one["state"] in ("unmatched", "ignored") else passes[one["match_pass"]]
            key = (unexplained, label, one["by_hand"])
            known = told.setdefault(
                key, {"label": label, "by_hand": one["by_hand"], "open": unexplained, "count": 0, "net": 0.0}
            )
            known["count"] += one["count"]
            known["net"] = figures.currency.round(known["net"] + one["net"])
        figures.passes = sorted(told.values(), key=lambda one: (one["open"], -one["count"], one["label"]))
        for one in figures.passes:
            one["share"] = one["count"] / total
        if total:
            figures.explained_count = sum(one["count"] for one in figures.passes if not one["open"])
            figures.explained = figures.explained_count / total

    # -- balances ----------------------------------------------------------------------

    def _balances(self, channel, first_day, last_day, moved):
        account = channel.journal_id.sudo().default_account_id
        ((opening, closing, before, books_before, books, not_posted),) = self.env.execute_query(
            SQL(
                """
                WITH told AS (
                    SELECT first_day, last_day, opening, closing, id FROM payment_bridge_statement
                     WHERE channel_id = %(channel)s AND covers_balance AND has_balance AND state IN ('loaded', 'posted')
                )
                SELECT (SELECT opening::float8 FROM told WHERE first_day BETWEEN %(first)s AND %(last)s
                         ORDER BY first_day, id LIMIT 1),
                       (SELECT closing::float8 FROM told WHERE last_day BETWEEN %(first)s AND %(last)s
                         ORDER BY last_day DESC, id DESC LIMIT 1),
                       (SELECT closing::float8 FROM told WHERE last_day < %(first)s
                         ORDER BY last_day DESC, id DESC LIMIT 1),
                       (SELECT COALESCE(sum(amount_currency), 0)::float8 FROM account_move_line
                         WHERE account_id = %(account)s AND parent_state = 'posted' AND date < %(first)s),
                       (SELECT COALESCE(sum(amount_currency), 0)::float8 FROM account_move_line
                         WHERE account_id = %(account)s AND parent_state = 'posted' AND date <= %(last)s),
                       (SELECT COALESCE(sum(l.amount), 0)::float8
                          FROM payment_bridge_statement_line l
                          JOIN payment_bridge_statement s ON s.id = l.statement_id AND s.covers_balance
                         WHERE l.channel_id = %(channel)s AND l.settled_on <= %(last)s
                           AND l.state IN ('unmatched', 'matched', 'ignored') AND %(has_moved)s)
                """,
                has_moved=HAS_MOVED,
                channel=channel.id,
                first=first_day,
                last=last_day,
                account=account.id or 0,
            )
        )
        opening = before if opening is None else opening
        if closing is None and opening is not None:
            closing = channel.currency_id.round(opening + moved)
        return Balances(channel.currency_id, opening, moved, closing, books_before, books, not_posted)

    def _add_days(self, figures):
        """Each day with its state, its rows and its proof; a day without a file that is there is missing."""
        cockpit = self.env["payment.bridge.cockpit"]
        channel = figures.channel
        cells = cockpit._cells(channel, figures.first_day, figures.last_day).get(channel.id, {})
        expected_from = min([day for day in (channel.statements_from, *cells) if day], default=None)
        proofs = dict(self.env["payment.bridge.balance.proof"]._fields["state"]._description_selection(self.env))
        states = {
            "loaded": self.env._("Loaded"),
            "empty": self.env._("No movement"),
            "refused": self.env._("Refused"),
            "missing": self.env._("Missing"),
            "waiting": self.env._("Expected"),
        }
        for offset in range((figures.last_day - figures.first_day).days + 1):
            day = figures.first_day + timedelta(days=offset)
            cell = cockpit._cell(day, cells.get(day), expected_from)
            if cell["state"] == "none":
                continue
            known = cells.get(day, {})
            if cell["state"] in ("missing", "refused"):
                figures.missing.append(day)
            figures.days.append(
                {
                    "day": day,
                    "state": cell["state"],
                    "label": states[cell["state"]],
                    "rows": cell["rows"],
                    "open": cell["open"],
                    "opening": known.get("opening"),
                    "moved": cell["moved"],
                    "closing": cell["closing"],
                    "ledger": cell["ledger"],
                    "gap": figures.currency.round(cell["gap"] or cell["gap_books"]),
                    "proof": cell["proof"],
                    "proof_label": proofs.get(cell["proof"], ""),
                }
            )

    # -- differences and postings --------------------------------------------------------

    def _differences(self, channel, last_day):
        """What is open now of days up to the last one, by class, with how old it is."""
        ages = SQL("%s - COALESCE(d.day, d.opened_on)", fields.Date.context_today(self))
        bounds = [-10_000, *AGES, 1_000_000]
        columns = SQL(", ").join(
            SQL("count(*) FILTER (WHERE %s > %s AND %s <= %s)", ages, low, ages, high)
            for low, high in zip(bounds, bounds[1:], strict=False)
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT d.difference, count(*), sum(d.amount)::float8, max(%s), %s FROM payment_bridge_difference d
                 WHERE d.channel_id = %s AND d.state = 'open' AND COALESCE(d.day, d.opened_on) <= %s
                 GROUP BY d.difference ORDER BY count(*) DESC, d.difference
                """,
                ages,
                columns,
                channel.id,
                last_day,
            )
        )
        words = dict(self.env["payment.bridge.difference"]._fields["difference"]._description_selection(self.env))
        return [
            {"label": words.get(code, code), "count": count, "amount": amount, "oldest": oldest, "ages": by_age}
            for code, count, amount, oldest, *by_age in rows
        ]

    def _postings(self, channel, first_day, last_day):
        """The runs that posted statements of the period: when, by whom, as what, and what was undone."""
        modes = dict(self.env["payment.bridge.posting"]._fields["mode"]._description_selection(self.env))
        states = dict(self.env["payment.bridge.posting"]._fields["state"]._description_selection(self.env))
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT p.id, p.create_date AS at, p.state, p.mode, p.row_count AS rows, p.amount::float8 AS amount,
                       s.first_day, s.last_day, who.name AS who, undone.name AS undone_by, p.undone_at,
                       entry.count AS entries, entry.first AS first_entry, entry.last AS last_entry
                  FROM payment_bridge_posting p
                  JOIN payment_bridge_statement s ON s.id = p.statement_id
                  LEFT JOIN res_users u ON u.id = p.posted_by_id LEFT JOIN res_partner who ON who.id = u.partner_id
                  LEFT JOIN res_users v ON v.id = p.undone_by_id
                  LEFT JOIN res_partner undone ON undone.id = v.partner_id
                  LEFT JOIN LATERAL (
                        SELECT count(*), min(m.name) AS first, max(m.name) AS last
                          FROM account_bank_statement_line b JOIN account_move m ON m.id = b.move_id
                         WHERE b.bridge_posting_id = p.id) entry ON TRUE
                 WHERE p.channel_id = %s AND s.first_day <= %s AND s.last_day >= %s
                 ORDER BY p.id
                """,
                channel.id,
                last_day,
                first_day,
            )
        )
        for row in rows:
            row["mode"], row["undone"] = modes[row["mode"]], row["state"] == "undone"
            row["state"] = states[row["state"]]
            several = row["entries"] > 1
            row["names"] = f"{row['first_entry']} – {row['last_entry']}" if several else row["first_entry"] or ""
        return rows
