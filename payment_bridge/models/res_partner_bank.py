"""Where a vendor is paid on a platform: kept, trusted and tracked like any bank account."""

import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..connector import registry
from ..connector.redaction import luhn_valid, mask_account


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    bridge_payee_kind = fields.Selection(
        selection="_selection_bridge_payee_kind",
        string="Kind of Account",
        help="How payment platforms know this account. It decides through which channels it can be paid.",
    )
    bridge_bank_province = fields.Char(string="Bank Province")
    bridge_bank_city = fields.Char(string="Bank City")
    bridge_bank_branch = fields.Char(string="Bank Branch")

    @api.model
    def _selection_bridge_payee_kind(self):
        return [(code, kind.label.in_language(self.env.lang)) for code, kind in registry.payee_kinds().items()]

    @api.constrains("bridge_payee_kind", "acc_number")
    def _check_bridge_payee(self):
        for account in self.filtered("bridge_payee_kind"):
            kind = registry.payee_kinds().get(account.bridge_payee_kind)
            number = (account.acc_number or "").strip()
            if kind and not re.fullmatch(kind.account_pattern, number):
                raise ValidationError(
                    self.env._(
                        "“%(number)s” is not a valid %(what)s.",
                        number=mask_account(number),
                        what=kind.account_label.in_language(self.env.lang),
                    )
                )
            digits = re.sub(r"[\s-]", "", number)
            if account.bridge_payee_kind == "bank_card" and not luhn_valid(digits):
                raise ValidationError(self.env._("The card number has a typing error: its check digit does not fit."))
