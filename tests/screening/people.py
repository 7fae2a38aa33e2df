"""Invented names in numbers, and the ways in which the same name is written by someone who errs or hides."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable

ONSETS = "b d f g h j k l m n p r s t v z al ab kh sh ch dr kr st tr br gr".split()
VOWELS = "a e i o u a i ai ou".split()
CODAS = ["", "", "", "n", "r", "d", "m", "l", "s", "sh", "k", "v"]
SUFFIXES = "ov ova enko idze yan ski ez ini berg sson ullah uddin ani zadeh".split()
TRADES = (
    "Trading Shipping Logistics Holdings Industries Energy Metals Marine Chemical Electronics Foods Textile".split()
)
FORMS = ["Ltd", "LLC", "Co., Ltd.", "GmbH", "S.A.", "JSC", "Inc.", ""]
SURNAMES = "王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 高 林 罗 欧阳 诸葛".split()
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英霞平刚桂文辉鹏华玉兰建国志海天宇泽浩然子轩梓涵雨欣思远博睿"
PLACES = "Dalian Ningbo Tehran Minsk Odesa Karachi Tripoli Havana Damascus Yangon Caracas Aleppo".split()
CYRILLIC = str.maketrans("aeopcyx", "аеорсух")


class People:
    """Makes invented names; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def word(self, syllables: int) -> str:
        pick = self.random.choice
        return "".join(pick(ONSETS) + pick(VOWELS) + pick(CODAS) for _n in range(syllables)).capitalize()

    def person(self) -> str:
        given = [self.word(self.random.choice((1, 2, 2))) for _n in range(self.random.choice((1, 1, 2)))]
        surname = self.word(self.random.choice((1, 2, 2))) + self.random.choice(("", *SUFFIXES))
        return f"{surname.upper()}, {' '.join(given)}"

    def company(self) -> str:
        pick = self.random.choice
        middle = pick((f" {pick(PLACES)}", "", "", f" {self.word(1)}"))
        return f"{self.word(pick((2, 2, 3)))}{middle} {pick(TRADES)} {pick(FORMS)}".strip()

    def chinese(self) -> str:
        given = "".join(self.random.choice(GIVEN) for _n in range(2))
        return self.random.choice(SURNAMES) + given

    def names(self, count: int) -> list[str]:
        """Different names: half of persons, four in ten of companies, the rest Chinese."""
        makers = (self.person, self.company, self.person, self.company, self.person, self.company, self.person,
                  self.company, self.person, self.chinese)  # fmt: skip
        found: dict[str, None] = {}
        while len(found) < count:
            found[makers[len(found) % len(makers)]()] = None
        return list(found)

    # the same name, written otherwise

    def _inside(self, name: str) -> tuple[list[str], int]:
        """Words, and the place of the longest one."""
        words = name.replace(",", "").split()
        return words, max(range(len(words)), key=lambda at: len(words[at]))

    def swap_order(self, name: str) -> str:
        words = name.replace(",", "").split()
        return " ".join(words[1:] + words[:1])

    def drop_letter(self, name: str) -> str:
        words, at = self._inside(name)
        place = self.random.randrange(1, len(words[at]))
        words[at] = words[at][:place] + words[at][place + 1 :]
        return " ".join(words)

    def change_letter(self, name: str) -> str:
        words, at = self._inside(name)
        place = self.random.randrange(1, len(words[at]))
        words[at] = words[at][:place] + self.random.choice("aeiou") + words[at][place + 1 :]
        return " ".join(words)

    def double_letter(self, name: str) -> str:
        words, at = self._inside(name)
        place = self.random.randrange(len(words[at]))
        words[at] = words[at][: place + 1] + words[at][place:]
        return " ".join(words)

    def swap_letters(self, name: str) -> str:
        words, at = self._inside(name)
        place = self.random.randrange(1, len(words[at]) - 1)
        words[at] = words[at][:place] + words[at][place + 1] + words[at][place] + words[at][place + 2 :]
        return " ".join(words)

    def run_together(self, name: str) -> str:
        words = name.replace(",", "").split()
        return " ".join([words[0] + words[1].lower(), *words[2:]]) if len(words) > 1 else name

    def legal_form(self, name: str) -> str:
        return f"The {name.replace(',', '').upper()} Limited"

    def look_alikes(self, name: str) -> str:
        return name.lower().translate(CYRILLIC)

    def full_width(self, name: str) -> str:
        return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in name)

    def accents(self, name: str) -> str:
        marked = "".join(one + "\u0301" if one in "aeiou" and self.random.random() < 0.5 else one for one in name)
        return unicodedata.normalize("NFC", marked)

    def hidden(self, name: str) -> str:
        return "\u200b".join(name)

    def variants(self) -> dict[str, Callable[[str], str]]:
        """The ways for names in Latin letters."""
        ways = (
            self.swap_order, self.drop_letter, self.change_letter, self.double_letter, self.swap_letters,
            self.run_together, self.legal_form, self.look_alikes, self.full_width, self.accents, self.hidden,
        )  # fmt: skip
        return {way.__name__: way for way in ways}
