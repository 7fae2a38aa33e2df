"""How a request or its answer gets lost, alike on every platform: what the faults do to the connection."""

from __future__ import annotations

import time

from .faults import Strikes
from .wire import Response

HANG_SECONDS = 30


def lost_before(strikes: Strikes) -> Response | None:
    """What the caller gets when nothing is done at all; a `delay` only waits."""
    if "refuse" in strikes:
        return Response(drop=True)
    if "timeout_before" in strikes:
        return Response(drop=True, hang_seconds=strikes.arg("timeout_before", "seconds", HANG_SECONDS))
    if "html" in strikes and not strikes.arg("html", "act", False):
        return _page(strikes)
    if "delay" in strikes and strikes.arg("delay", "when", "before") == "before":
        time.sleep(strikes.arg("delay", "ms", 1000) / 1000)
    return None


def lost_after(response: Response, strikes: Strikes) -> Response:
    """What becomes of an answer whose work is done."""
    if "html" in strikes:
        return _page(strikes)
    if "timeout_after" in strikes:
        response.drop = True
        response.hang_seconds = strikes.arg("timeout_after", "seconds", HANG_SECONDS)
    if "delay" in strikes and strikes.arg("delay", "when", "before") == "after":
        response.hang_seconds = strikes.arg("delay", "ms", 1000) / 1000
    response.cut = "cut_answer" in strikes
    return response


def _page(strikes: Strikes) -> Response:
    body = "<html><head><title>502 Bad Gateway</title></head><body>系统维护中</body></html>"
    return Response(body.encode(), status=int(strikes.arg("html", "status", 502)))
