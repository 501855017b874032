"""The processes of a PostgreSQL server: run under a keeper, recognised, ended when orphaned."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from city.kernel.postgres import keeper
from city.kernel.postgres.host import PostgresFailed, Runner, environment, open_in, socket_folder

_PAUSE_SECONDS = 0.004
_SAID_BYTES = 1 << 20


@contextmanager
def run_kept(
    data: Path, runner: Runner, programs: Path, command: list[str]
) -> Iterator[tuple[subprocess.Popen[bytes], Callable[[], str]]]:
    """Run a program under a keeper; give the keeper, and what the program says in server.log.

    Whoever closes the keeper's standard input, or dies, ends the program. Only what it says is
    closed with this context; the keeper goes on.
    """
    log = open_in(data, "server.log")
    begun = os.lseek(log, 0, os.SEEK_END)
    kept = [sys.executable, "-I", "-S", keeper.__file__]
    program = [*runner.prefix, str(programs / command[0]), *command[1:]]
    try:
        yield (
            subprocess.Popen(
                [*kept, str(runner.uid), str(runner.gid), *program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd="/",
                env=environment(),
                start_new_session=True,
            ),
            lambda: os.pread(log, _SAID_BYTES, begun).decode(errors="replace")[-2000:].strip(),
        )
    finally:
        os.close(log)


def pid_lines(data: Path) -> list[str]:
    """Return the lines of postmaster.pid, none if it is not there. They may be of a dead server."""
    try:
        text = (data / "cluster" / "postmaster.pid").read_text(errors="replace")
    except OSError:
        return []
    return text.split("\n")


def answers(data: Path) -> bool:
    """Say whether a server accepts connections on the socket of this data folder."""
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(2)
        try:
            caller.connect(str(socket_folder(data) / ".s.PGSQL.5432"))
        except OSError:
            return False
    return True


def end_former_server(data: Path) -> None:
    """Stop a server whose owner and keeper are both dead, and clear a misleading pid file.

    Call it with the lock held: then no living process owns a server here. Raises PostgresFailed if
    a server answers that cannot be stopped.
    """
    lines = pid_lines(data)
    if not lines:
        return
    pid = int(lines[0]) if lines[0].strip().isdigit() else 0
    for number, seconds in keeper.ESCALATION:
        if not _is_server(pid, data):
            break
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while _is_server(pid, data) and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)
    if answers(data):
        raise PostgresFailed(
            "A PostgreSQL that cannot be seen from here, perhaps in another container, is "
            f"running on {data}. Stop it first."
        )
    if not pid or _is_alive(pid):
        # Another program has this pid now, or the file is torn: PostgreSQL would refuse to start.
        (data / "cluster" / "postmaster.pid").unlink(missing_ok=True)


def _is_server(pid: int, data: Path) -> bool:
    """Say whether this process is a PostgreSQL on our data: pids are given out again."""
    if pid <= 1:
        return False
    cluster = data / "cluster"
    if not Path("/proc/self/exe").exists():
        ps = ["ps", "-o", "command=", "-p", str(pid)]
        seen = subprocess.run(ps, capture_output=True, text=True)
        return str(cluster) in seen.stdout
    try:
        name = Path(f"/proc/{pid}/exe").readlink().name.split(" ")[0]
        return name == "postgres" and Path(f"/proc/{pid}/cwd").samefile(cluster)
    except OSError:
        return False


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
