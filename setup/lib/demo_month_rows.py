"""What a month of the demo is made of: orders in the books, rows on statements, and what is wrong between them.

Times are Beijing's, amounts in the account's own currency.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
ALIPAY, WECHATPAY, UNIONPAY, BANK, USD = ACCOUNTS = ("alipay", "wechatpay", "unionpay", "bank", "usd")
CHANNELS = {
    ALIPAY: "商城 · 支付宝",
    WECHATPAY: "门店 · 微信支付",
    UNIONPAY: "官网 · 银联",
    BANK: "招商银行 基本户",
    USD: "香港美元户 USD",
}
"""What the channels of the accounts are called."""
CENT = Decimal("0.01")
OPENINGS = {
    ALIPAY: Decimal("286400.00"),
    WECHATPAY: Decimal("92750.50"),
    UNIONPAY: Decimal("318000.00"),
    BANK: Decimal("1260300.00"),
    USD: Decimal("84200.00"),
}
"""What was on each account before the month."""
BY_ITSELF, PERSON = "by itself", "person"


@dataclass(frozen=True)
class Order:
    """What the company's books say. ``operation`` is collect, pay_out or refund; ``original`` is the number of what a
    refund gives back. ``currency`` is empty for the account's own. ``late`` orders are asked about at the platform."""

    key: str
    operation: str
    amount: Decimal
    at: datetime
    state: str = "succeeded"
    original: str = ""
    currency: str = ""
    at_platform: bool = False


@dataclass(frozen=True)
class Row:
    """What the account's statement says: ``gross`` with its sign, and the fee inside. ``entry`` is the account's own
    number of the row, ``reference`` the one of the payment. ``still``: printed, but it moved nothing. ``arrived`` is
    what the bank made of it in yuan."""

    kind: str
    gross: Decimal
    at: datetime
    entry: int
    key: str = ""
    reference: str = ""
    original: str = ""
    fee: Decimal = Decimal("0.00")
    name: str = ""
    text: str = ""
    still: bool = False
    arrived: Decimal | None = None

    @property
    def amount(self) -> Decimal:
        """What it did to the balance."""
        return Decimal("0.00") if self.still else self.gross - self.fee


@dataclass(frozen=True)
class Told:
    """One thing that is wrong: its class, whether the evidence settles it or a person has to, and what it is about: the
    number of an order, or the entry of a row."""

    difference: str
    left_to: str
    key: str = ""
    entry: int = 0
    similar: bool = False


@dataclass
class Account:
    """One account's month."""

    code: str
    opening: Decimal
    orders: list[Order] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    opened_by_hand: list[str] = field(default_factory=list)
    invoices: dict[str, Decimal] = field(default_factory=dict)

    @property
    def closing(self) -> Decimal:
        """What is left after the month."""
        return self.opening + sum((row.amount for row in self.rows), Decimal("0.00"))

    def of_day(self, day: date) -> list[Row]:
        """The rows of a day, in the order of time."""
        return sorted((row for row in self.rows if row.at.date() == day), key=lambda row: (row.at, row.entry))
