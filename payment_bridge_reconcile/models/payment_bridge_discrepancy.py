"""Differences that statements bring to light."""

from odoo import api, fields, models

ROW_KINDS = ("platform_only_out", "line_amount", "line_status", "line_duplicate")
"""Kinds that speak of one row; their keys name it."""


class PaymentBridgeDiscrepancy(models.Model):
    _inherit = "payment.bridge.discrepancy"

    kind = fields.Selection(
        selection_add=[
            ("statement", "Statement refused"),
            ("platform_only_out", "Paid out without an order"),
            ("line_amount", "Statement amount differs"),
            ("line_status", "Statement and status disagree"),
            ("line_duplicate", "Twice on the statement"),
        ],
        ondelete={
            "statement": "cascade",
            "platform_only_out": "cascade",
            "line_amount": "cascade",
            "line_status": "cascade",
            "line_duplicate": "cascade",
        },
    )
    settled_with_row = fields.Boolean(
        readonly=True, copy=False, help="Closed because its row was explained: it opens again when that is taken back."
    )

    @api.model
    @api.private
    def _of_rows(self, lines, state):
        """Those of that state that speak of these rows."""
        if not lines:
            return self.sudo().browse()
        known = self.sudo().search(
            [("channel_id", "in", lines.channel_id.ids), ("kind", "in", ROW_KINDS), ("state", "=", state)]
        )
        named = lines if known else lines.browse()
        keys = {f"{kind}-{line.channel_id.id}-{line.entry_reference}" for line in named for kind in ROW_KINDS}
        return known.filtered(lambda one: one.key in keys)

    @api.model
    @api.private
    def _settle_with(self, lines, words):
        """These rows are explained: what was raised about them is closed with ``words``."""
        told = self._of_rows(lines, "open")
        if told:
            told.write({"resolution": words, "settled_with_row": True})
            told.action_resolve()

    @api.model
    @api.private
    def _open_with(self, lines):
        """What explained these rows was taken back: what had been closed with it is open again."""
        told = self._of_rows(lines, "resolved").filtered("settled_with_row")
        if told:
            told.write({"settled_with_row": False})
            told.action_reopen()
