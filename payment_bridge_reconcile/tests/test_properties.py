"""What matching promises whatever the rows and the payments are, on the real database."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import fields

from odoo.addons.payment_bridge.tests.forgetting import Forgetting

from .canned import row
from .common import DAY, StatementCase

FIRST = DAY - timedelta(days=2)
AMOUNTS = ("10.00", "20.00", "30.00")
NUMBERS = ("K0", "K1", "K2", "K3")
PLATFORM_NUMBERS = ("", "P0", "P1")
BATCHES = ("", "", "B0")
CHANNELS = range(3)

orders = st.lists(
    st.fixed_dictionaries(
        {
            "channel": st.sampled_from(CHANNELS),
            "operation": st.sampled_from(("pay_out", "collect", "refund")),
            "number": st.sampled_from(NUMBERS),
            "amount": st.sampled_from(AMOUNTS),
            "state": st.sampled_from(("succeeded", "succeeded", "succeeded", "processing", "failed", "returned")),
            "reference": st.sampled_from(PLATFORM_NUMBERS),
            "batch": st.sampled_from(BATCHES),
            "foreign": st.booleans(),
            "day": st.integers(0, 2),
        }
    ),
    max_size=8,
    unique_by=lambda one: (one["channel"], one["number"]),
)
entries = st.lists(
    st.fixed_dictionaries(
        {
            "channel": st.sampled_from(CHANNELS),
            "kind": st.sampled_from(("pay_out", "collection", "refund", "fee", "return", "withdrawal", "chargeback")),
            "amount": st.sampled_from(AMOUNTS),
            "number": st.sampled_from(("", "UNKNOWN", *NUMBERS)),
            "reference": st.sampled_from(PLATFORM_NUMBERS),
            "original": st.sampled_from(("", "", *NUMBERS)),
            "batch": st.sampled_from(BATCHES),
            "day": st.integers(0, 2),
            "minute": st.integers(0, 2),
        }
    ),
    max_size=12,
)
EXAMPLES = 15
INCOMING = ("collection", "return")


class TestProperties(Forgetting, StatementCase):
    """Three channels: two of one company, one of another company with another currency."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        other = cls.setup_other_company(name="Elsewhere")["company"]
        other.currency_id = cls.env.ref("base.EUR")
        cls.channels = [
            cls.channel,
            cls.make_channel(cls.company, "Second"),
            cls.make_channel(other, "Third"),
        ]
        cls.euro, cls.home = cls.env.ref("base.EUR"), cls.company.currency_id

    def holds(self, check):
        """Run ``check(orders, entries, data)`` for many worlds, each forgotten afterwards."""

        @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
        @given(orders, entries, st.data())
        def example(ordered, told, data):
            with self.forgotten():
                check(ordered, told, data)

        example()

    def place(self, ordered):
        """The payments of the world, made without their journal entries."""
        values = []
        for one in ordered:
            channel = self.channels[one["channel"]]
            other = self.home if channel.currency_id == self.euro else self.euro
            values.append(
                {
                    "channel_id": channel.id,
                    "company_id": channel.company_id.id,
                    "key": one["number"],
                    "amount": float(one["amount"]),
                    "currency_id": (other if one["foreign"] else channel.currency_id).id,
                    "state": one["state"],
                    "platform_reference": one["reference"] or False,
                    "batch_reference": one["batch"] or False,
                    "executed_at": fields.Datetime.to_datetime(FIRST + timedelta(days=one["day"])),
                    "title": "property",
                }
            )
        made = self.env["payment.bridge.instruction"].sudo().create(values)
        self.env.flush_all()
        # whether the core knows the operations yet or not: the engine reads the column
        self.env.cr.execute(
            """
            UPDATE payment_bridge_instruction i SET operation = told.operation
              FROM unnest(%s::integer[], %s::varchar[]) AS told (id, operation) WHERE i.id = told.id
            """,
            (made.ids, [one["operation"] for one in ordered]),
        )
        self.env.invalidate_all()

    def tell(self, told, order=None):
        """Load the world's rows, one file a channel, in the given order."""
        for place, channel in enumerate(self.channels):
            rows = [
                row(
                    one["kind"],
                    f"E{number}",
                    f"{'' if one['kind'] in INCOMING else '-'}{one['amount']}",
                    day=FIRST + timedelta(days=one["day"]),
                    key=one["number"],
                    reference=one["reference"],
                    original=one["original"],
                    batch=one["batch"],
                    time=f"10:0{one['minute']}:00",
                )
                for number, one in (order or list(enumerate(told)))
                if one["channel"] == place
            ]
            if rows:
                self.load(rows, FIRST, last_day=DAY, channel=channel, account=f"account-{place}")

    def found(self):
        """What was made of each row, by what people read of it."""
        lines = self.env["payment.bridge.statement.line"].search([])
        return {
            (line.channel_id.id, line.entry_reference): (
                line.state,
                line.match_pass,
                line.found_by,
                line.instruction_id.key,
                line.difference,
                sorted(line.share_ids.instruction_id.mapped("key")),
            )
            for line in lines
        }

    def stored(self):
        """Everything that a run writes, as it lies in the database."""
        self.env.flush_all()
        kept = []
        for table in ("payment_bridge_statement_line", "payment_bridge_statement_share", "payment_bridge_difference"):
            self.env.cr.execute(f"SELECT t::text FROM {table} t ORDER BY id")
            kept.append(self.env.cr.fetchall())
        return kept

    def test_nothing_is_matched_twice_and_amounts_agree(self):
        def check(ordered, told, _data):
            self.place(ordered)
            self.tell(told)
            lines = self.env["payment.bridge.statement.line"].search([("state", "=", "matched")])
            stands_for = {}
            for line in lines.filtered(lambda one: one.kind not in ("fee", "chargeback")):
                for instruction, amount in [
                    *((share.instruction_id, share.amount) for share in line.share_ids),
                    *((one, line.gross) for one in line.instruction_id),
                ]:
                    stands_for.setdefault((instruction, amount > 0), []).append((line, amount))
            for (instruction, _incoming), legs in stands_for.items():
                self.assertAlmostEqual(abs(sum(amount for _line, amount in legs)), instruction.amount)
                self.assertTrue(len(legs) == 1 or {line.match_pass for line, _amount in legs} == {"part"})
            for line in lines.filtered("share_ids"):
                self.assertAlmostEqual(sum(line.share_ids.mapped("amount")), line.gross)
            chargebacks = lines.filtered(lambda one: one.match_pass == "chargeback")
            for instruction, taken in chargebacks.grouped("instruction_id").items():
                self.assertIn(instruction.operation, ("collect", "charge"))
                self.assertLessEqual(-sum(taken.mapped("gross")), instruction.amount)

        self.holds(check)

    def test_never_across_company_channel_or_currency(self):
        def check(ordered, told, _data):
            self.place(ordered)
            self.tell(told)
            for line in self.env["payment.bridge.statement.line"].search([("state", "=", "matched")]):
                for instruction in line.instruction_id | line.share_ids.instruction_id:
                    self.assertEqual(instruction.channel_id, line.channel_id)
                    self.assertEqual(instruction.company_id, line.company_id)
                    if line.kind != "fee":
                        self.assertEqual(instruction.currency_id, line.currency_id)

        self.holds(check)

    def test_the_order_of_rows_does_not_matter(self):
        def check(ordered, told, data):
            results = []
            for rows in (list(enumerate(told)), data.draw(st.permutations(list(enumerate(told))))):
                with self.forgotten():
                    self.place(ordered)
                    self.tell(told, rows)
                    results.append(self.found())
            self.assertEqual(*results)

        self.holds(check)

    def test_matching_again_changes_nothing(self):
        def check(ordered, told, _data):
            self.place(ordered)
            self.tell(told)
            before = self.stored()
            for channel in self.channels:
                self.assertEqual(channel.sudo()._match_lines(), 0)
            self.assertEqual(self.stored(), before)

        self.holds(check)

    def test_every_row_is_kept_and_explained_or_classed(self):
        def check(ordered, told, _data):
            self.place(ordered)
            self.tell(told)
            lines = self.env["payment.bridge.statement.line"].search([])
            signed = [float(one["amount"]) * (1 if one["kind"] in INCOMING else -1) for one in told]
            self.assertEqual(len(lines), len(told))
            self.assertAlmostEqual(sum(lines.mapped("amount")), sum(signed))
            opened = self.env["payment.bridge.difference"].search([("state", "=", "open"), ("side", "=", "platform")])
            left = lines.filtered(lambda one: one.state == "unmatched")
            self.assertTrue(all(one.difference and one.reason for one in left))
            self.assertEqual(set(opened.line_id.ids), set(left.ids))
            self.assertTrue(all(one.proposal and one.severity and one.due_on for one in opened))

        self.holds(check)
