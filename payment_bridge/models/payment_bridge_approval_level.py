"""One step of an approval rule: who decides, and how many of them."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

SELECTION_KIND = [
    ("user", "A person"),
    ("group", "Anyone of a group"),
    ("manager", "The maker's manager"),
    ("committee", "A committee"),
]
TARGETS = {"user": "user_id", "group": "group_id", "committee": "committee_id"}


class PaymentBridgeApprovalLevel(models.Model):
    """A level asks one person, a group, the maker's manager or a committee. The same person never fills two."""

    _name = "payment.bridge.approval.level"
    _description = "Approval Level"
    _order = "rule_id, sequence, id"
    _rec_names_search = ("user_id", "group_id", "committee_id")

    rule_id = fields.Many2one("payment.bridge.approval.rule", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="rule_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(SELECTION_KIND, required=True, default="user")
    user_id = fields.Many2one("res.users", string="Person")
    group_id = fields.Many2one("res.groups")
    committee_id = fields.Many2one("payment.bridge.committee")
    quorum = fields.Integer(default=1, required=True, help="How many of the group must approve.")
    remind_hours = fields.Integer(
        string="Remind After (h)", default=24, help="Hours after which those who can decide are reminded. Zero: never."
    )
    escalate_hours = fields.Integer(
        string="Escalate After (h)", default=72, help="Hours after which one more person may decide. Zero: never."
    )
    escalate_to_id = fields.Many2one("res.users")
    name = fields.Char(compute="_compute_name")

    @api.depends("kind", "user_id", "group_id", "committee_id", "quorum")
    @api.depends_context("lang")
    def _compute_name(self):
        for level in self:
            if level.kind == "manager":
                level.name = self.env._("the maker's manager")
                continue
            target = level[TARGETS[level.kind]].sudo() if level.kind else None
            count = level._needed()
            level.name = f"{target.display_name} × {count}" if target and count > 1 else (target or level).display_name

    @api.constrains("kind", "user_id", "group_id", "committee_id", "quorum")
    def _check_target(self):
        for level in self:
            if level.kind in TARGETS and not level[TARGETS[level.kind]]:
                raise ValidationError(self.env._("Say who decides at each level."))
            if level.quorum < 1:
                raise ValidationError(self.env._("At least one person decides at each level."))

    @api.constrains("remind_hours", "escalate_hours", "escalate_to_id")
    def _check_times(self):
        for level in self:
            if level.remind_hours < 0 or level.escalate_hours < 0:
                raise ValidationError(self.env._("Hours are not negative."))

    @api.model_create_multi
    def create(self, vals_list):
        levels = super().create(vals_list)
        levels._forbid_alone()
        return levels

    def write(self, vals):
        self._forbid_alone()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_with_its_rule(self):
        self._forbid_alone()

    def _forbid_alone(self):
        """Where four eyes are needed, levels change with their rule only, which asks for them."""
        for company in self.rule_id.company_id:
            self.env["payment.bridge.four.eyes"]._forbid_alone(
                company, self.env._("Levels are changed on their rule, so that somebody else agrees to it.")
            )

    @api.private
    def _needed(self):
        """How many people must approve at this level."""
        self.ensure_one()
        if self.kind == "committee":
            return self.committee_id.sudo().quorum
        return self.quorum if self.kind == "group" else 1

    @api.private
    def _people(self, maker):
        """Everyone whom this level names, before anybody is ruled out."""
        self.ensure_one()
        level = self.sudo()
        if level.kind == "user":
            people = level.user_id
        elif level.kind == "group":
            people = level.group_id.all_user_ids
        elif level.kind == "committee":
            people = level.committee_id.member_ids
        elif level.kind == "manager":
            people = maker._bridge_manager()
        else:
            raise UserError(self.env._("A level does not say who decides."))
        return people.filtered("active")

    @api.private
    def _signature(self):
        """Equal for two levels that ask the same of the same people."""
        self.ensure_one()
        target = self[TARGETS[self.kind]].id if self.kind in TARGETS else 0
        return (self.kind, target)
