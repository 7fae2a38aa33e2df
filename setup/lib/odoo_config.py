"""The configuration file that every Odoo process of this checkout starts from."""

import configparser
import hashlib
from pathlib import Path

from postgres import Postgres
from settings import Settings

DATABASE_OPTIONS = {
    "PGHOST": "db_host",
    "PGPORT": "db_port",
    "PGUSER": "db_user",
    "PGPASSWORD": "db_password",
}


def write_odoo_config(settings: Settings, postgres: Postgres) -> Path:
    """Write the file for this checkout and server into the cache and return its path.

    The name follows from the content, so two checkouts, or two Odoo versions, never overwrite each other's.
    """
    data_folder = settings.cache / f"data-{postgres.name}"
    data_folder.mkdir(exist_ok=True)
    options = {
        "addons_path": settings.addons_path,
        "data_dir": str(data_folder),
        "db_maxconn": "48",
        "http_interface": "127.0.0.1",
        "list_db": "False",
        "workers": "0",
        "limit_time_cpu": "3600",
        "limit_time_real": "3600",
        **{
            option: postgres.connection[name]
            for name, option in DATABASE_OPTIONS.items()
            if name in postgres.connection
        },
    }
    key = hashlib.sha256(repr(sorted(options.items())).encode()).hexdigest()[:8]
    path = settings.cache / f"odoo-{key}.conf"
    if not path.exists():
        parser = configparser.RawConfigParser()
        parser["options"] = options
        partial = path.with_suffix(".partial")
        partial.touch(mode=0o600)
        with partial.open("w") as stream:
            parser.write(stream)
        partial.rename(path)
    return path
