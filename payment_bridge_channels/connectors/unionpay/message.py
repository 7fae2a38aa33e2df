"""The wire's text: forms out, and answers that are ``k=v&k=v`` without any encoding.

Source: UnionPay ACP 5.1.0. In an answer a value may hold ``=``, and ``{…}`` and ``[…]`` may hold ``&``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote_to_bytes

from ..forms import encoded

MAX_FIELDS = 200
SIGNATURE = "signature"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_CLOSERS = {"{": "}", "[": "]"}
_MARK = re.compile(r"[&{}\[\]]")
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class BrokenMessage(ValueError):
    """A text that is no message. Its words repeat nothing of it."""


def encode(fields: Mapping[str, str]) -> bytes:
    """A request's body: ``application/x-www-form-urlencoded`` in UTF-8."""
    return encoded(fields).encode("ascii")


def link(fields: Mapping[str, str], *, keep_empty: bool = False) -> str:
    """What a signature covers: every field but the signature, sorted bytewise, joined, not encoded."""
    kept = [name for name, value in fields.items() if name != SIGNATURE and (value or keep_empty)]
    return "&".join(f"{name}={fields[name]}" for name in sorted(kept, key=str.encode))


def parse(body: bytes) -> dict[str, str]:
    """An answer's fields, values untouched.

    :raises BrokenMessage: for anything but distinct, whole ``k=v`` in UTF-8.
    """
    try:
        text = body.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise BrokenMessage("the message is not UTF-8") from error
    return _fields(part.partition("=") for part in _parts(text))


def parse_form(body: bytes) -> dict[str, str]:
    """A posted form's fields, percent-decoded once.

    :raises BrokenMessage: for anything but distinct, whole ``k=v`` in UTF-8.
    """
    return _fields(_decoded(part) for part in body.strip(b"\r\n").split(b"&"))


def _fields(parts: Iterator[tuple[str, str, str]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, mark, value in parts:
        if not mark or not _NAME.fullmatch(name):
            raise BrokenMessage("the message is not made of k=v")
        if name in fields:
            raise BrokenMessage("a field occurs twice in the message")
        if len(fields) >= MAX_FIELDS:
            raise BrokenMessage("the message has too many fields")
        fields[name] = value
    return fields


def _parts(text: str) -> Iterator[str]:
    """The text cut at each ``&`` outside of brackets. Brackets of the one kind do not count inside of the
    other, and in a name there are none."""
    begin = depth = 0
    opener = ""
    for found in _MARK.finditer(text):
        at, character = found.start(), found[0]
        if depth:
            if character == opener:
                depth += 1
            elif character == _CLOSERS[opener]:
                depth -= 1
        elif character in _CLOSERS:
            opener, depth = character, 1
        elif character == "&":
            yield text[begin:at]
            begin = at + 1
    if depth:
        raise BrokenMessage("a bracket of the message is not closed")
    yield text[begin:]


def _decoded(part: bytes) -> tuple[str, str, str]:
    name, mark, value = part.partition(b"=")
    if _BROKEN_ESCAPE.search(part):
        raise BrokenMessage("the message is not a form")
    try:
        return (
            unquote_to_bytes(name).decode("ascii"),
            mark.decode("ascii"),
            unquote_to_bytes(value.replace(b"+", b" ")).decode("utf-8"),
        )
    except UnicodeDecodeError as error:
        raise BrokenMessage("the message is not UTF-8") from error
