"""Certificates and keys do not end by surprise."""

from datetime import datetime

from markupsafe import Markup

from odoo import api, fields, models

from ..checks.batch import company_zone

DAYS = (30, 7, 1)
ADMIN = "payment_bridge.group_channel_admin"


class PaymentBridgeExpiryWarning(models.Model):
    """That the administrators of a channel were warned of one end, so many days before it; each once."""

    _name = "payment.bridge.expiry.warning"
    _description = "Warning of an Ending Key"
    _order = "id desc"
    _log_access = False
    _rec_name = "subject"

    channel_id = fields.Many2one("payment.bridge.channel", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="channel_id.company_id", store=True, index=True)
    subject = fields.Char(string="What Ends", required=True, readonly=True, help="A credential, or “certificate”.")
    expires_on = fields.Date(required=True, readonly=True)
    days = fields.Integer(string="Days Before", required=True, readonly=True)
    warned_at = fields.Datetime(required=True, readonly=True)

    _once = models.UniqueIndex("(channel_id, subject, expires_on, days)", "This warning has been given.")

    @api.model
    def _cron_warn(self):
        """Warn of what ends in 30, 7 or 1 days, and end earlier secrets whose time is over."""
        cron = self.env["ir.cron"]
        over = self.env["payment.bridge.credential"].search([("previous_until", "<=", fields.Datetime.now())])
        over._end_previous()
        for channel in self.env["payment.bridge.channel"].search([("state", "!=", "draft")]):
            for subject, label, day in channel._endings():
                self._warn(channel, subject, label, day)
            if not cron._commit_progress(1):
                return

    def _warn(self, channel, subject, label, day):
        left = (day - channel._today_at_company()).days
        due = min((days for days in DAYS if left <= days), default=None)
        if due is None:
            return
        key = [("channel_id", "=", channel.id), ("subject", "=", subject), ("expires_on", "=", day)]
        if self.search_count([*key, ("days", "<=", due)], limit=1):
            return
        self.create(
            {
                "channel_id": channel.id,
                "subject": subject,
                "expires_on": day,
                "days": due,
                "warned_at": fields.Datetime.now(),
            }
        )
        people = channel._administrators()
        channel._tell_administrators(people, lambda speaking: speaking._expiry_words(label, day, left))
        self.env["payment.bridge.audit.event"]._record(
            "channel.key_expiring", channel, subject=subject, expires_on=day, days=left, people=people.mapped("login")
        )


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    @api.private
    def _endings(self):
        """What of this channel ends when, as (name, what people call it, day)."""
        self.ensure_one()
        found = [
            (one.name, one.label, one.expires_on) for one in self.credential_ids.filtered(lambda one: one.expires_on)
        ]
        if self.health_id.certificate_expiry:
            found.append(("certificate", self.env._("a certificate"), self.health_id.certificate_expiry))
        return found

    def _expiry_words(self, label, day, left):
        if left < 0:
            return self.env._(
                "%(channel)s: %(what)s ended on %(day)s. Payments will fail: enter a new one.",
                channel=self.name,
                what=label,
                day=day,
            )
        return self.env._(
            "%(channel)s: %(what)s ends on %(day)s, in %(days)s days. Get a new one from the platform and enter it.",
            channel=self.name,
            what=label,
            day=day,
            days=left,
        )

    @api.private
    def _administrators(self):
        """The channel administrators of the channel's company."""
        people = self.env.ref(ADMIN).sudo().all_user_ids
        return people.filtered(lambda user: user.active and not user.share and self.company_id in user.company_ids)

    @api.private
    def _tell_administrators(self, people, say):
        """Tell each by activity and by e-mail, in their own language; ``say(channel)`` makes the words."""
        for person in people:
            speaking = self.with_context(lang=person.lang)
            words = say(speaking)
            quietly = self.with_context(mail_activity_quick_update=True)  # or Odoo would send an e-mail of its own
            quietly.activity_schedule("mail.mail_activity_data_warning", user_id=person.id, summary=words)
            body = Markup("<p>{}</p><p><a href='{}'>{}</a></p>").format(
                words,
                f"{self.get_base_url()}/odoo/payment.bridge.channel/{self.id}",
                speaking.env._("Open the channel"),
            )
            self.env["mail.mail"].sudo().create(
                {
                    "subject": words,
                    "body_html": body,
                    "recipient_ids": [(4, person.partner_id.id)],
                    "auto_delete": True,
                }
            )

    def _today_at_company(self):
        """Today where the channel's company is."""
        return datetime.now(company_zone(self.company_id)).date()
