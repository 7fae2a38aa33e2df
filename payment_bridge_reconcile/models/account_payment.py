"""Where a payment stands on the platform's statement, told in words."""

from odoo import fields, models
from odoo.tools import format_date

from odoo.addons.payment_bridge.models.account_payment_bridge_story import (
    BAD_STEP,
    DONE_STEP,
    NEXT_STEP,
)


class AccountPayment(models.Model):
    _inherit = "account.payment"

    bridge_statement_line_ids = fields.One2many("payment.bridge.statement.line", "payment_id", readonly=True)

    def action_bridge_open_statement_lines(self):
        """The rows of statements that this payment stands on."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("payment_bridge_reconcile.action_statement_line")
        return {**action, "domain": [("payment_id", "=", self.id)], "context": {}}

    def _bridge_row(self, paid_out=True):
        """The row of the money that left, or of the money that came back."""
        rows = self.sudo().bridge_statement_line_ids
        return rows.filtered(lambda row: row.kind != "fee" and (row.amount < 0) == paid_out)[:1]

    def _bridge_why_succeeded(self, instruction):
        row = self._bridge_row()
        if row.state == "posted":
            return self.env._(
                "Paid, and found on the statement of %(day)s (row %(row)s); posted with %(entry)s.",
                day=format_date(self.env, row.settled_on),
                row=row.row,
                entry=row.move_id.name,
            )
        if row:
            return self.env._(
                "Paid, and found on the statement of %(day)s (row %(row)s), which is not posted yet.",
                day=format_date(self.env, row.settled_on),
                row=row.row,
            )
        if self.is_matched:
            return super()._bridge_why_succeeded(instruction)
        missing = self.env["payment.bridge.open.payment"].sudo().search([("id", "=", instruction.id)])
        if missing.difference in ("books_only", "row"):
            return missing.reason
        return super()._bridge_why_succeeded(instruction)

    def _bridge_steps_books(self, instruction):
        """The rows of the statement in place of the bare result."""
        steps = [self._bridge_row_step(row, DONE_STEP) for row in self._bridge_row()]
        home = [self._bridge_row_step(row, BAD_STEP) for row in self._bridge_row(paid_out=False)]
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
