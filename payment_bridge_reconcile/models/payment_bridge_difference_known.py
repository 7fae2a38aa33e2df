"""What is known about a difference, in words: what happened, where the money is, what both sides say."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date, format_datetime

from ..treatments import WAYS, Asked
from .treatment_ways import FOUND_BY_ITSELF


class PaymentBridgeDifference(models.Model):
    _inherit = "payment.bridge.difference"

    money = fields.Char(string="The Money", compute="_compute_money", help="Where the money is, as far as it is known.")
    known = fields.Html(string="What Is Known", compute="_compute_known", sanitize=False)
    ways = fields.Html(string="What Can Be Done", compute="_compute_ways", sanitize=False)
    can_query = fields.Boolean(compute="_compute_can_query")

    @api.depends("difference", "side", "line_id.state", "instruction_id.state")
    @api.depends_context("lang")
    def _compute_money(self):
        for difference in self:
            difference.money = difference._say_money()

    def _say_money(self):
        line, order = self.line_id, self.instruction_id.sudo()
        if self.side == "books":
            if self.difference in ("cross_day", "refund_timing"):
                return self.env._("The platform says that it moved; its statement is expected to show it within days.")
            return self.env._(
                "The platform said that %s went through, and its statements do not show it: where the money is, only"
                " the platform can say.",
                order.key,
            )
        if line.state in ("matched", "posted") and self.difference == "fee":
            return self.env._("The money moved as ordered; the platform kept another fee than was agreed.")
        if line.state == "posted":
            return self.env._("The books show it, with %s.", line.move_id.name)
        if line.state == "matched":
            return self.env._("The books show it once its statement is posted.")
        if line.amount < 0:
            return self.env._("It has left the account at the platform, and the books do not show it yet.")
        return self.env._("It is on the account at the platform, and the books do not show it yet.")

    @api.depends("line_id", "instruction_id.state", "instruction_id.next_query_at", "similar_id")
    @api.depends_context("lang")
    def _compute_known(self):
        for difference in self:
            sides = [difference._known_of_row(), difference._known_of_order()]
            difference.known = Markup("").join(_table(title, facts) for title, facts in sides if facts)

    def _known_of_row(self):
        line = self.line_id
        if not line:
            return None, []
        kinds = dict(line._fields["kind"]._description_selection(self.env))
        facts = [
            (self.env._("Statement"), self.env._("%(name)s, row %(row)s", name=line.statement_id.name, row=line.row)),
            (self.env._("Moved"), line.currency_id.format(line.amount)),
            (self.env._("Before the fee"), line.fee and line.currency_id.format(line.gross)),
            (self.env._("Fee"), line.fee and line.currency_id.format(line.fee)),
            (self.env._("Kind"), f"{kinds.get(line.kind, '')} {line.platform_kind or ''}".strip()),
            (self.env._("Time"), format_datetime(self.env, line.occurred_at)),
            (self.env._("Entry Number"), line.entry_reference),
            (self.env._("Platform Number"), line.platform_reference),
            (self.env._("Our Number"), line.key or line.original_key),
            (self.env._("Counterparty"), line.counterparty),
            (self.env._("Text"), line.description),
        ]
        return self.env._("The platform's statement says"), [(word, told) for word, told in facts if told]

    def _known_of_order(self):
        order = (self.instruction_id or self.similar_id).sudo()
        if not order:
            return None, []
        operations = dict(order._fields["operation"]._description_selection(self.env))
        answer = " ".join(filter(None, (order.platform_status, order.platform_code, order.platform_message)))
        facts = [
            (self.env._("Payment"), order.payment_id.display_name if order.payment_id else order.key),
            (self.env._("Ordered"), f"{operations.get(order.operation, '')} {order.currency_id.format(order.amount)}"),
            (self.env._("Partner"), order.partner_id.display_name if order.partner_id else False),
            (self.env._("Status"), order._say_state(order.state)),
            (self.env._("Executed"), order.executed_at and format_datetime(self.env, order.executed_at)),
            (self.env._("Platform's Answer"), answer),
            (self.env._("Platform Number"), order.platform_reference),
            (self.env._("Asked Next"), order.next_query_at and format_datetime(self.env, order.next_query_at)),
        ]
        return self.env._("The books say"), [(word, told) for word, told in facts if told]

    @api.depends("state", "difference", "proposal", "line_id.state", "instruction_id.state")
    @api.depends_context("lang", "uid")
    def _compute_ways(self):
        labels = dict(self.env["payment.bridge.treatment"]._fields["way"]._description_selection(self.env))
        for difference in self:
            ways = difference._ways() if difference.state == "open" else []
            difference.ways = (
                Markup("<ol class='mb-0'>{}</ol>").format(
                    Markup("").join(
                        Markup("<li><b>{}</b> <span class='text-muted'>{}</span></li>").format(
                            labels[way.code], difference._say_way(way)
                        )
                        for way in ways
                    )
                )
                if ways
                else difference._say_standing()
            )

    def _say_way(self, way):
        """What taking that way means, in a sentence."""
        return {
            "match": self.env._("The row is the payment; nothing else is booked."),
            "chargeback": self.env._("The customer's bank took the money back, or gave it back."),
            "round_off": self.env._("The row is the payment; the rest is a rounding."),
            "book_fee": self.env._("The row is the payment; what is missing is a fee."),
            "write_off": self.env._("The rest goes to the write-off account, within your limit."),
            "suspense": self.env._("The balance agrees at once; the row stays open on the suspense list."),
            "claim": self.env._("A claim with all numbers is opened; you follow it to the platform's answer."),
            "give_back": self.env._("It becomes the payer's credit and a payment is drafted; nothing is sent."),
            "ignore": self.env._("It stays out of the books; the control total goes on showing it."),
            "wait": self.env._("It comes back by itself when the day has passed or something changes."),
            "explain": self.env._("Nothing is booked; your explanation is kept."),
        }.get(way.code, "")

    def _say_standing(self):
        standing = self.treatment_id
        if not standing:
            return False
        labels = dict(standing._fields["way"]._description_selection(self.env))
        return Markup("<p class='mb-0'><b>{}</b> {} {}<br/><span class='text-muted'>{}</span></p>").format(
            labels[standing.way],
            standing.done_by_id.name or "",
            format_date(self.env, standing.done_at),
            " · ".join(filter(None, (standing.note, standing.evidence_text))),
        )

    @api.depends("instruction_id.state", "similar_id.state", "state")
    def _compute_can_query(self):
        for difference in self:
            order = difference.instruction_id or difference.similar_id
            difference.can_query = difference.state == "open" and bool(order) and order.can_query

    @api.readonly
    def bridge_ways(self):
        """What can be done about a difference, for screens: a list of {way, label, what, refusal, is_proposed}, the
        nearest at hand first; those that cannot be come last, with the reason."""
        self.ensure_one()
        self.check_access("read")
        labels = dict(self.env["payment.bridge.treatment"]._fields["way"]._description_selection(self.env))
        open_ways = self._ways()
        closed = [way for code, way in WAYS.items() if way not in open_ways and code not in FOUND_BY_ITSELF]
        return [
            {
                "way": way.code,
                "label": labels[way.code],
                "what": self._say_way(way),
                "refusal": "" if way in open_ways else way.refusal(self, Asked()),
                "is_proposed": way is (open_ways[0] if open_ways else None),
                "needs": sorted(way.needs),
            }
            for way in (*open_ways, *closed)
        ]


def _table(title, facts):
    rows = Markup("").join(
        Markup("<tr><td class='text-muted pe-3 text-nowrap'>{}</td><td>{}</td></tr>").format(word, told)
        for word, told in facts
    )
    return Markup("<h5 class='mt-2'>{}</h5><table class='table table-sm table-borderless mb-0'>{}</table>").format(
        title, rows
    )
