"""Who changed a payee's account last, and what that does to payments waiting for approval."""

from odoo import api, fields, models

ACCOUNT_FIELDS = frozenset(
    {
        "acc_number", "acc_holder_name", "partner_id", "bank_id", "clearing_number", "bridge_payee_kind",
        "bridge_bank_province", "bridge_bank_city", "bridge_bank_branch",
    }
)  # fmt: skip


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    bridge_edited_by_id = fields.Many2one(
        "res.users",
        string="Account Changed By",
        readonly=True,
        copy=False,
        help="Whoever changed where the money goes last does not approve payments to it.",
    )
    bridge_edited_at = fields.Datetime(string="Account Changed At", readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([{**vals, **self._bridge_editor()} for vals in vals_list])

    def write(self, vals):
        """Note the editor, whom nobody else can name, when what decides where the money goes changes."""
        own = {"bridge_edited_by_id", "bridge_edited_at"}
        vals = {name: value for name, value in vals.items() if name not in own}
        changed = self.filtered(lambda account: account._bridge_differs(vals)) if ACCOUNT_FIELDS & set(vals) else None
        if not changed:
            return super().write(vals)
        # a copy: Odoo puts the number without its signs into what it is given, and would take that for the number
        super(ResPartnerBank, self - changed).write(dict(vals))
        result = super(ResPartnerBank, changed).write({**vals, **self._bridge_editor()})
        waiting = (
            self.env["account.payment"]
            .sudo()
            .search([("partner_bank_id", "in", changed.ids), ("bridge_approval_state", "=", "waiting")])
        )
        waiting._bridge_void_if_changed()
        return result

    def _bridge_editor(self):
        return {"bridge_edited_by_id": self.env.uid, "bridge_edited_at": fields.Datetime.now()}

    def _bridge_differs(self, vals):
        """Whether ``vals`` change where the money goes."""
        return any(
            (self[name].id if self._fields[name].type == "many2one" else self[name] or False) != (vals[name] or False)
            for name in ACCOUNT_FIELDS & set(vals)
        )
