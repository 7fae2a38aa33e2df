"""Lets connector tests run without a database: the port and the platforms are imported as plain Python."""

import sys
from pathlib import Path

from hypothesis import settings

TESTS = str(Path(__file__).resolve().parents[1])
if TESTS not in sys.path:
    sys.path.append(TESTS)

import bare_addons  # noqa: E402  (found only once the path holds it)

bare_addons.prepare()
settings.register_profile("connectors", deadline=None)
settings.load_profile("connectors")
