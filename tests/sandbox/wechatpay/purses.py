"""A merchant's two purses and how their movements read in the fund-flow bill.

BASIC takes collections, refunds, fees and withdrawals; OPERATION pays transfers. Amounts in yuan.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ..ledger import Account, Ledger, Movement, Words

BASIC, OPERATION = "BASIC", "OPERATION"
ACCOUNTS = (BASIC, OPERATION)
SYSTEM = "system"


@dataclass(frozen=True)
class Entry:
    """The words of one row: 业务名称 (also its 业务类型), 微信支付业务单号, 业务凭证号, 备注, 资金变更提交申请人."""

    name: str
    business_no: str
    voucher: str
    memo: str = ""
    applicant: str = SYSTEM

    def words(self) -> Words:
        """As the ledger keeps them."""
        return Words(
            self.name,
            self.business_no,
            self.voucher,
            title=self.name,
            memo=self.memo,
            source=self.applicant,
        )


class Purses:
    """The accounts of one merchant."""

    def __init__(self, ledger: Ledger, mchid: str) -> None:
        self._accounts = {name: ledger.open(f"{mchid}:{name}") for name in ACCOUNTS}

    def __getitem__(self, name: str) -> Account:
        return self._accounts[name]

    @property
    def total(self) -> Decimal:
        """What both hold together."""
        return sum((account.balance for account in self._accounts.values()), Decimal("0.00"))

    def rows(self) -> list[Movement]:
        """Every movement of both, the basic purse first."""
        return [row for account in self._accounts.values() for row in list(account.movements)]

    def post(self, name: str, amount: Decimal, contra: str, entry: Entry) -> None:
        """Book on one purse (positive: in). Raises InsufficientFunds."""
        self._accounts[name].post(amount, contra, entry.words())

    def move(self, source: str, target: str, amount: Decimal, entry: Entry) -> None:
        """Move money between the purses. Raises InsufficientFunds and moves nothing then."""
        contra = f"between:{self._accounts[source].owner}"
        self.post(source, -amount, contra, entry)
        self.post(target, amount, contra, entry)
