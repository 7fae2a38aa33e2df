"""One object with what a program in `setup/` or a test in `tests/` works with.

bench = Workbench.from_environment()
with bench.databases.run_copy(bench.databases.addons_template(), "crash") as database:
    with OdooServer(database, log_folder=tmp_path) as odoo: …
"""

from dataclasses import dataclass

from databases import Databases
from odoo_config import write_odoo_config
from postgres import Postgres, choose_postgres
from settings import Settings, odoo_environment


@dataclass(frozen=True)
class Workbench:
    """The paths, the database server and its databases."""

    settings: Settings
    postgres: Postgres
    databases: Databases

    @classmethod
    def from_environment(cls, *, durable: bool | None = None) -> "Workbench":
        """`durable` as in `choose_postgres`. The server itself is started by `with bench.postgres:`."""
        settings = Settings.from_environment()
        postgres = choose_postgres(settings, durable=durable)
        return cls(settings, postgres, Databases(settings, postgres))

    def environment(self) -> dict[str, str]:
        """The environment of every process started on this workbench."""
        config = write_odoo_config(self.settings, self.postgres)
        return odoo_environment(self.settings, self.postgres.connection) | {"ODOO_RC": str(config)}
