"""RFC 6962 trees: the vectors of Certificate Transparency, and the definitions of the RFC itself."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.payment_bridge.tools import merkle


def load(folder: Path) -> Iterator[tuple[str, dict]]:
    """Each vector, its hashes as bytes."""
    for path in sorted(folder.rglob("*.json")):
        values = json.loads(path.read_text())
        for name in ("root", "root1", "root2", "leafHash"):
            values[name] = base64.b64decode(values.get(name) or "")
        values["proof"] = [base64.b64decode(step or "") for step in values["proof"] or ()]
        yield str(path.relative_to(folder)), values


def holds(check, refusal: type[Exception], *arguments: object) -> bool:
    """Whether a checker accepts a proof."""
    try:
        check(*arguments)
    except refusal:
        return False
    return True


@pytest.mark.parametrize("whose", ["ours", "program"])
def test_every_vector_is_accepted_or_refused_as_it_says(vectors: Path, program: ModuleType, whose: str) -> None:
    module, refusal = (merkle, merkle.ProofError) if whose == "ours" else (program, program.Broken)
    counted = 0
    for name, one in load(vectors / "inclusion"):
        arguments = (one["leafHash"], one["leafIdx"], one["treeSize"], one["proof"], one["root"])
        assert holds(module.check_inclusion, refusal, *arguments) is not one["wantErr"], name
        counted += 1
    for name, one in load(vectors / "consistency"):
        arguments = (one["size1"], one["size2"], one["root1"], one["root2"], one["proof"])
        assert holds(module.check_consistency, refusal, *arguments) is not one["wantErr"], name
        counted += 1
    assert counted > 150


def mth(leaves: Sequence[bytes]) -> bytes:
    """The Merkle Tree Hash as section 2.1 of the RFC defines it."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle.node_hash(mth(leaves[:split]), mth(leaves[split:]))


def leaves_of(size: int) -> list[bytes]:
    return [merkle.leaf_hash(str(number).encode()) for number in range(size)]


def test_roots_are_those_that_the_rfc_defines(program: ModuleType) -> None:
    assert merkle.fold([]) == program.Tree(0, []).root() == merkle.EMPTY_ROOT
    for size in range(1, 140):
        leaves = leaves_of(size)
        tree = program.Tree(0, [])
        for begin in range(0, size, 7):  # in pieces that fit no subtree
            tree.extend(b"".join(leaves[begin : begin + 7]))
        assert merkle.fold(leaves) == mth(leaves) == tree.root()


@given(st.data())
def test_proofs_hold_for_what_they_prove_and_for_nothing_else(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 200))
    leaves = leaves_of(size)
    tree, root = merkle.Tree.of(leaves), merkle.fold(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = tree.inclusion(index, size)
    merkle.check_inclusion(leaves[index], index, size, path, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index))
    assert not holds(merkle.check_inclusion, merkle.ProofError, leaves[other], index, size, path, root)
    assert not holds(merkle.check_inclusion, merkle.ProofError, leaves[index], index, size, path[1:], root)
    old = data.draw(st.integers(1, size - 1))
    path = tree.consistency(old, size)
    before = merkle.fold(leaves[:old])
    merkle.check_consistency(old, size, before, root, path)
    forged = merkle.fold([merkle.leaf_hash(b"forged"), *leaves[1:old]])
    assert not holds(merkle.check_consistency, merkle.ProofError, old, size, forged, root, path)


def test_a_tree_of_many_tiles_reads_few_leaves() -> None:
    leaves = leaves_of(5 * merkle.TILE + 3)
    read: list[int] = []

    def some(begin: int, end: int) -> Sequence[bytes]:
        read.append(end - begin)
        return leaves[begin:end]

    whole = merkle.Tree.of(leaves)
    tree = merkle.Tree(some, whole.tiles)
    for index in (0, merkle.TILE, len(leaves) - 1):
        read.clear()
        path = tree.inclusion(index, len(leaves))
        merkle.check_inclusion(leaves[index], index, len(leaves), path, merkle.fold(leaves))
        assert sum(read) < 3 * merkle.TILE


def test_impossible_proofs_are_not_made() -> None:
    tree = merkle.Tree.of(leaves_of(3))
    for make in (lambda: tree.inclusion(3, 3), lambda: tree.consistency(0, 3), lambda: tree.consistency(4, 3)):
        with pytest.raises(merkle.ProofError):
            make()
