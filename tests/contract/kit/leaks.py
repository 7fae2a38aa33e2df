"""Whether something secret or personal can be read in what is kept."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from odoo.addons.payment_bridge.connector.transport import Exchange

SHORTEST = 2
_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_PEM_LINE = re.compile(r"^[A-Za-z0-9+/=]{40,}$", re.MULTILINE)


def leaked(exchanges: Iterable[Exchange], secrets: Iterable[str]) -> list[str]:
    """The exchanges, described, in which one of ``secrets`` stands in clear, escaped, encoded or in part.

    Of a PEM text each line is a secret of its own.
    """
    spellings = {spelling for secret in secrets for spelling in _spellings(secret)}
    found = []
    for exchange in exchanges:
        kept = "\n".join((exchange.url, exchange.request, exchange.response or "", exchange.error or ""))
        text = kept + "\n" + "\n".join(_decoded(kept))
        found += [f"{exchange.label}: {spelling[:12]}… in {kept[:300]}" for spelling in spellings if spelling in text]
    return found


def _spellings(secret: str) -> Iterable[str]:
    parts = _PEM_LINE.findall(secret) if "-----BEGIN" in secret else [secret]
    for part in parts:
        if len(part) >= SHORTEST:
            yield part
            yield quote(part)
            yield quote_plus(part)
            yield json.dumps(part)[1:-1]


def _decoded(text: str) -> Iterable[str]:
    """What base64 words in it say."""
    for word in _BASE64.findall(text):
        try:
            raw = base64.b64decode(word + "=" * (-len(word) % 4))
        except (binascii.Error, ValueError):
            continue
        yield raw.decode("utf-8", "replace")
