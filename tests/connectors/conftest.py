"""Lets connector tests run without a database: the port and the platforms are imported as plain Python.

``odoo.addons.payment_bridge`` and ``…_channels`` become bare packages here, so that importing the port
does not import the add-ons' models. Where Odoo has already loaded the add-ons, they are left alone.
"""

import importlib
import sys
from pathlib import Path
from types import ModuleType

from hypothesis import settings

ROOT = Path(__file__).resolve().parents[2]


def _bare_package(name: str, *folders: Path) -> ModuleType:
    package = ModuleType(name)
    package.__path__ = [str(folder) for folder in folders]
    sys.modules[name] = package
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, package)
    return package


def _prepare() -> None:
    tests = str(ROOT / "tests")
    if tests not in sys.path:
        sys.path.append(tests)
    try:
        importlib.import_module("odoo.addons")
    except ImportError:
        _bare_package("odoo")
        _bare_package("odoo.addons")
    for add_on in ("payment_bridge", "payment_bridge_channels"):
        name = f"odoo.addons.{add_on}"
        if name not in sys.modules:
            _bare_package(name, ROOT / add_on)


_prepare()
settings.register_profile("connectors", deadline=None)
settings.load_profile("connectors")
