"""`setup/test`: lint, the add-ons' tests inside Odoo, then the tests in `tests/`, and one line that sums them up.

Each kind of tests runs in a pytest process of its own. The add-ons' hold an Odoo registry over a fresh copy of the
database with the add-ons installed; those in `tests/` are plain Python and start what servers they need
(`services.py`). Where all of them run, those in `tests/` run beside the add-ons'; those that drive a browser
follow by themselves, for their pages have time limits.
"""

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from foreground import run_foreground
from pytest_no_skips import TALLY_VARIABLE
from workbench import Workbench

ALONE = ("browser",)  # folders of tests/ whose tests want the machine for themselves

# Options of pytest whose value could be mistaken for a path.
OPTIONS_WITH_VALUE = {"-k", "-m", "-p", "-o", "-c", "-W", "-r", "-n", "--deselect", "--ignore"}


@dataclass
class Selection:
    """What the command line asks for: paths by the kind of tests they hold, and everything else for pytest."""

    addons: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    is_everything: bool = False

    @classmethod
    def from_arguments(cls, arguments: Sequence[str], root: Path, addons: Sequence[str]) -> "Selection":
        """Without a path, everything that the checkout holds is selected."""
        selection = cls()
        previous = ""
        for argument in arguments:
            path = Path(argument.partition("::")[0])
            if argument.startswith("-") or previous in OPTIONS_WITH_VALUE or not path.exists():
                selection.options.append(argument)
            else:
                absolute = str(path.resolve()) + argument[len(str(path)) :].removeprefix("/")
                is_plain = path.resolve().is_relative_to(root / "tests")
                (selection.plain if is_plain else selection.addons).append(absolute)
            previous = argument
        if not selection.addons and not selection.plain:
            selection.is_everything = True
            selection.addons = [str(root / name / "tests") for name in addons if (root / name / "tests").is_dir()]
            selection.plain = [str(root / "tests")] if (root / "tests").is_dir() else []
        return selection


class TestRun:
    """One run of the command: its parts, what they counted, and its exit code."""

    __test__ = False

    def __init__(self, bench: Workbench, selection: Selection, scratch: Path) -> None:
        self._bench = bench
        self._selection = selection
        self._scratch = scratch
        self._environment = bench.environment()
        self._counts: Counter[str] = Counter()
        self._broken = False
        self._remarks: list[str] = []

    def lint(self) -> None:
        """Run `setup/lint`; a finding counts as one failure."""
        heading("lint")
        if self._run([self._bench.settings.root / "setup" / "lint"], self._environment):
            self._counts["failed"] += 1
            self._remarks.append("Lint has findings, counted as one failure; setup/lint --fix mends many.")

    def addons(self) -> None:
        """Run the add-ons' own tests in a copy of the prepared database."""
        heading("tests of the add-ons, in Odoo")
        databases = self._bench.databases
        with databases.run_copy(databases.addons_template(), "tests") as database:
            config = self._environment["ODOO_RC"]
            options = [f"--odoo-database={database}", f"--odoo-config={config}", "--odoo-http"]
            self._pytest("addons", [*options, *self._selection.addons])

    def plain(self) -> None:
        """Run the tests that span modules, without Odoo in the process."""
        heading("tests of the whole, in tests/")
        self._pytest("plain", ["-p", "no:odoo", *self._selection.plain])

    @contextmanager
    def most_beside(self) -> Iterator[None]:
        """Run most tests of `tests/` while the body runs; print what they say afterwards."""
        (root,) = self._selection.plain
        output = self._scratch / "most.log"
        ignored = [f"--ignore={root}/{name}" for name in ALONE]
        command, environment = self._command("most", ["-p", "no:odoo", root, *ignored])
        with output.open("wb") as log:
            process = subprocess.Popen(
                command, env=environment, cwd=self._bench.settings.root, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            yield
            code = process.wait()
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait()
        heading("tests of the whole, in tests/")
        print(output.read_text(errors="replace"), flush=True)
        self._count("most", code)

    def alone(self) -> None:
        """Run the tests of `tests/` that want the machine for themselves."""
        heading("tests of the whole in a browser, in tests/")
        (root,) = self._selection.plain
        folders = [f"{root}/{name}" for name in ALONE if Path(root, name).is_dir()]
        self._pytest("alone", ["-p", "no:odoo", *folders])

    def finish(self) -> int:
        """Print the last line and return the exit code."""
        if not self._counts and not self._broken:
            self._remarks.append("No test matches.")
            self._broken = True
        if self._broken:
            self._counts["failed"] += 1
        for remark in self._remarks:
            print(remark)
        counts = ", ".join(f"{self._counts[outcome]} {outcome}" for outcome in ("passed", "failed", "skipped"))
        print(f"\n{counts}", flush=True)
        return 1 if self._broken or self._counts["failed"] else 0

    def _pytest(self, part: str, arguments: Sequence[str]) -> None:
        self._count(part, self._run(*self._command(part, arguments)))

    def _command(self, part: str, arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
        """What runs a part of the tests, and its environment."""
        environment = self._environment | {TALLY_VARIABLE: str(self._tally(part))}
        return [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "pytest_no_skips",
            *arguments,
            *self._selection.options,
        ], environment

    def _tally(self, part: str) -> Path:
        return self._scratch / f"{part}.json"

    def _count(self, part: str, code: int) -> None:
        tally = self._tally(part)
        counted = Counter(json.loads(tally.read_text())) if tally.exists() else Counter()
        self._counts += counted
        expected = {
            pytest.ExitCode.OK,
            pytest.ExitCode.TESTS_FAILED,
            pytest.ExitCode.NO_TESTS_COLLECTED,
        }
        # An unexcused skip, a crash of pytest or a usage error fails the run though no test counts as failed.
        self._broken |= code not in expected or (code == pytest.ExitCode.TESTS_FAILED and not counted["failed"])

    def _run(self, command: Sequence[str | Path], environment: Mapping[str, str]) -> int:
        # pytest tears its fixtures down on SIGINT, and on no other signal
        folder = self._bench.settings.root
        return run_foreground(command, environment=environment, folder=folder, stop_signal=signal.SIGINT)


def heading(text: str) -> None:
    print(f"\n── {text} ──", flush=True)


def main(arguments: Sequence[str]) -> int:
    started = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    bench = Workbench.from_environment(durable=False)
    selection = Selection.from_arguments(arguments, bench.settings.root, bench.settings.addons)
    with ExitStack() as stack:
        stack.enter_context(bench.postgres)
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="payment-bridge-tests-"))
        run = TestRun(bench, selection, Path(scratch))
        if not arguments:
            run.lint()
        if selection.is_everything and selection.addons and selection.plain:
            with run.most_beside():
                run.addons()
            run.alone()
        else:
            if selection.addons:
                run.addons()
            if selection.plain:
                run.plain()
    print(f"\n· {time.monotonic() - started:.0f} s in all", file=sys.stderr)
    return run.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
