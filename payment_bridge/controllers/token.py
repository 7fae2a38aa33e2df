"""Addresses that end in a token."""

import re

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)


def is_token(text):
    """Whether ``text`` could be a token of ours: what the database does not take is not even looked for."""
    return _TOKEN.fullmatch(text) is not None
