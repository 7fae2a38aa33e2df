"""Reading files that others made: XML without entities, CSV without surprises, both with a limit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from lxml import etree

from .parties import ListError

MAX_BYTES = 256 * 1024 * 1024


def read_xml(data: bytes, *tags: str) -> Iterator[tuple[str, etree._Element]]:
    """Each element with one of these local names when it is complete, as (local name, element).

    Namespaces are left out of names. A document type, an entity or a file over the limit is refused; nothing is
    fetched; what has been read is let go of, so that a large file needs little memory.

    :raises ListError: for anything but plain, well-formed XML.
    """
    _check_size(data)
    parser = etree.iterparse(
        io.BytesIO(data), events=("end",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    wanted, checked = frozenset(tags), False
    try:
        for _event, element in parser:
            if not checked and element.getroottree().docinfo.doctype:  # without one, there are no entities either
                raise ListError(
                    "the file declares a document type, which no publisher of lists does",
                    "文件声明了文档类型，名单发布机构不会这样做",
                )
            checked = True
            name = local(element)
            if name in wanted:
                yield name, element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise ListError(
            f"the file is not well-formed XML: {error.msg}", f"文件不是格式正确的 XML：{error.msg}", error.lineno
        ) from error


def _check_size(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        size = MAX_BYTES // 1024 // 1024
        raise ListError(f"the file is larger than {size} MB", f"文件大于 {size} MB")


def local(element: etree._Element) -> str:
    """The name of an element without its namespace; empty for comments and the like."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def children(element: etree._Element, *path: str) -> list[etree._Element]:
    """The elements at the end of a path of local names."""
    found = [element]
    for name in path:
        found = [child for one in found for child in one if local(child) == name]
    return found


def text(element: etree._Element, *path: str) -> str:
    """The text of the first element at the end of a path, or nothing."""
    found = children(element, *path)
    return (found[0].text or "").strip() if found else ""


def read_csv(data: bytes, delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """The rows of a text table as (line number, cells), empty rows left out.

    It is UTF-8, with or without a mark, or else GB 18030, as spreadsheets in China save it.

    :raises ListError: for another encoding, or broken quotes.
    """
    _check_size(data)
    reader = csv.reader(io.StringIO(decode(data), newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        raise ListError(f"the table is broken: {error}", f"表格已损坏：{error}", reader.line_num) from error


def decode(data: bytes) -> str:
    """The text of a file; an end-of-file mark of DOS, which OFAC writes, is left out.

    :raises ListError: when it is no text that we know.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            decoded = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in decoded:
            break
        return decoded.rstrip("\x1a")
    raise ListError("the file is neither UTF-8 nor GB 18030 text", "文件既不是 UTF-8 也不是 GB 18030 文本")
