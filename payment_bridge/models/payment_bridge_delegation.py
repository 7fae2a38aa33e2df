"""Approving in somebody's absence."""

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .real_user import real_user
from .refusal import refused


class PaymentBridgeDelegation(models.Model):
    """For some days, one person decides in the place of another.

    Only the absent person gives it, and it is never rewritten: it ends, and another is given. Every decision
    made by it names both people. A delegate passes nothing on.
    """

    _name = "payment.bridge.delegation"
    _description = "Approval Delegation"
    _order = "date_from desc, id desc"
    _rec_name = "delegate_id"

    user_id = fields.Many2one(
        "res.users", string="From", required=True, readonly=True, index=True, default=lambda self: self.env.user
    )
    delegate_id = fields.Many2one("res.users", string="To", required=True, index=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    date_from = fields.Date(string="First Day", required=True, default=fields.Date.context_today)
    date_to = fields.Date(string="Last Day", required=True)
    reason = fields.Char(required=True)
    ended_at = fields.Datetime(readonly=True, copy=False)
    state = fields.Selection(
        [("planned", "Planned"), ("current", "In Force"), ("over", "Over")], compute="_compute_state"
    )

    @api.depends("date_from", "date_to", "ended_at")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for delegation in self:
            if delegation.ended_at or (delegation.date_to and delegation.date_to < today):
                delegation.state = "over"
            else:
                delegation.state = "planned" if (delegation.date_from or today) > today else "current"

    @api.constrains("user_id", "delegate_id", "date_from", "date_to")
    def _check_people_and_days(self):
        for delegation in self:
            if delegation.user_id == delegation.delegate_id:
                raise ValidationError(self.env._("A delegate is another person."))
            if delegation.date_from > delegation.date_to:
                raise ValidationError(self.env._("The last day is not before the first."))
            for person in (delegation.user_id, delegation.delegate_id):
                if not person._has_group("payment_bridge.group_approver"):
                    raise ValidationError(self.env._("%s does not have the role Approver.", person.name))

    @api.model_create_multi
    def create(self, vals_list):
        """Given by the absent person alone, in the own name, also where the code has every right."""
        giver = real_user(self.env)
        if any(vals.get("user_id", giver.id) != giver.id for vals in vals_list):
            words = self.env._("Only the absent person delegates the own approvals.")
            raise refused(self, "other_person", AccessError(words))
        delegations = super().create([{**vals, "user_id": giver.id, "ended_at": False} for vals in vals_list])
        for delegation in delegations:
            self.env["payment.bridge.audit.event"]._record(
                "delegation.given",
                delegation,
                giver=delegation.user_id.login,
                delegate=delegation.delegate_id.login,
                first=str(delegation.date_from),
                last=str(delegation.date_to),
                reason=delegation.reason,
            )
        return delegations

    def write(self, vals):  # pylint: disable=method-required-super
        words = self.env._("A delegation is not changed: end it and give another.")
        raise refused(self, "delegation_written", UserError(words))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise refused(self, "deletion", UserError(self.env._("A delegation is part of the trail: end it instead.")))

    def action_end(self):
        """Take the delegation back now."""
        person = real_user(self.env)
        for delegation in self.filtered(lambda one: not one.ended_at):
            if person != delegation.user_id:
                words = self.env._("Only the person who gave a delegation ends it.")
                raise refused(delegation, "other_person", AccessError(words))
            delegation.sudo()._set(ended_at=fields.Datetime.now())
            self.env["payment.bridge.audit.event"]._record(
                "delegation.ended", delegation, giver=delegation.user_id.login, delegate=delegation.delegate_id.login
            )

    @api.private
    def _set(self, **values):
        """Write past :meth:`write`, which refuses everything."""
        return super().write(values)

    @api.model
    @api.private
    def _principals_of(self, delegate, company):
        """The people in whose place ``delegate`` decides today."""
        today = fields.Date.context_today(self)
        return (
            self.sudo()
            .search(
                [
                    ("delegate_id", "=", delegate.id),
                    ("company_id", "=", company.id),
                    ("date_from", "<=", today),
                    ("date_to", ">=", today),
                    ("ended_at", "=", False),
                ]
            )
            .user_id
        )

    @api.model
    @api.private
    def _delegates_of(self, people, company):
        """Those who decide today in the place of any of ``people``."""
        today = fields.Date.context_today(self)
        return (
            self.sudo()
            .search(
                [
                    ("user_id", "in", people.ids),
                    ("company_id", "=", company.id),
                    ("date_from", "<=", today),
                    ("date_to", ">=", today),
                    ("ended_at", "=", False),
                ]
            )
            .delegate_id
        )
