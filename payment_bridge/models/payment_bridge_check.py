"""What the checks said about each payment."""

import hashlib
import json
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import checks
from ..checks.base import SEVERITY, Case, Mode, Stage, Verdict
from ..checks.batch import Batch
from ..tools.languages import in_each_language
from .refusal import refused

SELECTION_STAGE = [
    (Stage.PREPARED.value, "Prepared"),
    (Stage.APPROVED.value, "Approved"),
    (Stage.SENDING.value, "Sending"),
]
SELECTION_VERDICT = [
    (Verdict.PASS.value, "Passed"),
    (Verdict.WARN.value, "Warning"),
    (Verdict.BLOCK.value, "Blocked"),
]
SIGNS = {Verdict.PASS: "✓", Verdict.WARN: "!", Verdict.BLOCK: "✗"}
KEEP_BATCH = 1000


class PaymentBridgeCheck(models.Model):
    """The newest result of one check on one payment at one stage.

    Written by :meth:`_run` alone; ``digest`` says on which payee, account, amount, currency, bills and channel.
    """

    _name = "payment.bridge.check"
    _inherit = "payment.bridge.finding"
    _description = "Payment Check Result"
    _order = "payment_id, severity desc, id"
    _log_access = False

    payment_id = fields.Many2one("account.payment", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    code = fields.Char(required=True, readonly=True)
    label = fields.Char(string="Check", compute="_compute_label")
    sign = fields.Char(string="Result", compute="_compute_label")
    stage = fields.Selection(SELECTION_STAGE, required=True, readonly=True)
    verdict = fields.Selection(SELECTION_VERDICT, required=True, readonly=True, index=True)
    severity = fields.Integer(readonly=True)
    evidence = fields.Json(readonly=True)
    evidence_text = fields.Char(string="Evidence", compute="_compute_evidence_text")
    at = fields.Datetime(required=True, readonly=True)
    digest = fields.Char(readonly=True, help="SHA-256 of what was checked.")

    _newest = models.UniqueIndex("(payment_id, stage, code)", "A check has one result at each stage.")

    @api.depends("code", "verdict")
    @api.depends_context("lang")
    def _compute_label(self):
        for result in self:
            check = checks.base.get_check(result.code)
            result.label = check.label.in_language(self.env.lang) if check else result.code
            result.sign = SIGNS.get(result.verdict, "")

    @api.depends("evidence")
    def _compute_evidence_text(self):
        for result in self:
            result.evidence_text = json.dumps(result.evidence or {}, ensure_ascii=False, sort_keys=True)

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        words = self.env._("A result comes from a check and from nowhere else.")
        raise refused(self, "result_written", UserError(words))

    def write(self, vals):  # pylint: disable=method-required-super
        raise refused(self, "result_written", UserError(self.env._("The result of a check cannot be changed.")))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise refused(self, "deletion", UserError(self.env._("The result of a check goes only with its payment.")))

    # -- one run --------------------------------------------------------------------

    @api.model
    @api.private
    def _run(self, payments, stage):
        """Run every check that holds for these payments at this stage, and keep what was found.

        Answers the findings as ``{payment id: [(verdict, check class, finding), …]}``. The number of queries
        depends on the number of checks, hardly on that of the payments.
        """
        stage = Stage(stage)
        batch = Batch(payments, stage)
        found = defaultdict(list)
        for check_class, cases in self._cases(batch):
            check = check_class(batch, cases)
            for case in cases:
                finding = check.judge(case)
                found[case.payment.id].append((finding.verdict(case.policy.mode), check_class, finding))
        self._keep(batch, found)
        return found

    def _cases(self, batch):
        """Each check with the payments it holds for and their settings."""
        rules = self.env["payment.bridge.check.rule"]._rules_by_check(batch.payments.company_id)
        policies = {rule.id: rule._policy() for of_check in rules.values() for rule in of_check}
        amounts = {payment.id: batch.company_amount(payment) for payment in batch.payments}
        for check_class in checks.base.all_checks():
            if batch.stage == Stage.SENDING and not check_class.cheap:
                continue
            cases = []
            for payment in batch.payments:
                of_check = rules[payment.company_id.id, check_class.code]
                rule = next(one for one in of_check if one._holds_for(payment, amounts[payment.id]))
                if policies[rule.id].mode != Mode.OFF:
                    cases.append(Case(payment, policies[rule.id]))
            if cases:
                yield check_class, cases

    def _keep(self, batch, found):
        """Put the results in the place of those of the last run at this stage."""
        payments = batch.payments
        for start in range(0, len(payments), KEEP_BATCH):
            part = payments[start : start + KEEP_BATCH]
            rows = [
                {
                    "payment_id": payment.id,
                    "company_id": payment.company_id.id,
                    "code": check_class.code,
                    "verdict": verdict.value,
                    "severity": SEVERITY[verdict],
                    "sentence_texts": in_each_language(self.env, finding.sentence),
                    "evidence": dict(finding.evidence),
                    "digest": digest,
                }
                for payment in part
                for digest in [self._digest_of(batch, payment)]
                for verdict, check_class, finding in found[payment.id]
            ]
            self._store(part, batch.stage, batch.now, rows)
        self.invalidate_model()
        payments.invalidate_recordset(["bridge_check_ids", "bridge_check_verdict"])

    def _store(self, payments, stage, at, rows):
        """Write results that were found at ``at``, unless there are newer ones."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM payment_bridge_check WHERE payment_id = ANY(%s) AND stage = %s AND at <= %s",
                payments.ids,
                stage.value,
                at,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO payment_bridge_check
                    (payment_id, company_id, code, stage, verdict, severity, sentence_texts, evidence, at, digest)
                SELECT payment_id, company_id, code, %(stage)s, verdict, severity, sentence_texts, evidence, %(at)s,
                       digest
                  FROM jsonb_to_recordset(%(rows)s::jsonb) AS result(
                       payment_id integer, company_id integer, code varchar, verdict varchar, severity integer,
                       sentence_texts jsonb, evidence jsonb, digest varchar)
                ON CONFLICT (payment_id, stage, code) DO UPDATE SET
                   verdict = EXCLUDED.verdict, severity = EXCLUDED.severity, sentence_texts = EXCLUDED.sentence_texts,
                   evidence = EXCLUDED.evidence, at = EXCLUDED.at, digest = EXCLUDED.digest
                 WHERE payment_bridge_check.at <= EXCLUDED.at
                """,
                stage=stage.value,
                at=at,
                rows=json.dumps(rows),
            )
        )

    @api.private
    def _copy_of(self, payments, stage):
        """What was found about payments at a stage, as work that writes it again into another transaction's ``env``,
        for those of them that exist there."""
        stage = Stage(stage)
        rows = self.sudo().search_read(
            [("payment_id", "in", payments.ids), ("stage", "=", stage.value)],
            ["payment_id", "company_id", "code", "verdict", "severity", "sentence_texts", "evidence", "at", "digest"],
            load=None,
        )

        def write(env):
            there = env["account.payment"].browse(payments.ids).exists()
            kept = [{**row, "at": str(row["at"])} for row in rows if row["payment_id"] in there.ids]
            if kept:
                env["payment.bridge.check"]._store(there, stage, rows[0]["at"], kept)

        return write

    @api.model
    @api.private
    def _digest_of(self, batch, payment):
        """SHA-256 over the payee, account, amount, currency, bills and channel that are checked."""
        payment = payment.sudo()
        account = payment.partner_bank_id
        subject = {
            "version": 1,
            "payee": payment.partner_id.id,
            "account": [account.id, account.sanitized_acc_number or "", account.acc_holder_name or ""],
            "amount": f"{payment.amount:.{payment.currency_id.decimal_places}f}",
            "currency": payment.currency_id.name,
            "bills": sorted(batch.bills_of(payment).ids),
            "channel": payment.bridge_channel_id.id,
        }
        text = json.dumps(subject, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()
