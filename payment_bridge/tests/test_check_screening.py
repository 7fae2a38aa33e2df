"""Screening as a check: payees are screened before they are paid, and looked at again while money leaves."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .check_common import CheckCommon
from .common import ObedientConnector

LISTED = b"reference,name,kind\nX1,Ivan Petrovich Volkov,person\n"


@tagged("post_install", "-at_install")
class TestCheckScreening(CheckCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls.make_user("officer", "officer")

    def load_list(self, **values):
        one = self.env["payment.bridge.screening.list"].sudo().create({"name": "Own", "format": "own_csv", **values})
        one._load("own.csv", LISTED)
        return one

    def listed(self, name="Volkov Ivan Petrovich"):
        return self.make_vendor(name, f"wallet-{name[:5]}")

    def cases(self, vendor):
        return self.env["payment.bridge.screening.case"].sudo().search([("partner_id", "=", vendor.id)])

    def test_a_company_without_a_list_is_told_that_nobody_was_screened(self):
        found = self.assertVerdict(self.draft(), "screening", "pass", "nobody was screened")
        self.assertEqual(found.evidence, {"lists": []})

    def test_a_payee_on_a_list_is_blocked_until_an_officer_has_decided(self):
        self.load_list()
        vendor = self.listed()
        payment = self.draft(vendor=vendor)
        self.assertVerdict(payment, "screening", "block", "officer has to decide")
        case = self.cases(vendor).with_user(self.officer)
        case.reason = "Another birthday."
        case.action_false_positive()
        self.assertVerdict(payment, "screening", "pass")

    def test_the_case_outlives_the_refused_payment(self):
        self.load_list()
        vendor = self.listed()
        bill = self.make_bill(100, vendor)
        journal = self.channel.journal_id

        def pay(env):
            wizard = env["account.payment.register"].with_context(active_model="account.move", active_ids=bill.ids)
            method = journal._bridge_method_line("outbound").id
            wizard.create({"journal_id": journal.id, "payment_method_line_id": method})._create_payments()

        self.assertIn("officer has to decide", str(self.attempt(pay)))
        self.assertEqual(self.cases(vendor).state, "open")
        self.assertEqual(self.refusals(bill)[0]["checks"], ["screening"])

    def test_each_case_outlives_several_refusals_that_a_dialog_catches(self):
        self.load_list()
        first, second = (self.draft(vendor=self.listed(name)) for name in ("Ivan Volkov", "Volkov Petrovich Ivan"))

        def act(env):
            for payment in (first, second):
                try:
                    with env.cr.savepoint():
                        payment.with_env(env)._bridge_run_checks("prepared")
                except UserError:
                    continue

        self.assertIsNone(self.attempt(act))
        for payment in (first, second):
            self.assertEqual(self.cases(payment.partner_id).state, "open")
            self.assertEqual(self.refusals(payment)[0]["checks"], ["screening"])

    def test_the_account_holder_is_screened_under_the_own_name(self):
        self.load_list()
        vendor = self.make_vendor("Harmless Paper", "wallet-0007")
        vendor.bank_ids.allow_out_payment = False
        vendor.bank_ids.acc_holder_name = "Ivan Petrovich Volkov"
        vendor.bank_ids.allow_out_payment = True
        self.assertVerdict(self.draft(vendor=vendor), "screening", "block")

    def test_letters_that_only_look_like_others_hide_nobody(self):
        self.load_list()
        for name in ("Vоlkоv Ivаn Petrovich", "Ｖｏｌｋｏｖ Ｉｖａｎ Petrovich", "Волков Иван Петрович"):
            self.assertVerdict(self.draft(vendor=self.make_vendor(name, "wallet-1")), "screening", "block")

    def test_who_was_confirmed_is_not_paid_under_another_name(self):
        self.load_list()
        vendor = self.listed()
        self.result(self.draft(vendor=vendor), "screening")
        case = self.cases(vendor).with_user(self.officer)
        case.reason = "Same passport."
        case.action_confirm()
        vendor.name = "Quite Another"
        vendor.bank_ids.allow_out_payment = False
        vendor.bank_ids.acc_holder_name = "Quite Another"
        for stage in ("prepared", "sending"):
            self.assertVerdict(self.draft(vendor=vendor), "screening", "block", "must not be paid", stage=stage)

    def test_a_case_that_came_after_ordering_holds_the_payment(self):
        vendor = self.listed()
        payment = self.pay(self.make_bill(100, vendor))
        self.load_list()
        self.env["payment.bridge.screening"]._screen(vendor, self.company)
        self.dispatch()
        self.assertEqual(payment.bridge_state, "queued")
        self.assertFalse(ObedientConnector.paid)
        self.assertIn("officer has to decide", payment.bridge_instruction_id.hold_reason)

    def test_a_list_that_is_too_old_warns_or_holds_while_money_leaves(self):
        one = self.load_list()
        payment = self.draft()
        one.loaded_at = fields.Datetime.subtract(fields.Datetime.now(), days=9)
        self.assertVerdict(payment, "screening", "warn", "9 days", stage="sending")
        one.block_when_old = True
        self.assertVerdict(payment, "screening", "block", "9 days", stage="sending")

    def test_sending_reads_what_stands_and_screens_nobody(self):
        self.load_list()
        payments = self.draft()
        for number in range(12):
            payments |= self.draft(vendor=self.make_vendor(f"Mill {number}", f"wallet-m{number}"))
        counts = []
        for among in (payments[:2], payments):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["payment.bridge.check"].sudo()._run(among, "sending")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1, counts)
        listed = self.draft(vendor=self.listed())
        self.assertVerdict(listed, "screening", "pass", stage="sending")
        self.assertFalse(self.cases(listed.partner_id))

    def test_many_payees_are_screened_with_few_queries(self):
        self.load_list()
        payments = self.env["account.payment"]
        for number in range(14):
            payments |= self.draft(vendor=self.make_vendor(f"Mill {number}", f"wallet-m{number}"))
        counts = []
        for among in (payments[:3], payments):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["payment.bridge.check"].sudo()._run(among, "prepared")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 3, counts)

    def test_switched_off_it_screens_nobody(self):
        self.load_list()
        self.general("screening", mode="off")
        vendor = self.listed()
        self.assertFalse(self.result(self.draft(vendor=vendor), "screening"))
        self.assertFalse(self.cases(vendor))


@tagged("post_install", "-at_install")
class TestCheckLookAlike(CheckCommon):
    def test_a_name_that_mixes_alphabets_in_one_word_is_blocked(self):
        for name in ("Pаper Works", "Рaper Works", "Papеr Works"):
            payment = self.draft(vendor=self.make_vendor(name, "wallet-9"))
            self.assertVerdict(payment, "look_alike", "block", "several alphabets")

    def test_a_name_that_reads_like_another_partners_is_blocked(self):
        self.make_vendor("Kotex Mop", "wallet-k")
        for name in ("КОТЕХ МОР", "Ｋｏｔｅｘ Mop"):
            payment = self.draft(vendor=self.make_vendor(name, "wallet-9"))
            self.assertVerdict(payment, "look_alike", "block", "another partner")

    def test_letters_of_another_width_deserve_a_look(self):
        payment = self.draft(vendor=self.make_vendor("ＡＢＣ贸易", "wallet-9"))
        self.assertVerdict(payment, "look_alike", "warn", "another width")

    def test_honest_names_in_any_one_alphabet_pass(self):
        for name in ("Paper Mill", "阿里纸业（中国）有限公司", "Бумажная фабрика", "Łódź Papier GmbH & Co. KG"):
            payment = self.draft(vendor=self.make_vendor(name, "wallet-9"))
            self.assertVerdict(payment, "look_alike", "pass")

    def test_it_stops_the_payment(self):
        with self.assertRaisesRegex(UserError, "several alphabets"):
            self.pay(self.make_bill(100, self.make_vendor("Pаper Works", "wallet-9")))
