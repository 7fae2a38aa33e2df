"""Which function answers which address."""

from __future__ import annotations

import re
from collections.abc import Callable

from .wire import Request, Response

Handler = Callable[..., Response]


class Router:
    """Routes by verb and path; `<name>` in a path is handed to the function as a keyword."""

    def __init__(self) -> None:
        self._routes: list[tuple[frozenset[str], re.Pattern[str], Handler]] = []

    def add(self, verbs: str, path: str, handler: Handler) -> None:
        """Send requests for `verbs` ("GET POST") and `path` ("/apps/<app_id>") to `handler(request, app_id=…)`."""
        pattern = re.sub(r"<(\w+)>", r"(?P<\1>[^/]+)", path)
        self._routes.append((frozenset(verbs.split()), re.compile(pattern), handler))

    def answer(self, request: Request) -> Response:
        """The answer of the function that is registered for the request, else 404 or 405."""
        known = False
        for verbs, pattern, handler in self._routes:
            match = pattern.fullmatch(request.path)
            if match and request.verb in verbs:
                return handler(request, **match.groupdict())
            known = known or match is not None
        status = 405 if known else 404
        return Response.json({"error": f"{request.verb} {request.path}: {status}"}, status)
