"""Rules of the accountant: tried on history, approved by a second person, applied in order, explained on the row."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, mute_logger

from odoo.addons.payment_bridge.connector.types import OutcomeStatus

from ..models import payment_bridge_match_rule_apply as apply
from .canned import row
from .common import DAY
from .document_common import DocumentCase


class TestMatchRules(DocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.author = cls.make_user("rule_author", "payment_bridge.group_clerk")
        cls.editor = cls.make_user("rule_editor", "payment_bridge.group_clerk", "payment_bridge.group_approver")
        cls.approver = cls.make_user("rule_approver", "payment_bridge.group_approver")
        cls.auditor = cls.make_user("rule_auditor", "payment_bridge.group_auditor")

    def rule(self, name="Sundries", **values):
        """A draft of the author's: rows whose text has "sundry" go to an account."""
        told = {"name": name, "text_words": "sundry", "effect": "account", "account_id": self.account.id, **values}
        return self.env["payment.bridge.match.rule"].with_user(self.author).create(told)

    def in_force(self, *names, **values):
        """A rule that has been tried and approved."""
        rule = self.rule(*names, **values)
        self.put_in_force(rule)
        return rule

    def put_in_force(self, rule):
        rule = rule.with_user(self.author)
        rule._try(self.next_day(-30), self.next_day(30))
        rule.action_submit()
        rule.with_user(self.approver).action_approve()
        self.assertEqual(rule.state, "active")

    def decide(self, line, **values):
        """Book a row by hand."""
        wizard = self.env["payment.bridge.statement.line.match"].create(
            {"line_id": line.id, "way": "account", "account_id": self.account.id, "note": "sundry", **values}
        )
        wizard.action_match()

    def days(self, *texts, amount=5):
        """A statement a day with one row each; answers the rows."""
        lines = self.env["payment.bridge.statement.line"]
        first = len(self.env["payment.bridge.statement"].search([]))
        for place, text in enumerate(texts, first):
            day = self.next_day(-place)
            lines |= self.told(self.came_in(f"D{place}", amount, text, day=day), day=day)
        return lines

    # -- how a rule comes into force ----------------------------------------------------

    def test_a_rule_is_tried_and_approved_by_a_second_person(self):
        line = self.told(self.came_in("E1", 5, "sundry receipt"))
        rule = self.rule()
        with self.assertRaisesRegex(UserError, "history first"):
            rule.action_submit()
        rule._try(DAY, DAY)
        rule.action_submit()
        self.assertEqual(self.match(), 0)
        with self.assertRaises(AccessError):
            rule.with_user(self.author).action_approve()
        rule.with_user(self.approver).action_approve()
        self.assertEqual((rule.state, rule.approved_by_id), ("active", self.approver))
        self.assertEqual(self.match(), 1)
        self.assertEqual((line.match_pass, line.account_id, line.rule_id), ("account", self.account, rule))
        self.assertIn("Rule Sundries", line.reason)
        self.assertEqual(self.difference_of(line).state, "closed")
        for event in ("created", "tried", "submitted", "approved", "applied"):
            self.assertTrue(self.events(f"match_rule.{event}"), event)

    def test_who_made_changed_or_submitted_it_does_not_approve_it(self):
        rule = (
            self.env["payment.bridge.match.rule"]
            .with_user(self.editor)
            .create({"name": "Mine", "text_words": "sundry", "account_id": self.account.id})
        )
        rule._try(DAY, DAY)
        rule.action_submit()
        with self.assertRaisesRegex(AccessError, "does not approve"):
            rule.action_approve()
        self.assertFalse(rule.may_approve)
        theirs = self.rule("Theirs")
        theirs.with_user(self.editor).amount_to = 10
        theirs._try(DAY, DAY)
        theirs.action_submit()
        with self.assertRaisesRegex(AccessError, "does not approve"):
            theirs.with_user(self.editor).action_approve()
        self.assertTrue(theirs.with_user(self.approver).may_approve)
        with self.assertRaises(AccessError):
            theirs.sudo().with_user(self.env.ref("base.user_root")).action_approve()

    def test_any_change_of_what_it_says_makes_it_a_draft_again(self):
        changes = (
            {"text_words": "other"},
            {"sequence": 3},
            {"account_id": self.company_data["default_account_revenue"].id},
            {"only_propose": True},
            {"channel_ids": [(6, 0, self.channel.ids)]},
        )
        for change in changes:
            rule = self.in_force()
            rule.sudo().write(change)
            self.assertEqual((rule.state, rule.approved_by_id.id), ("draft", False), change)
            self.assertFalse(rule.trial_id, "what was tried was another rule")
            with self.assertRaisesRegex(UserError, "history first"):
                rule.action_submit()
            self.assertTrue(self.events("match_rule.changed"))
        rule = self.in_force()
        rule.write({"name": "A better name", "sequence": rule.sequence})
        self.assertEqual(rule.state, "active")

    def test_a_rule_changed_past_the_screen_does_nothing(self):
        line = self.told(self.came_in("E1", 5, "sundry"))
        rule = self.in_force()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE payment_bridge_match_rule SET text_words = 's', amount_to = 0.5 WHERE id = %s", (rule.id,)
        )
        rule.invalidate_recordset()
        self.assertEqual(self.match(), 0)
        self.assertEqual(line.state, "unmatched")

    def test_its_state_cannot_be_written(self):
        rule = self.rule()
        for values in ({"state": "active"}, {"approved_by_id": self.approver.id}, {"approved_digest": rule._digest()}):
            with self.assertRaisesRegex(UserError, "with its buttons"):
                rule.sudo().write(values)
        made = self.rule("Made", state="active")
        self.assertEqual(made.state, "draft")

    def test_it_is_switched_off_at_once_and_back_only_by_two(self):
        self.told(self.came_in("E1", 5, "sundry"))
        rule = self.in_force()
        rule.with_user(self.approver).action_switch_off()
        self.assertEqual(self.match(), 0)
        rule.action_submit()
        self.assertEqual(rule.state, "waiting")
        archived = self.in_force("Archived")
        archived.active = False
        self.assertEqual(archived.state, "off")

    def test_roles(self):
        rule = self.in_force()
        for user in (self.auditor, self.approver):
            self.assertTrue(rule.with_user(user).read(["name", "trial_note", "state"]))
            with self.assertRaises(AccessError):
                rule.with_user(user).name = "x"
            with self.assertRaises(AccessError):
                self.env["payment.bridge.match.rule"].with_user(user).create({"name": "x", "kind": "fee"})
        for act in ("action_try", "action_submit", "action_switch_off"):
            with self.assertRaises(UserError):
                getattr(rule.with_user(self.auditor), act)()
        with self.assertRaisesRegex(UserError, "archive it"):
            rule.unlink()

    # -- conditions --------------------------------------------------------------------

    def test_conditions(self):
        texts = ("Sundry ONE", "one sundry", "ｓｕｎｄｒｙ　１ one", "sundry", "one")
        told = [self.came_in(f"E{place}", 10 + place, text) for place, text in enumerate(texts)]
        lines = self.told(*told, self.went_out("E9", 10, "sundry one"))
        cases = (
            ({"text_words": "one SUNDRY"}, [0, 1, 2, 5]),
            ({"text_words": "one sundry", "direction": "in"}, [0, 1, 2]),
            ({"direction": "out"}, [5]),
            ({"amount_from": 12, "text_words": False, "text_pattern": "one|nothing"}, [2, 4]),
            ({"amount_from": 11, "amount_to": 12}, [1, 2]),
            ({"text_words": False, "text_pattern": "^sundry collection$"}, [3]),
            ({"text_words": False, "kind": "refund"}, [5]),
            ({"text_words": False, "counterparty": "p4***"}, [2]),
        )
        for place, (values, expected) in enumerate(cases):
            rule = self.rule(f"Case {place}", **values)
            found = rule._rows_in_reach(DAY, DAY)
            self.assertEqual(found.sorted("row"), lines.browse(lines.ids[one] for one in expected), values)

    def test_a_rule_that_fits_everything_or_goes_nowhere_is_refused(self):
        for values in (
            {"text_words": False},
            {"text_words": " "},
            {"account_id": False},
            {"effect": "ignore"},
            {"effect": "match", "tolerance_amount": 1, "account_id": False},
            {"amount_from": 5, "amount_to": 4},
            {"account_id": self.channel.journal_id.default_account_id.id},
            {"account_id": self.company_data["default_account_receivable"].id},
            {"text_pattern": "(a+)+"},
            {"text_pattern": r"(a)\1"},
            {"text_pattern": "a{,}{2}**"},
        ):
            with self.assertRaises(ValidationError, msg=values), mute_logger("odoo.sql_db"):
                self.rule(**values)

    def test_a_rule_that_takes_too_long_is_switched_off_and_nothing_else_stops(self):
        lines = self.told(self.came_in("E1", 5, "sundry"), self.came_in("E2", 5, "other"))
        slow = self.in_force("Slow", text_words="sundry", sequence=1)
        self.in_force("Quick", text_words="other", sequence=2)
        honest = apply.conditions

        def hard(rule):
            return SQL("pg_sleep(3) IS NOT NULL") if rule == slow else honest(rule)

        with (
            patch.object(apply, "SECONDS", 0.2),
            patch.object(apply, "conditions", hard),
            mute_logger("odoo.sql_db"),
        ):
            self.match()
        self.assertEqual(lines.mapped("state"), ["unmatched", "matched"])
        self.assertEqual(slow.state, "off")
        self.assertIn("too hard", slow.fault)
        self.env.cr.execute("SELECT current_setting('statement_timeout')")
        self.assertEqual(self.env.cr.fetchone()[0], "0")

    # -- effects -----------------------------------------------------------------------

    def test_account_with_partner_tax_and_analytic(self):
        plan = self.env["account.analytic.plan"].create({"name": "Projects"})
        analytic = self.env["account.analytic.account"].create({"name": "Shop", "plan_id": plan.id})
        tax = self.company_data["default_tax_sale"]
        tax.write({"amount": 15, "price_include_override": "tax_excluded"})
        self.in_force(partner_id=self.customer.id, tax_id=tax.id, analytic_distribution={str(analytic.id): 100})
        lines = self.told(self.came_in("E1", 115, "sundry sale"))
        found = {}
        for mode in ("settlement", "per_line", "daily_summary"):
            self.channel.posting_mode = mode
            posting = self.post(lines)
            items = posting.entry_ids.move_id.line_ids
            base = items.filtered(lambda one: one.account_id == self.account)
            self.assertEqual((base.balance, base.tax_ids, base.partner_id), (-100.0, tax, self.customer), mode)
            self.assertEqual(base.analytic_distribution, {str(analytic.id): 100}, mode)
            self.assertEqual(items.filtered("tax_line_id").mapped("balance"), [-15.0], mode)
            found[mode] = sorted(items.mapped("balance"))
            posting.action_undo()
        self.assertEqual(found["daily_summary"], found["settlement"])
        self.assertEqual(found["per_line"], found["settlement"])

    def test_leaving_out_with_the_reason(self):
        rule = self.in_force("Tests", effect="ignore", ignore_reason="the platform's own test rows")
        line = self.told(self.came_in("E1", 0.01, "sundry test"))
        self.assertEqual((line.state, line.rule_id), ("ignored", rule))
        self.assertIn("Rule Tests: left out: the platform's own test rows", line.reason)
        line.action_undo()
        self.assertEqual((line.state, line.rule_id.id), ("unmatched", False))
        self.match()
        self.assertEqual(line.state, "unmatched", "a person took it back")

    def test_matching_a_payment_within_the_tolerance(self):
        order = self.pay(100)
        values = {"text_words": False, "kind": "pay_out", "effect": "match"}
        self.in_force("Small", tolerance_amount=2, tolerance_percent=1, **values)
        told = self.load([self.paid_row(order, amount=101.5)]).statement.line_ids
        self.assertEqual(told.state, "unmatched", "the smaller tolerance holds: one per cent")
        self.in_force("Larger", tolerance_amount=2, **values)
        self.match()
        self.assertEqual((told.state, told.match_pass, told.instruction_id), ("matched", "payment", order))
        self.assertIn("Rule Larger", told.reason)
        self.assertIn("1.50", told.reason)
        for mode in ("settlement", "daily_summary", "per_line"):
            self.channel.posting_mode = mode
            posting = self.post(told)
            booked = {one.account_id: one.balance for one in posting.entry_ids.move_id.line_ids}
            self.assertEqual((booked[self.account], order.payment_id.is_matched), (1.5, True), mode)
            posting.action_undo()

    def test_matching_documents_within_the_tolerance_pays_them_in_full(self):
        self.in_force("Discount", text_words="inv", effect="match", tolerance_percent=3)
        invoice, far = self.document(100), self.document(200)
        lines = self.told(self.came_in("E1", 98, invoice.name), self.came_in("E2", 190, far.name))
        self.assertEqual(lines.mapped("state"), ["matched", "unmatched"])
        posting = self.post(lines)
        booked = {one.account_id: one.balance for one in posting.entry_ids.move_id.line_ids}
        self.assertEqual((invoice.payment_state, booked[self.account]), ("paid", 2.0))

    def test_the_tolerance_is_in_the_currency_of_the_rows(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": yen.id, "company_id": self.company.id, "name": DAY, "rate": 100}
        )
        channel = self.make_channel(self.company, "Yen", yen)
        self.in_force("Discount", text_words="inv", effect="match", tolerance_amount=5)
        invoices = self.document(10000, currency=yen), self.document(10000, currency=yen)
        told = [self.came_in(f"E{one.id}", paid, one.name) for one, paid in zip(invoices, (9600, 9996), strict=True)]
        self.assertEqual(self.told(*told, channel=channel).mapped("state"), ["unmatched", "matched"])

    def test_a_tolerance_in_per_cent_reaches_to_the_last_cent(self):
        self.in_force("Discount", text_words="inv", effect="match", tolerance_percent=0.29)
        invoice = self.document(100)
        self.assertEqual(self.told(self.came_in("E1", 99.71, invoice.name)).state, "matched")

    def test_numbers_that_speak_against_a_payment_keep_a_rule_from_matching_it(self):
        order = self.pay(100, platform_reference="P1")
        self.env.cr.execute("UPDATE payment_bridge_instruction SET operation = 'collect' WHERE id = %s", (order.id,))
        order.invalidate_recordset()
        self.in_force("Near", text_words=False, kind="collection", effect="match", tolerance_amount=2)
        self.load([row("fee", "F1", "-1.00", day=DAY)])
        for place, numbers in enumerate(({"reference": "P9"}, {"key": "ANOTHER"}, {}), 1):
            day = self.next_day(-place)
            line = self.load([row("collection", f"E{place}", "99.00", day=day, **numbers)], day).statement.line_ids
            self.assertEqual(line.state, "unmatched" if numbers else "matched", numbers)

    def test_a_payment_in_doubt_keeps_a_rule_from_guessing(self):
        order, doubtful = self.pay(100), self.pay(99, OutcomeStatus.PROCESSING)
        for one in (order, doubtful):
            self.env.cr.execute("UPDATE payment_bridge_instruction SET operation = 'collect' WHERE id = %s", (one.id,))
            one.invalidate_recordset()
        self.in_force("Near", text_words=False, kind="collection", effect="match", tolerance_amount=2)
        line = self.load([row("collection", "E1", "99.00", day=DAY)]).statement.line_ids
        self.assertEqual(line.state, "unmatched")
        self.tell(doubtful, OutcomeStatus.FAILED)
        self.match()
        self.assertEqual((line.state, line.instruction_id), ("matched", order))

    def test_a_row_that_looks_like_a_missing_payment_is_not_booked_away(self):
        order = self.pay(100, platform_reference="P1")
        self.env.cr.execute("UPDATE payment_bridge_instruction SET operation = 'collect' WHERE id = %s", (order.id,))
        order.invalidate_recordset()
        rule = self.in_force("Away", text_words=False, kind="collection")
        wrong = order.key[:-1] + ("0" if order.key[-1] != "0" else "1")
        line = self.load([row("collection", "E1", "100.00", day=DAY, key=wrong)]).statement.line_ids
        self.assertEqual(self.difference_of(line).similar_id, order)
        self.assertEqual((line.state, line.proposal_ids.rule_id), ("unmatched", rule))

    def test_words_are_found_however_they_are_written(self):
        self.in_force("Street", text_words="straße nord-west")
        texts = "Miete STRASSE Nord–West", "Miete Straße nord－west"
        lines = self.told(*(self.came_in(f"E{place}", 5, text) for place, text in enumerate(texts)))
        self.assertEqual(lines.mapped("state"), ["matched"] * 2)

    def test_the_first_rule_that_fits_decides(self):
        other = self.account.copy({"name": "Second"})
        self.in_force("Later", sequence=20, account_id=other.id)
        self.in_force("Sooner", sequence=10)
        line = self.told(self.came_in("E1", 5, "sundry"))
        self.assertEqual(line.rule_id.name, "Sooner")

    def test_only_proposing_waits_for_a_person_and_keeps_later_rules_away(self):
        rule = self.in_force("Ask", only_propose=True, sequence=1)
        self.in_force("Do", sequence=2)
        line = self.told(self.came_in("E1", 5, "sundry"))
        proposal = line.proposal_ids
        self.assertEqual((line.state, proposal.rule_id, proposal.way), ("unmatched", rule, "account"))
        self.assertEqual(self.difference_of(line).proposal, "rule")
        self.match()
        self.assertEqual(line.proposal_ids, proposal)
        proposal.action_accept()
        self.assertEqual((line.state, line.account_id, line.decided_by_id), ("matched", self.account, self.env.user))

    def test_a_pay_out_that_nobody_ordered_is_only_proposed(self):
        self.in_force("Do")
        line = self.told(self.went_out("E1", 5, "sundry", kind="pay_out"))
        self.assertEqual((line.state, line.proposal_ids.way), ("unmatched", "account"))

    def test_a_row_that_names_an_order_of_ours_is_never_booked_away(self):
        order = self.pay(100)
        rule = self.in_force("Away", text_words=False, kind="pay_out")
        lines = self.load([self.paid_row(order, amount=120), self.paid_row(order, entry="E2")]).statement.line_ids
        self.match()
        states = {line.entry_reference: line.state for line in lines}
        self.assertEqual(states, {f"E-{order.key}": "unmatched", "E2": "matched"})
        left = lines.filtered(lambda line: line.state == "unmatched")
        self.assertEqual((left.difference, left.proposal_ids.rule_id), ("duplicate", rule))

    def test_a_proposed_match_books_its_rest_when_it_is_accepted(self):
        values = {"effect": "match", "tolerance_amount": 2, "only_propose": True}
        self.in_force("Payments", text_words=False, kind="pay_out", **values)
        self.in_force("Documents", text_words="inv", **values)
        order, invoice = self.pay(100), self.document(50)
        paid = self.load([self.paid_row(order, amount=101)]).statement.line_ids
        came = self.told(self.came_in("E9", 49, invoice.name, day=self.next_day(-1)), day=self.next_day(-1))
        by_rule = (paid | came).proposal_ids.filtered("rule_id")
        self.assertEqual(sorted(by_rule.mapped("way")), ["document", "payment"])
        by_rule.action_accept()
        for line in paid | came:
            posting = self.post(line)
            booked = {one.account_id: one.balance for one in posting.entry_ids.move_id.line_ids}
            self.assertEqual(booked[self.account], 1.0)
        self.assertEqual((order.payment_id.is_matched, invoice.payment_state), (True, "paid"))

    def test_running_again_changes_nothing(self):
        self.in_force("Do")
        self.in_force("Ask", text_words="ask", only_propose=True)
        lines = self.told(self.came_in("E1", 5, "sundry"), self.came_in("E2", 5, "ask"))
        before = lines.read(["state", "reason", "rule_id"]), lines.proposal_ids.ids
        self.assertEqual(self.match(), 0)
        self.assertEqual((lines.read(["state", "reason", "rule_id"]), lines.proposal_ids.ids), before)

    # -- dry run -----------------------------------------------------------------------

    def test_a_dry_run_shows_what_people_decided_otherwise_and_changes_nothing(self):
        lines = self.days("sundry a", "sundry b", "sundry c", "sundry d", "else")
        self.decide(lines[0])
        self.decide(lines[1], account_id=self.account.copy({"name": "Elsewhere"}).id)
        wizard = self.env["payment.bridge.statement.line.ignore"].create({"line_ids": lines[2].ids, "note": "no"})
        wizard.action_ignore()
        rule = self.rule()
        wizard = (
            self.env["payment.bridge.match.try"]
            .with_user(self.author)
            .create({"rule_id": rule.id, "date_from": self.next_day(-30), "date_to": DAY})
        )
        trial = self.env["payment.bridge.match.trial"].browse(wizard.action_try()["res_id"])
        self.assertEqual((trial.would_count, trial.agreed_count, trial.differed_count), (1, 1, 2))
        self.assertAlmostEqual(trial.agreement, 100 / 3)
        self.assertEqual(trial.line_ids.mapped("outcome"), ["differed", "differed", "agreed", "would"])
        self.assertEqual(lines[3].state, "unmatched")
        self.assertTrue(trial.is_current)
        rule.amount_to = 1
        trial.invalidate_recordset()
        self.assertFalse(trial.is_current)

    def test_a_dry_run_of_a_match_counts_what_people_matched(self):
        order = self.pay(100)
        line = self.load([self.paid_row(order, amount=101)]).statement.line_ids
        values = {"text_words": False, "kind": "pay_out", "effect": "match", "tolerance_amount": 2}
        rule = self.rule("Match", **values)
        self.assertEqual(rule._try(DAY, DAY).would_count, 1)
        wizard = self.env["payment.bridge.statement.line.match"].create(
            {"line_id": line.id, "way": "payment", "remainder_is_fee": True}
        )
        wizard.action_match()
        trial = rule._try(DAY, DAY)
        self.assertEqual((trial.would_count, trial.agreed_count, trial.differed_count), (0, 1, 0))

    # -- proposed from decisions ---------------------------------------------------------

    def proposed(self):
        return (
            self.env["payment.bridge.match.rule"].with_context(active_test=False).search([("origin", "=", "decisions")])
        )

    def test_after_equal_decisions_a_rule_is_proposed_once(self):
        lines = self.days("Interest 3/2026", "INTEREST 4/2026", "interest 17", "Interest 99")
        for line in lines[:2]:
            self.decide(line)
        self.assertFalse(self.proposed())
        self.decide(lines[2])
        rule = self.proposed()
        self.assertEqual((rule.state, rule.text_words, rule.account_id), ("draft", "INTEREST", self.account))
        self.assertEqual((rule.channel_ids, rule.kind, rule.direction), (self.channel, "collection", "in"))
        self.assertEqual(rule.evidence_line_ids, lines[:3])
        self.decide(lines[3])
        self.assertEqual(self.proposed(), rule)
        self.assertEqual(rule._try(self.next_day(-30), DAY).agreed_count, 4)
        rule.active = False
        more = self.days("interest 5")
        self.decide(more)
        self.assertEqual(self.proposed(), rule, "what was archived is not proposed again")
        with self.assertRaisesRegex(UserError, "archive it"):
            rule.unlink()

    def test_decisions_that_contradict_each_other_make_no_rule(self):
        lines = self.days("interest a", "interest b", "interest c", "interest d")
        self.decide(lines[0], account_id=self.account.copy({"name": "Elsewhere"}).id)
        for line in lines[1:]:
            self.decide(line)
        self.assertFalse(self.proposed())

    def test_the_payer_makes_the_rule_where_the_text_says_nothing(self):
        party = "Bank***(bank@example.com)"
        for place in range(3):
            day = self.next_day(-place)
            self.decide(self.told(self.came_in(f"B{place}", 5, f"{place}/17", party, day=day), day=day))
        self.assertEqual((self.proposed().text_words, self.proposed().counterparty), (False, party.upper()))

    def test_leaving_out_alike_makes_a_rule_too_and_zero_makes_none(self):
        for times, expected in ((0, 0), (3, 1)):
            self.channel.equal_decisions = times
            for line in self.days("test row 1", "test row 2", "test row 3"):
                self.env["payment.bridge.statement.line.ignore"].create(
                    {"line_ids": line.ids, "note": "tests"}
                ).action_ignore()
            self.assertEqual(len(self.proposed()), expected)
        self.assertEqual((self.proposed().effect, self.proposed().ignore_reason), ("ignore", "tests"))

    def test_rows_of_other_companies_are_not_looked_at(self):
        elsewhere = self.setup_other_company(name="Elsewhere")["company"]
        channel = self.make_channel(elsewhere, "Elsewhere")
        self.in_force("Here")
        self.load([row("collection", "X1", "5.00", day=DAY, text="sundry")], channel=channel, account="x")
        line = self.env["payment.bridge.statement.line"].search([("channel_id", "=", channel.id)])
        self.assertEqual(line.state, "unmatched")
        self.assertFalse(self.rule("Again")._rows_in_reach(DAY, DAY))
