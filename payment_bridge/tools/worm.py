"""Files that are written once: an outside witness is worth nothing if it can be written over."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

FOLDER_OPTION = "payment_bridge_trail_folder"
_READ_ONLY = 0o444


class AlreadyDifferent(Exception):
    """A file of this name is there and says something else."""


def write_once(path: Path, lines: Iterable[str]) -> bool:
    """Write lines to a new file, synced to the disk and read-only; never over one that is there.

    Answers False when the file is there already and says the same. The beginning of the same, which a
    crash leaves behind, is completed.

    :raises AlreadyDifferent: when it says something else.
    :raises OSError: when the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            _append(file, lines)
    except FileExistsError:
        return _complete(path, lines)
    _close(path)
    return True


def _complete(path: Path, lines: Iterable[str]) -> bool:
    """Compare what is there with the lines; append what a crash has left out."""
    waiting = iter(lines)
    with path.open("rb") as file:
        for line in waiting:
            wanted = f"{line}\n".encode()
            there = file.read(len(wanted))
            if there != wanted:
                if not wanted.startswith(there):
                    raise AlreadyDifferent(path)
                break
        else:
            if file.read(1):
                raise AlreadyDifferent(path)
            return False
    with path.open("ab") as file:
        file.write(wanted[len(there) :])
        _append(file, waiting)
    _close(path)
    return True


def _append(file, lines: Iterable[str]) -> None:
    for line in lines:
        file.write(f"{line}\n".encode())
    file.flush()
    os.fsync(file.fileno())


def _close(path: Path) -> None:
    path.chmod(_READ_ONLY)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name as well as the content
    finally:
        os.close(folder)
