"""Who really acts: a person who has logged in, not a right that code has lent itself."""

import threading
import time
from contextlib import contextmanager
from contextvars import ContextVar

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError
from odoo.http import request

from .refusal import refused

IDENTITY_KEY = "identity-check-last"
IDENTITY_VALID = 10 * 60  # seconds, as Odoo's own check has it
_scheduled = ContextVar("payment_bridge_scheduled", default=False)


@contextmanager
def scheduled_action():
    """Inside, nobody acts in person, whatever identity the code takes on and whatever it takes out of its context."""
    token = _scheduled.set(True)
    try:
        yield
    finally:
        _scheduled.reset(token)


def is_scheduled():
    """Whether a scheduled action is running."""
    return _scheduled.get()


def logged_in():
    """The id of the user whose request this is: of the session, or of the key or password that came with it; False for
    a request of nobody. None outside of requests: in a script or a test."""
    if not request:
        return None
    return request.session.uid or getattr(threading.current_thread(), "uid", None) or False


def real_user(env, about=None):
    """The person behind ``env``, whatever rights the code has at the moment; ``about`` is what is to be decided.

    ``sudo`` changes the rights and not the person; the superuser, a scheduled action and somebody whose
    identity the code has taken on are no persons.

    :raises AccessError: when nobody, or somebody else than the one who is logged in, acts.
    """
    user = env["res.users"].sudo().browse(env.uid)
    subject = env.company if about is None else about
    if env.uid == SUPERUSER_ID or env.context.get("cron_id") or _scheduled.get() or not user.active or user.share:
        words = env._("A decision is made by a person who is logged in, not by the system.")
        raise refused(subject, "no_person", AccessError(words))
    if logged_in() not in (None, env.uid):
        words = env._("A decision is made in one's own name only.")
        raise refused(subject, "other_person", AccessError(words))
    return user


def identity_confirmed():
    """Whether the person has entered the password, or the second factor, within the last ten minutes."""
    return bool(request) and request.session.get(IDENTITY_KEY, 0) > time.time() - IDENTITY_VALID
