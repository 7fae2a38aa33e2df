"""What an approval binds to, as one text that is the same on every machine and in every version.

Plain Python: an auditor can recompute a digest from the payment's data without Odoo. The text of a content is canonical
JSON (sorted keys, no spaces, UTF-8, amounts as text); the digest is SHA-256 over it. The parts are hashed one by one as
well, so that a difference can be named without keeping what was approved in clear.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal

VERSION = 1
PARTS = ("operation", "payee", "account", "amount", "currency", "bills", "channel")


@dataclass(frozen=True)
class Account:
    """Where the money goes. Texts as they are sent; an absent one is the empty text."""

    kind: str = ""
    number: str = ""
    bank: str = ""
    bank_code: str = ""
    province: str = ""
    city: str = ""
    branch: str = ""


@dataclass(frozen=True)
class Bill:
    """One open item that the payment settles: ``item`` its id, ``amount`` what is paid of it and ``total``
    what its document comes to, both in the document's currency."""

    item: int
    amount: Decimal
    total: Decimal


@dataclass(frozen=True)
class ApprovedContent:
    """Exactly what leaves: ``payee`` and ``channel`` are record ids, ``amount`` is in ``currency`` (ISO 4217).

    ``original`` is the number of the collection that a refund gives back, empty for a pay-out.
    """

    operation: str
    payee: int
    payee_name: str
    account: Account
    amount: Decimal
    currency: str
    bills: tuple[Bill, ...]
    channel: int
    original: str = ""

    def parts(self) -> dict[str, str]:
        """The canonical text of each part, by the part's name."""
        bills = sorted((bill.item, _money(bill.amount), _money(bill.total)) for bill in self.bills)
        values = {
            "operation": {"kind": self.operation, "original": self.original},
            "payee": {"id": self.payee, "name": _text(self.payee_name)},
            "account": {field.name: _text(getattr(self.account, field.name)) for field in fields(Account)},
            "amount": _money(self.amount),
            "currency": self.currency,
            "bills": [{"item": item, "amount": amount, "total": total} for item, amount, total in bills],
            "channel": self.channel,
        }
        return {name: _canonical(values[name]) for name in PARTS}

    def text(self) -> str:
        """The canonical text of the whole, with the version of its form."""
        return _canonical({"v": VERSION, **{name: json.loads(part) for name, part in self.parts().items()}})

    def digest(self) -> str:
        """SHA-256 over :meth:`text`, in hexadecimal."""
        return _hash(self.text())

    def part_digests(self) -> dict[str, str]:
        """SHA-256 over each part, in hexadecimal."""
        return {name: _hash(text) for name, text in self.parts().items()}


def changed_parts(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the parts whose digests differ, in the order of :data:`PARTS`."""
    return tuple(name for name in PARTS if before.get(name) != after.get(name))


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _text(value: str) -> str:
    """One form of the characters (NFC), outer spaces removed; look-alikes stay different."""
    return unicodedata.normalize("NFC", value or "").strip()


def _money(amount: Decimal) -> str:
    """Plain digits, never in exponents; the places are those of the value."""
    return f"{amount:f}"
