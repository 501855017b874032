"""What is done with a running PostgreSQL through its own programs: make, dump and restore."""

import os
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from city.kernel.postgres.host import PostgresFailed, environment

_ENSURE = """
SELECT format('CREATE DATABASE %I TEMPLATE template0', :'name')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \\gexec
"""

_USERS = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = :'name' AND backend_type = 'client backend';
"""

_FRESH = """
DROP DATABASE IF EXISTS :"fresh" WITH (FORCE);
CREATE DATABASE :"fresh" TEMPLATE template0;
"""

# Both names change in one transaction: at every instant there is one complete database.
_SWAP = """
DROP DATABASE IF EXISTS :"former";
BEGIN;
SELECT format('ALTER DATABASE %I RENAME TO %I', :'name', :'former')
 WHERE EXISTS (SELECT FROM pg_database WHERE datname = :'name') \\gexec
ALTER DATABASE :"fresh" RENAME TO :"name";
COMMIT;
DROP DATABASE IF EXISTS :"former";
"""


def ensure_database(programs: Path, url: str, name: str) -> None:
    """Make the database unless it is there. `url` is that of any other database."""
    try:
        _psql(programs, url, _ENSURE, name=name)
    except PostgresFailed:
        # Somebody else may have made it at the same moment.
        if not _psql(
            programs, url, "SELECT 1 FROM pg_database WHERE datname = :'name';", name=name
        ):
            raise


def drop_database(programs: Path, url: str, name: str) -> None:
    """Drop the database if it is there, whoever is connected to it."""
    _psql(programs, url, 'DROP DATABASE IF EXISTS :"name" WITH (FORCE);', name=name)


def dump(programs: Path, url: str, file: Path) -> None:
    """Write the database at `url` into the file (custom format, mode 0600), whole or not at all."""
    file = Path(file).absolute()
    try:
        opened, unfinished = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    except OSError as error:
        raise PostgresFailed(f"Cannot write into {file.parent}: {error.strerror}.") from error
    try:
        _run([programs / "pg_dump", "--format=custom", f"--file={unfinished}", f"--dbname={url}"])
        os.fsync(opened)
        os.replace(unfinished, file)
    finally:
        os.close(opened)
        with suppress(FileNotFoundError):
            os.unlink(unfinished)


def check_dump(programs: Path, file: Path) -> None:
    """Raise PostgresFailed unless the file is a dump that these programs can read."""
    try:
        _run([programs / "pg_restore", "--list", str(file)])
    except PostgresFailed as error:
        raise PostgresFailed(f"{file} is not a dump that can be restored: {error}") from error


def restore(
    programs: Path, url: str, database: str, file: Path, url_of: Callable[[str], str]
) -> None:
    """Replace the database by what the dump holds, whole or not at all."""
    names = {
        "name": database,
        "fresh": f"{database[:40]} being restored",
        "former": f"{database[:40]} before restore",
    }
    check_dump(programs, file)
    if int(_psql(programs, url, _USERS, **names)):
        raise PostgresFailed(
            f"The database {database} is in use. Stop the programs that use it, then restore."
        )
    _psql(programs, url, _FRESH, **names)
    fresh = url_of(names["fresh"])
    how = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
    try:
        _run([programs / "pg_restore", *how, f"--dbname={fresh}", str(file)])
        _psql(programs, fresh, "ANALYZE;")
        _psql(programs, url, _SWAP, **names)
    except PostgresFailed:
        with suppress(PostgresFailed):
            _psql(programs, url, 'DROP DATABASE IF EXISTS :"fresh" WITH (FORCE);', **names)
        raise


def _psql(programs: Path, url: str, sql: str, **values: str) -> str:
    """Run SQL with psql's quoting of the values; return its bare output."""
    how = ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1"]
    sets = [f"--set={name}={value}" for name, value in values.items()]
    return _run([programs / "psql", *how, *sets, f"--dbname={url}"], sql).strip()


def _run(command: list[Path | str], text: str = "") -> str:
    try:
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, env=environment()
        )
    except OSError as error:
        raise PostgresFailed(f"{command[0]} does not run: {error.strerror}.") from error
    if done.returncode != 0:
        raise PostgresFailed(done.stderr.strip()[-2000:])
    return done.stdout
