"""What is claimed from a platform: money it took, or did not pay, wrongly."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime

STEPS = {
    "sent": ("open", "refused"),
    "received": ("open", "sent", "refused"),
    "refused": ("open", "sent"),
    "open": ("sent", "received", "refused"),
}
"""state -> from which others it may be reached."""


class PaymentBridgeClaim(models.Model):
    """One claim, from the day somebody decides on it to the platform's answer.

    Fees that differ from the contract are gathered by the month in their own list (``payment.bridge.fee.claim``); this
    is for single movements.
    """

    _name = "payment.bridge.claim"
    _description = "Claim on a Platform"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_names_search = ("channel_id", "case")

    name = fields.Char(compute="_compute_name")
    difference_id = fields.Many2one("payment.bridge.difference", readonly=True, index=True, ondelete="restrict")
    channel_id = fields.Many2one("payment.bridge.channel", required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    line_id = fields.Many2one("payment.bridge.statement.line", string="Row", readonly=True, index="btree_not_null")
    instruction_id = fields.Many2one("payment.bridge.instruction", readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    reason = fields.Char(required=True, readonly=True)
    letter = fields.Text(compute="_compute_letter", help="What to write to the platform.")
    case = fields.Char(string="Platform's Case Number", tracking=True)
    state = fields.Selection(
        [
            ("open", "Open"),
            ("sent", "Sent"),
            ("received", "Received"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default="open",
        index=True,
        tracking=True,
    )
    sent_on = fields.Date(readonly=True)
    answered_on = fields.Date(readonly=True)
    received_line_id = fields.Many2one(
        "payment.bridge.statement.line",
        string="Came Back With",
        domain="[('channel_id', '=', channel_id), ('amount', '>', 0), ('state', '=', 'posted'),"
        " ('match_pass', '=', 'suspense')]",
        tracking=True,
        help="The row with which the platform gave it back, held on the suspense account like the one that is claimed.",
    )
    age = fields.Integer(string="Days Open", compute="_compute_age")

    _one_open = models.UniqueIndex(
        "(difference_id) WHERE state IN ('open', 'sent')", "This difference is claimed already."
    )

    @api.depends("channel_id.name", "amount")
    def _compute_name(self):
        for claim in self:
            claim.name = self.env._(
                "Claim %(number)s on %(channel)s", number=claim.id or "", channel=claim.channel_id.name or ""
            )

    @api.depends("create_date", "answered_on")
    def _compute_age(self):
        today = fields.Date.context_today(self)
        for claim in self:
            begun = claim.create_date and claim.create_date.date()
            claim.age = ((claim.answered_on or today) - begun).days if begun else 0

    @api.depends("line_id", "instruction_id", "amount", "reason")
    @api.depends_context("lang")
    def _compute_letter(self):
        for claim in self:
            line, order = claim.line_id, claim.instruction_id.sudo()
            told = [
                (self.env._("Amount"), claim.currency_id.format(claim.amount)),
                (self.env._("Your entry"), line.entry_reference),
                (self.env._("Your number"), line.platform_reference or order.platform_reference),
                (self.env._("Our number"), order.key or line.key),
                (self.env._("Day"), format_date(self.env, line.settled_on) if line else False),
                (self.env._("Time"), line.occurred_at and claim._platform_time(line.occurred_at)),
                (self.env._("Reason"), claim.reason),
            ]
            claim.letter = "\n".join(f"{word}: {value}" for word, value in told if value)

    def _platform_time(self, moment):
        """The moment as the platform's own lists show it, whoever reads the letter."""
        zone = self.channel_id.sudo()._capabilities().zone
        return f"{format_datetime(self.env, moment, tz=zone)} ({zone})"

    @api.model
    @api.private
    def _make(self, difference, reason):
        """Open a claim over a difference; answers it."""
        claim = self.create(
            {
                "difference_id": difference.id,
                "channel_id": difference.channel_id.id,
                "company_id": difference.company_id.id,
                "currency_id": difference.currency_id.id,
                "line_id": difference.line_id.id,
                "instruction_id": (difference.instruction_id or difference.similar_id).id,
                "amount": difference.amount,
                "reason": reason,
            }
        )
        claim._trail("opened")
        return claim

    def write(self, vals):
        """People note the platform's case number and what came back; the rest moves by the buttons."""
        own = {"case", "received_line_id"}
        if not self.env.su and any(
            name in self._fields and name not in own and not name.startswith(("message_", "activity_")) for name in vals
        ):
            raise UserError(self.env._("A claim moves by its buttons."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A claim is part of the trail and stays."))

    # -- steps ---------------------------------------------------------------------------

    def action_send(self):
        """Note that the platform has been asked."""
        self._step("sent", sent_on=fields.Date.context_today(self), answered_on=False)

    def action_receive(self):
        """The platform has paid. Where both movements are held on the suspense account they clear each other."""
        self._step("received", answered_on=fields.Date.context_today(self))
        for claim in self.filtered(lambda one: one.received_line_id and one.line_id.is_held):
            claim._clear_each_other()

    def action_refuse(self):
        """The platform refuses. What is held goes on being open on the suspense list."""
        self._step("refused", answered_on=fields.Date.context_today(self))

    def action_reopen(self):
        """Take the last step back."""
        if self.filtered(lambda claim: claim.state == "received" and claim.line_id.cleared_move_id):
            raise UserError(self.env._("The rows have cleared each other. Undo that on the row first."))
        self._step("open", sent_on=False, answered_on=False)

    def action_open_difference(self):
        """What the claim is about."""
        self.ensure_one()
        return self.difference_id._get_records_action()

    def _step(self, state, **values):
        self.env["payment.bridge.statement"]._require_clerk(self)
        self.check_access("read")
        for claim in self:
            if claim.state not in STEPS[state]:
                raise UserError(
                    self.env._(
                        "%(claim)s is %(state)s: that step is not open.",
                        claim=claim.name,
                        state=dict(self._fields["state"]._description_selection(self.env))[claim.state],
                    )
                )
            claim.sudo().write({"state": state, **values})
            claim._trail(state)

    @api.private
    def _withdraw(self):
        """Its treatment was taken back."""
        for claim in self.filtered(lambda one: one.state != "withdrawn"):
            if claim.state == "received":
                raise UserError(self.env._("%s has been paid. Open the claim again first.", claim.name))
            claim.write({"state": "withdrawn"})
            claim._trail("withdrawn")

    def _clear_each_other(self):
        line, back = self.line_id, self.received_line_id
        if self.currency_id.compare_amounts(-line.amount, back.amount):
            raise UserError(
                self.env._(
                    "%(back)s came back for %(claimed)s: clear the rows from the suspense list, and say there where the"
                    " rest goes.",
                    back=self.currency_id.format(back.amount),
                    claimed=self.currency_id.format(-line.amount),
                )
            )
        line._clear_with_row(back, self.env._("Claim %s", self.id))

    def _trail(self, step):
        self.env["payment.bridge.audit.event"]._record(
            f"claim.{step}", self, amount=f"{self.amount:.2f}", case=self.case or None
        )
