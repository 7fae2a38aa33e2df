"""Lets tests and measurements import the port and the platforms as plain Python, without a database.

``odoo.addons.payment_bridge``, ``…_channels`` and ``…_reconcile`` become bare packages here, so that importing their
plain parts does not import the add-ons' models. Where Odoo has already loaded the add-ons, they are left alone.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
ADD_ONS = ("payment_bridge", "payment_bridge_channels", "payment_bridge_reconcile")


def prepare() -> None:
    """Make the add-ons' plain parts importable."""
    try:
        importlib.import_module("odoo.addons")
    except ImportError:
        _bare_package("odoo")
        _bare_package("odoo.addons")
    for add_on in ADD_ONS:
        name = f"odoo.addons.{add_on}"
        if name not in sys.modules:
            _bare_package(name, ROOT / add_on)


def _bare_package(name: str, *folders: Path) -> None:
    package = ModuleType(name)
    package.__path__ = [str(folder) for folder in folders]
    sys.modules[name] = package
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, package)
