"""A made-up month of a payment platform's account, with the truth about every row and every payment.

    python reconcile_month.py FOLDER CHANNEL ROWS SEED

writes FOLDER/CHANNEL.bill.csv (what the platform hands out), CHANNEL.books.csv (what the company ordered) and
CHANNEL.truth.csv (what belongs to what, and what is wrong with the rest). It knows nothing of any engine and imports
nothing of the suite.

Truth rows are: side (row or payment), its number, expected, partner. Expected is `match` (partner: our number of the
payment), `parts`, `batch`, `settlement` or `fee` for rows that something explains, else the class of the difference;
partner then names the payment that a person would find, where there is one.
"""

from __future__ import annotations

import csv
import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

FIRST = datetime(2026, 3, 1)
DAYS = 31
UTC_OFFSET = timedelta(hours=8)
FEE_PER_MILLE = 6
LETTERS = "ABCDEFGHIJKLMNPQRSTUVWXYZ23456789"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
SHARES = {
    "collection": 0.915,
    "cross_day_row": 0.004,
    "refund": 0.02,
    "refund_by_original": 0.004,
    "pay_out": 0.03,
    "platform_number": 0.01,
    "lost_number": 0.001,
    "typo": 0.0006,
    "part": 0.001,
    "batch": 0.0003,
    "platform_only_in": 0.001,
    "platform_only_out": 0.0004,
    "books_only_in": 0.001,
    "books_only_out": 0.0005,
    "amount": 0.0006,
    "rounding": 0.0004,
    "fee_wrong": 0.001,
    "fee_missing": 0.0002,
    "status": 0.0006,
    "duplicate": 0.0006,
    "same_twice": 0.0003,
    "currency": 0.0002,
    "refund_early": 0.0003,
    "refund_late": 0.0003,
    "part_missing": 0.0002,
    "stale": 0.0002,
    "cross_day": 0.0003,
    "fee": 0.0005,
}
"""How often each story happens, of all; one story may make several rows or none."""


def yuan(cents: int) -> str:
    """An amount as a platform writes it."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


class Month:
    """One account's month, told story by story in the order of time."""

    def __init__(self, folder: Path, channel: str, rows: int, seed: int) -> None:
        self._random = random.Random(f"{seed}-{channel}")
        self._channel = channel
        self._rows = rows
        self._bill = (folder / f"{channel}.bill.csv").open("w", newline="")
        self._books = csv.writer((folder / f"{channel}.books.csv").open("w", newline=""))
        self._truth = csv.writer((folder / f"{channel}.truth.csv").open("w", newline=""))
        self._lines = csv.writer(self._bill)
        self._entry = 0
        self._serial = 0
        self._balance = 0
        self._count = 0
        self._totals = {True: [0, 0], False: [0, 0]}
        self._settled: dict[str, int] = defaultdict(int)
        self._paid: list[tuple[str, str, int, datetime]] = []

    # -- numbers ------------------------------------------------------------------

    def _number(self, at: datetime) -> str:
        self._serial += 1
        letters = "".join(self._random.choices(LETTERS, k=10))
        return f"{at:%Y%m%d}{letters}{self._serial:06d}"

    def _platform_number(self, at: datetime) -> str:
        return f"4200{at:%Y%m%d%H%M%S}{self._random.randrange(10**10):010d}"

    def _cents(self) -> int:
        return self._random.choice((1, 1, 1, 10)) * self._random.randrange(100, 200_000)

    def _name(self) -> str:
        return f"*{self._random.choice(SURNAMES)}{self._random.choice(LETTERS)}"

    # -- both sides ------------------------------------------------------------------

    def _order(
        self, number: str, operation: str, cents: int, at: datetime, *, state: str = "succeeded", reference: str = "",
        original: str = "", batch: str = "", currency: str = "CNY", name: str = "",
    ) -> None:  # fmt: skip
        """What the company's books say."""
        executed = (at - UTC_OFFSET).strftime("%Y-%m-%d %H:%M:%S") if state in ("succeeded", "returned") else ""
        self._books.writerow(
            (number, operation, yuan(cents), currency, state, reference, executed, original, batch, name)
        )

    def _row(
        self, kind: str, cents: int, at: datetime, *, number: str = "", reference: str = "", original: str = "",
        fee: int = 0, name: str = "", batch: str | None = None,
    ) -> str:  # fmt: skip
        """What the platform's bill says; answers the entry's number."""
        self._entry += 1
        entry = f"{self._channel}{at:%y%m%d}{self._entry:09d}"
        net = cents - fee
        self._balance += net
        if batch is None:
            batch = f"S{at:%Y%m%d}"
            self._settled[batch] += net
        self._totals[net > 0][0] += 1
        self._totals[net > 0][1] += net
        self._lines.writerow(
            (
                entry, f"{at:%Y-%m-%d %H:%M:%S}", kind, number, reference, original, yuan(cents), yuan(fee), yuan(net),
                yuan(self._balance), name, batch, f"订单 {number[-6:]}" if number else "",
            )
        )  # fmt: skip
        self._count += 1
        return entry

    def _true(self, entry: str, expected: str, partner: str = "") -> None:
        self._truth.writerow(("row", entry, expected, partner))

    def _true_payment(self, number: str, expected: str) -> None:
        self._truth.writerow(("payment", number, expected, ""))

    def _fee(self, cents: int) -> int:
        return (cents * FEE_PER_MILLE + 500) // 1000

    # -- stories ------------------------------------------------------------------------

    def collection(self, at: datetime) -> None:
        number, reference, cents, name = self._number(at), self._platform_number(at), self._cents(), self._name()
        self._order(number, "collect", cents, at - timedelta(seconds=2), reference=reference, name=name)
        entry = self._row("交易", cents, at, number=number, reference=reference, fee=self._fee(cents), name=name)
        self._true(entry, "match", number)
        sale = (number, reference, cents, at)
        if len(self._paid) < 500:
            self._paid.append(sale)
        elif self._random.random() < 0.02:
            self._paid[self._random.randrange(500)] = sale

    def cross_day_row(self, at: datetime) -> None:
        """Ordered before midnight, on the next day's bill."""
        midnight = at.replace(hour=0, minute=0, second=0)
        if midnight == FIRST:
            return self.collection(at)
        number, cents = self._number(at), self._cents()
        self._order(number, "collect", cents, midnight - timedelta(seconds=self._random.randrange(10, 1200)))
        self._true(self._row("交易", cents, at, number=number, fee=self._fee(cents)), "match", number)
        return None

    def refund(self, at: datetime) -> None:
        original, reference, cents, _when = self._random.choice(self._paid)
        number, part = self._number(at), max(1, cents // self._random.choice((1, 2, 3)))
        self._order(number, "refund", part, at, original=original)
        entry = self._row("退款", -part, at, number=number, reference=self._platform_number(at), original=original)
        self._true(entry, "match", number)

    def refund_by_original(self, at: datetime) -> None:
        """The bill names only what is given back."""
        original, reference, cents, _when = self._paid.pop(self._random.randrange(len(self._paid)))
        number = self._number(at)
        self._order(number, "refund", cents - 7, at, original=original)
        self._true(self._row("退款", 7 - cents, at, original=original), "match", number)

    def pay_out(self, at: datetime) -> None:
        number, cents, name = self._number(at), self._cents(), self._name()
        self._order(number, "pay_out", cents, at, name=name)
        self._true(self._row("转账", -cents, at, number=number, name=name), "match", number)

    def platform_number(self, at: datetime) -> None:
        number, reference, cents = self._number(at), self._platform_number(at), self._cents()
        self._order(number, "collect", cents, at, reference=reference)
        self._true(self._row("交易", cents, at, reference=reference, fee=self._fee(cents)), "match", number)

    def lost_number(self, at: datetime) -> None:
        """No number in common, but an amount that hardly occurs twice."""
        number, cents = self._number(at), self._random.randrange(10_000_000, 90_000_000)
        self._order(number, "pay_out", cents, at - timedelta(hours=self._random.randrange(1, 30)))
        self._true(self._row("转账", -cents, at, batch=""), "match", number)

    def typo(self, at: datetime) -> None:
        """Two characters of our number changed places on the way: a person sees it at once."""
        number, cents, name = self._number(at), self._cents(), self._name()
        place = self._random.randrange(9, 16)
        wrong = f"{number[:place]}{number[place + 1]}{number[place]}{number[place + 2 :]}"
        if wrong == number:
            wrong = number[:9] + "_" + number[10:]
        self._order(number, "pay_out", cents, at, name=name)
        self._true(self._row("转账", -cents, at, number=wrong, name=name, batch=""), "platform_only_out", number)
        self._true_payment(number, "books_only_out")

    def part(self, at: datetime) -> None:
        number, cents = self._number(at), self._cents() + 1000
        first = self._random.randrange(100, cents - 100)
        self._order(number, "pay_out", cents, at)
        for piece in (first, cents - first):
            self._true(self._row("转账", -piece, at, number=number), "parts", number)

    def batch(self, at: datetime) -> None:
        """Twenty pay-outs, one row."""
        name, total = self._number(at), 0
        for _one in range(20):
            cents = self._cents()
            total += cents
            self._order(self._number(at), "pay_out", cents, at, batch=name)
        self._true(self._row("转账", -total, at, number=name, batch=""), "batch", name)

    def platform_only_in(self, at: datetime) -> None:
        entry = self._row("交易", self._cents(), at, number=f"SHOP{self._serial}", reference=self._platform_number(at))
        self._serial += 1
        self._true(entry, "platform_only_in")

    def platform_only_out(self, at: datetime) -> None:
        entry = self._row("转账", -self._cents(), at, number=f"CONSOLE{self._serial}")
        self._serial += 1
        self._true(entry, "platform_only_out")

    def books_only_in(self, at: datetime) -> None:
        number = self._number(at)
        self._order(number, "collect", self._cents(), at.replace(hour=11), reference=self._platform_number(at))
        self._true_payment(number, "books_only_in")

    def books_only_out(self, at: datetime) -> None:
        number = self._number(at)
        self._order(number, "pay_out", self._cents(), at.replace(hour=11), reference=self._platform_number(at))
        self._true_payment(number, "books_only_out")

    def amount(self, at: datetime) -> None:
        number, cents = self._number(at), self._cents() + 5000
        self._order(number, "pay_out", cents, at)
        entry = self._row("转账", self._random.choice((-1, 1)) * 700 - cents, at, number=number)
        self._true(entry, "amount", number)

    def rounding(self, at: datetime) -> None:
        number, cents = self._number(at), self._cents()
        self._order(number, "pay_out", cents, at)
        self._true(self._row("转账", -cents - self._random.choice((-1, 1)), at, number=number), "rounding", number)

    def fee_wrong(self, at: datetime) -> None:
        """Matched, but the platform kept more than agreed."""
        number, cents = self._number(at), self._cents() + 10_000
        self._order(number, "collect", cents, at)
        entry = self._row("交易", cents, at, number=number, fee=self._fee(cents) + 60)
        self._true(entry, "fee_wrong", number)

    def fee_missing(self, at: datetime) -> None:
        """The row shows only what was left after the fee."""
        number, cents = self._number(at), self._cents() + 50_000
        self._order(number, "collect", cents, at)
        self._true(self._row("交易", cents - self._fee(cents), at, number=number), "fee", number)

    def status(self, at: datetime) -> None:
        number, cents = self._number(at), self._cents()
        self._order(number, "pay_out", cents, at, state=self._random.choice(("processing", "uncertain", "failed")))
        self._true(self._row("转账", -cents, at, number=number), "status", number)

    def duplicate(self, at: datetime) -> None:
        """Paid twice under one number."""
        number, cents = self._number(at), self._cents()
        self._order(number, "pay_out", cents, at)
        self._true(self._row("转账", -cents, at, number=number), "match", number)
        self._true(self._row("转账", -cents, at + timedelta(seconds=1), number=number), "duplicate", number)

    def same_twice(self, at: datetime) -> None:
        """One entry, twice on the bill, with no number of ours."""
        reference, cents, name = self._platform_number(at), self._cents(), self._name()
        self._true(self._row("交易", cents, at, reference=reference, name=name), "platform_only_in")
        self._true(self._row("交易", cents, at, reference=reference, name=name), "duplicate")

    def currency(self, at: datetime) -> None:
        number, cents = self._number(at), self._cents()
        self._order(number, "collect", cents, at, currency="USD")
        self._true(self._row("交易", cents, at, number=number), "currency", number)

    def refund_early(self, at: datetime) -> None:
        """On the bill before its result is known here."""
        original, _reference, cents, _when = self._random.choice(self._paid)
        number = self._number(at)
        self._order(number, "refund", cents, at, state="processing", original=original)
        self._true(self._row("退款", -cents, at, number=number), "refund_timing", number)

    def refund_late(self, at: datetime) -> None:
        """Given back in the last days, on no bill yet."""
        original, _reference, cents, _when = self._random.choice(self._paid)
        at = FIRST + timedelta(days=DAYS - self._random.randrange(1, 7), hours=-12)
        number = self._number(at)
        self._order(number, "refund", cents, at, original=original, reference=self._platform_number(at))
        self._true_payment(number, "refund_timing")

    def part_missing(self, at: datetime) -> None:
        number, cents = self._number(at), self._cents() + 3000
        self._order(number, "pay_out", cents, at)
        for piece in (1000, 1500):
            self._true(self._row("转账", -piece, at, number=number), "part", number)

    def stale(self, at: datetime) -> None:
        """Made before the first bill that there is, and never seen since."""
        number, early = self._number(at), FIRST - timedelta(days=self._random.randrange(5, 20), hours=5)
        self._order(number, "pay_out", self._cents(), early, reference=self._platform_number(at))
        self._true_payment(number, "stale")

    def cross_day(self, at: datetime) -> None:
        """Made in the last minutes of the last day: the next month's bill will show it."""
        late = FIRST + timedelta(days=DAYS, minutes=-self._random.randrange(1, 29))
        number = self._number(late)
        self._order(number, "collect", self._cents(), late, reference=self._platform_number(late))
        self._true_payment(number, "cross_day")

    def fee(self, at: datetime) -> None:
        self._true(self._row("服务费", -self._random.randrange(1, 500), at, batch=""), "fee_row")

    # -- the month -------------------------------------------------------------------------

    def write(self) -> None:
        """All of it: the bill's header, the stories, a settlement at the end of each day, the totals."""
        last = FIRST + timedelta(days=DAYS - 1)
        self._lines.writerow(("H", self._channel, f"{FIRST:%Y-%m-%d}", f"{last:%Y-%m-%d}", "CNY"))
        day = FIRST.date()
        for name, at in self._plot():
            if at.date() != day:
                self._settle(day)
                day = at.date()
            getattr(self, name if len(self._paid) > 100 else "collection")(at)
        self._settle(day)
        (count_in, sum_in), (count_out, sum_out) = self._totals[True], self._totals[False]
        self._lines.writerow(("T", count_in, yuan(sum_in), count_out, yuan(-sum_out)))
        self._bill.close()

    def _plot(self) -> Iterator[tuple[str, datetime]]:
        names, weights = list(SHARES), list(SHARES.values())
        stories = round(self._rows / 1.0005)
        step = timedelta(days=DAYS, seconds=-120) / stories
        for number, name in enumerate(self._random.choices(names, weights, k=stories)):
            yield name, (FIRST + number * step).replace(microsecond=0)

    def _settle(self, day: object) -> None:
        """What the day left on the account goes to the bank."""
        batch = f"S{day:%Y%m%d}"
        left = self._settled.pop(batch, 0)
        if left > 0:
            at = datetime.combine(day, datetime.max.time()).replace(microsecond=0)
            self._true(self._row("提现", -left, at, batch=batch), "settlement", batch)


if __name__ == "__main__":
    Month(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])).write()
