"""A channel tries itself every day, before a payment finds out that it does not work."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connector.errors import ConnectorError


class PaymentBridgeChannelHealth(models.Model):
    _inherit = "payment.bridge.channel.health"

    self_test_at = fields.Datetime(string="Self-test", readonly=True)
    self_test_state = fields.Selection([("good", "Passed"), ("failed", "Failed")], readonly=True)
    self_test_note = fields.Char(readonly=True, help="What the test found, in words.")


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    self_test_at = fields.Datetime(related="health_id.self_test_at")
    self_test_state = fields.Selection(related="health_id.self_test_state")
    self_test_note = fields.Char(related="health_id.self_test_note")

    @api.depends("self_test_state", "self_test_note")
    def _compute_health(self):
        """A channel that works so far but failed its own test needs attention."""
        result = super()._compute_health()
        for channel in self:
            if channel.health == "good" and channel.self_test_state == "failed":
                channel.health = "attention"
                channel.health_note = self.env._("Its self-test failed: %s", channel.self_test_note)
        return result

    @api.model
    def _cron_self_test(self):
        """Try every active channel that talks to a platform, with harmless calls; one that fails stops no other."""
        cron = self.env["ir.cron"]
        for channel in self.search([("state", "=", "active")]):
            if channel.is_online:
                channel._speaking()._self_test()
            if not cron._commit_progress(1):
                return

    @api.private
    def _self_test(self):
        """Try the settings and note what came of it; a failure that is new is told to the administrators."""
        self.ensure_one()
        self.env["ir.cron"]._commit_progress()  # what is called next may take its time, outside a transaction
        state, note = self._try_itself()
        before = self.health_id.self_test_state
        self.health_id._write_quietly(
            {"self_test_at": fields.Datetime.now(), "self_test_state": state, "self_test_note": note[:250]}
        )
        if state == (before or "good"):
            return
        self.env["payment.bridge.audit.event"]._record("channel.self_test", self, state=state)
        if state == "failed":
            self._tell_administrators(
                self._administrators(),
                lambda speaking: speaking.env._(
                    "%(channel)s failed its self-test: %(note)s", channel=speaking.name, note=note
                ),
            )

    def _try_itself(self):
        """(state, words) of the connector's own test."""
        try:
            reports = self._test_connection()
        except (ConnectorError, UserError) as error:
            advice = getattr(error, "advice", None)
            return "failed", advice.in_language(self.env.lang) if advice else str(error)
        failed = [one for one in reports if not one.ok]
        if failed:
            return "failed", "; ".join(
                f"{one.step.in_language(self.env.lang)}: {one.detail.in_language(self.env.lang)}" for one in failed
            )
        return "good", self.env._("%s tests passed.", len(reports))
