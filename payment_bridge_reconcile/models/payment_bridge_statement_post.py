"""From matched rows to journal entries: first the plan, which people see, then exactly that."""

from odoo import api, models
from odoo.exceptions import UserError


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    @api.private
    def _post(self, with_suspense=False, expected=None):
        """Post what :meth:`_plan` says, as one run that can be undone. Answers the run, empty when there
        was nothing to post.

        :param expected: the digest of the plan that a person has seen
        :raises UserError: when the plan is not that one any more.
        """
        self.ensure_one()
        self._require_clerk()
        self._lock_channel(self.channel_id)
        plan = self._plan(with_suspense)
        plan.check_shown(self.env, expected)
        postings = self.env["payment.bridge.posting"].sudo()
        if not plan.entries:
            return postings
        posting = postings.create({"statement_id": self.id, "posted_by_id": self.env.uid, "mode": plan.mode})
        posting._make_entries(plan)
        self._refresh_state()
        self.env["payment.bridge.audit.event"]._record(
            "statement.posted",
            posting,
            statement=self.name,
            rows=sum(len(entry.lines) for entry in plan.entries),
            net=f"{plan.net:.2f}",
            mode=plan.mode,
            suspense=bool(with_suspense),
            entries=posting.entry_ids.move_id.mapped("name"),
        )
        return posting

    @api.model
    def _cron_post(self):
        """Match again what is open, and post for the channels that post by themselves. When the time is used up after
        something was done, it goes on at once, so that no channel waits behind another from hour to hour."""
        if not self._work_on_channels():
            self.env.ref("payment_bridge_reconcile.cron_post")._trigger()
            self.env["ir.cron"]._commit_progress()

    def _work_on_channels(self):
        """Answers False when the time was used up after something was done: going on finds less to do. Where nothing
        was done yet it goes on to the next channel, whatever the time."""
        cron = self.env["ir.cron"]
        done = 0
        channels = self.env["payment.bridge.channel"].with_context(active_test=False).search([])
        for channel in channels:
            done += channel._match_lines()
            done += channel._treat_differences()
            channel._check_fees()
            self.env["payment.bridge.fee.invoice"]._make_months(channel)
            if not cron._commit_progress() and done:
                return False
            for statement in self._due_on(channel):
                if not statement._post_by_itself():
                    break
                if not cron._commit_progress(1):
                    return False
            done += channel._match_transfers()
            if not cron._commit_progress() and done:
                return False
        return True

    def _due_on(self, channel):
        """What of a channel is posted without a person, oldest first."""
        if channel.auto_post == "never":
            return self.browse()
        due = self.search(
            [("channel_id", "=", channel.id), ("state", "=", "loaded"), ("covers_balance", "=", True)],
            order="last_day, id",
        )
        return due.filtered(lambda one: one._posts_by_itself())

    def _posts_by_itself(self):
        """Whether the channel lets it be posted without a person, and there is something to post."""
        return bool(self.matched_count) and not (self.channel_id.auto_post == "complete" and self.unmatched_count)

    def _post_by_itself(self):
        """Answers False when this channel must wait for a person."""
        try:
            with self.env.cr.savepoint():
                lang = self.company_id.partner_id.lang
                self.with_company(self.company_id).with_context(lang=lang)._post()
        except UserError as error:
            self.message = self.env._("It could not be posted by itself: %s", error)
            return False
        return True
