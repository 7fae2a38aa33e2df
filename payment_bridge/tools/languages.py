"""What machines write once and people of several languages read.

Such a text is kept in a JSON column, in every language that is installed; its reader gets it in his own.
"""

from odoo.tools import SQL
from odoo.tools.translate import LazyGettext

from ..connector.types import Bilingual

SOURCE = "en_US"
"""The language in which the code is written: always kept, and read where a reader's own is missing."""


def text_in(text, lang):
    """A text in one language: of a lazy translation, a :class:`Bilingual`, a function of the language, or a string,
    which has only one."""
    if isinstance(text, LazyGettext):
        return text._translate(lang or SOURCE)
    if isinstance(text, Bilingual):
        return text.in_language(lang)
    return text(lang or SOURCE) if callable(text) else text


def in_each_language(env, *texts):
    """Texts, one after the other, as ``{language code: text}``; None where there is nothing to say."""
    if not any(texts):
        return None
    codes = [SOURCE, *(code for code, _name in env["res.lang"].get_installed() if code != SOURCE)]
    kept = {code: " ".join(text_in(one, code) for one in texts) for code in codes}
    return {code: text for code, text in kept.items() if code == SOURCE or text != kept[SOURCE]}


def in_language(texts, lang):
    """What :func:`in_each_language` has kept, for one reader; False where there is nothing."""
    return (texts or {}).get(lang or SOURCE) or (texts or {}).get(SOURCE) or False


def search_texts(records, column, operator, value):
    """The domain of those whose kept text, as the searching person reads it, is or contains something."""
    shown = SQL(
        "COALESCE(%(column)s->>%(lang)s, %(column)s->>%(source)s)",
        column=SQL.identifier(column),
        lang=records.env.lang or SOURCE,
        source=SOURCE,
    )
    if operator == "ilike":
        pattern = "%" + value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        condition = SQL("%s ILIKE %s", shown, pattern)
    elif operator == "in":
        condition = SQL("%s = ANY(%s)", shown, [one for one in value if one])
    else:
        return NotImplemented
    return [("id", "in", SQL("(SELECT id FROM %s WHERE %s)", SQL.identifier(records._table), condition))]
