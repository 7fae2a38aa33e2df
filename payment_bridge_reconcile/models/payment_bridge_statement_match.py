"""Matching: ordered passes over all open rows of a channel at once, each saying on the row why it matched."""

from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.payment_bridge.models.instruction_states import State

from . import match_classify, match_first, match_passes
from .match_words import LINE_COLUMNS, MAY_HAVE_ARRIVED, staged_column
from .payment_bridge_statement_tell import TOLD

BATCH_DAYS = 31
"""How many days the rows of one settlement lie apart at most."""
LOOK_BACK = timedelta(days=45)
"""How old a payment may be that a run looks for anew; older ones are known differences by then."""

_FOUND = SQL(
    """
    id integer, instruction_id integer, payment_id integer, match_pass varchar, found_by varchar, incoming boolean,
    evidence jsonb
    """
)
TABLES = (
    SQL("CREATE TEMP TABLE IF NOT EXISTS pb_match (%s) ON COMMIT DROP", _FOUND),
    SQL("CREATE TEMP TABLE IF NOT EXISTS pb_found (%s) ON COMMIT DROP", _FOUND),
    SQL(
        """
        CREATE TEMP TABLE IF NOT EXISTS pb_share (
            id integer, instruction_id integer, payment_id integer, amount numeric, found_by varchar) ON COMMIT DROP
        """
    ),
    SQL(
        """
        CREATE TEMP TABLE IF NOT EXISTS pb_fee (
            line_id integer, instruction_id integer, amount numeric, day date) ON COMMIT DROP
        """
    ),
    SQL("CREATE TEMP TABLE IF NOT EXISTS pb_charge (instruction_id integer, fee numeric) ON COMMIT DROP"),
    SQL("CREATE TEMP TABLE IF NOT EXISTS pb_day (day date) ON COMMIT DROP"),
    SQL("CREATE INDEX IF NOT EXISTS pb_found_instruction ON pb_found (instruction_id)"),
    SQL("CREATE INDEX IF NOT EXISTS pb_share_instruction ON pb_share (instruction_id)"),
    SQL("TRUNCATE pb_match, pb_found, pb_share, pb_fee, pb_charge, pb_day"),
    SQL("DROP TABLE IF EXISTS pb_rest, pb_loose, pb_missing"),
)
_COLUMNS = SQL(", ").join(map(SQL.identifier, LINE_COLUMNS))


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    @api.private
    def _match_lines(self, only_classify=False, statement=None, careful=True):
        """Match this channel's open rows and say of the rest why they are open.

        With ``statement`` the rows on the stage are taken into it, matched; they and those that were open
        before are one set. Running it again changes nothing that is matched. Without ``careful`` it is quicker, and
        ends in a ``UniqueViolation`` where a row carries the number of a payment for which another stands already.
        Answers how many rows were matched.
        """
        self.ensure_one()
        self.env.flush_all()
        for table in TABLES:
            self.env.cr.execute(table)
        open_rows = self._open_rows(staged=bool(statement))
        counts = Counter()
        if not only_classify:
            counts["payment"] = self._match_own_numbers(open_rows, careful)
        self._keep_rest(staged=bool(statement))
        self._name_candidates()
        earlier = self._recent_statements(but=statement)
        if not only_classify:
            counts += self._run_passes(open_rows, earlier)
        else:
            self._keep_loose()
        self._classify(open_rows, earlier)
        changed = self._write_back(statement)
        self.env["payment.bridge.difference"]._refresh(self)
        self.env["payment.bridge.statement.line"].invalidate_model()
        if counts:
            self.env["payment.bridge.audit.event"]._record("statement_lines.matched", self, **counts)
        self._ask_about_open_lines(SQL("l.channel_id = %s AND l.state = 'unmatched'", self.id))
        self._tell_differences(changed)
        told = self._statements_with_open_rows()
        (told - statement if statement else told)._refresh_state()  # its own rows have just been taken in
        return sum(counts.values())

    def _statements_with_open_rows(self):
        """Those that are not posted as a whole, or are so no more."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM payment_bridge_statement
                 WHERE channel_id = %(channel)s AND covers_balance AND state = 'loaded'
                 UNION
                SELECT statement_id FROM payment_bridge_statement_line
                 WHERE channel_id = %(channel)s AND state = 'unmatched'
                """,
                channel=self.id,
            )
        )
        return self.env["payment.bridge.statement"].browse(row[0] for row in rows)

    def _open_rows(self, staged, where=None):
        """The open rows ``s`` as SQL, to be selected from: those of the sub-ledger, and those on the stage. With
        ``where`` those of which it is true; the columns of the others are not even read."""
        where = where or SQL("TRUE")
        known = SQL(
            """
            SELECT id, FALSE AS is_new, only_by_hand, currency_id, difference AS known_difference, %s
              FROM payment_bridge_statement_line s WHERE channel_id = %s AND state = 'unmatched' AND %s
            """,
            _COLUMNS,
            self.id,
            where,
        )
        if not staged:
            return SQL("(%s)", known)
        return SQL(
            """
            (SELECT id, TRUE AS is_new, NULL::boolean AS only_by_hand, %s AS currency_id,
                    NULL::varchar AS known_difference, %s
               FROM payment_bridge_stage s WHERE %s UNION ALL %s)
            """,
            self.currency_id.id,
            SQL(", ").join(SQL("%s AS %s", staged_column(name), SQL.identifier(name)) for name in LINE_COLUMNS),
            where,
            known,
        )

    def _match_own_numbers(self, open_rows, careful):
        """The first pass; answers how many rows it matched."""
        cr = self.env.cr
        cr.execute(match_first.own_number(open_rows, self, careful))
        found = cr.rowcount
        if found:
            twice = [row[0] for row in self.env.execute_query(match_first.TWICE)]
            if twice:
                cr.execute(SQL("DELETE FROM pb_match WHERE instruction_id = ANY(%s)", twice))
                found -= cr.rowcount
        cr.execute("ANALYZE pb_match (id, instruction_id)")
        return found

    def _keep_rest(self, staged):
        """Everything that our own number did not match, for the passes that follow."""
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMP TABLE pb_rest ON COMMIT DROP AS
                SELECT l.*, NULL::integer AS candidate_id, NULL::varchar AS found_by, NULL::varchar AS names,
                       FALSE AS taken, FALSE AS repeated, NULL::varchar AS difference, NULL::numeric AS at_stake,
                       NULL::varchar AS proposal, NULL::integer AS similar_id, NULL::numeric AS score,
                       NULL::jsonb AS reasons
                  FROM %s l
                """,
                self._open_rows(staged, SQL("NOT EXISTS (SELECT FROM pb_match m WHERE m.id = s.id)")),
            )
        )

    def _name_candidates(self):
        """Which instruction each row names, and whether that one's leg is taken."""
        for found_by, names, condition, carried in match_first.CANDIDATES:
            self.env.cr.execute(match_first.name_candidates(self, found_by, names, condition, carried))
        for query in match_first.NOTE_TAKEN:
            self.env.cr.execute(query)
        self.env.cr.execute("ANALYZE pb_rest")

    def _run_passes(self, open_rows, earlier):
        """The passes after the first, each over what the ones before it have left; ``earlier`` are the ids of
        statements that may hold rows of the same batches. Answers how many rows each matched."""
        cr = self.env.cr
        cr.execute(match_classify.KEEP_CHARGES)
        for query in (
            match_passes.PLATFORM_NUMBER,
            match_passes.RETURN,
            match_passes.OUT_AND_BACK,
            match_passes.REFUND,
            match_passes.CHARGEBACK,
            match_passes.PART,
        ):
            cr.execute(match_passes.keep(query))
        cr.execute(match_passes.batch(self))
        for query in (
            match_passes.BATCH_ROWS,
            match_passes.FEE,
            match_passes.settlement(open_rows, earlier),
            match_passes.TRANSFER,
        ):
            cr.execute(match_passes.keep(query))
        self._keep_loose()
        cr.execute(match_passes.keep(match_passes.lone_amount(self)))
        cr.execute(match_first.NOTE_TAKEN_SINCE)
        return Counter(
            dict(
                self.env.execute_query(SQL("SELECT match_pass, count(*) FROM pb_found GROUP BY match_pass ORDER BY 1"))
            )
        )

    def _keep_loose(self):
        """Payments that no row stands for, for the pass by amount and for telling which are missing."""
        self.env.cr.execute(match_passes.loose_payments(self, self._looked_for_since()))
        self.env.cr.execute("ANALYZE pb_loose")

    def _classify(self, open_rows, earlier):
        """A class and a proposal for every row that is left, and for every payment without a row."""
        cr = self.env.cr
        cr.execute(match_classify.repeated(open_rows, earlier))
        cr.execute(match_classify.classify_rows(self))
        cr.execute(
            SQL(
                """
                INSERT INTO pb_day
                SELECT DISTINCT day::date
                  FROM payment_bridge_statement s, generate_series(s.first_day, s.last_day, interval '1 day') day
                 WHERE s.channel_id = %s AND s.covers_balance AND s.state IN ('empty', 'loaded', 'posted')
                """,
                self.id,
            )
        )
        cr.execute(
            SQL(
                "CREATE TEMP TABLE pb_missing ON COMMIT DROP AS %s",
                match_classify.missing_payments(self, self._looked_for_since(), self.stale_days, self._today()),
            )
        )
        cr.execute("INSERT INTO pb_match SELECT * FROM pb_found")
        if self.fee_rate or self.fee_schedule_ids:
            has_charges = bool(self.env.execute_query(SQL("SELECT 1 FROM pb_charge LIMIT 1")))
            cr.execute(SQL("INSERT INTO pb_fee %s", match_classify.wrong_fees(open_rows, self, has_charges)))
        self._propose_similar()

    def _looked_for_since(self):
        """From when on payments are looked for: some days before the first of the rows at hand."""
        rows = self.env.execute_query(SQL("SELECT min(settled_on) FROM pb_rest"))
        first = rows[0][0] or self._today()
        return min(first, self._today()) - max(LOOK_BACK, timedelta(days=self.match_days + 2))

    def _recent_statements(self, but=None):
        """The ids of loaded statements near the days of the rows at hand, without the one whose rows those are."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT s.id FROM payment_bridge_statement s,
                       (SELECT min(settled_on) AS first, max(settled_on) AS last FROM pb_rest) days
                 WHERE s.channel_id = %s AND s.covers_balance AND s.state IN ('loaded', 'posted')
                   AND s.id != %s AND s.last_day >= days.first - %s AND s.first_day <= days.last
                """,
                self.id,
                but.id if but else 0,
                BATCH_DAYS,
            )
        )
        return [row[0] for row in rows]

    def _write_back(self, statement):
        """Keep what was found: on the rows that come with ``statement`` as they are inserted, on the others
        where something changed. Answers the ids of rows whose class is new and is told to people."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE payment_bridge_statement_line l
                   SET state = 'matched', match_pass = m.match_pass, found_by = m.found_by, difference = NULL,
                       candidate_id = m.instruction_id, instruction_id = m.instruction_id,
                       payment_id = m.payment_id, evidence = m.evidence
                  FROM pb_match m
                 WHERE l.id = m.id AND l.channel_id = %s AND l.state = 'unmatched'
                """,
                self.id,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE payment_bridge_statement_line l
                   SET difference = r.difference, candidate_id = r.candidate_id, found_by = r.found_by
                  FROM pb_rest r
                 WHERE l.id = r.id AND NOT r.is_new
                   AND (l.difference, l.candidate_id, l.found_by)
                       IS DISTINCT FROM (r.difference, r.candidate_id, r.found_by)
                """
            )
        )
        if statement:
            self._keep_matched_stage(statement)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO payment_bridge_statement_share (line_id, company_id, instruction_id, payment_id, amount)
                SELECT id, %s, instruction_id, payment_id, amount FROM pb_share
                """,
                self.company_id.id,
            )
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM pb_rest
                 WHERE difference IS DISTINCT FROM known_difference AND difference = ANY(%s) ORDER BY id
                """,
                list(TOLD),
            )
        )
        return [row[0] for row in rows]

    def _keep_matched_stage(self, statement):
        kind = self._statement_kind(statement.kind)
        decided = {
            "state": SQL("CASE WHEN m.id IS NULL THEN 'unmatched' ELSE 'matched' END"),
            "match_pass": SQL("m.match_pass"),
            "instruction_id": SQL("m.instruction_id"),
            "payment_id": SQL("m.payment_id"),
            "evidence": SQL("m.evidence"),
            "candidate_id": SQL("COALESCE(m.instruction_id, r.candidate_id)"),
            "found_by": SQL("COALESCE(m.found_by, r.found_by)"),
            "difference": SQL("r.difference"),
        }
        source = SQL("payment_bridge_stage s LEFT JOIN pb_match m ON m.id = s.id LEFT JOIN pb_rest r ON r.id = s.id")
        statement._keep_stage(statement, kind, decided, source)

    def _ask_about_open_lines(self, scope):
        """A row for an instruction that is not final here is evidence: ask the platform at once. One that waits to
        leave again is asked about before it does; a batch leaves again whole and is answered whole."""
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT i.id FROM payment_bridge_instruction i
                 WHERE i.id IN (SELECT i.id FROM payment_bridge_statement_line l
                                  JOIN payment_bridge_instruction i ON i.id = l.candidate_id
                                 WHERE %s AND l.difference = 'status'
                                   AND (i.next_query_at IS NULL OR i.next_query_at > %s)
                                   AND (i.state IN ('uncertain', 'processing')
                                        OR %s
                                        OR i.state = 'succeeded' AND l.amount > 0))
                   FOR UPDATE SKIP LOCKED
                """,
                scope,
                now,
                MAY_HAVE_ARRIVED,
            )
        )
        if rows:
            instructions = self.env["payment.bridge.instruction"].sudo().browse(row[0] for row in rows)
            waiting = instructions.filtered(lambda one: one.state == State.QUEUED)
            waiting._doubt_waiting("a statement shows it", "statement")
            (instructions - waiting)._set(next_query_at=now)
            instructions._wake_querier()
