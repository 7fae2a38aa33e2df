"""What a rule would have done: a dry run over history, kept as the evidence for its approval."""

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from .match_conditions import conditions
from .payment_bridge_match_rule_apply import SECONDS

SHOWN = 300
"""Rows that a dry run keeps for people to look at, those decided otherwise first."""
SELECTION_OUTCOME = [
    ("differed", "A person decided otherwise"),
    ("agreed", "A person decided the same"),
    ("would", "Nobody has decided yet"),
]
REACHES = SQL(
    """
    (l.state = 'unmatched' OR l.decided_by_id IS NOT NULL OR l.match_pass = 'suspense' OR l.rule_id IS NOT NULL)
    """
)
"""Rows that the engine alone could not explain: only these ever come to a rule."""


class PaymentBridgeMatchTrial(models.Model):
    """One dry run. It changes nothing; it counts for the rule as the rule was then."""

    _name = "payment.bridge.match.trial"
    _description = "Dry Run of a Reconciliation Rule"
    _order = "id desc"
    _rec_name = "summary"
    _rec_names_search = ("rule_id",)

    rule_id = fields.Many2one("payment.bridge.match.rule", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="rule_id.company_id", store=True, index=True)
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True)
    digest = fields.Char(required=True, readonly=True, help="Stands for the rule as it was tried.")
    is_current = fields.Boolean(string="Of the Rule as It Is", compute="_compute_is_current")
    would_count = fields.Integer(string="Would Be Explained", readonly=True)
    agreed_count = fields.Integer(string="As People Decided", readonly=True)
    differed_count = fields.Integer(string="Otherwise Than People", readonly=True)
    agreement = fields.Float(
        string="Agreement (%)", readonly=True, help="Of the rows that people have decided, how many alike."
    )
    summary = fields.Char(compute="_compute_summary")
    line_ids = fields.One2many("payment.bridge.match.trial.line", "trial_id", readonly=True)

    @api.depends("rule_id.state", "digest")
    def _compute_is_current(self):
        for trial in self:
            trial.is_current = trial.digest == trial.rule_id._digest()

    @api.depends("would_count", "agreed_count", "differed_count", "date_from", "date_to")
    @api.depends_context("lang")
    def _compute_summary(self):
        for trial in self:
            decided = trial.agreed_count + trial.differed_count
            days = {
                "first": format_date(self.env, trial.date_from),
                "last": format_date(self.env, trial.date_to),
                "open": trial.would_count,
            }
            if not decided and not trial.would_count:
                trial.summary = self.env._("%(first)s to %(last)s: it fits no row.", **days)
            elif not decided:
                trial.summary = self.env._(
                    "%(first)s to %(last)s: %(open)s open rows would be explained; people have decided none of its"
                    " rows yet.",
                    **days,
                )
            else:
                trial.summary = self.env._(
                    "%(first)s to %(last)s: %(open)s open rows would be explained; of %(decided)s rows that people"
                    " decided, %(agreed)s alike (%(percent)s %%).",
                    **days,
                    decided=decided,
                    agreed=trial.agreed_count,
                    percent=round(trial.agreement, 1),
                )

    def action_open_rule(self):
        """The rule."""
        self.ensure_one()
        return self.rule_id._get_records_action()


class PaymentBridgeMatchRule(models.Model):
    _inherit = "payment.bridge.match.rule"

    @api.private
    def _try(self, first, last):
        """Run the rule over the rows of these days without changing anything. Answers the dry run."""
        self.ensure_one()
        self.env.flush_all()
        rule = self.sudo()
        try:
            with rule._limited():
                rows = rule._rows_in_reach(first, last)
                found = rule._would(rows)
        except psycopg2.errors.QueryCanceled as error:
            raise UserError(
                self.env._("It took more than %s seconds: its pattern is too hard to look for.", SECONDS)
            ) from error
        judged = [(line, rule._judge(line, found[line.id]), found[line.id]) for line in rows if line.id in found]
        counts = {name: sum(outcome == name for _line, outcome, _one in judged) for name, _label in SELECTION_OUTCOME}
        decided = counts["agreed"] + counts["differed"]
        order = [name for name, _label in SELECTION_OUTCOME]
        trial = (
            self.env["payment.bridge.match.trial"]
            .sudo()
            .create(
                {
                    "rule_id": self.id,
                    "date_from": first,
                    "date_to": last,
                    "digest": self._digest(),
                    "would_count": counts["would"],
                    "agreed_count": counts["agreed"],
                    "differed_count": counts["differed"],
                    "agreement": 100 * counts["agreed"] / decided if decided else 0.0,
                    "line_ids": [
                        fields.Command.create({"line_id": line.id, "outcome": outcome, "way": one["way"]})
                        for line, outcome, one in sorted(judged, key=lambda one: order.index(one[1]))[:SHOWN]
                    ],
                }
            )
        )
        self._tell_trail(
            "match_rule.tried",
            digest=trial.digest,
            first=str(first),
            last=str(last),
            would=trial.would_count,
            agreed=trial.agreed_count,
            differed=trial.differed_count,
        )
        return trial.with_env(self.env)

    def _rows_in_reach(self, first, last):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT l.id FROM payment_bridge_statement_line l
                 WHERE l.company_id = %s AND l.settled_on BETWEEN %s AND %s AND l.state != 'info' AND l.gross != 0
                   AND (%s OR l.channel_id = ANY(%s)) AND %s AND %s ORDER BY l.settled_on, l.id
                """,
                self.company_id.id,
                first,
                last,
                not self.channel_ids,
                self.channel_ids.ids,
                REACHES,
                conditions(self),
            )
        )
        return self.env["payment.bridge.statement.line"].browse(row[0] for row in rows)

    def _would(self, lines):
        """What the rule would do with each of ``lines``, as {row id: what}."""
        is_open = lines.filtered(lambda line: line.state == "unmatched")
        found = {}
        for channel, of_channel in is_open.grouped("channel_id").items():
            found.update(getattr(self, f"_find_{self.effect}")(channel, of_channel.ids))
        for line in lines - is_open:
            if would := self._would_have(line):
                found[line.id] = would
        return found

    def _would_have(self, line):
        """What it would have done with a row that is decided: looked for among what the row names or was given."""
        if self.effect != "match":
            return {"way": self.effect}
        if line.match_pass == "document":
            is_near = self._is_near(line, abs(sum(line.allotment_ids.mapped("amount"))))
            return {"way": "document"} if is_near else None
        order = line.instruction_id or line.candidate_id
        if order and order.currency_id == line.currency_id and self._is_near(line, order.amount):
            return {"way": "payment", "instruction_id": order.id}
        return None

    def _is_near(self, line, expected):
        channel = line.channel_id
        expected = channel._minor(expected)
        return abs(channel._minor(abs(line.gross)) - expected) <= self._tolerated(channel, expected)

    def _judge(self, line, would):
        """Whether people decided about the row as the rule would."""
        if line.state == "unmatched" or line.match_pass == "suspense" or line.rule_id:
            return "would"
        if line.state == "ignored":
            return "agreed" if would["way"] == "ignore" else "differed"
        if line.match_pass == "account":
            same = would["way"] == "account" and line.account_id == self.account_id
            return "agreed" if same and self.partner_id in (line.partner_id, self.partner_id.browse()) else "differed"
        if line.match_pass == "document":
            return "agreed" if would["way"] == "document" else "differed"
        same = would["way"] == "payment" and would["instruction_id"] == line.instruction_id.id
        return "agreed" if same else "differed"
