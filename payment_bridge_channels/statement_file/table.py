"""The file as rows of cells: text decoded strictly, cut as a spreadsheet writes CSV, found by its titles."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ..connectors.bills import BLANKS, refuse
from .layout import Layout
from .setting_fields import AUTO, GBK, UTF8

MAX_FILE_BYTES = 128 * 1024 * 1024
MAX_LINE_BYTES = 64 * 1024
MAX_TITLE_LINE = 50
"""In which of the first lines the titles are looked for; what stands before them is about the file."""
MAX_ROWS = 1_000_000
_BLOCK = 1024 * 1024
_ARCHIVES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"%PDF")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

Row = tuple[int, list[str]]
"""The line on which a row begins, counted from 1, and its cells without the blanks around them."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was looked at: how to read it, and where its titles stand."""

    stream: BinaryIO
    layout: Layout
    encoding: str
    titles: tuple[str, ...]
    titles_row: int

    def rows(self) -> Iterator[Row]:
        """The rows below the titles, from the beginning each time; blank ones left out.

        The list ends with the file, or with a line that begins with one of the layout's end words. What comes
        after it may be remarks, no row.
        :raises StatementError: for a row that is wider or narrower than the titles, or comes after the end.
        """
        width, end = len(self.titles), 0
        for count, (row, cells) in enumerate(_below(self.titles_row, _cut(self.stream, self.encoding, self.layout))):
            if count > MAX_ROWS:
                raise refuse(row, f"the file has more than {MAX_ROWS} rows", f"文件超过 {MAX_ROWS} 行")
            if not any(cells):
                continue
            first = next(cell for cell in cells if cell)
            if first.startswith(self.layout.words["words_end"]):
                end = row
                continue
            if end:
                if self._looks_like_a_row(cells):
                    raise refuse(row, f"a row follows the end in line {end}", f"第 {end} 行明细结束后仍有明细")
                continue
            yield row, _fitted(row, cells, width)

    def _looks_like_a_row(self, cells: list[str]) -> bool:
        """Whether there is a time where rows have theirs."""
        titles = filter(None, map(self.layout.title, ("column_time", "column_clock")))
        places = [self.titles.index(title) for title in titles]
        if len(cells) <= max(places):
            return False
        return self.layout.times.moment(" ".join(cells[place] for place in places)) is not None


def look_at(stream: BinaryIO, layout: Layout) -> Table:
    """Find out how a file is encoded and where its titles stand.

    ``stream`` must be seekable and stay open while the table is read.
    :raises StatementError: for a file that is no text, or has not the layout's columns.
    """
    encoding = _encoding(stream, layout.encoding)
    wanted = set(layout.columns.values())
    missing = wanted
    for row, cells in _cut(stream, encoding, layout):
        if row > MAX_TITLE_LINE:
            break
        titles = tuple(cells)
        lacking = wanted - set(titles)
        if not lacking:
            while titles and not titles[-1]:
                titles = titles[:-1]
            named = [title for title in titles if title in wanted]
            if len(set(named)) != len(named):
                raise refuse(row, "two columns have one title", "表头有重复列名")
            return Table(stream, layout, encoding, titles, row)
        missing = min(missing, lacking, key=len)
    names = "、".join(sorted(missing))
    raise refuse(
        None,
        f"no line has the titles of this channel's settings; missing: {names}. Upload the file as downloaded, or"
        " correct the column titles in the channel's settings",
        f"找不到与通道设置一致的表头，缺少列：{names}。请上传原始文件，或在通道设置中更正列名",
    )


def _below(titles_row: int, rows: Iterator[Row]) -> Iterator[Row]:
    return (found for found in rows if found[0] > titles_row)


def _fitted(row: int, cells: list[str], width: int) -> list[str]:
    """A row as wide as the titles: spreadsheets add empty cells at the end, and nothing else may differ."""
    while len(cells) > width and not cells[-1]:
        cells.pop()
    if len(cells) != width:
        raise refuse(
            row,
            f"the row has {len(cells)} columns, the titles {width}",
            f"该行有 {len(cells)} 列，表头为 {width} 列",
        )
    return cells


def _cut(stream: BinaryIO, encoding: str, layout: Layout) -> Iterator[Row]:
    """Every row of the file, preamble and end included. Quoted cells may go on over several lines."""
    reader = csv.reader(_lines(stream, encoding), delimiter=layout.separator, strict=True)
    row = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise refuse(row, "the quotes of this row make no sense", "该行引号不成对") from error
        if cells is None:
            return
        yield row, [_clean(cell) for cell in cells]
        row = reader.line_num + 1


def _lines(stream: BinaryIO, encoding: str) -> Iterator[str]:
    """The file's lines, decoded strictly; neither encoding has the byte of a line end inside of a character."""
    stream.seek(0)
    row = size = 0
    while True:
        row += 1
        raw = stream.readline(MAX_LINE_BYTES + 1)
        if not raw:
            return
        size += len(raw)
        if len(raw) > MAX_LINE_BYTES or size > MAX_FILE_BYTES:
            raise refuse(row, "the file or a line of it is too long", "文件或其中一行过长")
        if b"\0" in raw:
            raise refuse(row, "the line is no text", "该行不是文本")
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            raise refuse(row, f"the text is not {encoding.upper()}", f"不是 {encoding.upper()} 编码文本") from error
        yield text.removeprefix("\ufeff") if row == 1 else text


def _clean(cell: str) -> str:
    """The cell without blanks and without what spreadsheets put around numbers to keep them whole."""
    cell = cell.strip(BLANKS)
    if cell.startswith('="') and cell.endswith('"') and len(cell) >= 3:
        cell = cell[2:-1].strip(BLANKS)
    return cell.removeprefix("'").strip(BLANKS)


def _encoding(stream: BinaryIO, wanted: str) -> str:
    """The encoding to read with: as set, or UTF-8 for a file that is UTF-8 to its last byte, or else GBK."""
    stream.seek(0)
    start = stream.read(8)
    if not start:
        raise refuse(None, "the file is empty", "文件为空")
    if start.startswith(_ARCHIVES):
        raise refuse(
            None,
            "this is a workbook, an archive or a document: save it as CSV and upload that",
            "这是工作簿、压缩包或文档，请另存为 CSV 后上传",
        )
    if start.startswith(_UTF16):
        raise refuse(
            None,
            "the text is UTF-16: save it as CSV in UTF-8 or GBK",
            "文本为 UTF-16 编码，请另存为 UTF-8 或 GBK 的 CSV",
        )
    if wanted != AUTO:
        return wanted
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(UTF8)()
    size = 0
    try:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > MAX_FILE_BYTES:
                break  # refused when its lines are read
            decoder.decode(block)
        else:
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return GBK
    return UTF8
