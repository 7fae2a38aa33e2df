"""Lists of parties whom one must not pay, as their publishers gave them."""

import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..screening.loaders import LOADERS
from ..screening.parties import ListError
from .refusal import refused

SELECTION_FORMAT = [
    ("ofac_csv", "OFAC SDN or consolidated (CSV)"),
    ("ofac_xml", "OFAC SDN or consolidated (XML)"),
    ("eu_xml", "EU financial sanctions (XML 1.1)"),
    ("eu_csv", "EU financial sanctions (CSV 1.1)"),
    ("un_xml", "UN Security Council (XML)"),
    ("own_csv", "Own list (CSV)"),
]
SELECTION_KIND = [("person", "Person"), ("entity", "Organisation"), ("other", "Other")]
INSERT_BATCH = 2000
FROM_THE_FILE = {"loaded_at", "loaded_by_id", "published_on", "file_name", "file_hash", "entry_count"}


class PaymentBridgeScreeningList(models.Model):
    """A list, its age, and how names are compared with it. Works offline: files come from a person."""

    _name = "payment.bridge.screening.list"
    _description = "Screening List"
    _inherit = ["mail.thread", "payment.bridge.four.eyes"]
    _order = "sequence, id"

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for every company.", tracking=True)
    format = fields.Selection(SELECTION_FORMAT, required=True, default="ofac_xml")
    threshold = fields.Integer(
        default=85,
        required=True,
        tracking=True,
        help="From which likeness on a name is a hit: 100 is the same name, 85 finds most misspellings.",
    )
    max_age_days = fields.Integer(
        string="Too Old After (days)", default=7, required=True, tracking=True, help="0: it never becomes too old."
    )
    block_when_old = fields.Boolean(
        string="Block When Too Old", tracking=True, help="No payment leaves while this list is too old or empty."
    )
    loaded_at = fields.Datetime(readonly=True, copy=False)
    loaded_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    published_on = fields.Date(readonly=True, copy=False, help="As the file says; not every format does.")
    file_name = fields.Char(readonly=True, copy=False)
    file_hash = fields.Char(string="SHA-256", readonly=True, copy=False)
    entry_count = fields.Integer(string="Parties", readonly=True, copy=False)
    entry_ids = fields.One2many("payment.bridge.screening.entry", "list_id", readonly=True)
    age_days = fields.Integer(compute="_compute_age", help="Days since it was published or, if unknown, loaded.")
    is_old = fields.Boolean(string="Too Old", compute="_compute_age")

    _threshold_range = models.Constraint(
        "CHECK (threshold BETWEEN 50 AND 100)", "The likeness must be between 50 and 100."
    )

    @api.depends("loaded_at", "published_on", "max_age_days")
    def _compute_age(self):
        today = fields.Date.today()
        for one in self:
            since = one.published_on or (one.loaded_at and one.loaded_at.date())
            one.age_days = (today - since).days if since else 0
            one.is_old = not since or (one.max_age_days > 0 and one.age_days > one.max_age_days)

    @api.model_create_multi
    def create(self, vals_list):
        """Leave an event with each list."""
        for vals in vals_list:
            self._refuse_forged(vals)
        lists = super().create(vals_list)
        for one in lists:
            self.env["payment.bridge.audit.event"]._record("screening_list.created", one, name=one.name)
        return lists

    def write(self, vals):
        """Leave an event where the rules of a list change."""
        self._refuse_forged(vals)
        rules = {"threshold", "max_age_days", "block_when_old", "active", "company_id", "format"} & set(vals)
        result = super().write(vals)
        if rules:
            for one in self:
                values = {name: vals[name] for name in sorted(rules)}
                self.env["payment.bridge.audit.event"]._record("screening_list.changed", one, name=one.name, **values)
        return result

    def _refuse_forged(self, vals):
        if not self.env.su and FROM_THE_FILE & set(vals):
            words = self.env._("How old a list is and what is in it comes from its file.")
            raise refused(self, "list_written", UserError(words), fields=sorted(FROM_THE_FILE & set(vals)))

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_loaded(self):
        if self.filtered("loaded_at"):
            raise UserError(self.env._("A list that has been used is archived, not deleted."))

    # -- changed by two people -----------------------------------------------------

    def _four_eyes_guarded(self, vals):
        """Everything about it but its place, and what its file says."""
        return super()._four_eyes_guarded(vals) - FROM_THE_FILE - {"sequence"}

    def _four_eyes_company(self):
        return self.company_id or self.env["res.company"]._bridge_wanting_four_eyes()

    @api.model
    def _four_eyes_company_for(self, vals):
        companies = self.env["res.company"]
        return companies.browse(vals.get("company_id")) or companies._bridge_wanting_four_eyes()

    @api.model
    def _four_eyes_group(self):
        return "payment_bridge.group_officer"

    def _four_eyes_apply(self, request):
        if "files" not in request.values:
            return super()._four_eyes_apply(request)
        if self.file_hash != request.before["file_hash"]:
            raise UserError(self.env._("%s was loaded anew since this was proposed: propose it again.", self.name))
        files = request._files()
        self._four_eyes_agreed()._load(request.before["file"], files.pop("data"), **files)
        return None

    def action_load(self):
        """Open the form that takes a new file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Load a List"),
            "res_model": "payment.bridge.screening.load",
            "view_mode": "form",
            "target": "new",
            "context": {"default_list_id": self.id},
        }

    def action_open_entries(self):
        """The parties of the list."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("payment_bridge.action_screening_entry")
        return {**action, "domain": [("list_id", "=", self.id)]}

    @api.private
    def _load(self, name, data, **more):
        """Replace the parties by those of a file; a file that cannot be understood changes nothing.

        ``more`` are the further files that a format has (``aliases``, ``addresses``), as bytes. Where the company wants
        four eyes, the file is kept until another officer agrees.

        :raises UserError: when the file is not what the list's format says.
        """
        self.ensure_one()
        self.check_access("write")
        further = {key: value for key, value in more.items() if value}
        loaded = self._read(name, data, further)
        if self._four_eyes_needed(self._four_eyes_company()):
            self.env["payment.bridge.change.request"]._propose_files(
                self,
                self.env._(
                    "%(list)s: load %(file)s (%(count)s parties)", list=self.name, file=name, count=len(loaded.parties)
                ),
                {"data": data, **further},
                {"file_hash": self.file_hash, "file": name},
            )
            return
        self._replace(name, loaded, hashlib.sha256(b"".join((data, *further.values()))).hexdigest())

    def _read(self, name, data, further):
        """What a file says, by the list's format."""
        try:
            return LOADERS[self.format](data, **further)
        except ListError as error:
            raise UserError(
                self.env._(
                    "%(file)s cannot be loaded (line %(line)s): %(reason)s. The list is as it was.",
                    file=name,
                    line=error.line or "?",
                    reason=error.words.in_language(self.env.lang),
                )
            ) from error

    def _replace(self, name, loaded, digest):
        """Put the parties of a file in the place of those that are there."""
        entries = self.env["payment.bridge.screening.entry"]
        self.env.execute_query(SQL("DELETE FROM payment_bridge_screening_entry WHERE list_id = %s", self.id))
        for begin in range(0, len(loaded.parties), INSERT_BATCH):
            entries._insert(self, loaded.parties[begin : begin + INSERT_BATCH])
        self.env.invalidate_all()
        self.sudo().write(
            {
                "loaded_at": fields.Datetime.now(),
                "loaded_by_id": self.env.uid,
                "published_on": loaded.published,
                "file_name": name,
                "file_hash": digest,
                "entry_count": len(loaded.parties),
            }
        )
        self.env["payment.bridge.audit.event"]._record(
            "screening_list.loaded", self, name=self.name, file=name, sha256=digest, parties=len(loaded.parties)
        )
        self.env.ref("payment_bridge.cron_screening").sudo()._trigger()


class PaymentBridgeScreeningEntry(models.Model):
    """One listed party, with all its names."""

    _name = "payment.bridge.screening.entry"
    _description = "Listed Party"
    _order = "name, id"
    _log_access = False

    list_id = fields.Many2one(
        "payment.bridge.screening.list", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="list_id.company_id")
    reference = fields.Char(readonly=True, index=True)
    name = fields.Char(required=True, readonly=True)
    names = fields.Json(readonly=True)
    aliases = fields.Text(readonly=True)
    kind = fields.Selection(SELECTION_KIND, readonly=True)
    programmes = fields.Char(readonly=True)
    countries = fields.Char(readonly=True)

    @api.model
    @api.private
    def _insert(self, screening_list, parties):
        """Store parties of a file, fast."""
        rows = [
            SQL(
                "(%s, %s, %s, %s, %s, %s, %s, %s)",
                screening_list.id,
                party.reference,
                party.names[0],
                json.dumps(party.names),
                "\n".join(party.names[1:]) or None,
                party.kind,
                ", ".join(party.programmes) or None,
                ", ".join(party.countries) or None,
            )
            for party in parties
        ]
        self.env.execute_query(
            SQL(
                """
                INSERT INTO payment_bridge_screening_entry
                    (list_id, reference, name, names, aliases, kind, programmes, countries)
                VALUES %s
                """,
                SQL(", ").join(rows),
            )
        )
