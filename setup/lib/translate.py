"""`setup/translate`: write the add-ons' terms to i18n/ADDON.pot and bring i18n/zh_CN.po up to date with them.

Odoo itself finds the terms, in a database with the add-ons installed. A translation is kept while its term exists; new
terms start empty, and terms that are gone are dropped. Nothing of the moment or the machine gets into the files, so
that a run without changes leaves them as they are. With terms left to translate the command prints them and fails.
"""

import argparse
import io
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import polib

from workbench import Workbench

LANGUAGE = "zh_CN"
METADATA = {
    "Project-Id-Version": "Payment Bridge 19.0",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
}
LANGUAGE_METADATA = METADATA | {"Language": LANGUAGE, "Plural-Forms": "nplurals=1; plural=0;"}


def export_templates(database: str, addons: Sequence[str], environment: Mapping[str, str]) -> dict[str, polib.POFile]:
    """Each add-on with the terms that Odoo finds in it."""
    os.environ.update(environment)
    # After the environment, which Odoo reads when it is imported.
    import odoo.api
    from odoo.modules.registry import Registry
    from odoo.sql_db import close_db
    from odoo.tools import config
    from odoo.tools.translate import trans_export

    config.parse_config(["-c", environment["ODOO_RC"], "-d", database, "--log-level=warn"])
    templates = {}
    with Registry(database).cursor(readonly=True) as cursor:
        env = odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {})
        # One by one: exported together, what two add-ons share would be told of one of them only.
        for addon in addons:
            buffer = io.BytesIO()
            trans_export(None, [addon], buffer, "po", env)
            templates[addon] = polib.pofile(buffer.getvalue().decode())
    close_db(database)
    return templates


def make_template(addon: str, exported: polib.POFile) -> polib.POFile:
    """The exported terms under a header that is the same at each run."""
    template = polib.POFile()
    template.header = f"Terms of {addon}, written by setup/translate."
    template.metadata = METADATA
    for entry in sorted(exported, key=lambda one: one.msgid):
        template.append(_copy_of(entry, translation=""))
    return template


def make_translation(addon: str, template: polib.POFile, previous: Path) -> polib.POFile:
    """The template's terms with the translations that the file had so far."""
    known = {one.msgid: one for one in polib.pofile(str(previous))} if previous.exists() else {}
    translation = polib.POFile()
    translation.header = f"{addon} in Chinese; setup/translate keeps the terms up to date."
    translation.metadata = LANGUAGE_METADATA
    for entry in template:
        kept = known.get(entry.msgid)
        copy = _copy_of(entry, translation=kept.msgstr if kept else "")
        copy.flags += ["fuzzy"] if kept and kept.fuzzy else []
        translation.append(copy)
    return translation


def is_untranslated(entry: polib.POEntry) -> bool:
    """Whether a person has still to look at the term."""
    return not entry.msgstr or entry.fuzzy


def _copy_of(entry: polib.POEntry, *, translation: str) -> polib.POEntry:
    # Odoo reads the occurrences and the comment `module: ADDON`: they say what a term belongs to.
    return polib.POEntry(
        msgid=entry.msgid,
        msgstr=translation,
        comment=entry.comment,
        occurrences=sorted(set(entry.occurrences)),
        flags=[flag for flag in entry.flags if flag != "fuzzy"],
    )


def _save(file: polib.POFile, path: Path) -> bool:
    """Write the file unless it says the same already; tells whether it was written."""
    text = f"{file}\n"
    if path.exists() and path.read_text() == text:
        return False
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return True


def main() -> int:
    """Export, merge and report; answers the exit code."""
    parser = argparse.ArgumentParser(prog="setup/translate", description=__doc__.partition("\n")[0])
    parser.add_argument("--database", help="read the terms of this database instead of one made from the files")
    arguments = parser.parse_args()
    bench = Workbench.from_environment()
    root, addons = bench.settings.root, bench.settings.addons
    missing = 0
    with bench.postgres:
        environment = bench.environment()
        if arguments.database:
            templates = export_templates(arguments.database, addons, environment)
        else:
            with bench.databases.run_copy(bench.databases.addons_template(), "terms") as database:
                templates = export_templates(database, addons, environment)
    for addon, exported in templates.items():
        folder = root / addon / "i18n"
        template = make_template(addon, exported)
        translation = make_translation(addon, template, folder / f"{LANGUAGE}.po")
        written = [
            _save(template, folder / f"{addon}.pot"),
            _save(translation, folder / f"{LANGUAGE}.po"),
        ]
        untranslated = [entry for entry in translation if is_untranslated(entry)]
        missing += len(untranslated)
        print(
            f"{addon}: {len(template)} terms, {len(untranslated)} untranslated"
            f"{'' if any(written) else ', files unchanged'}"
        )
        for entry in untranslated:
            print(f"  {entry.msgid!r}  ({entry.occurrences[0][0] if entry.occurrences else 'nowhere'})")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
