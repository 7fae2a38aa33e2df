"""What looks like money laundering, gathered for an officer who decides whether it is reported."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .refusal import refused

SELECTION_STATE = [("open", "To Decide"), ("reported", "Reported"), ("dismissed", "Dismissed")]


class PaymentBridgeAmlCase(models.Model):
    """One payee of one company and the signals about payments to it. Signals that come while it is open join it; once
    it is decided, newer ones make another. Signals come from checks; the decision and its reason are the officer's."""

    _name = "payment.bridge.aml.case"
    _description = "Money-Laundering Case"
    _inherit = ["payment.bridge.officer.case", "mail.thread", "mail.activity.mixin"]
    _order = "state desc, id desc"
    _rec_name = "partner_id"
    _officer_fields = frozenset({"reason", "report_reference"})
    _reason_fields = frozenset({"reason"})

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Payee", required=True, readonly=True, index=True, ondelete="restrict"
    )
    signal_ids = fields.One2many("payment.bridge.aml.signal", "case_id", readonly=True)
    signal_count = fields.Integer(compute="_compute_signals")
    signals = fields.Char(compute="_compute_signals", help="The kinds of signals.")
    payment_ids = fields.Many2many("account.payment", string="Payments", compute="_compute_signals")
    state = fields.Selection(SELECTION_STATE, required=True, readonly=True, default="open", index=True, tracking=True)
    reason = fields.Text(tracking=True, help="What was found out, and why it is reported or not.")
    report_reference = fields.Char(tracking=True, help="The number under which the bank or the authority keeps it.")
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)

    _one_open = models.UniqueIndex("(company_id, partner_id) WHERE state = 'open'", "A payee has one open case.")

    @api.depends("signal_ids.code", "signal_ids.payment_id")
    @api.depends_context("lang")
    def _compute_signals(self):
        for case in self:
            case.signal_count = len(case.signal_ids)
            case.signals = ", ".join(dict.fromkeys(case.signal_ids.mapped("label")))
            case.payment_ids = case.sudo().signal_ids.payment_id

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise refused(self, "deletion", UserError(self.env._("A case is part of the trail and stays.")))

    # -- deciding ------------------------------------------------------------------

    def action_report(self):
        """It is reported to the bank or the authority; the printed report goes with it."""
        self._decide("reported")

    def action_dismiss(self):
        """There is an honest explanation."""
        self._decide("dismissed")

    def action_reopen(self):
        """Decide again."""
        self._require_officer()
        for case in self:
            newer = self.sudo().search_count(
                [("company_id", "=", case.company_id.id), ("partner_id", "=", case.partner_id.id),
                 ("state", "=", "open")], limit=1
            )  # fmt: skip
            if newer:
                raise UserError(self.env._("There is a newer open case about this payee: decide there."))
        self._decide("open")

    def _decide(self, state):
        self._require_officer()
        for case in self:
            if state != "open" and not (case.reason or "").strip():
                raise UserError(self.env._("Write down why: what was found out, and from whom."))
            case.sudo().write({"state": state, "decided_by_id": self.env.uid, "decided_at": fields.Datetime.now()})
            self.env["payment.bridge.audit.event"]._record(
                f"aml.{'reopened' if state == 'open' else state}",
                case,
                reason=case.reason or None,
                reference=case.report_reference or None,
                signals=sorted(set(case.sudo().signal_ids.mapped("code"))),
                payments=case.sudo().payment_ids.ids,
            )

    def action_print(self):
        """The report that an officer files."""
        return self.env.ref("payment_bridge.report_aml_case").report_action(self)

    def action_open_payments(self):
        """The payments of the case."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("payment_bridge.action_bridge_payment")
        return {**action, "domain": [("id", "in", self.payment_ids.ids)], "context": {}}
