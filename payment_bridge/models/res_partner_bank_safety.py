"""What is known about changes to a payee's account, and who has confirmed it."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS

from .refusal import refused

WATCHED_FIELDS = (
    "acc_number", "acc_holder_name", "partner_id", "bank_id", "clearing_number", "bridge_payee_kind",
    "bridge_bank_province", "bridge_bank_city", "bridge_bank_branch",
)  # fmt: skip
KEPT_FIELDS = frozenset(
    {
        "bridge_changed_at",
        "bridge_changed_by_id",
        "bridge_changed_fields",
        "bridge_verified_at",
        "bridge_verified_by_id",
        "bridge_evidence",
        "bridge_evidence_number",
    }
)
UNREADABLE = frozenset({"bridge_evidence_number"})
"""Those of them that nobody reads or writes, whatever value."""


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    bridge_changed_at = fields.Datetime(string="Data Changed", readonly=True, copy=False)
    bridge_changed_by_id = fields.Many2one("res.users", string="Changed By", readonly=True, copy=False)
    bridge_changed_fields = fields.Char(readonly=True, copy=False, help="The technical names of what changed.")
    bridge_changed_words = fields.Char(string="What Changed", compute="_compute_bridge_changed_words")
    bridge_verified_at = fields.Datetime(string="Confirmed", readonly=True, copy=False)
    bridge_verified_by_id = fields.Many2one("res.users", string="Confirmed By", readonly=True, copy=False)
    bridge_evidence = fields.Text(string="Call-back", readonly=True, copy=False)
    bridge_evidence_number = fields.Char(readonly=True, copy=False, groups=NO_ACCESS, help="The number called.")

    @api.depends("bridge_changed_fields")
    @api.depends_context("lang")
    def _compute_bridge_changed_words(self):
        """What changed, by the names that the form gives it."""
        others = {
            "restored": self.env._("restored from the archive"),
            "bank_name": self.env._("name of the bank"),
            "bank_bic": self.env._("BIC of the bank"),
        }
        for account in self:
            names = (account.bridge_changed_fields or "").split(", ")
            account.bridge_changed_words = ", ".join(
                others.get(name) or account._fields[name]._description_string(account.env)
                for name in names
                if name in others or name in account._fields
            )

    @api.model_create_multi
    def create(self, vals_list):
        self._bridge_forbid_kept(name for vals in vals_list for name in vals)
        # said explicitly, so that no default takes their place
        accounts = super().create([{**vals, **dict.fromkeys(KEPT_FIELDS - UNREADABLE, False)} for vals in vals_list])
        for account in accounts:
            self.env["payment.bridge.audit.event"]._record(
                "account.created", account, partner=account.partner_id.id, kind=account.bridge_payee_kind or None
            )
        return accounts

    def write(self, vals):
        self._bridge_forbid_kept(vals)
        before = {account.id: account._bridge_data() for account in self}
        result = super().write(vals)
        for account in self:
            now = account._bridge_data()
            if changed := sorted(name for name, value in now.items() if value != before[account.id][name]):
                account._bridge_note_change(changed)
        return result

    def _bridge_forbid_kept(self, names):
        """What is kept about changes is written by changing and by confirming, never as a value."""
        if forbidden := KEPT_FIELDS & set(names):
            words = self.env._(
                "Nobody sets these fields: %s. They follow from what was done.", ", ".join(sorted(forbidden))
            )
            raise refused(self, "confirmation_told", UserError(words), fields=sorted(forbidden))

    def _bridge_keep(self, values):
        """Write what is kept, past the guard."""
        return super().write(values)

    def _bridge_data(self):
        """What an account says, as plain values. An account that comes back from the archive has changed too."""
        self.ensure_one()
        account = self.sudo()
        data = {name: account[name].id if name.endswith("_id") else account[name] or False for name in WATCHED_FIELDS}
        return {
            **data,
            "bank_name": account.bank_id.name or False,
            "bank_bic": account.bank_id.bic or False,
            "restored": account.active,
        }

    def _bridge_note_change(self, changed):
        """The data are new again: the waiting time begins and an earlier confirmation is void."""
        if changed == ["restored"] and not self.active:
            return
        self.sudo()._bridge_keep(
            {
                "bridge_changed_at": fields.Datetime.now(),
                "bridge_changed_by_id": self.env.uid,
                "bridge_changed_fields": ", ".join(changed),
                "bridge_verified_at": False,
                "bridge_verified_by_id": False,
                "bridge_evidence": False,
                "bridge_evidence_number": False,
            }
        )
        self.env["payment.bridge.audit.event"]._record(
            "account.changed", self, partner=self.partner_id.id, fields=changed
        )

    @api.private
    def _bridge_is_verified(self):
        """Whether a person other than the last editor has confirmed the account as it is now; no account is not."""
        editor = self.bridge_changed_by_id if self.bridge_changed_at else self.create_uid
        return bool(self.bridge_verified_at and self.bridge_verified_by_id != editor)

    def action_verify(self):
        """Ask how the payee has confirmed the account."""
        self.ensure_one()
        self._bridge_may_verify()
        wizard = self.env["payment.bridge.account.verify"].create({"account_id": self.id})
        return wizard._get_records_action(target="new", name=self.env._("Confirm Account"))

    def _bridge_may_verify(self):
        """:raises UserError: for a user without the role, and for the person who has edited the account."""
        self.ensure_one()
        groups = ("payment_bridge.group_clerk", "payment_bridge.group_approver")
        if not any(self.env.user.has_group(group) for group in groups):
            words = self.env._("Confirming an account needs the role Clerk or Approver.")
            raise refused(self, "no_role", UserError(words))
        editor = self.sudo().bridge_changed_by_id if self.bridge_changed_at else self.create_uid
        if editor == self.env.user:
            words = self.env._("You have edited this account: somebody else has to call the payee back.")
            raise refused(self, "own_account", UserError(words))

    @api.private
    def _bridge_verify(self, evidence, number_called=False):
        """Note that the payee has confirmed the account, how, and at which telephone number."""
        self._bridge_may_verify()
        self.check_access("read")
        self.sudo()._bridge_keep(
            {
                "bridge_verified_at": fields.Datetime.now(),
                "bridge_verified_by_id": self.env.uid,
                "bridge_evidence": evidence,
                "bridge_evidence_number": number_called,
            }
        )
        self.env["payment.bridge.audit.event"]._record("account.verified", self, partner=self.partner_id.id)
        return True
