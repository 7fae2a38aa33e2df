"""All dialogs about statements: each about records that its user may see, by whatever door it is made."""

from odoo import models


class PaymentBridgeChannelResume(models.TransientModel):
    _name = "payment.bridge.channel.resume"
    _inherit = ["payment.bridge.channel.resume", "payment.bridge.dialog"]


class PaymentBridgeDifferenceResolve(models.TransientModel):
    _name = "payment.bridge.difference.resolve"
    _inherit = ["payment.bridge.difference.resolve", "payment.bridge.dialog"]


class PaymentBridgeMatchTry(models.TransientModel):
    _name = "payment.bridge.match.try"
    _inherit = ["payment.bridge.match.try", "payment.bridge.dialog"]


class PaymentBridgeMonthCheck(models.TransientModel):
    _name = "payment.bridge.month.check"
    _inherit = ["payment.bridge.month.check", "payment.bridge.dialog"]


class PaymentBridgeReconciliationReport(models.TransientModel):
    _name = "payment.bridge.reconciliation.report"
    _inherit = ["payment.bridge.reconciliation.report", "payment.bridge.dialog"]


class PaymentBridgeStatementImport(models.TransientModel):
    _name = "payment.bridge.statement.import"
    _inherit = ["payment.bridge.statement.import", "payment.bridge.dialog"]


class PaymentBridgeStatementLineIgnore(models.TransientModel):
    _name = "payment.bridge.statement.line.ignore"
    _inherit = ["payment.bridge.statement.line.ignore", "payment.bridge.dialog"]


class PaymentBridgeStatementLineMatch(models.TransientModel):
    _name = "payment.bridge.statement.line.match"
    _inherit = ["payment.bridge.statement.line.match", "payment.bridge.dialog"]


class PaymentBridgeStatementOpening(models.TransientModel):
    _name = "payment.bridge.statement.opening"
    _inherit = ["payment.bridge.statement.opening", "payment.bridge.dialog"]


class PaymentBridgeStatementPost(models.TransientModel):
    _name = "payment.bridge.statement.post"
    _inherit = ["payment.bridge.statement.post", "payment.bridge.dialog"]


class PaymentBridgeStatementPostMany(models.TransientModel):
    _name = "payment.bridge.statement.post.many"
    _inherit = ["payment.bridge.statement.post.many", "payment.bridge.dialog"]


class PaymentBridgeSuspenseClear(models.TransientModel):
    _name = "payment.bridge.suspense.clear"
    _inherit = ["payment.bridge.suspense.clear", "payment.bridge.dialog"]
