"""The admin API under /_sandbox/: how tests steer what all platforms share."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from .clock import ClockError
from .core import Core
from .faults import FaultError
from .router import Router
from .settings import SettingError, patch, show
from .wire import Request, Response

PREFIX = "/_sandbox"


class AdminError(Exception):
    """The admin request cannot be done; answered as {"error": …} with `status`."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def endpoint(function: Callable[..., Any]) -> Callable[..., Response]:
    """Make a route out of a function that returns a JSON value; its errors become JSON answers."""

    def answer(request: Request, **parts: str) -> Response:
        try:
            return Response.json(function(request, **parts))
        except AdminError as error:
            return Response.json({"error": str(error)}, error.status)
        except (SettingError, FaultError, ClockError) as error:
            return Response.json({"error": str(error)}, 400)

    return answer


def body_of(request: Request) -> dict[str, Any]:
    """The request's JSON object; an empty body is an empty object."""
    try:
        value = json.loads(request.body or b"{}")
    except ValueError as error:
        raise AdminError(f"the body is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise AdminError("the body must be a JSON object")
    return value


class Admin:
    """Clock, faults, settings, requests and notifications."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def routes(self, router: Router) -> None:
        """Register the addresses."""
        router.add("GET", f"{PREFIX}/clock", endpoint(self.clock))
        router.add("POST", f"{PREFIX}/clock", endpoint(self.set_clock))
        router.add("GET", f"{PREFIX}/faults", endpoint(lambda _: self._core.faults.show()))
        router.add("POST", f"{PREFIX}/faults", endpoint(self.add_fault))
        router.add("DELETE", f"{PREFIX}/faults", endpoint(lambda _: {"cleared": self._core.faults.clear()}))
        router.add("DELETE", f"{PREFIX}/faults/<fault_id>", endpoint(self.clear_fault))
        router.add("GET", f"{PREFIX}/settings", endpoint(lambda _: show(self._core.settings)))
        router.add("POST PATCH", f"{PREFIX}/settings", endpoint(self.change_settings))
        router.add("GET", f"{PREFIX}/requests", endpoint(lambda _: self._core.traffic.show()))
        router.add("DELETE", f"{PREFIX}/requests", endpoint(self.clear_requests))
        router.add("GET", f"{PREFIX}/notifications", endpoint(lambda _: self._core.notifier.show()))

    def clock(self, _: Request) -> dict[str, str]:
        """The sandbox's time and the real time, both in Beijing."""
        clock = self._core.clock
        return {"now": clock.now().isoformat(), "real": clock.real().isoformat()}

    def set_clock(self, request: Request) -> dict[str, str]:
        """Move the clock: {"advance_seconds": N} or {"set": ISO time, Beijing when it has no zone}."""
        body = body_of(request)
        if isinstance(seconds := body.get("advance_seconds"), (int, float)):
            self._core.clock.advance(seconds)
        elif isinstance(moment := body.get("set"), str):
            try:
                self._core.clock.set(datetime.fromisoformat(moment))
            except ValueError as error:
                raise AdminError(str(error)) from error
        else:
            raise AdminError("give advance_seconds or set")
        return self.clock(request)

    def add_fault(self, request: Request) -> dict[str, Any]:
        """Register a fault."""
        return self._core.faults.add(body_of(request)).show()

    def clear_fault(self, _: Request, fault_id: str) -> dict[str, int]:
        """Forget one fault."""
        if not fault_id.isdigit() or not (cleared := self._core.faults.clear(int(fault_id))):
            raise AdminError(f"no fault {fault_id}", 404)
        return {"cleared": cleared}

    def change_settings(self, request: Request) -> dict[str, Any]:
        """Change settings of the whole sandbox."""
        patch(self._core.settings, body_of(request))
        return show(self._core.settings)

    def clear_requests(self, _: Request) -> dict[str, Any]:
        """Forget counters and requests."""
        self._core.traffic.clear()
        return self._core.traffic.show()
