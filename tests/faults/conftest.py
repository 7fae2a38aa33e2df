"""One company for the session, and for each test a copy of it with an Odoo that may be killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench import Workbench

from . import company, stage
from .world import World


@pytest.fixture(scope="session")
def connected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stage.Stage]:
    """The platform, and a database whose channel is connected to it."""
    bench = Workbench.from_environment()
    with bench.postgres:
        template = stage.company_template(bench, bench.databases.addons_template(), "faults", company.WALLET_VENDORS)
        with stage.set_up(bench, template, tmp_path_factory.mktemp("platform")) as made:
            yield made


@pytest.fixture
def world(connected: stage.Stage, tmp_path: Path) -> Iterator[World]:
    """A fresh copy of the company; its Odoo is not started yet."""
    with connected.bench.databases.run_copy(connected.template, "world") as database:
        world = World(connected, database, tmp_path)
        try:
            yield world
        finally:
            world.close()
