"""A small client of the admin API, for tests that use a sandbox in this process or in another one."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

from .admin import PREFIX

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Refused(Exception):
    """The admin API said no."""


class Control:
    """`Control("http://127.0.0.1:8001").post("faults", kind="refuse")`."""

    def __init__(self, url: str) -> None:
        self._base = url.rstrip("/") + PREFIX + "/"

    def get(self, path: str, **query: str) -> Any:
        """GET an address below /_sandbox/."""
        return self._call("GET", f"{path}?{urlencode(query)}" if query else path, None)

    def post(self, path: str, **body: Any) -> Any:
        """POST a JSON object made of the keywords."""
        return self._call("POST", path, body)

    def patch(self, path: str, **body: Any) -> Any:
        """PATCH with a JSON object made of the keywords."""
        return self._call("PATCH", path, body)

    def delete(self, path: str) -> Any:
        """DELETE an address."""
        return self._call("DELETE", path, None)

    def _call(self, verb: str, path: str, body: dict[str, Any] | None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base + path, data, {"Content-Type": "application/json"}, method=verb)
        try:
            with _OPENER.open(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise Refused(f"{verb} {path}: {error.code} {error.read().decode('utf-8', 'replace')}") from error
