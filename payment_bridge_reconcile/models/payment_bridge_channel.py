"""What a channel does with its statements."""

from odoo import api, fields, models

from odoo.addons.payment_bridge.connector.types import Operation

from .posting_plan import SELECTION_MODE, SETTLEMENT


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    statements_from = fields.Date(
        tracking=True,
        help="The first day whose statement is expected; set when the channel is activated.",
    )
    auto_post = fields.Selection(
        [
            ("never", "Only by hand"),
            ("complete", "When every row is explained"),
            ("matched", "Whatever is explained"),
        ],
        string="Post by Itself",
        default="never",
        required=True,
        tracking=True,
        help="Whether the scheduled action posts statements into the books. Rows that nothing explains"
        " are never posted without a person.",
    )
    posting_mode = fields.Selection(
        SELECTION_MODE,
        string="Post As",
        default=SETTLEMENT,
        required=True,
        tracking=True,
        help="One entry a day with an item for each row; one entry for each row; or one entry a day and kind of row,"
        " with the rows behind it, for hundreds of thousands of rows. A change counts for what is posted from now on.",
    )
    match_days = fields.Integer(
        default=3,
        required=True,
        tracking=True,
        help="How many days a row and a payment may lie apart that agree in amount and carry no number in common. They"
        " are matched only when neither has a second choice.",
    )
    late_minutes = fields.Integer(
        string="Late in the Day",
        default=30,
        required=True,
        tracking=True,
        help="A payment made in so many minutes before the platform's day ends may stand on the next day's statement.",
    )
    carry_days = fields.Integer(
        string="Carried Over",
        default=1,
        required=True,
        tracking=True,
        help="For how many banking days such a payment is waited for before it counts as missing.",
    )
    refund_days = fields.Integer(
        string="Refunds Within",
        default=7,
        required=True,
        tracking=True,
        help="Within how many days a refund must stand on a statement.",
    )
    stale_days = fields.Integer(
        string="Open for Too Long",
        default=30,
        required=True,
        tracking=True,
        help="After how many days a payment is told that no statement was there for.",
    )
    rounding_tolerance = fields.Float(
        digits=0, default=0.01, required=True, tracking=True, help="Up to which amount a difference counts as rounding."
    )
    fee_rate = fields.Float(
        string="Agreed Fee (%)",
        digits=0,
        tracking=True,
        help="What the platform charges for a collection by contract, where no schedule of agreed fees counts. Zero:"
        " only what schedules tell is checked.",
    )
    difference_owner_id = fields.Many2one(
        "res.users", string="Looks Into Differences", tracking=True, help="Who gets new differences of this channel."
    )
    statement_unmatched_count = fields.Integer(compute="_compute_statement_counts")
    statement_late_count = fields.Integer(compute="_compute_statement_counts")

    def _compute_statement_counts(self):
        lines = dict(
            self.env["payment.bridge.statement.line"]._read_group(
                [("channel_id", "in", self.ids), ("state", "=", "unmatched")], ["channel_id"], ["__count"]
            )
        )
        statements = self.env["payment.bridge.statement"]
        late = dict(
            statements._read_group(
                [("channel_id", "in", self.ids), *statements._late_domain()], ["channel_id"], ["__count"]
            )
        )
        for channel in self:
            channel.statement_unmatched_count = lines.get(channel, 0)
            channel.statement_late_count = late.get(channel, 0)

    @api.model
    def _audited_fields(self):
        return super()._audited_fields() | {
            "auto_post",
            "posting_mode",
            "transfer_days",
            "statements_from",
            "match_days",
            "late_minutes",
            "carry_days",
            "refund_days",
            "stale_days",
            "rounding_tolerance",
            "fee_rate",
            "difference_owner_id",
        }

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") == "active":
            for channel in self.filtered(lambda one: not one.statements_from):
                channel.statements_from = channel._today()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        channels = super().create(vals_list)
        for channel in channels.filtered(lambda one: one.state == "active" and not one.statements_from):
            channel.statements_from = channel._today()
        return channels

    def action_open_statements(self):
        """The channel's statements."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("payment_bridge_reconcile.action_statement")
        return {**action, "domain": [("channel_id", "=", self.id)], "context": {}}

    @api.private
    def _statement_kinds(self):
        """The kinds of statement the platform offers; none where its add-on is not installed."""
        connector = self._connector_class()
        return connector.capabilities.statement_kinds if connector else ()

    @api.private
    def _statement_kind(self, code):
        """The declared kind of that code, or None."""
        return next((kind for kind in self._statement_kinds() if kind.code == code), None)

    @api.private
    def _booked_kind(self):
        """The kind whose rows explain the balance, or None."""
        return next((kind for kind in self._statement_kinds() if kind.covers_balance), None)

    @api.private
    def _fetches_statements(self):
        """Whether the platform hands out statements by itself."""
        connector = self._connector_class()
        return bool(connector and Operation.STATEMENT in connector.capabilities.operations)
