"""The text inside a batch file: the one place that says how it looks.

The request follows the sample that the vendor's demo carries (DF00000000<merId><date><batchNo>I.txt): text in the
charset of the setting `batch_charset`, fields separated by `|`, a first line `version|totalAmt|totalQty||`, a second
line with the names of the columns, and one line an order. The layout of the result is an assumption, as no public
source shows one: the head goes on with what was paid (amount, count) and two empty fields, and every line has three
more columns, RESULT_COLUMNS. `fileContent` is base64 of the zlib-compressed text.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

SEPARATOR = "|"
END = "\r\n"
COLUMNS = (
    "orderId",
    "currencyCode",
    "txnAmt",
    "accType",
    "accNo",
    "customerNm",
    "bizType",
    "certifTp",
    "certifId",
    "phoneNo",
    "postscript",
)
NEEDED = ("orderId", "txnAmt", "accType", "accNo")
NAMES = ("customerNm", "comDebitCardAccName")
RESULT_COLUMNS = ("queryId", "respCode", "respMsg")
MAX_BYTES = 16 * 1024 * 1024


class LayoutError(ValueError):
    """The file is not as it should be."""


@dataclass(frozen=True)
class BatchFile:
    """A file read: what its head claims (fen, count), and its rows by column. Checked only for form."""

    version: str
    total_amount: int
    total_count: int
    rows: tuple[dict[str, str], ...]


def unpacked(content: str) -> bytes:
    """The bytes in a fileContent. Raises LayoutError."""
    try:
        packer = zlib.decompressobj()
        data = packer.decompress(base64.b64decode(content, validate=True), MAX_BYTES)
    except (binascii.Error, zlib.error) as error:
        raise LayoutError("fileContent") from error
    if not packer.eof:
        raise LayoutError("fileContent is cut or too long")
    return data


def packed(data: bytes) -> str:
    """Bytes as a fileContent."""
    return base64.b64encode(zlib.compress(data)).decode()


def read(data: bytes, charset: str) -> BatchFile:
    """Read a request file. Raises LayoutError."""
    try:
        lines = data.decode(charset).splitlines()
    except UnicodeDecodeError as error:
        raise LayoutError("charset") from error
    if len(lines) < 3:
        raise LayoutError("no orders")
    head, columns = lines[0].split(SEPARATOR), lines[1].split(SEPARATOR)
    if len(head) < 3 or not (head[1].isdecimal() and head[2].isdecimal()):
        raise LayoutError("first line")
    if not set(NEEDED) <= set(columns) or len(set(columns)) != len(columns):
        raise LayoutError("columns")
    rows = []
    for number, line in enumerate(lines[2:], 3):
        cells = line.split(SEPARATOR)
        if len(cells) != len(columns):
            raise LayoutError(f"line {number}")
        rows.append(dict(zip(columns, cells, strict=True)))
    return BatchFile(head[0], int(head[1]), int(head[2]), tuple(rows))


def write(file: BatchFile, paid: Sequence[dict[str, str]], charset: str) -> bytes:
    """A result file: the rows have their results already, `paid` are those that were paid."""
    columns = [*(name for name in file.rows[0] if name not in RESULT_COLUMNS), *RESULT_COLUMNS]
    paid_amount = sum(int(row["txnAmt"]) for row in paid)
    asked = (file.version, file.total_amount, file.total_count, "", "")
    head = [str(value) for value in (*asked, paid_amount, len(paid), "", "")]
    lines = [head, columns, *([row.get(name, "") for name in columns] for row in file.rows)]
    return "".join(SEPARATOR.join(line) + END for line in lines).encode(charset, "replace")
