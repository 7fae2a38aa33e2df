"""Roles that one person may hold together all the same: why, until when, and who has agreed."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from .payment_bridge_role_guard import GIVERS
from .plain_context import without_defaults
from .real_user import real_user
from .refusal import refused
from .role_conflicts import CHANNEL_ADMIN, ROLES, WRITERS, conflicts, holders

LONGEST_DAYS = 366
LONGEST_ALONE_DAYS = 92
WARNED_DAYS = 7
SELECTION_STATE = [
    ("asked", "Waiting for Another Person"),
    ("agreed", "Agreed To"),
    ("alone", "Recorded Alone"),
    ("ended", "Ended"),
]
IN_FORCE = ("agreed", "alone")


class PaymentBridgeDiscrepancy(models.Model):
    _inherit = "payment.bridge.discrepancy"

    kind = fields.Selection(selection_add=[("roles", "Roles that do not go together")], ondelete={"roles": "cascade"})


class PaymentBridgeRoleException(models.Model):
    """Asked for by whoever gives access rights, agreed to by another such person who is not the one concerned.

    Where there is no other such person, it is recorded alone, for a shorter time; the daily check says so as soon as
    somebody could agree. It is never rewritten: it ends, by its date or by a button.
    """

    _name = "payment.bridge.role.exception"
    _description = "Exception for Roles"
    _inherit = ["payment.bridge.plain.text"]
    _order = "until desc, id desc"
    _rec_name = "user_id"

    user_id = fields.Many2one("res.users", string="Person", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    group_ids = fields.Many2many(
        "res.groups", "payment_bridge_role_exception_groups", string="Roles Held Together", required=True
    )
    reason = fields.Text(required=True, help="Why one person has to do what several people should.")
    until = fields.Date(
        required=True, default=lambda self: fields.Date.add(fields.Date.today(), days=90), help="The last day."
    )
    state = fields.Selection(SELECTION_STATE, required=True, readonly=True, default="asked", index=True)
    is_in_force = fields.Boolean(compute="_compute_is_in_force", search="_search_is_in_force")
    may_agree = fields.Boolean(compute="_compute_may")
    may_record_alone = fields.Boolean(compute="_compute_may")
    asked_by_id = fields.Many2one("res.users", required=True, readonly=True)
    agreed_by_id = fields.Many2one("res.users", readonly=True)
    agreed_at = fields.Datetime(string="In Force Since", readonly=True)
    ended_by_id = fields.Many2one("res.users", readonly=True)
    ended_at = fields.Datetime(readonly=True)

    _two_people = models.Constraint(
        "CHECK (state != 'agreed' OR (agreed_by_id IS NOT NULL AND agreed_by_id != asked_by_id"
        " AND agreed_by_id != user_id))",
        "Another person agrees to an exception: neither who asked for it nor whom it is for.",
    )

    @api.depends("state", "until")
    def _compute_is_in_force(self):
        today = fields.Date.today()
        for exception in self:
            exception.is_in_force = exception.state in IN_FORCE and bool(exception.until) and exception.until >= today

    def _search_is_in_force(self, operator, value):
        if operator not in ("in", "not in") or set(value) != {True}:
            return NotImplemented
        inside = ["&", ("state", "in", IN_FORCE), ("until", ">=", fields.Date.today())]
        return inside if operator == "in" else ["!", *inside]

    @api.depends("state", "asked_by_id", "user_id")
    @api.depends_context("uid")
    def _compute_may(self):
        me = self.env.user
        for exception in self:
            waiting = exception.state == "asked" and self._may_decide(me)
            exception.may_agree = waiting and me not in exception.asked_by_id | exception.user_id
            exception.may_record_alone = waiting and not exception._others()

    @api.constrains("group_ids", "until")
    def _check_content(self):
        for exception in self:
            if not conflicts(exception._groups()):
                raise ValidationError(self.env._("Choose at least two roles that do not go together."))
            if exception.state == "asked":
                exception._check_until(LONGEST_DAYS)

    def _check_until(self, days):
        today = fields.Date.today()
        if not today <= self.until <= today + timedelta(days=days):
            raise ValidationError(self.env._("An exception ends between today and %s days from now.", days))

    # -- recording ---------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        person = self._require_decider()
        plain = without_defaults(self)
        own = {"state", "asked_by_id", "agreed_by_id", "agreed_at", "ended_by_id", "ended_at", "company_id"}
        exceptions = super(PaymentBridgeRoleException, plain).create(
            [
                {
                    **{name: value for name, value in vals.items() if name not in own},
                    "asked_by_id": person.id,
                    "company_id": self.env["res.users"].sudo().browse(vals.get("user_id")).company_id.id,
                }
                for vals in vals_list
            ]
        )
        for exception in exceptions:
            exception._tell("role_exception.asked", person)
        return exceptions.with_env(self.env)

    def write(self, vals):  # pylint: disable=method-required-super
        words = self.env._("An exception is not changed: end it and record another.")
        raise refused(self, "exception_written", UserError(words))

    def copy(self, default=None):  # pylint: disable=method-required-super
        raise UserError(self.env._("An exception is not duplicated: record another."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise refused(self, "deletion", UserError(self.env._("An exception is part of the trail: end it instead.")))

    @api.private
    def _set(self, **values):
        """Write past :meth:`write`, which refuses everything."""
        return super().write(values)

    # -- deciding ----------------------------------------------------------------

    def action_agree(self):
        """Agree, as another person than the one who asked and the one concerned: it is in force from now on."""
        person = self._require_decider()
        for exception in self.sudo():
            exception._require_asked()
            if person in exception.asked_by_id | exception.user_id:
                words = self.env._(
                    "Another person agrees to an exception: neither who asked for it nor whom it is for."
                )
                raise refused(exception, "own_exception", AccessError(words))
            exception._set(state="agreed", agreed_by_id=person.id, agreed_at=fields.Datetime.now())
            exception._tell("role_exception.agreed", person)

    def action_record_alone(self):
        """Put it in force without another person, where there is none."""
        person = self._require_decider()
        for exception in self.sudo():
            exception._require_asked()
            if others := exception._others():
                words = self.env._("It needs somebody else's agreement: ask %s.", ", ".join(others[:3].mapped("name")))
                raise refused(exception, "second_person", AccessError(words))
            exception._check_until(LONGEST_ALONE_DAYS)
            exception._set(state="alone", agreed_at=fields.Datetime.now())
            exception._tell("role_exception.alone", person)

    def action_end(self):
        """End it now. Roles that it allowed are then found by the daily check: take them away as well."""
        person = self._require_decider()
        for exception in self.sudo().filtered(lambda one: one.state != "ended"):
            exception._set(state="ended", ended_by_id=person.id, ended_at=fields.Datetime.now())
            exception._tell("role_exception.ended", person)

    def _require_decider(self):
        """The person acting, when one who may record exceptions, and may see these."""
        person = real_user(self.env)
        self.with_env(self.env(su=False)).check_access("read")
        if not self._may_decide(person):
            words = self.env._("Exceptions are recorded by those who give access rights and by channel administrators.")
            raise refused(self, "no_role", AccessError(words))
        return person

    def _may_decide(self, person):
        return person._has_group(GIVERS) or person._has_group(CHANNEL_ADMIN)

    def _require_asked(self):
        self.flush_recordset()
        state = self.env.execute_query(
            SQL("SELECT state FROM payment_bridge_role_exception WHERE id = %s FOR UPDATE", self.id)
        )[0][0]
        if state != "asked":
            raise UserError(self.env._("This exception has been decided already."))

    @api.private
    def _others(self):
        """Those who could agree to it: neither who asked nor whom it is for."""
        self.ensure_one()
        exception = self.sudo()
        people = self.env.ref(GIVERS).sudo().all_user_ids | self.env.ref(CHANNEL_ADMIN).sudo().all_user_ids
        people -= exception.asked_by_id | exception.user_id
        return people.filtered(lambda one: one.active and not one.share and one.id > 1)

    def _groups(self):
        """The names of its groups, as the table of conflicts has them."""
        names = self.sudo().group_ids.get_external_id()
        return frozenset(names.values()) & {*ROLES, *WRITERS}

    def _tell(self, event, person):
        exception = self.sudo()
        self.env["payment.bridge.audit.event"]._record(
            event,
            exception,
            subject=exception.user_id.login,
            groups=sorted(exception._groups()),
            person=person.login,
            reason=exception.reason,
            until=str(exception.until),
        )

    # -- what it allows ----------------------------------------------------------

    @api.model
    @api.private
    def _allowed_to(self, user):
        """The sets of groups that ``user`` may hold together today."""
        exceptions = self.sudo().search([("user_id", "=", user.id), ("is_in_force", "=", True)])
        return [exception._groups() for exception in exceptions]

    @api.model
    def _cron_check(self):
        """Raise a difference for everybody who holds together what nobody has agreed to, by whatever way it came
        about, and for exceptions that are about to end or could be agreed to by now."""
        guard = self.env["payment.bridge.role.guard"]
        for uid in sorted(holders(self.env)):
            user = self.env["res.users"].browse(uid)
            for pair in guard._conflicts_of(user):
                self._raise_about(
                    user,
                    "+".join(sorted(pair)),
                    self.env._(
                        "%(user)s holds %(first)s and %(second)s without an exception that is in force. Take one of"
                        " them away, or record an exception. Until then this person decides about nothing.",
                        user=user.name,
                        **guard._names(pair),
                    ),
                )
        for exception in self.search([("is_in_force", "=", True)]):
            exception._warn()

    def _warn(self):
        if self.until <= fields.Date.today() + timedelta(days=WARNED_DAYS):
            words = self.env._("The exception for the roles of %(user)s ends on %(until)s.", **self._said())
            self._raise_about(self.user_id, f"ends-{self.id}", words)
        if self.state == "alone" and (others := self._others()):
            words = self.env._(
                "The exception for the roles of %(user)s was recorded alone, and %(others)s could agree to it now: end"
                " it and ask.",
                others=", ".join(others[:3].mapped("name")),
                **self._said(),
            )
            self._raise_about(self.user_id, f"alone-{self.id}", words)

    def _said(self):
        return {"user": self.user_id.name, "until": self.until}

    def _raise_about(self, user, key, summary):
        self.env["payment.bridge.discrepancy"]._raise(
            "roles", company=user.company_id, key=f"roles-{user.id}-{key}", summary=summary
        )
