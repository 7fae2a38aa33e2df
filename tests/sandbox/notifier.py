"""Delivery of notifications over HTTP, again and again until the receiver says the agreed word."""

from __future__ import annotations

import http.client
import itertools
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
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
    """One message to one receiver, with what became of it. `about` identifies it to tests, never to the receiver.

    `headers` makes the headers of each attempt. `judge(status, answer)` tells the state that an attempt ends in, or
    None to try again; without it `accepted_when` must be the answer. `gaps` are the seconds between attempts.
    """

    url: str
    body: bytes
    content_type: str
    accepted_when: str
    about: dict[str, str]
    state: str = "waiting"
    id: int = 0
    deliveries: list[Delivery] = field(default_factory=list)
    headers: Callable[[], Mapping[str, str]] | None = None
    judge: Callable[[int | None, str], str | None] | None = None
    gaps: Sequence[float] | None = None

    def verdict(self, status: int | None, answer: str) -> str | None:
        """The state that this attempt ends in; None when it must be repeated."""
        if self.judge is not None:
            return self.judge(status, answer)
        return "delivered" if status == 200 and answer == self.accepted_when else None

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
        end = message.verdict(status, answer)
        message.deliveries.append(
            Delivery(number, self._clock.now().isoformat(timespec="milliseconds"), status, answer, end is not None)
        )
        if end is not None:
            message.state = end
        elif (gap := self._gap(message, number)) is None:
            message.state = "given_up"
        else:
            self._scheduler.after(gap, lambda: self._attempt(message, number + 1, None))
        if then is not None:
            then()

    def _gap(self, message: Notification, number: int) -> float | None:
        """Seconds from attempt `number` to the next one; None when it was the last."""
        settings = self._settings
        if message.gaps is not None:
            return message.gaps[number - 1] * settings.notification_factor if number <= len(message.gaps) else None
        if number >= settings.notification_attempts:
            return None
        return settings.notification_first_gap_seconds * 2 ** (number - 1) * settings.notification_factor

    def _post(self, message: Notification) -> tuple[int | None, str]:
        try:
            headers = {"Content-Type": message.content_type, "User-Agent": "Mozilla/4.0"}
            headers.update(message.headers() if message.headers else {})
            request = urllib.request.Request(message.url, message.body, headers)
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
