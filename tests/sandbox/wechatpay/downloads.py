"""Download links: a signed GET with a token that soon expires; the file itself carries no signature."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from ..core import Core
from ..wire import Response
from .errors import Refusal
from .gateway import Call, Operation

BILLS = "/v3/billdownload/file"
RECEIPTS = "/v3/transferdownload/elecvoucherfile"


@dataclass(frozen=True)
class _File:
    mchid: str
    path: str
    until: datetime
    make: Callable[[], Response]


class Downloads:
    """The files behind links."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._lock = threading.Lock()
        self._files: dict[str, _File] = {}

    def operations(self) -> list[Operation]:
        """The addresses."""
        return [
            Operation("bill.download", "GET", BILLS, lambda call: self.fetch(call, BILLS)),
            Operation("receipt.download", "GET", RECEIPTS, lambda call: self.fetch(call, RECEIPTS)),
        ]

    def issue(self, mchid: str, path: str, seconds: float, make: Callable[[], Response], **query: str) -> str:
        """A link on this host; `make` builds the answer when it is fetched."""
        token = self._core.token(64)
        until = self._core.clock.now() + timedelta(seconds=seconds)
        with self._lock:
            self._files[token] = _File(mchid, path, until, make)
        return f"{self._core.base_url}{path}?{urlencode({'token': token, **query})}"

    def fetch(self, call: Call, path: str) -> Response:
        """The file. Raises Refusal when the token is unknown, somebody else's or too old."""
        token = call.query.text("token", 1024, required=True)
        call.query.text("tartype", 8)
        call.query.done()
        with self._lock:
            file = self._files.get(token)
        if file is None or file.path != path:
            raise Refusal("PARAM_ERROR", "token错误")
        if file.mchid != call.merchant.mchid:
            raise Refusal("NO_AUTH", "无权下载该文件")
        if self._core.clock.now() > file.until:
            raise Refusal("INVALID_REQUEST", "下载链接已失效，请重新获取")
        return file.make()
