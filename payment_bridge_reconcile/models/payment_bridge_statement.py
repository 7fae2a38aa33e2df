"""A platform's statement of one day (or of the days that an uploaded file covers)."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from odoo.addons.payment_bridge.models.refusal import refused

SELECTION_STATE = [
    ("waiting", "Waiting"),
    ("empty", "No movement"),
    ("loaded", "Loaded"),
    ("posted", "Posted"),
    ("refused", "Refused"),
]
COVERING_STATES = ("empty", "loaded", "posted")


class PaymentBridgeStatement(models.Model):
    """One file of a platform, or the place in the calendar where one is expected.

    A file is loaded whole or not at all, and once. Its rows are the sub-ledger: they are matched to
    instructions and posted into the channel's journal, and never change.
    """

    _name = "payment.bridge.statement"
    _description = "Platform Statement"
    _order = "last_day desc, id desc"
    _rec_names_search = ("channel_id", "file_name")

    name = fields.Char(compute="_compute_name")
    channel_id = fields.Many2one("payment.bridge.channel", required=True, readonly=True, index=True)
    company_id = fields.Many2one(related="channel_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="channel_id.currency_id", store=True)
    kind = fields.Char(required=True, readonly=True)
    kind_label = fields.Char(string="Statement", compute="_compute_kind_label")
    covers_balance = fields.Boolean(
        readonly=True, help="Its rows explain the account's balance: this is the statement that is posted."
    )
    first_day = fields.Date(required=True, readonly=True, index=True)
    last_day = fields.Date(required=True, readonly=True, index=True)
    zone = fields.Char(readonly=True, help="The time zone of the platform's days.")
    account = fields.Char(string="Platform Account", readonly=True)
    state = fields.Selection(
        SELECTION_STATE, string="Status", required=True, readonly=True, default="waiting", index=True
    )
    is_late = fields.Boolean(compute="_compute_is_late", search="_search_is_late")
    is_being_fetched = fields.Boolean(compute="_compute_is_being_fetched")

    source = fields.Selection([("fetched", "Fetched"), ("uploaded", "Uploaded")], readonly=True)
    file_name = fields.Char(readonly=True)
    file = fields.Binary(string="Original File", attachment=True, readonly=True)
    file_hash = fields.Char(string="SHA-256", readonly=True)
    titles = fields.Json(readonly=True, help="The file's columns.")
    imported_at = fields.Datetime(readonly=True)
    imported_by_id = fields.Many2one("res.users", readonly=True)
    message = fields.Char(
        readonly=True, help="Why it was refused, or what the platform answered when it was asked last."
    )
    refused_row = fields.Integer(readonly=True)
    next_try_at = fields.Datetime(string="Asked Next", readonly=True, index="btree_not_null")
    tries = fields.Integer(string="Times Asked", readonly=True)

    count_in = fields.Integer(string="Rows In", readonly=True)
    sum_in = fields.Monetary(string="Money In", readonly=True)
    count_out = fields.Integer(string="Rows Out", readonly=True)
    sum_out = fields.Monetary(string="Money Out", readonly=True)
    known_count = fields.Integer(
        string="Rows Known Before", readonly=True, help="Rows that an earlier file had brought already."
    )
    has_balance = fields.Boolean(readonly=True, help="The file shows the account's balance.")
    opening = fields.Monetary(string="Opening Balance", readonly=True)
    closing = fields.Monetary(string="Closing Balance", readonly=True)

    line_ids = fields.One2many("payment.bridge.statement.line", "statement_id", readonly=True)
    posting_ids = fields.One2many("payment.bridge.posting", "statement_id", readonly=True)
    row_count = fields.Integer(string="Rows", compute="_compute_progress")
    unmatched_count = fields.Integer(string="Unmatched", compute="_compute_progress")
    matched_count = fields.Integer(string="To Post", compute="_compute_progress")
    posted_count = fields.Integer(string="Posted", compute="_compute_progress")
    ignored_count = fields.Integer(string="Ignored", compute="_compute_progress")
    progress = fields.Char(compute="_compute_progress")

    _file_once = models.UniqueIndex(
        "(channel_id, kind, file_hash) WHERE file_hash IS NOT NULL AND state != 'refused'",
        "This file has been loaded already.",
    )
    _expected_once = models.UniqueIndex(
        "(channel_id, kind, first_day, last_day) WHERE state IN ('waiting', 'refused', 'empty')",
        "This day is in the calendar already.",
    )
    _days_in_order = models.Constraint("CHECK (first_day <= last_day)", "A statement ends on or after its first day.")

    @api.depends("channel_id.name", "first_day", "last_day")
    @api.depends_context("lang")
    def _compute_name(self):
        for statement in self:
            days = [format_date(self.env, day) for day in {statement.first_day, statement.last_day} if day]
            if statement.first_day != statement.last_day:
                days = [format_date(self.env, statement.first_day), format_date(self.env, statement.last_day)]
            statement.name = f"{statement.channel_id.name or ''} {' – '.join(days)}".strip()

    @api.depends("kind", "channel_id")
    @api.depends_context("lang")
    def _compute_kind_label(self):
        for statement in self:
            known = statement.channel_id._statement_kind(statement.kind) if statement.channel_id else None
            statement.kind_label = known.label.in_language(self.env.lang) if known else statement.kind

    @api.depends("state", "next_try_at")
    def _compute_is_being_fetched(self):
        soon = fields.Datetime.add(fields.Datetime.now(), minutes=15)  # longer than a fetch under way is leased
        for statement in self:
            asked = statement.state == "waiting" and statement.next_try_at
            statement.is_being_fetched = bool(asked and statement.next_try_at <= soon)

    def bridge_refresh(self):
        """What the live badge asks for while a statement is being fetched."""
        self.ensure_one()
        self.check_access("read")
        return {"state": self.state, "refreshing": self.is_being_fetched}

    @api.depends("state", "last_day")
    def _compute_is_late(self):
        late = self.filtered_domain(self._late_domain())
        for statement in self:
            statement.is_late = statement in late

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._late_domain()

    @api.model
    def _late_domain(self):
        """Still waiting on the second day after its own."""
        before = fields.Date.subtract(fields.Date.context_today(self), days=1)
        return [("state", "in", ("waiting", "refused")), ("last_day", "<", before)]

    @api.depends("line_ids.state")
    def _compute_progress(self):
        rows = self.env["payment.bridge.statement.line"]._read_group(
            [("statement_id", "in", self.ids)], ["statement_id", "state"], ["__count"]
        )
        counts = {(statement.id, state): count for statement, state, count in rows}
        for statement in self:
            by_state = {
                state: counts.get((statement.id, state), 0)
                for state in ("unmatched", "matched", "posted", "ignored", "info")
            }
            statement.row_count = sum(by_state.values())
            statement.unmatched_count = by_state["unmatched"]
            statement.matched_count = by_state["matched"]
            statement.posted_count = by_state["posted"]
            statement.ignored_count = by_state["ignored"]
            statement.progress = (
                f"{statement.posted_count} / {statement.row_count}"
                if statement.row_count and statement.covers_balance
                else False
            )

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise UserError(self.env._("A statement is what the platform gave: it cannot be duplicated."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_waiting(self):
        if self.filtered(lambda statement: statement.state not in ("waiting", "refused")):
            raise UserError(self.env._("A loaded statement is part of the trail and cannot be deleted."))

    # -- buttons ---------------------------------------------------------------

    def action_fetch(self):
        """Ask the platform for it again, in the background and at once."""
        self._require_clerk()
        open_days = self.filtered(lambda statement: statement.state in ("waiting", "refused"))
        if not open_days:
            raise UserError(self.env._("It has been loaded already."))
        open_days.sudo().write({"next_try_at": fields.Datetime.now()})
        self.env.ref("payment_bridge_reconcile.cron_import").sudo()._trigger()
        return self._notice(self.env._("The platform is being asked for it now."))

    def action_match(self):
        """Match what is not matched yet."""
        self._require_clerk()
        channels = self.channel_id.sudo()
        matched = sum(channel._match_lines() for channel in channels)
        return self._notice(
            self.env._("Rows matched: %s.", matched) if matched else self.env._("Nothing more could be matched.")
        )

    def action_open_lines(self):
        """All rows of the statement."""
        self.ensure_one()
        return self._open_lines([])

    def action_open_unmatched(self):
        """The rows that nothing explains yet."""
        self.ensure_one()
        return self._open_lines([("state", "=", "unmatched")])

    def action_open_entries(self):
        """The journal entries made from the statement."""
        self.ensure_one()
        moves = self.posting_ids.sudo().entry_ids.move_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Entries of %s", self.name),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", moves.ids)],
        }

    def action_post(self):
        """Show what would be posted, and post it from there."""
        self.ensure_one()
        self._require_clerk()
        self.channel_id.sudo()._match_lines()
        wizard = self.env["payment.bridge.statement.post"].create({"statement_id": self.id})
        return wizard._get_records_action(target="new", name=self.env._("Reconcile and Post"))

    def action_book_opening(self):
        """Book the balance that the account had before the first statement."""
        self.ensure_one()
        self._require_clerk()
        wizard = self.env["payment.bridge.statement.opening"].create({"statement_id": self.id})
        return wizard._get_records_action(target="new", name=self.env._("Book the Opening Balance"))

    def _open_lines(self, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id("payment_bridge_reconcile.action_statement_line")
        return {**action, "domain": [("statement_id", "=", self.id), *domain], "context": {}}

    @api.private
    def _require_clerk(self, about=None):
        """Refuse whoever may only read, and whoever may not read ``about`` (these statements when nothing else is
        named). Machines act as the superuser."""
        about = self if about is None else about
        if not self.env.su and not self.env.user.has_group("payment_bridge.group_clerk"):
            role = self.env.ref("payment_bridge.group_clerk").sudo().full_name
            raise refused(about, "no_role", UserError(self.env._("This needs the role %s.", role)))
        about.check_access("read")

    def _notice(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -- state ------------------------------------------------------------------

    @api.private
    def _refresh_state(self):
        """Posted when no row waits any more, loaded when one does.

        Asked whether there is such a row, the planner reads the sub-ledger from its beginning, as one will come soon;
        asked about all rows of a statement it goes where they lie.
        """
        if not self.ids:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE payment_bridge_statement s SET state = found.state
                  FROM (SELECT s.id, CASE WHEN s.covers_balance AND NOT COALESCE((
                                    SELECT bool_or(l.state IN ('unmatched', 'matched'))
                                      FROM payment_bridge_statement_line l WHERE l.statement_id = s.id), FALSE)
                                THEN 'posted' ELSE 'loaded' END AS state
                          FROM payment_bridge_statement s
                         WHERE s.id IN %s AND s.state IN ('loaded', 'posted')) found
                 WHERE s.id = found.id AND s.state != found.state
                """,
                tuple(self.ids),
            )
        )
        self.invalidate_recordset()
