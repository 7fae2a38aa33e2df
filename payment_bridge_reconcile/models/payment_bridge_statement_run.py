"""What statements do when a run works on them, and which jobs are large enough for one."""

import time

from odoo import models
from odoo.exceptions import UserError

from .payment_bridge_run import MANY_ROWS

TOLD_EVERY = 0.5
"""Seconds between two tellings of how far a file is read."""
LOOKED_EVERY = 500
"""Rows between two looks at the clock."""


class WatchedReader:
    """A reader of a file that tells how many rows it has read; otherwise the reader itself."""

    def __init__(self, reader, tell):
        self._reader, self._tell = reader, tell
        if hasattr(reader, "text_rows"):
            self.text_rows = lambda: self._watched(reader.text_rows())

    def __getattr__(self, name):
        return getattr(self._reader, name)

    def __iter__(self):
        return self._watched(self._reader)

    def _watched(self, rows):
        told_at = time.monotonic()
        for number, row in enumerate(rows, 1):
            if number % LOOKED_EVERY == 0 and time.monotonic() - told_at >= TOLD_EVERY:
                self._tell(number)
                told_at = time.monotonic()
            yield row


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    def _stage(self, reader, *args, **kwargs):
        run = self._run()
        if not run:
            return super()._stage(reader, *args, **kwargs)
        run._tell(0, run.env._("Reading the file."))
        watched = WatchedReader(reader, run._tell)
        staged = super()._stage(watched, *args, **kwargs)
        count = staged[0] if isinstance(staged, tuple) else staged
        run._tell(count, run.env._("Checking, keeping and matching the rows: %s.", count), total=count)
        return staged

    def _run(self):
        """The run that works on statements in this environment; empty elsewhere."""
        return self.env["payment.bridge.run"].browse(self.env.context.get("bridge_run_id") or [])

    def action_match(self):
        """Match what is not matched yet: at once, or in the background when it is much."""
        self._require_clerk()
        lines = self.env["payment.bridge.statement.line"]
        waiting = [("channel_id", "in", self.channel_id.ids), ("state", "=", "unmatched")]
        if lines.search_count(waiting, limit=MANY_ROWS) >= MANY_ROWS:
            return self.env["payment.bridge.run"]._start_match(self.channel_id)
        return super().action_match()

    def action_open_workbench(self):
        """The statement's open rows in the workbench."""
        self.ensure_one()
        action = self.env["ir.actions.client"]._for_xml_id("payment_bridge_reconcile.action_workbench")
        days = {"first_day": str(self.first_day), "last_day": str(self.last_day)}
        return {**action, "context": {"workbench_channel_id": self.channel_id.id, **days}}

    def action_post_many(self):
        """Choose how to post several statements, one after the other, in the background."""
        self._require_clerk()
        ready = self.filtered(lambda one: one.covers_balance and one.state in ("loaded", "posted"))
        if not ready:
            raise UserError(self.env._("None of these can be posted: choose statements that are loaded."))
        wizard = self.env["payment.bridge.statement.post.many"].create({"statement_ids": ready.ids})
        return wizard._get_records_action(target="new", name=self.env._("Post Statements"))
