"""Numbers of documents in what people write when they pay: reading them, and telling whether one means a document.

People write ``INV/2024/00117`` as "inv 2024-117", "2024/117, 118", "Rechnung 117", "117-120" or "发票１１７". A text
is cut into groups of digits and groups of letters, so that a number never matches inside a longer one. Each group of
digits is a *mention* with what stands before it; the same is done to a document's own reference, and the two are
compared from the number backwards. Leading zeros do not count.

What a mention is worth is a :class:`Strength`. A short number alone ("117") means nothing; an amount or a date that
looks like a number of a document is not one.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

MOST_TEXT = 600
MOST_MENTIONS = 80
MOST_IN_RANGE = 60
FEWEST_CHARACTERS = 3
LONG_NUMBER = 6
"""A number of so many digits stands for itself."""
COMPACT_FROM = 8
"""A whole reference without its separators is looked for from so many characters on."""
COMPACT_NUMBER_FROM = 10
"""Several numbers without a letter, written apart, make one reference from so many digits on: a day has eight."""
LONGEST_COMPACT = 40

MARKERS = frozenset(
    "INVOICE INVOICES INV INVNO BILL BILLS NO NR NUM NUMBER NUMMER RE RG RECHNUNG RECHNUNGEN RECHNR RNR FACTURE"
    " FACTURES FACTURA FACTURAS FATTURA FATTURE FT FAC DOC DOCUMENT REF REFERENCE BELEG BELEGNR CREDIT NOTE NOTES CN"
    " PAYMENT FOR ORDER".split()
)
"""Words after which a number is meant as the number of a document."""
CHINESE_MARKERS = "票单單号號据據"
LIST = re.compile(r"\s*(?:[,;、&+/]|\b(?:AND|UND|ET|Y|E|U)\b|[和及与與跟])\s*(?:(?:NO|NR|N)\.?\s*|#\s*)?")
RANGE = re.compile(r"\s*(?:-|~|\.\.+|…|\b(?:TO|BIS|THRU|UNTIL|A)\b|[至到])\s*")
MONEY = re.compile(r"(?:[.,]\d{1,2})?\s?(?:EURO?|USD|CNY|RMB|GBP|CHF|HKD|JPY|[元圆€$£¥])(?![A-Z]|\s*\d)")
JOINERS = frozenset("/-._#:")

_GROUP = re.compile(r"[0-9]+|[A-Z]+|[^\W\d_A-Z]+")
DASHES = "‐‑‒–—―−﹣－"
_DASHES = str.maketrans({dash: "-" for dash in DASHES} | {"，": ",", "；": ";", "～": "~", "〜": "~"})


class Strength(IntEnum):
    """How surely a mention means a document."""

    NONE = 0
    WEAK = 1  # a short number after "invoice", or a part of the reference
    STRONG = 2  # enough of the reference that no other reading is likely
    FULL = 3  # all of it


class Tied(NamedTuple):
    """A group beside a number, and how it is tied to the one between it and the number: "" glued, "/" joined,
    " " apart."""

    text: str
    tie: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A number in a text. ``place`` tells where; several readings of one place share it."""

    place: tuple[int, int]
    number: str  # without leading zeros
    raw: str
    before: tuple[Tied, ...]
    after: tuple[Tied, ...]  # letters tied to its end
    marked: bool
    goes_on: bool = False  # another number is joined to its end, and it is no list


@dataclass(frozen=True, slots=True)
class Reference:
    """A document's own reference: its last number, and the groups around it."""

    before: tuple[str, ...]
    number: str
    raw: str
    after: tuple[str, ...]
    compact: str


class _Group(NamedTuple):
    text: str
    start: int
    end: int
    is_number: bool


def fold(text):
    """The text in one width and case, digits of every script as 0-9, dashes and commas of one kind."""
    text = unicodedata.normalize("NFKC", text or "")
    if not text.isascii():
        text = "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)
        text = text.translate(_DASHES)
    return text.upper()


def reference(text):
    """What a document's reference consists of; None when it has no number in it."""
    groups = _groups(fold(text))
    last = max((place for place, group in enumerate(groups) if group.is_number), default=None)
    if last is None:
        return None
    plain = [_plain(group) for group in groups]
    compact = "".join(group.text for group in groups if group.text.isascii())
    return Reference(tuple(plain[:last]), plain[last], groups[last].text, tuple(plain[last + 1 :]), compact)


def mentions(text):
    """The numbers in ``text`` that may name documents, those that a list or a range only hints at included."""
    text = fold(text)[:MOST_TEXT]
    groups = _groups(text)
    found = []
    heads, end = (), 0  # the numbers that the next item of a list may continue, and where the last item ends
    for place, group in enumerate(groups):
        if not group.is_number:
            continue
        own = _mention(text, groups, place)
        readings = [] if _is_money(text, group) else _continued(heads, own, text[end : group.start])
        if not readings and _is_amount(text, group, own):
            heads = ()
            continue
        found.append(own)
        found.extend(readings)
        heads = tuple(readings[:2]) if readings else ()
        if own.marked or _is_tied(own):
            heads = (own, *heads)
        end = group.end
    return list(dict.fromkeys(found))[:MOST_MENTIONS]


def compacts(text):
    """Runs of groups of ``text`` written together, as long as a whole reference may be and not part of a longer one."""
    text = fold(text)[:MOST_TEXT]
    groups = [group for group in _groups(text) if group.text.isascii()]
    found = set()
    for first, group in enumerate(groups):
        if first and not _is_marker(groups[first - 1].text) and _touch(text, groups[first - 1], group):
            continue
        run = ""
        for place, member in enumerate(groups[first : first + 8], first):
            run += member.text
            if len(run) > LONGEST_COMPACT:
                break
            following = groups[place + 1] if place + 1 < len(groups) else None
            if following and _touch(text, member, following) and not _lists(member, following):
                continue
            if len(run) >= (COMPACT_FROM if place == first or not run.isdigit() else COMPACT_NUMBER_FROM):
                found.add(run)
    return {run for run in found if any(one.isdigit() for one in run)}


def strength(mention, known):
    """How surely ``mention`` means the document whose :class:`Reference` is ``known``."""
    if mention.number != known.number or mention.goes_on or not _after_agrees(mention, known):
        return Strength.NONE
    agree = 0
    while (
        agree < min(len(known.before), len(mention.before))
        and mention.before[-1 - agree].text == known.before[-1 - agree]
    ):
        agree += 1
    complete = agree == len(known.before)
    further = mention.before[-1 - agree] if len(mention.before) > agree else None
    matched = known.before[len(known.before) - agree :]
    characters = len(mention.number) + sum(map(len, matched))
    digits = len(mention.number) + sum(len(group) for group in matched if group.isdigit())
    elided = not complete and further and further.text == known.before[0]
    if further and not elided and further.tie != " " and further.text.isascii() and not _is_marker(further.text):
        return Strength.NONE  # what is written there is another, longer number
    if complete and (known.before or known.after):
        result = Strength.FULL if characters >= 4 else Strength.WEAK
    elif elided and all(group.isdigit() for group in known.before[1 : len(known.before) - agree]):
        result = Strength.STRONG if characters + len(further.text) >= 5 else Strength.WEAK
    elif agree:
        result = Strength.STRONG if digits >= 5 and digits > len(mention.number) else Strength.WEAK
    else:
        result = _strength_alone(mention, known, complete)
    if not any(group.isalpha() for group in matched):
        if _is_period(mention):
            return min(result, Strength.WEAK) if _calls_it_a_document(mention) else Strength.NONE
        if _is_date(mention) and not mention.marked:
            return Strength.NONE
    return result if characters >= FEWEST_CHARACTERS or complete else Strength.NONE


def _strength_alone(mention, known, complete):
    """A number with nothing of the document's reference before it."""
    if len(mention.raw) >= LONG_NUMBER and mention.raw.lstrip("0"):
        return Strength.FULL if complete else Strength.STRONG
    if len(mention.raw) >= 5 and mention.raw == known.raw and mention.raw.startswith("0"):
        return Strength.STRONG
    if mention.marked and len(mention.number) >= FEWEST_CHARACTERS:
        return Strength.WEAK
    return Strength.NONE


def _groups(text):
    return [_Group(one.group(), one.start(), one.end(), one.group()[0].isdigit()) for one in _GROUP.finditer(text)]


def _plain(group):
    return (group.text.lstrip("0") or "0") if group.is_number else group.text


def _mention(text, groups, place):
    group = groups[place]
    before = []
    end = group.start
    for other in reversed(groups[max(0, place - 5) : place]):
        tie = _tie(text[other.end : end])
        if tie is None:
            break
        before.append(Tied(_plain(other), tie))
        end = other.start
    after = []
    end = group.end
    for other in groups[place + 1 : place + 3]:
        tie = _tie(text[end : other.start])
        if tie in (None, " ") or other.is_number or not other.text.isascii():
            break
        after.append(Tied(other.text, tie))
        end = other.end
    goes_on = False
    if following := groups[place + 1 : place + 2]:
        is_tied = following[0].is_number and _tie(text[group.end : following[0].start]) == "/"
        is_tied = is_tied and not _is_money(text, following[0])
        goes_on = is_tied and (_is_year(group.text) or not _is_next(group.text, following[0].text))
    marked = any(_is_marker(one.text) for one in before[:2]) or text[max(0, group.start - 1) : group.start] == "#"
    return Mention((place, 0), _plain(group), group.text, tuple(reversed(before)), tuple(after), marked, goes_on)


def _tie(gap):
    """How two groups with ``gap`` between them belong together; None when they do not."""
    inner = gap.strip(" ")
    if gap == "":
        return ""
    if len(inner) == 1 and inner in JOINERS and len(gap) <= 3:
        return " " if inner in ":#." and gap.endswith(" ") else "/"
    return " " if inner == "" and len(gap) <= 2 else None


def _touch(text, one, other):
    """Whether two neighbours are glued or joined."""
    return _tie(text[one.end : other.start]) in ("", "/")


def _lists(one, other):
    return one.is_number and other.is_number and _is_next(one.text, other.text)


def _is_marker(word):
    return word in MARKERS or not word.isascii() and any(one in CHINESE_MARKERS for one in word)


def _is_tied(mention):
    return any(one.tie != " " for one in mention.before) or len(mention.raw) >= LONG_NUMBER


def _after_agrees(mention, known):
    if known.after:
        return tuple(one.text for one in mention.after[: len(known.after)]) == known.after
    return not any(one.tie == "" for one in mention.after)


def _completed(raw, last):
    """The last number of a list as it is meant: its own digits, after those of the first that it leaves out."""
    return raw[: len(raw) - len(last)] + last if len(last) < len(raw) else last


def _is_next(raw, last):
    """Whether the second number may continue a list or end a range that begins with the first."""
    if len(last) > len(raw) and (len(last) > len(raw) + 1 or last[0] == "0"):
        return False
    return 0 < int(_completed(raw, last)) - int(raw) <= MOST_IN_RANGE


def _continued(heads, own, between):
    """The readings of a number that ``between`` ties to the ones before it, as a list or a range."""
    if heads and LIST.fullmatch(between):
        return [reading for head in heads for reading in _continue_list(head, own)]
    if heads and RANGE.fullmatch(between) and not any(map(_is_period, heads)):
        return [reading for head in heads for reading in _continue_range(head, own)]
    return []


def _continue_list(head, own):
    """The readings of a number that follows another one in a list: with the same groups before it, and, when it is
    shorter, as the last digits of it."""
    readings = [_like(head, own, 0, own.raw)]
    if len(own.raw) < len(head.raw):
        readings.append(_like(head, own, 0, _completed(head.raw, own.raw)))
    return readings


def _continue_range(head, own):
    """The numbers after the first up to the last of a range; none when it cannot be one."""
    if not _is_next(head.raw, own.raw):
        return []
    first, end, width = int(head.raw), int(_completed(head.raw, own.raw)), len(head.raw)
    return [_like(head, own, number - first, f"{number:0{width}d}") for number in range(end, first, -1)]


def _like(head, own, offset, raw):
    place = (own.place[0], offset)
    return Mention(place, raw.lstrip("0") or "0", raw, head.before, own.after, head.marked, own.goes_on)


def _is_amount(text, group, mention):
    """Whether it reads like 1,250.00 or the cents of it, unless groups of a reference are tied to it."""
    if any(one.tie == "/" and (one.text.isalpha() or _is_year(one.text)) for one in mention.before):
        return False
    ahead = text[group.end : group.end + 4]
    behind = text[max(0, group.start - 2) : group.start]
    is_cents = len(group.text) == 2 and len(behind) == 2 and behind[0].isdigit() and behind[1] in ".,"
    return bool(re.match(r"[.,]\d{2}(?!\d)", ahead)) or is_cents and not mention.marked


def _is_money(text, group):
    """Whether a currency and no other number follows: INV/2026/117 - 120 EUR is one invoice."""
    return bool(MONEY.match(text, group.end))


def _is_date(mention):
    """Whether the number and the two before it read as a day: 2024-01-17, 17.01.2024."""
    parts = [one.text for one in mention.before[-2:]] + [mention.number]
    if len(parts) < 3 or not all(part.isdigit() for part in parts):
        return False
    first, month, last = parts
    in_order = _is_year(first) and 1 <= int(last) <= 31 and len(mention.raw) <= 2
    backwards = _is_year(last) and 1 <= int(first) <= 31
    return 1 <= int(month) <= 12 and (in_order or backwards)


def _is_period(mention):
    """Whether the number and the year before it read as a month, 2026-03, or as two years, 2025/26, that no letters
    make a part of a reference."""
    *further, year = mention.before or (Tied("", ""),)
    if len(mention.raw) > 2 or not _is_year(year.text) or further and _begins_reference(further[-1]):
        return False
    return 1 <= int(mention.number) <= 12 or int(mention.number) == (int(year.text) + 1) % 100


def _calls_it_a_document(mention):
    """Whether the word before a period says so: what is paid *for* a month is no document of that number."""
    word = mention.before[-2].text if len(mention.before) > 1 else ""
    return _is_marker(word) and word not in ("FOR", "PAYMENT")


def _begins_reference(group):
    return group.tie != " " and group.text.isascii() and group.text.isalpha()


def _is_year(text):
    return text.isdigit() and 1950 <= int(text) <= 2100
