"""Databases that are made once and copied: Odoo with its accounting, then the suite's add-ons on top.

    pb_base_<key>                    Odoo with what the suite depends on, a Chinese company, English and Chinese
    pb_addons_<checkout>_<key>       the same with the add-ons of one checkout; the key changes with their files
    pb_run_<checkout>_<pid>_<number>_<label>
                                     a copy for one run, dropped when it ends (or by the next run, if it could not)

A database and its filestore are copied and dropped together.
"""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import count
from pathlib import Path

import psycopg2
from psycopg2 import sql

from odoo_config import write_odoo_config
from postgres import Postgres
from settings import Settings, odoo_environment

BASE_MODULES = ("account", "l10n_cn", "purchase")
LANGUAGES = ("en_US", "zh_CN")
RECIPE = 1  # raise it when the way a template is made changes
LOG_TAIL_CHARACTERS = 3000
_COPIES = count(1)  # two copies of one process have names of their own


class Databases:
    """The databases of one server, for one checkout."""

    def __init__(self, settings: Settings, postgres: Postgres) -> None:
        self._settings = settings
        self._postgres = postgres
        self._config = write_odoo_config(settings, postgres)
        self._filestore = settings.cache / f"data-{postgres.name}" / "filestore"
        # Several checkouts, on several machines, may share one server.
        self._checkout = _key(socket.gethostname(), str(settings.root))[:6]

    # templates

    def base_template(self) -> str:
        """The name of the database with Odoo's own add-ons; made when it is missing (about a minute)."""
        key = _key(self._settings.odoo_version, *BASE_MODULES, *LANGUAGES)
        return self._ensure(f"pb_base_{key}", "preparing Odoo's database", self._build_base)

    def addons_template(self) -> str:
        """The name of the database with the suite installed as its files are now; made when it is missing."""
        base = self.base_template()
        label = f"installing {', '.join(self._settings.addons)}"
        return self.derived(
            "addons",
            (base, self._settings.addons_digest()),
            label,
            partial(self._build_addons, base),
        )

    def derived(self, kind: str, made_from: tuple[str, ...], label: str, build: Callable[[str], None]) -> str:
        """The name of this checkout's database of one kind, built anew when what it is made from has changed.

        `build` gets the name to create. The databases of the same kind that were made from something else are dropped.
        """
        prefix = f"pb_{kind}_{self._checkout}_"
        return self._ensure(prefix + _key(*made_from), label, build, stale=prefix)

    def _ensure(self, name: str, label: str, build: Callable[[str], None], stale: str | None = None) -> str:
        with self._settings.locked(f"databases-{self._postgres.name}"):
            if name in self.names():
                return name
            for other in self.names():
                if stale and other.startswith(stale):
                    self.drop(other)
            started = time.monotonic()
            print(f"· {label} … ", end="", file=sys.stderr, flush=True)
            building = f"{name}_building"
            self.drop(building)
            build(building)
            self._rename(building, name)
            print(f"{time.monotonic() - started:.0f} s", file=sys.stderr)
        return name

    def _build_base(self, name: str) -> None:
        self.create(name)
        self.install(name, "base", languages=LANGUAGES)
        # A chart of accounts follows the company's country at the moment accounting is installed.
        with self.cursor(name) as cursor:
            cursor.execute("UPDATE res_currency SET active = true WHERE name = 'CNY'")
            cursor.execute(
                """UPDATE res_company
                      SET currency_id = (SELECT id FROM res_currency WHERE name = 'CNY')"""
            )
            cursor.execute(
                """UPDATE res_partner
                      SET country_id = (SELECT id FROM res_country WHERE code = 'CN')
                    WHERE id IN (SELECT partner_id FROM res_company)"""
            )
        self.install(name, *BASE_MODULES)

    def _build_addons(self, base: str, name: str) -> None:
        self.copy(base, name)
        if self._settings.addons:
            self.install(name, *self._settings.addons)

    # single databases

    @contextmanager
    def run_copy(self, template: str, label: str) -> Iterator[str]:
        """A database for one run, dropped at the end; what runs that were killed left behind goes first."""
        prefix = f"pb_run_{self._checkout}_"
        for other in self.names():
            if other.startswith(prefix) and not _alive(_pid(other, prefix)):
                self.drop(other)
        name = f"{prefix}{os.getpid()}_{next(_COPIES)}_{label}"
        self.copy(template, name)
        try:
            yield name
        finally:
            self.drop(name)

    def of_runs(self, label: str) -> list[str]:
        """The databases of this checkout's runs with this label that go on now."""
        prefix, suffix = f"pb_run_{self._checkout}_", f"_{label}"
        return [
            name
            for name in self.names()
            if name.startswith(prefix) and name.endswith(suffix) and _alive(_pid(name, prefix))
        ]

    def names(self) -> list[str]:
        """Every database of the server."""
        with self.cursor("postgres") as cursor:
            cursor.execute("SELECT datname FROM pg_database")
            return [row[0] for row in cursor.fetchall()]

    def create(self, name: str, template: str = "template0") -> None:
        """Create a database the way Odoo does."""
        with self.cursor("postgres") as cursor:
            cursor.execute(
                sql.SQL("CREATE DATABASE {} ENCODING 'unicode' LC_COLLATE 'C' TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )

    def copy(self, source: str, name: str) -> None:
        """Copy a database that nobody is connected to, with its filestore."""
        self.create(name, template=source)
        if (self._filestore / source).exists():
            # Odoo never changes a stored file in place, so links serve as well as copies.
            shutil.copytree(self._filestore / source, self._filestore / name, copy_function=os.link)

    def drop(self, name: str) -> None:
        """Drop a database, closing what is connected to it, and its filestore."""
        with self.cursor("postgres") as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        shutil.rmtree(self._filestore / name, ignore_errors=True)

    def install(self, name: str, *modules: str, languages: tuple[str, ...] = ()) -> None:
        """Install modules; stop with the end of Odoo's log when one could not be."""
        command = [
            *(sys.executable, "-m", "odoo", "-c", str(self._config), "-d", name),
            *("-i", ",".join(modules), "--stop-after-init", "--no-http", "--max-cron-threads=0"),
            *([f"--load-language={','.join(languages)}"] if languages else []),
        ]
        done = subprocess.run(
            command,
            env=odoo_environment(self._settings, self._postgres.connection),
            cwd=self._settings.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        missing = set(modules) - self._installed(name) if done.returncode == 0 else set(modules)
        if missing:
            sys.exit(f"failed\n{done.stdout[-LOG_TAIL_CHARACTERS:]}\nNot installed: {', '.join(sorted(missing))}")

    @contextmanager
    def cursor(self, name: str) -> Iterator:
        """A cursor on a database outside Odoo; each statement commits by itself."""
        with closing(psycopg2.connect(dbname=name, **self._parameters())) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor

    def _installed(self, name: str) -> set[str]:
        with self.cursor(name) as cursor:
            cursor.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
            return {row[0] for row in cursor.fetchall()}

    def _rename(self, name: str, to: str) -> None:
        if (self._filestore / name).exists():
            shutil.rmtree(self._filestore / to, ignore_errors=True)
            (self._filestore / name).rename(self._filestore / to)
        with self.cursor("postgres") as cursor:
            cursor.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(to)))

    def _parameters(self) -> dict[str, str]:
        names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
        return {names[name]: value for name, value in self._postgres.connection.items()}


def _key(*parts: str) -> str:
    """A short name for a combination of ingredients."""
    return hashlib.sha256(repr((RECIPE, *parts)).encode()).hexdigest()[:10]


def _pid(name: str, prefix: str) -> int:
    """The process for which a run's database was made."""
    return int(name.removeprefix(prefix).partition("_")[0])


def _alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
