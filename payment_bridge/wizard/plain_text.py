"""The dialogs in which people write: no card numbers there."""

from odoo import models


class PaymentBridgeApprove(models.TransientModel):
    _name = "payment.bridge.approve"
    _inherit = ["payment.bridge.approve", "payment.bridge.plain.text"]


class PaymentBridgeOverrideEntry(models.TransientModel):
    _name = "payment.bridge.override.entry"
    _inherit = ["payment.bridge.override.entry", "payment.bridge.plain.text"]


class PaymentBridgeRefundEntry(models.TransientModel):
    _name = "payment.bridge.refund.entry"
    _inherit = ["payment.bridge.refund.entry", "payment.bridge.plain.text"]


class PaymentBridgeAccountVerify(models.TransientModel):
    _name = "payment.bridge.account.verify"
    _inherit = ["payment.bridge.account.verify", "payment.bridge.plain.text"]


class PaymentBridgeChannelSetup(models.TransientModel):
    _name = "payment.bridge.channel.setup"
    _inherit = ["payment.bridge.channel.setup", "payment.bridge.plain.text"]
