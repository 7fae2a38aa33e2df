"""The workbook: the same figures as the printed page, one sheet a channel, numbers as numbers."""

import io
import re

import xlsxwriter

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
"""With these a spreadsheet takes a text for a formula, at the latest when the sheet is saved as CSV."""
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
NAME_LENGTH = 31
COLUMN_WIDTHS = (34, 16, 18, 16, 18, 18, 18, 18, 24)


def safe_text(text):
    """A text that no spreadsheet runs."""
    text = "" if text is None or text is False else str(text)
    return f"'{text}" if text.startswith(RISKY) else text


def workbook_of(env, reports, period):
    """The bytes of a workbook with a sheet for each of ``reports`` (Figures), in the language of ``env``."""
    stream = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_calc_mode("manual")
        styles = Styles(book)
        taken = set()
        for figures in reports:
            sheet = book.add_worksheet(_sheet_name(figures.channel.name, taken))
            ChannelSheet(env, sheet, styles, figures, period).fill()
    return stream.getvalue()


def _sheet_name(name, taken):
    """A name that Excel allows and that no other sheet has."""
    plain = _NOT_IN_NAMES.sub(" ", name).strip() or "-"
    for number in range(1, len(taken) + 2):
        suffix = f" {number}" if number > 1 else ""
        candidate = plain[: NAME_LENGTH - len(suffix)] + suffix
        if candidate.lower() not in taken:
            taken.add(candidate.lower())
            return candidate
    raise ValueError(f"no name is left for a sheet of {name}")


class Styles:
    """The few formats of the workbook."""

    def __init__(self, book):
        self._book, self._money = book, {}
        self.title = book.add_format({"bold": True, "font_size": 15})
        self.section = book.add_format({"bold": True, "font_size": 12, "bottom": 1})
        self.head = book.add_format({"bold": True, "bg_color": "#EEF1F4", "text_wrap": True, "valign": "top"})
        self.text = book.add_format({"valign": "top"})
        self.bold = book.add_format({"bold": True, "top": 1})
        self.count = book.add_format({"num_format": "#,##0"})
        self.share = book.add_format({"num_format": "0.00%"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.time = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})

    def money(self, digits, bold=False):
        """Amounts with so many decimals; red below zero."""
        if (digits, bold) not in self._money:
            plain = "#,##0" + ("." + "0" * digits if digits else "")
            self._money[digits, bold] = self._book.add_format(
                {"num_format": f"{plain};[Red]-{plain}", **({"bold": True, "top": 1} if bold else {})}
            )
        return self._money[digits, bold]


class ChannelSheet:
    """One channel's sheet, written from top to bottom."""

    def __init__(self, env, sheet, styles, figures, period):
        self.env, self.sheet, self.styles, self.figures, self.period = env, sheet, styles, figures, period
        self.at = 0
        self.amount = styles.money(figures.currency.decimal_places)
        self.total = styles.money(figures.currency.decimal_places, bold=True)

    def fill(self):
        """Every section of the page."""
        for column, width in enumerate(COLUMN_WIDTHS):
            self.sheet.set_column(column, column, width)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        self._line([(self.env._("Reconciliation Report"), self.styles.title)])
        self._line([(f"{self.figures.channel.name} · {self.period} · {self.figures.currency.name}", self.styles.text)])
        self.sheet.freeze_panes(2, 1)
        for section in (
            self._balances,
            self._movements,
            self._fees,
            self._passes,
            self._days,
            self._differences,
            self._postings,
        ):
            self.at += 1
            section()

    # -- cells ------------------------------------------------------------------------

    def _line(self, cells):
        """A row of (value, format): texts as texts, whatever they begin with; None is an empty cell."""
        for column, (value, style) in enumerate(cells):
            if value is None:
                self.sheet.write_blank(self.at, column, None, style)
            elif hasattr(value, "isoformat"):
                self.sheet.write_datetime(self.at, column, value, style)
            elif isinstance(value, (int, float)) and not isinstance(value, bool):
                self.sheet.write_number(self.at, column, value, style)
            else:
                self.sheet.write_string(self.at, column, safe_text(value), style)
        self.at += 1

    def _section(self, title, heads=()):
        self._line([(title, self.styles.section)])
        if heads:
            self._line([(head, self.styles.head) for head in heads])

    def _pair(self, label, value, bold=False):
        self._line(
            [
                (label, self.styles.bold if bold else self.styles.text),
                (value, self.total if bold else self.amount),
            ]
        )

    # -- sections -----------------------------------------------------------------------

    def _balances(self):
        balances = self.figures.balances
        self._section(self.env._("Balances"))
        self._pair(self.env._("Opening balance at the platform"), balances.opening)
        self._pair(self.env._("Movements"), balances.moved)
        self._pair(self.env._("Closing balance at the platform"), balances.closing, bold=True)
        if balances.gap:
            self._pair(self.env._("Not explained by the platform's own rows"), balances.gap)
        self._pair(self.env._("Balance in the books"), balances.books)
        self._pair(self.env._("Rows that are not in the books"), balances.not_posted)
        self._pair(self.env._("Not explained"), balances.unexplained, bold=True)

    def _movements(self):
        self._section(
            self.env._("Movements by Kind"),
            (
                self.env._("Kind"), self.env._("Rows In"), self.env._("Money In"), self.env._("Rows Out"),
                self.env._("Money Out"), self.env._("Net"), self.env._("Fees Inside"),
            ),
        )  # fmt: skip
        for one in [*self.figures.movements, {**self.figures.total, "label": self.env._("Total")}]:
            last = "kind" not in one
            amount = self.total if last else self.amount
            self._line(
                [
                    (one["label"], self.styles.bold if last else self.styles.text),
                    (one["count_in"], self.styles.count), (one["sum_in"], amount),
                    (one["count_out"], self.styles.count), (one["sum_out"], amount),
                    (one["net"], amount), (one["fee"], amount),
                ]
            )  # fmt: skip

    def _fees(self):
        fees = self.figures.fees
        self._section(self.env._("Fees"))
        self._pair(self.env._("Rows of their own"), fees["own"])
        self._pair(self.env._("Kept from other rows"), fees["inside"])
        if fees["declared"]:
            self._pair(self.env._("Declared by a person"), fees["declared"])
        self._pair(self.env._("Fees together"), fees["total"], bold=True)

    def _passes(self):
        self._section(
            self.env._("How Rows Were Explained"),
            (self.env._("By"), self.env._("Rows"), self.env._("Share"), self.env._("Amount")),
        )
        for one in self.figures.passes:
            label = self.env._("%s, by hand", one["label"]) if one["by_hand"] and not one["open"] else one["label"]
            self._line(
                [
                    (label, self.styles.text), (one["count"], self.styles.count),
                    (one["share"], self.styles.share), (one["net"], self.amount),
                ]
            )  # fmt: skip
        if self.figures.explained is not None:
            self._line(
                [
                    (self.env._("Explained"), self.styles.bold), (self.figures.explained_count, self.styles.count),
                    (self.figures.explained, self.styles.share),
                ]
            )  # fmt: skip

    def _days(self):
        self._section(
            self.env._("Day by Day"),
            (
                self.env._("Day"), self.env._("Statement"), self.env._("Opening"), self.env._("Rows"),
                self.env._("Moved"), self.env._("Closing"), self.env._("Books"), self.env._("Differs By"),
                self.env._("Proof"),
            ),
        )  # fmt: skip
        for one in self.figures.days:
            self._line(
                [
                    (one["day"], self.styles.day), (one["label"], self.styles.text), (one["opening"], self.amount),
                    (one["rows"], self.styles.count), (one["moved"], self.amount), (one["closing"], self.amount),
                    (one["ledger"], self.amount), (one["gap"] if one["proof"] else None, self.amount),
                    (one["proof_label"], self.styles.text),
                ]
            )  # fmt: skip

    def _differences(self):
        self._section(
            self.env._("Open Differences"),
            (
                self.env._("Class"), self.env._("How Many"), self.env._("Amount"), self.env._("up to 1 day"),
                self.env._("2 to 7 days"), self.env._("8 to 30 days"), self.env._("older"),
                self.env._("Oldest, days"),
            ),
        )  # fmt: skip
        for one in self.figures.differences:
            ages = [(count, self.styles.count) for count in one["ages"]]
            self._line(
                [
                    (one["label"], self.styles.text), (one["count"], self.styles.count),
                    (one["amount"], self.amount), *ages, (one["oldest"], self.styles.count),
                ]
            )  # fmt: skip
        if not self.figures.differences:
            self._line([(self.env._("None."), self.styles.text)])

    def _postings(self):
        self._section(
            self.env._("Postings"),
            (
                self.env._("Posted By"), self.env._("When (UTC)"), self.env._("Posted As"), self.env._("Rows"),
                self.env._("Net"), self.env._("Entries"), self.env._("Status"), self.env._("Undone By"),
                self.env._("Names"),
            ),
        )  # fmt: skip
        for one in self.figures.postings:
            self._line(
                [
                    (one["who"], self.styles.text), (one["at"], self.styles.time), (one["mode"], self.styles.text),
                    (one["rows"], self.styles.count), (one["amount"], self.amount),
                    (one["entries"], self.styles.count), (one["state"], self.styles.text),
                    (one["undone_by"], self.styles.text), (one["names"], self.styles.text),
                ]
            )  # fmt: skip
        if not self.figures.postings:
            self._line([(self.env._("None."), self.styles.text)])
