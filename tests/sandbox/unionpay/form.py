"""Messages on the wire: form posts that come in, raw `k=v&k=v` text and HTML forms that go out."""

from __future__ import annotations

import html
from collections.abc import Mapping
from urllib.parse import parse_qsl

from ..wire import Response
from .codes import FORMAT, Refusal

CHARSETS = {"UTF-8": "utf-8", "GBK": "gb18030"}
MAX_FIELDS = 200


def read_form(body: bytes) -> dict[str, str]:
    """The fields of a form post, decoded once in the charset that its `encoding` names. Raises Refusal."""
    ascii_pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    charset = CHARSETS.get(dict(ascii_pairs).get("encoding", "UTF-8").upper())
    if charset is None:
        raise Refusal(FORMAT, "encoding")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            encoding=charset,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError as error:
        raise Refusal(FORMAT, "form") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Refusal(FORMAT, "the same field twice")
    return fields


def charset_of(fields: Mapping[str, str]) -> str:
    """Python's name of the charset of a message."""
    return CHARSETS.get(fields.get("encoding", "UTF-8").upper(), "utf-8")


def answer_text(fields: Mapping[str, str]) -> Response:
    """A server answer: raw text, values not URL-encoded."""
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
    charset = charset_of(fields)
    return Response(text.encode(charset, "replace"), content_type=f"text/plain;charset={charset}")


def page(title: str, content: str, status: int = 200) -> Response:
    """An HTML page; `content` is HTML."""
    text = (
        f'<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>{html.escape(title)}</title></head>'
        f"<body><h1>{html.escape(title)}</h1>{content}</body></html>"
    )
    return Response(text.encode(), status)


def hidden(fields: Mapping[str, str]) -> str:
    """Fields as hidden inputs of a form."""
    return "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in fields.items()
    )
