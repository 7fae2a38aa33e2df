"""An instruction as its connector needs it: plain values, in the port's words."""

from datetime import UTC

from odoo import api, models

from ..connector.types import ChargeOrder, CollectOrder, Operation, OrderReference, Payee, PayOutOrder, RefundOrder


class PaymentBridgeInstruction(models.Model):
    _inherit = "payment.bridge.instruction"

    @api.private
    def _order_for(self, placed_at):
        """The order to place; ``placed_at`` (UTC, naive) is when it is, or was, sent first."""
        self.ensure_one()
        maker = {
            Operation.PAY_OUT: self._pay_out_order,
            Operation.COLLECT: self._collect_order,
            Operation.CHARGE: self._charge_order,
            Operation.REFUND: self._refund_order,
        }[Operation(self.operation)]
        return maker(aware(placed_at))

    def _pay_out_order(self, placed_at):
        return PayOutOrder(
            key=self.key,
            amount=self._money(),
            title=self.title,
            remark=self.remark or None,
            placed_at=placed_at,
            payee=Payee(
                kind=self.payee_kind,
                account=self.sudo().payee_account,
                name=self.payee_name or None,
                registration=self.sudo().payee_registration or None,
                bank_name=self.payee_bank_name or None,
                bank_code=self.payee_bank_code or None,
                bank_province=self.payee_bank_province or None,
                bank_city=self.payee_bank_city or None,
                bank_branch=self.payee_bank_branch or None,
            ),
        )

    def _collect_order(self, placed_at):
        return CollectOrder(
            key=self.key,
            amount=self._money(),
            method=self.method,
            title=self.title,
            remark=self.remark or None,
            placed_at=placed_at,
            expires_at=aware(self.expires_at),
            return_url=self.return_url or None,
            payer_ip=self.sudo().payer_ip or None,
        )

    def _charge_order(self, placed_at):
        return ChargeOrder(
            key=self.key,
            amount=self._money(),
            auth_code=self.sudo().auth_code or "",
            title=self.title,
            remark=self.remark or None,
            placed_at=placed_at,
        )

    def _refund_order(self, placed_at):
        return RefundOrder(
            key=self.key,
            amount=self._money(),
            original=self.original_id._reference(),
            reason=self.title,
            placed_at=placed_at,
        )

    @api.private
    def _reference(self):
        """Enough of the instruction to ask the platform about it."""
        self.ensure_one()
        return OrderReference(
            key=self.key,
            operation=Operation(self.operation),
            amount=self._money(),
            payee_kind=self.payee_kind or None,
            platform_reference=self.platform_reference or None,
            fund_reference=self.fund_reference or None,
            sent_at=aware(self.sent_at),
            placed_at=aware(self.placed_at or self.sent_at),
            expires_at=aware(self.expires_at),
            method=self.method or None,
            original=self.original_id._reference() if self.original_id else None,
        )


def aware(moment):
    """A moment of the database (UTC, naive) as the port wants it."""
    return moment.replace(tzinfo=UTC) if moment else None
