"""What a list says, whatever its format."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from ..connector.types import Bilingual

PERSON, ENTITY, OTHER = "person", "entity", "other"


class ListError(ValueError):
    """A file is not what it is said to be. ``line`` is where one sees it, where that can be told."""

    def __init__(self, en: str, zh: str, line: int | None = None):
        super().__init__(en)
        self.words = Bilingual(en, zh)
        self.line = line


@dataclass(frozen=True)
class Party:
    """One listed party under all its names, the first being the main one."""

    reference: str
    names: tuple[str, ...]
    kind: str = OTHER
    programmes: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


@dataclass(frozen=True)
class LoadedList:
    """The parties of a file, and the day it was published where it says so."""

    parties: tuple[Party, ...]
    published: date | None = None


@dataclass
class Draft:
    """A party while a loader collects its parts."""

    reference: str
    kind: str = OTHER
    names: list[str] = field(default_factory=list)
    programmes: list[str] = field(default_factory=list)
    countries: list[str] = field(default_factory=list)

    def finish(self) -> Party:
        """The party, each part once."""
        return Party(self.reference, once(self.names), self.kind, once(self.programmes), once(self.countries))


def once(texts: Iterable[str | None]) -> tuple[str, ...]:
    """Texts without white space at their ends, empty ones and repeats."""
    cleaned = (" ".join(text.split()) for text in texts if text)
    return tuple(dict.fromkeys(text for text in cleaned if text))


def finish(drafts: Iterable[Draft], published: date | None = None) -> LoadedList:
    """All parties that have a name.

    :raises ListError: when there is none: an empty list would let everybody pass.
    """
    parties = tuple(party for party in (draft.finish() for draft in drafts) if party.names)
    if not parties:
        raise ListError("the file names nobody", "文件中没有任何名称")
    return LoadedList(parties, published)
