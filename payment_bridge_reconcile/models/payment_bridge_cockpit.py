"""The reconciliation cockpit: channels × days, each cell one answer to "is this day reconciled?"."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

MOST_DAYS = 62
FIGURES = ("rows", "open", "to_post", "posted", "ignored", "by_hand")
ANSWERED = ("loaded", "empty")
OPENERS = frozenset({"statement", "rows", "open", "proof", "differences", "import", "post"})
"""What :meth:`PaymentBridgeCockpit.cockpit_open` opens."""


class PaymentBridgeCockpit(models.AbstractModel):
    """Reads what the sub-ledger, the calendar, the balance proof and the differences say; holds nothing itself."""

    _name = "payment.bridge.cockpit"
    _description = "Reconciliation Cockpit"

    @api.model
    def cockpit_data(self, last_day=False, days=14):
        """The grid of the channels that this person may see, for ``days`` days up to ``last_day`` (yesterday when
        none is given).

        Counts are rows of statements that explain the balance; amounts are in major units of the channel's currency;
        ``explained`` is a share between 0 and 1, None for a day without rows. A cell's ``state`` is

        - ``loaded``: the day's statement is here; ``proof`` says whether its balances and the books agree
          (proven, posting: once its matched rows are posted, gap, books; None where the file shows no balance)
        - ``empty``: the platform said that nothing moved
        - ``refused``: a file came and must not be believed
        - ``missing``: the file should be here by now
        - ``waiting``: the file is expected and not late yet
        - ``none``: no file is expected for that day
        """
        self.env["payment.bridge.statement"].check_access("read")
        last = fields.Date.to_date(last_day) or fields.Date.context_today(self) - timedelta(days=1)
        days = min(max(int(days), 1), MOST_DAYS)
        span = [last - timedelta(days=offset) for offset in reversed(range(days))]
        channels = self.env["payment.bridge.channel"].search([("state", "!=", "draft")])
        cells = self._cells(channels, span[0], last)
        differences = self._difference_counts(channels)
        return {
            "first_day": fields.Date.to_string(span[0]),
            "last_day": fields.Date.to_string(last),
            "today": fields.Date.to_string(fields.Date.context_today(self)),
            "days": [self._head(day) for day in span],
            "channels": [
                self._row(channel, span, cells.get(channel.id, {}), differences.get(channel.id, (0, 0, 0)))
                for channel in channels
            ],
            "has_statement": any(cells.values()) or bool(self._any_statement(channels)),
            "is_clerk": self.env.user.has_group("payment_bridge.group_clerk"),
            "is_admin": self.env.user.has_group("payment_bridge.group_channel_admin"),
        }

    def _any_statement(self, channels):
        return self.env["payment.bridge.statement"].search_count(
            [("channel_id", "in", channels.ids), ("state", "!=", "waiting")], limit=1
        )

    def _head(self, day):
        return {
            "day": fields.Date.to_string(day),
            "number": format_date(self.env, day, date_format="d"),
            "weekday": format_date(self.env, day, date_format="ccc"),
            "month": format_date(self.env, day, date_format="LLL"),
            "label": format_date(self.env, day),
            "weekend": day.isoweekday() > 5,
        }

    # -- the database's part ---------------------------------------------------------------

    def _cells(self, channels, first, last):
        """Every cell that has something to say, as {channel id: {day: figures}}: one statement for all of them."""
        if not channels:
            return {}
        self.env.flush_all()
        found = self.env.execute_query_dict(
            SQL(
                """
                WITH file AS (
                    SELECT s.id, s.channel_id, s.state, s.message, s.sum_in, s.sum_out,
                           GREATEST(s.first_day, %(first)s) AS first, LEAST(s.last_day, %(last)s) AS last
                      FROM payment_bridge_statement s
                     WHERE s.channel_id = ANY(%(channels)s) AND s.covers_balance
                       AND s.first_day <= %(last)s AND s.last_day >= %(first)s
                ), day AS (
                    SELECT f.channel_id, day::date AS day, count(*) AS files,
                           bool_or(f.state IN ('loaded', 'posted')) AS is_loaded,
                           bool_or(f.state = 'empty') AS is_empty,
                           bool_or(f.state = 'refused') AS is_refused,
                           (array_agg(f.id ORDER BY f.state IN ('loaded', 'posted') DESC, f.state = 'empty' DESC,
                                                    f.id))[1] AS statement_id,
                           max(f.message) AS message
                      FROM file f, generate_series(f.first, f.last, interval '1 day') day
                     GROUP BY f.channel_id, day
                ), entry AS (
                    SELECT l.channel_id, l.settled_on AS day, count(*) AS rows,
                           count(*) FILTER (WHERE l.state = 'unmatched') AS open,
                           COALESCE(sum(l.amount) FILTER (WHERE l.state = 'unmatched'), 0)::float8 AS open_amount,
                           count(*) FILTER (WHERE l.state = 'matched') AS to_post,
                           count(*) FILTER (WHERE l.state = 'posted') AS posted,
                           count(*) FILTER (WHERE l.state = 'ignored') AS ignored,
                           count(*) FILTER (WHERE l.found_by = 'hand' AND l.state != 'unmatched') AS by_hand,
                           sum(l.amount)::float8 AS moved
                      FROM payment_bridge_statement_line l
                     WHERE l.statement_id = ANY(ARRAY(SELECT id FROM file WHERE state IN ('loaded', 'posted')))
                       AND l.settled_on BETWEEN %(first)s AND %(last)s AND l.state != 'info'
                     GROUP BY l.channel_id, l.settled_on
                ), proof AS (
                    SELECT p.channel_id, p.day, p.state AS proof, p.opening::float8, p.closing::float8,
                           p.ledger::float8,
                           p.gap_before::float8, p.gap_inside::float8, p.gap_books::float8
                      FROM (%(proofs)s) p
                     WHERE p.channel_id = ANY(%(channels)s) AND p.day BETWEEN %(first)s AND %(last)s
                )
                SELECT * FROM day LEFT JOIN entry USING (channel_id, day) LEFT JOIN proof USING (channel_id, day)
                """,
                channels=channels.ids,
                first=first,
                last=last,
                proofs=self.env["payment.bridge.balance.proof"]._table_query,
            )
        )
        cells = {}
        for one in found:
            cells.setdefault(one.pop("channel_id"), {})[one.pop("day")] = one
        return cells

    def _difference_counts(self, channels):
        """How many differences of each channel are open, overdue and severe, as {channel id: (…)}."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT channel_id, count(*), count(*) FILTER (WHERE due_on < %s),
                       count(*) FILTER (WHERE severity IN ('high', 'critical'))
                  FROM payment_bridge_difference WHERE channel_id = ANY(%s) AND state = 'open' GROUP BY channel_id
                """,
                fields.Date.context_today(self),
                channels.ids,
            )
        )
        return {channel_id: tuple(counts) for channel_id, *counts in rows}

    # -- put together ------------------------------------------------------------------------

    def _row(self, channel, span, known, differences):
        expected_from = min([day for day in (channel.statements_from, *known) if day], default=None)
        cells = [self._cell(day, known.get(day), expected_from) for day in span]
        total = {name: sum(cell[name] for cell in cells) for name in FIGURES}
        total["open_amount"] = sum(cell["open_amount"] for cell in cells)
        total["explained"] = self._share(total)
        total["missing"] = sum(cell["state"] in ("missing", "refused") for cell in cells)
        total["broken"] = sum(cell["proof"] in ("gap", "books") for cell in cells)
        answered = [cell for cell in cells if cell["state"] in ANSWERED]
        total["answered"] = len(answered)
        return {
            "id": channel.id,
            "name": channel.name,
            "currency_id": channel.currency_id.id,
            "company": channel.company_id.name,
            "paused": channel.state == "paused",
            "fetches": channel._fetches_statements(),
            "cells": cells,
            "total": total,
            "differences": differences[0],
            "overdue": differences[1],
            "severe": differences[2],
        }

    def _cell(self, day, known, expected_from):
        known = known or {}
        cell = {name: known.get(name) or 0 for name in FIGURES}
        return {
            **cell,
            "day": fields.Date.to_string(day),
            "label": f"{format_date(self.env, day, date_format='EEEE')} {format_date(self.env, day)}",
            "state": self._state_of(day, known, expected_from),
            "statement_id": known.get("statement_id") or False,
            "files": known.get("files") or 0,
            "message": known.get("message") or "",
            "open_amount": known.get("open_amount") or 0.0,
            "moved": known.get("moved") or 0.0,
            "explained": self._share(cell),
            "proof": known.get("proof") or False,
            "closing": known.get("closing"),
            "ledger": known.get("ledger"),
            "gap": (known.get("gap_before") or 0.0) + (known.get("gap_inside") or 0.0),
            "gap_books": known.get("gap_books") or 0.0,
        }

    def _state_of(self, day, known, expected_from):
        today = fields.Date.context_today(self)
        if known.get("is_loaded"):
            return "loaded"
        if known.get("is_empty"):
            return "empty"
        if known.get("is_refused"):
            return "refused"
        if not expected_from or day < expected_from or day >= today:
            return "none"
        return "missing" if day < today - timedelta(days=1) else "waiting"

    def _share(self, figures):
        """Which part of the rows is explained."""
        return 1 - figures["open"] / figures["rows"] if figures["rows"] else None

    # -- where a click leads ---------------------------------------------------------------------

    @api.model
    def cockpit_open(self, channel_id, what, first_day=False, last_day=False):
        """The action behind a figure of a channel (and its days).

        :param str what: one of ``OPENERS``; ``statement`` is also the calendar's entry of a day without a file
        """
        self.env["payment.bridge.statement"].check_access("read")
        channel = self.env["payment.bridge.channel"].browse(channel_id)
        channel.check_access("read")
        first, last = fields.Date.to_date(first_day), fields.Date.to_date(last_day)
        opener = getattr(self, f"_open_{what}", None) if what in OPENERS else None
        if opener is None:
            raise UserError(self.env._("There is nothing to open here."))
        return opener(channel, first, last)

    def _open_statement(self, channel, first, last):
        statements = self._statements(channel, first, last)
        if len(statements) == 1:
            return statements._get_records_action()
        return self._list("payment_bridge_reconcile.action_statement", [("id", "in", statements.ids)])

    def _open_rows(self, channel, first, last):
        return self._list("payment_bridge_reconcile.action_statement_line", self._row_domain(channel, first, last))

    def _open_open(self, channel, first, last):
        domain = [*self._row_domain(channel, first, last), ("state", "=", "unmatched")]
        return self._list("payment_bridge_reconcile.action_unmatched_line", domain)

    def _open_proof(self, channel, first, last):
        domain = [("channel_id", "=", channel.id), ("day", ">=", first), ("day", "<=", last)]
        return self._list("payment_bridge_reconcile.action_balance_proof", domain)

    def _open_differences(self, channel, _first, _last):
        domain = [("channel_id", "=", channel.id)]
        action = self.env["ir.actions.act_window"]._for_xml_id("payment_bridge_reconcile.action_difference")
        return {**action, "domain": domain}

    def _open_import(self, channel, first, _last):
        action = self.env["ir.actions.act_window"]._for_xml_id("payment_bridge_reconcile.action_statement_import")
        context = {"default_channel_id": channel.id}
        if first:
            context["default_day"] = fields.Date.to_string(first)
        if first and channel._fetches_statements():
            context["default_source"] = "fetch"
        return {**action, "context": context}

    def _open_post(self, channel, first, last):
        statements = self._statements(channel, first, last).filtered(lambda one: one.state == "loaded")
        return statements.action_post_many()

    def _statements(self, channel, first, last):
        return self.env["payment.bridge.statement"].search(
            [
                ("channel_id", "=", channel.id),
                ("covers_balance", "=", True),
                ("first_day", "<=", last),
                ("last_day", ">=", first),
            ]
        )

    def _row_domain(self, channel, first, last):
        return [
            ("channel_id", "=", channel.id),
            ("statement_id.covers_balance", "=", True),
            ("settled_on", ">=", first),
            ("settled_on", "<=", last),
        ]

    def _list(self, action, domain):
        return {**self.env["ir.actions.act_window"]._for_xml_id(action), "domain": domain, "context": {}}
