"""What rows of the sub-ledger point to stays, though no foreign key says so."""

from odoo import Command
from odoo.exceptions import RedirectWarning, UserError

from .canned import row
from .common import DAY, StatementCase


class TestLedgerLinks(StatementCase):
    def booked_by_hand(self, account, partner=None):
        line = self.statement([row("adjustment", "E1", "-5.00", day=DAY)]).line_ids
        line.sudo()._decide(
            state="matched",
            match_pass="account",
            account_id=account.id,
            partner_id=partner.id if partner else False,
        )
        return line

    def account(self, code):
        return self.env["account.account"].create(
            {"code": code, "name": code, "account_type": "expense", "company_ids": [Command.link(self.company.id)]}
        )

    def test_an_account_or_a_partner_that_a_row_is_booked_to_is_not_deleted(self):
        account, partner = self.account("LNK001"), self.env["res.partner"].create({"name": "Somebody"})
        line = self.booked_by_hand(account, partner)
        for record in (account, partner):
            with self.assertRaisesRegex(UserError, "E1"):
                record.unlink()
        line.action_undo()
        account.unlink()
        partner.unlink()

    def test_rows_follow_a_partner_that_is_merged(self):
        partner, other = self.env["res.partner"].create([{"name": "Somebody"}, {"name": "Somebody else"}])
        line = self.booked_by_hand(self.account("LNK001"), partner)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge([partner.id, other.id], other)
        line.invalidate_recordset()
        self.assertEqual(line.partner_id, other)
        self.assertFalse(partner.exists())

    def test_rows_follow_an_account_that_is_merged(self):
        account, other = self.account("LNK001"), self.account("LNK002")
        line = self.booked_by_hand(account)
        self.env["base.partner.merge.automatic.wizard"].create({})._update_foreign_keys_generic(
            "account.account", account, other
        )
        line.invalidate_recordset()
        self.assertEqual(line.account_id, other)

    def test_an_entry_behind_posted_rows_stays_in_the_books(self):
        """Whichever of Odoo's own ways somebody takes; undoing the posting is the one that explains itself."""
        statement = self.statement([row("fee", "F1", "-1.00", day=DAY)])
        posting = statement._post()
        entry = statement.line_ids.move_line_id.move_id
        for way in (entry.button_draft, entry.button_cancel):
            with self.assertRaisesRegex(RedirectWarning, "undo that posting") as refused:
                way()
        self.assertEqual(refused.exception.args[1]["res_id"], statement.id)
        with self.assertRaisesRegex(UserError, "Undo the posting"):
            entry.with_context(force_delete=True).unlink()
        with self.assertRaisesRegex(UserError, "Undo the posting"):
            entry.statement_line_id.action_undo_reconciliation()
        self.assertEqual((entry.state, statement.line_ids.move_line_id.move_id), ("posted", entry))
        posting.action_undo()
        with self.assertRaisesRegex(UserError, "was undone"):
            posting.entry_ids.move_id[:1].button_draft()

    def test_no_row_is_checked_by_a_foreign_key(self):
        self.env.cr.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass",
            (self.env["payment.bridge.statement.line"]._table,),
        )
        self.assertEqual(self.env.cr.fetchall(), [], "each one costs every row that is loaded")
