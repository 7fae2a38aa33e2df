"""What a request must look like: the shape of every field, and what each transaction must carry.

Lengths and alphabets follow channels_china.md 4.2 to 4.9 and 9.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..clock import BEIJING, Clock
from .codes import FORMAT, Refusal
from .settings import UnionPaySettings

STAMP = "%Y%m%d%H%M%S"
URL = r"https?://[^\s]{1,250}"
SHAPES = {
    name: re.compile(pattern, re.DOTALL)
    for name, pattern in {
        "version": r"5\.1\.0",
        "encoding": r"(?i:UTF-8|GBK)",
        "signMethod": r"01|11|12",
        "certId": r"\d{1,40}",
        "txnType": r"\d{2}",
        "txnSubType": r"\d{2}",
        "bizType": r"\d{6}",
        "channelType": r"\d{2}",
        "accessType": r"[012]",
        "merId": r"[0-9A-Za-z]{15}",
        "orderId": r"[0-9A-Za-z]{8,40}",
        "txnTime": r"\d{14}",
        "txnAmt": r"[1-9]\d{0,11}",
        "currencyCode": r"156",
        "backUrl": URL,
        "frontUrl": URL,
        "reqReserved": r".{1,1024}",
        "reserved": r"\{.{0,2046}\}",
        "accType": r"01|04",
        "accNo": r".{1,1024}",
        "customerInfo": r"[A-Za-z0-9+/=]{1,4096}",
        "encryptCertId": r"\d{1,40}",
        "billNo": r".{1,64}",
        "payTimeout": r"\d{14}",
        "qrNo": r"62\d{17}",
        "termId": r"[0-9A-Za-z]{1,8}",
        "origQryId": r"\d{21}",
        "origOrderId": r"[0-9A-Za-z]{8,40}",
        "origTxnTime": r"\d{14}",
        "certType": r"01",
        "settleDate": r"(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])",
        "fileType": r"00",
        "batchNo": r"(?!0000)\d{4}",
        "totalQty": r"[1-9]\d{0,5}",
        "totalAmt": r"[1-9]\d{0,11}",
        "fileContent": r"[A-Za-z0-9+/=]+",
    }.items()
}
ENVELOPE = ("version", "encoding", "signMethod", "txnType", "txnSubType", "merId", "signature")
COMMON = ("bizType", "accessType", "txnTime")
ORDER = ("channelType", "orderId")
MONEY = (*ORDER, "txnAmt", "currencyCode")


@dataclass(frozen=True)
class Shape:
    """What a transaction must carry beside the common fields, and the products (bizType) it belongs to."""

    required: tuple[str, ...]
    products: tuple[str, ...]
    fresh: bool = True
    """txnTime is the time of this request, not of an earlier one."""


TRANSACTIONS = {
    "12/00": Shape((*MONEY, "accType", "accNo"), ("000401",)),
    "01/07": Shape(MONEY, ("000000",)),
    "01/06": Shape((*MONEY, "qrNo"), ("000000",)),
    "01/01": Shape((*MONEY, "frontUrl"), ("000201", "000202")),
    "04/00": Shape((*ORDER, "txnAmt"), ("000000", "000201", "000202")),
    "31/00": Shape((*ORDER, "txnAmt"), ("000000", "000201", "000202")),
    "99/01": Shape(ORDER, ("000000", "000201", "000202"), fresh=False),
    "95/00": Shape(("channelType", "certType"), ("000000",)),
    "00/00": Shape(("orderId",), ("000000", "000201", "000202", "000401"), fresh=False),
    "21/03": Shape(("channelType", "batchNo", "totalQty", "totalAmt", "fileContent"), ("000401",)),
    "22/03": Shape(("channelType", "batchNo"), ("000401",), fresh=False),
    "76/01": Shape(("settleDate", "fileType"), ("000000",)),
}


class Rules:
    """Checks requests before anything is looked up. Every check raises Refusal."""

    def __init__(self, clock: Clock, settings: UnionPaySettings) -> None:
        self._clock = clock
        self._settings = settings

    def age(self, sent: datetime) -> timedelta:
        """How long ago a request was made, by the clock that its sender goes by."""
        ages = {"real": self._clock.real() - sent, "sandbox": self._clock.now() - sent}
        return ages.get(self._settings.txn_time_clock) or min(ages.values(), key=abs)

    def envelope(self, fields: Mapping[str, str]) -> None:
        """What must be there and well formed before the signature is looked at."""
        self._present(fields, ENVELOPE)
        for name in ENVELOPE:
            _shaped(name, fields[name])

    def content(self, key: str, fields: Mapping[str, str]) -> None:
        """Everything else: `key` is one of TRANSACTIONS."""
        shape = TRANSACTIONS[key]
        self._present(fields, (*COMMON, *shape.required))
        for name, value in fields.items():
            if value:
                _shaped(name, value)
        if len(fields.get("orderId", "")) > self._settings.order_id_maximum:
            raise Refusal(FORMAT, "orderId")
        if fields["bizType"] not in shape.products:
            raise Refusal(FORMAT, "bizType")
        sent = moment("txnTime", fields["txnTime"])
        window = self._settings.txn_time_window_seconds
        if shape.fresh and window and abs(self.age(sent)) > timedelta(seconds=window):
            raise Refusal(FORMAT, "txnTime")

    def _present(self, fields: Mapping[str, str], names: tuple[str, ...]) -> None:
        for name in names:
            if not fields.get(name):
                raise Refusal(self._settings.missing_field_code, name)


def moment(name: str, text: str) -> datetime:
    """A time of a request. Raises Refusal."""
    try:
        return datetime.strptime(text, STAMP).replace(tzinfo=BEIJING)
    except ValueError as error:
        raise Refusal(FORMAT, name) from error


def _shaped(name: str, value: str) -> None:
    shape = SHAPES.get(name)
    if shape is not None and not shape.fullmatch(value):
        raise Refusal(FORMAT, name)
