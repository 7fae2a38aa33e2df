"""Payee safety: account data that was changed waits, and somebody else has called the payee back."""

from datetime import timedelta

from odoo.tools import format_datetime
from odoo.tools.translate import LazyTranslate

from ..connector.types import Bilingual
from .base import Check, Mode, Policy, Stage, register

_lt = LazyTranslate(__name__)


@register
class AccountChangedCheck(Check):
    """A changed account is paid only after the cool-down, and only when a person other than the editor has
    noted how the payee confirmed it. An account that was changed after the payment was ordered stops it."""

    code = "account_changed"
    label = Bilingual("Changed account", "账户变更")
    purpose = Bilingual(
        "Changed account data waits some days and is confirmed by calling the payee back.",
        "账户资料变更后须冷静期满，并由他人回访收款方确认。",
    )
    cheap = True
    reads = frozenset({"days", "call_back"})
    default = Policy(Mode.BLOCK, days=3, call_back=True)

    def judge(self, case):
        account = case.payment.partner_bank_id
        if self.batch.stage == Stage.SENDING and self._differs_from_order(case.payment):
            return self.fault(
                _lt(
                    "The payee's account was changed after this payment was ordered. Cancel it before sending and"
                    " pay the bill anew."
                )
            )
        changed_at = account.bridge_changed_at
        if not changed_at:
            return self.fine(_lt("The payee's account has not been changed since it was entered."))
        editor = account.bridge_changed_by_id.name or ""
        evidence = {"changed_at": changed_at.isoformat(), "changed_by": account.bridge_changed_by_id.id}
        free_at = changed_at + timedelta(days=case.policy.days)
        if free_at > self.batch.now:
            return self.fault(
                _lt(
                    "The payee's account was changed by %(who)s: it may be paid from %(when)s.",
                    who=editor,
                    when=format_datetime(self.env, free_at, dt_format="short"),
                ),
                **evidence,
            )
        if case.policy.call_back and not account._bridge_is_verified():
            return self.fault(
                _lt("The payee's account was changed by %s, and nobody else has called the payee back yet.", editor),
                **evidence,
            )
        return self.fine(
            _lt("The payee's account was changed, and the waiting time is over."),
            **evidence,
            verified_by=account.bridge_verified_by_id.id,
        )

    def _differs_from_order(self, payment):
        order, account = payment.bridge_instruction_id, payment.partner_bank_id
        return bool(order) and (order.payee_account or "") != (account.acc_number or "").strip()
