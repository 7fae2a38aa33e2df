"""Payee safety: one account at several vendors."""

from collections import defaultdict

from odoo.tools.translate import LazyTranslate

from ..connector.types import Bilingual
from .base import Check, Mode, Policy, register

_lt = LazyTranslate(__name__)

SHOWN = 3


@register
class AccountSharedCheck(Check):
    """The same account number at another partner may be a group's treasury, or somebody who diverts money."""

    code = "account_shared"
    label = Bilingual("Shared account", "账户共用")
    purpose = Bilingual("No other partner has the same account.", "没有其他往来单位使用同一账户。")
    default = Policy(Mode.WARN)

    def load(self, cases):
        numbers = self.batch.payments.partner_bank_id.mapped("sanitized_acc_number")
        accounts = self.env["res.partner.bank"].search(
            [("sanitized_acc_number", "in", [number for number in numbers if number])]
        )
        self._holders = defaultdict(set)
        for account in accounts:
            self._holders[account.sanitized_acc_number].add(account.partner_id.commercial_partner_id)

    def judge(self, case):
        payment = case.payment
        holders = self._holders.get(payment.partner_bank_id.sanitized_acc_number, set())
        others = holders - {payment.partner_id.commercial_partner_id}
        if not others:
            return self.fine(_lt("Nobody else has this account."))
        # a partner of another company is counted, not named
        shown = sorted(
            (one for one in others if one.company_id in (payment.company_id, one.company_id.browse())),
            key=lambda one: one.id,
        )
        if not shown:
            return self.fault(_lt("The account also belongs to a partner that you may not see."), elsewhere=True)
        return self.fault(
            _lt("The account also belongs to %s.", ", ".join(one.name or "" for one in shown[:SHOWN])),
            partners=[one.id for one in shown],
            elsewhere=len(shown) < len(others),
        )
