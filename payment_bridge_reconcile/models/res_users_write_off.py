"""Up to which amount people write differences off."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

CLERK, ADMIN = "payment_bridge.group_clerk", "payment_bridge.group_channel_admin"
NAMED = 3
"""So many people are named who may write off what somebody else may not."""
LIMITS = frozenset({"bridge_write_off_clerk", "bridge_write_off_admin"})


class ResUsers(models.Model):
    _inherit = "res.users"

    bridge_write_off_limit = fields.Float(
        string="Writes Off Up To",
        company_dependent=True,
        help="The largest difference that this person writes off, in the company's currency. Zero: what the company's"
        " settings say for the role. Negative: none.",
    )

    def write(self, vals):
        before = {}
        if "bridge_write_off_limit" in vals:
            before = {user: user.bridge_write_off_limit for user in self}
        result = super().write(vals)
        for user, was in before.items():
            if user.bridge_write_off_limit != was:
                self.env["payment.bridge.audit.event"]._record(
                    "write_off_limit.changed",
                    self.env.company,
                    person=user.login,
                    before=f"{was:.2f}",
                    after=f"{user.bridge_write_off_limit:.2f}",
                )
        return result

    @api.private
    def _bridge_write_off_limit(self, company):
        """The largest difference that this person writes off in ``company``, in its currency."""
        self.ensure_one()
        user = self.sudo().with_company(company)
        if not user._has_group(CLERK):
            return 0.0
        if user.bridge_write_off_limit:
            return max(user.bridge_write_off_limit, 0.0)
        company = company.sudo()
        of_role = [company.bridge_write_off_clerk]
        if user._has_group(ADMIN):
            of_role.append(company.bridge_write_off_admin)
        return max(of_role)

    @api.private
    def _bridge_write_off_refusal(self, company, amount, line):
        """Why this person does not write ``amount`` of ``line`` off, and who may; empty when the person may."""
        self.ensure_one()
        currency = company.currency_id
        in_books = line.currency_id._convert(amount, currency, company, line.settled_on)
        limit = self._bridge_write_off_limit(company)
        if currency.compare_amounts(in_books, limit) <= 0:
            return ""
        others = self.sudo().search([("company_ids", "in", company.id), ("share", "=", False), ("id", "!=", self.id)])
        able = others.filtered(
            lambda one: currency.compare_amounts(in_books, one._bridge_write_off_limit(company)) <= 0
        )
        values = {"amount": currency.format(in_books), "limit": currency.format(limit)}
        if able:
            return self.env._(
                "You write off at most %(limit)s; this is %(amount)s. %(people)s may.",
                people=", ".join(able[:NAMED].mapped("name")),
                **values,
            )
        return self.env._(
            "You write off at most %(limit)s; this is %(amount)s, and nobody may write off so much: an administrator"
            " sets the limits in the settings.",
            **values,
        )


class ResCompany(models.Model):
    _inherit = "res.company"

    bridge_write_off_clerk = fields.Monetary(
        string="Clerks Write Off Up To", default=1.0, help="The largest single difference. Zero: none."
    )
    bridge_write_off_admin = fields.Monetary(
        string="Channel Administrators Write Off Up To",
        default=100.0,
        help="For clerks who are channel administrators too. Zero: what clerks may.",
    )

    @api.constrains("bridge_write_off_clerk", "bridge_write_off_admin")
    def _check_write_off_limits(self):
        for company in self:
            if company.bridge_write_off_clerk < 0 or company.bridge_write_off_admin < 0:
                raise ValidationError(self.env._("A limit cannot be negative."))

    def _four_eyes_guarded(self, vals):
        return super()._four_eyes_guarded(vals) | (LIMITS & set(vals))

    def write(self, vals):
        changed = LIMITS & set(vals)
        before = {company: {name: company[name] for name in changed} for company in self} if changed else {}
        result = super().write(vals)
        for company, was in before.items():
            now = {name: company[name] for name in changed}
            if now != was:
                self.env["payment.bridge.audit.event"]._record(
                    "write_off_limits.changed",
                    company,
                    before={name: f"{value:.2f}" for name, value in was.items()},
                    after={name: f"{value:.2f}" for name, value in now.items()},
                )
        return result


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    bridge_write_off_clerk = fields.Monetary(
        related="company_id.bridge_write_off_clerk", readonly=False, currency_field="currency_id"
    )
    bridge_write_off_admin = fields.Monetary(
        related="company_id.bridge_write_off_admin", readonly=False, currency_field="currency_id"
    )
