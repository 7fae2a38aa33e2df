"""What a connector needs to know to act for the company, secrets encrypted."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS
from odoo.tools import config

from ..connector.declarations import SettingKind
from ..tools.secret_box import MasterKeyError, fingerprint, load_box
from .refusal import refused

KEPT_FIELDS = frozenset({"plain_value", "sealed_value", "fingerprint", "changed_at"})


class PaymentBridgeCredential(models.Model):
    """One setting of one channel, as its connector declares it.

    A secret can be written and never read again: screens, exports, RPC and copies see a fingerprint.
    """

    _name = "payment.bridge.credential"
    _description = "Channel Credential"
    _order = "channel_id, sequence, id"
    _rec_name = "name"

    channel_id = fields.Many2one("payment.bridge.channel", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    sequence = fields.Integer(readonly=True)
    name = fields.Char(required=True, readonly=True)
    plain_value = fields.Text(readonly=True, copy=False)
    sealed_value = fields.Text(readonly=True, copy=False, groups=NO_ACCESS)
    fingerprint = fields.Char(readonly=True, copy=False)
    changed_at = fields.Datetime(readonly=True, copy=False)
    value = fields.Text(
        string="New Value",
        compute="_compute_value",
        inverse="_inverse_value",
        exportable=False,
        copy=False,
        help="Write-only: a secret is encrypted at once and never shown again.",
    )
    label = fields.Char(compute="_compute_declaration")
    help_text = fields.Text(compute="_compute_declaration")
    is_secret = fields.Boolean(compute="_compute_declaration")
    is_required = fields.Boolean(compute="_compute_declaration")
    is_missing = fields.Boolean(compute="_compute_declaration")
    shown_value = fields.Char(string="Value", compute="_compute_declaration")

    _name_unique = models.UniqueIndex("(channel_id, name)")

    @api.model_create_multi
    def create(self, vals_list):
        self._forbid_kept(name for vals in vals_list for name in vals)
        return super().create(vals_list)

    def write(self, vals):
        """A value is entered by :attr:`value` alone: it is encrypted, told to the trail, and waits for four eyes."""
        self._forbid_kept(vals, KEPT_FIELDS | {"channel_id", "name"})
        return super().write(vals)

    def _forbid_kept(self, names, kept=KEPT_FIELDS):
        if not self.env.su and kept & set(names):
            words = self.env._("Enter a new value: what is kept of it follows by itself.")
            raise refused(self, "kept_written", UserError(words))

    def _compute_value(self):
        self.value = False

    @api.depends("name", "plain_value", "fingerprint", "channel_id.connector_code")
    @api.depends_context("lang")
    def _compute_declaration(self):
        for credential in self:
            field = credential._declared()
            credential.label = field.label.in_language(self.env.lang) if field else credential.name
            credential.help_text = field.help.in_language(self.env.lang) if field else False
            credential.is_secret = bool(field and field.secret)
            credential.is_required = bool(field and field.required)
            has_value = bool(credential.fingerprint or credential.plain_value)
            credential.is_missing = bool(field and field.required and not has_value and not field.default)
            credential.shown_value = credential._shown(field)

    def _shown(self, field):
        if self.fingerprint:
            return f"•••••• {self.fingerprint}"
        if self.plain_value:
            text = self.plain_value.strip()
            labels = {value: label.in_language(self.env.lang) for value, label in field.choices} if field else {}
            if text in labels:
                return labels[text]
            return text if len(text) <= 64 and "\n" not in text else f"{text[:40].splitlines()[0]}…"
        if field and field.default:
            labels = {value: label.in_language(self.env.lang) for value, label in field.choices}
            return self.env._("default: %s", labels.get(field.default, field.default))
        return self.env._("missing") if field and field.required else ""

    def _inverse_value(self):
        for credential in self.filtered("value"):
            credential._set_value(credential.value.strip())

    def _declared(self):
        """The connector's declaration of this setting, or None."""
        connector = self.channel_id._connector_class() if self.channel_id else None
        return next((f for f in connector.setting_fields if f.name == self.name), None) if connector else None

    @api.private
    def _is_binary(self):
        """Whether its file is kept as base64 instead of as text."""
        field = self._declared()
        return bool(field) and field.kind == SettingKind.PKCS12

    @api.private
    def _set_value(self, text):
        """Store a new value; a secret only in its encrypted form."""
        self.ensure_one()
        self.check_access("write")
        field = self._declared()
        values = {"changed_at": fields.Datetime.now(), "plain_value": False, "fingerprint": False}
        if field and field.secret:
            values["sealed_value"] = self._box().encrypt(text, self._context_of_secret())
            values["fingerprint"] = fingerprint(text)
        else:
            values.update(plain_value=text, sealed_value=False)
        self.sudo().write(values)
        self.env["payment.bridge.audit.event"]._record(
            "credential.changed", self.channel_id, credential=self.name, fingerprint=values["fingerprint"]
        )

    def action_clear(self):
        """Remove the stored value."""
        self.check_access("write")
        for credential in self:
            credential.sudo().write(
                {"plain_value": False, "sealed_value": False, "fingerprint": False, "changed_at": fields.Datetime.now()}
            )
            self.env["payment.bridge.audit.event"]._record(
                "credential.cleared", credential.channel_id, credential=credential.name
            )

    def action_enter(self):
        """Open the form that takes a new value."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.label,
            "res_model": "payment.bridge.credential.entry",
            "view_mode": "form",
            "target": "new",
            "context": {"default_credential_id": self.id},
        }

    def _context_of_secret(self):
        """What a ciphertext is bound to: it opens nowhere but in this record and field."""
        return f"{self._name}:{self.id}:{self.channel_id.id}:{self.name}"

    @api.model
    def _box(self):
        try:
            return load_box(config.options)
        except MasterKeyError as error:
            raise UserError(
                self.env._(
                    "Secrets cannot be read or written on this server: %(reason)s. Nothing was sent."
                    " Ask the server's administrator to set the master key.",
                    reason=error.words.in_language(self.env.lang),
                )
            ) from error

    @api.private
    def _clear_values(self):
        """Every setting of the channel by name, secrets in clear: for the connector only."""
        values = {}
        box = None
        for credential in self.sudo():
            if credential.plain_value:
                values[credential.name] = credential.plain_value
            elif sealed := credential.sealed_value:
                box = box or self._box()
                try:
                    values[credential.name] = box.decrypt(sealed, credential._context_of_secret())
                except MasterKeyError as error:
                    raise UserError(
                        self.env._(
                            "%(credential)s of %(channel)s cannot be decrypted: %(reason)s. Nothing was"
                            " sent. Put the earlier master key back, or enter the value again.",
                            credential=credential.label,
                            channel=credential.channel_id.name,
                            reason=error.words.in_language(self.env.lang),
                        )
                    ) from error
            elif (field := credential._declared()) and field.default:
                values[credential.name] = field.default
        return values

    @api.private
    def _stamp(self):
        """Changes whenever one of these settings does."""
        return tuple((c.id, c.fingerprint, c.plain_value) for c in self.sudo().sorted("id"))

    @api.model
    @api.private
    def _rotate(self):
        """Encrypt every secret anew under the current master key; answers how many were.

        The earlier key stays in ``PAYMENT_BRIDGE_PREVIOUS_MASTER_KEYS`` until this has run.
        """
        box = self._box()
        rotated = 0
        for credential in self.sudo().search([]):
            sealed = credential.sealed_value
            if not sealed or box.is_current(sealed):
                continue
            context = credential._context_of_secret()
            credential.write({"sealed_value": box.encrypt(box.decrypt(sealed, context), context)})
            rotated += 1
        rotated += self.env["payment.bridge.audit.key"]._rotate(box)
        if rotated:
            self.env["payment.bridge.audit.event"]._record(
                "credential.rotated", self.env.company, count=rotated, key=box.current_id
            )
        return rotated
