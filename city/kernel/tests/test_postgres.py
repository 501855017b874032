"""The PostgreSQL supervisor, against real servers: started, shared, killed, repaired."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest

from city.kernel import postgres as package
from city.kernel.postgres import (
    Postgres,
    PostgresFailed,
    PostgresNotRunning,
    PostgresVersionDiffers,
    host,
)

QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
MEMORY = Path("/dev/shm")  # Copying a cluster on a disk takes longer than all the rest.
ROOM = MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 1 << 30 else None
# Through env, because setpriv itself still has what root may do when it runs the program.
AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all"]
AS_NOBODY += ["env"]
ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")

# Imports nothing but the supervisor, so that it starts quickly and under any Python ≥ 3.11.
OWNER = """
import signal, sys, time, types
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # Jobs of a shell begin by ignoring it.
package, programs, data, first = sys.argv[1:]
for name, folder in (("city", Path(package).parents[1]), ("city.kernel", Path(package).parent)):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [str(folder)]
from city.kernel.postgres import Postgres, PostgresFailed
postgres = Postgres(Path(data), programs=Path(programs))
if first == "probe":
    sys.exit(not (postgres.programs / "postgres").exists() or sys.version_info < (3, 11))
try:
    postgres.start(settings={"fsync": "off"})
except PostgresFailed as error:
    sys.exit(str(error))
postgres.ensure_database("city")
try:
    print(postgres.url("city"), flush=True)
    sys.stdin.read()
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.stdin.read()
postgres.stop()
"""


class Owner(NamedTuple):
    process: subprocess.Popen[str]
    data: Path

    @property
    def url(self) -> str:
        assert self.process.stdout is not None and self.process.stderr is not None
        if line := self.process.stdout.readline().strip():
            return line
        pytest.fail(f"the owner did not start: {self.process.stderr.read()}")


def command(data: Path, first: str = "", python: str = sys.executable) -> list[str]:
    folder = str(Path(package.__file__).parent)
    return [python, "-c", OWNER, folder, str(host.find_programs()), str(data), first]


def quick(data: Path) -> Postgres:
    """Start a server that does not wait for the disk."""
    postgres = Postgres(data)
    postgres.start(settings=QUICK)
    return postgres


def ask(url: str, sql: str) -> str:
    psql = [host.find_programs() / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql]
    return subprocess.run(psql, check=True, capture_output=True, text=True).stdout.strip()


def server_pid(data: Path) -> int:
    return int((data / "cluster" / "postmaster.pid").read_text().split("\n")[0])


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def soon(true: Callable[[], bool], seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return true()


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A stopped cluster to copy: initdb need not run for every test."""
    with tempfile.TemporaryDirectory(dir=ROOM) as folder:
        data = Path(folder, "made")
        with quick(data) as postgres:
            url = postgres.ensure_database("city")
            ask(url, "create table note (said text); insert into note values ('xin chào, Huế')")
        yield data


@pytest.fixture
def data(made: Path) -> Iterator[Path]:
    """A data folder with a database `city`, where everybody could look for it."""
    folder = Path(tempfile.mkdtemp(dir=ROOM))
    folder.chmod(0o711)
    shutil.copytree(made, folder / "data")
    yield folder / "data"
    shutil.rmtree(folder)


@pytest.fixture
def own() -> Iterator[Callable[..., Owner]]:
    """Start owners in processes of their own, and end what they leave."""
    owners: list[Owner] = []

    def start(data: Path, prefix: list[str] | None = None, python: str = sys.executable) -> Owner:
        process = subprocess.Popen(
            [*(prefix or []), *command(data, python=python)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, start_new_session=True,
        )  # fmt: skip
        owners.append(Owner(process, data))
        return owners[-1]

    yield start
    for owner in owners:
        owner.process.communicate(timeout=20)
    for owner in owners:
        assert soon(lambda owner=owner: not (owner.data / "cluster" / "postmaster.pid").exists())


def said(url: str) -> str:
    return ask(url, "select string_agg(said, '; ') from note")


def test_a_fresh_folder_becomes_a_server_on_a_socket_only_its_user_may_enter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGHOST", "nowhere")
    with Postgres(tmp_path / "with a space") as postgres:
        url = postgres.ensure_database("city")
        assert postgres.ensure_database("city") == url
        assert postgres.is_running()
        assert stat.S_IMODE((postgres.data / "socket").stat().st_mode) == 0o700
        assert ask(url, "show listen_addresses") == ""
        assert ask(url, "show fsync") == "on"
        assert ask(url, "select lower('HUẾ, ĐÀ NẴNG')") == "huế, đà nẵng"

        async def through_asyncpg() -> str:
            connection = await asyncpg.connect(url)
            try:
                return await connection.fetchval("select current_database()")
            finally:
                await connection.close()

        assert asyncio.run(through_asyncpg()) == "city"
        pid = server_pid(postgres.data)
    assert soon(lambda: not is_alive(pid))
    assert not postgres.is_running()
    with pytest.raises(PostgresNotRunning):
        postgres.url("city")


def test_rows_survive_when_the_owner_is_killed(data: Path, own: Callable[..., Owner]) -> None:
    owner = own(data)
    ask(owner.url, "insert into note values ('written')")
    pid = server_pid(data)
    owner.process.kill()
    assert soon(lambda: not is_alive(pid)), "the server outlived its owner"
    with Postgres(data) as postgres:
        assert said(postgres.url("city")) == "xin chào, Huế; written"


def test_an_owner_that_follows_a_killed_one_at_once_need_not_wait(
    data: Path, own: Callable[..., Owner]
) -> None:
    owner = own(data)
    ask(owner.url, "insert into note values ('written')")
    owner.process.kill()
    owner.process.wait()
    with Postgres(data) as postgres:
        assert said(postgres.url("city")) == "xin chào, Huế; written"
        assert parent(parent(server_pid(data))) == os.getpid()


def test_rows_survive_when_postgresql_is_killed(data: Path) -> None:
    with Postgres(data) as postgres:
        ask(postgres.url("city"), "insert into note values ('written')")
        os.kill(server_pid(data), signal.SIGKILL)
        assert soon(lambda: not postgres.is_running())
        postgres.start()
        assert said(postgres.url("city")) == "xin chào, Huế; written"


def test_an_orphan_whose_keeper_was_killed_too_is_stopped_at_the_next_start(
    data: Path, own: Callable[..., Owner]
) -> None:
    owner = own(data)
    ask(owner.url, "insert into note values ('written')")
    orphan = server_pid(data)
    os.kill(parent(orphan), signal.SIGKILL)
    owner.process.kill()
    owner.process.wait()
    assert is_alive(orphan)
    assert Postgres(data).attach() is None
    with Postgres(data, programs=host.find_programs()) as postgres:
        assert soon(lambda: not is_alive(orphan))
        assert said(postgres.url("city")) == "xin chào, Huế; written"


def test_a_server_whose_keeper_was_killed_still_serves_and_stops_with_its_owner(data: Path) -> None:
    with Postgres(data) as postgres:
        pid = server_pid(data)
        os.kill(parent(pid), signal.SIGKILL)
        assert said(postgres.url("city")) == "xin chào, Huế"
    assert soon(lambda: not is_alive(pid))


def test_a_second_process_shares_the_running_server(data: Path, own: Callable[..., Owner]) -> None:
    second = Postgres(data)
    assert second.attach() is None
    owner = own(data)
    url = owner.url
    assert second.attach() is not None
    assert second.url("city") == url
    with Postgres(data) as third:
        assert said(third.url("city")) == "xin chào, Huế"
    assert second.is_running(), "leaving must not stop another's server"
    owner.process.communicate()
    assert not second.is_running()


def test_two_that_start_at_once_on_a_fresh_folder_make_one_server(
    tmp_path: Path, own: Callable[..., Owner]
) -> None:
    one, two = own(tmp_path / "data"), own(tmp_path / "data")
    assert one.url == two.url != ""
    assert Postgres(tmp_path / "data").is_running()


def test_ctrl_c_reaches_the_owner_and_not_the_server(data: Path, own: Callable[..., Owner]) -> None:
    owner = own(data)
    url = owner.url
    os.killpg(owner.process.pid, signal.SIGINT)
    assert owner.url == "interrupted"
    assert said(url) == "xin chào, Huế"
    assert os.getsid(server_pid(data)) != owner.process.pid


@pytest.mark.parametrize("left", ["{pid}\n/elsewhere\n1\n5432\n\n\n\nready\n", ""])
def test_a_pid_file_of_a_dead_server_stops_nobody_and_nothing(data: Path, left: str) -> None:
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        (data / "cluster" / "postmaster.pid").write_text(left.format(pid=bystander.pid))
        with Postgres(data) as postgres:
            assert said(postgres.url("city")) == "xin chào, Huế"
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_kill_while_the_data_folder_is_made_is_repaired(
    tmp_path: Path, own: Callable[..., Owner]
) -> None:
    data = tmp_path / "data"
    owner = own(data)
    assert soon(lambda: any(data.glob("cluster.new-*/PG_VERSION")))
    owner.process.kill()
    owner.process.wait()
    assert not (data / "cluster").exists()
    with quick(data) as postgres:
        assert ask(postgres.url("postgres"), "select 1") == "1"
    with quick(data):
        assert not any(data.glob("cluster.new-*"))


def test_a_folder_that_lost_its_data_is_not_written_over(data: Path) -> None:
    (data / "cluster" / "PG_VERSION").unlink()
    with pytest.raises(PostgresFailed, match="restore it from a backup"):
        Postgres(data).start()
    assert (data / "cluster" / "base").exists()


def test_data_of_another_version_are_refused_with_advice(data: Path) -> None:
    (data / "cluster" / "PG_VERSION").write_text("17\n")
    with pytest.raises(PostgresVersionDiffers, match=r"python -m city database restore FILE"):
        Postgres(data).start()
    assert not Postgres(data).is_running()


def test_a_long_path_gets_a_short_socket_folder_that_others_find(
    data: Path, own: Callable[..., Owner]
) -> None:
    long = data.parent / ("d" * 60) / ("e" * 60)
    long.parent.mkdir()
    data.rename(long)
    owner = own(long)
    url = owner.url
    folder = (long / "socket").readlink()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert said(url) == "xin chào, Huế"
    other = Postgres(long)
    assert other.attach() is not None
    assert other.url("city") == url
    owner.process.kill()
    owner.process.wait()
    with other:
        assert (long / "socket").readlink() != folder
        assert not folder.exists()
        assert said(other.url("city")) == "xin chào, Huế"
        folder = (long / "socket").readlink()
    assert not folder.exists()


def test_a_long_log_is_put_aside_at_start(data: Path) -> None:
    (data / "server.log").write_bytes(b"x" * (1 << 21))
    with Postgres(data):
        assert (data / "server.log").stat().st_size < 1 << 16
    assert (data / "server.log.1").stat().st_size == 1 << 21


def test_a_server_that_cannot_start_says_why(data: Path) -> None:
    with pytest.raises(PostgresFailed, match="no_such_setting"):
        Postgres(data).start(settings={"no_such_setting": "1"})
    with Postgres(data) as postgres:
        assert postgres.is_running()


@ROOT_ONLY
def test_root_without_user_namespaces_gives_the_data_to_nobody(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host, "namespaces_work", lambda: False)
    nobody = host._nobody().pw_uid
    with Postgres(data) as postgres:
        assert Path(f"/proc/{server_pid(data)}").stat().st_uid == nobody
        assert said(postgres.url("city")) == "xin chào, Huế"
        postgres.dump("city", data.parent / "city.dump")
        postgres.restore("city", data.parent / "city.dump")
    assert {path.lstat().st_uid for path in (data, *data.rglob("*"))} == {nobody}
    monkeypatch.undo()
    with Postgres(data) as postgres:
        assert Path(f"/proc/{server_pid(data)}").stat().st_uid == nobody, "the data stay nobody's"
    data.parent.chmod(0o700)
    with pytest.raises(PostgresFailed, match=f"may not enter {data.parent}"):
        Postgres(data).start()


@ROOT_ONLY
def test_an_ordinary_user_runs_it_too(data: Path, own: Callable[..., Owner]) -> None:
    pythons = [sys.executable, "/usr/bin/python3"]
    usable = (p for p in pythons if not _as_nobody(command(data, "probe", p)).returncode)
    if not (python := next(usable, None)):
        pytest.skip("no Python that an ordinary user may run here can read this checkout")
    refused = _as_nobody(command(data, python=python))
    assert "Start as that user, or choose another folder" in refused.stderr
    theirs = data.parent / "theirs"
    theirs.mkdir(mode=0o700)
    os.chown(theirs, 65534, 65534)
    owner = own(theirs / "data", AS_NOBODY, python)
    url = owner.url
    assert ask(url, "select current_database()") == "city"
    pid = server_pid(theirs / "data")
    assert Path(f"/proc/{pid}").stat().st_uid == 65534
    assert Postgres(theirs / "data").attach() is not None, "root may look in"
    owner.process.kill()
    assert soon(lambda: not is_alive(pid))
    with Postgres(theirs / "data"):
        assert Path(f"/proc/{server_pid(theirs / 'data')}").stat().st_uid == 65534


def _as_nobody(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*AS_NOBODY, *arguments], capture_output=True, text=True, cwd="/")
