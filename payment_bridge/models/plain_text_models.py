"""The models in which people write, and the fields that they write: no card numbers there."""

from odoo import api, models
from odoo.exceptions import ValidationError

from ..connector.card_numbers import has_card_number
from .refusal import refused


class PaymentBridgeApprovalRule(models.Model):
    _name = "payment.bridge.approval.rule"
    _inherit = ["payment.bridge.approval.rule", "payment.bridge.plain.text"]


class PaymentBridgeCommittee(models.Model):
    _name = "payment.bridge.committee"
    _inherit = ["payment.bridge.committee", "payment.bridge.plain.text"]


class PaymentBridgeDelegation(models.Model):
    _name = "payment.bridge.delegation"
    _inherit = ["payment.bridge.delegation", "payment.bridge.plain.text"]


class PaymentBridgeOverride(models.Model):
    _name = "payment.bridge.override"
    _inherit = ["payment.bridge.override", "payment.bridge.plain.text"]


class PaymentBridgeScreeningList(models.Model):
    _name = "payment.bridge.screening.list"
    _inherit = ["payment.bridge.screening.list", "payment.bridge.plain.text"]

    @api.model
    def _plain_text_fields(self):
        return {"name"}


class PaymentBridgeChannel(models.Model):
    _name = "payment.bridge.channel"
    _inherit = ["payment.bridge.channel", "payment.bridge.plain.text"]

    @api.model
    def _plain_text_fields(self):
        return {"name"}


class PaymentBridgeChangeRequest(models.Model):
    _name = "payment.bridge.change.request"
    _inherit = ["payment.bridge.change.request", "payment.bridge.plain.text"]

    @api.model
    def _plain_text_fields(self):
        return {"reason"}


class PaymentBridgeDiscrepancy(models.Model):
    _name = "payment.bridge.discrepancy"
    _inherit = ["payment.bridge.discrepancy", "payment.bridge.plain.text"]

    @api.model
    def _plain_text_fields(self):
        return {"resolution"}


class PaymentBridgeScreeningCase(models.Model):
    _name = "payment.bridge.screening.case"
    _inherit = ["payment.bridge.screening.case", "payment.bridge.plain.text"]

    @api.model
    def _plain_text_fields(self):
        return {"reason"}


class PaymentBridgeAmlCase(models.Model):
    _name = "payment.bridge.aml.case"
    _inherit = ["payment.bridge.aml.case", "payment.bridge.plain.text"]

    @api.model
    def _plain_text_fields(self):
        return {"reason", "report_reference"}


class PaymentBridgeAmlThreshold(models.Model):
    _name = "payment.bridge.aml.threshold"
    _inherit = ["payment.bridge.aml.threshold", "payment.bridge.plain.text"]


class ResPartnerBank(models.Model):
    _name = "res.partner.bank"
    _inherit = ["res.partner.bank", "payment.bridge.plain.text"]

    @api.model
    def _plain_text_fields(self):
        """Not the number itself, which may well be a card's."""
        return {"note", "acc_holder_name", "bridge_bank_province", "bridge_bank_city", "bridge_bank_branch"}


class AccountPayment(models.Model):
    _inherit = "account.payment"

    @api.constrains("memo", "journal_id", "payment_method_line_id")
    def _check_bridge_memo(self):
        """The memo leaves with the payment, and comes back on statements."""
        for payment in self.filtered("bridge_channel_id"):
            if has_card_number(payment.memo):
                words = self.env._(
                    "The memo of %s holds what looks like a payment card number. Card numbers are not kept here:"
                    " remove it, or leave the last four digits only. Nothing was saved.",
                    payment.partner_id.display_name or self.env._("the payment"),
                )
                raise refused(payment, "card_number", ValidationError(words))
