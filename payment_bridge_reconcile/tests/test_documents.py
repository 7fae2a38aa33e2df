"""From money to documents: rows that no order explains find the invoices and bills that they pay."""

import psycopg2

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import Form
from odoo.tools import mute_logger

from .common import DAY
from .document_common import DocumentCase

TABLES = (
    "payment_bridge_statement_line",
    "payment_bridge_statement_allotment",
    "payment_bridge_statement_proposal",
    "payment_bridge_difference",
    "payment_bridge_known_payer",
)


class TestDocuments(DocumentCase):
    # -- what is certain --------------------------------------------------------------

    def test_who_names_the_invoice_and_pays_what_is_open_has_paid_it(self):
        invoice = self.document(100)
        line = self.told(self.came_in("E1", 100, f"for {invoice.name.lower()}, thanks"))
        self.assertEqual((line.state, line.match_pass, line.found_by), ("matched", "document", "document"))
        self.assertEqual((line.allotment_ids.document_id, line.allotment_ids.amount), (invoice, 100.0))
        self.assertEqual(line.partner_id, self.customer)
        self.assertIn(invoice.name, line.reason)
        self.assertEqual(self.difference_of(line).state, "closed")
        self.assertIn('"document":1', self.events("statement_lines.matched")[0].content.replace(" ", ""))

    def test_every_way_of_posting_pays_the_invoice_and_undoing_opens_it(self):
        invoice = self.document(100)
        lines = self.told(self.came_in("E1", 99.4, invoice.name, fee="0.60"))
        receivable = invoice.line_ids.filtered(lambda item: item.display_type == "payment_term")
        found = {}
        for mode in ("settlement", "per_line", "daily_summary"):
            self.channel.posting_mode = mode
            posting = self.post(lines)
            self.assertEqual((invoice.payment_state, invoice.amount_residual), ("paid", 0.0), mode)
            self.assertEqual((lines.state, self.held(invoice)), ("posted", 0.0), mode)
            item = lines.move_line_id
            self.assertEqual((item.account_id, item.partner_id), (receivable.account_id, self.customer), mode)
            self.assertEqual(item.matched_debit_ids.debit_move_id, receivable, mode)
            found[mode] = sorted(
                (one.account_id.code, one.balance, one.partner_id.id) for one in posting.entry_ids.move_id.line_ids
            )
            posting.action_undo()
            self.assertEqual((invoice.payment_state, invoice.amount_residual), ("not_paid", 100.0), mode)
            self.assertEqual((lines.state, self.held(invoice)), ("matched", 100.0), mode)
        self.assertEqual(found["per_line"], found["settlement"])
        self.assertEqual(found["daily_summary"], found["settlement"])
        self.assertIn((self.channel.fee_account_id.code, 0.6, False), found["settlement"])

    def test_one_row_pays_several_invoices_and_a_credit_note_of_a_vendor(self):
        invoices = self.document(100) | self.document(250)
        text = f"{invoices[0].name}, {invoices[1].name.rpartition('/')[2].lstrip('0')}"
        line = self.told(self.came_in("E1", 350, text))
        self.assertEqual(line.allotment_ids.document_id, invoices)
        self.post(line)
        self.assertEqual(set(invoices.mapped("payment_state")), {"paid"})
        refund = self.document(30, self.payee, "in_refund", ref="CN-4711-88")
        line = self.told(self.came_in("E2", 30, "refund CN-4711-88", day=self.next_day(-1)), day=self.next_day(-1))
        self.assertEqual(line.allotment_ids.document_id, refund)
        self.post(line)
        self.assertEqual(refund.amount_residual, 0.0)

    def test_several_rows_pay_one_invoice(self):
        invoice = self.document(100)
        lines = self.told(self.came_in("E1", 40, invoice.name, "Ink"), self.came_in("E2", 60, invoice.name, "Ink"))
        self.assertEqual(lines.mapped("match_pass"), ["document", "document"])
        self.assertEqual(lines.allotment_ids.mapped("amount"), [40.0, 60.0])
        for mode in ("per_line", "settlement"):
            self.channel.posting_mode = mode
            posting = self.post(lines)
            self.assertEqual((invoice.payment_state, self.held(invoice)), ("paid", 0.0))
            posting.action_undo()
            self.assertEqual((invoice.amount_residual, self.held(invoice)), (100.0, 100.0))

    def test_an_instalment_is_paid_and_the_rest_stays_open(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "In two parts",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 40, "nb_days": 0}),
                    Command.create({"value": "percent", "value_amount": 60, "nb_days": 30}),
                ],
            }
        )
        invoice = self.document(100, invoice_payment_term_id=terms.id)
        line = self.told(self.came_in("E1", 40, invoice.name))
        self.post(line)
        self.assertEqual((invoice.payment_state, invoice.amount_residual), ("partial", 60.0))

    def test_a_refund_to_a_customer_pays_the_credit_note_by_itself(self):
        note = self.document(30, move_type="out_refund")
        line = self.told(self.went_out("E1", 30, note.name))
        self.assertEqual((line.state, line.allotment_ids.amount), ("matched", -30.0))
        self.post(line)
        self.assertEqual(note.payment_state, "paid")

    def test_a_pay_out_that_nobody_ordered_is_only_proposed(self):
        bill = self.document(30, self.payee, "in_invoice", ref="R-2026-0815")
        line = self.told(self.went_out("E1", 30, "R-2026-0815", kind="pay_out"))
        self.assertEqual((line.state, line.difference), ("unmatched", "platform_only_out"))
        self.assertEqual(line.proposal_ids.document_ids, bill)
        alarm = self.env["payment.bridge.discrepancy"].search([("kind", "=", "platform_only_out")])
        self.assertEqual(len(alarm), 1)
        line.proposal_ids.action_accept()
        self.post(line)
        self.assertEqual(bill.payment_state, "paid")

    def test_a_short_number_counts_once_the_payer_is_known(self):
        first, _second = self.document(100, name="INV/2026/00117"), self.document(70, name="INV/2026/00118")
        party = "Ink***(ink@example.com)"
        early = self.told(self.came_in("E0", 70, "invoice 118", party))
        self.assertEqual((early.state, early.proposal_ids.kind), ("unmatched", "named_exactly"))
        early.action_ignore()
        self.env["payment.bridge.statement.line.ignore"].create({"line_ids": early.ids, "note": "x"}).action_ignore()
        self.told(self.came_in("E1", 100, first.name, party, day=self.next_day(-1)), day=self.next_day(-1))
        payer = self.env["payment.bridge.known.payer"].search([])
        self.assertEqual((payer.partner_id, payer.confirmed, payer.shown), (self.customer, 1, party))
        self.assertRegex(payer.key, "^[0-9a-f]{64}$")
        bare = self.told(self.came_in("E2", 70, "118", party, day=self.next_day(-2)), day=self.next_day(-2))
        self.assertEqual((bare.state, bare.proposal_ids.kind), ("unmatched", "payer_exactly"))
        line = self.told(self.came_in("E3", 70, "invoice 118", party, day=self.next_day(-3)), day=self.next_day(-3))
        self.assertEqual((line.state, line.found_by), ("matched", "payer"))
        self.assertIn("known as the partner", line.reason)

    def test_a_payer_known_as_somebody_else_is_left_to_people(self):
        mine, theirs = self.document(100), self.document(70, self.other_customer)
        self.told(self.came_in("E1", 100, mine.name, "Ink***(ink@example.com)"))
        line = self.told(
            self.came_in("E2", 70, theirs.name, "Ink***(ink@example.com)", day=self.next_day(-1)), day=self.next_day(-1)
        )
        self.assertEqual(line.state, "unmatched")
        self.assertIn("somebody else", line.proposal_ids.reason)
        self.env["payment.bridge.known.payer"].search([]).active = False
        self.match()
        self.assertEqual(line.state, "matched")
        self.assertTrue(self.events("known_payer.switched"))

    # -- what is never done ---------------------------------------------------------

    def test_never_across_company_currency_or_direction(self):
        elsewhere = self.setup_other_company(name="Elsewhere")["company"]
        euro = self.env.ref("base.EUR")
        euro.active = True
        others = [
            self.document(100, company=elsewhere, payment_reference="PAY-77-0001"),
            self.document(100, currency=euro, payment_reference="PAY-77-0002"),
            self.document(100, self.payee, "in_invoice", ref="PAY-77-0003"),
        ]
        texts = ["PAY-77-0001", "PAY-77-0002", "PAY-77-0003"]
        lines = self.told(*(self.came_in(f"E{place}", 100, text) for place, text in enumerate(texts)))
        self.assertEqual(set(lines.mapped("state")), {"unmatched"})
        self.assertFalse(lines.proposal_ids)
        self.assertFalse(any(self.held(one) for one in others))

    def test_nothing_is_paid_twice(self):
        invoice = self.document(100)
        lines = self.told(self.came_in("E1", 100, invoice.name), self.came_in("E2", 100, invoice.name))
        self.assertEqual(lines.mapped("state"), ["matched", "unmatched"])
        self.assertEqual(self.held(invoice), 100.0)
        self.assertEqual(self.match(), 0)
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError), self.env.cr.savepoint():
            register.create({"payment_date": DAY}).action_create_payments()
            self.env.flush_all()

    def test_running_again_changes_nothing(self):
        documents = [self.document(amount) for amount in (100, 40, 33, 21)]
        self.told(
            self.came_in("E1", 100, documents[0].name),
            self.came_in("E2", 20, documents[1].name),
            self.came_in("E3", 33),
            self.came_in("E4", 5, "nothing at all"),
        )
        before = self.stored()
        for _again in range(2):
            self.assertEqual(self.match(), 0)
            self.assertEqual(self.stored(), before)

    def stored(self):
        self.env.flush_all()
        kept = []
        for table in TABLES:
            self.env.cr.execute(f"SELECT t::text FROM {table} t ORDER BY id")
            kept.append(self.env.cr.fetchall())
        return kept

    def test_a_corrected_row_lets_go_of_what_it_paid(self):
        invoice = self.document(100)
        line = self.told(self.came_in("E1", 100, invoice.name))
        row, _party = self.came_in("E1", 90, invoice.name)
        self.assertEqual(self.load([row], correct=True).outcome, "loaded")
        line.invalidate_recordset()
        self.assertEqual((line.state, line.gross), ("unmatched", 90.0))
        self.assertFalse(line.allotment_ids)
        self.assertEqual(self.held(invoice), 0.0)

    def test_a_corrected_row_that_names_an_order_lets_go_of_what_it_paid(self):
        long_ago = fields.Datetime.to_datetime(f"{self.next_day(-20)} 10:00:00")
        order, invoice = self.pay(100, executed_at=long_ago), self.document(100, move_type="out_refund")
        line = self.told(self.went_out("E1", 100, invoice.name))
        self.assertEqual((line.match_pass, self.held(invoice)), ("document", 100.0))
        self.load([self.paid_row(order, "E1")], correct=True)
        self.assertEqual((line.match_pass, line.instruction_id), ("payment", order))
        self.assertEqual((self.held(invoice), len(line.allotment_ids), line.partner_id.id), (0.0, 0, False))
        self.assertEqual(self.env["payment.bridge.known.payer"].search([]).mapped("confirmed"), [0])

    def test_an_invoice_taken_back_to_draft_stops_the_row_and_says_so(self):
        invoice = self.document(100)
        line = self.told(self.came_in("E1", 100, invoice.name))
        invoice.button_draft()
        plan = line.statement_id._plan()
        self.assertFalse(plan.entries)
        self.assertIn("not open any more", plan.blocked[line.id])

    def test_undoing_a_match_frees_the_invoice_and_forgets_the_payer(self):
        invoice = self.document(100)
        line = self.told(self.came_in("E1", 100, invoice.name))
        line.action_undo()
        self.assertEqual((line.state, line.difference, self.held(invoice)), ("unmatched", "opened", 0.0))
        self.assertFalse(line.allotment_ids)
        self.assertEqual(self.env["payment.bridge.known.payer"].search([]).confirmed, 0)
        self.assertEqual(line.proposal_ids.document_ids, invoice)
        self.match()
        self.assertEqual(line.state, "unmatched", "only a person matches it again")

    def test_a_day_or_a_month_in_a_text_pays_no_invoice_of_that_number(self):
        self.document(100, name="INV/2026/00003")
        self.document(60, name="INV/2026/00009")
        lines = self.told(
            self.came_in("E1", 100, "rent 2026-03"), self.came_in("E2", 160, "transfer of 2026-03-10 09:15")
        )
        self.assertEqual(lines.mapped("state"), ["unmatched"] * 2)

    # -- what is proposed -------------------------------------------------------------

    def test_a_part_payment_is_proposed_and_taken_with_one_click(self):
        invoice = self.document(100)
        line = self.told(self.came_in("E1", 60, invoice.name))
        proposal = line.proposal_ids
        self.assertEqual((proposal.document_ids, proposal.rest), (invoice, -40.0))
        self.assertIn("would stay open", proposal.reason)
        difference = self.difference_of(line)
        self.assertEqual((difference.proposal, difference.score), ("document", proposal.score))
        self.assertIn(invoice.name, difference.reason)
        difference.action_accept_proposal()
        self.assertEqual((line.state, line.found_by), ("matched", "hand"))
        self.assertFalse(line.proposal_ids)
        self.assertEqual(difference.state, "closed")
        self.assertTrue(self.events("statement_line.allotted"))
        self.post(line)
        self.assertEqual((invoice.payment_state, invoice.amount_residual), ("partial", 40.0))

    def test_what_a_row_has_too_much_needs_a_person_to_say_where_it_goes(self):
        invoice = self.document(100)
        line = self.told(self.came_in("E1", 103, invoice.name))
        action = line.proposal_ids.action_accept()
        wizard = self.env["payment.bridge.statement.line.match"].browse(action["res_id"])
        self.assertEqual((wizard.way, wizard.document_ids, wizard.document_rest), ("document", invoice, 3.0))
        with self.assertRaisesRegex(UserError, "Choose the account"):
            wizard.action_match()
        wizard.account_id = self.account
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_match()
        wizard.note = "Paid postage too"
        wizard.action_match()
        for mode in ("settlement", "daily_summary"):
            self.channel.posting_mode = mode
            posting = self.post(line)
            booked = {one.account_id: one.balance for one in posting.entry_ids.move_id.line_ids}
            self.assertEqual((invoice.payment_state, booked[self.account]), ("paid", -3.0))
            posting.action_undo()

    def test_a_missing_cent_is_a_fee_or_goes_to_an_account_by_hand(self):
        for way, account in (("fee", self.channel.fee_account_id), ("account", self.account)):
            invoice = self.document(100)
            day = self.next_day(-len(self.env["payment.bridge.statement"].search([])))
            line = self.told(self.came_in(f"E{way}", 99.5, invoice.name, day=day), day=day)
            wizard = self.env["payment.bridge.statement.line.match"].create({"line_id": line.id})
            self.assertEqual((wizard.document_ids, wizard.rest_way), (invoice, "open"))
            wizard.write({"rest_way": way, "account_id": self.account.id if way == "account" else False, "note": "x"})
            wizard.action_match()
            posting = self.post(line)
            booked = {one.account_id: one.balance for one in posting.entry_ids.move_id.line_ids}
            self.assertEqual((invoice.payment_state, booked[account]), ("paid", 0.5), way)

    def test_the_wizard_takes_several_documents_with_a_live_remainder(self):
        invoices = self.document(60) | self.document(50)
        line = self.told(self.came_in("E1", 100, "no reference"))
        wizard = self.env["payment.bridge.statement.line.match"].create({"line_id": line.id, "way": "document"})
        rests = []
        with Form(wizard) as form:
            for invoice in invoices:
                form.document_ids.add(invoice)
                rests.append((form.is_open, form.document_rest, form.rest_way))
        self.assertEqual(rests, [(60.0, 40.0, "account"), (110.0, -10.0, "open")])
        wizard.action_match()
        self.assertEqual(line.allotment_ids.mapped("amount"), [60.0, 40.0])
        bill = self.document(10, self.payee, "in_invoice")
        other = self.told(self.came_in("E2", 10, "x", day=self.next_day(-1)), day=self.next_day(-1))
        wizard = self.env["payment.bridge.statement.line.match"].create(
            {"line_id": other.id, "way": "document", "document_ids": bill.ids}
        )
        with self.assertRaisesRegex(UserError, "money in"):
            wizard.action_match()

    def test_what_is_declined_is_not_proposed_again(self):
        self.document(33)
        line = self.told(self.came_in("E1", 33))
        self.assertEqual(line.proposal_ids.kind, "only_amount")
        line.proposal_ids.action_decline()
        self.match()
        self.assertEqual(line.proposal_ids.mapped("state"), ["declined"])
        self.assertTrue(self.events("proposal.declined"))

    def test_a_proposal_that_has_become_untrue_is_not_taken(self):
        invoice = self.document(100)
        lines = self.told(self.came_in("E1", 60, invoice.name), self.came_in("E2", 70, invoice.name))
        first, second = lines.proposal_ids
        first.action_accept()
        with self.assertRaisesRegex(UserError, "since this was proposed"):
            second.action_accept()
        self.match()
        self.assertEqual(lines[1].proposal_ids.rest, 30.0)

    def test_the_channel_says_how_far_it_goes(self):
        invoice = self.document(100)
        self.channel.document_matching = "propose"
        line = self.told(self.came_in("E1", 100, invoice.name))
        self.assertEqual((line.state, line.proposal_ids.document_ids), ("unmatched", invoice))
        self.channel.document_matching = "off"
        self.match()
        self.assertFalse(line.proposal_ids)
        self.channel.document_matching = "certain"
        self.assertEqual(self.match(), 1)

    # -- both ways -----------------------------------------------------------------

    def test_from_the_invoice_to_its_rows_and_back(self):
        invoice = self.document(100)
        line = self.told(self.came_in("E1", 100, invoice.name))
        action = invoice.action_bridge_open_paying_rows()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), line)
        self.assertEqual(line.action_open_documents()["res_id"], invoice.id)
        self.assertEqual(line.allotment_ids.action_open()["res_id"], invoice.id)

    def test_others_read_but_do_not_decide(self):
        invoice = self.document(100)
        line = self.told(self.came_in("E1", 60, invoice.name))
        clerk = self.make_user("doc_clerk", "payment_bridge.group_clerk")
        auditor = self.make_user("doc_auditor", "payment_bridge.group_auditor")
        seen = line.proposal_ids.with_user(auditor)
        self.assertTrue(seen.reason and seen.names)
        for act in (seen.action_accept, seen.action_decline):
            with self.assertRaises(UserError):
                act()
        line.proposal_ids.with_user(clerk).action_accept()
        self.assertEqual((line.state, line.decided_by_id), ("matched", clerk))
        self.assertTrue(line.with_user(auditor).allotment_ids.read(["document_id", "amount"]))
