"""Deciding about a payment: approve, refuse, and what the last approval sets going."""

from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_amount

from .account_payment_approval import UNDECIDED
from .payment_bridge_approval import GOOD
from .real_user import identity_confirmed, real_user
from .refusal import refused


class Problem(NamedTuple):
    """Why somebody may not decide: in one word for the trail, and in a sentence for people."""

    code: str
    words: str


class AccountPayment(models.Model):
    _inherit = "account.payment"

    bridge_may_decide = fields.Boolean(
        string="For Me to Decide", compute="_compute_bridge_may_decide", search="_search_bridge_may_decide"
    )
    bridge_approval_note = fields.Char(string="Waits For", compute="_compute_bridge_approval_note")

    @api.depends("bridge_approval_state", "bridge_approval_ids.state")
    @api.depends_context("uid")
    def _compute_bridge_may_decide(self):
        for payment in self:
            payment.bridge_may_decide = (
                payment.sudo().bridge_approval_state == "waiting" and not (payment._bridge_find_place(self.env.user)[2])
            )

    def _search_bridge_may_decide(self, operator, value):
        if operator not in ("=", "in"):
            return NotImplemented
        wanted = value if operator == "=" else True in value
        approvals = self.env["payment.bridge.approval"]._asking(self.env.user, self.env.companies)
        mine = approvals.payment_id.filtered(lambda payment: not payment._bridge_find_place(self.env.user)[2])
        return [("id", "in" if wanted else "not in", mine.ids)]

    @api.depends("bridge_approval_state", "bridge_approval_ids.state")
    @api.depends_context("lang")
    def _compute_bridge_approval_note(self):
        for payment in self:
            payment.bridge_approval_note = payment._bridge_approval_words()

    @api.private
    def _bridge_approval_words(self):
        """Where the approval stands, in a sentence; False for a payment that needs none."""
        state = self.sudo().bridge_approval_state
        if state == "waiting":
            return self._bridge_waiting_words()
        if state == "changed":
            return self.env._("It was changed after it had been submitted: submit it again.")
        if state == "refused":
            refused = self._bridge_current_approvals().filtered(lambda one: one.state == "refused")[:1]
            return self.env._(
                "Refused by %(person)s: %(reason)s", person=refused.decided_by_id.name, reason=refused.reason
            )
        if state == "withdrawn":
            return self.env._("Withdrawn before it was approved.")
        if state == "approved":
            good = self._bridge_current_approvals().filtered(lambda one: one.state in GOOD)
            return self.env._("Approved by %s.", ", ".join(good.decided_by_id.mapped("name")))
        return False

    def _bridge_waiting_words(self):
        current = self._bridge_current_approvals()
        asked = current._open()
        later = current.filtered(lambda one: one.state == "waiting") - asked
        now = ", ".join(dict.fromkeys(asked.mapped("level_name")))
        if not later:
            return self.env._("Waiting for approval by %s.", now)
        return self.env._(
            "Waiting for approval by %(now)s, then %(later)s.",
            now=now,
            later=", ".join(dict.fromkeys(later.mapped("level_name"))),
        )

    # -- who may -----------------------------------------------------------------

    def _bridge_find_place(self, person):
        """(approval, in whose place, :class:`Problem`) for ``person``: the last is None when the person may decide."""
        self.ensure_one()
        none = self.env["payment.bridge.approval"]
        if self.sudo().bridge_approval_state != "waiting":
            return none, None, Problem("not_waiting", self.env._("it does not wait for a decision."))
        if problem := self._bridge_ruled_out(person):
            return none, None, problem
        current = self._bridge_current_approvals()
        used = self._bridge_used_people(current)
        if person in used:
            words = self.env._("you have decided about it already: the same person never fills two levels.")
            return none, None, Problem("second_level", words)
        problem = Problem("not_asked", self.env._("you are not among those who are asked now."))
        for approval in current._open():
            place = approval._place_for(person)
            if place is None:
                continue
            if place != person and (place in used or self._bridge_ruled_out(place, role=False)):
                words = self.env._("%s, in whose place you would decide, may not decide about it.", place.name)
                problem = Problem("place_ruled_out", words)
                continue
            return approval, place, None
        return none, None, problem

    def _bridge_ruled_out(self, person, role=True):
        """Why ``person`` can decide about this payment at no level; None when nothing says so."""
        if role and not person._has_group("payment_bridge.group_approver"):
            return Problem("not_approver", self.env._("you do not have the role Approver."))
        if self.sudo().company_id not in person.sudo().company_ids:
            return Problem("other_company", self.env._("it belongs to another company."))
        if person in self._bridge_makers():
            return Problem("own_payment", self.env._("nobody approves a payment of one's own."))
        if person in self._bridge_account_editor():
            words = self.env._("you changed the payee's account last, so somebody else has to approve it.")
            return Problem("own_account", words)
        return None

    def _bridge_used_people(self, approvals):
        """Everyone who has approved, or in whose place somebody did."""
        good = approvals.filtered(lambda one: one.state in GOOD)
        return good.decided_by_id | good.on_behalf_of_id

    # -- deciding ----------------------------------------------------------------

    @api.private
    def _bridge_decide(self, decision, reason=""):
        """Decide, as the person who is logged in: ``approve`` or ``refuse``, the latter with a reason.

        Answers the names of the parts that changed since it was submitted: then its approvals are void and
        nothing is decided. With the last approval it is posted, its bills are settled and it is ordered, all
        in this transaction.

        :raises AccessError: when this person may not decide, saying why.
        :raises UserError: for a refusal without a reason, or when it could not be paid any more.
        """
        self.ensure_one()
        person = real_user(self.env, self)
        self.check_access("read")
        self._bridge_lock_decision()
        approval, place, problem = self._bridge_find_place(person)
        if not problem and self.env["payment.bridge.role.guard"]._conflicts_of(person):
            words = self.env._("you hold roles that do not go together, and no exception for them is in force.")
            problem = Problem("role_conflict", words)
        if problem:
            words = self.env._("You cannot decide about this payment: %s", problem.words)
            raise refused(self, problem.code, AccessError(words), decision=decision)
        if decision == "approve":
            if parts := self._bridge_changed_parts():
                self._bridge_void(parts)
                return parts
            self._bridge_run_checks("approved")
            self._bridge_require_identity()
        elif not (reason or "").strip():
            raise UserError(self.env._("Write down why it is refused."))
        self._bridge_note_decision(approval, person, place, decision, reason)
        if decision == "refuse":
            self._bridge_refused(reason)
        elif not self._bridge_current_approvals().filtered(lambda one: one.state == "waiting"):
            self._bridge_release()
        else:
            self._bridge_ask_next()
        return ()

    def _bridge_lock_decision(self):
        """Let one decision about this payment be made at a time: a second one at once sees the first, or is
        carried out again by Odoo after it."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE account_payment SET bridge_decision_count = COALESCE(bridge_decision_count, 0) + 1"
                " WHERE id = %s",
                self.id,
            )
        )
        self.invalidate_recordset(["bridge_decision_count", "bridge_approval_state", "bridge_approval_ids"])
        self.sudo().bridge_approval_ids.invalidate_recordset()

    def _bridge_note_decision(self, approval, person, place, decision, reason):
        state = "approved" if decision == "approve" else "refused"
        approval._set(
            state=state,
            decided_by_id=person.id,
            on_behalf_of_id=place.id,
            decided_at=fields.Datetime.now(),
            reason=(reason or "").strip() or False,
        )
        self.env["payment.bridge.audit.event"]._record(
            f"approval.{state}",
            self,
            approval=approval.id,
            round=approval.round,
            level=approval.level_name,
            rule=approval.rule_name,
            digest=approval.digest,
            person=person.login,
            place=place.login if place != person else None,
            reason=(reason or "").strip() or None,
        )
        self.sudo()._bridge_end_asking()

    @api.private
    def _bridge_needs_identity(self):
        """Whether approving this payment needs the password or the second factor again."""
        company = self.company_id.sudo()
        limit = company.bridge_step_up_amount
        if not limit:
            return False
        amount = self.currency_id._convert(self.amount, company.currency_id, company, self.date)
        return company.currency_id.compare_amounts(amount, limit) >= 0

    def _bridge_require_identity(self):
        if self._bridge_needs_identity() and not identity_confirmed():
            words = self.env._(
                "Approving %s needs your password or second factor again: approve it from its form or the list.",
                format_amount(self.env, self.amount, self.currency_id),
            )
            raise refused(self, "identity", AccessError(words))

    def _bridge_refused(self, reason):
        """Cancel the payment and free its bills."""
        payment = self.sudo()
        payment._bridge_current_approvals().filtered(lambda one: one.state in GOOD | {"waiting"})._set(state="void")
        payment._bridge_set_approval(bridge_approval_state="refused")
        payment.action_cancel()
        payment.bridge_reservation_ids._end("released")
        words = self.env._(
            "The payment of %(amount)s to %(payee)s was refused by %(person)s: %(reason)s. Its bills are open again.",
            amount=format_amount(self.env, self.amount, self.currency_id),
            payee=self.partner_id.display_name,
            person=self.env.user.name,
            reason=reason.strip(),
        )
        for document in (payment, *payment._bridge_documents()):
            document.message_post(body=words)
        maker = payment.bridge_submitted_by_id
        if maker.active and not maker.share:
            payment.activity_schedule("mail.mail_activity_data_warning", user_id=maker.id, summary=words[:120])

    # -- releasing ---------------------------------------------------------------

    @api.private
    def _bridge_release(self):
        """Post, settle the bills and order, once everyone has approved."""
        self.ensure_one()
        payment = self.sudo()
        held = payment.bridge_reservation_ids.filtered(lambda one: one.state == "held")
        drafts = held.bill_id.filtered(lambda bill: bill.state != "posted")
        if drafts:
            raise UserError(
                self.env._("%s is not posted any more: post it again, or refuse the payment.", drafts[0].display_name)
            )
        payment._bridge_set_approval(bridge_approval_state="approved")
        self.env["payment.bridge.audit.event"]._record(
            "approval.released", payment, round=payment.bridge_approval_round
        )
        payment.action_post()
        if payment.bridge_refund_of_id:
            payment._bridge_settle_credit()
        payment._bridge_settle_held(held)

    def _bridge_settle_held(self, held):
        """Let the payment's entry take the place of the holds, as the register-payment wizard does."""
        lines = held.line_id
        held._end("booked")
        rate = {"forced_rate_from_register_payment": self.bridge_forced_rate} if self.bridge_forced_rate else {}
        types = self._get_valid_payment_account_types()
        own = self.move_id.line_ids.filtered(lambda item: item.account_type in types and not item.reconciled)
        for account in own.account_id:
            items = (own + lines).filtered(lambda item, of=account: item.account_id == of and not item.reconciled)
            items.with_context(**rate).reconcile()
        if lines:
            lines.move_id.matched_payment_ids += self

    def _bridge_settle_credit(self):
        """A refund that waits for approval has no entry yet: its release settles it."""
        if self.sudo().bridge_approval_state in UNDECIDED:
            return None
        return super()._bridge_settle_credit()
