"""Planning and posting chargebacks: the customer's money is taken back, and a chargeback that was won comes back."""

from itertools import takewhile

from odoo import api, fields, models
from odoo.exceptions import UserError

from .ledger_link import LedgerLink


class PaymentBridgeStatementLine(models.Model):
    _inherit = "payment.bridge.statement.line"

    chargeback_ids = fields.One2many("payment.bridge.chargeback", "line_id", readonly=True)
    chargeback_id = LedgerLink(
        "payment.bridge.chargeback",
        string="Wins Chargeback",
        readonly=True,
        help="The chargeback whose money this row brought back.",
    )

    def _why_matched(self):
        if self.match_pass != "chargeback":
            return super()._why_matched()
        key = self.instruction_id.sudo().key or self.payment_id.sudo().bridge_instruction_id.key
        told = (
            self.env._("The chargeback of %s was won: its money came back.", key)
            if self.amount > 0
            else self.env._("The customer's bank took the money of %s back.", key)
        )
        return f"{told} {self.note}" if self.note else told

    @api.private
    def _open_chargeback(self):
        """The chargeback in the books that this row gives back, or a part of: the one of its amount, else the oldest
        that is large enough; empty when there is none."""
        self.ensure_one()
        taken = self.env["payment.bridge.chargeback"].search(
            [("payment_id", "=", self.payment_id.id), ("state", "=", "taken"), ("channel_id", "=", self.channel_id.id)],
            order="id",
        )
        left = {one: one._left() for one in taken}
        for earlier in self._wins_before():
            if chosen := earlier._choose_chargeback(left):
                left[chosen] -= earlier.gross
        return self._choose_chargeback(left) or taken.browse()

    def _wins_before(self):
        """The rows that give back something of the same receipt and are posted before this one, if in the same run."""
        wins = self.search(
            [
                ("payment_id", "=", self.payment_id.id),
                ("match_pass", "=", "chargeback"),
                ("state", "=", "matched"),
                ("amount", ">", 0),
            ]
        ).sorted(lambda line: (line.settled_on, line.row, line.id))
        return takewhile(lambda line: line != self._origin, wins)

    def _choose_chargeback(self, left):
        """Of chargebacks with what is left of each: the one of the row's amount, else the first that is larger."""
        more = {one: self.currency_id.compare_amounts(amount, self.gross) for one, amount in left.items()}
        fitting = [one for one in more if not more[one]] + [one for one in more if more[one] > 0]
        return next(iter(fitting), None)


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    def _plan_chargeback(self, line, _settles):
        """Money out: the customer owes it again, or it waits on the account for chargebacks. Money in: the opposite."""
        payment = line.payment_id
        if not payment or payment.move_id.state != "posted":
            return self.env._("the receipt that was charged back is not in the books")
        if line.amount > 0:
            return self._plan_won(line, payment)
        account, settles = self._chargeback_account(payment), self.env["account.move.line"]
        if not account:
            return self.env._("the channel has no account for chargebacks")
        if self.channel_id.chargeback_to == "reopen":
            settles = payment._seek_for_lines()[1].filtered(self._pays_something)
        return [self._item(account, line._entry_label(), -line.gross, line, payment.partner_id, settles)]

    def _plan_won(self, line, payment):
        chargeback = line._open_chargeback()
        if not chargeback:
            return self.env._("the chargeback that this row gives back is not in the books yet")
        settles = chargeback.reopened_item_ids
        if chargeback.goes_to == "account":
            settles = chargeback.line_id.move_line_id.filtered(lambda item: item.account_id.reconcile)
        account = chargeback.line_id.move_line_id.account_id
        still_open = settles.filtered(lambda item: not item.reconciled and item.account_id == account)
        return [self._item(account, line._entry_label(), -line.gross, line, payment.partner_id, still_open)]

    def _chargeback_account(self, payment):
        if self.channel_id.chargeback_to == "account":
            return self.channel_id.chargeback_account_id
        return payment._seek_for_lines()[1].account_id[:1] or payment.destination_account_id

    def _pays_something(self, item):
        """Whether the receipt's item is open, or pays an invoice: one that a refund has taken gives nothing back."""
        partials = item.matched_debit_ids | item.matched_credit_ids
        moves = (partials.debit_move_id | partials.credit_move_id).move_id
        return not item.reconciled or any(move.is_invoice(include_receipts=True) for move in moves)


class PaymentBridgePosting(models.Model):
    _inherit = "payment.bridge.posting"

    def _make_entries(self, plan):
        """Invoices whose money is taken back are opened before the run is reconciled, and told of it."""
        rows = self._chargeback_rows(plan)
        won = {line: line._open_chargeback() for line in rows if line.amount > 0}
        taken = self._take_back(rows.filtered(lambda line: line.amount < 0))
        result = super()._make_entries(plan)
        for line, chargeback in won.items():
            line.chargeback_id = chargeback
            chargeback._follow_wins()
            chargeback._tell(
                self.env._(
                    "The chargeback of %(payment)s was won: %(amount)s came back.",
                    payment=chargeback.payment_id.name,
                    amount=chargeback.currency_id.format(line.gross),
                )
            )
            self.env["payment.bridge.audit.event"]._record("chargeback.won", chargeback, entry=line.entry_reference)
        for chargeback in taken:
            if chargeback.goes_to == "reopen":
                chargeback._pay_rest()
            self._tell_taken(chargeback)
        return result

    def _chargeback_rows(self, plan):
        """The chargebacks among the rows of a plan, which may be hundreds of thousands."""
        found = self.env["payment.bridge.statement.line"].search(
            [
                ("statement_id", "=", self.statement_id.id),
                ("match_pass", "=", "chargeback"),
                ("state", "=", "matched"),
            ]
        )
        if not found:
            return found
        planned = {row_id for entry in plan.entries for item in entry.items for row_id in item.lines.ids}
        return found.filtered(lambda line: line.id in planned)

    def _take_back(self, rows):
        chargebacks = self.env["payment.bridge.chargeback"]
        for line in rows:
            chargeback = chargebacks.create(
                {
                    "line_id": line.id,
                    "channel_id": line.channel_id.id,
                    "company_id": line.company_id.id,
                    "currency_id": line.currency_id.id,
                    "payment_id": line.payment_id.id,
                    "amount": abs(line.gross),
                    "day": line.settled_on,
                    "goes_to": line.channel_id.chargeback_to,
                }
            )
            chargebacks |= chargeback
        reopening = chargebacks.filtered(lambda chargeback: chargeback.goes_to == "reopen")
        for of_receipt in reopening.grouped("payment_id").values():
            of_receipt._open_invoices()
        return chargebacks

    def _tell_taken(self, chargeback):
        values = {
            "payment": chargeback.payment_id.name,
            "amount": chargeback.currency_id.format(chargeback.amount),
            "channel": chargeback.channel_id.name,
        }
        if chargeback.goes_to == "reopen":
            words = self.env._(
                "The customer's bank took %(amount)s of %(payment)s back through %(channel)s. The money has left; the"
                " invoice is open again. Dispute it with the platform, or collect it anew.",
                **values,
            )
        else:
            words = self.env._(
                "The customer's bank took %(amount)s of %(payment)s back through %(channel)s. The money has left and"
                " waits on the account for chargebacks until the dispute is decided.",
                **values,
            )
        chargeback._tell(words)
        self.env["payment.bridge.audit.event"]._record(
            "chargeback.taken",
            chargeback,
            amount=f"{chargeback.amount:.2f}",
            payment=chargeback.payment_id.name,
            goes_to=chargeback.goes_to,
            invoices=chargeback.invoice_ids.mapped("name"),
        )

    def _undo(self):
        """A chargeback that is taken out of the books closes the invoices again; one that was won stays until that
        row is undone."""
        taken = self.env["payment.bridge.chargeback"].search(
            [("state", "in", ("taken", "won")), ("line_id.posting_id", "=", self.id)]
        )
        wins = self.env["payment.bridge.statement.line"].search(
            [("posting_id", "=", self.id), ("chargeback_id", "!=", False)]
        )
        later = taken.won_line_ids - wins
        if later:
            raise UserError(
                self.env._(
                    "The chargeback of %(payment)s was won since, with row %(entry)s. Undo the posting of that row"
                    " first.",
                    payment=later[0].payment_id.name,
                    entry=later[0].entry_reference,
                )
            )
        result = super()._undo()
        won = wins.chargeback_id
        wins.chargeback_id = False
        won._follow_wins()
        for chargeback in taken:
            if chargeback.goes_to == "reopen":
                chargeback._pay_rest()
        taken.write({"state": "undone"})
        taken.flush_recordset()  # or the same row could not be posted again in this transaction
        return result
