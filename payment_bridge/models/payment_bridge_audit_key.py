"""The keys that sign the daily roots of the audit trail."""

import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS
from odoo.tools import config

from ..tools.secret_box import MasterKeyError, load_box
from ..tools.trail import key_fingerprint, make_key
from .refusal import refused


class PaymentBridgeAuditKey(models.Model):
    """One Ed25519 key of one company. The private half is encrypted under the server's master key and
    read by nobody; the public half and its fingerprint are for whoever checks a root.

    A key that has been replaced signs nothing more and stays, for the roots that it has signed.
    """

    _name = "payment.bridge.audit.key"
    _description = "Audit Trail Signing Key"
    _order = "id desc"
    _rec_name = "fingerprint"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="restrict")
    public_key = fields.Char(required=True, readonly=True, help="The 32 bytes of an Ed25519 public key, in base64.")
    fingerprint = fields.Char(
        required=True,
        readonly=True,
        help="SHA-256 of the public key: what an auditor notes down and compares before trusting a signature.",
    )
    sealed_private = fields.Text(readonly=True, copy=False, groups=NO_ACCESS)
    retired_at = fields.Datetime(readonly=True)
    root_ids = fields.One2many("payment.bridge.audit.root", "key_id", readonly=True)

    _one_in_use = models.UniqueIndex("(company_id) WHERE retired_at IS NULL", "A company signs with one key at a time.")

    def write(self, vals):
        if not self.env.su:
            raise refused(self, "trail_written", UserError(self.env._("A key is replaced, not changed.")))
        return super().write(vals)

    @api.model
    @api.private
    def _in_use(self, company):
        """The key that signs for a company now; made when there is none that this server could use."""
        keys = self.sudo()
        key = keys.search([("company_id", "=", company.id), ("retired_at", "=", False)])
        if key and not key.sealed_private:  # a neutralized copy of a database does not sign as the original
            key._retire()
            key = keys.browse()
        return key or keys._make(company)

    @api.model
    def _make(self, company):
        private, public = make_key()
        key = self.create(
            {
                "company_id": company.id,
                "public_key": base64.b64encode(public).decode(),
                "fingerprint": key_fingerprint(public),
            }
        )
        key.sealed_private = self._box().encrypt(private, key._context_of_secret())
        self.env["payment.bridge.audit.event"]._record("audit_key.made", key, fingerprint=key.fingerprint)
        return key

    def _retire(self):
        self.retired_at = fields.Datetime.now()
        self.flush_recordset()  # before another is made: only one may be in use
        self.env["payment.bridge.audit.event"]._record("audit_key.retired", self, fingerprint=self.fingerprint)

    def _context_of_secret(self):
        """What the ciphertext is bound to: it opens nowhere but in this record."""
        return f"{self._name}:{self.id}:{self.company_id.id}:{self.public_key}"

    @api.model
    def _box(self):
        try:
            return load_box(config.options)
        except MasterKeyError as error:
            raise self._unreadable(error) from error

    @api.private
    def _private_key(self):
        """The private key in clear: for signing only."""
        self.ensure_one()
        try:
            return self._box().decrypt(self.sudo().sealed_private, self._context_of_secret())
        except MasterKeyError as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error):
        return UserError(
            self.env._(
                "The key that signs the audit trail cannot be used on this server: %s. Nothing was signed."
                " Ask the server's administrator to set the master key.",
                error.words.in_language(self.env.lang),
            )
        )

    def action_replace(self):
        """Sign with a new key from now on, which the trail announces."""
        self.ensure_one()
        self.check_access("write")
        if self.retired_at:
            raise UserError(self.env._("This key has been replaced already."))
        key = self.sudo()
        key._retire()
        return key._make(self.company_id)._get_records_action()

    @api.model
    @api.private
    def _rotate(self, box):
        """Encrypt the private keys anew under the box's current master key; answers how many were."""
        rotated = 0
        for key in self.sudo().search([]):
            sealed = key.sealed_private
            if sealed and not box.is_current(sealed):
                context = key._context_of_secret()
                key.sealed_private = box.encrypt(box.decrypt(sealed, context), context)
                rotated += 1
        return rotated
