"""Planning the fees of rows: together where they go to the same place."""

from typing import NamedTuple

from odoo import models


class RowFee(NamedTuple):
    """What the platform kept of one row, in the channel's currency; given back is negative."""

    line_id: int
    kind: str  # for what: a kind of row, or "other"
    platform_kind: str | bool
    amount: float


class FeeDestination(NamedTuple):
    """Where a fee is booked, with what."""

    account: models.Model
    tax: models.Model
    analytic: tuple  # pairs of an analytic distribution


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    def _fee_destination(self, _kind, _platform_kind):
        """Where a fee of that kind is booked."""
        return FeeDestination(self.channel_id.fee_account_id, self.env["account.tax"], ())

    def _row_fees(self, line, amount):
        """What the platform kept of a row. A row that is nothing but a fee is booked with the others even where it is
        over nothing, or it would stay open for ever."""
        if not amount and line.match_pass != "fee":
            return []
        return [RowFee(line.id, line._fee_kind(), line.platform_kind, amount)]

    def _plan_fees(self, fees):
        """For each place that fees go to, an item for those charged and one for those given back."""
        grouped = {}
        for fee in fees:
            where = self._fee_destination(fee.kind, fee.platform_kind)
            grouped.setdefault((where, fee.amount < 0), []).append(fee)
        items = []
        for (where, given_back), of_group in grouped.items():
            words = (
                self.env._("Platform fees given back, rows: %s", len(of_group))
                if given_back
                else self.env._("Platform fees, rows: %s", len(of_group))
            )
            items += self._fee_items(where, words, of_group)
        return items

    def _fee_items(self, where, label, fees):
        lines = self.env["payment.bridge.statement.line"].browse(fee.line_id for fee in fees)
        total = self.currency_id.round(sum(fee.amount for fee in fees))
        return [self._item(where.account, label, total, lines, is_fee=True)]
