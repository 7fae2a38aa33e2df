"""Money that left and that nobody ordered: people are told at once, and above a limit the channel stops."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from odoo.addons.payment_bridge.models.real_user import real_user

from .difference_classes import SEVERITIES, UNORDERED

ADMIN = "payment_bridge.group_channel_admin"
ACTIVITY = "mail.mail_activity_data_warning"
LISTED = 20
"""So many movements are listed in the mail; the rest is counted."""


class PaymentBridgeDifference(models.Model):
    _inherit = "payment.bridge.difference"

    alarmed_at = fields.Datetime(readonly=True)
    alarm_seen = fields.Boolean(
        readonly=True, help="Somebody has opened the channel again knowing of it: it counts for no further stop."
    )

    @api.model
    @api.private
    def _alarm_unordered(self, channel):
        """Raise the alarm for the pay-outs of ``channel`` that nobody ordered, once for each."""
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE payment_bridge_difference d SET alarmed_at = %s
                  FROM payment_bridge_statement_line l
                 WHERE l.id = d.line_id AND d.channel_id = %s AND d.state = 'open' AND d.alarmed_at IS NULL
                   AND d.difference = ANY(%s) AND l.kind = 'pay_out'
                RETURNING d.id
                """,
                fields.Datetime.now(),
                channel.id,
                list(UNORDERED),
            )
        )
        if rows:
            found = self.browse(sorted(row[0] for row in rows))
            found.invalidate_recordset(["alarmed_at"])
            channel.sudo()._speaking()._alarm(found)


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    unordered_limit = fields.Monetary(
        string="Stop at Money Out Without an Order",
        default=lambda self: next(one.amount for one in SEVERITIES if one.code == "high"),
        tracking=True,
        help="When pay-outs that nobody ordered here amount to more than this since the channel was opened last, it"
        " stops sending until a person opens it again. Zero: it never stops, people are told only.",
    )
    alarm_paused = fields.Boolean(string="Stopped by Alarm", readonly=True, copy=False)
    resumed_at = fields.Datetime(readonly=True, copy=False)

    @api.constrains("unordered_limit")
    def _check_unordered_limit(self):
        if any(channel.unordered_limit < 0 for channel in self):
            raise ValidationError(self.env._("A limit cannot be negative."))

    @api.model
    def _audited_fields(self):
        return super()._audited_fields() | {"unordered_limit", "alarm_paused"}

    def _four_eyes_guarded(self, vals):
        guarded = super()._four_eyes_guarded(vals)
        return guarded | ({"unordered_limit"} & set(vals)) if self.state != "draft" else guarded

    def write(self, vals):
        """A channel that stopped by alarm is opened by a person with a reason, by no other door."""
        if not self.env.su and {"alarm_paused", "resumed_at"} & set(vals):
            raise UserError(self.env._("Whether an alarm stops a channel is not edited."))
        if vals.get("state") == "active" and self.filtered("alarm_paused"):
            raise UserError(
                self.env._("Money left here that nobody ordered. Open the channel again with Activate, and say why.")
            )
        return super().write(vals)

    def action_activate(self):
        """Ask for the reason where an alarm had stopped the channel."""
        stopped = self.filtered("alarm_paused")
        if not stopped:
            return super().action_activate()
        if len(self) > 1:
            raise UserError(
                self.env._("%s was stopped by an alarm: open it by itself, with the reason.", stopped[0].name)
            )
        self.check_access("write")
        wizard = self.env["payment.bridge.channel.resume"].create({"channel_id": self.id})
        return wizard._get_records_action(target="new", name=self.env._("Open the Channel Again"))

    # -- the alarm -------------------------------------------------------------------------

    @api.private
    def _alarm(self, found):
        """Tell the channel's people of money out without an order, and stop the channel above its limit."""
        self.ensure_one()
        total = sum(found.mapped("amount"))
        stops = self.state == "active" and self.unordered_limit and self._unordered_total() > self.unordered_limit
        if stops:
            self.alarm_paused = True
            self._pause(
                self.env._("%s left without an order. Find out who ordered it.", self.currency_id.format(total))
            )
        self.env["payment.bridge.audit.event"]._record(
            "channel.alarm",
            self,
            rows=len(found),
            amount=f"{total:.2f}",
            entries=found.line_id.mapped("entry_reference")[:LISTED],
            stopped=bool(stops),
        )
        summary = self.env._(
            "%(amount)s left %(channel)s without an order", amount=self.currency_id.format(total), channel=self.name
        )
        people = self._alarm_people()
        for person in people:
            self.activity_schedule(ACTIVITY, user_id=person.id, summary=summary)
        self.message_post(
            subject=summary,
            body=self._alarm_words(found, stops),
            partner_ids=people.partner_id.ids,
            message_type="notification",
            subtype_xmlid="mail.mt_comment",
        )

    def _unordered_total(self):
        """What pay-outs without an order amount to that are still open, since the channel was last opened."""
        totals = (
            self.env["payment.bridge.difference"]
            .sudo()
            ._read_group([*self._alarmed(), ("alarm_seen", "=", False)], [], ["amount:sum"])
        )
        return totals[0][0] or 0.0

    def _alarmed(self):
        """The alarms that nothing explains yet: one whose explanation was undone counts again."""
        return [
            ("channel_id", "=", self.id),
            ("state", "=", "open"),
            ("difference", "in", (*UNORDERED, "opened")),
            ("alarmed_at", "!=", False),
        ]

    def _alarm_people(self):
        """Who looks into the channel's differences, and its company's channel administrators."""
        admins = self.env.ref(ADMIN).sudo().all_user_ids
        people = self.difference_owner_id | admins.filtered(lambda one: self.company_id in one.company_ids)
        return people.filtered(lambda one: one.active and not one.share)

    def _alarm_words(self, found, stops):
        """What happened, what is known of the money, and what to do, for the mail."""
        rows = Markup("").join(
            Markup("<li>{} · {} · {}</li>").format(
                difference.line_id.settled_on,
                difference.currency_id.format(difference.line_id.amount),
                difference.line_id.entry_reference,
            )
            for difference in found[:LISTED]
        )
        rest = len(found) - LISTED
        more = Markup("<li>{}</li>").format(self.env._("and %s more", rest)) if rest > 0 else ""
        what_now = (
            self.env._("The channel has stopped: nothing is sent until a channel administrator opens it again.")
            if stops
            else self.env._("The channel goes on sending.")
        )
        return Markup("<p>{}</p><ul>{}{}</ul><p>{} {}</p>").format(
            self.env._("The platform paid this out and nobody ordered it here. The money has left the account."),
            rows,
            more,
            what_now,
            self.env._(
                "Ask the platform who ordered it and with which key, change the credentials if nobody here did, and"
                " treat the rows under Differences to Explain."
            ),
        )

    # -- opening again -----------------------------------------------------------------------

    @api.private
    def _resume(self, reason):
        """Open a channel that an alarm had stopped, as the person who is logged in.

        :raises UserError: without a reason; AccessError for who may not.
        """
        self.ensure_one()
        real_user(self.env)
        self.check_access("write")
        if not self.env.user.has_group(ADMIN):
            raise UserError(self.env._("This needs the role %s.", self.env.ref(ADMIN).sudo().full_name))
        if not (reason or "").strip():
            raise UserError(self.env._("Write down what was found out about the money."))
        if not self.alarm_paused:
            raise UserError(self.env._("No alarm stops this channel any more."))
        self.sudo().write({"alarm_paused": False, "resumed_at": fields.Datetime.now()})
        self.env["payment.bridge.difference"].sudo().search(self._alarmed()).alarm_seen = True
        self.env["payment.bridge.audit.event"]._record("channel.resumed", self, reason=reason.strip())
        self.message_post(body=self.env._("Opened again: %s", reason.strip()))
        self.activity_feedback([ACTIVITY], feedback=reason.strip())
        return self.action_activate()
