"""Planning transfers that the platform exchanges: what arrives is in another currency than what left."""

from odoo import models
from odoo.tools import format_date

from .posting_plan import Booked

FARTHEST_RATE = 0.1
"""A platform's rate that is farther than this share from the company's own is taken for a mistake in one of the two."""


class PaymentBridgeStatement(models.Model):
    _inherit = "payment.bridge.statement"

    def _plan_exchanged(self, line, account):
        """The transfer in the currency and amount of the other side, by the platform's own rate, so that it meets the
        bank's line to the cent; and what that rate made better or worse than the company's rate of the day."""
        company, arriving = self.company_id, line.settlement_currency_id
        books, day = company.currency_id, self._entry_date(line.settled_on)
        left = books.round(line.currency_id._convert(-line.gross, books, company, day))
        arrived = arriving.round(-line.settlement_amount)
        value = books.round(arriving._convert(arrived, books, company, day))
        difference = books.round(left - value)
        if abs(difference) > abs(left) * FARTHEST_RATE:
            return self.env._(
                "the platform exchanged %(left)s for %(arrived)s, which is far from the company's own rate of %(day)s:"
                " correct that rate, or the file",
                left=line.currency_id.format(abs(line.gross)),
                arrived=arriving.format(abs(arrived)),
                day=format_date(self.env, day),
            )
        label = line._entry_label()
        transfer = self._item(account, label, -line.gross, line, booked=Booked(arriving, arrived, value))
        if not difference:
            return [transfer]
        rest_account = company._bridge_exchange_account(difference)
        if not rest_account:
            return self.env._("the company has no accounts for exchange differences")
        words = self.env._(
            "%(row)s, exchanged by the platform: %(left)s for %(arrived)s",
            row=label,
            left=line.currency_id.format(abs(line.gross)),
            arrived=arriving.format(abs(arrived)),
        )
        return [transfer, self._item(rest_account, words, 0.0, line, booked=Booked(books, difference, difference))]
