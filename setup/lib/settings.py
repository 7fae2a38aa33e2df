"""Where things are: the checkout, the cache, Odoo, and the environment that Odoo processes run in.

The bash entry points (`setup/test`, `setup/demo`, …) make sure that everything exists and pass the paths on in the
variables `PB_ROOT`, `PB_CACHE` and `PB_ODOO_PATH`. Nothing here touches the network or starts a process.
"""

import base64
import hashlib
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path

ADDONS = ("payment_bridge", "payment_bridge_channels", "payment_bridge_reconcile")
MASTER_KEY_VARIABLE = "PAYMENT_BRIDGE_MASTER_KEY"
MASTER_KEY_BYTES = 32
# What decides how an installed add-on looks in the database or the browser. Tests do not.
ADDON_SOURCES = frozenset({".py", ".xml", ".csv", ".js", ".scss", ".po", ".pot", ".json", ".html"})


@dataclass(frozen=True)
class Settings:
    """The paths of one checkout and its cache."""

    root: Path
    cache: Path
    odoo_path: Path

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read what the entry points exported; stop with a sentence when run without them."""
        try:
            return cls(*(Path(os.environ[name]) for name in ("PB_ROOT", "PB_CACHE", "PB_ODOO_PATH")))
        except KeyError as missing:
            sys.exit(f"{missing.args[0]} is not set: run this through one of the commands in setup/.")

    @property
    def addons(self) -> list[str]:
        """The suite's add-ons that this checkout holds, in the order of their dependencies."""
        return [name for name in ADDONS if (self.root / name / "__manifest__.py").exists()]

    @property
    def odoo_version(self) -> str:
        """What tells one Odoo from another: the package's version, or its folder when brought by the user."""
        version_file = self.cache / "odoo-19" / ".version"
        if self.odoo_path.is_relative_to(self.cache) and version_file.exists():
            return version_file.read_text().strip()
        return str(self.odoo_path)

    @property
    def addons_path(self) -> str:
        """Odoo's own add-ons (a source checkout keeps most of them beside the package) and the suite's."""
        candidates = (self.odoo_path / "odoo" / "addons", self.odoo_path / "addons", self.root)
        # Debian's package links addons to odoo/addons.
        folders = dict.fromkeys(folder.resolve() for folder in candidates if folder.is_dir())
        return ",".join(map(str, folders))

    def addons_digest(self) -> str:
        """A short hash over everything of the add-ons that ends up in an installed database."""
        digest = hashlib.sha256()
        for addon in self.addons:
            for path in sorted((self.root / addon).rglob("*")):
                relative = path.relative_to(self.root)
                if path.suffix in ADDON_SOURCES and "tests" not in relative.parts and path.is_file():
                    digest.update(f"{relative}\0{path.stat().st_size}\0".encode())
                    digest.update(path.read_bytes())
        return digest.hexdigest()[:12]

    def master_key(self) -> str:
        """The key that encrypts credentials: the environment's, else one made once for this machine's development."""
        if given := os.environ.get(MASTER_KEY_VARIABLE):
            return given
        key_file = self.cache / "development-master-key"
        with self.locked("master-key"):
            if not key_file.exists():
                key = base64.b64encode(secrets.token_bytes(MASTER_KEY_BYTES))
                descriptor = os.open(key_file, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as stream:
                    stream.write(key)
        return key_file.read_text()

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Hold the machine-wide lock `name`; other runs that want it wait."""
        with open(self.cache / f"{name}.lock", "w") as lock:
            flock(lock, LOCK_EX)
            yield


def odoo_environment(settings: Settings, connection: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process that imports Odoo or talks to its database.

    The entry points have set `PYTHONPATH` already: Odoo, this folder, and `tests` for the sandbox.

    `connection` holds libpq's variables (`PGHOST`, `PGPORT`, …), as `Postgres.connection` gives them.
    """
    binaries = str(Path(sys.executable).parent)
    path = [entry for entry in os.environ.get("PATH", os.defpath).split(os.pathsep) if entry != binaries]
    return {
        **os.environ,
        **connection,
        "PB_ROOT": str(settings.root),
        "PB_CACHE": str(settings.cache),
        "PB_ODOO_PATH": str(settings.odoo_path),
        "PATH": os.pathsep.join([binaries, *path]),
        MASTER_KEY_VARIABLE: settings.master_key(),
    }
