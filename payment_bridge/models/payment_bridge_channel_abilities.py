"""What a channel can do, read from its connector's capabilities and said in words."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.i18n import format_list

from ..connector import registry
from ..connector.types import Operation


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    can_pay_out = fields.Boolean(compute="_compute_abilities", search="_search_can_pay_out")
    is_online = fields.Boolean(compute="_compute_abilities")
    reads_balance = fields.Boolean(compute="_compute_abilities")
    abilities = fields.Char(string="What It Does", compute="_compute_abilities")

    @api.depends("connector_code")
    @api.depends_context("lang")
    def _compute_abilities(self):
        for channel in self:
            connector = channel._connector_class()
            operations = connector.capabilities.operations if connector else frozenset()
            channel.can_pay_out = Operation.PAY_OUT in operations
            channel.is_online = bool(operations)
            channel.reads_balance = Operation.BALANCE in operations
            channel.abilities = connector and channel._say_abilities(connector.capabilities)

    @api.model
    def _search_can_pay_out(self, operator, value):
        """Odoo asks with ``in`` alone and turns the rest into it."""
        if operator != "in":
            return NotImplemented
        payers = [one.code for one in registry.all_connectors() if Operation.PAY_OUT in one.capabilities.operations]
        if {True, False} <= set(value):
            return Domain.TRUE
        return Domain("connector_code", "in" if True in value else "not in", payers)

    def _say_abilities(self, capabilities):
        """One sentence for what it does, and one for what a person does instead where it does not pay."""
        operations = capabilities.operations
        said = [
            words
            for able, words in (
                (Operation.PAY_OUT in operations, self.env._("pays out")),
                (Operation.COLLECT in operations, self.env._("collects by code or link")),
                (Operation.CHARGE in operations, self.env._("charges presented codes")),
                (Operation.REFUND in operations, self.env._("refunds")),
                (Operation.BALANCE in operations, self.env._("reads the balance")),
                (Operation.STATEMENT in operations, self.env._("fetches statements")),
                (
                    capabilities.statement_kinds and Operation.STATEMENT not in operations,
                    self.env._("takes statements by upload"),
                ),
            )
            if able
        ]
        sentences = [self.env._("This channel %s.", format_list(self.env, said))] if said else []
        if Operation.PAY_OUT not in operations:
            sentences.append(
                self.env._("It sends no payments: a person orders them at the portal, and records them here.")
            )
        return " ".join(sentences)

    @api.private
    def _require_online(self):
        """:raises UserError: for a channel that talks to nobody."""
        for channel in self:
            if not channel.is_online:
                raise UserError(self.env._("%s has no online connection: there is nothing to test.", channel.name))
