"""Card numbers have no place in what people write."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..connector.card_numbers import has_card_number
from .approval_common import ApprovalCommon
from .rights_samples import RightsSamples

CARD = "6222021001122334458"
WRITTEN = (
    "4111111111111111",
    "card 4111 1111 1111 1111, thanks",
    "5500-0000-0000-0004",
    "378282246310005",
    "6222 0210 0112 2334 458",
    "６２２２０２１００１１２２３３４４５８",
    "no. 6222.0210.0112.2334.458!",
    "paid 12 by 4111 1111 1111 1111 99",
)
HARMLESS = (
    "",
    None,
    "INV/2026/00001",
    "20261128123456789012",
    "2026112822001400001234567890",
    "4200001234202611281234567890",
    "4111111111111112",
    "2088000000000011",
    "13800138000",
    "+86 138 0013 8000",
    "PO 1234 5678",
    "1 234 567.89",
    "A4111111111111111",
)


@tagged("post_install", "-at_install")
class TestCardNumbers(RightsSamples, ApprovalCommon):
    def test_card_numbers_are_known_however_they_are_written(self):
        for text in WRITTEN:
            self.assertTrue(has_card_number(text), text)

    def test_numbers_of_orders_platforms_and_telephones_are_not_cards(self):
        for text in HARMLESS:
            self.assertFalse(has_card_number(text), text)

    def test_nobody_writes_one_into_a_text_of_ours(self):
        """Every stored text that a person writes, model by model."""
        checked, samples = 0, self.make_samples()
        for model in self.env.registry.descendants(["payment.bridge.plain.text"], "_inherit"):
            records = self.env[model]
            if records._abstract:
                continue
            self.assertTrue(records._plain_text_fields(), model)
            for name in sorted(records._plain_text_fields()):
                checked += 1
                for text in (CARD, "<p>6222 0210<b> 0112 2334 </b>458</p>"):
                    with self.assertRaises(UserError, msg=(model, name)) as refused:  # some are made by nobody
                        records.create({name: text})
                    self.assertNotIn(CARD[6:-4], str(refused.exception))
                    if model in samples:
                        with self.assertRaises(UserError, msg=(model, name)):
                            samples[model].write({name: text})
        self.assertGreater(checked, 20)

    def test_every_text_that_people_write_is_looked_at(self):
        """A new field that people write is either looked at or named here with its reason."""
        machines = {
            "payment.bridge.credential": {
                "value",
                "plain_value",
                "name",
            },  # keys and merchant numbers, for the platform
            "payment.bridge.credential.entry": {"value", "text_value", "file_name"},
            "payment.bridge.screening.load": {"file_name"},
            "payment.bridge.charge": {"code"},  # handed on at once and never stored
            "payment.bridge.channel": {"notify_token", "url", "four_eyes_note"},
        }
        for model in sorted(self.env.registry):
            if not model.startswith("payment.bridge.") or self.env[model]._abstract:
                continue
            records = self.env[model]
            if records._original_module != "payment_bridge":
                continue
            looked_at = records._plain_text_fields() if hasattr(records, "_plain_text_fields") else set()
            written = {
                name
                for name, field in records._fields.items()
                if field.type in ("char", "text", "html")
                and not field.readonly
                and not field.related
                and (not field.compute or field.inverse)
                and field._module == "payment_bridge"
            }
            self.assertLessEqual(written, looked_at | machines.get(model, set()), model)

    def test_neither_a_memo_nor_a_message_on_a_payment_holds_one(self):
        self.make_rule(self.ann)
        with self.assertRaisesRegex(UserError, "payment card number"), self.env.cr.savepoint():
            self.submit(communication=f"for {CARD}")
        payment = self.submit()
        with self.assertRaisesRegex(UserError, "payment card number"), self.env.cr.savepoint():
            payment.with_user(self.clerk).memo = CARD
        for body in (CARD, "see 6222 0210 0112 2334 458"):
            with self.assertRaisesRegex(UserError, "payment card number"):
                payment.with_user(self.clerk).message_post(body=body)
        message = payment.with_user(self.clerk).message_post(body="fine", message_type="comment")
        with self.assertRaisesRegex(UserError, "payment card number"):
            payment.with_user(self.clerk)._message_update_content(message, body=CARD)
        with self.assertRaisesRegex(UserError, "payment card number"):
            self.decide(payment, self.ann, "refuse", reason=f"the card {CARD} is blocked")
        self.assertWaits(payment)

    def test_nothing_that_looks_like_one_leaves_in_a_title(self):
        payment = self.submit()
        vals = payment.sudo()._bridge_instruction_vals()
        for name in ("title", "remark"):
            with self.assertRaisesRegex(UserError, "payment card number"), self.env.cr.savepoint():
                self.env["payment.bridge.instruction"]._place([{**vals, name: f"order {CARD}"}])

    def test_a_reason_for_a_delegation_holds_none(self):
        with self.assertRaisesRegex(UserError, "payment card number"):
            self.env["payment.bridge.delegation"].with_user(self.ann).create(
                {"delegate_id": self.bob.id, "date_to": fields.Date.today(), "reason": f"mine is {CARD}"}
            )
