"""Archives from strangers: looked at before anything is unpacked, and read as a stream."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

MAX_ENTRIES = 20
MAX_UNPACKED_BYTES = 512 * 1024 * 1024
MAX_RATIO = 100
RATIO_APPLIES_FROM = 1024 * 1024
NESTED_SUFFIXES = (".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".zst")
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800


class UnsafeArchive(ValueError):
    """An archive that must not be unpacked. Its text is a short English reason."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an archive. ``name`` is decoded; ``open`` streams its bytes."""

    name: str
    size: int
    open: Callable[[], BinaryIO]


def entries(stream: BinaryIO, name_codec: str = "utf-8") -> list[Entry]:
    """The files of a ZIP archive, each found harmless. ``name_codec`` is for names without UTF-8 flag.

    :raises UnsafeArchive: encrypted, nested, linked, with paths, too many, too large, packed too
        tightly, or broken.
    """
    try:
        archive = zipfile.ZipFile(stream)
        infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise UnsafeArchive("the archive is broken") from error
    if not infos:
        raise UnsafeArchive("the archive is empty")
    if len(infos) > MAX_ENTRIES:
        raise UnsafeArchive(f"the archive holds more than {MAX_ENTRIES} files")
    if sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
        raise UnsafeArchive(f"the archive unpacks to more than {MAX_UNPACKED_BYTES} bytes")
    found = [_entry(archive, info, name_codec) for info in infos]
    if len({entry.name for entry in found}) != len(found):
        raise UnsafeArchive("two files in the archive have one name")
    return found


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name_codec: str) -> Entry:
    name = _name(info, name_codec)
    if info.flag_bits & _ENCRYPTED:
        raise UnsafeArchive("the archive is encrypted")
    if info.is_dir() or any(mark in name for mark in ("/", "\\", "\0", ":")) or name in ("", ".."):
        raise UnsafeArchive("a file in the archive has a path")
    mode = info.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise UnsafeArchive("the archive holds a link or a special file")
    if name.lower().endswith(NESTED_SUFFIXES):
        raise UnsafeArchive("the archive holds another archive")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnsafeArchive("the archive is packed in an unusual way")
    if info.file_size > RATIO_APPLIES_FROM and info.file_size > max(info.compress_size, 1) * MAX_RATIO:
        raise UnsafeArchive(f"a file is packed more than {MAX_RATIO} times")
    return Entry(name, info.file_size, lambda: archive.open(info))


def _name(info: zipfile.ZipInfo, codec: str) -> str:
    name = info.orig_filename
    if info.flag_bits & _UTF8_NAME:
        return name
    try:
        return name.encode("cp437").decode(codec)
    except UnicodeError as error:
        raise UnsafeArchive("a file name in the archive is broken") from error
