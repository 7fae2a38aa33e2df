"""Finding repeated references among millions in a fixed piece of memory."""

from __future__ import annotations

_BITS = 1 << 26
_MASK = _BITS - 1
_PROBES = 4


class SeenReferences:
    """A Bloom filter of 8 MiB: every repeat becomes a suspect, and a few strangers with it (about one in
    80,000 after a million references). Suspects are settled by reading the file again."""

    def __init__(self) -> None:
        self._bits = bytearray(_BITS // 8)
        self.suspects: set[str] = set()

    def add(self, reference: str) -> None:
        """Remember a reference; it becomes a suspect when it may have been there before."""
        digest = hash(reference)
        place, step = digest & 0xFFFFFFFF, (digest >> 32) | 1
        known = True
        for probe in range(_PROBES):
            bit = (place + probe * step) & _MASK
            byte, flag = bit >> 3, 1 << (bit & 7)
            if not self._bits[byte] & flag:
                known = False
                self._bits[byte] |= flag
        if known:
            self.suspects.add(reference)
