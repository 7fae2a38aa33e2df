"""Asking the people who decide: at once, again when they forget, and somebody else when they do not answer."""

from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_amount

ACTIVITY = "payment_bridge.mail_activity_approval"
MOST_ASKED = 20
"""More people of one level are not asked one by one: they find the payment in their list."""


class AccountPayment(models.Model):
    _inherit = "account.payment"

    @api.private
    def _bridge_ask_next(self):
        """Give an activity to everyone whose turn it is."""
        payment = self.sudo()
        asked = payment._bridge_current_approvals()._open().filtered(lambda one: not one.asked_at)
        asked._set(asked_at=fields.Datetime.now())
        for approval in asked:
            payment._bridge_tell(approval._people(), payment._bridge_ask_words(approval))

    def _bridge_ask_words(self, approval):
        return self.env._(
            "Decide: %(amount)s to %(payee)s (%(level)s)",
            amount=format_amount(self.env, self.amount, self.currency_id),
            payee=self.partner_id.display_name,
            level=approval.level_name,
        )

    def _bridge_mail_body(self, approval):
        """What a reminder says: what waits since when, and where to decide."""
        return Markup("<p>{}</p><p><a href='{}'>{}</a></p>").format(
            self.env._(
                "The payment %(payment)s of %(amount)s to %(payee)s waits for your decision since %(since)s.",
                payment=self.memo or self.display_name,
                amount=format_amount(self.env, self.amount, self.currency_id),
                payee=self.partner_id.display_name,
                since=self._bridge_time(approval.asked_at),
            ),
            f"{self.get_base_url()}/odoo/account.payment/{self.id}",
            self.env._("Open the payment"),
        )

    def _bridge_tell(self, people, summary):
        """One activity each for ``people`` who can decide and have none yet."""
        have = self.activity_ids.filtered(lambda one: one.activity_type_id == self.env.ref(ACTIVITY)).user_id
        able = people.filtered(lambda person: not self._bridge_find_place(person)[2])
        for person in (able - have)[:MOST_ASKED]:
            self.activity_schedule(ACTIVITY, user_id=person.id, summary=summary)

    def _bridge_end_asking(self):
        """Take away the activities of those who cannot decide any more; those still asked keep theirs."""
        for payment in self:
            activities = payment.activity_ids.filtered(lambda one: one.activity_type_id == self.env.ref(ACTIVITY))
            activities.filtered(lambda one, on=payment: on._bridge_find_place(one.user_id)[2]).unlink()

    @api.model
    def bridge_count_to_approve(self):
        """How many payments wait for the decision of whoever asks."""
        if not self.env.user.has_group("payment_bridge.group_approver"):
            return 0
        return self.search_count([("bridge_may_decide", "=", True)])


class PaymentBridgeApproval(models.Model):
    _inherit = "payment.bridge.approval"

    @api.model
    def _cron_remind(self):
        """Remind those who have not decided in time, and ask one more person where a level says so."""
        waiting = self.search([("state", "=", "waiting"), ("asked_at", "!=", False)])
        for approval in waiting._open():
            now = fields.Datetime.now()
            if approval._is_due(approval.remind_hours, now) and not approval.reminded_at:
                approval._set(reminded_at=now)
                approval._remind(approval._people(), "approval.reminded")
            if approval._is_due(approval.escalate_hours, now) and not approval.escalated_at:
                approval._set(escalated_at=now)
                approval._remind(approval.escalate_to_id, "approval.escalated")
            self.env["ir.cron"]._commit_progress(1)

    def _is_due(self, hours, now):
        return bool(hours) and self.asked_at + timedelta(hours=hours) <= now

    def _remind(self, people, event):
        """By activity and by e-mail, in the reader's language."""
        payment = self.payment_id
        people = people.filtered(lambda person: not payment._bridge_find_place(person)[2])[:MOST_ASKED]
        for person in people:
            speaking = payment.with_context(lang=person.lang)
            words = speaking._bridge_ask_words(self)
            speaking._bridge_tell(person, words)
            self.env["mail.mail"].sudo().create(
                {
                    "subject": words,
                    "body_html": speaking._bridge_mail_body(self),
                    "recipient_ids": [(4, person.partner_id.id)],
                    "auto_delete": True,
                }
            )
        self.env["payment.bridge.audit.event"]._record(
            event, payment, approval=self.id, level=self.level_name, people=people.mapped("login")
        )
