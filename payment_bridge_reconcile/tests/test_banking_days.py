"""Banking days: holidays and working weekends as published, and carry-over that counts them."""

from datetime import date

from odoo import fields
from odoo.exceptions import AccessError, ValidationError

from .canned import row
from .treat_common import TreatCase


class TestBankingDays(TreatCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.china = cls.env.ref("base.cn")
        cls.channel.banking_country_id = cls.china

    def after(self, day, count=1):
        return self.channel._banking_day_after(date.fromisoformat(day), count).isoformat()

    def exception(self, first, last=None, kind="working", **values):
        return self.env["payment.bridge.banking.day"].create(
            {
                "name": "Test",
                "kind": kind,
                "first_day": first,
                "last_day": last or first,
                "country_id": self.china.id,
                **values,
            }
        )

    def test_plain_weeks_are_monday_to_friday(self):
        self.assertEqual(self.after("2026-03-10"), "2026-03-11")
        self.assertEqual(self.after("2026-03-13"), "2026-03-16")
        self.assertEqual(self.after("2026-03-14"), "2026-03-16")
        self.assertEqual(self.after("2026-03-12", 3), "2026-03-17")

    def test_festivals_and_their_working_weekends_of_2026(self):
        for day, expected in (
            ("2025-12-31", "2026-01-04"),  # a working Sunday
            ("2026-02-13", "2026-02-14"),  # a working Saturday before Spring Festival
            ("2026-02-14", "2026-02-24"),
            ("2026-02-27", "2026-02-28"),
            ("2026-04-03", "2026-04-07"),
            ("2026-04-30", "2026-05-06"),
            ("2026-05-08", "2026-05-09"),
            ("2026-06-18", "2026-06-22"),
            ("2026-09-18", "2026-09-20"),
            ("2026-09-24", "2026-09-28"),
            ("2026-09-30", "2026-10-08"),
            ("2026-10-09", "2026-10-10"),
        ):
            self.assertEqual(self.after(day), expected, day)

    def test_festivals_and_their_working_weekends_of_2025(self):
        for day, expected in (
            ("2024-12-31", "2025-01-02"),
            ("2025-01-24", "2025-01-26"),
            ("2025-01-27", "2025-02-05"),
            ("2025-02-07", "2025-02-08"),
            ("2025-04-03", "2025-04-07"),
            ("2025-04-25", "2025-04-27"),
            ("2025-04-30", "2025-05-06"),
            ("2025-05-30", "2025-06-03"),
            ("2025-09-26", "2025-09-28"),
            ("2025-09-30", "2025-10-09"),
            ("2025-10-10", "2025-10-11"),
        ):
            self.assertEqual(self.after(day), expected, day)

    def test_a_year_that_is_not_published_counts_as_usual(self):
        self.assertEqual(self.after("2030-10-01"), "2030-10-02")

    def test_another_country_has_its_own_days(self):
        self.channel.banking_country_id = self.env.ref("base.de")
        self.assertEqual(self.after("2026-02-13"), "2026-02-16")

    def test_a_company_s_own_exception_counts_before_its_country_s(self):
        self.exception("2026-02-16", company_id=self.company.id, country_id=False)
        self.assertEqual(self.after("2026-02-14"), "2026-02-16")
        self.exception("2026-02-14", kind="holiday", company_id=self.company.id, country_id=False)
        self.assertEqual(self.after("2026-02-13"), "2026-02-16")

    def test_archived_exceptions_do_not_count(self):
        self.env.ref("payment_bridge_reconcile.banking_day_cn_2026_new_year_after").active = False
        self.assertEqual(self.after("2025-12-31"), "2026-01-05")

    def test_a_day_is_told_once(self):
        with self.assertRaisesRegex(ValidationError, "already"):
            self.exception("2026-02-20", kind="holiday")

    def test_only_channel_administrators_edit_the_calendar(self):
        clerk = self.make_user("bd_clerk", "payment_bridge.group_clerk")
        admin = self.make_user("bd_admin", "payment_bridge.group_channel_admin")
        one = self.exception("2027-01-03")
        with self.assertRaises(AccessError):
            one.with_user(clerk).write({"name": "x"})
        one.with_user(admin).write({"name": "x"})

    def carried(self, at, *days):
        """The class of a payment made late at ``at``, after each day's statement that does not show it."""
        late = self.pay(20, executed_at=fields.Datetime.to_datetime(at))
        classes = []
        for place, day in enumerate(days):
            day = date.fromisoformat(day)
            self.statement([row("fee", f"F{place}", "-1.00", day=day)], day)
            classes.append(self.difference_of(late).difference)
        return classes

    def test_carried_over_until_the_working_saturday_only(self):
        classes = self.carried("2026-02-27 23:50:00", "2026-02-27", "2026-02-28")
        self.assertEqual(classes, ["cross_day", "books_only_out"])

    def test_carried_over_through_the_whole_spring_festival(self):
        classes = self.carried("2026-02-14 23:50:00", "2026-02-14", "2026-02-15", "2026-02-16", "2026-02-24")
        self.assertEqual(classes, ["cross_day", "cross_day", "cross_day", "books_only_out"])
