"""Migrations: numbered plain SQL in each room's `migrations/` folder, forward only.

Each runs in a transaction of its own with a lock timeout. Numbers are unique over all rooms and
say the order; a room's first migration creates its schema.
"""

import hashlib
import re
from pathlib import Path

import asyncpg
import msgspec

from city.kernel.work import Work

_ROOMS = Path(__file__).parent.parent.parent


class Pending(msgspec.Struct, frozen=True):
    """A migration that this version brings."""

    name: str
    sql: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text, to notice one that was edited after it had been applied."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def all_migrations() -> list[Pending]:
    """Return every migration of every room, in order."""
    files = sorted(_ROOMS.glob("*/migrations/[0-9]*.sql"), key=lambda file: file.name)
    return [Pending(file.stem, file.read_text()) for file in files]


async def pending(connection: asyncpg.Connection) -> list[Pending]:
    """Return what has not been applied yet."""
    if not await connection.fetchval("select to_regclass('kernel.migration')::text"):
        return all_migrations()
    rows = await connection.fetch("select name, digest from kernel.migration")
    names = {row["name"]: row["digest"] for row in rows}
    for migration in all_migrations():
        if names.get(migration.name, migration.digest) != migration.digest:
            raise ValueError(f"{migration.name} was changed after it had been applied.")
    return [migration for migration in all_migrations() if migration.name not in names]


async def unapplied(work: Work) -> list[str]:
    """Return the names of the migrations that this database still lacks."""
    done = set(await work.values(str, "select name from kernel.migration"))
    return [migration.name for migration in all_migrations() if migration.name not in done]


async def migrate(url: str) -> list[str]:
    """Bring the database up to this version, and return what was applied."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("select pg_advisory_lock(714150)")
        await connection.execute(
            """
            create schema if not exists kernel;
            create table if not exists kernel.migration (
                name text primary key, digest text not null,
                applied_at timestamptz not null default now()
            );
            """
        )
        applied = []
        for migration in await pending(connection):
            async with connection.transaction():
                await connection.execute("set local lock_timeout = '10s'")
                await connection.execute(migration.sql)
                await connection.execute(
                    "insert into kernel.migration (name, digest) values ($1, $2)",
                    migration.name,
                    migration.digest,
                )
            applied.append(migration.name)
        return applied
    finally:
        await connection.close()


def tables(sql: str) -> list[str]:
    """Return the tables a text creates, for the tests of the house."""
    return re.findall(r"create table (?:if not exists )?([\w.]+)", sql)
