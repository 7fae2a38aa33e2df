"""Errors that say what is known about the money, and therefore what may happen next."""

from __future__ import annotations

from .types import Bilingual


class ConnectorError(Exception):
    """Base of every error a connector raises.

    ``code`` and ``message`` are the platform's own words where it said any; ``advice`` is for people.
    None of them may hold a secret or a person's data: they are stored and shown.
    """

    def __init__(self, message: str, *, code: str | None = None, advice: Bilingual | None = None):
        super().__init__(message)
        self.message = message
        self.code = code
        self.advice = advice


class NotSent(ConnectorError):
    """Certainly nothing happened: the request never reached the platform. The same key may be sent again."""


class InvalidOrder(NotSent):
    """The order breaks a rule that we know before sending. ``field`` names what to correct."""

    def __init__(self, field: str, message: str, *, advice: Bilingual | None = None):
        super().__init__(message, code=f"invalid:{field}", advice=advice)
        self.field = field


class Uncertain(ConnectorError):
    """It may have happened. Only a query may follow; never a second order."""


class Untrusted(Uncertain):
    """The answer's signature does not prove its sender: as good as no answer."""


class Rejected(ConnectorError):
    """Certainly not accepted. With ``retry_same_key`` the same order may be sent again once a person or
    time has cured the cause; without it this key has ended."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        advice: Bilingual | None = None,
        retry_same_key: bool = False,
    ):
        super().__init__(message, code=code, advice=advice)
        self.retry_same_key = retry_same_key


class Throttled(NotSent):
    """The platform asks for a pause of ``retry_after`` seconds; the request had no effect."""

    def __init__(
        self,
        message: str,
        *,
        retry_after: float,
        code: str | None = None,
        advice: Bilingual | None = None,
    ):
        super().__init__(message, code=code, advice=advice)
        self.retry_after = retry_after


class Misconfigured(NotSent):
    """Credentials, contract or settings are wrong: a person must act, and the channel pauses."""


class Unsupported(ConnectorError):
    """The connector does not offer this operation; its capabilities say so too."""


class NotificationRefused(ConnectorError):
    """An inbound message that cannot be believed or understood. ``forged`` tells the two apart."""

    def __init__(self, message: str, *, forged: bool):
        super().__init__(message)
        self.forged = forged


class StatementError(ConnectorError):
    """A statement file that must not be believed. ``row`` counts lines from 1, None for the whole file."""

    def __init__(self, message: Bilingual, *, row: int | None = None):
        super().__init__(message.en, advice=message)
        self.row = row
