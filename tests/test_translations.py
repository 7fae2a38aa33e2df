"""The add-ons speak Chinese: every term has a translation, and no string of theirs is missing from the terms.

The files in `i18n` are written by `setup/translate`, which needs Odoo. These checks need neither Odoo nor a database:
they read the sources by themselves and see what a change forgot.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from lxml import etree

ROOT = Path(__file__).resolve().parents[1]
ADDONS = sorted(manifest.parent.name for manifest in ROOT.glob("*/__manifest__.py"))
UPDATE = "run setup/translate, then translate what it prints"
SHOWN_ATTRIBUTES = ("string", "placeholder", "help", "confirm", "sum", "avg", "title", "alt", "aria-label")
NAMED_MODELS = (
    "ir.actions.act_window",
    "ir.cron",
    "ir.ui.menu",
    "account.payment.method",
    "res.groups",
    "res.groups.privilege",
)
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdrif]")
TAG = re.compile(r"<[^>]+>")
SCRIPT_TERM = re.compile(r"""\b_t\(\s*(["'`])((?:\\.|(?!\1).)+)\1""", re.DOTALL)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
HALF_WIDTH_STOP = re.compile(r"[\u4e00-\u9fff)）”][,;:?!.](?=[\s\u4e00-\u9fff]|$)")


def template(addon: str) -> polib.POFile:
    """The terms of an add-on."""
    return polib.pofile(str(ROOT / addon / "i18n" / f"{addon}.pot"))


def chinese(addon: str) -> polib.POFile:
    """Their translations."""
    return polib.pofile(str(ROOT / addon / "i18n" / "zh_CN.po"))


def sources(addon: str, pattern: str) -> list[Path]:
    """The add-on's own files of one kind, without its tests."""
    folder = ROOT / addon
    return [path for path in sorted(folder.rglob(pattern)) if "tests" not in path.relative_to(folder).parts]


def place(path: Path, line: int) -> str:
    """Where a string stands, to be clicked at."""
    return f"{path.relative_to(ROOT)}:{line}"


# -- what the sources show ------------------------------------------------------


def is_translation(call: ast.Call) -> bool:
    """Whether it is `self.env._(…)`, `env._(…)`, `_(…)` or `_lt(…)`."""
    function = call.func
    if isinstance(function, ast.Name):
        return function.id in ("_", "_lt")
    if not isinstance(function, ast.Attribute) or function.attr != "_":
        return False
    owner = function.value
    return (isinstance(owner, ast.Attribute) and owner.attr == "env") or (
        isinstance(owner, ast.Name) and owner.id == "env"
    )


def is_field(call: ast.Call) -> bool:
    """Whether it is `fields.Something(…)`."""
    function = call.func
    return (
        isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "fields"
    )


def text_of(node: ast.expr | None) -> str | None:
    """A literal string, also one written in several parts."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def python_terms(path: Path) -> Iterator[tuple[str, str | None]]:
    """Each place with what is shown there; None where a term is put together when the program runs."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        if is_translation(node):
            yield place(path, node.lineno), text_of(node.args[0] if node.args else None)
        elif is_field(node):
            for keyword in node.keywords:
                if keyword.arg in ("string", "help") and (text := text_of(keyword.value)):
                    yield place(path, keyword.value.lineno), text


def xml_terms(path: Path) -> Iterator[tuple[str, str]]:
    """Each place with an attribute, a menu's name or a record's name that people see."""
    tree = etree.parse(str(path))
    for node in tree.iter(etree.Element):
        if node.tag == "menuitem" and node.get("name"):
            yield place(path, node.sourceline), node.get("name")
        if node.tag == "record" and node.get("model") in NAMED_MODELS:
            for name in node.xpath("field[@name='name' and text()]"):
                yield place(path, name.sourceline), name.text
        if is_view(node):
            for attribute in SHOWN_ATTRIBUTES:
                if is_words(node.get(attribute)):
                    yield place(path, node.sourceline), node.get(attribute)


def xml_texts(path: Path) -> Iterator[tuple[str, str]]:
    """Each place with a text between the tags of a view."""
    for node in etree.parse(str(path)).iter(etree.Element):
        if is_view(node) and is_words(node.text):
            yield place(path, node.sourceline), node.text
        if is_view(node.getparent()) and is_words(node.tail):
            yield place(path, node.sourceline), node.tail


def is_view(node: etree._Element | None) -> bool:
    """Whether the node is inside a view, a help text or a template of the web client."""
    if node is None:
        return False
    around = [node, *node.iterancestors()]
    return any(
        one.tag == "templates" or (one.tag == "field" and one.get("name") in ("arch", "help") and one.get("type"))
        for one in around
    ) and not any(one.tag == "attribute" and one.get("name") not in SHOWN_ATTRIBUTES for one in around)


def is_words(text: str | None) -> bool:
    """Whether a person reads it as words; Odoo leaves single characters and punctuation alone."""
    return bool(text) and len(text.strip()) > 1 and any(character.isalpha() for character in text)


def one_line(text: str) -> str:
    """The text with its white space made even."""
    return " ".join(text.split())


# -- the checks -----------------------------------------------------------------


@pytest.mark.parametrize("addon", ADDONS)
def test_every_term_is_translated(addon: str) -> None:
    missing = [entry.msgid for entry in chinese(addon) if not entry.msgstr or entry.fuzzy]
    assert not missing, UPDATE


@pytest.mark.parametrize("addon", ADDONS)
def test_the_translation_has_exactly_the_terms_of_the_template(addon: str) -> None:
    def terms(file: polib.POFile) -> list[tuple[str, list]]:
        return [(entry.msgid, entry.occurrences) for entry in file]

    assert terms(chinese(addon)) == terms(template(addon)), UPDATE
    assert max(Counter(entry.msgid for entry in template(addon)).values(), default=1) == 1


@pytest.mark.parametrize("addon", ADDONS)
def test_placeholders_and_tags_survive_translation(addon: str) -> None:
    for entry in chinese(addon):
        for pattern in (PLACEHOLDER, TAG):
            said, translated = (Counter(pattern.findall(text)) for text in (entry.msgid, entry.msgstr))
            assert said == translated, entry.msgid
        # Nothing but names may take the place of several bare %s in another order.
        assert len(re.findall(r"%s", entry.msgid)) <= 1, f"name the placeholders of {entry.msgid!r}"


@pytest.mark.parametrize("addon", ADDONS)
def test_chinese_sentences_have_chinese_punctuation(addon: str) -> None:
    texts = [TAG.sub("", entry.msgstr) for entry in chinese(addon)]
    assert not [text for text in texts if CHINESE.search(text) and HALF_WIDTH_STOP.search(text)]


@pytest.mark.parametrize("addon", ADDONS)
def test_what_python_shows_is_among_the_terms(addon: str) -> None:
    known = {entry.msgid for entry in template(addon)}
    found = [found for path in sources(addon, "*.py") for found in python_terms(path)]
    assert not [at for at, text in found if text is None], "a term must be one literal string"
    assert not [(at, text) for at, text in found if text not in known], UPDATE


@pytest.mark.parametrize("addon", ADDONS)
def test_what_views_show_is_among_the_terms(addon: str) -> None:
    known = {one_line(entry.msgid) for entry in template(addon)}
    together = "\n".join(sorted(known))
    files = sources(addon, "*.xml")
    attributes = [found for path in files for found in xml_terms(path)]
    assert not [(at, text) for at, text in attributes if one_line(text) not in known], UPDATE
    # A term can hold several texts with the tags between them.
    texts = [found for path in files for found in xml_texts(path)]
    assert not [(at, text) for at, text in texts if one_line(text) not in together], UPDATE


@pytest.mark.parametrize("addon", ADDONS)
def test_what_scripts_show_is_among_the_terms(addon: str) -> None:
    known = {entry.msgid for entry in template(addon)}
    found = [
        (str(path.relative_to(ROOT)), text)
        for path in sources(addon, "*.js")
        for _quote, text in SCRIPT_TERM.findall(path.read_text())
    ]
    assert not [(at, text) for at, text in found if text not in known], UPDATE
