"""A month of five accounts, told story by story: what the company ordered, what each account's statements show, and
what is wrong between the two.

It knows nothing of Odoo or of any file's layout, and draws from a generator with a fixed seed: the same days make the
same month.
"""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from demo_month_rows import (
    ACCOUNTS,
    ALIPAY,
    BANK,
    BEIJING,
    BY_ITSELF,
    CENT,
    OPENINGS,
    PERSON,
    UNIONPAY,
    USD,
    WECHATPAY,
    Account,
    Order,
    Row,
    Told,
)

FEE_RATE = Decimal("0.006")
BANK_RATE = Decimal("7.08")
"""What the bank gives for a dollar."""
BUYERS = ("王先生", "李女士", "张先生", "刘女士", "陈先生", "杨女士", "黄先生", "周女士")


class Month:
    """``days`` whole days up to and including ``last``, with about ``sales`` sales a day on each account."""

    def __init__(self, last: date, days: int = 30, sales: int = 4) -> None:
        self.days = [last - timedelta(days=offset) for offset in reversed(range(days))]
        self.sales = sales
        self._random = random.Random("month")
        self._serial = 0
        self.accounts = {code: Account(code, OPENINGS[code]) for code in ACCOUNTS}
        self._account = self.accounts[ALIPAY]
        self._withdrawn: list[tuple[datetime, Decimal, str]] = []
        for code, stories in STORIES.items():
            self._account = self.accounts[code]
            self._ordinary()
            for place, story in enumerate(stories):
                # spread over the month, its first and last days left to those stories that need them
                story(self, self.days[1 + place * (days - 3) // len(stories)])

    @property
    def counts(self) -> Counter[tuple[str, str]]:
        """How many differences of each class, by who has to settle them."""
        return Counter((one.difference, one.left_to) for account in self.accounts.values() for one in account.told)

    # -- small things ------------------------------------------------------------------

    def _number(self, at: datetime) -> str:
        self._serial += 1
        letters = "".join(self._random.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=6))
        return f"{at:%Y%m%d}{letters}{self._serial:05d}"

    def _reference(self, at: datetime) -> str:
        return f"{at:%Y%m%d%H%M%S}{self._random.randrange(10**6):06d}0"

    def _at(self, day: date) -> datetime:
        return datetime.combine(day, time(9)) + timedelta(seconds=self._random.randrange(12 * 3600))

    def _amount(self, least: int = 20, most: int = 900) -> Decimal:
        return (Decimal(self._random.randrange(least * 100, most * 100)) / 100).quantize(CENT)

    def _order(self, operation: str, amount: Decimal, at: datetime, **more: object) -> Order:
        order = Order(self._number(at), operation, amount, at, **more)
        self._account.orders.append(order)
        return order

    def _row(self, kind: str, gross: Decimal, at: datetime, **more: object) -> Row:
        self._serial += 1
        more.setdefault("reference", self._reference(at))
        row = Row(kind, gross, at, self._serial, **more)
        self._account.rows.append(row)
        return row

    def _tell(self, difference: str, left_to: str, key: str = "", entry: int = 0, *, similar: bool = False) -> None:
        self._account.told.append(Told(difference, left_to, key, entry, similar))

    def _sold(
        self, order: Order, *, gross: Decimal | None = None, at: datetime | None = None, fee: Decimal | None = None
    ) -> Row:
        """The row of a sale, with the fee as this account shows it: inside, or in a row of its own."""
        gross, at = gross if gross is not None else order.amount, at or order.at
        reference = self._reference(at)
        if fee is None:
            fee = (gross * FEE_RATE).quantize(CENT) if self._account.code not in (BANK, USD) else Decimal("0.00")
        inside = fee if self._account.code == UNIONPAY else Decimal("0.00")
        buyer = self._random.choice(BUYERS)
        row = self._row("collection", gross, at, key=order.key, reference=reference, fee=inside, name=buyer)
        if fee and not inside:
            self._row("fee", -fee, at + timedelta(seconds=1), key=order.key, reference=reference)
        return row

    def _sale(self, day: date) -> Order:
        """A sale that matches by itself."""
        dear = 6 if self._account.code in (BANK, USD) else 1
        order = self._order("collect", self._amount(20 * dear, 900 * dear), self._at(day))
        self._sold(order)
        return order

    def _pay_out(self, day: date, amount: Decimal | None = None, **more: object) -> Order:
        return self._order("pay_out", amount or self._amount(800, 9000), self._at(day), **more)

    def _left(self, order: Order, *, key: str | None = None, gross: Decimal | None = None) -> Row:
        """The row of a pay-out."""
        return self._row(
            "pay_out", gross or -order.amount, order.at, key=order.key if key is None else key, name="供应商"
        )

    # -- what is in order --------------------------------------------------------------

    def _ordinary(self) -> None:
        """Sales every day, a refund and a pay-out now and then, money taken to the bank."""
        for place, day in enumerate(self.days):
            sold = [self._sale(day) for _one in range(self._random.randrange(1, 2 * self.sales))]
            if place % 4 == 1:
                order = self._order(
                    "refund", (sold[0].amount / 2).quantize(CENT), sold[0].at + timedelta(hours=1), original=sold[0].key
                )
                self._row("refund", -order.amount, order.at, key=order.key, original=sold[0].key)
            if place % 3 == 2:
                self._left(self._pay_out(day))
            if place % 7 == 5:
                self._taken_to_bank(day)

    def _taken_to_bank(self, day: date) -> None:
        """The platforms' money goes to the bank, which shows it; dollars arrive a day later in yuan. The bank and the
        dollar account charge their month."""
        at = datetime.combine(day, time(21, 30))
        if self._account.code in (ALIPAY, WECHATPAY):
            amount = Decimal(self._random.randrange(10, 40) * 500).quantize(CENT)
            self._row("withdrawal", -amount, at)
            self._withdrawn.append((at, amount, "支付宝提现" if self._account.code == ALIPAY else "微信提现"))
        elif self._account.code == BANK:
            for when, amount, words in self._withdrawn:
                if 0 <= (at.date() - when.date()).days < 7:
                    self._row("deposit", amount, when + timedelta(minutes=20), text=words)
            if day < self.days[-1]:
                self._row("deposit", self._exchanged(day)[1], at + timedelta(hours=13), text="美元结汇入账")
            self._row("fee", -Decimal("15.00"), at, text="账户手续费")
        elif self._account.code == USD:
            dollars, yuan = self._exchanged(day)
            self._row("withdrawal", -dollars, at, text="Conversion to own account", arrived=yuan)
            self._row("fee", -Decimal("8.00"), at, text="Account charge")

    def _exchanged(self, day: date) -> tuple[Decimal, Decimal]:
        """Dollars that leave on a day, and the yuan that they arrive as."""
        dollars = Decimal(3000 + 50 * self.days.index(day)).quantize(CENT)
        return dollars, (dollars * BANK_RATE).quantize(CENT)

    # -- what is not: seen on the statement ---------------------------------------------

    def platform_only_in(self, day: date) -> None:
        """Somebody paid without an order."""
        text = "" if self._account.code not in (BANK, USD) else "往来款"
        row = self._row("collection", self._amount(300, 1500), self._at(day), name="上海某某商贸", text=text)
        self._tell("platform_only_in", PERSON, entry=row.entry)

    def platform_only_out(self, day: date) -> None:
        """Money left that nobody ordered here."""
        row = self._row("pay_out", -self._amount(300, 1500), self._at(day), name="市电力公司", text="代扣电费")
        self._tell("platform_only_out", PERSON, entry=row.entry)

    def mistyped(self, day: date) -> None:
        """Two letters of our number changed places on their way: it looks like what is missing."""
        order = self._pay_out(day)
        wrong = f"{order.key[:8]}{order.key[9]}{order.key[8]}{order.key[10:]}"
        if wrong == order.key:
            wrong = f"{order.key[:8]}0{order.key[9:]}"
        row = self._left(order, key=wrong)
        self._tell("platform_only_out", PERSON, entry=row.entry, similar=True)
        self._tell("books_only_out", PERSON, key=order.key)

    def amount(self, day: date) -> None:
        """Less arrived than was ordered."""
        order = self._order("collect", self._amount(400, 2000), self._at(day))
        row = self._sold(order, gross=order.amount - Decimal("7.00"), fee=Decimal("0.00"))
        self._tell("amount", PERSON, entry=row.entry)

    def paid_more(self, day: date) -> None:
        """More left than was ordered."""
        order = self._pay_out(day)
        row = self._left(order, gross=-order.amount - Decimal("12.50"))
        self._tell("amount", PERSON, entry=row.entry)

    def rounding(self, day: date) -> None:
        """A cent."""
        order = self._pay_out(day)
        row = self._left(order, gross=-order.amount + CENT)
        self._tell("rounding", BY_ITSELF, entry=row.entry)

    def fee_wrong(self, day: date) -> None:
        """The platform kept more than was agreed."""
        order = self._order("collect", self._amount(600, 2000), self._at(day))
        row = self._sold(order, fee=(order.amount * FEE_RATE).quantize(CENT) + Decimal("2.40"))
        self._tell("fee", PERSON, entry=row.entry)

    def fee_missing(self, day: date) -> None:
        """The row shows only what the agreed fee left, and no fee."""
        order = self._order("collect", self._amount(600, 2000), self._at(day))
        left = order.amount - (order.amount * FEE_RATE).quantize(CENT)
        row = self._sold(order, gross=left, fee=Decimal("0.00"))
        self._tell("fee", BY_ITSELF, entry=row.entry)

    def status_unknown(self, _day: date) -> None:
        """No answer came to a pay-out of the last day, and the statement shows it: the platform is asked."""
        order = self._pay_out(self.days[-1], Decimal("860.00"), state="uncertain", at_platform=True)
        row = self._left(order)
        self._tell("status", BY_ITSELF, entry=row.entry)

    def status_failed(self, day: date) -> None:
        """It failed here, and left all the same."""
        order = self._pay_out(day, state="failed")
        row = self._left(order)
        self._tell("status", PERSON, entry=row.entry)

    def paid_twice(self, day: date) -> None:
        """A buyer paid one order twice."""
        order = self._sale(day)
        row = self._row("collection", order.amount, order.at + timedelta(minutes=3), key=order.key, name=BUYERS[0])
        self._tell("duplicate", PERSON, entry=row.entry)

    def left_twice(self, day: date) -> None:
        """A vendor was paid twice under one number."""
        order = self._pay_out(day)
        self._left(order)
        row = self._row("pay_out", -order.amount, order.at + timedelta(minutes=1), key=order.key, name="供应商")
        self._tell("duplicate", PERSON, entry=row.entry)

    def printed_twice(self, day: date) -> None:
        """One payment on two rows; the running balance counts it once."""
        at, amount, reference = self._at(day), self._amount(), self._reference(self._at(day))
        one = self._row("collection", amount, at, reference=reference, name=BUYERS[1])
        two = self._row("collection", amount, at, reference=reference, name=BUYERS[1], still=True)
        self._tell("platform_only_in", PERSON, entry=one.entry)
        self._tell("duplicate", BY_ITSELF, entry=two.entry)

    def currency(self, day: date) -> None:
        """Ordered in another currency than the account's."""
        other = "CNY" if self._account.code == USD else "USD"
        order = self._order("collect", self._amount(200, 900), self._at(day), currency=other)
        row = self._sold(order, fee=Decimal("0.00"))
        self._tell("currency", PERSON, entry=row.entry)

    def part(self, day: date) -> None:
        """Two of three parts of a pay-out."""
        order = self._pay_out(day, Decimal("6000.00"))
        for share in (2500, 1500):
            row = self._left(order, gross=-Decimal(f"{share}.00"))
            self._tell("part", PERSON, entry=row.entry)

    def chargeback(self, day: date) -> None:
        """A bank took a known sale back: booked by itself."""
        order = self._sale(day)
        self._row("chargeback", -order.amount, order.at + timedelta(hours=2), key=order.key)

    def chargeback_unknown(self, day: date) -> None:
        """A bank took something back that is not known here."""
        row = self._row("chargeback", -self._amount(300, 900), self._at(day))
        self._tell("chargeback", PERSON, entry=row.entry)

    def opened(self, day: date) -> None:
        """A row that a person opened again."""
        order = self._sale(day)
        self._account.opened_by_hand.append(order.key)
        row = next(row for row in self._account.rows if row.key == order.key and row.kind == "collection")
        self._tell("opened", PERSON, entry=row.entry)

    def invoice_in_text(self, day: date) -> None:
        """A customer pays by bank transfer and names the invoice in the text."""
        amount = self._amount(2000, 9000)
        name = f"YF{day:%m%d}{self._random.randrange(100):02d}"
        self._account.invoices[name] = amount
        self._row("collection", amount, self._at(day), name="远航贸易有限公司", text=f"货款 {name}")

    # -- what is not: seen in the books -------------------------------------------------

    def books_only_in(self, day: date) -> None:
        """Collected, says the platform, and its statement does not show it."""
        order = self._order("collect", self._amount(), datetime.combine(day, time(11)))
        self._tell("books_only_in", PERSON, key=order.key)

    def books_only_out(self, day: date) -> None:
        """Paid, says the platform, and its statement does not show it."""
        order = self._order("pay_out", self._amount(800, 4000), datetime.combine(day, time(11)))
        self._tell("books_only_out", PERSON, key=order.key)

    def next_day(self, day: date) -> None:
        """Sold shortly before midnight, on the next day's statement."""
        order = self._order("collect", self._amount(), datetime.combine(day, time(23, 51)))
        self._sold(order, at=datetime.combine(day + timedelta(days=1), time(0, 4)))
        self._tell("cross_day", BY_ITSELF, key=order.key)

    def tonight(self, _day: date) -> None:
        """Sold shortly before midnight of the last day."""
        order = self._order("collect", self._amount(), datetime.combine(self.days[-1], time(23, 52)))
        self._tell("cross_day", PERSON, key=order.key)

    def refund_later(self, day: date) -> None:
        """Given back; the statement shows it two days later."""
        sale = self._sale(day)
        order = self._order("refund", sale.amount, sale.at + timedelta(minutes=30), original=sale.key)
        at = datetime.combine(day + timedelta(days=2), time(10))
        self._row("refund", -order.amount, at, key=order.key, original=sale.key)
        self._tell("refund_timing", BY_ITSELF, key=order.key)

    def refund_awaited(self, _day: date) -> None:
        """Given back a few days ago, on no statement yet."""
        sale = self._sale(self.days[-3])
        order = self._order("refund", sale.amount, sale.at + timedelta(minutes=30), original=sale.key)
        self._tell("refund_timing", PERSON, key=order.key)

    def stale(self, _day: date) -> None:
        """Paid before the first statement that there is."""
        order = self._pay_out(self.days[-1] - timedelta(days=max(len(self.days), 30) + 6))
        self._tell("stale", PERSON, key=order.key)


STORIES: dict[str, tuple[Callable[[Month, date], None], ...]] = {
    ALIPAY: (
        Month.rounding,
        Month.next_day,
        Month.platform_only_in,
        Month.printed_twice,
        Month.fee_wrong,
        Month.fee_missing,
        Month.refund_later,
        Month.books_only_in,
        Month.rounding,
        Month.status_unknown,
        Month.refund_awaited,
        Month.tonight,
        Month.stale,
    ),
    WECHATPAY: (
        Month.paid_twice,
        Month.amount,
        Month.next_day,
        Month.rounding,
        Month.books_only_out,
        Month.status_failed,
        Month.platform_only_out,
        Month.mistyped,
    ),
    UNIONPAY: (
        Month.fee_wrong,
        Month.part,
        Month.chargeback,
        Month.chargeback_unknown,
        Month.currency,
        Month.paid_more,
        Month.rounding,
        Month.opened,
    ),
    BANK: (
        Month.invoice_in_text,
        Month.platform_only_in,
        Month.platform_only_out,
        Month.invoice_in_text,
        Month.left_twice,
        Month.books_only_out,
        Month.mistyped,
    ),
    USD: (
        Month.amount,
        Month.platform_only_in,
        Month.rounding,
        Month.currency,
        Month.books_only_in,
    ),
}
"""What goes wrong on each account, in the order of time."""


def month_until_yesterday(sales: int = 4, days: int = 30) -> Month:
    """The month that has just ended, by Beijing's calendar."""
    return Month(datetime.now(BEIJING).date() - timedelta(days=1), days=days, sales=sales)
