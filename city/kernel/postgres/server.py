"""The supervisor: starts, shares, stops, and finds again what a killed process left."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self
from urllib.parse import quote

from city.kernel.postgres import tools
from city.kernel.postgres.host import (
    PostgresFailed,
    PostgresNotRunning,
    PostgresVersionDiffers,
    Runner,
    check_owner,
    choose_runner,
    find_programs,
    locale,
    major_version,
    make_socket_folder,
    open_in,
    remove_socket_folder,
    socket_folder,
)
from city.kernel.postgres.process import answers, end_former_server, pid_lines, run_kept

# Modest, for a machine that also runs the city. wal_compression: pages go to the log once per
# checkpoint and shrink well. jit: compiling costs more than our short queries take.
SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "shared_buffers": "256MB",
        "wal_compression": "on",
        "jit": "off",
        "huge_pages": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
)

_LOG_BYTES = 1 << 20
_PAUSE_SECONDS = 0.004
_NONE: Mapping[str, str] = MappingProxyType({})


class Postgres:
    """The supervisor of one PostgreSQL server on one data folder. Not for several threads."""

    def __init__(self, data: Path, *, programs: Path | None = None) -> None:
        """Name the data folder; nothing happens yet.

        `programs` is the folder of another PostgreSQL's programs, such as an older version's.
        """
        self.data = Path(data).resolve()
        self._given = programs
        self._cluster = self.data / "cluster"
        self._keeper: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None
        self._runner = Runner()
        self._sockets: Path | None = None

    def __enter__(self) -> Self:
        """Start the server."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server, unless another process owns it."""
        self.stop()

    @property
    def programs(self) -> Path:
        """Return the folder of PostgreSQL's programs. Raises PostgresNotInstalled."""
        return self._given or find_programs()

    def start(self, *, settings: Mapping[str, str] = _NONE, seconds: float = 60) -> str:
        """Start the server, make its data folder if need be, and return the URL of `postgres`.

        If another living process owns a server on this folder, that one is shared, with its own
        settings. What a dead process left is stopped and repaired first. Raises PostgresFailed,
        after `seconds` at the latest if the server does not get ready.
        """
        deadline = time.monotonic() + seconds
        if self._lock is not None:
            if self.is_running():
                return self.url("postgres")
            self.stop()
        self._make_data_folder()
        while not self._take_lock():
            if url := self.attach():
                return url
            if time.monotonic() > deadline:
                raise PostgresFailed(
                    f"Another process has held {self.data} for {seconds:g} s without getting "
                    f"PostgreSQL ready. Look at {self.data / 'server.log'}."
                )
            time.sleep(_PAUSE_SECONDS)
        try:
            self._runner = choose_runner(self.data, self.programs)
            end_former_server(self.data)
            for unfinished in self.data.glob("cluster.new-*"):
                # A dying initdb may still be writing into it; then the next start removes it.
                shutil.rmtree(unfinished, ignore_errors=True)
            if not (self._cluster / "PG_VERSION").exists():
                self._make_cluster(settings, deadline)
            self._check_version()
            self._sockets = make_socket_folder(self.data, self._runner)
            self._launch(settings, deadline)
        except BaseException:
            self.stop()
            raise
        return self.url("postgres")

    def stop(self) -> None:
        """Stop the server (open transactions are rolled back) and wait until it has gone.

        A server that another process owns is left running.
        """
        if self._lock is None:
            self._sockets = None
            return
        try:
            self._end_keeper(self._keeper)
            end_former_server(self.data)
            remove_socket_folder(self.data, self._runner)
        finally:
            self._keeper = None
            self._sockets = None
            os.close(self._lock)
            self._lock = None

    def attach(self) -> str | None:
        """Return the URL of `postgres` if a living process runs a server here that is ready."""
        if not self._is_owned():
            return None
        lines = pid_lines(self.data)
        if len(lines) < 8 or lines[7].strip() != "ready":
            return None
        if not answers(self.data):
            return None
        self._sockets = socket_folder(self.data)
        return self.url("postgres")

    def is_running(self) -> bool:
        """Say whether a living process runs a server here that is ready."""
        return self.attach() is not None

    def url(self, database: str) -> str:
        """Return the URL of a database, for asyncpg and for PostgreSQL's own programs.

        Raises PostgresNotRunning before `start` or a successful `attach`.
        """
        if self._sockets is None:
            raise PostgresNotRunning(f"PostgreSQL is not running on {self.data}. Start it first.")
        # The port names the socket's file; said here because PGPORT would decide otherwise.
        name, folder = quote(database, safe=""), quote(str(self._sockets))
        return f"postgresql://city@/{name}?host={folder}&port=5432"

    def ensure_database(self, name: str) -> str:
        """Make the database unless it is there, and return its URL."""
        tools.ensure_database(self.programs, self.url("postgres"), name)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop the database if it is there, whoever is connected to it."""
        tools.drop_database(self.programs, self.url("postgres"), name)

    def dump(self, database: str, file: Path) -> None:
        """Write the database into the file (custom format, mode 0600), whole or not at all."""
        tools.dump(self.programs, self.url(database), file)

    def restore(self, database: str, file: Path) -> None:
        """Replace the database by what `dump` wrote, whole or not at all.

        Everything in it then belongs to the server's one user; grants are not restored. Raises
        PostgresFailed if the file is no dump or somebody is connected to the database.
        """
        tools.restore(self.programs, self.url("postgres"), database, file, self.url)

    def upgrade(self, file: Path) -> Path | None:
        """Put the data of another major version aside, so that `start` makes a fresh folder.

        `file` is the dump that will be restored then; it is checked before anything is moved.
        Returns where the former data are now (delete them when content), or None if the version is
        the right one. Raises PostgresFailed if the server runs.
        """
        tools.check_dump(self.programs, file)
        former = self._data_version()
        if former in (None, major_version(self.programs)):
            return None
        if not self._take_lock():
            raise PostgresFailed(f"PostgreSQL is running on {self.data}. Stop it first.")
        try:
            self._runner = choose_runner(self.data, self.programs)
            end_former_server(self.data)
            aside, number = self.data / f"cluster.{former}", 1
            while aside.exists():
                number += 1
                aside = self.data / f"cluster.{former}.{number}"
            self._cluster.rename(aside)
            return aside
        finally:
            self.stop()

    # The data folder

    def _make_data_folder(self) -> None:
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise PostgresFailed(f"Cannot make the folder {self.data}: {error.strerror}") from error
        check_owner(self.data)

    def _data_version(self) -> str | None:
        try:
            return (self._cluster / "PG_VERSION").read_text().strip()
        except OSError:
            return None

    def _check_version(self) -> None:
        data, programs = self._data_version(), major_version(self.programs)
        if data != programs:
            raise PostgresVersionDiffers(
                f"The data in {self._cluster} were written by PostgreSQL {data}, but the installed "
                f"programs are PostgreSQL {programs}. Nothing was changed. With the programs of "
                f"PostgreSQL {data}, start the data and write a dump (pg_dump --format=custom); "
                "then run: python -m city database restore FILE"
            )

    def _make_cluster(self, settings: Mapping[str, str], deadline: float) -> None:
        """Let initdb work beside, and rename: a kill in between leaves nothing half made."""
        if self._cluster.exists() and any(self._cluster.iterdir()):
            raise PostgresFailed(
                f"{self._cluster} holds files but no PostgreSQL data: PG_VERSION is missing. "
                "Move the folder away, or restore it from a backup."
            )
        new = Path(tempfile.mkdtemp(prefix="cluster.new-", dir=self.data))
        if self._runner.uid >= 0:
            os.lchown(new, self._runner.uid, self._runner.gid)
        command = ["initdb", f"--pgdata={new}", "--username=city", "--encoding=UTF8"]
        command += ["--auth-local=trust", "--auth-host=reject", f"--locale={locale()}"]
        if int(major_version(self.programs)) >= 17:
            # Sorted alike on every system and for ever: the order does not hang on the C library.
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            if sys.platform == "linux":
                command += ["--sync-method=syncfs"]
        if settings.get("fsync") == "off":
            command += ["--no-sync"]
        try:
            self._wait_until_made(command, deadline)
            new.rename(self._cluster)
            _sync(self.data)
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def _wait_until_made(self, command: list[str], deadline: float) -> None:
        with run_kept(self.data, self._runner, self.programs, command) as (keeper, said):
            try:
                keeper.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired as error:
                raise PostgresFailed(
                    f"{self._cluster} was not made in time: the disk may be slow. Allow it more."
                ) from error
            finally:
                self._end_keeper(keeper)
            if keeper.returncode != 0:
                raise PostgresFailed(f"{self._cluster} could not be made.\n{said()}")

    # The lock: held by the process that owns the server

    def _take_lock(self) -> bool:
        lock = open_in(self.data, "lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        self._lock = lock
        return True

    def _is_owned(self) -> bool:
        try:
            lock = os.open(self.data / "lock", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise PostgresFailed(f"Cannot look into {self.data}: {error.strerror}.") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    # The server's process

    def _launch(self, settings: Mapping[str, str], deadline: float) -> None:
        log = self.data / "server.log"
        if log.exists() and log.lstat().st_size > _LOG_BYTES:
            log.replace(self.data / "server.log.1")
        ours = {"listen_addresses": "", "unix_socket_directories": str(self._sockets)}
        command = ["postgres", "-D", str(self._cluster)]
        for name, value in {**SETTINGS, **settings, **ours}.items():
            command += ["-c", f"{name}={value}"]
        while True:
            with run_kept(self.data, self._runner, self.programs, command) as (self._keeper, said):
                if self._wait_until_ready(self._keeper, deadline):
                    return
                told = said()
            self._end_keeper(self._keeper)
            # Processes of a killed server need a moment to notice that it is dead.
            if "is still in use" not in told or time.monotonic() > deadline:
                raise PostgresFailed(f"PostgreSQL did not start on {self.data}.\n{told}")
            time.sleep(0.05)

    def _wait_until_ready(self, keeper: subprocess.Popen[bytes], deadline: float) -> bool:
        """Return True when our child says that it is ready, False when it has ended."""
        assert keeper.stdout is not None  # noqa: S101 - asked for in run_kept
        pid = keeper.stdout.readline().decode().strip()
        while keeper.poll() is None:
            lines = pid_lines(self.data)
            # What a killed server left also says "ready", with another pid.
            if len(lines) >= 8 and lines[0].strip() == pid and lines[7].strip() == "ready":
                return True
            if time.monotonic() > deadline:
                raise PostgresFailed(
                    "PostgreSQL was not ready in time. It may be recovering from a crash: allow it "
                    f"more seconds, and look at {self.data / 'server.log'}."
                )
            time.sleep(_PAUSE_SECONDS)
        return False

    def _end_keeper(self, keeper: subprocess.Popen[bytes] | None) -> None:
        if keeper is None:
            return
        assert keeper.stdin is not None and keeper.stdout is not None  # noqa: S101
        keeper.stdin.close()
        keeper.stdout.close()
        keeper.wait()


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
