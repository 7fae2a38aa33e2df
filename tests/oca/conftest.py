"""A database with the suite and, beside it, OCA's reconciliation."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from workbench import Workbench

LOCK = Path(__file__).with_name("requirements.lock")
MODULE = "account_reconcile_oca"


@dataclass(frozen=True)
class Beside:
    """A database with both, and the folder of OCA's add-ons."""

    bench: Workbench
    database: str
    addons: Path

    @property
    def addons_path(self) -> str:
        """Odoo's own add-ons, the suite's and OCA's."""
        return f"{self.bench.settings.addons_path},{self.addons}"

    def run(self, *arguments: str) -> None:
        """Run Python with Odoo's environment; what it printed is shown when it fails."""
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.bench.environment(),
            cwd=self.bench.settings.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, done.stdout[-8000:]


def fetch(folder: Path) -> None:
    """The exact versions of the lock, without the packages that they name: Odoo is here already."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    subprocess.run([*pip, "--no-deps", "--require-hashes", "--target", folder, "-r", LOCK], check=True)


@pytest.fixture(scope="session")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Beside]:
    """The suite's database with OCA's module installed into it."""
    packages = tmp_path_factory.mktemp("oca")
    fetch(packages)
    bench = Workbench.from_environment()
    with bench.postgres, bench.databases.run_copy(bench.databases.addons_template(), "oca") as database:
        made = Beside(bench, database, packages / "odoo" / "addons")
        install = ["-i", MODULE, "--stop-after-init", "--no-http", "--max-cron-threads=0"]
        made.run("-m", "odoo", "-d", database, f"--addons-path={made.addons_path}", *install)
        yield made
