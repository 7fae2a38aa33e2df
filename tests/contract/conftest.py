"""The sandbox for the run, channels for each test, and the table at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import bare_addons

bare_addons.prepare()

from contract import table  # noqa: E402  (needs the port)
from contract.kit.channel import Channel  # noqa: E402
from contract.kit.leaks import leaked  # noqa: E402
from contract.kit.model import Platform  # noqa: E402
from contract.kit.stage import Stage  # noqa: E402

TABLE_OPTION = "--contract-table"
_RESULTS = pytest.StashKey[table.Results]()


class World:
    """What one test uses: the channels that are shared by tests, and new ones. Everything they record is kept."""

    def __init__(self, stage: Stage, shared: dict[str, Channel]) -> None:
        self.stage = stage
        self._shared = shared
        self._used: list[tuple[Channel, list]] = []
        self._stack = ExitStack()

    def channel(self, platform: Platform) -> Channel:
        """The platform's shared merchant: for tests that look at their own orders only."""
        if platform.code not in self._shared:
            self._shared[platform.code] = Channel(platform, self.stage)
        return self._recorded(self._shared[platform.code])

    def fresh(self, platform: Platform, notified: bool = False, mode: str = "") -> Channel:
        """A merchant of its own; ``notified`` ones are told of their orders, ``mode`` names other credentials."""
        return self._recorded(Channel(platform, self.stage, notified, mode))

    def exchanges(self, channel: Channel) -> list:
        """What this channel has recorded in this test."""
        return next(kept for one, kept in self._used if one is channel)

    def leaks(self) -> list[str]:
        """Whatever could be read of secrets and persons in all that was recorded."""
        found = []
        for channel, kept in self._used:
            found += leaked(kept, channel.merchant.secrets | channel.personal)
        return found

    def close(self) -> None:
        """Stop recording and forget the faults."""
        self._stack.close()
        self.stage.admin.delete("faults")

    def _recorded(self, channel: Channel) -> Channel:
        if all(channel is not one for one, _ in self._used):
            self._used.append((channel, channel.record(self._stack)))
        return channel


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """The sandbox program, ready for every platform of which there are data."""
    from contract.kit.cases import PLATFORMS

    stage = Stage()
    try:
        for platform in PLATFORMS.values():
            platform.prepare(stage.admin)
        yield stage
    finally:
        stage.close()


@pytest.fixture(scope="session")
def shared_channels() -> dict[str, Channel]:
    """One merchant a platform for the whole run."""
    return {}


@pytest.fixture
def world(stage: Stage, shared_channels: dict[str, Channel]) -> Iterator[World]:
    """The channels of a test. Whatever it does, nothing secret or personal may be left in the wire log."""
    world = World(stage, shared_channels)
    try:
        yield world
        assert not world.leaks()
    finally:
        world.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        TABLE_OPTION,
        type=Path,
        action="append",
        default=[],
        help="a Markdown file whose table of the contract is brought up to date",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "contract(platform, capability): the cell of the contract's table")
    config.stash[_RESULTS] = table.Results()
    config.pluginmanager.register(_Counter(config.stash[_RESULTS]), "payment-bridge-contract")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests for which no connector declares anything are none; the others carry their cell."""
    empty = [item for item in items if _has_no_case(item)]
    if empty:
        items[:] = [item for item in items if item not in empty]
        config.hook.pytest_deselected(items=empty)
    for item in items:
        if (mark := item.get_closest_marker("contract")) is not None:
            item.user_properties.append((table.CELL, mark.args))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    results = config.stash[_RESULTS]
    if not results.cells:
        return
    from contract.kit.cases import CONNECTORS

    terminalreporter.section("the contract: passed/total")
    for line in table.text(results, CONNECTORS.values()):
        terminalreporter.line(line)
    for target in config.getoption(TABLE_OPTION):
        table.update(target, results, CONNECTORS.values())
        terminalreporter.line(f"written to {target}")


def _has_no_case(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    return callspec is not None and any("NOTSET" in part for part in callspec._idlist)


class _Counter:
    """Counts each test in its cell."""

    def __init__(self, results: table.Results) -> None:
        self._results = results

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        cell = dict(report.user_properties).get(table.CELL)
        if cell is not None:
            self._results.note(report.nodeid, *cell, passed=report.outcome == "passed")
