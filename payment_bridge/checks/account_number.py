"""Payee safety: an account number without typing errors, in a country where the company pays."""

import re
import unicodedata

from odoo.tools.translate import LazyTranslate

from ..connector.redaction import luhn_valid
from ..connector.types import Bilingual
from . import iban
from .base import Check, Mode, Policy, register

_lt = LazyTranslate(__name__)

CARD_LENGTHS = range(12, 20)


@register
class AccountNumberCheck(Check):
    """Check digits of cards and IBANs, characters that only look like digits or letters, and countries."""

    code = "account_number"
    label = Bilingual("Account number", "账号校验")
    purpose = Bilingual(
        "The account number has no typing error, and its country is allowed.", "账号无输入错误，且所在国家允许付款。"
    )
    cheap = True
    reads = frozenset({"countries"})
    default = Policy(Mode.BLOCK)

    def judge(self, case):
        account = case.payment.partner_bank_id
        if not account:
            return self.fault(_lt("There is no account to pay to."))
        number = (account.acc_number or "").strip()
        if unicodedata.normalize("NFKC", number) != number or any(ord(one) > 126 for one in number):
            return self.fault(_lt("The account number contains characters that only look like letters or digits."))
        compact = re.sub(r"[\s-]", "", number)
        is_iban = iban.looks_like_iban(compact)
        if is_iban and not iban.is_valid(compact):
            return self.fault(_lt("The IBAN has a typing error: its check digits or length do not fit."))
        if account.bridge_payee_kind == "bank_card" and not (len(compact) in CARD_LENGTHS and luhn_valid(compact)):
            return self.fault(_lt("The card number has a typing error: its check digit does not fit."))
        return self._country(case, compact[:2] if is_iban else None)

    def _country(self, case, iban_country):
        account = case.payment.partner_bank_id
        bank_country = account.bank_id.country.code
        country = iban_country or bank_country or case.payment.partner_id.commercial_partner_id.country_id.code
        if case.policy.countries and country not in case.policy.countries:
            return self.fault(
                _lt(
                    "The account is in %s, and the rule does not allow payments there.",
                    country or _lt("an unknown country"),
                ),
                country=country or None,
            )
        if iban_country and bank_country and iban_country != bank_country:
            return self.doubt(
                _lt("The IBAN is of %(iban)s, but its bank is in %(bank)s.", iban=iban_country, bank=bank_country),
                country=country,
            )
        return self.fine(_lt("The account number is well formed."), country=country or None)
