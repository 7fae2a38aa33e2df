"""Planning a daily summary: one entry a day and kind, with one item an account and the sub-ledger behind it.

Rows of payments and fees, which may be hundreds of thousands, are read in one statement and added up; the few others
are planned row by row and added to the same entries.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from odoo import models
from odoo.tools import SQL

from .payment_bridge_statement_line import SELECTION_KIND
from .payment_bridge_statement_plan_fees import RowFee
from .payment_bridge_statement_plan_rows import FEE_KIND_OF_OPERATION


@dataclass(slots=True)
class _Sum:
    """What goes into one journal item."""

    amount: float = 0.0
    line_ids: list[int] = field(default_factory=list)
    settles_ids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Part:
    """What of one kind moved on one day."""

    sums: dict = field(default_factory=lambda: defaultdict(_Sum))  # (account id, is a debit, settles) -> sum
    items: list = field(default_factory=list)  # that stay as they are
    fees: list = field(default_factory=list)
    line_ids: list[int] = field(default_factory=list)


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    def _plan_as_daily_summary(self, plan):
        parts = defaultdict(_Part)
        others = self._add_up_payments(parts, plan)
        self._add_up_others(parts, others, plan)
        kinds = [kind for kind, _label in SELECTION_KIND]
        for day, kind in sorted(parts, key=lambda key: (key[0], kinds.index(key[1]))):
            part = parts[day, kind]
            items = self._summary_items(part)
            if items:
                lines = self.env["payment.bridge.statement.line"].browse(part.line_ids)
                entry = self._entry_of(day, lines, items)
                entry.title = self._summary_title(entry, kind)
                plan.entries.append(entry)

    def _add_up_payments(self, parts, plan):
        """Add up the rows of payments and fees; answers the ids of the rows that are left."""
        others = []
        fee_missing = {}
        for (
            line_id,
            day,
            kind,
            platform_kind,
            of_fee,
            amount,
            booked,
            account_id,
            item_ids,
            open_amount,
        ) in self._summary_rows():
            if item_ids and len(item_ids) > 1 or kind == "fee" and booked:
                others.append(line_id)
                continue
            if booked and self.currency_id.compare_amounts(open_amount or 0.0, -booked):
                plan.blocked[line_id] = self._why_item_is_taken(line_id)
                continue
            fee = self.currency_id.round(-amount - booked)
            fee_kind = FEE_KIND_OF_OPERATION.get(of_fee, "other") if kind == "fee" else kind
            has_fee = fee or not booked  # a row that is nothing but a fee, if over nothing
            if has_fee and (fee_kind, platform_kind) not in fee_missing:
                fee_missing[fee_kind, platform_kind] = not self._fee_destination(fee_kind, platform_kind).account
            if has_fee and fee_missing[fee_kind, platform_kind]:
                plan.blocked[line_id] = self._why_no_fee_account()
                continue
            part = parts[day, kind]
            part.line_ids.append(line_id)
            if booked:
                one = part.sums[account_id, booked > 0, True]
                one.amount += booked
                one.line_ids.append(line_id)
                one.settles_ids += item_ids
            if has_fee:
                part.fees.append(RowFee(line_id, fee_kind, platform_kind, fee))
        return others + self._rows_of_other_passes()

    def _why_item_is_taken(self, line_id):
        payment = self.env["payment.bridge.statement.line"].browse(line_id).payment_id
        return self.env._(
            "the item of %s on its outstanding account is reconciled with something else already",
            payment.display_name,
        )

    def _summary_rows(self):
        """Each matched row of a payment or a fee, with what it books on the outstanding account and the open item
        that this settles."""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT l.id, l.settled_on, l.kind, l.platform_kind, i.operation, l.amount::float8,
                       CASE WHEN l.match_pass = 'fee' THEN 0.0
                            WHEN COALESCE(NULLIF(l.gross, 0), l.amount) < 0 THEN i.amount ELSE -i.amount END::float8,
                       p.outstanding_account_id, item.ids, item.open::float8
                  FROM payment_bridge_statement_line l
                  LEFT JOIN payment_bridge_instruction i ON i.id = l.instruction_id
                  LEFT JOIN account_payment p ON p.id = l.payment_id AND l.match_pass = 'payment'
                  LEFT JOIN LATERAL (
                        SELECT array_agg(a.id) AS ids, sum(a.amount_residual_currency) AS open
                          FROM account_move_line a
                         WHERE a.move_id = p.move_id AND a.account_id = p.outstanding_account_id
                           AND a.parent_state = 'posted' AND NOT a.reconciled) item ON TRUE
                 WHERE l.statement_id = %s AND l.state = 'matched' AND l.match_pass IN ('payment', 'fee')
                   AND l.account_id IS NULL
                 ORDER BY l.row, l.id
                """,
                self.id,
            )
        )

    def _rows_of_other_passes(self):
        lines = self.env["payment.bridge.statement.line"].search(
            [
                ("statement_id", "=", self.id),
                ("state", "=", "matched"),
                "|",
                ("match_pass", "not in", ("payment", "fee")),
                ("account_id", "!=", False),
            ],
            order="row, id",
        )
        return lines.ids

    def _add_up_others(self, parts, line_ids, plan):
        """Rows planned one by one: what they settle exactly is added up, the rest stays as it is."""
        lines = self.env["payment.bridge.statement.line"].browse(line_ids)
        settles = self._open_items(lines)
        for line in lines:
            planned = self._plan_row(line, settles, plan)
            if planned is None:
                continue
            part = parts[line.settled_on, line.kind]
            part.line_ids.append(line.id)
            part.fees += self._row_fees(line, planned[1])
            for item in planned[0]:
                exact = self._is_settled_exactly(item, line)
                if line.match_pass == "out_and_back" or item.settles and not exact or self._stays_apart(item, line):
                    part.items.append(item)
                    continue
                one = part.sums[item.account.id, item.amount > 0, bool(item.settles)]
                one.amount += item.amount
                one.line_ids += item.lines.ids
                one.settles_ids += item.settles.ids

    def _summary_items(self, part):
        lines = self.env["payment.bridge.statement.line"]
        journal_items = self.env["account.move.line"]
        added_up = [
            self._item(
                self.env["account.account"].browse(account_id),
                self.env._("rows: %s, see the sub-ledger", len(set(one.line_ids))),
                self.currency_id.round(one.amount),
                lines.browse(dict.fromkeys(one.line_ids)),
                settles=journal_items.browse(one.settles_ids),
                at_once=settles,
            )
            for (account_id, _is_debit, settles), one in part.sums.items()
        ]
        return added_up + part.items + self._plan_fees(part.fees)

    def _summary_title(self, entry, kind):
        words = dict(self.env["payment.bridge.statement.line"]._fields["kind"]._description_selection(self.env))
        what = self.env._("%(kind)s, rows: %(rows)s", kind=words[kind], rows=len(entry.lines))
        return self._entry_title(entry.day, what, entry.date)
