"""A pytest plugin: a skipped test fails the run, and the outcome of every test is counted for the summary.

Odoo's browser tests skip themselves where no browser is found, and a suite that skips in silence proves nothing. The
one excuse is a reason that names the `shared` folder of test data: not every copy of the repository has it beside it.
"""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

TALLY_VARIABLE = "PB_TEST_TALLY"
EXCUSE = "shared"
WORST_FIRST = ("failed", "skipped", "passed")


class SkipWatch:
    """Keeps the worst outcome of each test, over its set-up, call, subtests and tear-down."""

    def __init__(self) -> None:
        self._outcomes: dict[str, str] = {}
        self.unexcused: list[tuple[str, str]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome == "passed" and report.when != "call":
            return
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.outcome != "passed":
            self._note(report)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if self.unexcused and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if tally := os.environ.get(TALLY_VARIABLE):
            Path(tally).write_text(json.dumps(Counter(self._outcomes.values())))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.unexcused:
            terminalreporter.section("skipped tests fail the run")
            for test, reason in self.unexcused:
                terminalreporter.line(f"{test}: {reason}")

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        known = self._outcomes.get(report.nodeid, report.outcome)
        self._outcomes[report.nodeid] = min(known, report.outcome, key=WORST_FIRST.index)
        if report.outcome == "skipped":
            reason = getattr(report, "wasxfail", None) or _reason(report)
            if EXCUSE not in reason:
                self.unexcused.append((report.nodeid, reason))


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why a test was skipped: pytest keeps it as (file, line, reason)."""
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(SkipWatch(), "payment-bridge-skip-watch")
