"""Download links that nobody signs and that soon expire."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode

from ..core import Core
from ..wire import Request, Response

EXPIRED_PAGE = "<html><head><title>下载超时</title></head><body>下载链接已失效，请重新获取。</body></html>"


class Links:
    """One-path download links; each token opens one file until its time is up."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._lock = threading.Lock()
        self._files: dict[str, tuple[datetime, Callable[[], Response]]] = {}

    def issue(self, path: str, seconds: float, make: Callable[[], Response], **query: str) -> str:
        """A link on this host; `make` builds the file when it is fetched."""
        token = self._core.token()
        with self._lock:
            self._files[token] = (self._core.clock.now() + timedelta(seconds=seconds), make)
        return f"{self._core.base_url}{path}?{urlencode({**query, 'token': token})}"

    def fetch(self, request: Request) -> Response:
        """The file, or an HTML page that says it is too late."""
        token = parse_qs(request.query).get("token", [""])[0]
        with self._lock:
            until, make = self._files.get(token, (None, None))
        if until is None or make is None or self._core.clock.now() > until:
            return Response(EXPIRED_PAGE.encode())
        return make()
