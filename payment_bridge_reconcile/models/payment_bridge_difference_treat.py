"""Treating a difference: who may, in which ways, what it would book, and doing it once."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..treatments import WAYS, Asked
from .posting_plan import Plan
from .treatment_ways import FOUND_BY_ITSELF, SELECTION_WAY


class PaymentBridgeDifference(models.Model):
    _inherit = "payment.bridge.difference"

    treatment_ids = fields.One2many("payment.bridge.treatment", "difference_id", readonly=True)
    treatment_id = fields.Many2one("payment.bridge.treatment", string="Treated By", readonly=True, copy=False)
    treated_as = fields.Selection(related="treatment_id.way", string="What Was Done")
    claim_ids = fields.One2many("payment.bridge.claim", "difference_id", readonly=True)

    # -- which ways --------------------------------------------------------------------

    @api.private
    def _ways(self, asked=None):
        """The ways that are open for this difference, the nearest at hand first."""
        self.ensure_one()
        asked = asked or Asked()
        if self.state != "open":
            return []
        fitting = [way for code, way in WAYS.items() if code not in FOUND_BY_ITSELF and not way.refusal(self, asked)]
        order = [code for code, _label in SELECTION_WAY]
        return sorted(fitting, key=lambda way: (-way.fitness(self), order.index(way.code)))

    @api.private
    def _planned(self, way, asked):
        """What that way would book now: a plan, empty for a way that books nothing.

        :raises UserError: when the way cannot be, saying why.
        """
        self.ensure_one()
        if problem := way.refusal(self, asked) or way.missing(self, asked):
            raise UserError(problem)
        values = way.row_values(self, asked)
        if not values or values.get("state") == "ignored":
            return Plan()
        return self.line_id.statement_id._plan_lines(self.line_id._as_if(**values))

    # -- doing ---------------------------------------------------------------------------

    @api.private
    def _lock(self):
        """Let one decision about this difference be made at a time: a second one sees the first, or is carried out
        again by Odoo after it."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "UPDATE payment_bridge_difference SET decisions = COALESCE(decisions, 0) + 1 WHERE id = ANY(%s)",
                self.ids,
            )
        )
        self.invalidate_recordset()
        self.line_id.invalidate_recordset()

    @api.private
    def _treat(self, code, asked, expected=None):
        """Treat this difference in that way, with everything that belongs to it, in this transaction. Answers the
        record of it.

        :param expected: the digest of the plan that a person has seen
        :raises UserError: when it cannot be, saying why; nothing has happened.
        """
        self.ensure_one()
        way = WAYS[code]
        if not asked.by_itself:
            self.env["payment.bridge.statement"]._require_clerk(self)
        elif not self.channel_id.sudo()[way.switch]:
            raise UserError(self.env._("%s leaves this to people.", self.channel_id.name))
        self._lock()
        if self.state != "open":
            raise UserError(self.env._("Somebody has treated this difference already. Look at it again."))
        plan = self._planned(way, asked)
        plan.check_shown(self.env, expected)
        if plan.blocked:
            raise UserError(self.env._("It cannot be posted: %s.", "; ".join(plan.blocked.values())))
        treatment = self._note_treatment(way, asked)
        treatment.posting_id = self._decide_row(way, asked, plan)
        way.carry_out(self, asked, treatment)
        if way.explains:
            self.env["payment.bridge.discrepancy"]._settle_with(self.line_id, treatment._say())
        return treatment.with_env(self.env)

    def _decide_row(self, way, asked, plan):
        """Write what the way says about the row, and post it where that belongs to it. Answers the run, if any."""
        line = self.line_id
        values = way.row_values(self, asked)
        held = values.get("match_pass") == "suspense"
        if values and not held:
            line._decide(**values)
        if values.get("state") == "ignored" or not values or not (held or way.books_at_once or asked.post_now):
            return self.env["payment.bridge.posting"]
        return line.statement_id._post_lines(line, plan.digest)

    def _note_treatment(self, way, asked):
        """The record of a treatment that is being made, with the evidence as it is before."""
        line = self.line_id
        treatment = (
            self.env["payment.bridge.treatment"]
            .sudo()
            .create(
                {
                    "difference_id": self.id,
                    "channel_id": self.channel_id.id,
                    "company_id": self.company_id.id,
                    "currency_id": self.currency_id.id,
                    "line_id": line.id,
                    "instruction_id": (asked.instruction or self.instruction_id or self.similar_id).id,
                    "way": way.code,
                    "by_itself": asked.by_itself,
                    "amount": way.amount(self, asked),
                    "day": self.day,
                    "evidence": way.evidence(self, asked),
                    "note": asked.note.strip() or False,
                    "until": asked.until,
                    "done_by_id": self.env.uid,
                    "done_at": fields.Datetime.now(),
                }
            )
        )
        self.sudo().write(
            {
                "state": "treated",
                "treatment_id": treatment.id,
                "awaited": not way.decides_row or not way.row_values(self, asked),
                "awaited_until": asked.until,
                "closed_on": fields.Date.context_today(self),
            }
        )
        self.env["payment.bridge.audit.event"]._record(
            "treatment.done",
            treatment,
            way=way.code,
            difference=self.difference,
            amount=f"{treatment.amount:.2f}",
            entry=line.entry_reference or None,
            instruction=treatment.instruction_id.key or None,
            by_itself=asked.by_itself,
            note=treatment.note or None,
            evidence=treatment.evidence,
        )
        return treatment

    # -- buttons -------------------------------------------------------------------------

    def action_resolve(self):
        """Show what can be done about it, each with the entries it would make."""
        self.ensure_one()
        self.env["payment.bridge.statement"]._require_clerk(self)
        if self.state != "open":
            raise UserError(self.env._("It is not open any more. Take back what was done first."))
        wizard = self.env["payment.bridge.difference.resolve"].create({"difference_id": self.id})
        return wizard._get_records_action(target="new", name=self.env._("Resolve a Difference"))

    def action_resolve_many(self):
        """Treat several in one way."""
        self.env["payment.bridge.statement"]._require_clerk(self)
        run = self.env["payment.bridge.worklist.run"].create({"difference_ids": self.ids})
        return run._get_records_action(target="new", name=self.env._("Resolve Several"))

    def action_query_now(self):
        """Ask the platform about the payments behind these differences."""
        self.env["payment.bridge.statement"]._require_clerk(self)
        return (self.instruction_id | self.similar_id).action_query_now()

    def action_undo(self):
        """Take back what was done about these differences."""
        self.env["payment.bridge.statement"]._require_clerk(self)
        standing = self.treatment_id
        if not standing:
            raise UserError(self.env._("Nothing was done here that could be taken back."))
        return standing.action_undo()

    def action_open_payment(self):
        """The payment that is missing, or that the row names."""
        self.ensure_one()
        return (self.payment_id or self.instruction_id or self.similar_id)._get_records_action()
