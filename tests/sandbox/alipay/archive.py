"""ZIP files as Alipay makes them: entry names are GBK bytes, without the flag that would say UTF-8.

The standard library always sets that flag for names outside ASCII, hence this small writer.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime

DEFLATED = 8
VERSION = 20
MEGABYTE = 1024 * 1024


def zipped(files: Iterable[tuple[str, Iterable[bytes]]], time: datetime) -> bytes:
    """An archive of (name, chunks of content)."""
    body, directory, count = bytearray(), bytearray(), 0
    clock = (time.hour << 11) | (time.minute << 5) | (time.second // 2)
    day = ((time.year - 1980) << 9) | (time.month << 5) | time.day
    for name, chunks in files:
        raw_name = name.encode("gb18030")
        packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed, checksum, size = bytearray(), 0, 0
        for chunk in chunks:
            packed += packer.compress(chunk)
            checksum, size = zlib.crc32(chunk, checksum), size + len(chunk)
        packed += packer.flush()
        common = struct.pack(
            "<HHHHHLLLHH", VERSION, 0, DEFLATED, clock, day, checksum, len(packed), size, len(raw_name), 0
        )
        directory += b"PK\1\2" + struct.pack("<H", VERSION) + common
        directory += struct.pack("<HHHLL", 0, 0, 0, 0, len(body)) + raw_name
        body += b"PK\3\4" + common + raw_name + packed
        count += 1
    end = struct.pack("<HHHHLLH", 0, 0, count, count, len(directory), len(body), 0)
    return bytes(body + directory + b"PK\5\6" + end)


def zeros(megabytes: int) -> Iterator[bytes]:
    """A lot of nothing: what a zip bomb is made of."""
    chunk = bytes(MEGABYTE)
    return (chunk for _ in range(megabytes))
