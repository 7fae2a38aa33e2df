"""A payment that needs approval waits, with its bills' amounts held, until it has it."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.approval_digest import Bill, changed_parts
from .payment_bridge_approval import GOOD
from .refusal import refused

SELECTION_APPROVAL = [
    ("waiting", "Waiting for Approval"),
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("changed", "Changed, to Be Submitted Again"),
    ("withdrawn", "Withdrawn"),
]
UNDECIDED = frozenset({"waiting", "changed"})
POSTED = frozenset({"in_process", "paid"})
ENDED = frozenset({"canceled", "rejected"})
CONTENT_FIELDS = frozenset(
    {"amount", "currency_id", "partner_id", "partner_bank_id", "journal_id", "payment_method_line_id", "payment_type"}
)
OWN_FIELDS = frozenset(
    {
        "bridge_approval_state", "bridge_approval_round", "bridge_submitted_by_id", "bridge_changed_by_id",
        "bridge_decision_count", "bridge_forced_rate", "bridge_approval_ids",
    }
)  # fmt: skip


class AccountPayment(models.Model):
    _inherit = "account.payment"

    bridge_approval_ids = fields.One2many("payment.bridge.approval", "payment_id", string="Approvals", readonly=True)
    bridge_approval_state = fields.Selection(
        SELECTION_APPROVAL, string="Approval", readonly=True, copy=False, index="btree_not_null", tracking=True
    )
    bridge_approval_round = fields.Integer(readonly=True, copy=False)
    bridge_submitted_by_id = fields.Many2one("res.users", string="Submitted By", readonly=True, copy=False)
    bridge_changed_by_id = fields.Many2one("res.users", string="Changed By", readonly=True, copy=False)
    bridge_decision_count = fields.Integer(readonly=True, copy=False)
    bridge_forced_rate = fields.Float(readonly=True, copy=False, digits=0)

    # -- guards ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        told = OWN_FIELDS | {f"default_{name}" for name in OWN_FIELDS}
        if any(told & set(vals) for vals in (*vals_list, self.env.context)):
            raise self._bridge_approval_told()
        payments = super().create(vals_list)
        payments.filtered(lambda payment: payment.state in POSTED)._bridge_require_entry_unposted()
        return payments

    def write(self, vals):
        """Refuse to post what is not approved, by whatever way it is tried; let a change void what was approved."""
        if OWN_FIELDS & set(vals):
            raise self._bridge_approval_told()
        if vals.get("state") in POSTED and (unreleased := self._bridge_unreleased()):
            if not vals.get("move_id"):
                unreleased._bridge_refuse_posting()
            # its entry was drafted along with the payment: it stays a draft, and so does the payment
            super(AccountPayment, unreleased).write({**vals, "state": "draft"})
            return super(AccountPayment, self - unreleased).write(vals)
        content = CONTENT_FIELDS & set(vals)
        touched = self.filtered("bridge_approval_state") if content else self.browse()
        result = super().write(vals)
        if touched:
            touched.sudo()._bridge_set_approval(bridge_changed_by_id=self.env.uid)
            touched._bridge_void_if_changed()
        if vals.get("state") in ENDED:
            self._bridge_withdraw()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        if submitted := self.sudo().filtered("bridge_approval_ids"):
            words = self.env._("A payment that was submitted for approval is part of the trail: cancel it instead.")
            raise refused(submitted, "deletion", UserError(words))

    def _bridge_approval_told(self):
        words = self.env._("Whether a payment is approved is decided by its approvers alone.")
        return refused(self, "approval_told", UserError(words))

    @api.private
    def _bridge_set_approval(self, **values):
        """Write the approval's own fields past :meth:`write`, which refuses them."""
        return super().write(values)

    def _bridge_gated(self):
        """Those of these payments that send money and have not been ordered."""
        return self.filtered(
            lambda payment: (
                payment.payment_type == "outbound"
                and (payment.bridge_channel_id or payment.sudo().bridge_approval_ids)
                and not payment.sudo().bridge_instruction_id
            )
        )

    def _bridge_unreleased(self):
        """Those of these payments that may not be posted yet."""
        return self._bridge_gated().filtered(lambda payment: not payment._bridge_is_released())

    @api.private
    def _bridge_is_released(self):
        """Whether nothing is missing: no rule asks for approval, or everyone asked has approved exactly this."""
        self.ensure_one()
        current = self._bridge_current_approvals().filtered(lambda approval: approval.state != "void")
        if not current:
            return not self._bridge_levels()
        if set(current.mapped("state")) - GOOD or not self.bridge_channel_id:
            return False
        digest = self._bridge_content().digest()
        return all(approval.digest == digest for approval in current)

    def _bridge_refuse_posting(self):
        words = self.env._(
            "%s is not approved: it is posted and sent by itself with its last approval. Nothing was sent.",
            ", ".join(payment.memo or payment.display_name for payment in self),
        )
        raise refused(self, "not_approved", UserError(words), instead=self.sudo().invoice_ids, payments=self.ids)

    def _bridge_require_entry_unposted(self):
        """Refuse a payment that was made with a posted entry, or as posted, past its approval."""
        if unreleased := self._bridge_unreleased():
            unreleased._bridge_refuse_posting()

    # -- what is approved --------------------------------------------------------

    @api.private
    def _bridge_content(self):
        """Exactly what would leave if this payment were ordered now."""
        self.ensure_one()
        payment = self.sudo()
        return payment.env["payment.bridge.instruction"].new(payment._bridge_instruction_vals())._approval_content()

    @api.private
    def _bridge_bills(self):
        """What this payment settles, for the digest."""
        return tuple(
            Bill(
                item=one.line_id.id,
                amount=exact(one.amount, one.line_id.currency_id),
                total=exact(one.bill_id.amount_total, one.bill_id.currency_id),
            )
            # not filtered(): that forgets which records are read together, and each bill would be read alone
            for one in self.sudo().bridge_reservation_ids
            if one.state != "released"
        )

    def _bridge_levels(self):
        """The levels that the rules ask for now."""
        return self.env["payment.bridge.approval.rule"]._fitting(self)._levels_for()

    @api.private
    def _bridge_current_approvals(self):
        """The approvals of the newest submission."""
        return self.sudo().bridge_approval_ids.filtered(lambda one: one.round == self.sudo().bridge_approval_round)

    @api.private
    def _bridge_makers(self):
        """Everyone who made this payment what it is: they do not approve it."""
        payment = self.sudo()
        return payment.create_uid | payment.bridge_submitted_by_id | payment.bridge_changed_by_id

    @api.private
    def _bridge_account_editor(self):
        """Who changed the payee's account last: that person does not approve it either."""
        account = self.sudo().partner_bank_id
        return account.bridge_edited_by_id or account.create_uid

    @api.private
    def _bridge_candidates(self, level):
        """Those whom ``level`` names and who may decide about this payment."""
        maker = self.sudo().bridge_submitted_by_id or self.sudo().create_uid
        people = level._people(maker)
        people -= self._bridge_makers() | self._bridge_account_editor()
        return people.filtered(
            lambda user: user._has_group("payment_bridge.group_approver") and self.company_id in user.company_ids
        )

    # -- submitting --------------------------------------------------------------

    def action_post(self):
        """Post and order what needs no approval or has it; submit the rest."""
        withheld = self.browse()
        for payment in self._bridge_gated():
            if payment.state in ENDED:
                raise UserError(self.env._("%s was cancelled: pay its bills anew.", payment.display_name))
            if not payment.bridge_channel_id:
                raise UserError(
                    self.env._("%s was submitted for a channel and has none now: cancel it.", payment.display_name)
                )
            if not payment._bridge_is_released():
                payment._bridge_submit()
                withheld |= payment
        # to the next method even when nothing is left: others add their own conditions there
        return super(AccountPayment, self - withheld).action_post()

    def action_bridge_submit_again(self):
        """Ask for approval of what the payment says now."""
        self.ensure_one()
        return self.action_post()

    @api.private
    def _bridge_submit(self):
        """Hold the bills and ask for the approvals that the rules demand, for exactly this payment.

        :raises UserError: when it waits already, would fail anyway, or nobody could approve it.
        """
        self.ensure_one()
        if self.sudo().bridge_approval_state == "waiting" and not self._bridge_changed_parts():
            raise refused(self, "not_approved", UserError(self._bridge_waiting_words()))
        self._bridge_check()
        self._bridge_before_approval()
        self._bridge_renew_holds()
        if self.state != "draft":
            self.state = "draft"
        self._bridge_void_round(self.env._("submitted again"))
        self._bridge_ask_approval(self._bridge_levels())

    def _bridge_ask_approval(self, levels):
        """Open a new round: ask for the approvals of ``levels``, for exactly what the payment says now."""
        payment = self.sudo()
        payment._bridge_set_approval(
            bridge_approval_round=payment.bridge_approval_round + 1,
            bridge_approval_state="waiting",
            bridge_submitted_by_id=self.env.uid,
        )
        content = self._bridge_content()
        approvals = self.env["payment.bridge.approval"]._require(self, levels, content)
        self.env["payment.bridge.audit.event"]._record(
            "approval.requested",
            self,
            round=payment.bridge_approval_round,
            digest=content.digest(),
            rules=sorted(set(approvals.mapped("rule_name"))),
            levels=approvals.mapped("level_name"),
            amount=str(content.amount),
            currency=content.currency,
        )
        self._bridge_ask_next()

    def _bridge_before_approval(self):
        """What has to be true before anybody is asked: nobody approves what a check blocks."""
        self._bridge_run_checks("prepared")

    def _bridge_renew_holds(self):
        """Hold what the payment pays: after a change of its amount anew, after a refusal again."""
        reservations = self.sudo().bridge_reservation_ids
        held = reservations.filtered(lambda one: one.state == "held")
        lines = (held or reservations).line_id
        if not lines or (held and not self.sudo().bridge_approval_state):
            return
        held._end("released")
        self.env["payment.bridge.reservation"]._hold(self, lines)

    # -- changes and ends --------------------------------------------------------

    @api.private
    def _bridge_changed_parts(self):
        """The names of the parts that are not as they were submitted; empty when all are."""
        self.ensure_one()
        asked = self._bridge_current_approvals().filtered(lambda approval: approval.state != "void")[:1]
        if not asked:
            return ()
        if not self.bridge_channel_id:
            return ("channel",)
        return changed_parts(asked.part_digests, self._bridge_content().part_digests())

    @api.private
    def _bridge_void_if_changed(self):
        """Void the approvals of payments that say something else now, and tell which part changed."""
        for payment in self:
            waiting = payment.sudo().bridge_approval_state == "waiting"
            if waiting and (parts := payment._bridge_changed_parts()):
                payment._bridge_void(parts)

    @api.private
    def _bridge_void(self, parts):
        """Void all approvals of the newest submission because ``parts`` changed."""
        self.ensure_one()
        words = self._bridge_part_words(parts)
        self._bridge_void_round(self.env._("changed: %s", words))
        self.sudo()._bridge_set_approval(bridge_approval_state="changed")
        self.env["payment.bridge.audit.event"]._record(
            "approval.voided", self, round=self.sudo().bridge_approval_round, changed=list(parts)
        )
        self.sudo().message_post(
            body=self.env._("Its approvals are void because this changed: %s. Submit it again.", words)
        )

    def _bridge_void_round(self, reason):
        live = self._bridge_current_approvals().filtered(lambda one: one.state in GOOD | {"waiting"})
        live._set(state="void", reason=reason)
        self.sudo()._bridge_end_asking()

    def _bridge_part_words(self, parts):
        """The changed parts as people call them."""
        names = {
            "operation": self.env._("what is ordered"),
            "payee": self.env._("the payee"),
            "account": self.env._("the payee's account"),
            "amount": self.env._("the amount"),
            "currency": self.env._("the currency"),
            "bills": self.env._("the bills"),
            "channel": self.env._("the channel"),
            "approval": self.env._("its approval"),
        }
        return ", ".join(names[part] for part in parts)

    def _bridge_withdraw(self):
        """A payment that is cancelled asks nobody any more and frees its bills."""
        for payment in self.sudo().filtered(lambda one: one.bridge_approval_state in UNDECIDED):
            payment._bridge_void_round(self.env._("withdrawn"))
            payment._bridge_set_approval(bridge_approval_state="withdrawn")
            self.env["payment.bridge.audit.event"]._record(
                "approval.withdrawn", payment, round=payment.bridge_approval_round
            )
        ended = self.sudo().filtered(lambda one: one.bridge_approval_ids and not one.bridge_instruction_id)
        ended.bridge_reservation_ids._end("released")


def exact(amount, currency):
    """A stored amount as a Decimal with its currency's places."""
    return currency.env["payment.bridge.instruction"].new({"currency_id": currency.id})._exact(amount)
