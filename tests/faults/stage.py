"""What the tests of a session share: the platform's sandbox, the line to it, and a connected database to copy."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import demo_people
from demo_people import ALIPAY
from sandbox.control import Control
from services import HOST, SandboxServer, free_port
from workbench import Workbench

from . import company
from .relay import Relay


def run_in_odoo(bench: Workbench, database: str, *arguments: str, program: str = "company") -> None:
    """Run a program of this folder inside Odoo on a database; what it printed is shown when it fails."""
    command = [sys.executable, "-m", f"faults.{program}", database, *arguments]
    done = subprocess.run(command, env=bench.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise RuntimeError(f"{program} {' '.join(arguments)} failed:\n{done.stdout[-3000:]}")


def company_template(bench: Workbench, base: str, kind: str, wallets: int, platform: str = ALIPAY) -> str:
    """The name of a database with the company and so many open bills; made when it is missing."""
    sources = sorted(Path(demo_people.__file__).parent.glob("demo_*.py")) + [Path(company.__file__)]
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()

    def build(name: str) -> None:
        bench.databases.copy(base, name)
        run_in_odoo(bench, name, "load", str(wallets), platform)

    return bench.databases.derived(kind, (base, digest, str(wallets), platform), f"loading {wallets} bills", build)


@dataclass(frozen=True)
class Stage:
    """A connected database to copy (`template`), the port that its Odoo must listen on, and the platform."""

    bench: Workbench
    template: str
    odoo_port: int
    sandbox: SandboxServer
    relay: Relay

    @property
    def platform(self) -> Control:
        """The sandbox's admin API."""
        return Control(self.sandbox.url)


@contextmanager
def set_up(
    bench: Workbench, template: str, logs: Path, *, relayed: bool = True, platform: str = ALIPAY
) -> Iterator[Stage]:
    """Start the sandbox and connect a copy of a company's database to it, by way of the relay unless told not to."""
    with ExitStack() as stack:
        environment = bench.environment()
        sandbox = stack.enter_context(SandboxServer(log_folder=logs, environment=environment))
        relay = stack.enter_context(Relay(sandbox.url))
        database = stack.enter_context(bench.databases.run_copy(template, f"connected_{platform}"))
        port = free_port()
        gateway = relay.url if relayed else sandbox.url
        run_in_odoo(bench, database, "connect", sandbox.url, f"http://{HOST}:{port}", gateway, platform)
        yield Stage(bench, database, port, sandbox, relay)
