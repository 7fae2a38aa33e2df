"""The trail: complete, in order, and nothing in it can be changed."""

import json
import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import psycopg2

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.trail import canonical, link_hash
from .trail_common import TABLE, TrailCommon


@tagged("post_install", "-at_install")
class TestAudit(TrailCommon):
    # -- complete -----------------------------------------------------------

    def test_each_step_of_a_payment_leaves_one_event(self):
        payment = self.pay(self.make_bill(100))
        self.dispatch()
        told = self.events.search(
            [("record_model", "=", "payment.bridge.instruction"), ("record_id", "=", payment.bridge_instruction_id.id)],
            order="id",
        ).mapped("event")
        self.assertEqual(told, ["instruction.queued", "instruction.sending", "instruction.succeeded"])

    def test_sealed_events_form_a_whole_chain_without_gaps(self):
        newest = self.make_chain()
        self.assertFalse(self.events._count_unsealed())
        places = self.events.search([("company_id", "=", self.company.id)], order="id").mapped("position")
        self.assertEqual(places, list(range(1, newest + 1)))

    def test_each_company_has_a_chain_of_its_own(self):
        newest = self.make_chain(1)
        other = self.env["res.company"].create({"name": "Another"})
        self.events.with_company(other)._record("something.happened", other)
        self.events._record("something.happened", other)
        self.seal()
        self.assertEqual(self.events._head(other.id)[0], 2)
        self.assertEqual(self.events._head(self.company.id)[0], newest)
        self.assertIsNone(self.events._verify_chain())

    def test_no_account_number_or_secret_is_in_the_trail(self):
        self.pay(self.make_bill(100, self.make_vendor("Card Holder", "6222021234567890123")))
        contents = " ".join(self.events.search([]).mapped("content"))
        self.assertNotIn("6222021234567890123", contents)
        self.assertNotIn("right", contents)

    # -- the canonical form -------------------------------------------------

    def test_the_form_of_an_event_and_its_hash_never_change(self):
        content = canonical(
            {
                "v": 1,
                "at": datetime(2026, 1, 31, 23, 59, 59),
                "company": 1,
                "user": 2,
                "event": "instruction.queued",
                "model": "payment.bridge.instruction",
                "id": 3,
                "details": {"amount": Decimal("10.50"), "付款": "供应商\n“甲”", "day": date(2026, 2, 1), "empty": None},
            }
        )
        self.assertEqual(
            content,
            '{"at":"2026-01-31T23:59:59Z","company":1,"details":{"amount":"10.50","day":"2026-02-01","empty":null,'
            '"付款":"供应商\\n“甲”"},"event":"instruction.queued","id":3,"model":"payment.bridge.instruction","user":2,"v":1}',
        )
        self.assertEqual(
            link_hash("0" * 64, 1, content), "2d1d90c097d7b00ca2b5e1d2bd04fad71e1274f4bbf09c806fdc08a9af2e2571"
        )

    def test_one_moment_has_one_text_in_every_zone(self):
        shanghai = datetime(2026, 1, 1, 8, 0, tzinfo=timezone(timedelta(hours=8)))
        for moment in (shanghai, shanghai.astimezone(UTC), datetime(2026, 1, 1)):
            self.assertEqual(canonical({"at": moment}), '{"at":"2026-01-01T00:00:00Z"}')

    def test_what_has_no_text_is_refused_and_half_characters_are_replaced(self):
        for value in (object(), b"bytes", {1, 2}):
            with self.assertRaises(TypeError):
                canonical({"value": value})
        with self.assertRaises(ValueError):
            canonical({"value": float("nan")})
        self.assertEqual(canonical({"value": "\ud83d"}), '{"value":"?"}')
        self.events._record("something.happened", self.company, note="\ud83d\x00")
        self.seal()
        self.assertIsNone(self.events._verify_chain())

    def test_an_event_says_when_in_utc_who_and_which_version(self):
        self.events._record("something.happened", self.company.with_context(tz="Asia/Shanghai"))
        event = self.events.search([], limit=1)
        said = json.loads(event.content)
        self.assertRegex(said["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(re.sub("[TZ]", " ", said["at"]).strip(), str(event.at))
        self.assertEqual((said["v"], said["user"], said["company"]), (1, self.env.uid, self.company.id))

    # -- append-only --------------------------------------------------------

    def test_nobody_changes_or_deletes_an_event(self):
        self.make_chain(1)
        event = self.events.search([], limit=1)
        with self.assertRaises(UserError):
            event.event = "nothing"
        with self.assertRaises(UserError):
            event.unlink()
        for statement in (
            f"UPDATE {TABLE} SET content = '{{}}'",
            f"UPDATE {TABLE} SET position = position + 1000",
            f"UPDATE {TABLE} SET hash = NULL, position = NULL",
            f"UPDATE {TABLE} SET id = id + 1000000",
            f"DELETE FROM {TABLE}",
            f"TRUNCATE {TABLE} CASCADE",
            f"INSERT INTO {TABLE} (at, company_id, event, content, position, hash, previous_hash)"
            f" SELECT at, company_id, event, content, 999999, hash, previous_hash FROM {TABLE} LIMIT 1",
        ):
            with self.assertRaises(psycopg2.Error), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.env.cr.execute(statement)

    def test_an_unsealed_event_cannot_be_changed_while_it_is_sealed(self):
        self.pay(self.make_bill(100))
        with self.assertRaises(psycopg2.Error), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute(f"UPDATE {TABLE} SET position = 1, event = 'nothing' WHERE position IS NULL")

    # -- broken behind the application --------------------------------------

    def test_changed_content_is_found(self):
        self.make_chain()
        self.behind(f"UPDATE {TABLE} SET content = replace(content, '101.00', '999.00') WHERE event LIKE 'inst%%'")
        changed = self.events.search([("content", "like", "999.00")], order="position", limit=1)
        self.assertBroken(changed.position)

    def test_changed_columns_are_found_though_the_hash_is_right(self):
        newest = self.make_chain()
        for column, value in (("user_id", 1), ("event", "nothing"), ("record_id", 0), ("at", "2001-01-01")):
            with self.subTest(column), self.env.cr.savepoint() as savepoint:
                change = f"UPDATE {TABLE} SET {column} = %s WHERE position = %s AND company_id = %s"
                self.behind(change, value, newest, self.company.id)
                self.assertBroken(newest)
                savepoint.rollback()

    def test_a_removed_event_is_found(self):
        self.make_chain()
        self.behind(f"DELETE FROM {TABLE} WHERE position = 2 AND company_id = %s", self.company.id)
        self.assertBroken(2)

    def test_events_in_another_order_are_found(self):
        self.make_chain()
        self.behind(
            f"UPDATE {TABLE} SET position = CASE position WHEN 2 THEN 1000003 ELSE 1000002 END"
            " WHERE position IN (2, 3) AND company_id = %s",
            self.company.id,
        )
        self.behind(f"UPDATE {TABLE} SET position = position - 1000000 WHERE position > 1000000")
        self.assertBroken(2)

    def test_an_inserted_event_is_found(self):
        newest = self.make_chain()
        self.behind(
            f"INSERT INTO {TABLE} (at, company_id, event, content, position, hash, previous_hash)"
            f" SELECT at, company_id, event, content, %s, hash, previous_hash FROM {TABLE}"
            " WHERE position = 1 AND company_id = %s",
            newest + 1,
            self.company.id,
        )
        self.assertBroken(newest + 1)
