"""One thing about one payment that an officer should see."""

import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..checks.base import get_check
from .refusal import refused

KEY_FIELDS = ("payment_id", "code", "amount", "currency_id", "partner_id")


class PaymentBridgeAmlSignal(models.Model):
    """What a check found, with its figures. The same finding about the same payment of the same amount is one signal,
    however often it is checked; a payment that is deleted leaves its signals."""

    _name = "payment.bridge.aml.signal"
    _inherit = "payment.bridge.finding"
    _description = "Money-Laundering Signal"
    _order = "id desc"
    _log_access = False

    case_id = fields.Many2one("payment.bridge.aml.case", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="case_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="case_id.partner_id")
    payment_id = fields.Many2one("account.payment", readonly=True, index="btree_not_null", ondelete="set null")
    code = fields.Char(required=True, readonly=True)
    label = fields.Char(string="Signal", compute="_compute_label")
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    figures = fields.Json(readonly=True)
    figures_text = fields.Char(string="Figures", compute="_compute_label")
    found_at = fields.Datetime(required=True, readonly=True)

    _once = models.UniqueIndex(
        "(payment_id, code, amount, currency_id) WHERE payment_id IS NOT NULL", "This signal is known already."
    )

    @api.depends("code", "figures")
    @api.depends_context("lang")
    def _compute_label(self):
        for signal in self:
            check = get_check(signal.code)
            signal.label = check.label.in_language(self.env.lang) if check else signal.code
            signal.figures_text = json.dumps(signal.figures or {}, ensure_ascii=False, sort_keys=True)

    def write(self, vals):  # pylint: disable=method-required-super
        """Only the database itself takes a deleted payment away."""
        raise refused(self, "case_written", UserError(self.env._("A signal is what a check found; it is not changed.")))

    @api.model
    @api.private
    def _raise(self, findings):
        """Keep ``findings``, plain values as :meth:`_values` makes them, each once, in their payees' open cases."""
        known = self._known(findings)
        fresh = {
            key: one for one in findings if (key := _key(*(one[name] for name in KEY_FIELDS))) not in known
        }.values()
        if not fresh:
            return
        cases = self._open_cases(fresh)
        signals = self.sudo().create(
            [
                {"case_id": cases[one["company_id"], one["partner_id"]].id}
                | {name: value for name, value in one.items() if name not in ("company_id", "partner_id")}
                for one in fresh
            ]
        )
        for case, of_case in signals.grouped("case_id").items():
            self.env["payment.bridge.audit.event"]._record(
                "aml.signal", case, signals=sorted(set(of_case.mapped("code"))), payments=of_case.payment_id.ids
            )

    def _known(self, findings):
        """The keys of what is there: of a payment in whatever case, of an attempt without one in the open case."""
        domain = Domain("payment_id", "in", [one["payment_id"] for one in findings if one["payment_id"]]) | Domain(
            [
                ("payment_id", "=", False),
                ("case_id.state", "=", "open"),
                ("case_id.partner_id", "in", [one["partner_id"] for one in findings]),
            ]
        )
        signals = self.sudo().search(domain)
        return {_key(one.payment_id.id, one.code, one.amount, one.currency_id.id, one.partner_id.id) for one in signals}

    def _open_cases(self, findings):
        """The open case of each payee, by (company id, partner id); made where there is none."""
        wanted = {(one["company_id"], one["partner_id"]) for one in findings}
        cases = self.env["payment.bridge.aml.case"].sudo()
        found = {
            (case.company_id.id, case.partner_id.id): case
            for case in cases.search(
                [
                    ("state", "=", "open"),
                    ("company_id", "in", [company for company, _partner in wanted]),
                    ("partner_id", "in", [partner for _company, partner in wanted]),
                ]
            )
        }
        missing = sorted(wanted - set(found))
        made = cases.create([{"company_id": company, "partner_id": partner} for company, partner in missing])
        return found | dict(zip(missing, made, strict=True))

    @api.private
    def _values(self):
        """These signals as plain values, to be raised again elsewhere."""
        names = ("payment_id", "company_id", "partner_id", "currency_id", "code", "amount", "sentence_texts", "figures")
        return [
            {name: signal[name].id if name.endswith("_id") else signal[name] for name in names}
            | {"found_at": signal.found_at}
            for signal in self.sudo()
        ]


def _key(payment_id, code, amount, currency_id, partner_id):
    """What makes two signals one: of a payment that was never made, its payee stands for it."""
    return (payment_id or -partner_id, code, f"{amount:.4f}", currency_id)
