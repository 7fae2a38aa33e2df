"""One record of every model of `payment_bridge`, as life makes it, for trying rights on."""

from datetime import UTC, datetime

from odoo import Command, fields
from odoo.tools import SQL

from ..connector.transport import Exchange
from ..connector.types import InboundRequest
from .roles import role_groups


class RightsSamples:
    """For a test case on :class:`.approval_common.ApprovalCommon`; :meth:`make_samples` once a test."""

    def make_samples(self):
        """Everything, as ``{model: record}``; for some methods a record of their own, as ``{model.method: record}``."""
        self.env["payment.bridge.check.rule"]._ensure_general(self.company)
        rule = self.make_rule(self.ann)
        waiting = self.submit(100)
        rule.sudo().active = False
        payment = self.submit(110)
        rule.sudo().active = True
        instruction = payment.sudo().bridge_instruction_id
        samples = [
            self.channel,
            self.channel.sudo().health_id,
            self.channel.credential_ids[:1],
            instruction,
            payment,
            waiting.sudo().bridge_approval_ids,
            waiting.sudo().bridge_reservation_ids[:1],
            rule,
            rule.level_ids,
            self.env["payment.bridge.check.rule"].search([("company_id", "=", self.company.id)], limit=1),
            self.env["payment.bridge.committee"].create({"name": "Two", "member_ids": (self.ann | self.bob).ids}),
            self.env["payment.bridge.delegation"]
            .with_user(self.ann)
            .create({"delegate_id": self.bob.id, "date_to": self.days(2), "reason": "Away"}),
            self._override(waiting),
            self._change_request(self.channel, {"limit_per_day": 5}),
            self._override_report(),
            self._expiry_warning(),
            self._role_exception(),
            self._discrepancy(instruction),
            self._exchange(),
            self._notification(),
            self._batch(),
            self._check(waiting),
            *self._screening(),
            *self._money_laundering(waiting),
            *self._trail(),
            self.make_invoice(50),
            self.account,
            self.vendor,
        ]
        found = {record._name: record for record in samples}
        draft = self.env["account.payment"].create(self.draft_vals())
        of_channel = found["payment.bridge.change.request"]
        # an officer sees proposals about lists and reporting amounts, and decides about no others
        found["payment.bridge.change.request"] = self._change_request(
            found["payment.bridge.aml.threshold"], {"amount": 4}
        )
        for name, record in (
            ("account.payment.action_bridge_approve", waiting),
            ("account.payment.action_bridge_refuse", waiting),
            ("account.payment.action_post", draft),
            ("account.payment.action_bridge_submit_again", draft),
            ("payment.bridge.change.request.action_apply", of_channel),
            ("payment.bridge.change.request.action_refuse", of_channel),
        ):
            found[name] = record
        self.env.flush_all()
        return {name: record.with_env(self.env(su=True)) for name, record in found.items()}

    def draft_vals(self, **values):
        """A payment without the wizard."""
        journal = self.channel.journal_id
        return {
            "payment_type": "outbound",
            "partner_type": "supplier",
            "partner_id": self.vendor.id,
            "partner_bank_id": self.account.id,
            "amount": 100,
            "currency_id": self.cny.id,
            "journal_id": journal.id,
            "payment_method_line_id": journal._bridge_method_line("outbound").id,
            **values,
        }

    def make_dialogs(self, samples):
        """One dialog of each kind, as ``{model: record}``."""
        values = {
            "payment.bridge.account.verify": {"account_id": self.account.id},
            "payment.bridge.approve": {"payment_ids": samples["account.payment"].ids},
            "payment.bridge.channel.setup": {"name": "New"},
            "payment.bridge.channel.test": {"channel_id": self.channel.id},
            "payment.bridge.charge": {"invoice_id": samples["account.move"].id},
            "payment.bridge.collect": {"invoice_id": samples["account.move"].id},
            "payment.bridge.credential.entry": {"credential_id": self.channel.credential_ids[0].id},
            "payment.bridge.personal.data": {"partner_id": self.vendor.id},
            "payment.bridge.override.entry": {"payment_id": samples["account.payment"].id, "reason": "Now"},
            "payment.bridge.refund.entry": {"payment_id": samples["account.payment"].id},
            "payment.bridge.screening.load": {"list_id": samples["payment.bridge.screening.list"].id, "file": "eA=="},
        }
        return {model: self.env[model].sudo().create(vals) for model, vals in values.items()}

    def _override(self, payment):
        self.company.bridge_override_user_ids = self.cid | self.dan
        return self.env["payment.bridge.override"].with_user(self.cid)._request(payment, "The vendor waits.")

    def _change_request(self, record, values):
        requests = self.env["payment.bridge.change.request"].with_user(self.admin)
        return requests._propose(record.with_env(requests.env), values)

    def _override_report(self):
        return (
            self.env["payment.bridge.override.report"]
            .sudo()
            .create({"company_id": self.company.id, "month": "2026-01-01"})
        )

    def _expiry_warning(self):
        return (
            self.env["payment.bridge.expiry.warning"]
            .sudo()
            .create(
                {
                    "channel_id": self.channel.id,
                    "subject": "certificate",
                    "expires_on": self.days(7),
                    "days": 7,
                    "warned_at": fields.Datetime.now(),
                }
            )
        )

    def _role_exception(self):
        groups = role_groups(self.env, "clerk", "approver")
        return (
            self.env["payment.bridge.role.exception"]
            .with_user(self.admin)
            .create({"user_id": self.clerk.id, "group_ids": [Command.set(groups.ids)], "reason": "Small."})
        )

    def _discrepancy(self, instruction):
        found = self.env["payment.bridge.discrepancy"]._raise(
            "books", instruction=instruction, key="sample", summary="Something differs."
        )
        found.resolution = "It was nothing."
        return found

    def _exchange(self):
        log = self.env["payment.bridge.exchange"].sudo()
        log._keep(self.channel, [Exchange("pay", "POST", "https://x", "request", datetime.now(UTC), status=200)])
        return log.search([("channel_id", "=", self.channel.id)], limit=1)

    def _notification(self):
        body = b'{"id": "E1", "key": "NONE", "status": "succeeded", "amount": "1", "signature": "right"}'
        request = InboundRequest("POST", "/n", "", {}, body, datetime.now(UTC))
        notifications = self.env["payment.bridge.notification"].sudo()
        notifications._receive(self.channel, request)
        return notifications.search([("channel_id", "=", self.channel.id)], limit=1)

    def _batch(self):
        self.env.cr.execute(
            SQL(
                "INSERT INTO payment_bridge_batch (key, channel_id, company_id, number, day, placed_at)"
                " VALUES ('SAMPLE', %s, %s, 1, now(), now()) RETURNING id",
                self.channel.id,
                self.company.id,
            )
        )
        return self.env["payment.bridge.batch"].browse(self.env.cr.fetchone()[0])

    def _check(self, payment):
        self.env.cr.execute(
            SQL(
                "INSERT INTO payment_bridge_check"
                " (payment_id, company_id, code, stage, verdict, severity, sentence_texts, at)"
                " VALUES (%s, %s, 'sample', 'prepared', 'pass', 0, '{\"en_US\": \"Fine.\"}', now()) RETURNING id",
                payment.id,
                self.company.id,
            )
        )
        return self.env["payment.bridge.check"].browse(self.env.cr.fetchone()[0])

    def _screening(self):
        screening_list = self.env["payment.bridge.screening.list"].sudo().create({"name": "Own", "format": "own_csv"})
        self.env.cr.execute(
            SQL(
                "INSERT INTO payment_bridge_screening_entry (list_id, reference, kind, name, names)"
                " VALUES (%s, '1', 'entity', 'Paper Mill', '[\"Paper Mill\"]') RETURNING id",
                screening_list.id,
            )
        )
        entry = self.env["payment.bridge.screening.entry"].browse(self.env.cr.fetchone()[0])
        case = (
            self.env["payment.bridge.screening.case"]
            .sudo()
            .create(
                {
                    "partner_id": self.vendor.id,
                    "company_id": self.company.id,
                    "list_id": screening_list.id,
                    "screened_name": "Paper Mill",
                    "reference": "1",
                    "reason": "Another country.",
                    "expires_on": fields.Date.add(fields.Date.today(), days=30),
                }
            )
        )
        return screening_list, entry, case

    def _money_laundering(self, payment):
        """An amount of the law, and a case with a signal."""
        threshold = (
            self.env["payment.bridge.aml.threshold"]
            .sudo()
            .create(
                {
                    "country_id": self.company.country_id.id or self.env.ref("base.cn").id,
                    "scope": "organisation",
                    "currency_id": self.cny.id,
                    "amount": 5,
                    "valid_from": "2020-01-01",
                    "source": "A law",
                }
            )
        )
        case = (
            self.env["payment.bridge.aml.case"]
            .sudo()
            .create({"company_id": self.company.id, "partner_id": self.vendor.id, "reason": "It looks odd."})
        )
        signal = (
            self.env["payment.bridge.aml.signal"]
            .sudo()
            .create(
                {
                    "case_id": case.id,
                    "payment_id": payment.id,
                    "code": "aml_structuring",
                    "sentence_texts": {"en_US": "Many small sums."},
                    "found_at": fields.Datetime.now(),
                }
            )
        )
        return threshold, case, signal

    def _trail(self):
        """An event, and what the daily signing makes."""
        self.run_job("payment.bridge.audit.event", "_cron_seal")
        self.run_job("payment.bridge.audit.root", "_cron_sign")
        root = self.env["payment.bridge.audit.root"].sudo()._newest_of(self.company)
        delivery = self.env["payment.bridge.audit.delivery"].sudo()
        delivery._note(root, "download", "sample")
        self.env.cr.execute(
            SQL(
                "INSERT INTO payment_bridge_audit_tile (company_id, number, hash) VALUES (%s, 9999, 'aa') RETURNING id",
                self.company.id,
            )
        )
        tile = self.env["payment.bridge.audit.tile"].browse(self.env.cr.fetchone()[0])
        return (
            self.env["payment.bridge.audit.event"].search([("company_id", "=", self.company.id)], limit=1),
            root,
            root.key_id,
            delivery.search([("root_id", "=", root.id)], limit=1),
            tile,
        )
