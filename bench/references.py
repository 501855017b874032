"""References measured in the same run: pgbench running the very statements of a scenario.

The statements are taken from the running application by listening to a connection, so the
reference cannot drift away from what the product does.
"""

import re
import subprocess
import tempfile
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from city.kernel import Database, Postgres
from city.kernel.database import prepare_connection

Spoken = list[tuple[str, Sequence[Any]]]


class Listening(Database):
    """A database that writes down every statement said on it, with its values."""

    def __init__(self, url: str) -> None:
        """Listen on this URL."""
        super().__init__(url)
        self.spoken: Spoken = []

    async def listen(self) -> None:
        """Hear every connection of both pools from now on."""

        async def hear(connection: Any) -> None:
            await prepare_connection(connection)
            connection.add_query_logger(
                lambda said: self.spoken.append((said.query, list(said.args)))
            )

        await self.close()
        for name, reads in (("_writers", "off"), ("_readers", "on")):
            pool = await asyncpg.create_pool(
                self.url,
                min_size=0,
                max_size=2,
                init=hear,
                reset=_no_reset,
                server_settings={"default_transaction_read_only": reads},
            )
            setattr(self, name, pool)


async def _no_reset(connection: Any) -> None: ...


def script(spoken: Spoken, kept: Collection[str]) -> str:
    """Return a pgbench script that says these statements again, with fresh ids each time.

    Ids and references are made anew in each run, but for those in `kept`, such as the reporter's.
    """
    fresh = {name: f"'{name}'" for name in kept}
    head: list[str] = []
    lines = []
    for query, args in spoken:
        if query.strip().lower().startswith(("begin", "commit")):
            lines.append(query.strip().rstrip(";") + ";")
            continue
        values = [_literal(value, fresh, head) for value in args]
        text = re.sub(r"\$(\d+)", lambda m, v=values: v[int(m[1]) - 1], query)
        lines.append(" ".join(text.split()).rstrip(";") + ";")
    return "\n".join([*head, *lines]) + "\n"


def run(postgres: Postgres, url: str, text: str, seconds: int, clients: int = 2) -> float:
    """Return transactions per second of pgbench saying this script."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(text)
        file.flush()
        said = subprocess.run(
            [
                postgres.programs / "pgbench",
                "-n",
                "-M",
                "prepared",
                "-c",
                str(clients),
                "-j",
                "2",
                "-T",
                str(seconds),
                "-f",
                file.name,
                url,
            ],
            capture_output=True,
            text=True,
        )
    found = re.search(r"tps = ([\d.]+)", said.stdout)
    assert found, f"{said.stderr[-2000:]}\n{text}"
    return float(found[1])


def _literal(value: Any, fresh: dict[str, str], head: list[str]) -> str:
    """Return a value as SQL; ids of version 7 that are young become expressions."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"({value})"
    if isinstance(value, UUID):
        return _fresh_id(value, fresh, head)
    if isinstance(value, datetime):
        return f"'{value.isoformat()}'::timestamptz"
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'::bytea"
    if isinstance(value, list | tuple | set | frozenset):
        inner = ", ".join(_literal(one, fresh, head) for one in value)
        return f"array[{inner}]" if inner else "'{}'"
    if isinstance(value, dict):
        import msgspec  # noqa: PLC0415

        value = msgspec.json.encode(value).decode()
    return _text(str(value), fresh, head)


def _text(value: str, fresh: dict[str, str], head: list[str]) -> str:
    """Return a text as SQL; references and keys, which must be unique, become expressions."""
    if re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", value) or value.startswith("bench-key"):
        if value not in fresh:
            head.append(f"\\set r{len(fresh)} random(1, 9223372036854775806)")
            digits = f"upper(md5((:r{len(fresh)})::text))"
            fresh[value] = f"(substr({digits}, 1, 4) || '-' || substr({digits}, 5, 4))"
        return fresh[value]
    return "'" + value.replace("'", "''") + "'"


def _fresh_id(value: UUID, fresh: dict[str, str], head: list[str]) -> str:
    name = str(value)
    if name not in fresh:
        number = len(fresh)
        head.append(f"\\set a{number} random(1, 9223372036854775806)")
        head.append(f"\\set b{number} random(1, 9223372036854775806)")
        fresh[name] = (
            f"(lpad(to_hex(:a{number}::bigint), 16, '0') || "
            f"lpad(to_hex(:b{number}::bigint), 16, '0'))::uuid"
        )
    return fresh[name]
