"""Signed roots: made daily, outside the database, and witnesses against whoever rewrites the trail."""

import json
import os
import stat
import tempfile
from pathlib import Path
from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools import merkle, worm
from ..tools.trail import GENESIS, SignedRoot, link_hash
from .trail_common import TABLE, TrailCommon


@tagged("post_install", "-at_install")
class TestAuditRoot(TrailCommon):
    def setUp(self):
        super().setUp()
        self.roots = self.env["payment.bridge.audit.root"].sudo()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def use_folder(self):
        """Have the server export to a folder."""
        self.enterContext(patch.dict(os.environ, {worm.FOLDER_OPTION.upper(): str(self.folder)}))

    def sign(self):
        """Let the daily job run; answers the company's newest root."""
        self.run_job("payment.bridge.audit.root", "_cron_sign")
        return self.roots._newest_of(self.company)

    def files(self):
        """The exported files of the company by name."""
        folder = self.env["payment.bridge.audit.delivery"]._folder(self.company)
        return {path.name: path for path in folder.iterdir()}

    def rewrite_from(self, position):
        """Change an event and compute every later link anew, as an owner of the database could."""
        self.behind(
            f"UPDATE {TABLE} SET content = content || ' ' WHERE position = %s AND company_id = %s",
            position,
            self.company.id,
        )
        self.env.cr.execute(
            f"SELECT position, content FROM {TABLE} WHERE company_id = %s AND position IS NOT NULL ORDER BY position",
            (self.company.id,),
        )
        previous = GENESIS
        for place, content in self.env.cr.fetchall():
            digest = link_hash(previous, place, content)
            self.behind(
                f"UPDATE {TABLE} SET previous_hash = %s, hash = %s WHERE position = %s AND company_id = %s",
                previous,
                digest,
                place,
                self.company.id,
            )
            previous = digest
        self.assertIsNone(self.events._verify_company(self.company.id), "the chain itself is whole again")

    def cut(self, last):
        """Remove the end of the chain, as an owner of the database could."""
        mine = f"DELETE FROM {TABLE} WHERE company_id = %s AND (position > %s OR position IS NULL)"
        self.behind(mine, self.company.id, last)

    def told(self, key):
        """What a person was told under this key."""
        mine = [("company_id", "=", self.company.id), ("key", "=like", key)]
        return self.env["payment.bridge.discrepancy"].search(mine)

    def faults(self):
        """What the daily check tells about roots."""
        self.events._cron_verify()
        return self.told("audit-root-%")

    # -- made ---------------------------------------------------------------

    def test_a_root_covers_every_event_and_is_signed(self):
        self.make_chain()
        self.pay(self.make_bill(50))
        root = self.sign()
        signed = root._signed()
        self.assertTrue(signed.is_genuine())
        mine = [("company_id", "=", self.company.id), ("event", "!=", "audit_key.made")]
        self.assertFalse(self.events.search([*mine, "|", ("position", "=", False), ("position", ">", root.size)]))
        leaves = self.roots._leaves(self.company.id, 0, root.size)
        self.assertEqual(signed.says["root"], merkle.fold(leaves).hex())
        self.assertEqual((signed.says["size"], signed.says["head"]), (len(leaves), leaves[-1].hex()))
        self.assertEqual(signed.says["company"], self.company.id)

    def test_a_signature_stands_for_one_statement_and_one_key(self):
        self.make_chain(1)
        signed = self.sign()._signed()
        changed = SignedRoot(signed.statement.replace("size", "sise"), signed.signature, signed.public_key)
        stranger = SignedRoot(signed.statement, signed.signature, bytes(32))
        self.assertFalse(changed.is_genuine() or stranger.is_genuine())
        with self.assertRaises(ValueError):
            SignedRoot.from_json('{"kind":"payment-bridge-root"}')

    def test_the_private_key_is_encrypted_and_read_by_nobody(self):
        self.make_chain(1)
        key = self.sign().key_id
        self.env.cr.execute("SELECT sealed_private FROM payment_bridge_audit_key WHERE id = %s", (key.id,))
        sealed = self.env.cr.fetchone()[0]
        self.assertTrue(sealed.startswith("v1$"))
        self.assertNotIn(key._private_key(), sealed)
        with self.assertRaises(AccessError):
            key.with_user(self.env.user).read(["sealed_private"])

    def test_a_replaced_key_signs_nothing_more_and_its_roots_stay_genuine(self):
        self.make_chain(1)
        old = self.sign()
        old.key_id.with_user(self.env.user).action_replace()
        new = self.sign()
        self.assertNotEqual(old.key_id, new.key_id)
        self.assertTrue(old._signed().is_genuine() and new._signed().is_genuine())
        told = self.events.search([("record_model", "=", "payment.bridge.audit.key")], order="id").mapped("event")
        self.assertEqual(told[-3:], ["audit_key.made", "audit_key.retired", "audit_key.made"])
        self.assertFalse(self.faults())

    def test_a_neutralized_copy_makes_a_key_of_its_own(self):
        self.make_chain(1)
        old = self.sign()
        old.key_id.sealed_private = False
        self.assertNotEqual(self.sign().key_id, old.key_id)

    def test_the_keys_of_the_trail_follow_the_servers_master_key(self):
        self.make_chain(1)
        root = self.sign()
        newer = "bmV3ZXIga2V5IG5ld2VyIGtleSBuZXdlciBrZXkgMTI="
        older = os.environ["PAYMENT_BRIDGE_MASTER_KEY"]
        settings = {"PAYMENT_BRIDGE_MASTER_KEY": newer, "PAYMENT_BRIDGE_PREVIOUS_MASTER_KEYS": older}
        with patch.dict(os.environ, settings):
            self.env["payment.bridge.credential"]._rotate()
        with patch.dict(os.environ, {"PAYMENT_BRIDGE_MASTER_KEY": newer}):
            self.assertTrue(root.key_id._private_key())

    def test_without_a_master_key_nothing_is_signed_and_a_person_is_told(self):
        self.make_chain(1)
        with patch.dict(os.environ, {"PAYMENT_BRIDGE_MASTER_KEY": "", "PAYMENT_BRIDGE_MASTER_KEY_FILE": "/nowhere"}):
            self.assertFalse(self.sign())
        self.assertTrue(self.told("audit-root-unsigned"))

    def test_nobody_changes_or_deletes_a_root(self):
        self.make_chain(1)
        root = self.sign()
        with self.assertRaises(UserError):
            root.size = 1
        with self.assertRaises(UserError):
            root.unlink()
        for statement in (
            "UPDATE payment_bridge_audit_root SET size = 1",
            "DELETE FROM payment_bridge_audit_root",
            "TRUNCATE payment_bridge_audit_root CASCADE",
        ):
            with self.assertRaises(psycopg2.Error), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.env.cr.execute(statement)

    # -- a large tree -------------------------------------------------------

    def test_stored_tiles_give_the_same_tree_as_the_events(self):
        self.enterContext(patch.object(merkle, "TILE", 4))
        for module in ("tile", "root"):
            self.enterContext(patch(f"odoo.addons.payment_bridge.models.payment_bridge_audit_{module}.TILE", 4))
        first = self.sign_after(3)
        second = self.sign_after(20)
        leaves = self.roots._leaves(self.company.id, 0, second.size)
        self.assertGreater(second.size, 16)
        tiles = self.env["payment.bridge.audit.tile"].sudo().search([("company_id", "=", self.company.id)])
        self.assertEqual(tiles.mapped("number"), list(range(second.size // 4)))
        tree = self.roots._tree(self.company.id)
        for size in range(1, second.size + 1):
            self.assertEqual(tree.root(size), merkle.fold(leaves[:size]))
            self.assertEqual(merkle.fold_peaks(tree.peaks(size)), merkle.fold(leaves[:size]))
        path = tree.consistency(first.size, second.size)
        roots = (bytes.fromhex(first.root_hash), bytes.fromhex(second.root_hash))
        merkle.check_consistency(first.size, second.size, *roots, path)
        self.assertFalse(self.faults())

    def sign_after(self, events):
        for _number in range(events):
            self.events._record("something.happened", self.company)
        return self.sign()

    # -- outside ------------------------------------------------------------

    def test_each_day_adds_files_and_writes_over_none(self):
        self.use_folder()
        self.make_chain(1)
        self.sign()
        first = {name: path.read_bytes() for name, path in self.files().items()}
        self.make_chain(1)
        self.sign()
        second = self.files()
        self.assertEqual({name: second[name].read_bytes() for name in first}, first)
        self.assertEqual(len([name for name in second if name.startswith("trail-")]), 2)
        self.assertTrue(all(not path.stat().st_mode & stat.S_IWUSR for path in second.values()))
        ways = self.env["payment.bridge.audit.delivery"].search([("company_id", "=", self.company.id)]).mapped("way")
        self.assertEqual(ways, ["folder", "folder"])

    def test_a_file_that_is_there_and_says_something_else_is_left_alone_and_told(self):
        self.use_folder()
        self.make_chain(1)
        root = self.sign_only()
        path = self.env["payment.bridge.audit.delivery"]._folder(self.company) / f"trail-{1:010d}-{root.size:010d}.txt"
        path.parent.mkdir(parents=True)
        path.write_text("something else")
        self.run_job("payment.bridge.audit.root", "_deliver_all")
        self.assertEqual(path.read_text(), "something else")
        self.assertTrue(self.told("audit-root-folder"))
        self.assertFalse(root.delivery_ids)

    def test_a_file_that_a_crash_left_half_written_is_completed(self):
        self.use_folder()
        self.make_chain(1)
        root = self.sign_only()
        self.run_job("payment.bridge.audit.root", "_deliver_all")
        [path] = [path for name, path in self.files().items() if name.startswith("trail-")]
        whole = path.read_bytes()
        for cut in (0, 10, len(whole) - 3):
            path.unlink()
            path.write_bytes(whole[:cut])
            self.rewrite(root)
            self.assertEqual(path.read_bytes(), whole)

    def sign_only(self):
        """A root that has not left yet."""
        return self.roots._sign(self.company)

    def rewrite(self, root):
        """Export a root as if its delivery had not been noted."""
        self.env["payment.bridge.audit.delivery"].sudo().search([("root_id", "=", root.id)]).unlink()
        self.run_job("payment.bridge.audit.root", "_deliver_all")

    def test_the_witness_gets_the_root_by_mail_once(self):
        self.company.bridge_trail_email = "auditor@example.com"
        self.make_chain(1)
        root = self.sign()
        self.run_job("payment.bridge.audit.root", "_deliver_all")
        mails = self.env["mail.mail"].sudo().search([("email_to", "=", "auditor@example.com")])
        self.assertEqual(len(mails), 1)
        signed = SignedRoot.from_json(mails.attachment_ids.raw.decode())
        self.assertEqual(signed, root._signed())
        changed = self.events.search([("event", "=", "audit_witness.changed")])
        self.assertEqual(json.loads(changed.content)["details"], {"before": None, "after": "auditor@example.com"})

    # -- witnesses ----------------------------------------------------------

    def test_a_chain_that_was_computed_anew_does_not_fit_the_root(self):
        self.make_chain()
        self.sign()
        self.rewrite_from(2)
        self.assertTrue(self.faults())

    def test_events_cut_from_the_end_are_missed(self):
        self.make_chain()
        root = self.sign()
        self.cut(root.size - 2)
        self.assertIsNone(self.events._verify_company(self.company.id), "the chain itself is whole")
        self.assertIn("2 events", self.faults().summary)

    def test_the_folder_bears_witness_when_roots_were_deleted_too(self):
        self.use_folder()
        self.make_chain()
        size = self.sign().size
        self.assertFalse(self.faults())
        self.behind("DELETE FROM payment_bridge_audit_delivery WHERE company_id = %s", self.company.id)
        self.behind("DELETE FROM payment_bridge_audit_root WHERE company_id = %s", self.company.id)
        self.cut(size - 2)
        self.assertTrue(self.faults())

    def test_an_earlier_root_that_is_not_on_the_tree_is_found(self):
        self.make_chain()
        first = self.sign()
        self.make_chain(1)
        self.sign()
        self.behind("UPDATE payment_bridge_audit_root SET size = size - 1 WHERE id = %s", first.id)
        self.assertTrue(self.faults())

    def test_a_file_in_the_folder_that_cannot_be_read_is_told(self):
        self.use_folder()
        self.make_chain(1)
        self.sign()
        (self.env["payment.bridge.audit.delivery"]._folder(self.company) / "root-9999999999-x.json").write_text("{}")
        self.events._cron_verify()
        self.assertTrue(self.told("audit-root-folder"))
