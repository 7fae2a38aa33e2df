"""What rows and documents promise each other whatever the amounts and texts are, on the real database."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.addons.payment_bridge.tests.forgetting import Forgetting

from .common import DAY
from .document_common import DocumentCase

AMOUNTS = st.sampled_from((10, 20, 30))
DOCUMENTS = st.lists(
    st.tuples(AMOUNTS, st.sampled_from(("out_invoice", "out_invoice", "out_refund")), st.booleans()), max_size=4
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from((10, 20, 30, 40, 50)),
        st.sampled_from((True, True, True, False)),
        st.lists(st.integers(0, 3), max_size=2),
        st.sampled_from(("", "A***(1)", "B***(2)")),
    ),
    max_size=5,
)
MODES = st.sampled_from(("settlement", "per_line", "daily_summary"))
EXAMPLES = 12


class TestDocumentProperties(Forgetting, DocumentCase):
    def holds(self, check):
        """Run ``check(documents, rows, mode, data)`` for many worlds, each forgotten afterwards."""

        @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
        @given(DOCUMENTS, ROWS, MODES, st.data())
        def example(drawn, told, mode, data):
            with self.forgotten():
                self.channel.posting_mode = mode
                check(self.place(drawn), told, data)

        example()

    def place(self, drawn):
        """Open documents that are named DOC-100000 and so on."""
        documents = self.env["account.move"]
        for place, (amount, move_type, is_mine) in enumerate(drawn):
            partner = self.customer if is_mine else self.other_customer
            documents |= self.document(amount, partner, move_type, payment_reference=f"DOC-{100000 + place}")
        return documents

    def tell(self, told, order=None):
        rows = []
        for place, (amount, is_in, named, party) in order or list(enumerate(told)):
            text = ", ".join(f"DOC-{100000 + one}" for one in named)
            make = self.came_in if is_in else self.went_out
            row, _party = make(f"E{place}", amount, text)
            rows.append((row, party))
        return self.told(*rows) if rows else self.env["payment.bridge.statement.line"]

    def check_held(self, documents, lines):
        """Each document is promised what its matched rows pay, and no more than is open."""
        for document in documents:
            parts = lines.filtered(lambda line: line.state == "matched").allotment_ids
            promised = sum(abs(one.amount) for one in parts if one.document_id == document)
            self.assertAlmostEqual(self.held(document), promised)
            self.assertLessEqual(promised, document.amount_residual + 0.001)

    def test_totals_are_kept_and_nothing_is_paid_twice(self):
        def check(documents, told, _data):
            before = {document: document.amount_residual for document in documents}
            lines = self.tell(told)
            self.check_held(documents, lines)
            matched = lines.filtered(lambda line: line.match_pass == "document")
            for line in matched:
                self.assertAlmostEqual(sum(line.allotment_ids.mapped("amount")), line.gross)
                self.assertEqual(line.allotment_ids.document_id.currency_id, line.currency_id)
                self.assertEqual(line.allotment_ids.document_id.company_id, line.company_id)
            if not matched:
                return
            posting = self.post(lines)
            self.assertEqual(set(matched.mapped("state")), {"posted"})
            for document in documents:
                parts = matched.allotment_ids.filtered(lambda one, document=document: one.document_id == document)
                paid = sum(abs(one.amount) for one in parts)
                self.assertAlmostEqual(document.amount_residual, before[document] - paid)
                self.assertEqual(self.held(document), 0.0)
            posting.action_undo()
            self.check_held(documents, lines)
            self.assertEqual({document: document.amount_residual for document in documents}, before)

        self.holds(check)

    def test_the_order_of_rows_does_not_matter_and_again_changes_nothing(self):
        def check(documents, told, data):
            found = []
            for rows in (list(enumerate(told)), data.draw(st.permutations(list(enumerate(told))))):
                with self.forgotten():
                    lines = self.tell(told, rows)
                    found.append(
                        {
                            line.entry_reference: (
                                line.state,
                                sorted((one.document_id.id, one.amount) for one in line.allotment_ids),
                                sorted((one.document_ids.ids, one.score) for one in line.proposal_ids),
                            )
                            for line in lines
                        }
                    )
                    self.assertEqual(self.match(), 0)
                    self.assertTrue(all(line.settled_on == DAY for line in lines))
            self.assertEqual(*found)
            self.assertTrue(all(document.amount_residual for document in documents))

        self.holds(check)
