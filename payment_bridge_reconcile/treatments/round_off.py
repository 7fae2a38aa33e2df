"""Writing off less than a rounding, as long as the day's cap allows."""

from odoo.exceptions import UserError

from .base import Way, register, say_amount
from .facts import (
    KIND_OF,
    leg_of,
    matched_values,
    open_row_refusal,
    order_of,
    order_refusal,
    pair_evidence,
    rest_of,
)


@register
class RoundOff(Way):
    """The row stands for the payment but for a rounding, which goes to the rounding account.

    Two limits hold, for the engine and for people alike: the channel's tolerance for each row, and a cap on what all
    rows of one day of the platform round off together, so that no drip of small differences goes unseen. The cap is
    kept by the database (:mod:`..models.payment_bridge_rounding_day`).
    """

    code = "round_off"
    switch = "treat_rounding"
    keeps_closed = True

    def refusal(self, difference, asked):
        if problem := open_row_refusal(difference):
            return problem
        line, order, channel = difference.line_id, order_of(difference, asked).sudo(), difference.channel_id.sudo()
        if problem := order_refusal(line, order):
            return problem
        rest = abs(rest_of(line, order))
        if difference.currency_id.compare_amounts(rest, channel.rounding_tolerance) > 0 or not rest:
            return difference.env._(
                "%(rest)s is no rounding: %(channel)s rounds off at most %(most)s a row.",
                rest=say_amount(difference, rest),
                channel=channel.name,
                most=say_amount(difference, channel.rounding_tolerance),
            )
        if not channel.rounding_account_id:
            return difference.env._("%s has no account for roundings. Its administrator chooses one.", channel.name)
        if asked.by_itself and line.kind != KIND_OF.get(order.operation) and leg_of(line, order) == "payment":
            return difference.env._("The row is of another kind than %s.", order.key)
        left = channel._rounding_left(line.settled_on)
        if difference.currency_id.compare_amounts(rest, left) > 0:
            return difference.env._(
                "Rows of that day have rounded off nearly %(cap)s already, the cap of %(channel)s: %(left)s is left.",
                cap=say_amount(difference, channel.rounding_daily_cap),
                channel=channel.name,
                left=say_amount(difference, left),
            )
        return ""

    def row_values(self, difference, asked):
        line, order = difference.line_id, order_of(difference, asked)
        return matched_values(
            line,
            order,
            "short",
            found_by=line.found_by if asked.by_itself and line.found_by else "hand",
            remainder_account_id=difference.channel_id.sudo().rounding_account_id.id,
            note=asked.note or False,
        )

    def amount(self, difference, asked):
        return abs(rest_of(difference.line_id, order_of(difference, asked)))

    def evidence(self, difference, asked):
        channel = difference.channel_id
        return pair_evidence(difference.line_id, order_of(difference, asked)) | {
            "tolerance": f"{channel.rounding_tolerance:.2f}",
            "cap": f"{channel.rounding_daily_cap:.2f}",
        }

    def carry_out(self, difference, asked, treatment):
        line = difference.line_id
        if not difference.channel_id.sudo()._round_off(line.settled_on, treatment.amount):
            raise UserError(difference.env._("The day's cap for roundings was used up meanwhile. Nothing was booked."))

    def let_go(self, treatment):
        treatment.channel_id.sudo()._round_off(treatment.line_id.settled_on, -treatment.amount)

    def due(self, channel):
        return channel.env["payment.bridge.difference"].search(
            [
                ("channel_id", "=", channel.id),
                ("state", "=", "open"),
                ("difference", "=", "rounding"),
                ("line_id.only_by_hand", "=", False),
            ],
            order="amount, id",
        )
