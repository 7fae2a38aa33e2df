"""The last gate: what leaves is what was approved, found out again in the transaction that sends it."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS

from ..connector.types import Operation
from ..tools.approval_digest import Account, ApprovedContent, changed_parts
from ..tools.languages import in_each_language
from .payment_bridge_approval import GOOD
from .plain_context import without_defaults
from .refusal import refused

PAYING = frozenset({Operation.PAY_OUT.value, Operation.REFUND.value})
HELD_FOR = timedelta(days=1)


class PaymentBridgeDiscrepancy(models.Model):
    _inherit = "payment.bridge.discrepancy"

    kind = fields.Selection(selection_add=[("approval", "Not as approved")], ondelete={"approval": "cascade"})


class PaymentBridgeInstruction(models.Model):
    _inherit = "payment.bridge.instruction"

    released_digest = fields.Char(readonly=True, help="SHA-256 of what was released to be sent.")
    released_parts = fields.Json(readonly=True, groups=NO_ACCESS)

    @api.model_create_multi
    def create(self, vals_list):
        """Order nothing that is not approved: whoever makes an instruction, by whatever way, passes here."""
        if any({"released_digest", "released_parts"} & set(vals) for vals in vals_list):
            words = self.env._("What is released is found out here, not told.")
            raise refused(self, "approval_told", UserError(words))
        plain = without_defaults(self)  # no state by default of the caller
        instructions = super(PaymentBridgeInstruction, plain).create(vals_list).with_env(self.env)
        for instruction in instructions.filtered(lambda one: one.operation in PAYING):
            content = instruction._approval_content()
            if parts := instruction._approval_breach(content, released=False):
                code = "not_approved" if parts == ("approval",) else "not_as_approved"
                error = UserError(instruction._say_breach(parts))
                raise refused(instruction.payment_id, code, error, parts=list(parts))
            instruction._set(released_digest=content.digest(), released_parts=content.part_digests())
        return instructions

    @api.private
    def _approval_content(self):
        """Exactly what this instruction sends."""
        self.ensure_one()
        one = self.sudo()
        return ApprovedContent(
            operation=one.operation,
            payee=one.partner_id.id or 0,
            payee_name=one.payee_name or "",
            account=Account(
                kind=one.payee_kind or "",
                number=one.payee_account or "",
                bank=one.payee_bank_name or "",
                bank_code=one.payee_bank_code or "",
                province=one.payee_bank_province or "",
                city=one.payee_bank_city or "",
                branch=one.payee_bank_branch or "",
            ),
            amount=one._exact(one.amount),
            currency=one.currency_id.name,
            bills=one.payment_id._bridge_bills(),
            channel=one.channel_id.id,
            original=one.original_id.key or "",
        )

    def _approval_breach(self, content, released=True):
        """The parts that are not as approved; ``("approval",)`` when it never was approved and should have been;
        empty when all is well. ``released`` False: it is only being made."""
        payment = self.payment_id.sudo()
        approvals = payment._bridge_current_approvals().filtered(lambda one: one.state != "void")
        if approvals:
            if set(approvals.mapped("state")) - GOOD:
                return ("approval",)
            return changed_parts(approvals[0].part_digests, content.part_digests())
        if released and self.released_digest:
            if payment.bridge_approval_state == "changed":
                return ("approval",)
            return changed_parts(self.sudo().released_parts, content.part_digests())
        rules = self.env["payment.bridge.approval.rule"]
        if not payment:
            return ("approval",) if rules._company_has_rules(self.company_id.id) else ()
        return ("approval",) if payment._bridge_levels() else ()

    def _say_breach(self, parts):
        if parts == ("approval",):
            return self.env._("%s is not approved. Nothing was sent.", self.payment_id.display_name or self.key)
        return self.env._(
            "%(payment)s is not what was approved: %(parts)s changed. Nothing was sent.",
            payment=self.payment_id.display_name,
            parts=self.payment_id._bridge_part_words(parts),
        )

    @api.private
    def _leaves_as_approved(self):
        """Whether this is what was approved, in the transaction that sends it; what is not, is held.

        Then its approvals are void, and a discrepancy says which part changed. It leaves no more until it has been
        approved again; or a person withdraws it and its bills are paid anew.
        """
        self.ensure_one()
        if self.operation not in PAYING or not (parts := self._approval_breach(self._approval_content())):
            return True
        words = self._say_breach(parts)
        texts = in_each_language(self.env, lambda lang: self.with_context(lang=lang)._say_breach(parts))
        self._set(not_before=fields.Datetime.now() + HELD_FOR, hold_texts=texts)
        if self.payment_id and self.payment_id.bridge_approval_state == "approved":
            self.payment_id._bridge_void(parts)
        self.env["payment.bridge.audit.event"]._record("instruction.held", self, key=self.key, changed=list(parts))
        self.env["payment.bridge.discrepancy"]._raise(
            "approval",
            instruction=self,
            key=f"approval-{self.key}",
            summary=self.env._(
                "%(words)s Find out who changed it. Then submit the payment again, or cancel it before sending and pay"
                " its bills anew.",
                words=words,
            ),
        )
        return False
