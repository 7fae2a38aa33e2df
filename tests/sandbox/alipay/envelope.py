"""The v2 envelope: parameters out of a request, and answers signed over their raw text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from ..wire import Request
from . import signing
from .apps import App
from .certificates import Identity
from .errors import invalid

CHARSETS = {"utf-8": "utf-8", "gbk": "gb18030"}
ERROR_NODE = "error_response"


@dataclass(frozen=True)
class Call:
    """The parameters of one request, from query and form together, decoded in the caller's charset."""

    params: dict[str, str]
    encoding: str

    @property
    def method(self) -> str:
        """The method asked for, or ""."""
        return self.params.get("method", "")

    @property
    def encrypted(self) -> bool:
        """Whether biz_content is ciphertext."""
        return self.params.get("encrypt_type") == "AES"


def read_call(request: Request) -> Call:
    """Merge query and form; the form wins where both have a parameter. Raises Refusal for a strange charset."""
    parts = [request.query]
    if request.verb == "POST":
        parts.append(request.body.decode("latin-1"))
    rough = {name: value for part in parts for name, value in parse_qsl(part, encoding="latin-1")}
    encoding = CHARSETS.get(rough.get("charset", "utf-8").lower())
    if encoding is None:
        raise invalid("isv.invalid-charset")
    try:
        pairs = [p for part in parts for p in parse_qsl(part, True, encoding=encoding, errors="strict")]
    except UnicodeDecodeError as error:
        raise invalid("isv.invalid-charset") from error
    return Call(dict(pairs), encoding)


def answer_node(method: str, routed: bool) -> str:
    """The name of the node that answers a method."""
    return f"{method.replace('.', '_')}_response" if routed else ERROR_NODE


def written(node: dict[str, Any]) -> str:
    """A node as Alipay writes it: compact, Chinese as it is, slashes escaped."""
    return json.dumps(node, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")


def sealed(
    name: str,
    node: dict[str, Any],
    encoding: str,
    signer: Identity | None,
    cert_sn: str | None = None,
    aes_key: str | None = None,
    spoil: bool = False,
) -> bytes:
    """The whole answer. With `aes_key` the node is a JSON string of ciphertext; `spoil` signs something else."""
    text = written(node)
    if aes_key is not None:
        text = json.dumps(signing.encrypt(aes_key, text.encode(encoding))).replace("/", "\\/")
    fields = [f'"{name}":{text}']
    if signer is not None:
        if cert_sn is not None:
            fields.append(f'"alipay_cert_sn":"{cert_sn}"')
        signature = signing.sign(signer.key, (text + " " * spoil).encode(encoding))
        fields.append(f'"sign":"{signature}"')
    return ("{" + ",".join(fields) + "}").encode(encoding)


def opened(call: Call, app: App) -> dict[str, Any]:
    """biz_content as an object, decrypted when it was encrypted. Raises Refusal."""
    text = call.params.get("biz_content", "")
    if call.encrypted:
        if app.aes_key is None:
            raise invalid("isv.decryption-error-not-valid-encrypt-key")
        try:
            text = signing.decrypt(app.aes_key, text).decode(call.encoding)
        except ValueError as error:
            raise invalid("isv.decryption-error-unknown") from error
    try:
        content = json.loads(text or "{}")
    except ValueError as error:
        raise invalid("isv.invalid-parameter", "biz_content不是JSON") from error
    if not isinstance(content, dict):
        raise invalid("isv.invalid-parameter", "biz_content不是JSON对象")
    return content
