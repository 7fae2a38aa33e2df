"""One required decision of one person on exactly one version of a payment."""

from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS

from .payment_bridge_approval_level import SELECTION_KIND
from .plain_context import without_defaults
from .refusal import refused

SELECTION_STATE = [
    ("waiting", "Waiting"),
    ("approved", "Approved"),
    ("overridden", "Overridden"),
    ("refused", "Refused"),
    ("void", "Void"),
]
GOOD = frozenset({"approved", "overridden"})


class PaymentBridgeApproval(models.Model):
    """Made when a payment is submitted, from the levels of the rules that fit it, with the digest of what it
    says then. Decided once, by one person; never rewritten. A change of the payment makes it void."""

    _name = "payment.bridge.approval"
    _description = "Payment Approval"
    _order = "payment_id desc, round desc, stage, id"
    _rec_name = "level_name"

    payment_id = fields.Many2one("account.payment", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(related="payment_id.partner_id", string="Payee")
    amount = fields.Monetary(related="payment_id.amount")
    currency_id = fields.Many2one(related="payment_id.currency_id")
    round = fields.Integer(required=True, readonly=True, help="Counts how often the payment was submitted.")
    rule_id = fields.Many2one("payment.bridge.approval.rule", readonly=True, ondelete="set null", index=True)
    rule_name = fields.Char(string="Because Of", readonly=True)
    level_id = fields.Many2one("payment.bridge.approval.level", readonly=True, ondelete="set null", index=True)
    level_name = fields.Char(string="Who Decides", required=True, readonly=True)
    stage = fields.Integer(readonly=True, help="Place in the order; it is asked when all before it have approved.")
    kind = fields.Selection(SELECTION_KIND, required=True, readonly=True)
    candidate_ids = fields.Many2many(
        "res.users", string="May Decide", readonly=True, help="Those who could decide when it was submitted."
    )
    digest = fields.Char(required=True, readonly=True, help="SHA-256 of what is approved.")
    part_digests = fields.Json(readonly=True, groups=NO_ACCESS)
    state = fields.Selection(SELECTION_STATE, required=True, readonly=True, default="waiting", index=True)
    decided_by_id = fields.Many2one("res.users", readonly=True, index="btree_not_null")
    on_behalf_of_id = fields.Many2one("res.users", string="In the Place Of", readonly=True)
    decided_at = fields.Datetime(readonly=True)
    reason = fields.Char(readonly=True)
    asked_at = fields.Datetime(readonly=True, help="Since when it could be decided.")
    remind_hours = fields.Integer(readonly=True)
    reminded_at = fields.Datetime(readonly=True)
    escalate_hours = fields.Integer(readonly=True)
    escalate_to_id = fields.Many2one("res.users", string="Escalated To", readonly=True)
    escalated_at = fields.Datetime(readonly=True)

    _one_decision_each = models.UniqueIndex(
        "(payment_id, round, decided_by_id) WHERE state = 'approved'",
        "The same person never approves one payment twice.",
    )
    _one_place_each = models.UniqueIndex(
        "(payment_id, round, on_behalf_of_id) WHERE state = 'approved'",
        "In the place of the same person, one payment is never approved twice.",
    )
    _decided_by_somebody = models.Constraint(
        "CHECK (state != 'approved' OR (decided_by_id IS NOT NULL AND decided_by_id > 1 AND decided_at IS NOT NULL))",
        "An approval is given by a person.",
    )
    _waiting = models.Index("(payment_id) WHERE state = 'waiting'")

    @api.model_create_multi
    def create(self, vals_list):
        """Approvals are born waiting: nobody makes one that is decided."""
        decided = {"state", "decided_by_id", "on_behalf_of_id", "decided_at"}
        if any(decided & set(vals) for vals in vals_list):
            raise refused(self, "approval_told", UserError(self.env._("An approval is decided by a person, not made.")))
        # nor by defaults that a caller's context brings along
        return super(PaymentBridgeApproval, without_defaults(self)).create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        words = self.env._("An approval is decided once and never changed.")
        raise refused(self, "approval_told", UserError(words), fields=sorted(vals))

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise refused(self, "approval_told", UserError(self.env._("An approval is decided once and never changed.")))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise refused(self, "deletion", UserError(self.env._("An approval is part of the trail and stays.")))

    @api.private
    def _set(self, **values):
        """Write past :meth:`write`, which refuses everything."""
        return super().write(values)

    # -- making ------------------------------------------------------------------

    @api.model
    @api.private
    def _require(self, payment, levels, content):
        """One waiting approval for each person that ``levels`` need, for this version of ``payment``.

        :raises UserError: where nobody is left who may decide.
        """
        vals_list = []
        asked = Counter()
        for level in levels:
            candidates = payment._bridge_candidates(level)
            needed = level._needed()
            asked[level._signature()] += needed
            if len(candidates) < asked[level._signature()]:  # nobody fills two levels
                words = self.env._(
                    "Nobody could approve this payment at the level “%(level)s” of %(rule)s: its maker and whoever"
                    " changed the payee's account last are ruled out. Ask the channel administrator.",
                    level=level.name,
                    rule=level.rule_id.name,
                )
                raise refused(payment, "nobody_approves", UserError(words), rule=level.rule_id.id)
            vals_list += [
                {
                    "payment_id": payment.id,
                    "company_id": payment.company_id.id,
                    "round": payment.bridge_approval_round,
                    "rule_id": level.rule_id.id,
                    "rule_name": level.rule_id.name,
                    "level_id": level.id,
                    "level_name": level.name,
                    "stage": self._stage_of(level),
                    "kind": level.kind,
                    "candidate_ids": candidates.ids,
                    "digest": content.digest(),
                    "part_digests": content.part_digests(),
                    "remind_hours": level.remind_hours,
                    "escalate_hours": level.escalate_hours if level.escalate_to_id else 0,
                    "escalate_to_id": level.escalate_to_id.id,
                }
            ] * needed
        return self.sudo().create(vals_list)

    def _stage_of(self, level):
        """The place of a level in its rule's order; all levels of a rule without order are first."""
        return level.rule_id.level_ids.ids.index(level.id) if level.rule_id.in_order else 0

    # -- asking ------------------------------------------------------------------

    @api.private
    def _open(self):
        """Those of these waiting approvals whose turn it is."""
        waiting = self.filtered(lambda approval: approval.state == "waiting")
        first = {}
        for approval in waiting:
            place = (approval.payment_id, approval.rule_id or approval.rule_name)
            first[place] = min(first.get(place, approval.stage), approval.stage)
        return waiting.filtered(lambda one: one.stage == first[one.payment_id, one.rule_id or one.rule_name])

    @api.model
    @api.private
    def _asking(self, person, companies):
        """The waiting approvals that name ``person``, or somebody who delegated: those among which to look."""
        delegations = self.env["payment.bridge.delegation"]
        named = person.browse(person.ids)
        for company in companies:
            named |= delegations._principals_of(person, company)
        return self.sudo().search(
            [
                ("state", "=", "waiting"),
                ("company_id", "in", companies.ids),
                "|",
                ("candidate_ids", "in", named.ids),
                ("escalate_to_id", "in", named.ids),
            ]
        )

    @api.private
    def _people(self):
        """Everyone who may decide this now: those asked, delegates of theirs, and whom it was escalated to.

        A person who has left the group or the committee since, or lost the role, does not decide any more.
        """
        self.ensure_one()
        approval = self.sudo()
        people = approval.candidate_ids & approval._still_named()
        if approval.escalated_at:
            people |= approval.escalate_to_id
        people |= self.env["payment.bridge.delegation"]._delegates_of(people, approval.company_id)
        return people.filtered(lambda user: user.active and user._has_group("payment_bridge.group_approver"))

    def _still_named(self):
        """Whom the level's group or committee names today; for a person and a manager, who was named then."""
        level = self.level_id
        if self.kind in ("group", "committee") and level.kind == self.kind:
            return level._people(self.env["res.users"])
        return self.candidate_ids

    @api.private
    def _place_for(self, person):
        """In whose place ``person`` decides this: the own, or that of somebody who delegated; None when neither."""
        self.ensure_one()
        approval = self.sudo()
        named = approval.candidate_ids & approval._still_named()
        if approval.escalated_at:
            named |= approval.escalate_to_id
        if person in named:
            return person
        principals = self.env["payment.bridge.delegation"]._principals_of(person, approval.company_id) & named
        return principals[:1] or None
