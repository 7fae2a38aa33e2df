"""Rows for COPY: many at once where nothing is in the way, closely where something is, and the same either way."""

import json
import re

from odoo.tests import BaseCase, tagged

from odoo.addons.payment_bridge.connector.statement_types import TEXT_COLUMNS

from ..models import statement_stage
from ..models.statement_stage import RowWriter

CARD = "4111111111111111"
ESCAPED = re.compile(r"\\(.)")
READ = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
PLACES = {name: place for place, name in enumerate(TEXT_COLUMNS)}


@tagged("post_install", "-at_install")
class TestRowWriter(BaseCase):
    def fields(self, **told):
        row = [""] * len(TEXT_COLUMNS)
        for name, value in {"row": "1", "kind": "collection", "entry_reference": "E1", **told}.items():
            row[PLACES[name]] = value
        return tuple(row)

    def written(self, *rows, titles=("a", "b")):
        """The rows as PostgreSQL reads them: fields, and cells out of their JSON."""
        text = b"".join(RowWriter(titles).chunks(rows)).decode()
        told = []
        for line in text.splitlines():
            cells = [ESCAPED.sub(lambda found: READ[found[1]], cell) for cell in line.split("\t")]
            told.append((tuple(cells[:-1]), json.loads(cells[-1])))
        return told

    def test_usual_rows_are_written_at_once(self):
        rows = [(self.fields(row=str(number), description="打印纸"), ["1.00", "打印纸"]) for number in range(200)]
        self.patch(statement_stage, "_row", lambda *_row: self.fail("looked at closely"))
        self.assertEqual(self.written(*rows), [(fields, cells) for fields, cells in rows])

    def test_what_copy_or_json_could_mistake_is_escaped(self):
        for text in ("tab\there", "a \\ slash", 'a "quote"', "line\nend", "line\rend"):
            fields = self.fields(description=text)
            self.assertEqual(self.written((fields, [text, ""])), [(fields, [text, ""])], text)

    def test_a_row_with_titles_of_its_own_keeps_them(self):
        usual = (self.fields(), ["x", "y"])
        other = (self.fields(row="2"), {"c": "z"})
        self.assertEqual(self.written(usual, other), [usual, other])

    def test_a_card_number_is_masked_wherever_it_stands(self):
        for cell in (CARD, f"card {CARD}", f"卡号{CARD}。", f"a,{CARD}"):
            ((_fields, cells),) = self.written((self.fields(), ["x", cell]))
            self.assertNotIn(CARD, cells[1])
            self.assertIn("411111", cells[1])

    def test_a_card_number_in_wide_digits_is_masked(self):
        wide = "".join(chr(ord(digit) + 0xFEE0) for digit in CARD)
        ((_fields, cells),) = self.written((self.fields(), ["x", wide]))
        self.assertNotIn(wide, cells[1])

    def test_other_long_numbers_stay(self):
        for cell in ("4111111111111112", "41111111111111110000", f"X{CARD}", f"{CARD}X", "4111-1111-1111-1111"):
            self.assertEqual(self.written((self.fields(), ["x", cell]))[0][1], ["x", cell])

    def test_who_stands_on_the_other_side_is_masked_in_its_cell_too(self):
        told = "某某纸业(payee1234@example.cn)"
        ((fields, cells),) = self.written((self.fields(counterparty=told), [told, "x"]))
        self.assertEqual(fields[PLACES["counterparty"]], "某某纸业(pay***@example.cn)")
        self.assertEqual(cells, ["某某纸业(pay***@example.cn)", "x"])

    def test_a_row_as_long_as_a_book_is_cut(self):
        ((_fields, cells),) = self.written((self.fields(), ["x", "long" * 10000]))
        self.assertLessEqual(len(cells[1]), statement_stage.RAW_LIMIT)
