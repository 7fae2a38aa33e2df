"""A file that must not be believed: nothing of it is kept in the books, and somebody is told why."""

import hashlib
import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from .payment_bridge_statement_check import Correction
from .payment_bridge_statement_load import Loaded

REFUSED_PAUSE = timedelta(days=1)


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    def _refuse(self, channel, content, name, kind, source, refusal):
        """Nothing of the file is kept in the books. A file that the platform gave stays on its day as
        refused; one that a person uploaded is answered to that person."""
        message = refusal.message
        says_it_itself = re.match(rf"(Line {refusal.row}\b|第 {refusal.row} 行)", message)
        if refusal.row and not says_it_itself:
            message = self.env._("Row %(row)s: %(reason)s.", row=refusal.row, reason=message.rstrip(".。"))
        self.env["payment.bridge.audit.event"]._record(
            "statement.refused",
            channel,
            file=name,
            sha256=hashlib.sha256(content).hexdigest(),
            kind=kind.code,
            source=source,
            reason=message,
        )
        correctable = isinstance(refusal, Correction)
        return Loaded(self.browse(), "refused", message, row=refusal.row, correctable=correctable)

    @api.private
    def _keep_refused(self, content, name, refused):
        """Mark a day whose fetched file must not be believed, and tell somebody, once a file."""
        self.ensure_one()
        values = self._file_values(name, "fetched", hashlib.sha256(content).hexdigest())
        seen_before = self.state == "refused" and self.file_hash == values["file_hash"]
        self._keep_file(content)
        self.write(
            {
                "state": "refused",
                "message": refused.message,
                "refused_row": refused.row or 0,
                "next_try_at": fields.Datetime.now() + REFUSED_PAUSE,
                **values,
            }
        )
        if not seen_before:
            self.env["payment.bridge.discrepancy"]._raise(
                "statement",
                channel=self.channel_id,
                key=self._refusal_key(),
                summary=self.env._(
                    "The statement of %(day)s of %(channel)s was refused and nothing of it was loaded."
                    " %(reason)s It is fetched again tomorrow. Compare the file with the platform's console.",
                    day=format_date(self.env, self.first_day),
                    channel=self.channel_id.name,
                    reason=refused.message,
                ),
            )

    def _refusal_key(self):
        return f"statement-{self.channel_id.id}-{self.kind}-{self.first_day}"

    def _settle_refusals(self, file_name):
        """A day that was refused and is now loaded needs no explanation any more."""
        for statement in self:
            solved = (
                self.env["payment.bridge.discrepancy"]
                .sudo()
                .search(
                    [
                        ("kind", "=", "statement"),
                        ("state", "=", "open"),
                        ("key", "=", statement._refusal_key()),
                    ]
                )
            )
            if solved:
                solved.resolution = self.env._("Loaded later from the file %s.", file_name)
                solved.action_resolve()
