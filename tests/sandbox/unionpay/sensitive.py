"""Who is paid: the account, plain or encrypted, and the name (channels_china.md 4.4, 4.5)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import padding

from .codes import FORMAT, Refusal
from .merchants import Merchants

CARD, CORPORATE = "01", "04"
CARD_NUMBER = re.compile(r"\d{13,19}")
ACCOUNT_NUMBER = re.compile(r"[0-9A-Za-z-]{5,32}")
PRIVATE = ("phoneNo", "cvn2", "expired", "pin")
IDENTITY_KINDS = re.compile(r"\d{2}")


@dataclass(frozen=True)
class Person:
    """A payee: `account_type` 01 or 04, the account in clear."""

    account_type: str
    account: str
    name: str


class Sensitive:
    """Opens what merchants encrypted with UnionPay's certificate."""

    def __init__(self, merchants: Merchants) -> None:
        self._merchants = merchants

    def payee(self, fields: Mapping[str, str], required: bool) -> Person:
        """The payee of a pay-out. Raises Refusal; `required` refuses what is not encrypted."""
        kind = fields["accType"]
        account = self.account(fields, required)
        if not (CARD_NUMBER if kind == CARD else ACCOUNT_NUMBER).fullmatch(account):
            raise Refusal(FORMAT, "accNo")
        if kind == CORPORATE:
            if fields.get("customerInfo"):
                raise Refusal(FORMAT, "customerInfo")
            name = groups(fields.get("reserved", "")).get("comDebitCardAccName", "")
            where = "comDebitCardAccName"
        else:
            name = self._customer(fields, required).get("customerNm", "")
            where = "customerNm"
        if not name:
            raise Refusal(FORMAT, where)
        return Person(kind, account, name)

    def account(self, fields: Mapping[str, str], required: bool) -> str:
        """accNo in clear. Raises Refusal."""
        if self._encrypted(fields, required):
            return self._open("accNo", fields["accNo"])
        return fields["accNo"]

    def _encrypted(self, fields: Mapping[str, str], required: bool) -> bool:
        serial = fields.get("encryptCertId", "")
        if serial and serial != self._merchants.authority.encryption.serial:
            raise Refusal(FORMAT, "encryptCertId")
        if required and not serial:
            raise Refusal(FORMAT, "encryptCertId")
        return bool(serial)

    def _customer(self, fields: Mapping[str, str], required: bool) -> dict[str, str]:
        try:
            text = base64.b64decode(fields.get("customerInfo", ""), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Refusal(FORMAT, "customerInfo") from error
        customer = groups(text)
        if not IDENTITY_KINDS.fullmatch(customer.get("certifTp", "01")):
            raise Refusal(FORMAT, "certifTp")
        if required and any(customer.get(name) for name in PRIVATE):
            raise Refusal(FORMAT, "encryptedInfo")
        if inner := customer.pop("encryptedInfo", ""):
            self._encrypted(fields, True)
            customer.update(groups("{" + self._open("encryptedInfo", inner) + "}"))
        return customer

    def _open(self, name: str, value: str) -> str:
        try:
            sealed = base64.b64decode(value, validate=True)
            return self._merchants.authority.encryption.key.decrypt(sealed, padding.PKCS1v15()).decode()
        except (binascii.Error, ValueError) as error:
            raise Refusal(FORMAT, name) from error


def groups(text: str) -> dict[str, str]:
    """The pairs of a `{k=v&k=v}` group; anything else has none. Values may hold `=`."""
    if not (text.startswith("{") and text.endswith("}")):
        return {}
    pairs = (pair.partition("=") for pair in text[1:-1].split("&"))
    return {name: value for name, _, value in pairs if name}
