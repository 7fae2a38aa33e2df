"""What a bill is wrapped in: nothing, gzip as WeChat Pay packs it, or the ZIP in which both accounts' fund
bills of a day are kept together."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from ..archive import MAX_RATIO, MAX_UNPACKED_BYTES, RATIO_APPLIES_FROM, UnsafeArchive, entries
from ..bills import refuse
from .setting_fields import BASIC, OPERATION

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK"
MAX_LINE_BYTES = 64 * 1024
PURSES = (BASIC, OPERATION)
_BOM = b"\xef\xbb\xbf"
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Part:
    """One bill file. ``purse`` is the account it is of, None where nothing tells. ``open`` streams its
    bytes from the start; ``packed`` is how many they were, None where they were not packed."""

    purse: str | None
    open: Callable[[], BinaryIO]
    packed: int | None = None

    def lines(self) -> Iterator[tuple[int, str]]:
        """The file's lines from 1, decoded strictly, within bounds.

        :raises StatementError: broken, not UTF-8, too long, or packed too tightly.
        """
        stream = self.open()
        row = size = 0
        while True:
            row += 1
            try:
                raw = stream.readline(MAX_LINE_BYTES + 1)
            except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
                raise refuse(row, "the packed file is broken", "压缩文件已损坏") from error
            if not raw:
                return
            size += len(raw)
            if len(raw) > MAX_LINE_BYTES or size > MAX_UNPACKED_BYTES:
                raise refuse(row, "the file or a line of it is too long", "文件或其中一行过长")
            if self.packed is not None and size > RATIO_APPLIES_FROM and size > max(self.packed, 1) * MAX_RATIO:
                raise refuse(row, f"the file is packed more than {MAX_RATIO} times", f"压缩比超过 {MAX_RATIO} 倍")
            if row == 1:
                raw = raw.removeprefix(_BOM)
            try:
                yield row, raw.rstrip(b"\r\n").decode("utf-8")
            except UnicodeDecodeError as error:
                raise refuse(row, "the text is not UTF-8", "不是 UTF-8 编码文本") from error


def parts(stream: BinaryIO) -> list[Part]:
    """The bill files of an upload or download, the basic account's first. ``stream`` must be seekable.

    :raises StatementError: for an unsafe or foreign archive.
    """
    stream.seek(0)
    start = stream.read(2)
    size = stream.seek(0, io.SEEK_END)

    def reopen() -> BinaryIO:
        stream.seek(0)
        return stream

    if start == ZIP_MAGIC:
        return _zipped(stream)
    if start == GZIP_MAGIC:
        return [Part(None, lambda: gzip.GzipFile(fileobj=reopen(), mode="rb"), packed=size)]
    return [Part(None, reopen)]


def _zipped(stream: BinaryIO) -> list[Part]:
    stream.seek(0)
    try:
        found = entries(stream)
    except UnsafeArchive as error:
        raise refuse(None, f"{error}", f"压缩文件不安全或已损坏（{error}）") from error
    if len(found) == 1 and _purse(found[0].name) is None:
        return [Part(None, found[0].open)]
    by_purse = {_purse(entry.name): Part(_purse(entry.name), entry.open) for entry in found}
    if None in by_purse or len(by_purse) != len(found):
        raise refuse(
            None,
            "the archive does not hold one bill for each account",
            "压缩文件应为基本账户与运营账户各一份账单",
        )
    return [by_purse[purse] for purse in PURSES if purse in by_purse]


def _purse(name: str) -> str | None:
    return next((purse for purse in PURSES if purse in name.upper().replace(".", "_").split("_")), None)


def together(files: Mapping[str, bytes], stem: str) -> bytes:
    """One archive of several accounts' bills, the same for the same content."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for purse in PURSES:
            if purse in files:
                info = zipfile.ZipInfo(f"{stem}_{purse}.csv", _FIXED_DATE)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, files[purse])
    return made.getvalue()


def unpacked(content: bytes, max_bytes: int) -> bytes:
    """The plain bytes of a download that may be gzip.

    :raises ValueError: broken, larger than ``max_bytes``, or packed too tightly.
    """
    if not content.startswith(GZIP_MAGIC):
        return content
    limit = min(max_bytes, max(RATIO_APPLIES_FROM, len(content) * MAX_RATIO))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content), mode="rb") as packed:
            plain = packed.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError("the packed file is broken") from error
    if len(plain) > limit:
        raise ValueError("the file unpacks to more than it may")
    return plain
