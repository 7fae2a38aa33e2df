"""A payee whose name is like a listed one, and what an officer found out."""

import hashlib
import json

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .payment_bridge_screening_list import SELECTION_KIND

SELECTION_STATE = [
    ("open", "To Decide"),
    ("false_positive", "Somebody Else"),
    ("confirmed", "Listed Party"),
]
REMEMBERED_MONTHS = 12


class PaymentBridgeScreeningCase(models.Model):
    """One payee's name and one listed party. What was decided is remembered until it expires, or until the listed
    party's names change; then it waits for a decision again."""

    _name = "payment.bridge.screening.case"
    _description = "Screening Case"
    _inherit = ["payment.bridge.officer.case", "mail.thread", "mail.activity.mixin"]
    _order = "state desc, score desc, id desc"
    _rec_name = "screened_name"
    _officer_fields = frozenset({"reason", "expires_on"})
    _reason_fields = frozenset({"reason", "expires_on"})

    partner_id = fields.Many2one("res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    screened_name = fields.Char(required=True, readonly=True)
    list_id = fields.Many2one("payment.bridge.screening.list", required=True, readonly=True, ondelete="restrict")
    list_name = fields.Char(related="list_id.name")
    reference = fields.Char(string="Listed Under", readonly=True, required=True)
    listed_name = fields.Char(readonly=True)
    listed_kind = fields.Selection(SELECTION_KIND, readonly=True)
    listed_names = fields.Text(string="All Listed Names", readonly=True)
    listed_programmes = fields.Char(string="Programmes", readonly=True)
    listed_countries = fields.Char(string="Countries", readonly=True)
    listed_hash = fields.Char(readonly=True, help="Changes when the listed party does.")
    score = fields.Float(string="Likeness", digits=(5, 1), readonly=True)
    state = fields.Selection(SELECTION_STATE, required=True, readonly=True, default="open", index=True, tracking=True)
    reason = fields.Text(tracking=True, help="Why it is the listed party, or somebody else: what was compared.")
    expires_on = fields.Date(
        string="Remembered Until", tracking=True, help="When the name has to be looked at again; a year if empty."
    )
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)

    _once = models.UniqueIndex("(company_id, partner_id, list_id, reference, md5(screened_name))")

    @api.model
    @api.private
    def _raise(self, partner, company, screening_list, name, hit):
        """The case of a hit: made, found, or opened again."""
        entry = self.env["payment.bridge.screening.entry"].sudo().browse(hit.entry)
        values = {
            "listed_name": hit.listed_name,
            "listed_kind": entry.kind,
            "listed_names": "\n".join(entry.names),
            "listed_programmes": entry.programmes,
            "listed_countries": entry.countries,
            "listed_hash": hashlib.sha256(json.dumps([entry.kind, entry.names]).encode()).hexdigest(),
            "score": hit.score,
        }
        key = {
            "partner_id": partner.id,
            "company_id": company.id,
            "list_id": screening_list.id,
            "reference": entry.reference,
            "screened_name": name,
        }
        known = self.search([(field, "=", value) for field, value in key.items()], limit=1)
        if not known:
            # that it was made says its event; a note by the system would speak the system's language
            known = self.with_context(mail_create_nolog=True).create({**key, **values})
            self._tell("screening.hit", known, score=hit.score)
        elif known.listed_hash != values["listed_hash"]:
            known.write(values)
            known._reopen("the listed party changed")
        elif known.state == "false_positive" and known.expires_on and known.expires_on < fields.Date.today():
            known._reopen("the decision expired")
        return known

    @api.model
    @api.private
    def _standing(self, company, payees):
        """The cases that stand between a company and ``payees``, open and confirmed, by commercial partner's id."""
        cases = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("state", "in", ("open", "confirmed")),
                ("partner_id.commercial_partner_id", "in", payees.commercial_partner_id.ids),
            ]
        )
        return cases.grouped(lambda case: case.partner_id.commercial_partner_id.id)

    def _reopen(self, why):
        if self.state == "false_positive":
            self.write({"state": "open", "decided_by_id": False, "decided_at": False, "expires_on": False})
            self._tell("screening.reopened", self, why=why)

    def _tell(self, event, case, **details):
        self.env["payment.bridge.audit.event"]._record(
            event, case, list=case.list_id.name, reference=case.reference, partner=case.partner_id.id, **details
        )

    def _words_made_by_checks(self):
        return self.env._("Screening makes cases; they cannot be written by hand.")

    def _words_found_for_good(self):
        return self.env._("Decide with the buttons: what screening found cannot be changed.")

    def action_false_positive(self):
        """It is somebody else; remembered until the date."""
        for case in self:
            today = fields.Date.today()
            until = case.expires_on or today + relativedelta(months=REMEMBERED_MONTHS)
            if until <= today:
                raise UserError(self.env._("Choose a day to come until which this is remembered."))
            case._decide("false_positive", until)

    def action_confirm(self):
        """It is the listed party: it is not paid."""
        for case in self:
            case._decide("confirmed", False)

    def action_reopen(self):
        """Decide again."""
        for case in self:
            case._decide("open", False)

    def _decide(self, state, until):
        self.ensure_one()
        self._require_officer()
        if state != "open" and not (self.reason or "").strip():
            raise UserError(self.env._("Write down why: what was compared, and with what result."))
        self.sudo().write(
            {"state": state, "expires_on": until, "decided_by_id": self.env.uid, "decided_at": fields.Datetime.now()}
        )
        self._tell(f"screening.{state}", self, reason=self.reason, until=until or None)
