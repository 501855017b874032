"""Dumps of a database, what comes back from them, and the move to another major version."""

import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from city.kernel.postgres import Postgres, PostgresFailed, PostgresVersionDiffers

QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
OLD_PROGRAMS = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    postgres = Postgres(tmp_path_factory.mktemp("postgres"))
    postgres.start(settings=QUICK)
    yield postgres
    postgres.stop()


@pytest.fixture
def url(running: Postgres) -> Iterator[str]:
    """The URL of a database `city` with one row."""
    url = running.ensure_database("city")
    ask(running, url, "create table note (said text); insert into note values ('xin chào, Huế')")
    yield url
    ask(running, running.url("postgres"), "drop database city")


def ask(postgres: Postgres, url: str, sql: str) -> str:
    psql = [postgres.programs / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]
    return subprocess.run(psql, check=True, capture_output=True, text=True).stdout.strip()


def said(postgres: Postgres, database: str) -> str:
    return ask(postgres, postgres.url(database), "select string_agg(said, '; ') from note")


def test_a_dump_brings_the_database_back_as_it_was(
    running: Postgres, url: str, tmp_path: Path
) -> None:
    file = tmp_path / "city.dump"
    running.dump("city", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    ask(running, url, "insert into note values ('later')")
    running.restore("city", file)
    assert said(running, "city") == "xin chào, Huế"
    running.restore('a "second" city', file)
    assert said(running, 'a "second" city') == "xin chào, Huế"
    names = ask(running, running.url("postgres"), "select datname from pg_database order by 1")
    assert names.split("\n") == ['a "second" city', "city", "postgres", "template0", "template1"]
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("harm", ["torn", "other", "missing"])
def test_a_restore_that_cannot_succeed_leaves_the_database_alone(
    running: Postgres, url: str, tmp_path: Path, harm: str
) -> None:
    file = tmp_path / "city.dump"
    running.dump("city", file)
    if harm == "torn":
        file.write_bytes(file.read_bytes()[:-200])
    elif harm == "other":
        file.write_text("select 1;")
    else:
        file.unlink()
    with pytest.raises(PostgresFailed):
        running.restore("city", file)
    assert said(running, "city") == "xin chào, Huế"


def test_a_database_in_use_is_not_replaced_under_its_users(
    running: Postgres, url: str, tmp_path: Path
) -> None:
    running.dump("city", tmp_path / "city.dump")
    psql = [str(running.programs / "psql"), "-XAtq", "-d", url]
    with subprocess.Popen(psql, stdin=-1, stdout=-1, text=True) as user:
        assert user.stdin is not None and user.stdout is not None
        user.stdin.write("select 'connected';\n")
        user.stdin.flush()
        assert user.stdout.readline() == "connected\n"
        with pytest.raises(PostgresFailed, match="in use"):
            running.restore("city", tmp_path / "city.dump")
        user.stdin.write("select count(*) from note;\n")
        user.stdin.close()
        assert user.stdout.readline() == "1\n"


@pytest.mark.skipif(not OLD_PROGRAMS.exists(), reason="no PostgreSQL 15 on this machine")
def test_data_of_an_older_version_move_over_by_dump_and_restore(tmp_path: Path) -> None:
    file = tmp_path / "city.dump"
    old = Postgres(tmp_path / "data", programs=OLD_PROGRAMS)
    old.start(settings=QUICK)
    with old:
        ask(old, old.ensure_database("city"), "create table note as select 'from before' as said")
        old.dump("city", file)
    new = Postgres(tmp_path / "data")
    with pytest.raises(PostgresVersionDiffers):
        new.start()
    assert new.upgrade(file) == tmp_path / "data" / "cluster.15"
    new.start(settings=QUICK)
    with new:
        new.restore("city", file)
        assert said(new, "city") == "from before"
        assert new.upgrade(file) is None
