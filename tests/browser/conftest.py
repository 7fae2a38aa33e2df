"""The demo, running, and a browser to look at it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from demo import DemoContext, running_demo
from workbench import Workbench

FIRST_PORT = 8269


@pytest.fixture(scope="session")
def demo() -> Iterator[DemoContext]:
    """What `setup/demo` starts."""
    with running_demo(Workbench.from_environment(), FIRST_PORT) as context:
        yield context


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a screen."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: the folder named by PB_SCREENSHOTS, to look at them afterwards."""
    folder = Path(os.environ.get("PB_SCREENSHOTS") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
