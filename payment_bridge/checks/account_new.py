"""Payee safety: the first payment to an account."""

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..connector.types import Bilingual
from .base import Check, Mode, Policy, register

_lt = LazyTranslate(__name__)


@register
class AccountNewCheck(Check):
    """An account that has never received money deserves a look, unless somebody has called the payee back."""

    code = "account_new"
    label = Bilingual("New account", "首次付款账户")
    purpose = Bilingual("The account has been paid before, or was confirmed.", "该账户以前付过款，或已经确认。")
    default = Policy(Mode.WARN)

    def load(self, cases):
        accounts = self.batch.payments.partner_bank_id
        self._paid = {
            row[0]
            for row in self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT partner_bank_id FROM account_payment
                     WHERE partner_bank_id = ANY(%s) AND payment_type = 'outbound'
                       AND (bridge_state = 'succeeded' OR (bridge_state IS NULL AND state = 'paid'))
                    """,
                    accounts.ids,
                )
            )
        }

    def judge(self, case):
        account = case.payment.partner_bank_id
        if account.id in self._paid:
            return self.fine(_lt("The account has been paid before."))
        if account._bridge_is_verified():
            return self.fine(
                _lt("The account is new and was confirmed by %s.", account.bridge_verified_by_id.name),
                verified_by=account.bridge_verified_by_id.id,
            )
        return self.fault(_lt("It is the first payment to this account, and nobody has called the payee back."))
