"""`setup/verify-trail`: what left the database whole passes, and whoever touched it is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from odoo.addons.payment_bridge.tools import trail

from .chains import Chain
from .conftest import ROOT

WHOLE, BROKEN, UNREADABLE, UNSIGNED = 0, 1, 2, 3


class Desk:
    """Runs the program on files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = ""

    def put(self, name: str, lines: Sequence[str] | str) -> Path:
        path = self.folder / name
        text = lines if isinstance(lines, str) else "".join(f"{line}\n" for line in lines)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        return path

    def run(self, *arguments: object) -> int:
        """The exit code; `said` is what was printed."""
        command = [sys.executable, "-I", str(ROOT / "setup" / "verify-trail"), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, env=os.environ)
        self.said = done.stdout + done.stderr
        assert "Traceback" not in self.said, self.said
        return done.returncode

    def check(self, lines: Sequence[str] | str) -> int:
        return self.run(self.put("file", lines))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def chain() -> Chain:
    return Chain().add(137)


def test_a_whole_signed_trail_passes(desk: Desk, chain: Chain) -> None:
    assert desk.check(chain.lines(sizes=[1, 2, 64, 100, 137])) == WHOLE, desk.said
    assert "events 1 to 137 form a whole chain, signed up to 137" in desk.said
    assert trail.key_fingerprint(chain.key[1]) in desk.said and "compare" in desk.said


def test_events_after_the_last_root_are_told(desk: Desk, chain: Chain) -> None:
    assert desk.check(chain.lines(sizes=[100])) == UNSIGNED
    assert "37 events are under no signed root" in desk.said


def test_daily_parts_pass_alone_together_and_as_a_folder(desk: Desk, chain: Chain) -> None:
    first = desk.put("a", chain.lines(1, 64, [64]))
    second = desk.put("b", chain.lines(65, 137, [64, 137]))
    for files in ((first,), (second,), (second, first), (desk.folder,)):
        assert desk.run(*files) == WHOLE, desk.said


def test_only_the_trusted_key_counts(desk: Desk, chain: Chain) -> None:
    path = desk.put("file", chain.lines(sizes=[137]))
    fingerprint = trail.key_fingerprint(chain.key[1])
    assert desk.run("--key", fingerprint, path) == desk.run("--key", fingerprint.replace(" ", ""), path) == WHOLE
    assert desk.run("--key", "0" * 64, path) == BROKEN and "another key" in desk.said
    stranger = Chain(key=trail.make_key()).add(137)
    assert desk.run("--key", fingerprint, desk.put("file", stranger.lines(sizes=[137]))) == BROKEN


TAMPERINGS: dict[str, Callable[[list[str]], list[str]]] = {
    "change": lambda lines: [line.replace('"K50"', '"K51"') for line in lines],
    "delete": lambda lines: lines[:50] + lines[51:],
    "delete the first": lambda lines: lines[:1] + lines[2:],
    "reorder": lambda lines: [*lines[:50], lines[51], lines[50], *lines[52:]],
    "insert": lambda lines: [*lines[:50], lines[50], *lines[50:]],
    "truncate": lambda lines: lines[:-3],
    "truncate and keep the root": lambda lines: [*lines[:-3], lines[-1]],
    "move the root": lambda lines: [*lines[:60], lines[-1], *lines[60:-1]],
    "leave a line open": lambda lines: [*lines[:50], lines[50][:-1], *lines[51:]],
    "add white space": lambda lines: [*lines[:50], lines[50] + " ", *lines[51:]],
    "an empty line": lambda lines: [*lines[:50], "", *lines[50:]],
    "another genesis": lambda lines: [lines[0].replace("0" * 64, "1" * 64), *lines[1:]],
    "other peaks": lambda lines: [lines[0].replace('"peaks":[]', f'"peaks":["{"0" * 64}"]'), *lines[1:]],
}


@pytest.mark.parametrize("how", TAMPERINGS)
def test_a_trail_that_was_touched_is_broken(desk: Desk, chain: Chain, how: str) -> None:
    lines = chain.lines(sizes=[137])
    touched = TAMPERINGS[how](lines)
    assert touched != lines
    assert desk.check(touched) == BROKEN, desk.said
    assert desk.said.startswith("BROKEN: ")


def test_a_chain_computed_anew_does_not_fit_the_root_that_others_hold(desk: Desk, chain: Chain) -> None:
    held = desk.put("root", [chain.root(100).to_json()])
    forged = Chain(key=chain.key)
    forged.add(49).add(1, "forged").add(87)
    path = desk.put("trail", forged.lines(sizes=[137]))
    assert desk.run(path) == WHOLE, "whoever has the key can sign another trail"
    assert desk.run(path, held) == BROKEN, "but not the root that is outside"
    assert desk.run(desk.put("trail", chain.lines(sizes=[137])), held) == WHOLE


def test_a_tail_cut_before_the_root_that_others_hold_is_missed(desk: Desk, chain: Chain) -> None:
    held = desk.put("root", [chain.root(137).to_json()])
    short = desk.put("trail", chain.lines(1, 120, [120]))
    assert desk.run(short) == WHOLE
    assert desk.run(short, held) == BROKEN and "ends at event 120" in desk.said


def test_parts_with_a_gap_or_of_different_histories_do_not_join(desk: Desk, chain: Chain) -> None:
    first, third = desk.put("a", chain.lines(1, 40, [40])), desk.put("c", chain.lines(81, 137, [137]))
    assert desk.run(first, third) == BROKEN and "events 41 to 80 are missing" in desk.said
    other = Chain(key=chain.key).add(40, "forged").add(97)
    assert desk.run(desk.put("a", other.lines(1, 80, [80])), third) == BROKEN, desk.said
    assert desk.run(desk.put("a", other.lines(1, 100, [100])), third) == BROKEN, desk.said


def test_two_roots_over_as_many_events_cannot_both_be_true(desk: Desk, chain: Chain) -> None:
    other = Chain(key=chain.key).add(137, "forged")
    roots = [desk.put(str(number), [one.root().to_json()]) for number, one in enumerate((chain, other))]
    assert desk.run(*roots) == BROKEN


def test_trails_of_two_companies_do_not_mix(desk: Desk, chain: Chain) -> None:
    other = Chain(company=2, key=chain.key).add(10)
    both = (desk.put("a", chain.lines(sizes=[137])), desk.put("b", other.lines(sizes=[10])))
    assert desk.run(*both) == WHOLE, desk.said
    lines = chain.lines(sizes=[137])
    assert desk.check([*lines[:-1], other.root().to_json()]) == BROKEN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "hello\n",
        "[]\n",
        "null\n",
        "{}\n",
        '{"kind":"payment-bridge-other"}\n',
        '{"kind":"payment-bridge-trail","v":2,"first":1}\n',
        '{"kind":"payment-bridge-trail","v":1,"company":1,"database":"d","first":1,"last":true}\n',
        '{"kind":"payment-bridge-root","statement":"{}","signature":"!","public_key":""}\n',
        '{"kind":"payment-bridge-proof","v":1,"about":"x","root":[],"events":[]}\n',
        "[" * 100000 + "\n",
        "\udcff\udcfe\n",
    ],
    ids=lambda text: ascii(text[:40]),
)
def test_what_is_none_of_ours_is_unreadable(desk: Desk, text: str) -> None:
    assert desk.check(text) == UNREADABLE
    assert desk.said.startswith("UNREADABLE: ")


def test_a_missing_file_and_an_empty_folder_are_unreadable(desk: Desk) -> None:
    assert desk.run(desk.folder / "nothing") == UNREADABLE
    assert desk.run(desk.folder) == UNREADABLE


def test_a_forged_signature_is_broken(desk: Desk, chain: Chain) -> None:
    values = json.loads(chain.root().to_json())
    for name, other in (("statement", values["statement"].replace("137", "136")), ("signature", "A" * 86 + "==")):
        assert desk.check([trail.canonical({**values, name: other})]) == BROKEN


@pytest.mark.parametrize("how", sorted(set(TAMPERINGS) - {"other peaks"}))
def test_without_trees_a_trail_that_was_touched_is_broken_too(desk: Desk, chain: Chain, how: str) -> None:
    path = desk.put("file", TAMPERINGS[how](chain.lines(sizes=[137])))
    assert desk.run("--no-tree", path) == BROKEN, desk.said
    assert desk.run("--no-tree", desk.put("file", chain.lines(sizes=[64, 137]))) == WHOLE, desk.said
    held = desk.put("root", [Chain(key=chain.key).add(100, "forged").root().to_json()])
    assert desk.run("--no-tree", desk.put("file", chain.lines(sizes=[137])), held) == BROKEN


def test_a_large_trail_is_checked_with_a_second_process(desk: Desk) -> None:
    large = Chain().add(70000, "x" * 400)
    path = desk.put("trail", large.lines(sizes=[8191, 65536, 70000]))
    assert path.stat().st_size > 1 << 25
    assert desk.run(path) == WHOLE, desk.said
    lines = large.lines(sizes=[70000])
    lines[65000] = lines[65000].replace("K65000", "K65001")
    assert desk.run(desk.put("trail", lines)) == BROKEN and "65001" in desk.said


def test_it_needs_neither_odoo_nor_the_add_on(desk: Desk, chain: Chain) -> None:
    program = (ROOT / "setup" / "verify-trail").read_text()
    copy = desk.put("copy.py", program)
    path = desk.put("file", chain.lines(sizes=[137]))
    shown = "import sys, runpy; sys.argv[1:] = sys.argv[2:]\ntry: runpy.run_path({0!r}, run_name='__main__')\n"
    shown += "finally: print(sorted({{name.partition('.')[0] for name in sys.modules}} & {{'odoo', 'payment_bridge'}}))"
    command = [sys.executable, "-I", "-c", shown.format(str(copy)), str(copy), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == WHOLE and done.stdout.endswith("[]\n"), done.stdout + done.stderr
