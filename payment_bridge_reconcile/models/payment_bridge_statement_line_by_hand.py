"""Matching by hand: rows and what explains them, put together by a person.

What is written is what the engine writes: one row for one payment, the parts of a payment, a row with its shares; so a
match by hand is shown, posted and undone like any other. What the two sides differ by must be named: a fee of the
platform, or an account that it is booked to.
"""

from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError

from .payment_bridge_statement_line_books import BookFilter

NO_REMAINDER, FEE, ACCOUNT = "none", "fee", "account"
"""What becomes of the part of the rows that what they are matched to does not explain."""


class Remainder(NamedTuple):
    """``amount`` of the rows' gross amounts that is left, with its sign, and the account that it goes to; none
    means that it is a fee."""

    amount: float = 0.0
    account_id: int | bool = False
    partner_id: int | bool = False


class PaymentBridgeStatementLine(models.Model):
    _inherit = "payment.bridge.statement.line"

    remainder = fields.Monetary(
        readonly=True,
        help="What of the row before fees its payments do not explain: by a person's word a fee, or booked to the"
        " account. Money in is positive.",
    )

    @api.private
    def _match_by_hand(self, books, way=NO_REMAINDER, account=None, partner=None, note=None):
        """Match these rows, of one channel and direction, to ``books``, a list of (kind, id).

        One row to one book; several rows, the parts of one book; one row to several books; or as many of both as
        agree pair by pair. What is left must be named by ``way``: ``none`` (there must be nothing), ``fee``, or
        ``account`` with ``account`` (and ``partner``) and a ``note`` that says why.

        :raises UserError: saying what does not fit; nothing is written then.
        """
        self.statement_id._require_clerk()
        self._claim_by_hand()
        found = self._open_books(books)
        self._check_direction(found)
        groups = self._pairs_by_amount(found) or [(self, found)]
        for lines, of_lines in groups:
            if len(lines) > 1 and len(of_lines) > 1:
                raise UserError(
                    self.env._(
                        "Several rows and several payments agree only pair by pair, and these do not. Match one row"
                        " to several payments, or several rows to one."
                    )
                )
            remainder = lines._remainder_by_hand(of_lines, way, account, partner, note)
            lines._match_group_by_hand(of_lines, remainder, note)
        self._settle_differences(found)

    @api.private
    def _book_by_hand(self, account, partner=None, note=None):
        """Book whole rows to an account, saying why."""
        self.statement_id._require_clerk()
        self._claim_by_hand()
        self._check_account_by_hand(account, partner, note)
        self._check_account_limit(account)
        self._decide(
            state="matched",
            match_pass="account",
            found_by="hand",
            account_id=account.id,
            partner_id=partner.id if partner else False,
            note=note,
        )
        self._settle_differences([])

    # -- what may be matched ------------------------------------------------------

    def _claim_by_hand(self):
        """Hold the rows, so that two people, or a person and the engine, do not decide at once."""
        self.check_access("read")
        if not self:
            raise UserError(self.env._("Choose at least one row."))
        if len(self.channel_id) > 1 or self.currency_id != self.channel_id.currency_id:
            raise UserError(self.env._("Choose rows of one channel, in the currency of its account."))
        try:
            self.sudo().lock_for_update()
        except LockError as error:
            raise UserError(
                self.env._("Somebody else is working on these rows. Nothing was changed; try again in a moment.")
            ) from error
        self.invalidate_recordset(["state", "match_pass"])
        if self.filtered(lambda line: line.state != "unmatched"):
            raise UserError(self.env._("This row is explained already."))

    def _open_books(self, books):
        """The books as they are now.

        :raises UserError: when one of them is not open (any more).
        """
        channel = self.channel_id.sudo()
        only = tuple((kind, book_id) for kind, book_id in books)
        found = self.sudo()._workbench_books(channel, BookFilter(only=only, limit=len(only) + 1))
        if not only or {(one["kind"], one["id"]) for one in found} != set(only):
            self._say_why_not_open(only)
        return found

    def _say_why_not_open(self, only):
        instructions = self.env["payment.bridge.instruction"].sudo()
        returned = instructions.browse(book_id for kind, book_id in only if kind == "return").exists()
        if returned.filtered(lambda one: not one.payment_id.bridge_reversal_id):
            raise UserError(self.env._("The return of this payment is not booked yet. See Differences."))
        raise UserError(self.env._("Choose a payment of this channel that no other row stands for."))

    def _check_direction(self, found):
        signs = {line.gross > 0 for line in self} | {one["amount"] > 0 for one in found}
        if len(signs) > 1:
            raise UserError(
                self.env._("Money in and money out do not explain each other. Choose rows and payments of one kind.")
            )
        if self.filtered(lambda line: line.kind == "fee"):
            raise UserError(self.env._("A fee is no payment. Book the row to an account instead."))

    def _pairs_by_amount(self, found):
        """As many rows as books that agree one by one, as [(row, [book])]; None when they do not."""
        if len(self) < 2 or len(self) != len(found):
            return None
        rows = self.sorted(lambda line: (abs(line.gross), line.settled_on, line.id))
        books = sorted(found, key=lambda one: (abs(one["amount"]), one["day"], one["id"]))
        currency = self.currency_id
        pairs = list(zip(rows, books, strict=True))
        if any(currency.compare_amounts(line.gross, book["amount"]) for line, book in pairs):
            return None
        return [(line, [book]) for line, book in pairs]

    def _remainder_by_hand(self, found, way, account, partner, note):
        """What these rows hold beyond ``found``, with where it goes."""
        currency = self.currency_id
        total = sum(one["amount"] for one in found)
        rest = currency.round(sum(self.mapped("gross")) - total)
        if currency.is_zero(rest):
            return Remainder()
        if way == ACCOUNT:
            self._check_account_by_hand(account, partner, note)
            self._check_rest_limit(rest, account)
            return Remainder(rest, account.id, partner.id if partner else False)
        if way != FEE:
            raise UserError(
                self.env._(
                    "The row is %(row)s, the payment %(payment)s. Say that the difference is a fee, or choose"
                    " another payment.",
                    row=currency.format(abs(sum(self.mapped("gross")))),
                    payment=currency.format(abs(total)),
                )
            )
        if currency.compare_amounts(abs(rest), abs(total)) >= 0:
            raise UserError(
                self.env._(
                    "A fee of %(fee)s for a payment of %(payment)s is none. Choose the payment that fits, or book"
                    " the difference to an account.",
                    fee=currency.format(abs(rest)),
                    payment=currency.format(abs(total)),
                )
            )
        return Remainder(rest)

    def _check_account_by_hand(self, account, partner, note):
        """Whether the rows' channel may book to the account."""
        company = self.company_id
        if not account:
            raise UserError(self.env._("Choose the account."))
        if not account.filtered_domain(account._check_company_domain(company)):
            raise UserError(self.env._("Choose an account of %s.", company.name))
        if account == self.channel_id.sudo().journal_id.default_account_id:
            raise UserError(self.env._("Choose another account than the channel's own."))
        if account.account_type in ("asset_cash", "liability_credit_card"):
            raise UserError(self.env._("Choose an account that holds no money itself; that is what transfers are for."))
        if account.account_type in ("asset_receivable", "liability_payable") and not partner:
            raise UserError(self.env._("A receivable or payable needs its partner."))
        if not (note or "").strip():
            raise UserError(self.env._("Say why the row belongs to that account."))

    # -- what is written ------------------------------------------------------------

    @api.private
    def _match_group_by_hand(self, found, remainder, note):
        """Write one match: of one row and any books, or of several rows and one book.

        :param found: the books as :meth:`_workbench_books` tells them, of kinds known here
        :param remainder: a :class:`Remainder`
        """
        if len(found) > 1:
            self._match_shares_by_hand(found, remainder, note)
        elif len(self) > 1:
            self._match_parts_by_hand(found[0], remainder, note)
        else:
            self._decide(
                state="matched",
                match_pass="payment" if found[0]["kind"] == "payment" else "return",
                **self._payment_by_hand(found[0]),
                **self._remainder_values(remainder),
                note=note,
            )

    def _match_parts_by_hand(self, book, remainder, note):
        """Several rows, each a part of one payment; the largest carries what is left over."""
        self._check_own_leg([book])
        carrier = max(self, key=lambda line: (abs(line.gross), line.id))
        evidence = {"rows": len(self), "total": self.currency_id.round(sum(self.mapped("gross")))}
        shared = {
            "state": "matched",
            "match_pass": "part",
            "evidence": evidence,
            "note": note,
            **self._payment_by_hand(book),
        }
        (self - carrier)._decide(**shared)
        carrier._decide(**shared, **self._remainder_values(remainder))

    def _match_shares_by_hand(self, found, remainder, note):
        """One row that stands for several payments, each with its share."""
        self._check_own_leg(found)
        self.env["payment.bridge.statement.share"].sudo().create(
            [
                {
                    "line_id": self.id,
                    "company_id": self.company_id.id,
                    "instruction_id": one["id"],
                    "payment_id": one["payment_id"],
                    "amount": one["amount"],
                }
                for one in found
            ]
        )
        total = self.currency_id.round(sum(one["amount"] for one in found))
        self._decide(
            state="matched",
            match_pass="batch",
            found_by="hand",
            evidence={"payments": len(found), "total": total},
            **self._remainder_values(remainder),
            note=note,
        )

    def _check_own_leg(self, found):
        if any(one["kind"] != "payment" for one in found):
            raise UserError(self.env._("A returned payment comes back in one row: match it alone."))

    def _payment_by_hand(self, book):
        return {"found_by": "hand", "instruction_id": book["id"], "payment_id": book["payment_id"]}

    def _remainder_values(self, remainder):
        return {
            "remainder": remainder.amount,
            "account_id": remainder.account_id,
            "partner_id": remainder.partner_id,
        }

    def _settle_differences(self, found):
        """The differences about these rows, and about payments that they stand for now, are over."""
        instruction_ids = [one["id"] for one in found if one["kind"] == "payment"]
        over = (
            self.env["payment.bridge.difference"]
            .sudo()
            .search(
                [
                    ("state", "=", "open"),
                    "|",
                    ("line_id", "in", self.ids),
                    "&",
                    ("side", "=", "books"),
                    ("instruction_id", "in", instruction_ids),
                ]
            )
        )
        over.write({"state": "closed", "closed_on": fields.Date.context_today(self)})

    # -- what it says and how it is undone --------------------------------------------

    def _why_matched(self):
        reason = super()._why_matched()
        if not self.remainder:
            return reason
        amount = self.currency_id.format(abs(self.remainder))
        if self.account_id:
            more = self.env._(
                "%(amount)s of it is booked to %(account)s.", amount=amount, account=self.account_id.display_name
            )
        else:
            more = self.env._("%s of it is a fee of the platform.", amount)
        return f"{reason} {more}".strip()

    @api.private
    def _forget(self):
        result = super()._forget()
        self.write({"remainder": False})
        return result

    @api.private
    def _undo_by_hand(self):
        """Take back what a person has matched, as though it had not been: unlike the undoing of what the engine
        found, the row may be matched by the engine again."""
        self.statement_id._require_clerk()
        self.check_access("read")
        by_hand = self.filtered(lambda line: line.state == "matched" and line.found_by == "hand")
        if by_hand != self:
            raise UserError(self.env._("Only what was matched by hand and is not posted can be taken back here."))
        lines = self.sudo() | self.sudo()._matched_together()
        for line in lines:
            self.env["payment.bridge.audit.event"]._record(
                "statement_line.opened", line, entry=line.entry_reference, was=line.match_pass
            )
        lines._forget()
        for channel in lines.channel_id:
            channel._match_lines(only_classify=True)
        return lines
