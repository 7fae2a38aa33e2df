"""Where a payment stands on the platform's statement, told in words."""

from odoo import fields, models
from odoo.tools import format_date

from odoo.addons.payment_bridge.models.account_payment_bridge_story import (
    BAD_STEP,
    DONE_STEP,
    NEXT_STEP,
)
from odoo.addons.payment_bridge.models.payment_bridge_instruction import INCOMING


class AccountPayment(models.Model):
    _inherit = "account.payment"

    bridge_statement_line_ids = fields.One2many("payment.bridge.statement.line", "payment_id", readonly=True)

    def action_bridge_open_statement_lines(self):
        """The rows of statements that this payment stands on."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("payment_bridge_reconcile.action_statement_line")
        return {**action, "domain": [("payment_id", "=", self.id)], "context": {}}

    def _bridge_rows(self, instruction):
        """The row of the money that moved as ordered, and the one of the money that moved back: out and in for a
        pay-out or a refund, in and out for money that customers pay. A row may stand for several payments."""
        rows = self.sudo().bridge_statement_line_ids | instruction.sudo().bridge_share_ids.line_id
        rows = rows.filtered(lambda row: row.kind != "fee")
        comes_in = instruction.operation in INCOMING
        ordered = rows.filtered(lambda row: (row.amount > 0) == comes_in)
        return ordered[:1], (rows - ordered)[:1]

    def _bridge_why_succeeded(self, instruction):
        row, _back = self._bridge_rows(instruction)
        if row:
            return self.env._("Paid, and %s.", self._bridge_place(row))
        return self._bridge_why_no_row(instruction) or super()._bridge_why_succeeded(instruction)

    def _bridge_why_received(self, instruction):
        row, _back = self._bridge_rows(instruction)
        if self.bridge_undecided or self.state == "draft":
            return super()._bridge_why_received(instruction)
        if row:
            return self.env._("Received, and %s.", self._bridge_place(row))
        return self._bridge_why_no_row(instruction) or super()._bridge_why_received(instruction)

    def _bridge_why_refund_succeeded(self, instruction):
        row, _back = self._bridge_rows(instruction)
        if row:
            return self.env._("Given back, and %s.", self._bridge_place(row))
        return self._bridge_why_no_row(instruction) or super()._bridge_why_refund_succeeded(instruction)

    def _bridge_place(self, row):
        """Where the money stands, as the end of a sentence."""
        values = {"day": format_date(self.env, row.settled_on), "row": row.row}
        if row.state == "posted":
            return self.env._(
                "found on the statement of %(day)s (row %(row)s); posted with %(entry)s",
                **values,
                entry=row.move_id.name,
            )
        return self.env._("found on the statement of %(day)s (row %(row)s), which is not posted yet", **values)

    def _bridge_why_no_row(self, instruction):
        """Why no row shows it, where one should."""
        if self.is_matched:
            return None
        missing = self.env["payment.bridge.open.payment"].sudo().search([("id", "=", instruction.id)])
        return missing.reason if missing.difference in ("books_only", "row") else None

    def _bridge_steps_books(self, instruction):
        """The rows of the statement in place of the bare result."""
        row, back = self._bridge_rows(instruction)
        steps = [self._bridge_row_step(one, DONE_STEP) for one in row]
        home = [self._bridge_row_step(one, BAD_STEP) for one in back]
        known = super()._bridge_steps_books(instruction)
        if not steps and not home:
            return known
        if instruction.state == "succeeded":
            known = []
        return [*steps, *known, *home]

    def _bridge_row_step(self, row, kind):
        place = self.env._("%(statement)s, row %(row)s", statement=row.statement_id.name, row=row.row)
        if row.state == "posted":
            return (
                kind,
                self.env._("Statement"),
                None,
                self.env._("%(place)s · posted with %(entry)s", place=place, entry=row.move_id.name),
            )
        return (NEXT_STEP, self.env._("Statement"), None, self.env._("%s · not posted yet", place))
