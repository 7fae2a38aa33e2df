"""Fees that are not what was agreed: the list that is claimed from the platform."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class PaymentBridgeFeeClaim(models.Model):
    """One row whose fee differs from its schedule. Checking makes it and keeps its figures until somebody claims it."""

    _name = "payment.bridge.fee.claim"
    _description = "Fee Claimed From a Platform"
    _order = "day desc, id desc"
    _rec_name = "line_id"

    channel_id = fields.Many2one("payment.bridge.channel", required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    line_id = fields.Many2one("payment.bridge.statement.line", string="Row", required=True, readonly=True)
    schedule_id = fields.Many2one("payment.bridge.fee.schedule", readonly=True, ondelete="set null")
    day = fields.Date(readonly=True, required=True, index=True)
    gross = fields.Monetary(related="line_id.gross")
    charged = fields.Monetary(readonly=True)
    expected = fields.Monetary(string="Agreed", readonly=True)
    difference = fields.Monetary(readonly=True, help="What was charged too much; negative: too little.")
    state = fields.Selection(
        [
            ("open", "Open"),
            ("claimed", "Claimed"),
            ("settled", "Given Back"),
            ("dropped", "Not Claimed"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default="open",
        index=True,
    )
    claimed_on = fields.Date(readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True)

    _row_once = models.UniqueIndex("(line_id)", "The fee of this row is on the list already.")

    def action_claim(self):
        """Note that the platform has been asked for these."""
        self._decide("claimed", ("open",), claimed_on=fields.Date.context_today(self))

    def action_settle(self):
        """The platform has given these back."""
        self._decide("settled", ("open", "claimed"))

    def action_drop(self):
        """Leave these as they are."""
        self._decide("dropped", ("open", "claimed"))

    def action_reopen(self):
        """Back to the list."""
        self._decide("open", ("claimed", "settled", "dropped"), claimed_on=False)

    def _decide(self, state, allowed, **values):
        if not self.env.su and not self.env.user.has_group("payment_bridge.group_clerk"):
            raise UserError(self.env._("This needs the role %s.", self.env.ref("payment_bridge.group_clerk").full_name))
        claims = self.filtered(lambda claim: claim.state in allowed)
        claims.check_access("read")
        claims.sudo().write({"state": state, "decided_by_id": self.env.uid, **values})
        for channel, of_channel in claims.grouped("channel_id").items():
            self.env["payment.bridge.audit.event"]._record(
                f"fee_claims.{state}",
                channel,
                rows=len(of_channel),
                difference=f"{sum(of_channel.mapped('difference')):.2f}",
            )

    def action_open_row(self):
        """The row that the fee stands on."""
        self.ensure_one()
        return self.line_id._get_records_action()


class PaymentBridgeChannel(models.Model):
    _inherit = "payment.bridge.channel"

    fee_claim_count = fields.Integer(compute="_compute_fee_claim_count")

    def _compute_fee_claim_count(self):
        counts = dict(
            self.env["payment.bridge.fee.claim"]._read_group(
                [("channel_id", "in", self.ids), ("state", "=", "open")], ["channel_id"], ["__count"]
            )
        )
        for channel in self:
            channel.fee_claim_count = counts.get(channel, 0)

    def action_check_fees(self):
        """Check every fee against the schedules now and show the list."""
        self.ensure_one()
        self.env["payment.bridge.statement"]._require_clerk(self)
        self.sudo()._check_fees()
        action = self.env["ir.actions.act_window"]._for_xml_id("payment_bridge_reconcile.action_fee_claim")
        return {**action, "domain": [("channel_id", "=", self.id)]}

    @api.private
    def _check_fees(self):
        """Bring the list up to what the schedules say of the rows. What people decided stays as it is; what nobody has
        looked at follows the schedules, also back off the list."""
        self.ensure_one()
        if not self.fee_schedule_ids:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH checked AS (%(checked)s), wrong AS (
                    SELECT * FROM checked WHERE abs(charged - expected) > COALESCE(tolerance, 0)
                ), gone AS (
                    DELETE FROM payment_bridge_fee_claim c
                     WHERE c.channel_id = %(channel)s AND c.state = 'open'
                       AND NOT EXISTS (SELECT FROM wrong w WHERE w.line_id = c.line_id)
                )
                INSERT INTO payment_bridge_fee_claim AS known
                       (channel_id, company_id, currency_id, line_id, schedule_id, day, charged, expected, difference,
                        state, create_uid, create_date, write_uid, write_date)
                SELECT %(channel)s, %(company)s, %(currency)s, line_id, schedule_id, settled_on, charged, expected,
                       charged - expected, 'open', %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM wrong ORDER BY settled_on, line_id
                    ON CONFLICT (line_id) DO UPDATE
                   SET (schedule_id, charged, expected, difference, write_date)
                       = ROW (excluded.schedule_id, excluded.charged, excluded.expected, excluded.difference, %(now)s)
                 WHERE known.state = 'open' AND (known.schedule_id, known.charged, known.expected)
                       IS DISTINCT FROM (excluded.schedule_id, excluded.charged, excluded.expected)
                """,
                checked=self._checked_fees(),
                channel=self.id,
                company=self.company_id.id,
                currency=self.currency_id.id,
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        self.env["payment.bridge.fee.claim"].invalidate_model()
