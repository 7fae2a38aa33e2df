"""What the matching workbench asks for: open rows, open books, and to put them together.

Everything here is called by the screen as the person who sits before it; what that person may not read or decide is
refused here, not in the screen.
"""

from odoo import api, fields, models
from odoo.fields import Domain

from .payment_bridge_statement_line_books import MOST_BOOKS, BookFilter, amounts_of
from .payment_bridge_statement_line_by_hand import ACCOUNT, NO_REMAINDER

ROWS_AT_ONCE = 100
SEARCHED = (
    "description", "counterparty", "key", "platform_reference", "original_key", "entry_reference", "batch_reference",
)  # fmt: skip
ROW_FIELDS = (
    "amount", "gross", "fee", "counterparty", "description", "key", "platform_reference", "entry_reference",
    "batch_reference", "row", "reason", "age", "kind", "difference",
)  # fmt: skip


class PaymentBridgeStatementLine(models.Model):
    _inherit = "payment.bridge.statement.line"

    @api.model
    def workbench_open(self, channel_id=False):
        """What the screen needs to begin: the channels with their open rows, the chosen one, the classes of rows,
        and whether this person may match.

        Amounts are in major units of each channel's currency.
        """
        self.check_access("read")
        channels = self.env["payment.bridge.channel"].search([("state", "!=", "draft")])
        counts = {
            channel.id: (count, total)
            for channel, count, total in self._read_group(
                [("channel_id", "in", channels.ids), ("state", "=", "unmatched")],
                ["channel_id"],
                ["__count", "amount:sum"],
            )
        }
        told = [
            {
                "id": channel.id,
                "name": channel.name,
                "currency_id": channel.currency_id.id,
                "company_id": channel.company_id.id,
                "open": counts.get(channel.id, (0, 0.0))[0],
                "total": counts.get(channel.id, (0, 0.0))[1],
            }
            for channel in channels
        ]
        chosen = next((one for one in told if one["id"] == channel_id), None)
        busiest = max(told, key=lambda one: one["open"], default=None)
        return {
            "channels": told,
            "channel_id": (chosen or busiest or {"id": False})["id"],
            "classes": self._fields["difference"]._description_selection(self.env),
            "may_match": self.env.user.has_group("payment_bridge.group_clerk"),
        }

    @api.model
    def workbench_rows(self, channel_id, filters=None, offset=0):
        """The open rows of a channel, newest first, with how many there are and what they amount to.

        :param dict filters: ``text``, ``amount`` (see :func:`amounts_of`), ``difference`` (a class), ``first_day`` and
            ``last_day``, and ``ids``
        """
        self.check_access("read")
        filters = filters or {}
        domain = Domain([("channel_id", "=", channel_id), ("state", "=", "unmatched")])
        if filters.get("ids"):
            domain &= Domain("id", "in", filters["ids"])
        if filters.get("difference"):
            domain &= Domain("difference", "=", filters["difference"])
        if filters.get("first_day") and filters.get("last_day"):
            domain &= Domain("settled_on", ">=", filters["first_day"]) & Domain("settled_on", "<=", filters["last_day"])
        if text := (filters.get("text") or "").strip():
            domain &= Domain.OR([(name, "ilike", text)] for name in SEARCHED)
        amounts = amounts_of(filters.get("amount"))
        if amounts:
            domain &= self._amount_domain(*amounts)
        rows = self.search(domain, limit=ROWS_AT_ONCE, offset=offset)
        ((count, total),) = self._read_group(domain, [], ["__count", "amount:sum"])
        return {
            "items": rows._workbench_items(),
            "count": count,
            "total": total or 0.0,
            "bad_amount": bool(filters.get("amount")) and not amounts,
        }

    def _amount_domain(self, low, high):
        """Rows whose gross amount, without its sign, lies between the two."""
        if high == float("inf"):
            return Domain("gross", ">=", low) | Domain("gross", "<=", -low)
        return (Domain("gross", ">=", low) & Domain("gross", "<=", high)) | (
            Domain("gross", ">=", -high) & Domain("gross", "<=", -low)
        )

    def _workbench_items(self):
        """The rows as the screen shows them."""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        classes = dict(self._fields["difference"]._description_selection(self.env))
        return [
            {
                "id": line.id,
                "day": fields.Date.to_string(line.settled_on),
                "kind_label": kinds[line.kind],
                "class_label": classes.get(line.difference, ""),
                "candidate_id": line.candidate_id.id,
                **{name: line[name] for name in ROW_FIELDS},
            }
            for line in self
        ]

    @api.model
    def workbench_books(self, channel_id, filters=None):
        """The open payments of a channel (and what add-ons add to them), newest first.

        :param dict filters: ``text``, ``amount`` and ``incoming`` (only money in, or only money out)
        :return: ``items``; ``more`` says that there are others which a filter would find
        """
        self.check_access("read")
        filters = filters or {}
        channel = self._workbench_channel(channel_id)
        amounts = amounts_of(filters.get("amount"))
        wanted = BookFilter(
            incoming=filters.get("incoming"), text=(filters.get("text") or "").strip(), amounts=amounts,
            limit=MOST_BOOKS + 1,
        )  # fmt: skip
        books = self.sudo()._workbench_books(channel, wanted)
        books.sort(key=lambda one: (one["day"], one["id"]), reverse=True)
        return {
            "items": [self._workbench_book(one) for one in books[:MOST_BOOKS]],
            "more": len(books) > MOST_BOOKS,
            "bad_amount": bool(filters.get("amount")) and not amounts,
        }

    def _workbench_channel(self, channel_id):
        """The channel, if this person may see it."""
        channel = self.env["payment.bridge.channel"].browse(channel_id)
        channel.check_access("read")
        return channel.sudo()

    def _workbench_book(self, book):
        return {**book, "day": fields.Date.to_string(book["day"]), "key": f"{book['kind']}-{book['id']}"}

    @api.model
    def workbench_match(self, line_ids, books, remainder=None):
        """Match rows to books; see :meth:`_match_by_hand`. Without books the rows are booked to an account.

        :param books: a list of [kind, id]
        :param dict remainder: ``way`` (none, fee or account), ``account_id``, ``partner_id`` and ``note``
        :return: the ids of the rows that were matched, for :meth:`workbench_undo`
        """
        told = remainder or {}
        account = self.env["account.account"].browse(told.get("account_id") or [])
        partner = self.env["res.partner"].browse(told.get("partner_id") or [])
        account.check_access("read")
        partner.check_access("read")
        way, note = told.get("way") or NO_REMAINDER, (told.get("note") or "").strip() or None
        lines = self.browse(line_ids)
        if not books and way == ACCOUNT:
            lines._book_by_hand(account, partner, note)
        else:
            lines._match_by_hand([(kind, book_id) for kind, book_id in books], way, account, partner, note)
        return lines.ids

    def action_open_workbench(self):
        """These rows in the workbench: the first of them, pointed at."""
        line = self[:1]
        action = self.env["ir.actions.client"]._for_xml_id("payment_bridge_reconcile.action_workbench")
        context = {"workbench_channel_id": line.channel_id.id, "workbench_line_id": line.id}
        return {**action, "context": context}

    @api.model
    def workbench_undo(self, line_ids):
        """Take back a match made here; answers the ids of the rows that are open again."""
        return self.browse(line_ids)._undo_by_hand().ids
