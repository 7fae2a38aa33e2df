"""Payees' account numbers: kept whole, shown by their ends, looked for by nobody."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.base.models.res_bank import sanitize_account_number

from ..connector.redaction import mask_account
from .refusal import refused
from .revealing import reveal

NUMBER_FIELDS = frozenset({"acc_number", "sanitized_acc_number"})


class ResPartnerBank(models.Model):
    """The accounts that platforms pay to are masked for everybody: on screens, in lists, exports, names and chatter.

    Code works with the whole number; what leaves the server does not have it. Nobody searches, sorts or groups by
    it either, because each answer would tell a part of it. The company's own accounts, which it prints on its
    invoices, and accounts without a kind, which no channel pays, are Odoo's business alone.
    """

    _inherit = "res.partner.bank"

    bridge_is_masked = fields.Boolean(compute="_compute_bridge_is_masked")

    @api.depends("bridge_payee_kind", "partner_id.ref_company_ids")
    def _compute_bridge_is_masked(self):
        for account in self:
            stored = account.sudo()
            account.bridge_is_masked = bool(stored.bridge_payee_kind) and not stored.partner_id.ref_company_ids

    def action_bridge_reveal(self):
        """Show this one number whole to a clerk or a channel administrator; the trail keeps who looked."""
        return reveal(self, "acc_number", self.env._("Account of %s", self.sudo().partner_id.display_name))

    def action_bridge_reveal_call(self):
        """Show the telephone number at which the payee confirmed the account."""
        return reveal(self, "bridge_evidence_number", self.env._("Called: %s", self.sudo().partner_id.display_name))

    # -- what leaves -------------------------------------------------------------

    @api.depends("bridge_is_masked")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        for account in self.filtered("bridge_is_masked"):
            number = account.sudo().acc_number
            if number and account.display_name:
                account.display_name = account.display_name.replace(number, mask_account(number))
        return result

    def _read_format(self, fnames, load="_classic_read"):
        rows = super()._read_format(fnames, load)
        numbers = NUMBER_FIELDS.intersection(fnames)
        if not numbers or self.env.su:
            return rows
        # what a person is just typing into a form is not hidden from that person
        stored = {account.id: account._origin for account in self if account._origin.sudo().bridge_is_masked}
        for row in rows:
            for name in numbers if row["id"] in stored else ():
                if row[name] == stored[row["id"]].sudo()[name]:
                    row[name] = mask_account(row[name])
        return rows

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        rows = super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)
        columns = [place for place, path in enumerate(fields) if path and path[0] in NUMBER_FIELDS]
        masked = self.sudo().filtered("bridge_is_masked") if columns and not self.env.su else ()
        hidden = {account[name] for account in masked for name in NUMBER_FIELDS}
        for row in rows if hidden else ():
            for place in columns:
                if row[place] in hidden:
                    row[place] = mask_account(row[place])
        return rows

    def copy_data(self, default=None):
        """A copy would hand the number out, under another kind or partner."""
        if not self.env.su and "acc_number" not in (default or {}) and self.filtered("bridge_is_masked"):
            words = self.env._("An account is not duplicated: enter its number again.")
            raise refused(self, "unveiling", UserError(words))
        return super().copy_data(default)

    def _mail_track(self, tracked_fields, initial_values):
        changed, commands = super()._mail_track(tracked_fields, initial_values)
        if self.bridge_is_masked:
            tracked = self.env["ir.model.fields"]._get(self._name, "acc_number").id
            for *_command, values in commands:
                if values["field_id"] == tracked:
                    for side in ("old_value_char", "new_value_char"):
                        values[side] = mask_account(values[side])
        return changed, commands

    def unlink(self):
        """Archive, as Odoo does, without the whole number in the partner's chatter."""
        masked = self.filtered("bridge_is_masked")
        for account in masked:
            account.partner_id._message_log(
                body=self.env._("Bank account %s archived", account._get_html_link(title=account.display_name))
            )
        masked.action_archive()
        others = self - masked
        return super(ResPartnerBank, others).unlink() if others else True

    # -- what is asked -----------------------------------------------------------

    def _field_to_sql(self, alias, field_expr, query=None):
        """For a search, an order or a group, a masked number is not there."""
        sql = super()._field_to_sql(alias, field_expr, query)
        if field_expr not in NUMBER_FIELDS or self.env.su:
            return sql
        return SQL(
            "CASE WHEN COALESCE(%s, '') = '' OR %s IN (SELECT partner_id FROM res_company) THEN %s END",
            super()._field_to_sql(alias, "bridge_payee_kind", query),
            super()._field_to_sql(alias, "partner_id", query),
            sql,
        )

    def _fetch_query(self, query, fields):
        """Records in memory hold the whole number, whoever asked: code works with it."""
        numbers = [field for field in fields if field.name in NUMBER_FIELDS]
        if not numbers or self.env.su:
            return super()._fetch_query(query, fields)
        fetched = super()._fetch_query(query, [field for field in fields if field not in numbers])
        if fetched:
            super(ResPartnerBank, self.sudo())._fetch_query(fetched._as_query(ordered=False), numbers)
        return fetched

    # -- what is written ---------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """What is entered a second time for the same payee is the account that is there: code that looks for it
        by its number finds none."""
        for vals in vals_list:
            self._bridge_refuse_mask(vals.get("acc_number"))
        if self.env.su:
            return super().create(vals_list)
        known = [self._bridge_same_account(vals) for vals in vals_list]
        made = iter(super().create([vals for vals, same in zip(vals_list, known, strict=True) if not same]))
        return self.browse().concat(*(same or next(made) for same in known))

    def write(self, vals):
        """A masked number that comes back, in an import or from a form, is the number that is there."""
        if "acc_number" not in vals or "*" not in (vals["acc_number"] or ""):
            self._bridge_forbid_unveiling(vals)
            return super().write(vals)
        same = self.filtered(lambda account: vals["acc_number"] == mask_account(account.sudo().acc_number))
        if self - same:
            self._bridge_refuse_mask(vals["acc_number"])
        rest = {name: value for name, value in vals.items() if name != "acc_number"}
        return self.write(rest) if rest else True

    def _bridge_refuse_mask(self, number):
        if "**" in (number or ""):
            words = self.env._("This is a masked account number: enter the whole number, or leave the column out.")
            raise refused(self, "masked_number", UserError(words))

    def _bridge_same_account(self, vals):
        """The masked account of the same partner and number, when ``vals`` say nothing that it does not say.

        :raises UserError: when they say something else, or it is archived; without the number in the words.
        """
        number = sanitize_account_number(vals.get("acc_number"))
        if not number or not vals.get("partner_id"):
            return self.browse()
        account = (
            self.sudo()
            .with_context(active_test=False)
            .search([("partner_id", "=", vals["partner_id"]), ("sanitized_acc_number", "=", number)], limit=1)
        )
        if not account.bridge_is_masked:
            return self.browse()
        if not account.active:
            raise UserError(self.env._("This payee has this account already, archived: restore it instead."))
        if any(account._bridge_says_otherwise(name, value) for name, value in vals.items() if value):
            raise UserError(self.env._("This payee has this account already: change it instead of entering it again."))
        return account.with_env(self.env)

    def _bridge_says_otherwise(self, name, value):
        if name in NUMBER_FIELDS:
            return False
        mine = self[name]
        return (mine.id if isinstance(mine, models.BaseModel) else mine) != value

    def _bridge_forbid_unveiling(self, vals):
        """:raises UserError: for a change after which the number that is there would be shown whole."""
        if self.env.su or "acc_number" in vals:
            return
        loses_kind = "bridge_payee_kind" in vals and not vals["bridge_payee_kind"]
        partner = self.env["res.partner"].browse(vals.get("partner_id") or ())
        if (loses_kind or partner.sudo().ref_company_ids) and self.filtered("bridge_is_masked"):
            words = self.env._(
                "The account of a payee keeps its kind and does not become the company's own: enter its number"
                " again with this change, or archive it and enter a new account."
            )
            raise refused(self, "unveiling", UserError(words))
