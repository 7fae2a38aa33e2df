"""Which of a channel's pay-outs leave together."""

from odoo import api, fields, models
from odoo.tools import split_every

from ..connector.types import Operation

LARGEST_BATCH = 500
"""The answer is noted for a whole batch in one transaction, which must not hold its locks for long."""


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    use_batches = fields.Boolean(
        string="Send Pay-outs in Batches",
        tracking=True,
        help="Pay-outs that wait at the same time leave as one order to the platform, which answers for all of them"
        " later, often after an hour. It needs the platform's consent to batches in your contract. Switch it off and"
        " each pay-out leaves by itself; batches that were sent already are followed to their end.",
    )
    first_batch_number = fields.Integer(
        string="Batches Are Counted From",
        default=1,
        required=True,
        tracking=True,
        help="Where another system sends batches of the same merchant account: the first number of a day that it does"
        " not use.",
    )
    can_batch = fields.Boolean(compute="_compute_can_batch")

    _first_batch_number_positive = models.Constraint(
        "CHECK (first_batch_number >= 1)", "Batches are counted from 1 or more."
    )

    @api.depends("connector_code")
    def _compute_can_batch(self):
        for channel in self:
            connector = channel._connector_class()
            channel.can_batch = bool(connector) and Operation.PAY_OUT_BATCH in connector.capabilities.operations

    @api.model
    def _audited_fields(self):
        return super()._audited_fields() | {"use_batches", "first_batch_number"}

    @api.private
    def _batch_size(self):
        """How many pay-outs may leave as one order; one where each leaves alone."""
        self.ensure_one()
        if not (self.use_batches and self.can_batch):
            return 1
        return min(self._capabilities().batch_maximum, LARGEST_BATCH)

    @api.private
    def _form_batches(self, connector, instructions, now):
        """Put pay-outs that were never sent into batches; answers the calls that send these. Who is in none
        leaves alone."""
        size = self._batch_size()
        if size < 2:
            return []
        calls = []
        for alike in instructions.grouped("currency_id").values():
            for members in split_every(size, alike.ids):
                if len(members) > 1:
                    together = instructions.browse(members)
                    calls.append(self.env["payment.bridge.batch"]._form(self, connector, together, now))
        return [call for call in calls if call]
