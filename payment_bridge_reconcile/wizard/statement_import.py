"""A statement by hand: a file that somebody downloaded, or a day to be fetched now."""

import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..models.payment_bridge_run import LARGE_FILE_BYTES

MAX_FILE_BYTES = 128 * 1024 * 1024


class PaymentBridgeStatementImport(models.TransientModel):
    """Takes a file or a day, and says what it did with it."""

    _name = "payment.bridge.statement.import"
    _description = "Import a Platform Statement"

    channel_id = fields.Many2one("payment.bridge.channel", required=True, default=lambda self: self._default_channel())
    company_id = fields.Many2one(related="channel_id.company_id")
    kind = fields.Selection(
        selection="_selection_kind",
        string="Kind of Statement",
        compute="_compute_kind",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    kind_note = fields.Char(compute="_compute_kind_note")
    source = fields.Selection(
        [("upload", "Upload a file"), ("fetch", "Fetch a day from the platform")], required=True, default="upload"
    )
    can_fetch = fields.Boolean(compute="_compute_kind_note")
    file = fields.Binary()
    file_name = fields.Char()
    day = fields.Date(default=lambda self: fields.Date.subtract(fields.Date.context_today(self), days=1))
    outcome = fields.Selection(
        [("loaded", "Loaded"), ("empty", "Empty"), ("known", "Known"), ("refused", "Refused")], readonly=True
    )
    message = fields.Char(readonly=True)
    correctable = fields.Boolean(readonly=True)
    correct = fields.Boolean(
        string="This file is the right one: correct the rows that are known",
        help="Only rows that are not posted are corrected; they are matched again.",
    )
    statement_id = fields.Many2one("payment.bridge.statement", readonly=True)

    @api.model
    def _default_channel(self):
        channels = self.env["payment.bridge.channel"].search([])
        return channels if len(channels) == 1 else channels.filtered(lambda one: one.state == "active")[:1]

    @api.model
    def _selection_kind(self):
        labels = {}
        for channel in self.env["payment.bridge.channel"].search([]):
            for kind in channel._statement_kinds():
                labels.setdefault(kind.code, kind.label.in_language(self.env.lang))
        return list(labels.items())

    @api.depends("channel_id")
    def _compute_kind(self):
        for wizard in self:
            booked = wizard.channel_id._booked_kind() if wizard.channel_id else None
            wizard.kind = booked.code if booked else False

    @api.depends("channel_id", "kind")
    def _compute_kind_note(self):
        for wizard in self:
            kind = wizard.channel_id._statement_kind(wizard.kind) if wizard.channel_id else None
            wizard.can_fetch = bool(wizard.channel_id and wizard.channel_id._fetches_statements())
            if kind is None:
                wizard.kind_note = self.env._("This platform offers no statement of that kind.")
            elif kind.covers_balance:
                wizard.kind_note = self.env._("Its rows explain the account's balance: they are matched and posted.")
            else:
                wizard.kind_note = self.env._("For information: its rows are kept but never posted.")

    def action_import(self):
        """Load the file, or fetch the day, and show what came of it."""
        self.ensure_one()
        self.env["payment.bridge.statement"]._require_clerk(self)
        kind = self.channel_id._statement_kind(self.kind)
        if kind is None:
            raise UserError(self.env._("Choose a statement that this platform offers."))
        if self.source == "fetch":
            return self._fetch(kind)
        content = self._content()
        if len(content) >= LARGE_FILE_BYTES:
            run = self.env["payment.bridge.run"]
            return run._start_import(self.channel_id, content, self.file_name, kind, self.correct)
        loaded = (
            self.env["payment.bridge.statement"]
            .sudo()
            ._load(self.channel_id.sudo(), content, self.file_name or "statement", kind, "uploaded", self.correct)
        )
        message = loaded.message
        if loaded.matched:
            message = self.env._("%(loaded)s Rows matched: %(matched)s.", loaded=message, matched=loaded.matched)
        self.write(
            {
                "outcome": loaded.outcome,
                "message": message,
                "statement_id": loaded.statement.id,
                "correctable": loaded.correctable,
            }
        )
        return self._again()

    def _content(self):
        if not self.file:
            raise UserError(self.env._("Choose the file first."))
        try:
            content = base64.b64decode(self.with_context(bin_size=False).file, validate=False)
        except (binascii.Error, ValueError) as error:
            raise ValidationError(self.env._("The file did not arrive whole. Choose it again.")) from error
        if len(content) > MAX_FILE_BYTES:
            raise UserError(self.env._("The file is larger than %s MB. Download it in parts.", MAX_FILE_BYTES // 2**20))
        return content

    def _fetch(self, kind):
        """Put the day into the calendar as due at once; the scheduled action asks the platform."""
        channel = self.channel_id.sudo()
        if not self.can_fetch:
            raise UserError(self.env._("This platform hands out no files by itself: upload the file."))
        if not self.day or self.day >= channel._today():
            raise UserError(self.env._("A day's statement exists when the day is over: choose an earlier one."))
        statement = self.env["payment.bridge.statement"].sudo()._expect_now(channel, kind, self.day)
        return statement.with_env(self.env)._get_records_action()

    def _again(self):
        return self._get_records_action(target="new", name=self.env._("Import a Statement"))

    def action_open_statement(self):
        """The statement that the file became."""
        self.ensure_one()
        return self.statement_id._get_records_action()

    def action_another(self):
        """Start again with the same channel."""
        self.ensure_one()
        fresh = self.create({"channel_id": self.channel_id.id, "source": self.source})
        return fresh._again()
