"""Names brought to forms that can be compared: one writing, no titles or legal forms, no tricks with letters."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from pypinyin import lazy_pinyin

# Latin letters that do not come apart into a letter and a mark, and the Cyrillic alphabet as passports write it.
LETTERS = str.maketrans(
    {
        "ß": "ss", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ħ": "h",
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "i",
        "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
        "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "iu",
        "я": "ia", "і": "i", "ї": "i", "є": "ie", "ґ": "g", "ў": "u", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c",
        "џ": "dz",
        "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
        "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f",
        "χ": "ch", "ψ": "ps", "ω": "o",
    }
)  # fmt: skip
# Letters that look like Latin ones; small forms, and large ones whose small forms look different.
LOOK_ALIKES = str.maketrans(
    "аеорсухіјѕԁԛԝһӏвнкмтАВЕКМНОРСТУХІЈЅοανικρτυχηΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdqwhlbhkmtABEKMHOPCTYXIJSoavikptuxnABEZHIKMNOPTYX",
)
LEGAL_FORMS = frozenset(
    """ltd limited llc llp lp inc incorporated corp corporation co company plc gmbh ag kg ohg sa sas sarl srl spa bv nv
    ab as oy aps pte pvt private pty jsc ojsc cjsc pjsc ooo oao zao pao fze fzco fzc est sdn bhd kk the and of und et y
    mr mrs ms dr""".split()
)
CHINESE_FORMS = re.compile("股份有限公司|有限责任公司|有限公司|有限合伙|股份公司|集团公司|公司|集团|先生|女士")
SURNAME_READINGS = {
    "单": "shan", "單": "shan", "蓋": "ge", "區": "ou", "樂": "yue", "員": "yun", "繆": "miao", "紀": "ji",
    "解": "xie", "仇": "qiu", "曾": "zeng", "盖": "ge", "查": "zha", "区": "ou", "朴": "piao",
    "任": "ren",
    "冼": "xian", "繁": "po", "种": "chong", "翟": "zhai", "缪": "miao", "覃": "qin", "宓": "mi", "乐": "yue",
    "员": "yun",
    "折": "she", "黑": "he", "洗": "xian", "尉": "wei", "秘": "bi", "句": "gou", "召": "shao", "纪": "ji", "燕": "yan",
}  # fmt: skip
DOUBLE_SURNAMES = frozenset(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 宇文 长孙 轩辕 端木 南宫 西门 独孤 呼延".split()
)
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]+")
WORD = re.compile(r"[^\W_]+")
JOINERS = re.compile(r"['’‘`ʼ´.]")
LONGEST_PERSON = 4
MAX_LENGTH = 300


@lru_cache(maxsize=65536)
def forms(name: str) -> tuple[tuple[str, ...], ...]:
    """The ways in which a name can be read, each as its words in order; empty for a name without letters.

    A Chinese name is read as surname and given name, each in one word, and as single syllables; its characters are a
    form of their own. A word of letters that only look Latin is read both as what it looks like and as what it is.
    """
    text = clean(name)
    readings: list[tuple[str, ...]] = []
    if HAN.search(text):
        characters = han(text)
        rest = words(HAN.sub(" ", text))
        if characters:
            readings += [(*reading, *rest) for reading in chinese(characters)]
        elif rest:
            readings.append(rest)
    else:
        readings += [words(text.translate(LOOK_ALIKES)), words(text)]
    return tuple(dict.fromkeys(reading for reading in readings if reading))


def han(text: str) -> str:
    """The Chinese characters of a cleaned name, without legal forms."""
    return CHINESE_FORMS.sub("", "".join(HAN.findall(text)))


def clean(name: str) -> str:
    """One width of letters, no invisible characters, white space for what separates words."""
    text = unicodedata.normalize("NFKC", name[:MAX_LENGTH])
    return "".join(character for character in text if unicodedata.category(character) not in ("Cf", "Cc", "Co", "Cs"))


def words(text: str) -> tuple[str, ...]:
    """Words in plain Latin letters; legal forms, titles and initials count only where little else is there."""
    lowered = unicodedata.normalize("NFKD", JOINERS.sub("", text).casefold())
    bare = "".join(character for character in lowered if not unicodedata.combining(character))
    found = WORD.findall(bare.translate(LETTERS))
    telling = tuple(word for word in found if word not in LEGAL_FORMS) or tuple(found)
    longer = tuple(word for word in telling if len(word) > 1)
    return longer if len(longer) > 1 else telling


def chinese(characters: str) -> list[tuple[str, ...]]:
    """Readings of Chinese characters without tones: as a person's name where it is short enough, and by syllable."""
    syllables = lazy_pinyin(characters, errors="ignore", v_to_u=False)
    readings = [(characters,)]
    if 2 <= len(characters) <= LONGEST_PERSON and len(syllables) == len(characters):
        size = 2 if characters[:2] in DOUBLE_SURNAMES and len(characters) > 2 else 1
        surname = SURNAME_READINGS.get(characters[0], syllables[0]) if size == 1 else "".join(syllables[:size])
        readings.append((surname, "".join(syllables[size:])))
    readings.append(tuple(syllables))
    return readings


def keys(reading: tuple[str, ...]) -> set[str]:
    """What a reading is found by: its words, and neighbours written together."""
    return {*reading, *(first + second for first, second in pairwise(reading))}
