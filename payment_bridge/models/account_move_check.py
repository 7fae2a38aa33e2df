"""Bills beside their orders: the three-way match as the bill shows it."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import html2plaintext

from ..checks.base import Policy
from ..checks.three_way_match import DIFFERS, MATCHED, NO_ORDER, Matcher, Tolerance
from ..tools.languages import text_in
from .refusal import keep_anyway

SELECTION_MATCH = [
    (MATCHED, "Matched"),
    (DIFFERS, "Differs"),
    (NO_ORDER, "No order"),
]


class AccountMove(models.Model):
    _inherit = "account.move"

    bridge_match_state = fields.Selection(SELECTION_MATCH, string="3-Way Match", compute="_compute_bridge_match")
    bridge_match_table = fields.Html(string="Order, Receipt and Bill", compute="_compute_bridge_match", sanitize=False)

    @api.depends(
        "invoice_line_ids.quantity", "invoice_line_ids.price_subtotal", "invoice_line_ids.tax_ids",
        "invoice_line_ids.purchase_line_id.product_qty", "invoice_line_ids.purchase_line_id.qty_received",
        "currency_id", "partner_id", "state", "invoice_date",
    )  # fmt: skip
    @api.depends_context("lang")
    def _compute_bridge_match(self):
        self.bridge_match_state = self.bridge_match_table = False
        # orders are compared with what is saved
        bills = self._origin.filtered(lambda move: move.is_purchase_document(True))
        if not bills:
            return
        matcher = Matcher(bills)
        for move in self.filtered(lambda move: move._origin in bills):
            match = matcher.match(move._origin, move._origin._bridge_tolerance())
            if match.lines:
                move.bridge_match_state = match.state
                move.bridge_match_table = move._bridge_render_match(match)

    def _bridge_tolerance(self):
        """What the company's general rule lets a bill differ."""
        self.ensure_one()
        rule = (
            self.env["payment.bridge.check.rule"]
            .sudo()
            .search([("company_id", "=", self.company_id.id), ("code", "=", "three_way"), ("is_general", "=", True)])
        )
        policy = rule._policy() if rule else Policy()
        amount = self.company_id.currency_id._convert(
            policy.amount, self.currency_id, self.company_id, self.invoice_date or self.date
        )
        return Tolerance(policy.percent, amount)

    @api.private
    def _bridge_note_refusal(self, channel, problem):
        """Say on these bills why they could not be paid through a channel, though the attempt is undone with its
        payment: a note by who tried, once as long as nothing else is said."""
        ids, author = self.ids, self.env.user.partner_id.id
        words = self.env._("Not paid through %(channel)s: %(problem)s", channel=channel.name, problem=problem)

        def note(env):
            for bill in env["account.move"].browse(ids).exists():
                last = html2plaintext(bill.message_ids[:1].body or "")
                if last.split() != words.split():  # HTML keeps the words, and not the spaces of amounts
                    bill.message_post(body=words, author_id=author)

        keep_anyway(self.env, ("refused bills", *ids), note)

    def action_bridge_open_match(self):
        """Show order, receipt and bill side by side."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("3-Way Match of %s", self.display_name),
            "res_model": "account.move",
            "res_id": self.id,
            "view_mode": "form",
            "views": [(self.env.ref("payment_bridge.view_move_match").id, "form")],
            "target": "new",
        }

    # -- the table ------------------------------------------------------------------

    def _bridge_render_match(self, match):
        titles = (
            self.env._("Line"),
            self.env._("Purchase Order"),
            self.env._("Quantity Ordered"),
            self.env._("Received"),
            self.env._("This Bill"),
            self.env._("Charged So Far"),
            self.env._("Order Price"),
            self.env._("Bill Price"),
            self.env._("Order Tax"),
            self.env._("Bill Tax"),
        )
        head = Markup("").join(Markup("<th>{}</th>").format(title) for title in titles)
        body = Markup("").join(self._bridge_render_line(line) for line in match.lines)
        notes = [text_in(one.sentence, self.env.lang) for one in match.all_differences]
        notes += [self.env._("%s was not ordered.", name) for name in match.without_order]
        told = Markup("").join(Markup("<li>{}</li>").format(note) for note in notes)
        return Markup(
            '<table class="table table-sm o_bridge_match"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
            '<ul class="text-danger">{told}</ul>'
        ).format(head=head, body=body, told=told)

    def _bridge_render_line(self, line):
        wrong = {one.column for one in line.differences}
        unordered = not line.order
        money = self.currency_id.format
        cells = (
            (line.name.split("\n")[0], unordered),
            (line.order or self.env._("No order"), unordered),
            (_quantity(line.ordered), "ordered" in wrong),
            (_quantity(line.received), "received" in wrong),
            (_quantity(line.billed), False),
            (_quantity(line.billed_so_far), bool({"ordered", "received"} & wrong)),
            ("–" if line.price_ordered is None else money(line.price_ordered), "price" in wrong),
            (money(line.price_billed), "price" in wrong),
            (line.tax_ordered or "–", "tax" in wrong),
            (line.tax_billed, "tax" in wrong),
        )
        row = Markup("").join(
            Markup('<td class="{}">{}</td>').format("text-danger fw-bold" if bad else "", text) for text, bad in cells
        )
        return Markup('<tr class="{}">{}</tr>').format("table-danger" if wrong or unordered else "", row)


def _quantity(number):
    return "–" if number is None else f"{number:.4f}".rstrip("0").rstrip(".")
