"""Entries that were made from a platform's statement, and their rows."""

from odoo import fields, models
from odoo.exceptions import RedirectWarning, UserError

SEQUENCE_FORMATS = "bridge_sequence_formats"
"""Context key of {(journal id, day): format} found so far: for entries that are made together, of one kind."""


class AccountMove(models.Model):
    _inherit = "account.move"

    bridge_posting_id = fields.Many2one(related="statement_line_id.bridge_posting_id", string="Statement Posting")

    def action_bridge_open_rows(self):
        """The rows of the sub-ledger behind this entry."""
        return self.line_ids.action_bridge_open_rows()

    def _check_draftable(self):
        """An entry behind rows of the sub-ledger would leave the books while its rows read as posted."""
        for entry in self.filtered("bridge_posting_id"):
            posting = entry.bridge_posting_id.sudo()
            told = {"entry": entry.name, "posting": posting.name}
            if posting.state == "undone":
                raise UserError(
                    self.env._(
                        "%(entry)s belongs to the posting %(posting)s, which was undone: the entry and its opposite"
                        " stay in the books together.",
                        **told,
                    )
                )
            raise RedirectWarning(
                self.env._(
                    "%(entry)s was made by the posting %(posting)s of a platform's statement and is not reset to draft."
                    " To take it back, undo that posting: the opposite entry is made, and the rows can be posted"
                    " again.",
                    **told,
                ),
                posting.statement_id.with_env(self.env)._get_records_action(),
                self.env._("Open the Statement"),
            )
        rows = self.env["payment.bridge.statement.line"].sudo()
        if cleared := rows.search([("cleared_move_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "%(entry)s cleared the row %(row)s of %(statement)s from the suspense account. To take it back,"
                    " undo the clearing on that row: the opposite entry is made, and the row is held again.",
                    entry=cleared.cleared_move_id.name,
                    row=cleared.entry_reference,
                    statement=cleared.statement_id.name,
                )
            )
        return super()._check_draftable()

    def _get_next_sequence_format(self):
        """Looked up once a journal and day among entries that one posting makes.

        Odoo asks the journal for its last number before each entry, reading all that the period has so far: twice as
        many entries would take four times as long. After the first one it counts on from there by itself and holds the
        numbers against others (``_locked_increment``).
        """
        found = self.env.context.get(SEQUENCE_FORMATS)
        if found is None:
            return super()._get_next_sequence_format()
        key = (self.journal_id.id, self.date)
        if key not in found:
            found[key] = super()._get_next_sequence_format()
        template, values = found[key]
        return template, dict(values)
