"""A new secret does not shut out what the platform still signs with the old one."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.orm.models import NO_ACCESS

from ..connector.errors import NotificationRefused


class PaymentBridgeCredential(models.Model):
    """For some hours after a secret was replaced, messages that were signed under the old one are believed too. What
    we send uses the new one at once."""

    _inherit = "payment.bridge.credential"

    expires_on = fields.Date(
        string="Ends On",
        readonly=True,
        copy=False,
        help="The last day on which the platform accepts it, where a person knows it. The days of certificates are read"
        " from the certificates themselves.",
    )
    previous_sealed_value = fields.Text(readonly=True, copy=False, groups=NO_ACCESS)
    previous_fingerprint = fields.Char(string="Earlier Value", readonly=True, copy=False)
    previous_until = fields.Datetime(
        string="Believed Until", readonly=True, copy=False, help="Until when messages under the earlier value count."
    )

    @api.private
    def _set_value(self, text):
        """Keep what was there for the hours that the channel allows."""
        before = self.sudo()
        sealed, known, hours = before.sealed_value, before.fingerprint, before.channel_id.key_overlap_hours
        super()._set_value(text)
        now = self.sudo()
        if not sealed or now.fingerprint == known or not now.sealed_value or hours <= 0:
            return
        now.write(
            {
                "previous_sealed_value": sealed,
                "previous_fingerprint": known,
                "previous_until": fields.Datetime.now() + timedelta(hours=hours),
                "expires_on": False,
            }
        )

    def action_clear(self):
        """Nothing of it is kept, the earlier value neither."""
        result = super().action_clear()
        for credential in self.filtered(lambda one: not one.sudo().sealed_value):
            credential.sudo().write(_nothing_earlier())
        return result

    def action_end_previous(self):
        """Believe the earlier value no more: it has leaked, or the platform has changed over."""
        self.check_access("write")
        self.filtered("previous_fingerprint")._end_previous()

    @api.private
    def _end_previous(self):
        for credential in self.sudo():
            known = credential.previous_fingerprint
            credential.write(_nothing_earlier())
            self.env["payment.bridge.audit.event"]._record(
                "credential.previous_ended", credential.channel_id, credential=credential.name, fingerprint=known
            )

    @api.private
    def _clear_values_before(self):
        """Every setting by name, as it was before those secrets were replaced that are still believed; None when there
        are none."""
        now = fields.Datetime.now()
        still = self.sudo().filtered(lambda one: one.previous_sealed_value and one.previous_until > now)
        if not still:
            return None
        box = self._box()
        earlier = {one.name: box.decrypt(one.previous_sealed_value, one._context_of_secret()) for one in still}
        return {**self._clear_values(), **earlier}

    @api.private
    def _set_expiry(self, day):
        """Note until when the platform accepts it."""
        for credential in self.filtered(lambda one: one.expires_on != day):
            credential.sudo().expires_on = day
            self.env["payment.bridge.audit.event"]._record(
                "credential.expiry_set", credential.channel_id, credential=credential.name, expires_on=day or None
            )

    @api.model
    @api.private
    def _rotate(self):
        """The earlier values too, and the new ones that wait for a second person."""
        rotated = super()._rotate()
        box = self._box()
        for credential in self.sudo().search([("previous_sealed_value", "!=", False)]):
            sealed = credential.previous_sealed_value
            if not box.is_current(sealed):
                context = credential._context_of_secret()
                credential.write({"previous_sealed_value": box.encrypt(box.decrypt(sealed, context), context)})
                rotated += 1
        return rotated + self.env["payment.bridge.change.request"]._rotate(box)


def _nothing_earlier():
    return {"previous_sealed_value": False, "previous_fingerprint": False, "previous_until": False}


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    key_overlap_hours = fields.Integer(
        default=24,
        tracking=True,
        help="For so many hours after a secret was replaced, messages under the old one are believed too. Zero: not at"
        " all.",
    )

    @api.model
    def _audited_fields(self):
        return super()._audited_fields() | {"key_overlap_hours"}

    @api.private
    def _read_message(self, inbound):
        """What an inbound message says, under the present secrets or those that were just replaced.

        :raises NotificationRefused: when it can be believed under neither.
        """
        try:
            return self._connector().read_notification(inbound)
        except NotificationRefused as refusal:
            values = self.sudo().credential_ids._clear_values_before() if refusal.forged else None
            if values is None:
                raise
            try:
                return self._build_connector(values).read_notification(inbound)
            except NotificationRefused:
                raise refusal from None
