"""Delivery of notifications over HTTP, again and again until the receiver says the agreed word."""

from __future__ import annotations

import http.client
import itertools
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .clock import Clock
from .scheduler import Scheduler
from .settings import Settings

ANSWER_BYTES = 2048


@dataclass
class Delivery:
    """One attempt: the HTTP status and the start of the body, or the error that came instead."""

    attempt: int
    time: str
    status: int | None
    answer: str
    accepted: bool


@dataclass
class Notification:
    """One message to one receiver, with what became of it. `about` identifies it to tests, never to the receiver."""

    url: str
    body: bytes
    content_type: str
    accepted_when: str
    about: dict[str, str]
    state: str = "waiting"
    id: int = 0
    deliveries: list[Delivery] = field(default_factory=list)

    def show(self) -> dict[str, Any]:
        """The message and its deliveries as JSON."""
        deliveries = [vars(delivery) for delivery in list(self.deliveries)]
        body = self.body.decode("utf-8", "replace")
        return {
            "id": self.id,
            "url": self.url,
            "state": self.state,
            **self.about,
            "body": body,
            "deliveries": deliveries,
        }


class Notifier:
    """Sends notifications. States: waiting → delivered | given_up; dropped and held are a fault's doing."""

    def __init__(self, settings: Settings, clock: Clock, scheduler: Scheduler) -> None:
        self._settings = settings
        self._clock = clock
        self._scheduler = scheduler
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._sent: list[Notification] = []
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())

    def keep(self, message: Notification, state: str = "waiting") -> Notification:
        """Enter a message into the list without sending it."""
        with self._lock:
            message.id, message.state = next(self._ids), state
            self._sent.append(message)
        return message

    def send(self, message: Notification, delay_seconds: float = 0.0, then: Callable[[], None] | None = None) -> None:
        """Deliver after a delay, with retries; `then` is called after the first attempt."""
        self.keep(message)
        self._scheduler.after(delay_seconds, lambda: self._attempt(message, 1, then))

    def send_now(self, message: Notification) -> None:
        """Make the first attempt before returning; retries follow by themselves."""
        self.keep(message)
        self._attempt(message, 1, None)

    def show(self) -> list[dict[str, Any]]:
        """Every message with its deliveries, oldest first."""
        with self._lock:
            messages = list(self._sent)
        return [message.show() for message in messages]

    def _attempt(self, message: Notification, number: int, then: Callable[[], None] | None) -> None:
        status, answer = self._post(message)
        accepted = status == 200 and answer == message.accepted_when
        message.deliveries.append(
            Delivery(number, self._clock.now().isoformat(timespec="milliseconds"), status, answer, accepted)
        )
        if accepted:
            message.state = "delivered"
        elif number >= self._settings.notification_attempts:
            message.state = "given_up"
        else:
            gap = self._settings.notification_first_gap_seconds * 2 ** (number - 1) * self._settings.notification_factor
            self._scheduler.after(gap, lambda: self._attempt(message, number + 1, None))
        if then is not None:
            then()

    def _post(self, message: Notification) -> tuple[int | None, str]:
        try:
            request = urllib.request.Request(
                message.url, message.body, {"Content-Type": message.content_type, "User-Agent": "Mozilla/4.0"}
            )
            with self._opener.open(request, timeout=self._settings.notification_timeout_seconds) as answer:
                return answer.status, answer.read(ANSWER_BYTES).decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read(ANSWER_BYTES).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException, ValueError) as error:
            return None, f"{type(error).__name__}: {error}"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A platform does not follow redirects of a notification."""

    def redirect_request(self, *_: Any) -> None:
        return None
