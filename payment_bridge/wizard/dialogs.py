"""All dialogs: about records that their user may see; where people write in them, without card numbers."""

from odoo import models


class PaymentBridgeApprove(models.TransientModel):
    _name = "payment.bridge.approve"
    _inherit = ["payment.bridge.approve", "payment.bridge.dialog", "payment.bridge.plain.text"]


class PaymentBridgeOverrideEntry(models.TransientModel):
    _name = "payment.bridge.override.entry"
    _inherit = ["payment.bridge.override.entry", "payment.bridge.dialog", "payment.bridge.plain.text"]


class PaymentBridgeRefundEntry(models.TransientModel):
    _name = "payment.bridge.refund.entry"
    _inherit = ["payment.bridge.refund.entry", "payment.bridge.dialog", "payment.bridge.plain.text"]


class PaymentBridgeAccountVerify(models.TransientModel):
    _name = "payment.bridge.account.verify"
    _inherit = ["payment.bridge.account.verify", "payment.bridge.dialog", "payment.bridge.plain.text"]


class PaymentBridgeChannelSetup(models.TransientModel):
    _name = "payment.bridge.channel.setup"
    _inherit = ["payment.bridge.channel.setup", "payment.bridge.dialog", "payment.bridge.plain.text"]


class PaymentBridgeCharge(models.TransientModel):
    _name = "payment.bridge.charge"
    _inherit = ["payment.bridge.charge", "payment.bridge.dialog"]


class PaymentBridgeCollect(models.TransientModel):
    _name = "payment.bridge.collect"
    _inherit = ["payment.bridge.collect", "payment.bridge.dialog"]


class PaymentBridgeCredentialEntry(models.TransientModel):
    _name = "payment.bridge.credential.entry"
    _inherit = ["payment.bridge.credential.entry", "payment.bridge.dialog"]


class PaymentBridgeChannelTest(models.TransientModel):
    _name = "payment.bridge.channel.test"
    _inherit = ["payment.bridge.channel.test", "payment.bridge.dialog"]


class PaymentBridgeScreeningLoad(models.TransientModel):
    _name = "payment.bridge.screening.load"
    _inherit = ["payment.bridge.screening.load", "payment.bridge.dialog"]


class PaymentBridgePersonalData(models.TransientModel):
    _name = "payment.bridge.personal.data"
    _inherit = ["payment.bridge.personal.data", "payment.bridge.dialog", "payment.bridge.plain.text"]
