"""Merkle trees as in Certificate Transparency (RFC 6962, section 2.1): roots, and proofs about them.

Hashes are 32 bytes. A tree of ``n`` leaves is proved a part at a time: *inclusion* of one leaf, and
*consistency* of a tree with an earlier one, of which it must be a continuation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH_BYTES = 32
TILE = 1024  # leaves under one stored node: a proof in a tree of millions reads thousands of rows


class ProofError(ValueError):
    """A proof does not show what it claims."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Iterable[bytes]) -> bytes:
    """The root over leaf hashes, or over the roots of complete subtrees of one size and one smaller last."""
    level = list(hashes)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        pairs = iter(level)
        above = [node_hash(left, right) for left, right in zip(pairs, pairs, strict=False)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]


def fold_peaks(peaks: Sequence[bytes]) -> bytes:
    """The root of a tree from its complete subtrees, largest first."""
    if not peaks:
        return EMPTY_ROOT
    *larger, root = peaks
    for peak in reversed(larger):
        root = node_hash(peak, root)
    return root


@dataclass(frozen=True)
class Tree:
    """A tree over leaves that lie elsewhere.

    ``leaves(begin, end)`` answers leaf hashes; ``tiles(begin, end)`` the roots of the complete groups of
    ``TILE`` leaves with these numbers.
    """

    leaves: Callable[[int, int], Sequence[bytes]]
    tiles: Callable[[int, int], Sequence[bytes]]

    @classmethod
    def of(cls, leaves: Sequence[bytes]) -> Tree:
        """A tree over leaf hashes in memory."""
        return cls(
            lambda begin, end: leaves[begin:end],
            lambda begin, end: [fold(leaves[n * TILE : (n + 1) * TILE]) for n in range(begin, end)],
        )

    def root(self, size: int) -> bytes:
        """The root over the first ``size`` leaves."""
        return self._range(0, size)

    def peaks(self, size: int) -> list[bytes]:
        """The complete subtrees that the first ``size`` leaves consist of, largest first."""
        peaks, begin = [], 0
        while begin < size:
            width = 1 << ((size - begin).bit_length() - 1)
            peaks.append(self._range(begin, begin + width))
            begin += width
        return peaks

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The hashes that lead from the leaf ``index`` to the root over ``size`` leaves, lowest first."""
        if not 0 <= index < size:
            raise ProofError(f"there is no leaf {index} among {size}")
        path, begin, end = [], 0, size
        while end - begin > 1:
            middle = begin + _split(end - begin)
            if index < middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(begin, middle))
                begin = middle
        return path[::-1]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The hashes that show the tree of ``new`` leaves to continue the tree of ``old`` leaves."""
        if not 0 < old <= new:
            raise ProofError(f"a tree of {new} leaves does not continue one of {old}")
        path, begin, end, whole = [], 0, new, True
        while old != end:
            middle = begin + _split(end - begin)
            if old <= middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(begin, middle))
                begin, whole = middle, False
        if not whole:
            path.append(self._range(begin, end))
        return path[::-1]

    def _range(self, begin: int, end: int) -> bytes:
        """The root over a range that the tree's own splits produce: inside one tile, or from a tile's edge."""
        if end - begin <= TILE:
            return fold(self.leaves(begin, end))
        nodes = list(self.tiles(begin // TILE, end // TILE))
        if end % TILE:
            nodes.append(fold(self.leaves(end - end % TILE, end)))
        return fold(nodes)


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Check that ``leaf`` is the leaf ``index`` of the tree (RFC 9162, section 2.1.3.2).

    :raises ProofError: when the path does not lead from the leaf to the root.
    """
    if not 0 <= index < size:
        raise ProofError(f"there is no leaf {index} among {size}")
    if len(leaf) != HASH_BYTES:
        raise ProofError("the leaf is no hash")
    here, last, reached = index, size - 1, leaf
    for step in path:
        if last == 0:
            raise ProofError("the path is too long")
        if here & 1 or here == last:
            reached = node_hash(step, reached)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            reached = node_hash(reached, step)
        here, last = here >> 1, last >> 1
    if last:
        raise ProofError("the path is too short")
    if reached != root:
        raise ProofError("the path leads to another root")


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> None:
    """Check that the newer tree continues the older one (RFC 9162, section 2.1.4.2).

    :raises ProofError: when it does not.
    """
    if old == new:
        if path or old_root != new_root or not (old or old_root == EMPTY_ROOT):
            raise ProofError("a tree equals only itself, and without a path")
        return
    if not 0 < old < new:
        raise ProofError(f"nothing shows that a tree of {new} leaves continues one of {old}")
    steps = list(path) if old & (old - 1) else [old_root, *path]
    if not steps:
        raise ProofError("the path is empty")
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise ProofError("the path is too long")
        if here & 1 or here == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            after = node_hash(after, step)
        here, last = here >> 1, last >> 1
    if last:
        raise ProofError("the path is too short")
    if before != old_root or after != new_root:
        raise ProofError("the path leads to other roots")


def _split(size: int) -> int:
    """The largest power of two below ``size``: where RFC 6962 divides a tree."""
    return 1 << ((size - 1).bit_length() - 1)
