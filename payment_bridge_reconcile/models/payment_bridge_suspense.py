"""Rows held on the suspense account (挂账): open items with their age, cleared later to what they turn out to be."""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..treatments.facts import leg_of, order_refusal, rest_of
from .ledger_link import LedgerLink


class PaymentBridgeStatementLine(models.Model):
    """The row's bank entry stays; an entry of its own moves the amount from the suspense account to where it belongs,
    and both suspense items are reconciled. Taking that back reverses it and leaves the row held."""

    _inherit = "payment.bridge.statement.line"

    is_held = fields.Boolean(string="In Suspense", compute="_compute_is_held", search="_search_is_held")
    cleared_move_id = LedgerLink("account.move", string="Cleared With", readonly=True)
    cleared_with_id = LedgerLink("payment.bridge.statement.line", string="Cleared by Row", readonly=True)

    @api.depends("state", "match_pass")
    def _compute_is_held(self):
        for line in self:
            line.is_held = line.state == "posted" and line.match_pass == "suspense"

    def _search_is_held(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return [("state", "=", "posted"), ("match_pass", "=", "suspense")]

    def _why_matched(self):
        told = super()._why_matched()
        if self.cleared_move_id:
            return self.env._(
                "%(told)s Held first, and cleared with %(entry)s.", told=told, entry=self.cleared_move_id.sudo().name
            )
        return told

    def action_clear(self):
        """Say what a held row turned out to be."""
        self.ensure_one()
        self.statement_id._require_clerk()
        self._check_held()
        wizard = self.env["payment.bridge.suspense.clear"].create({"line_id": self.id})
        return wizard._get_records_action(target="new", name=self.env._("Clear a Held Row"))

    def action_unclear(self):
        """Take the clearing back: the row is held again."""
        self.statement_id._require_clerk()
        for line in self:
            line.sudo()._unclear()
            self.env["payment.bridge.audit.event"]._record(
                "suspense.clearing_undone", line, entry=line.entry_reference, amount=f"{line.amount:.2f}"
            )
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # -- clearing -------------------------------------------------------------------------

    def _check_held(self):
        if not self.is_held:
            raise UserError(self.env._("This row is not held on the suspense account."))

    def _lock_held(self):
        """One decision about a held row at a time."""
        self.flush_recordset()
        self.env.cr.execute(SQL("UPDATE payment_bridge_statement_line SET state = state WHERE id = ANY(%s)", self.ids))
        self.invalidate_recordset()
        for line in self:
            line._check_held()

    @api.private
    def _as_payment(self, order, account=None):
        """What the row is when it stands for ``order`` and a rest goes to ``account``, as fields.

        :raises UserError: when it cannot stand for it.
        """
        self.ensure_one()
        if problem := order_refusal(self, order):
            raise UserError(problem)
        rest = rest_of(self, order)
        if rest and not account:
            raise UserError(self.env._("%s is left over: say where it goes.", self.currency_id.format(abs(rest))))
        return {
            "match_pass": "short" if rest else leg_of(self, order),
            "instruction_id": order.id,
            "payment_id": order.payment_id.id,
            "remainder_account_id": account.id if rest else False,
        }

    @api.private
    def _as_document(self, document):
        """What the row is when it pays ``document`` (an invoice, a bill or a credit note) or a part of it, as fields,
        and the journal items that it pays.

        :raises UserError: when it cannot.
        """
        self.ensure_one()
        items = document.sudo().line_ids.filtered(
            lambda item: item.account_type in ("asset_receivable", "liability_payable") and not item.reconciled
        )
        owed = sum(items.mapped("amount_residual_currency"))
        if document.state != "posted" or not items or document.company_id != self.company_id:
            raise UserError(self.env._("%s has nothing left to pay.", document.display_name))
        if document.currency_id != self.currency_id:
            raise UserError(self.env._("%s is in another currency.", document.display_name))
        if owed * self.gross < 0:
            raise UserError(self.env._("The row moves its money the other way than %s.", document.display_name))
        if self.currency_id.compare_amounts(abs(self.gross), abs(owed)) > 0:
            raise UserError(
                self.env._(
                    "%(document)s has %(owed)s left to pay, the row is %(row)s: clear it to the partner's account.",
                    document=document.display_name,
                    owed=self.currency_id.format(abs(owed)),
                    row=self.currency_id.format(abs(self.gross)),
                )
            )
        values = {
            "match_pass": "account",
            "account_id": items.account_id[:1].id,
            "partner_id": document.commercial_partner_id.id,
        }
        return values, items

    @api.private
    def _planned_clearing(self, values, settles=None):
        """The items of the entry that clears the row to what ``values`` say: off the suspense account, then where it
        belongs. ``settles`` are the items of a document that it pays.

        :raises UserError: when it cannot be posted.
        """
        self.ensure_one()
        self._check_held()
        line = self.sudo()
        statement = line.statement_id.with_company(line.company_id)
        plan = statement._plan_lines(line._as_if(**values))
        if plan.blocked:
            raise UserError(self.env._("It cannot be posted: %s.", "; ".join(plan.blocked.values())))
        held = line.move_line_id
        label = self.env._("Cleared: %s", line._entry_label())
        items = [item for entry in plan.entries for item in entry.items]
        if settles:
            items[0].settles = settles
        return [statement._item(held.account_id, label, line.amount, line, held.partner_id, held), *items]

    @api.private
    def _clear(self, values, note="", settles=None):
        """Post the entry that clears the row, and reconcile it at both ends. Answers the entry."""
        self.ensure_one()
        self._lock_held()
        items = self._planned_clearing(values, settles)
        line = self.sudo()
        move = self.env["account.move"].sudo().create(line._clearing_values(items))
        move.action_post()
        for item, made in zip(items, move.line_ids.sorted("id"), strict=True):
            if made.account_id != item.account:
                raise ValueError(f"{made} is not what was planned for {item.account}")
            if item.settles and made.account_id.reconcile:
                (made | item.settles).reconcile()
        self._keep_clearing(note, cleared_move_id=move.id, **values)
        return move

    @api.private
    def _clear_with_row(self, other, note=""):
        """The money of this row came back with ``other``: the two items are reconciled, nothing is booked."""
        self.ensure_one()
        pair = self | other
        pair._lock_held()
        items = pair.sudo().move_line_id
        if self.channel_id != other.channel_id or self.currency_id.compare_amounts(self.amount, -other.amount):
            raise UserError(self.env._("Only a row of the same amount and the other direction cancels this one."))
        if len(items.account_id) > 1 or not items.account_id.reconcile:
            raise UserError(
                self.env._("The suspense account has to allow reconciliation, and be the same for both rows.")
            )
        items.reconcile()
        for line, of in ((self, other), (other, self)):
            line._keep_clearing(note, match_pass="account", account_id=items.account_id.id, cleared_with_id=of.id)

    def _clearing_values(self, items):
        company, currency = self.company_id, self.currency_id
        date = self.statement_id._entry_date(self.settled_on, has_tax=any(item.has_tax for item in items))
        values = []
        for item in items:
            amount = currency.round(item.amount)
            values.append(
                {
                    "account_id": item.account.id,
                    "partner_id": item.partner.id,
                    "name": item.label,
                    "currency_id": currency.id,
                    "amount_currency": amount,
                    "balance": currency._convert(amount, company.currency_id, company, date),
                    "bridge_statement_line_id": self.id,
                    **item.extra,
                }
            )
        values[-1]["balance"] -= company.currency_id.round(sum(one["balance"] for one in values))
        return {
            "move_type": "entry",
            "journal_id": self.channel_id.journal_id.id,
            "date": date,
            "ref": items[0].label,
            "line_ids": [Command.create(one) for one in values],
        }

    def _keep_clearing(self, note, **values):
        """Note on the row what it turned out to be, with the trail."""
        line = self.sudo()
        line.write(
            {
                **values,
                "found_by": "hand",
                "note": note or False,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )
        line.move_line_id.statement_line_id._bridge_follow_clearing()
        self.env["payment.bridge.discrepancy"]._settle_with(line, line.reason)
        self.env["payment.bridge.audit.event"]._record(
            "suspense.cleared",
            line,
            entry=line.entry_reference,
            amount=f"{line.amount:.2f}",
            cleared_as=values["match_pass"],
            instruction=line.instruction_id.key or None,
            account=line.account_id.code or None,
            move=line.cleared_move_id.name or None,
            note=note or None,
        )

    def _unclear(self):
        """Reverse the clearing entry, or take the two rows apart, and hold the row again."""
        self.ensure_one()
        move, other = self.cleared_move_id, self.cleared_with_id
        if self.state != "posted" or not (move or other):
            raise UserError(self.env._("This row was not cleared from the suspense account."))
        if move:
            move.line_ids.remove_move_reconcile()
            date = self.statement_id._entry_date(move.date, has_tax=move._affect_tax_report())
            reversal = move._reverse_moves([{"date": date, "ref": self.env._("Undone: %s", move.ref)}], cancel=False)
            reversal.action_post()
            self._pair_off(move, reversal)
        else:
            self.move_line_id.remove_move_reconcile()
        (self | other).write(
            {
                "match_pass": "suspense",
                "cleared_move_id": False,
                "cleared_with_id": False,
                "found_by": False,
                "instruction_id": False,
                "payment_id": False,
                "account_id": False,
                "partner_id": False,
                "remainder_account_id": False,
                "note": False,
                "decided_by_id": False,
                "decided_at": False,
            }
        )
        (self | other).move_line_id.statement_line_id._bridge_follow_clearing()
        self.env["payment.bridge.discrepancy"]._open_with(self | other)

    def _pair_off(self, move, reversal):
        """Reconcile each item of an entry with its opposite, where its account allows it."""
        for one, other in zip(move.line_ids.sorted("id"), reversal.line_ids.sorted("id"), strict=True):
            if one.account_id.reconcile and not (one | other).filtered("reconciled"):
                (one | other).reconcile()


class PaymentBridgePosting(models.Model):
    _inherit = "payment.bridge.posting"

    def _undo(self):
        """A run whose held rows were cleared meanwhile stays until the clearings are taken back."""
        cleared = self.env["payment.bridge.statement.line"].search(
            [
                ("posting_id", "=", self.id),
                "|",
                ("cleared_move_id", "!=", False),
                ("cleared_with_id", "!=", False),
            ]
        )
        if cleared:
            raise UserError(
                self.env._(
                    "Rows of this posting were held on the suspense account and have been cleared since (%s). Undo the"
                    " clearing of those rows first.",
                    ", ".join(cleared[:5].mapped("entry_reference")),
                )
            )
        return super()._undo()
