"""``fileContent`` of strangers: base64 of deflated bytes, unpacked within limits."""

from __future__ import annotations

import base64
import binascii
import zlib

MAX_RATIO = 200
RATIO_APPLIES_FROM = 1024 * 1024


class BrokenContent(ValueError):
    """A content that is broken or unpacks to too much. Its text is a short English reason."""


def inflated(content: str, max_bytes: int) -> bytes:
    """The bytes inside.

    :raises BrokenContent: no base64, not deflated, cut, followed by something else, or too large.
    """
    try:
        packed = base64.b64decode("".join(content.split()), validate=True)
    except (ValueError, binascii.Error) as error:
        raise BrokenContent("the content is not valid base64") from error
    worker = zlib.decompressobj()
    try:
        raw = worker.decompress(packed, max_bytes + 1)
    except zlib.error as error:
        raise BrokenContent("the content is not deflated") from error
    if len(raw) > max_bytes:
        raise BrokenContent(f"the content unpacks to more than {max_bytes} bytes")
    if len(raw) > RATIO_APPLIES_FROM and len(raw) > len(packed) * MAX_RATIO:
        raise BrokenContent(f"the content is packed more than {MAX_RATIO} times")
    if not worker.eof or worker.unused_data:
        raise BrokenContent("the content is cut, or something follows it")
    return raw
