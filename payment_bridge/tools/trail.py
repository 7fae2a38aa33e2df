"""The written forms of the audit trail: events, links, signed roots and the files that leave the database.

What each form looks like, and how anyone can check it, is told in ``docs/trail.md``. The program
``setup/verify-trail`` reads them with code of its own.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .merkle import leaf_hash

CANONICAL_VERSION = 1
GENESIS = "0" * 64
TRAIL, ROOT, PROOF, CONSISTENCY = (f"payment-bridge-{name}" for name in ("trail", "root", "proof", "consistency"))
_SIGNED = b"payment-bridge signed root 1\n"


def canonical(payload: Mapping[str, Any]) -> str:
    """The one text of a payload: sorted keys, no spaces, one line, decimals as text, times as UTC.

    :raises TypeError: for a value that has no such text.
    :raises ValueError: for a number that is none.
    """
    text = json.dumps(
        payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain
    )
    return text if text.isascii() else text.encode("utf-8", "replace").decode()  # half characters have no UTF-8


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"an audit payload cannot hold {type(value).__name__}")


def utc_text(moment: datetime) -> str:
    """A time as the trail writes it: UTC, to the second, with a Z. A time without a zone is UTC, as in Odoo."""
    if moment.tzinfo:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{moment.isoformat(timespec='seconds')}Z"


def link_text(previous: str, position: int, content: str) -> str:
    """One link of a chain, as it is hashed and as it stands in an exported trail: a line with its end."""
    return f"{previous} {position} {content}\n"


def link_hash(previous: str, position: int, content: str) -> str:
    """The hash of a link, which is also its leaf in the Merkle tree; in hexadecimal."""
    return leaf_hash(link_text(previous, position, content).encode()).hex()


@dataclass(frozen=True)
class SignedRoot:
    """A root's statement, which is canonical JSON, and the signature that stands for it."""

    statement: str
    signature: bytes
    public_key: bytes

    def to_json(self) -> str:
        """As one line of an exported file."""
        return canonical(
            {
                "kind": ROOT,
                "statement": self.statement,
                "signature": base64.b64encode(self.signature).decode(),
                "public_key": base64.b64encode(self.public_key).decode(),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> SignedRoot:
        """Read what :meth:`to_json` wrote.

        :raises ValueError: for anything else.
        """
        values = json.loads(text)
        if not isinstance(values, dict) or values.get("kind") != ROOT:
            raise ValueError("this is no signed root")
        try:
            return cls(
                values["statement"],
                base64.b64decode(values["signature"], validate=True),
                base64.b64decode(values["public_key"], validate=True),
            )
        except (KeyError, TypeError) as error:
            raise ValueError("this signed root is not complete") from error

    @property
    def says(self) -> dict[str, Any]:
        """The statement's values."""
        return json.loads(self.statement)

    def is_genuine(self) -> bool:
        """Whether the signature is that of the public key over the statement."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(self.signature, _signed_bytes(self.statement))
        except (InvalidSignature, ValueError):
            return False
        return True


def _signed_bytes(statement: str) -> bytes:
    return _SIGNED + statement.encode()


def make_key() -> tuple[str, bytes]:
    """A new Ed25519 key: the private one as base64 for the credential box, and the public one."""
    key = Ed25519PrivateKey.generate()
    return base64.b64encode(key.private_bytes_raw()).decode(), key.public_key().public_bytes_raw()


def sign_root(private_key: str, values: Mapping[str, Any]) -> SignedRoot:
    """Sign a statement with these values."""
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(private_key))
    statement = canonical({"kind": ROOT, "v": CANONICAL_VERSION, **values})
    return SignedRoot(statement, key.sign(_signed_bytes(statement)), key.public_key().public_bytes_raw())


def key_fingerprint(public_key: bytes) -> str:
    """What two people compare to be sure of a key: SHA-256, in groups."""
    digest = hashlib.sha256(public_key).hexdigest()
    return " ".join(digest[at : at + 8] for at in range(0, 64, 8))


def trail_lines(
    head: Mapping[str, Any], links: Iterable[tuple[str, int, str]], roots: Iterable[tuple[int, str]]
) -> Iterator[str]:
    """The lines of an exported trail: its head, then links and, each after its last event, signed roots.

    ``links`` are (previous hash, position, content), ``roots`` are (size, line), both in order.
    """
    yield canonical({"kind": TRAIL, "v": CANONICAL_VERSION, **head})
    waiting = list(reversed(list(roots)))
    covered = head["first"] - 1
    while waiting and waiting[-1][0] <= covered:
        yield waiting.pop()[1]
    for previous, position, content in links:
        yield link_text(previous, position, content)[:-1]
        while waiting and waiting[-1][0] <= position:
            yield waiting.pop()[1]
