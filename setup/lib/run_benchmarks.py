"""`setup/bench`: run the measurements in tests/benchmarks, each in the environment of the suite.

A measurement is a script `bench_NAME.py` whose docstring says what it measures. It prints what it likes and, as its
last line, one JSON object with the figures. It finds the prepared database in `PB_TEMPLATE_DB`, to be copied, not used,
and its server in libpq's variables. That server keeps data as safe as in production, so that the figures count.
"""

import argparse
import ast
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from workbench import Workbench

PREFIX = "bench_"


def find_benchmarks(root: Path) -> dict[str, Path]:
    """The scripts by name."""
    scripts = sorted((root / "tests" / "benchmarks").glob(f"{PREFIX}*.py"))
    return {script.stem.removeprefix(PREFIX): script for script in scripts}


def summary(script: Path) -> str:
    """The first line of a script's docstring, read without running it."""
    docstring = ast.get_docstring(ast.parse(script.read_text()))
    return docstring.partition("\n")[0] if docstring else "(no description)"


def run(script: Path, options: list[str], environment: Mapping[str, str]) -> bool:
    """Run one script, passing on what it prints; say whether it ended well, with a JSON object as its last line."""
    last_line = ""
    command = [sys.executable, script, *options]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        for line in process.stdout:
            print(line, end="", flush=True)
            last_line = line.strip() or last_line
        if code := process.wait():
            print(f"✗ {script.name} ended with code {code}", file=sys.stderr)
            return False
    finally:
        process.kill()
    try:
        figures = json.loads(last_line)
    except ValueError:
        figures = None
    if not isinstance(figures, dict):
        print(f"✗ {script.name}: the last line is no JSON object", file=sys.stderr)
    return isinstance(figures, dict)


def main() -> int:
    parser = argparse.ArgumentParser(prog="setup/bench", description="Measure the suite.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which measurements to run")
    parser.add_argument("--list", action="store_true", help="list them")
    arguments, options = parser.parse_known_args()  # what is not known here is the measurement's own
    benchmarks = find_benchmarks(Path(os.environ["PB_ROOT"]))
    if arguments.list or not arguments.names:
        for name, script in benchmarks.items():
            print(f"{name:24} {summary(script)}")
        return 0
    if options and len(arguments.names) > 1:
        parser.error(f"options of a measurement need it alone: {' '.join(options)}")
    if unknown := set(arguments.names) - set(benchmarks):
        parser.error(f"no such measurement: {', '.join(sorted(unknown))} (see --list)")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    bench = Workbench.from_environment(durable=True)
    with bench.postgres:
        environment = bench.environment() | {
            "PB_BASE_DB": bench.databases.base_template(),
            "PB_TEMPLATE_DB": bench.databases.addons_template(),
        }
        outcomes = [run(benchmarks[name], options, environment) for name in arguments.names]
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
