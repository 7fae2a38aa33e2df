"""One answer of the v2 gateway: cut out of the raw body, then read.

Source: Alipay open platform, v2 answers (``code``, ``sub_code``; the node's raw text is what is signed).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from odoo.addons.payment_bridge.connector.errors import Uncertain
from odoo.addons.payment_bridge.connector.types import Bilingual

from ..strict_json import AmbiguousJson, loads_object
from . import signing

UNCERTAIN_ADVICE = Bilingual(
    "No answer that can be believed came back. It is not known whether money has moved; the result is "
    "being queried. Do not pay by another way.",
    "未收到可信的应答，款项是否付出尚不确定，系统将查询结果；请勿换通道重付。",
)
UNSIGNED_ADVICE = Bilingual(
    "Alipay's gateway answered without a signature, as it does when it cannot recognise the caller. "
    "The administrator checks application id, private key, certificates and environment.",
    "支付宝网关返回了未签名的应答，通常是无法识别调用方；请管理员核对 APPID、应用私钥、证书与环境。",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose signature has been verified. ``node`` is its content, numbers exact."""

    code: str
    message: str
    sub_code: str | None
    sub_message: str | None
    node: Mapping[str, Any] = field(repr=False)

    @property
    def succeeded(self) -> bool:
        """Whether the call itself was carried out; what it did is in ``node``."""
        return self.code == "10000"

    @property
    def told_code(self) -> str:
        """The most precise code of the answer."""
        return self.sub_code or self.code

    @property
    def told(self) -> str:
        """The platform's own words."""
        return self.sub_message or self.message

    def text(self, name: str) -> str | None:
        """A field as text; None where absent, empty or not a scalar."""
        value = self.node.get(name)
        if isinstance(value, bool) or isinstance(value, (dict, list)) or value in (None, ""):
            return None
        return str(value)


def cut(method: str, body: bytes) -> tuple[signing.Envelope, str]:
    """The envelope and the exact text of its node.

    :raises Uncertain: for anything but a whole JSON answer with one node.
    """
    try:
        text = body.decode("utf-8")
        loads_object(text)
        envelope = signing.open_envelope(text)
    except (UnicodeDecodeError, AmbiguousJson, signing.BrokenEnvelope) as error:
        raise Uncertain("the answer is not a whole JSON answer", code="body", advice=UNCERTAIN_ADVICE) from error
    for name in (f"{method.replace('.', '_')}_response", "error_response"):
        if name in envelope.members:
            return envelope, envelope.members[name]
    raise Uncertain("the answer is not to this call", code="body", advice=UNCERTAIN_ADVICE)


def read_node(text: str) -> Answer:
    """The content of an answer.

    :raises Uncertain: when it is not one JSON object with a code.
    """
    try:
        node = loads_object(text)
    except AmbiguousJson as error:
        raise Uncertain(str(error), code="body", advice=UNCERTAIN_ADVICE) from error
    words = {
        name: str(node[name]) if isinstance(node.get(name), (str, int)) else None
        for name in ("code", "msg", "sub_code", "sub_msg")
    }
    if not words["code"]:
        raise Uncertain("the answer holds no code", code="body", advice=UNCERTAIN_ADVICE)
    return Answer(words["code"], words["msg"] or "", words["sub_code"] or None, words["sub_msg"] or None, node)
