"""Addresses that end in a token."""

import re

from odoo.http import request

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)


def is_token(text):
    """Whether ``text`` could be a token of ours: what the database does not take is not even looked for."""
    return _TOKEN.fullmatch(text) is not None


def unknown_address():
    """A plain 404. Odoo's own page looks the address up in the database first, which does not take every letter."""
    return request.make_response("Not found", headers=[("Content-Type", "text/plain")], status=404)
