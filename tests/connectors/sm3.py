"""SM3 (GB/T 32905-2016) in plain Python: the tests' own, slow and independent of any library."""

_WORD = 0xFFFFFFFF
_START = (
    0x7380166F,
    0x4914B2B9,
    0x172442D7,
    0xDA8A0600,
    0xA96F30BC,
    0x163138AA,
    0xE38DEE4D,
    0xB0FB0E4E,
)


def _rotate(word: int, by: int) -> int:
    by %= 32
    return ((word << by) | (word >> (32 - by))) & _WORD


def _expand(block: bytes) -> tuple[list[int], list[int]]:
    words = [int.from_bytes(block[at : at + 4], "big") for at in range(0, 64, 4)]
    for at in range(16, 68):
        mixed = words[at - 16] ^ words[at - 9] ^ _rotate(words[at - 3], 15)
        mixed ^= _rotate(mixed, 15) ^ _rotate(mixed, 23)
        words.append(mixed ^ _rotate(words[at - 13], 7) ^ words[at - 6])
    return words, [words[at] ^ words[at + 4] for at in range(64)]


def _compress(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    words, primed = _expand(block)
    a, b, c, d, e, f, g, h = state
    for at in range(64):
        constant = 0x79CC4519 if at < 16 else 0x7A879D8A
        first = _rotate((_rotate(a, 12) + e + _rotate(constant, at)) & _WORD, 7)
        second = first ^ _rotate(a, 12)
        if at < 16:
            left, right = a ^ b ^ c, e ^ f ^ g
        else:
            left, right = (a & b) | (a & c) | (b & c), (e & f) | (~e & _WORD & g)
        one = (left + d + second + primed[at]) & _WORD
        two = (right + h + first + words[at]) & _WORD
        a, b, c, d = one, a, _rotate(b, 9), c
        e, f, g, h = two ^ _rotate(two, 9) ^ _rotate(two, 17), e, _rotate(f, 19), g
    return tuple(old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h), strict=True))


def sm3(data: bytes) -> str:
    """The digest, in hex."""
    padded = data + b"\x80" + bytes(-(len(data) + 9) % 64) + (len(data) * 8).to_bytes(8, "big")
    state = _START
    for at in range(0, len(padded), 64):
        state = _compress(state, padded[at : at + 64])
    return "".join(f"{word:08x}" for word in state)
