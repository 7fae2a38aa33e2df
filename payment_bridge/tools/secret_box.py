"""Secrets at rest: AES-256-GCM under a master key that never enters the database."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..connector.types import Bilingual

KEY_OPTION = "payment_bridge_master_key"
KEY_FILE_OPTION = "payment_bridge_master_key_file"
PREVIOUS_OPTION = "payment_bridge_previous_master_keys"
KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = "v1"


class MasterKeyError(Exception):
    """The master key is missing, malformed, or not the one a secret was encrypted with."""

    def __init__(self, en: str, zh: str):
        super().__init__(en)
        self.words = Bilingual(en, zh)


class SecretBox:
    """Encrypts and decrypts short texts, each bound to a context such as its record and field.

    The first key encrypts; the others only decrypt, so that a key can be replaced while secrets under
    the old one are still read.
    """

    def __init__(self, keys: list[bytes]):
        if not keys:
            raise MasterKeyError("there is no master key", "没有主密钥")
        self._keys = {key_id(key): key for key in keys}
        self.current_id = key_id(keys[0])

    def encrypt(self, text: str, context: str) -> str:
        """Ciphertext of ``text`` that only opens under the same ``context``."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self._keys[self.current_id]).encrypt(nonce, text.encode(), context.encode())
        return f"{_VERSION}${self.current_id}${base64.b64encode(nonce + sealed).decode()}"

    def decrypt(self, token: str, context: str) -> str:
        """The text behind ``token``.

        :raises MasterKeyError: for an unknown key, another context, or altered ciphertext.
        """
        version, _, rest = token.partition("$")
        used_id, _, body = rest.partition("$")
        key = self._keys.get(used_id)
        if version != _VERSION or key is None:
            raise MasterKeyError(
                f"the secret was encrypted under another master key ({used_id})",
                f"该内容由另一把主密钥加密（{used_id}）",
            )
        raw = base64.b64decode(body)
        try:
            return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode()).decode()
        except InvalidTag as error:
            raise MasterKeyError(
                "the secret was altered or belongs to another record", "密文已被改动，或属于另一条记录"
            ) from error

    def is_current(self, token: str) -> bool:
        """Whether ``token`` is already under the key that encrypts now."""
        return token.startswith(f"{_VERSION}${self.current_id}$")


def key_id(key: bytes) -> str:
    """A short public name of a key, from which the key cannot be found."""
    return hashlib.sha256(b"payment-bridge key id" + key).hexdigest()[:8]


def fingerprint(text: str) -> str:
    """What may be shown of a secret: enough to tell two apart, not to guess one."""
    return hashlib.sha256(b"payment-bridge fingerprint" + text.encode()).hexdigest()[:12]


def load_box(config: Mapping[str, str], environment: Mapping[str, str] | None = None) -> SecretBox:
    """The box for this server: keys from the environment first, then from the server configuration.

    ``PAYMENT_BRIDGE_MASTER_KEY`` (or option ``payment_bridge_master_key``) holds 32 bytes in base64;
    ``…_FILE`` names a file that does; ``PAYMENT_BRIDGE_PREVIOUS_MASTER_KEYS`` lists older keys, comma
    separated.

    :raises MasterKeyError: when there is none or one is malformed.
    """

    given = os.environ if environment is None else environment

    def option(name: str) -> str:
        return given.get(name.upper()) or config.get(name) or ""

    current = option(KEY_OPTION).strip()
    if not current and (path := option(KEY_FILE_OPTION)):
        try:
            current = Path(path).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise MasterKeyError(
                f"the master key file cannot be read ({error.__class__.__name__})",
                f"无法读取主密钥文件（{error.__class__.__name__}）",
            ) from error
    if not current:
        raise MasterKeyError(
            "no master key is configured: set PAYMENT_BRIDGE_MASTER_KEY in the environment or "
            f"{KEY_OPTION} in the server configuration",
            f"未配置主密钥：请设置环境变量 PAYMENT_BRIDGE_MASTER_KEY，或服务器配置项 {KEY_OPTION}",
        )
    older = [part.strip() for part in option(PREVIOUS_OPTION).split(",") if part.strip()]
    return SecretBox([_decode(text) for text in (current, *older)])


def _decode(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MasterKeyError("the master key is not base64", "主密钥不是 base64 文本") from error
    if len(key) != KEY_BYTES:
        raise MasterKeyError(
            f"the master key has {len(key)} bytes instead of {KEY_BYTES}",
            f"主密钥长度为 {len(key)} 字节，应为 {KEY_BYTES} 字节",
        )
    return key
