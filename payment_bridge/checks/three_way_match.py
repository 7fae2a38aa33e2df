"""Order, receipt and bill side by side: what was ordered, what arrived, what is charged, and where they differ.

The check on payments and the table on the bill both come from here.
"""

from collections import defaultdict
from dataclasses import dataclass

from odoo.tools import float_is_zero
from odoo.tools.translate import LazyGettext, LazyTranslate

_lt = LazyTranslate(__name__)

SIGN = {"in_invoice": 1, "in_receipt": 1, "in_refund": -1}
BILL_FIELDS = ("state", "move_type", "invoice_date", "date", "currency_id", "partner_id", "company_id", "name")
LINE_FIELDS = (
    "move_id", "display_type", "name", "product_id", "quantity", "product_uom_id", "price_subtotal", "tax_ids",
    "purchase_line_id", "is_downpayment", "currency_id", "parent_state",
)  # fmt: skip
ORDER_LINE_FIELDS = (
    "order_id", "name", "product_id", "product_qty", "qty_received", "product_uom_id", "price_subtotal",
    "price_unit_discounted", "tax_ids", "is_downpayment", "display_type", "invoice_lines",
)  # fmt: skip
MATCHED, DIFFERS, NO_ORDER = "matched", "differs", "no_order"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a bill may exceed its order: by ``percent`` of the ordered value and by ``amount`` of the bill's
    currency. Where both are set, the smaller holds; where none is, nothing but rounding."""

    percent: float = 0.0
    amount: float = 0.0

    def covers(self, difference, base, currency):
        """Whether a difference of value is small enough, measured against the ordered value ``base``."""
        limits = [limit for limit in (abs(base) * self.percent / 100, self.amount) if limit > 0]
        allowed = min(limits, default=0.0) + currency.rounding
        return currency.compare_amounts(difference, allowed) <= 0


@dataclass(frozen=True, slots=True)
class Difference:
    """One disagreement. ``column`` names the side that differs; a soft one costs the company nothing."""

    column: str
    sentence: LazyGettext
    soft: bool = False


@dataclass(frozen=True, slots=True)
class LineMatch:
    """One line of the bill beside its order: quantities in the order's unit, prices per unit without tax."""

    name: str
    order: str = ""
    ordered: float | None = None
    received: float | None = None
    billed: float = 0.0
    billed_so_far: float | None = None
    price_ordered: float | None = None
    price_billed: float = 0.0
    tax_ordered: str | None = None
    tax_billed: str = ""
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class BillMatch:
    """A bill beside its orders."""

    state: str
    lines: tuple[LineMatch, ...] = ()
    differences: tuple[Difference, ...] = ()
    without_order: tuple[str, ...] = ()

    @property
    def all_differences(self):
        """Those of the bill as a whole and of its lines."""
        return (*self.differences, *(one for line in self.lines for one in line.differences))


class Matcher:
    """Compares bills with their orders; everything is read for all bills at once."""

    def __init__(self, bills):
        self.env = bills.env
        bills = bills.sudo()
        self._bill_ids = frozenset(bills.ids)
        lines = bills.invoice_line_ids
        order_lines = lines.purchase_line_id
        self._read(bills, lines, order_lines)
        self._charged = self._read_charged(order_lines)

    def _read(self, bills, lines, order_lines):
        """Everything that the comparison looks at, in one query for each kind of record."""
        bills.fetch(BILL_FIELDS)
        lines.fetch(LINE_FIELDS)
        order_lines.fetch(ORDER_LINE_FIELDS)
        order_lines.invoice_lines.fetch(LINE_FIELDS)
        order_lines.invoice_lines.move_id.fetch(BILL_FIELDS)
        orders = order_lines.order_id
        orders.fetch(("state", "currency_id", "partner_id", "name", "amount_untaxed", "order_line"))
        orders.order_line.fetch(("display_type", "is_downpayment"))
        (orders.partner_id | bills.partner_id).fetch(("commercial_partner_id",))
        (lines.tax_ids | order_lines.tax_ids).fetch(("amount", "amount_type", "name"))
        (lines.product_id | order_lines.product_id).fetch(("name", "purchase_method"))

    def _read_charged(self, order_lines):
        """For each order line what bills have charged on it, oldest first: (place in time, bill, quantity, value)."""
        charged = defaultdict(list)
        for order_line in order_lines:
            for line in order_line.invoice_lines:
                bill = line.move_id
                if line.display_type == "product" and (bill.state == "posted" or bill.id in self._bill_ids):
                    sign = SIGN.get(bill.move_type, 0)
                    quantity = sign * _in_unit(line, order_line)
                    charged[order_line.id].append((_place(bill), sign, bill, quantity, sign * line.price_subtotal))
        return charged

    def match(self, bill, tolerance):
        """Compare one bill, which is among those given."""
        bill = bill.sudo()
        lines = bill.invoice_line_ids.filtered(lambda line: line.display_type == "product" and line.price_subtotal)
        ordered = lines.filtered("purchase_line_id")
        without = tuple(line.name or line.product_id.name or "" for line in lines - ordered)
        if not ordered:
            return BillMatch(NO_ORDER, tuple(self._unordered(line) for line in lines), (), without)
        matched = tuple(
            self._line(bill, line, tolerance) if line.purchase_line_id else self._unordered(line) for line in lines
        )
        whole = tuple(self._whole(bill, ordered.purchase_line_id.order_id, tolerance))
        result = BillMatch(MATCHED, matched, whole, without)
        return BillMatch(DIFFERS, matched, whole, without) if result.all_differences or without else result

    # -- the bill as a whole ----------------------------------------------------

    def _whole(self, bill, orders, tolerance):
        for order in orders:
            if order.state != "purchase":
                yield Difference("order", _lt("%s is not a confirmed order.", order.name))
            if order.partner_id.commercial_partner_id != bill.partner_id.commercial_partner_id:
                yield Difference("order", _lt("%s was placed with another vendor.", order.name))
            if order.currency_id != bill.currency_id:
                yield Difference(
                    "currency",
                    _lt(
                        "%(order)s is in %(ordered)s, the bill in %(billed)s.",
                        order=order.name,
                        ordered=order.currency_id.name,
                        billed=bill.currency_id.name,
                    ),
                )
            else:
                yield from self._down_payments(bill, order, tolerance)

    def _down_payments(self, bill, order, tolerance):
        """Where something was paid in advance, all bills together stay within the order: an advance that a
        later bill forgets to take off would be paid twice."""
        order_lines = order.order_line.filtered(lambda line: not line.display_type)
        if not any(line.is_downpayment for line in order_lines):
            return
        unread = order_lines.filtered(lambda line: line.id not in self._charged)
        self._charged.update(self._read_charged(unread))
        total = sum(
            value
            for line in order_lines
            for place, sign, _bill, _quantity, value in self._charged[line.id]
            if place <= _place(bill) or sign < 0
        )
        if not tolerance.covers(total - order.amount_untaxed, order.amount_untaxed, bill.currency_id):
            yield Difference(
                "total",
                _lt(
                    "with its down payments, %(billed)s of %(order)s's %(ordered)s is charged.",
                    billed=bill.currency_id.format(total),
                    order=order.name,
                    ordered=bill.currency_id.format(order.amount_untaxed),
                ),
            )

    # -- one line ---------------------------------------------------------------

    def _unordered(self, line):
        return LineMatch(
            name=line.name or line.product_id.name or "",
            billed=line.quantity,
            price_billed=line.price_subtotal / line.quantity if line.quantity else 0.0,
            tax_billed=_taxes(line.tax_ids),
        )

    def _line(self, bill, line, tolerance):
        order_line = line.purchase_line_id
        advance = order_line.is_downpayment or line.is_downpayment
        quantity = _in_unit(line, order_line)
        price = order_line.price_unit_discounted
        if order_line.product_qty:
            price = order_line.price_subtotal / order_line.product_qty
        so_far = sum(
            taken
            for place, sign, _bill, taken, _value in self._charged[order_line.id]
            if place <= _place(bill) or sign < 0
        )
        differences = []
        if not advance and bill.move_type != "in_refund":
            differences = [
                *self._quantities(bill, line, so_far, price, tolerance),
                *self._prices(bill, line, quantity, price, tolerance),
                *self._tax(line),
            ]
        return LineMatch(
            name=_title(line),
            order=order_line.order_id.name,
            ordered=None if advance else order_line.product_qty,
            received=None if advance or not _by_receipt(order_line) else order_line.qty_received,
            billed=quantity,
            billed_so_far=so_far,
            price_ordered=None if advance else price,
            price_billed=line.price_subtotal / quantity if quantity else 0.0,
            tax_ordered=None if advance else _taxes(order_line.tax_ids),
            tax_billed=_taxes(line.tax_ids),
            differences=tuple(differences),
        )

    def _quantities(self, bill, line, so_far, price, tolerance):
        order_line = line.purchase_line_id
        base = price * order_line.product_qty
        if not tolerance.covers((so_far - order_line.product_qty) * price, base, bill.currency_id):
            yield Difference(
                "ordered",
                _lt(
                    "%(what)s: %(billed)s charged so far, %(ordered)s ordered.",
                    what=_title(line),
                    billed=_number(so_far),
                    ordered=_number(order_line.product_qty),
                ),
            )
        over_receipt = (so_far - order_line.qty_received) * price
        if _by_receipt(order_line) and not tolerance.covers(over_receipt, base, bill.currency_id):
            yield Difference(
                "received",
                _lt(
                    "%(what)s: %(billed)s charged so far, %(received)s received.",
                    what=_title(line),
                    billed=_number(so_far),
                    received=_number(order_line.qty_received),
                ),
            )

    def _prices(self, bill, line, quantity, price, tolerance):
        if _currencies_differ(line, bill):
            return
        expected = price * quantity
        over = line.price_subtotal - expected
        soft = over < 0
        if quantity and not tolerance.covers(abs(over), expected, bill.currency_id):
            yield Difference(
                "price",
                _lt(
                    "%(what)s: charged at %(billed)s, ordered at %(ordered)s.",
                    what=_title(line),
                    billed=bill.currency_id.format(line.price_subtotal / quantity),
                    ordered=bill.currency_id.format(price),
                ),
                soft,
            )

    def _tax(self, line):
        order_line = line.purchase_line_id
        if _rates(line.tax_ids) != _rates(order_line.tax_ids):
            yield Difference(
                "tax",
                _lt(
                    "%(what)s: charged with tax %(billed)s, ordered with %(ordered)s.",
                    what=_title(line),
                    billed=_taxes(line.tax_ids),
                    ordered=_taxes(order_line.tax_ids),
                ),
            )


def _currencies_differ(line, bill):
    """Whether prices of order and bill cannot be compared."""
    return line.purchase_line_id.order_id.currency_id != bill.currency_id


def _place(bill):
    """Where a bill stands in time among those of an order: earlier bills use up what was received first."""
    return (bill.invoice_date or bill.date, bill._origin.id or 0)


def _in_unit(line, order_line):
    """The quantity of a bill line in the unit of its order line."""
    if not line.product_uom_id or line.product_uom_id == order_line.product_uom_id:
        return line.quantity
    return line.product_uom_id._compute_quantity(line.quantity, order_line.product_uom_id)


def _by_receipt(order_line):
    """Whether a product is paid for as received, and not as ordered."""
    return order_line.product_id.purchase_method == "receive"


def _rates(taxes):
    return frozenset(
        (tax.amount_type, tax.amount) for tax in taxes if not float_is_zero(tax.amount, precision_digits=4)
    )


def _taxes(taxes):
    return ", ".join(f"{tax.amount:g}%" if tax.amount_type == "percent" else tax.name for tax in taxes) or "0%"


def _title(line):
    return (line.product_id.name or line.name or "").split("\n")[0]


def _number(quantity):
    return f"{quantity:.4f}".rstrip("0").rstrip(".")
