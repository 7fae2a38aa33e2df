"""One order placed with a channel."""

import base64
import os
from decimal import Decimal
from secrets import token_urlsafe

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS
from odoo.tools import SQL

from ..connector import registry
from ..connector.redaction import mask_account
from ..connector.types import ActionKind, Money, Operation
from ..tools.languages import in_language
from .instruction_states import (
    ENDED_WITHOUT_PAYMENT,
    FINAL,
    LIVE,
    OPEN_AT_PLATFORM,
    State,
    may_become,
)
from .refusal import refused

SELECTION_STATE = [
    (State.QUEUED.value, "Waiting to be sent"),
    (State.SENDING.value, "Being sent"),
    (State.UNCERTAIN.value, "Result unknown"),
    (State.PROCESSING.value, "Processing"),
    (State.SUCCEEDED.value, "Succeeded"),
    (State.FAILED.value, "Failed"),
    (State.CLOSED.value, "Closed"),
    (State.RETURNED.value, "Returned"),
    (State.CANCELLED.value, "Cancelled"),
]
SELECTION_OPERATION = [
    (Operation.PAY_OUT.value, "Pay-out"),
    (Operation.COLLECT.value, "Collection"),
    (Operation.CHARGE.value, "Charged payment code"),
    (Operation.REFUND.value, "Refund"),
]
SELECTION_ACTION = [
    (ActionKind.QR.value, "Code to scan"),
    (ActionKind.LINK.value, "Address to open"),
    (ActionKind.FORM.value, "Page to open"),
    (ActionKind.CONFIRM.value, "Confirmation by the payee"),
]
INCOMING = frozenset({Operation.COLLECT, Operation.CHARGE})
"""Operations that bring money in. Somebody waits for them, so they leave before everything else."""


class PaymentBridgeInstruction(models.Model):
    """An order to a platform, with the idempotency key that makes repeating it harmless.

    Its content is fixed when it is made. Its state moves only through :meth:`_move_to`, by the table
    of :mod:`.instruction_states`, each step with an audit event in the same transaction.
    """

    _name = "payment.bridge.instruction"
    _description = "Payment Instruction"
    _order = "id desc"
    _rec_name = "key"

    key = fields.Char(
        string="Our Number",
        required=True,
        readonly=True,
        index=True,
        help="Sent with every repeat of this order: the platform pays it at most once.",
    )
    channel_id = fields.Many2one("payment.bridge.channel", required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    payment_id = fields.Many2one("account.payment", readonly=True, index=True, ondelete="restrict")
    partner_id = fields.Many2one("res.partner", readonly=True, index=True)
    operation = fields.Selection(
        SELECTION_OPERATION, required=True, readonly=True, default=Operation.PAY_OUT.value, index=True
    )
    urgent = fields.Boolean(readonly=True, help="Somebody stands and waits: it leaves before what can wait.")
    invoice_id = fields.Many2one(
        "account.move", readonly=True, index="btree_not_null", help="The invoice that is collected."
    )
    original_id = fields.Many2one(
        "payment.bridge.instruction",
        string="Refund Of",
        readonly=True,
        index="btree_not_null",
        help="The collection that a refund gives back.",
    )
    refund_ids = fields.One2many("payment.bridge.instruction", "original_id", string="Refunds", readonly=True)
    refund_held = fields.Float(
        readonly=True, digits=(16, 4), help="What refunds of this collection have given back, or still may."
    )
    method = fields.Char(string="Collect Method", readonly=True)
    auth_code = fields.Char(readonly=True, groups=NO_ACCESS, help="The presented payment code, until it was charged.")
    return_url = fields.Char(readonly=True)
    access_token = fields.Char(readonly=True, copy=False, index="btree_not_null", groups=NO_ACCESS)
    payer_ip = fields.Char(readonly=True, groups=NO_ACCESS)
    amount = fields.Monetary(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    payee_kind = fields.Char(readonly=True)
    payee_kind_label = fields.Char(compute="_compute_payee")
    payee_account = fields.Char(readonly=True, groups=NO_ACCESS)
    payee_account_masked = fields.Char(string="Account", compute="_compute_payee")
    payee_name = fields.Char(readonly=True)
    payee_registration = fields.Char(readonly=True)
    payee_bank_name = fields.Char(readonly=True)
    payee_bank_code = fields.Char(readonly=True)
    payee_bank_province = fields.Char(readonly=True)
    payee_bank_city = fields.Char(readonly=True)
    payee_bank_branch = fields.Char(readonly=True)
    title = fields.Char(readonly=True, required=True)
    remark = fields.Char(readonly=True)

    action_kind = fields.Selection(SELECTION_ACTION, string="What Comes Next", readonly=True)
    action_content = fields.Char(readonly=True, groups="payment_bridge.group_reader")
    action_fields = fields.Json(readonly=True, groups=NO_ACCESS)
    action_expires_at = fields.Datetime(string="Valid Until", readonly=True)
    expires_at = fields.Datetime(readonly=True, help="Nobody can pay this collection any more after that time.")
    ends_at = fields.Datetime(
        readonly=True, help="From then on the platform is told to end it, unless it has a result by then."
    )
    counterparty = fields.Char(string="Paid By", readonly=True, help="As the platform names the payer, masked.")

    state = fields.Selection(SELECTION_STATE, required=True, readonly=True, default=State.QUEUED.value, index=True)
    platform_reference = fields.Char(readonly=True, index="btree_not_null")
    fund_reference = fields.Char(
        readonly=True, index="btree_not_null", help="The number under which the platform's statement shows it."
    )
    platform_status = fields.Char(readonly=True)
    platform_code = fields.Char(readonly=True)
    platform_message = fields.Char(readonly=True)
    advice = fields.Text(string="What It Means", compute="_compute_advice")
    advice_texts = fields.Json(readonly=True, help="What the platform's answer means, in each language.")
    hold_reason = fields.Char(compute="_compute_hold_reason", help="Why a waiting instruction has not left yet.")
    hold_texts = fields.Json(readonly=True, help="That reason in each language.")
    executed_at = fields.Datetime(readonly=True)
    expected_at = fields.Datetime(readonly=True)

    not_before = fields.Datetime(readonly=True)
    claim_token = fields.Integer(readonly=True)
    send_count = fields.Integer(string="Times Sent", readonly=True)
    placed_at = fields.Datetime(readonly=True, help="When it was sent first: the same in every repeat.")
    sent_at = fields.Datetime(string="Last Sent", readonly=True)
    may_arrive_until = fields.Datetime(
        readonly=True, help="Until when an order that the platform did not know may still reach it."
    )
    query_count = fields.Integer(string="Times Asked", readonly=True)
    next_query_at = fields.Datetime(string="Asked Next", readonly=True)
    watch_until = fields.Datetime(readonly=True, help="Until when a successful payment is watched for a late return.")
    finished_at = fields.Datetime(readonly=True)
    books_pending = fields.Boolean(
        readonly=True, help="The result is known but the journal entries could not follow yet."
    )
    # The other side of account.payment.bridge_instruction_id: spares the ORM a search at every step.
    ordering_payment_ids = fields.One2many("account.payment", "bridge_instruction_id", readonly=True)
    exchange_ids = fields.One2many("payment.bridge.exchange", "instruction_id", readonly=True)
    notification_ids = fields.One2many("payment.bridge.notification", "instruction_id", readonly=True)
    discrepancy_ids = fields.One2many("payment.bridge.discrepancy", "instruction_id", readonly=True)
    can_query = fields.Boolean(compute="_compute_can")
    can_cancel = fields.Boolean(compute="_compute_can")

    _key_unique = models.UniqueIndex("(channel_id, key)", "An instruction's number is used once per channel.")
    _live_per_payment = models.UniqueIndex(
        "(payment_id) WHERE state IN ('queued', 'sending', 'uncertain', 'processing', 'succeeded')",
        "This payment already has an instruction that may have moved money.",
    )
    _one_offer = models.UniqueIndex(
        "(invoice_id, channel_id, method) WHERE state IN ('queued', 'sending', 'uncertain', 'processing')"
        " AND operation = 'collect'",
        "This invoice is already being collected this way.",
    )
    _refunds_within_collected = models.Constraint(
        "CHECK (COALESCE(refund_held, 0) = 0 OR (refund_held > 0 AND refund_held <= amount + 0.00005))",
        "More would be given back than was collected. Nothing was sent.",
    )
    _amount_positive = models.Constraint("CHECK (amount > 0)", "An instruction needs an amount above zero.")
    _queue = models.Index("(channel_id, urgent DESC, id) WHERE state = 'queued'")
    _due = models.Index("(next_query_at) WHERE next_query_at IS NOT NULL")
    _claimed = models.Index("(claim_token) WHERE state = 'sending'")

    @api.depends("payee_kind")
    @api.depends_context("lang")
    def _compute_payee(self):
        kinds = registry.payee_kinds()
        for instruction in self:
            kind = kinds.get(instruction.payee_kind)
            instruction.payee_kind_label = kind.label.in_language(self.env.lang) if kind else False
            instruction.payee_account_masked = mask_account(instruction.sudo().payee_account)

    @api.depends("platform_code", "advice_texts")
    @api.depends_context("lang")
    def _compute_advice(self):
        for instruction in self:
            connector = instruction.channel_id._connector_class() if instruction.channel_id else None
            words = connector.explain(instruction.platform_code) if connector else None
            instruction.advice = (
                words.in_language(self.env.lang) if words else in_language(instruction.advice_texts, self.env.lang)
            )

    @api.depends("hold_texts")
    @api.depends_context("lang")
    def _compute_hold_reason(self):
        for instruction in self:
            instruction.hold_reason = in_language(instruction.hold_texts, self.env.lang)

    @api.depends("state")
    def _compute_can(self):
        for instruction in self:
            instruction.can_query = instruction.state in OPEN_AT_PLATFORM | {State.SUCCEEDED}
            instruction.can_cancel = instruction.state == State.QUEUED

    def write(self, vals):  # pylint: disable=method-required-super
        words = self.env._("An instruction is changed only by what the platform says and by its own buttons.")
        raise refused(self, "instruction_written", UserError(words), fields=sorted(vals))

    def copy(self, default=None):  # pylint: disable=method-required-super
        words = self.env._("An instruction cannot be duplicated: pay the bill again instead.")
        raise refused(self, "instruction_written", UserError(words))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        words = self.env._("An instruction is part of the trail and cannot be deleted.")
        raise refused(self, "deletion", UserError(words))

    # -- what people may do -------------------------------------------------

    def action_query_now(self):
        """Ask the platform as soon as a scheduled action runs, which is at once."""
        self._require_group("payment_bridge.group_clerk")
        asked = self.filtered("can_query")
        if not asked:
            raise UserError(self.env._("There is nothing to ask the platform about."))
        asked.sudo()._set(next_query_at=fields.Datetime.now())
        self._wake_querier()
        return self._notice(self.env._("The platform is being asked now."))

    def action_send_now(self):
        """Let a waiting instruction leave at once instead of at its time."""
        self._require_group("payment_bridge.group_clerk")
        waiting = self.filtered(lambda instruction: instruction.state == State.QUEUED)
        if not waiting:
            raise UserError(self.env._("Nothing here waits to be sent."))
        waiting.sudo()._set(not_before=False)
        self._wake_dispatcher()
        return self._notice(self.env._("It leaves with the next run, which starts now."))

    def action_cancel(self):
        """Withdraw instructions that have not been sent; their bills open again."""
        self._require_group("payment_bridge.group_clerk")
        for instruction in self.sudo():
            instruction._require_withdrawable()
            instruction._withdraw(self.env._("Withdrawn before sending."))

    @api.private
    def _require_withdrawable(self):
        """:raises UserError: when it has left, or may have."""
        if self._lock_state() != State.QUEUED:
            words = self.env._(
                "%s has left already and cannot be withdrawn. Ask the platform for its result.", self.key
            )
            raise refused(self, "has_left", UserError(words))
        if self._may_still_arrive():
            raise UserError(
                self.env._(
                    "%s was sent without an answer and may still arrive at the platform. Until it certainly"
                    " cannot, some minutes from now, it is only sent again, under its own number.",
                    self.key,
                )
            )

    def _may_still_arrive(self):
        """Whether an earlier sending, of which the platform knew nothing when asked, may still reach it."""
        return bool(self.may_arrive_until) and self.may_arrive_until > fields.Datetime.now()

    @api.private
    def _withdraw(self, reason):
        """End it before it was sent."""
        self._move_to(State.CANCELLED, reason=reason)

    def action_open_payment(self):
        """The payment behind the instruction."""
        self.ensure_one()
        return self.payment_id._get_records_action()

    def _require_group(self, group):
        """:raises UserError: for a person without the role; :class:`AccessError` for another company's records."""
        self.check_access("read")
        if not self.env.user.has_group(group):
            words = self.env._("This needs the role %s.", self.env.ref(group).sudo().full_name)
            raise refused(self, "no_role", UserError(words))

    def _notice(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "info", "message": message, "next": {"type": "ir.actions.act_window_close"}},
        }

    # -- making -------------------------------------------------------------

    @api.model
    @api.private
    def _place(self, vals_list):
        """Make instructions and wake the dispatcher. They leave only after this transaction commits."""
        instructions = self.sudo().create(
            [
                {
                    "key": self._new_key(),
                    "urgent": vals.get("operation") in INCOMING,
                    "access_token": token_urlsafe(24),
                    **vals,
                }
                for vals in vals_list
            ]
        )
        for instruction in instructions:
            self.env["payment.bridge.audit.event"]._record(
                "instruction.queued",
                instruction,
                key=instruction.key,
                operation=instruction.operation,
                payment=instruction.payment_id.name,
                amount=str(instruction._money().amount),
                currency=instruction.currency_id.name,
                payee=instruction.payee_account_masked,
            )
        self._wake_dispatcher(urgent=any(instructions.mapped("urgent")))
        return instructions

    @api.model
    def _new_key(self):
        """A number that is unique for ever and fits every platform: the day, then 80 random bits."""
        random_part = base64.b32encode(os.urandom(10)).decode()
        return f"{fields.Date.today():%Y%m%d}{random_part}"

    @api.private
    def _money(self):
        return Money(self._exact(self.amount), self.currency_id.name)

    def _exact(self, amount):
        """The stored amount as a Decimal with the currency's places: nothing finer is ever stored."""
        return Decimal(f"{amount:.{self.currency_id.decimal_places}f}")

    # -- the one way a state changes ----------------------------------------

    def _lock_state(self):
        """Lock the row and answer its state as it is now."""
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(
            SQL("SELECT state FROM payment_bridge_instruction WHERE id = %s FOR UPDATE", self.id),
            log_exceptions=False,  # two workers meeting here is normal; the later one tries again
        )
        state = self.env.cr.fetchone()[0]
        self.invalidate_recordset(["state"])
        return State(state)

    @api.private
    def _set(self, **values):
        """Write technical fields past :meth:`write`, which refuses everything."""
        return super().write(values)

    @api.private
    def _move_to(self, new, *, reason, source=None, **values):
        """Make one step of the table, with its audit event and its effect on the books.

        ``reason`` is kept in the trail; ``source`` says who told (answer, query, notification, person).

        :raises ValueError: for a step that the table does not allow.
        """
        self._step(self._lock_state(), State(new), reason, source, values)

    def _step(self, current, new, reason, source, values):
        """Like :meth:`_move_to`, for a caller that has locked the row and seen ``current``."""
        if not may_become(current, new):
            raise ValueError(f"instruction {self.key} cannot go from {current} to {new}")
        if new in ENDED_WITHOUT_PAYMENT:
            values.update(finished_at=fields.Datetime.now(), next_query_at=False, books_pending=True)
        elif new == State.SUCCEEDED:
            values.update(
                finished_at=fields.Datetime.now(), books_pending=self.operation in INCOMING, **self._watch_values()
            )
        if new in FINAL:
            values.update(ends_at=False, auth_code=False, action_kind=False, action_content=False, action_fields=False)
        self._set(state=new.value, **values)
        self.env["payment.bridge.audit.event"]._record(
            f"instruction.{new}",
            self,
            key=self.key,
            previous=current.value,
            reason=reason,
            source=source,
            code=values.get("platform_code"),
            reference=values.get("platform_reference"),
        )
        self._follow_in_books(new, reason)

    @api.private
    def _say_state(self, state):
        """A state as people read it."""
        return dict(self._fields["state"]._description_selection(self.env))[state]

    @api.model
    @api.private
    def _live_states(self):
        """States in which an instruction may have moved money, or still may."""
        return [state.value for state in LIVE]
