"""The trail's plain parts without a database, and the program that checks them with code of its own."""

import importlib.util
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

from .chains import ROOT


@pytest.fixture(scope="session")
def program() -> ModuleType:
    """`setup/verify-trail` as a module."""
    loader = SourceFileLoader("verify_trail", str(ROOT / "setup" / "verify-trail"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    sys.modules[loader.name] = module
    loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of RFC 6962 test vectors."""
    folder = next(
        (up / "shared/testdata/merkle" for up in ROOT.parents if (up / "shared/testdata/merkle").is_dir()), None
    )
    if folder is None:
        pytest.skip("the shared test data are not there")
    return folder
