"""One difference, the ways of treating it, and the entries that each would make."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.treatment_ways import SELECTION_WAY
from ..treatments import WAYS, Asked
from .plan_preview import render_plan


class PaymentBridgeDifferenceResolve(models.TransientModel):
    """Shows what is known, proposes the nearest way, and does exactly what it has shown."""

    _name = "payment.bridge.difference.resolve"
    _description = "Resolve a Statement Difference"

    difference_id = fields.Many2one("payment.bridge.difference", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="difference_id.company_id")
    channel_id = fields.Many2one(related="difference_id.channel_id")
    currency_id = fields.Many2one(related="difference_id.currency_id")
    amount = fields.Monetary(related="difference_id.amount")
    difference = fields.Selection(related="difference_id.difference")
    reason = fields.Char(related="difference_id.reason")
    money = fields.Char(related="difference_id.money")
    can_query = fields.Boolean(related="difference_id.can_query")
    known = fields.Html(related="difference_id.known", sanitize=False)
    allowed_ways = fields.Json(compute="_compute_allowed_ways")
    way = fields.Selection(SELECTION_WAY, compute="_compute_way", store=True, readonly=False)
    meaning = fields.Char(compute="_compute_meaning")
    asks = fields.Json(compute="_compute_meaning", help="What the chosen way needs or may have.")
    asks_account = fields.Boolean(compute="_compute_meaning")
    asks_partner = fields.Boolean(compute="_compute_meaning")
    asks_until = fields.Boolean(compute="_compute_meaning")
    asks_payment = fields.Boolean(compute="_compute_meaning")
    asks_post = fields.Boolean(compute="_compute_meaning")
    note = fields.Char(string="Why", help="Kept with the difference, and with the row.")
    account_id = fields.Many2one(
        "account.account",
        string="Write Off To",
        domain="[('company_ids', 'in', company_id), ('active', '=', True),"
        " ('internal_group', 'in', ('income', 'expense'))]",
        help="Empty: the channel's account for write-offs.",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Whose Money", compute="_compute_partner", store=True, readonly=False
    )
    instruction_id = fields.Many2one(
        "payment.bridge.instruction",
        string="Another Payment",
        domain="[('channel_id', '=', channel_id), ('state', 'in', ('succeeded', 'returned')),"
        " ('payment_id', '!=', False)]",
        help="Empty: the payment that was found.",
    )
    until = fields.Date()
    post_now = fields.Boolean(
        string="Post at Once",
        compute="_compute_post_now",
        store=True,
        readonly=False,
        help="Otherwise the row is posted with its statement.",
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    problem = fields.Char(compute="_compute_preview")
    shown_digest = fields.Char(
        compute="_compute_shown_digest",
        store=True,
        readonly=False,
        help="Stands for what was shown, so that nothing else is booked.",
    )

    @api.depends("difference_id", "instruction_id")
    def _compute_allowed_ways(self):
        for wizard in self:
            asked = Asked(instruction=wizard.instruction_id)
            wizard.allowed_ways = [way.code for way in wizard.difference_id._ways(asked)]

    @api.depends("difference_id")
    def _compute_way(self):
        for wizard in self:
            ways = wizard.difference_id._ways()
            wizard.way = ways[0].code if ways else False

    @api.depends("difference_id")
    def _compute_partner(self):
        for wizard in self:
            order = wizard.difference_id.instruction_id or wizard.difference_id.similar_id
            wizard.partner_id = order.sudo().partner_id

    @api.depends("difference_id")
    def _compute_post_now(self):
        """Where the statement still has rows to post, this one is posted with them."""
        for wizard in self:
            wizard.post_now = not wizard.difference_id.line_id.statement_id.matched_count

    @api.depends("way")
    @api.depends_context("lang")
    def _compute_meaning(self):
        for wizard in self:
            way = WAYS.get(wizard.way)
            asks = (way.needs | way.may_have) if way else frozenset()
            wizard.meaning = way and wizard.difference_id._say_way(way)
            wizard.asks = sorted(asks)
            wizard.asks_account = "account" in asks
            wizard.asks_partner = "partner" in asks
            wizard.asks_until = "until" in asks
            wizard.asks_payment = "instruction" in asks
            wizard.asks_post = bool(
                way and way.decides_row and not way.books_at_once and wizard.way not in ("ignore", "claim")
            )

    @api.depends("way", "account_id", "partner_id", "instruction_id", "until", "note")
    @api.depends_context("lang")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = wizard.problem = False
            if not wizard.way:
                continue
            try:
                plan = wizard._plan()
            except UserError as error:
                wizard.problem = str(error)
                continue
            if plan.blocked:
                wizard.problem = "; ".join(plan.blocked.values())
            wizard.preview = render_plan(self.env, wizard.channel_id, plan)

    @api.depends("way", "account_id", "partner_id", "instruction_id")
    def _compute_shown_digest(self):
        for wizard in self:
            try:
                wizard.shown_digest = wizard._plan().digest if wizard.way else False
            except UserError:
                wizard.shown_digest = False

    def _plan(self):
        """What the chosen way would book, whether the words that belong to it are there yet or not."""
        asked = self._asked()
        filler = Asked(
            note=asked.note or "…",
            account=asked.account,
            partner=asked.partner,
            instruction=asked.instruction,
            until=asked.until or fields.Date.add(fields.Date.context_today(self), days=1),
        )
        return self.difference_id._planned(WAYS[self.way], filler)

    def _asked(self):
        return Asked(
            note=self.note or "",
            account=self.account_id,
            partner=self.partner_id,
            instruction=self.instruction_id,
            until=self.until or None,
            post_now=self.post_now and self.asks_post,
        )

    def action_resolve(self):
        """Do what is shown."""
        self.ensure_one()
        if not self.way:
            raise UserError(self.env._("Choose what is to be done."))
        self.difference_id._treat(self.way, self._asked(), expected=self.shown_digest or None)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_query(self):
        """Ask the platform before deciding."""
        self.ensure_one()
        return self.difference_id.action_query_now()
