"""`setup/demo`: Odoo with the suite, example data and a sandbox of payment platforms, until Ctrl-C.

What the demo shows is written in three modules beside this one, all optional:

`demo_data.py`, which runs inside Odoo (`demo_prepare.py` opens the environment):
    load(env)                 example data that need no platform; their database is kept, and copied for every start
    connect(env, sandbox_url, odoo_url)   at every start: point the channels at the sandbox
    LOGINS                    (login, password, what this person does), to be printed
    TRY                       sentences on what to look at, to be printed

`demo_controls.py`:
    stage(context)            at every start, once everything runs: payments that the controls hold

`demo_once.py`, for `setup/demo --once`:
    run(context) -> dict      walks through the running demo; the demo then ends, well if the dict's "ok" is true
"""

import argparse
import hashlib
import importlib
import importlib.util
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from demo_clock import seconds_to_statements
from demo_month_plan import Month, month_until_yesterday
from services import HOST, OdooServer, SandboxServer, Service, ServiceError, free_port
from workbench import Workbench

ODOO_PORT = 8069
SANDBOX_PORT = 8169
CRON_THREADS = 2
RUN = "demo"  # the label of its database
WATCH_SECONDS = 1
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
DEFAULT_LOGINS = (("admin", "admin", "administrator"),)


@dataclass(frozen=True)
class DemoContext:
    """What is running, for `demo_once.run`."""

    bench: Workbench
    database: str
    odoo: OdooServer
    sandbox: SandboxServer
    month: Month | None = None

    def in_odoo(self, function: str, *arguments: str) -> None:
        """Call `demo_data.FUNCTION(env, *arguments)` in the demo's database and commit."""
        prepare(self.bench, self.database, function, *arguments)


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(label: str) -> Iterator[None]:
    """Print a label, and how long it took when it is done."""
    started = time.monotonic()
    print(f"· {label} … ", end="", file=sys.stderr, flush=True)
    yield
    progress(f"{time.monotonic() - started:.0f} s")


def prepare(bench: Workbench, database: str, function: str, *arguments: str) -> None:
    """Run one function of `demo_data.py` inside Odoo on a database."""
    program = Path(__file__).with_name("demo_prepare.py")
    command = [sys.executable, str(program), database, function, *arguments]
    done = subprocess.run(command, env=bench.environment(), stdout=sys.stderr)
    if done.returncode:
        sys.exit(f"demo_data.{function} failed")


def demo_template(bench: Workbench) -> str:
    """The name of the database with the suite and the example data; made when it is missing."""
    base = bench.databases.addons_template()
    sources = sorted(
        path for path in Path(__file__).parent.glob("demo_*.py") if not path.name.startswith("demo_month")
    )  # the month is made at every start
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()

    def build(name: str) -> None:
        bench.databases.copy(base, name)
        prepare(bench, name, "load")

    return bench.databases.derived("demo", (base, digest), "loading example data", build)


@contextmanager
def running_demo(bench: Workbench, port: int, month: Month | None = None) -> Iterator[DemoContext]:
    """Everything the demo needs, started; stopped and dropped at the end. With a ``month``, five more channels have it
    behind them."""
    with ExitStack() as stack:
        stack.enter_context(bench.postgres)
        template = demo_template(bench)
        database = stack.enter_context(bench.databases.run_copy(template, RUN))
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="payment-bridge-demo-")))
        environment = bench.environment()
        sandbox = SandboxServer(log_folder=logs, port=free_port(SANDBOX_PORT), environment=environment)
        with step("starting the sandbox of platforms"):
            stack.enter_context(sandbox)
        odoo_port = free_port(port)
        with step("connecting the channels to the sandbox"):
            prepare(bench, database, "connect", sandbox.url, f"http://{HOST}:{odoo_port}")
        if month:
            with step("reconciling a month of five more channels"):
                prepare(bench, database, "month", sandbox.url, str(month.sales), str(len(month.days)))
        odoo = OdooServer(
            database,
            log_folder=logs,
            port=odoo_port,
            cron_threads=CRON_THREADS,
            config=Path(environment["ODOO_RC"]),
            environment=environment,
            ready_path="/web/login",
        )
        with step("starting Odoo"):
            stack.enter_context(odoo)
        context = DemoContext(bench, database, odoo, sandbox, month)
        if controls := optional_module("demo_controls"):
            with step("setting the scenes of the controls"):
                controls.stage(context)
        yield context


def optional_module(name: str) -> Any | None:
    """A module beside this one, or None while there is none."""
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def describe(context: DemoContext) -> dict[str, Any]:
    """What a newcomer has to know about the running demo."""
    data = optional_module("demo_data")
    return {
        "url": context.odoo.url,
        "sandbox": context.sandbox.url,
        "database": context.database,
        "logins": [
            {"login": login, "password": password, "role": role}
            for login, password, role in getattr(data, "LOGINS", DEFAULT_LOGINS)
        ],
        "try": list(getattr(data, "TRY", ())),
    }


def welcome(description: dict[str, Any]) -> str:
    """The description as text."""
    logins = [f"    {entry['login']:12} {entry['password']:12} {entry['role']}" for entry in description["logins"]]
    hints = [f"  {number}. {hint}" for number, hint in enumerate(description["try"], 1)]
    return "\n".join(
        [
            "",
            f"  Payment Bridge is running:  {description['url']}",
            f"  Sandbox of platforms:       {description['sandbox']}",
            "",
            "  Log in as   password     who may",
            *logins,
            *(["", "  What to try:", *hints] if hints else []),
            "",
            "  Ctrl-C stops everything.",
        ]
    )


def watch(services: tuple[Service, ...]) -> None:
    """Wait until a server ends by itself, which none should. Raises `ServiceError`."""
    while all(service.running for service in services):
        time.sleep(WATCH_SECONDS)
    ended = next(service for service in services if not service.running)
    raise ServiceError(f"{ended.name} has ended:\n{ended.log_tail()}")


def walk_through(context: DemoContext, show: Callable[[Any], None]) -> int:
    """Run `demo_once` and return the exit code."""
    demo_once = optional_module("demo_once")
    if demo_once is None:
        progress("There is no walk-through (setup/lib/demo_once.py) in this checkout.")
        return 1
    result = demo_once.run(context)
    show(result)
    return 0 if result.get("ok") else 1


def ask_sandbox(method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ask the sandbox of the demo that is running. Raises `ServiceError` where none answers, or in its own words."""
    data = json.dumps(body).encode() if body is not None else None
    request = Request(f"http://{HOST}:{SANDBOX_PORT}/_sandbox/{path}", data=data, method=method)
    request.add_header("Content-Type", "application/json")
    try:
        with urlopen(request, timeout=10) as answer:
            return json.load(answer)
    except HTTPError as error:
        raise ServiceError(json.load(error)["error"]) from error
    except URLError as error:
        raise ServiceError(f"no demo answers on port {SANDBOX_PORT}: start it with ./setup/demo first") from error


def end_platform_day() -> int:
    """Move the clock of the running demo's sandbox on by a day; changed accounts have waited a day longer then."""
    seconds = seconds_to_statements(ask_sandbox("GET", "clock")["now"])
    print(f"The platforms' clock says {ask_sandbox('POST', 'clock', {'advance_seconds': seconds})['now']}.")
    bench = Workbench.from_environment(durable=True)
    with bench.postgres:
        for database in bench.databases.of_runs(RUN):
            prepare(bench, database, "let_days_pass", "1")
    return 0


def play_person(link: str) -> int:
    """Pay what a link of the running demo leads to, or confirm it, as the person at the other end would."""
    with urlopen(f"{link.rstrip('/')}/content", timeout=10) as answer:
        page = json.load(answer)
    if not page.get("content"):
        raise ServiceError("there is nothing to pay or to confirm at this link now")
    door = "confirm" if page["kind"] == "confirm" else "pay"
    print(ask_sandbox("POST", f"persons/{door}", {"content": page["content"]}))
    return 0


def leave(received: int, _frame: FrameType | None) -> None:
    """One way out for Ctrl-C, kill and a closed terminal: leave the `with` blocks, which stop everything."""
    for number in ENDING_SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # the second Ctrl-C must not interrupt the cleaning up
    sys.exit(128 + received)


def main() -> int:
    parser = argparse.ArgumentParser(prog="setup/demo", description="Start the demo of Payment Bridge.")
    parser.add_argument("--once", action="store_true", help="walk through the demo once and end")
    parser.add_argument("--json", action="store_true", help="print what is running, or the walk-through, as JSON")
    parser.add_argument("--port", type=int, default=ODOO_PORT, help="Odoo's port, or the next free one (%(default)s)")
    parser.add_argument(
        "--next-day", action="store_true", help="let the platform's day end in the demo that is running"
    )
    parser.add_argument(
        "--scan", metavar="LINK", help="pay, or confirm, what a link of the demo that is running leads to"
    )
    parser.add_argument(
        "--without-month", action="store_true", help="leave out the five channels with a month behind them"
    )
    arguments = parser.parse_args()
    if arguments.next_day or arguments.scan:
        try:
            return play_person(arguments.scan) if arguments.scan else end_platform_day()
        except ServiceError as error:
            progress(f"✗ {error}")
            return 1
    started = time.monotonic()
    for number in ENDING_SIGNALS:
        signal.signal(number, leave)
    show = partial(json.dumps, ensure_ascii=False, default=str) if arguments.json else str
    try:
        month = None if arguments.without_month else month_until_yesterday()
        with running_demo(Workbench.from_environment(durable=True), arguments.port, month) as context:
            progress(f"· ready after {time.monotonic() - started:.0f} s")
            if arguments.once:
                return walk_through(context, lambda result: print(show(result), flush=True))
            description = describe(context)
            print(show(description) if arguments.json else welcome(description), flush=True)
            watch((context.odoo, context.sandbox))
    except ServiceError as error:
        progress(f"✗ {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
