"""Each data set as it was at a moment: files under the data folder, written once for everybody.

A snapshot is a folder. It is made beside its place and put there when it is whole, by one process
of the computer at a time; its CSV comes from the database, its other files from that CSV when they
are first asked for. Who reads a file of it goes on doing so when a newer one has taken its place.
"""

import asyncio
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import msgspec

from city.kernel import NOBODY, Database, Unavailable, Work, events_after, log_position
from city.opendata import formats, tables
from city.opendata.model import MOST_AGE, DataSet, Format
from city.settings import current

REST = 10.0
"""A data set that has changed is written anew once this many times what the last time took has
passed, so that a busy city spends a tenth of its time on it at most."""

SMALL_ROWS = 20_000
"""Files of no more rows than this take so little time that nobody has to ask for them first."""

_MANIFEST = "snapshot.json"
_TRIES = 5


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A data set as it was at `made_at`.

    `position` is from where to read the log of changes in order to go on from it. `digest` is the
    SHA-256 of the CSV, which has been this one `since`. It took `seconds` to write.
    """

    code: str
    name: str
    made_at: datetime
    since: datetime
    position: str
    rows: int
    digest: str
    seconds: float

    def file(self, form: Format, *, squeezed: bool = False) -> Path:
        """Return where a file of it is, or would be."""
        return folder_of(self.code) / self.name / f"{self.code}.{form}{'.gz' if squeezed else ''}"

    def size(self, form: Format) -> int | None:
        """Return how many bytes a file of it has; None if nobody has asked for it yet."""
        try:
            return self.file(form).stat().st_size
        except FileNotFoundError:
            return None


_locks: dict[tuple[int, str], asyncio.Lock] = {}


def folder_of(code: str) -> Path:
    """Return the folder in which the snapshots of a data set stand."""
    return current().data / "opendata" / code


def find_snapshot(code: str) -> Snapshot | None:
    """Return the newest snapshot of a data set, if there is one."""
    for _ in range(_TRIES):
        names = _names(code)
        if not names:
            return None
        with suppress(FileNotFoundError):  # A newer one has taken its place meanwhile.
            written = (folder_of(code) / names[-1] / _MANIFEST).read_bytes()
            return msgspec.json.decode(written, type=Snapshot)
    return None


async def known_snapshot(database: Database, dataset: DataSet) -> Snapshot:
    """Return the newest snapshot whatever its age; the first one is made."""
    return find_snapshot(dataset.code) or await fresh_snapshot(database, dataset)


async def fresh_snapshot(database: Database, dataset: DataSet) -> Snapshot:
    """Return a snapshot in which nothing is missing that should be in it by now."""
    found = find_snapshot(dataset.code)
    if found is not None and not await _is_stale(database, dataset, found):
        return found
    async with _turn(dataset.code):
        found = find_snapshot(dataset.code)  # Perhaps somebody else has made it meanwhile.
        if found is None or await _is_stale(database, dataset, found):
            found = await _make(database, dataset, found)
    return found


async def open_file(
    database: Database,
    dataset: DataSet,
    snapshot: Snapshot,
    form: Format,
    *,
    squeezed: bool = False,
) -> tuple[Snapshot, BinaryIO]:
    """Open a file of a snapshot, or of the one that has taken its place; made if need be.

    Whoever opens it closes it.
    """
    for _ in range(_TRIES):
        try:
            file = await _file(dataset, snapshot, form, squeezed=squeezed)
            return snapshot, await asyncio.to_thread(file.open, "rb")
        except FileNotFoundError:
            snapshot = await fresh_snapshot(database, dataset)
    raise Unavailable("This file is being written anew just now. Please try again.")


async def write_small(dataset: DataSet, snapshot: Snapshot) -> None:
    """Have every file of a small snapshot written, so that their sizes can be told."""
    if snapshot.rows <= SMALL_ROWS:
        for form in dataset.formats:
            with suppress(FileNotFoundError):  # A newer one has taken its place meanwhile.
                await _file(dataset, snapshot, form, squeezed=False)


async def _file(dataset: DataSet, snapshot: Snapshot, form: Format, *, squeezed: bool) -> Path:
    file = snapshot.file(form)
    source = snapshot.file(Format.CSV)
    if form is not Format.CSV:
        await _written(file, lambda to: formats.write_format(dataset, form, source, to))
    if not squeezed:
        return file
    squeezed_file = snapshot.file(form, squeezed=True)
    await _written(squeezed_file, lambda to: formats.write_squeezed(file, to))
    return squeezed_file


async def _written(file: Path, write: Callable[[Path], None]) -> None:
    """Have a file written, wholly or not at all, unless it is there."""
    if _is_there(file):
        return
    async with _turn(file.parent.parent.name):
        if not _is_there(file):
            being = file.with_name(f".{file.name}")
            await asyncio.to_thread(write, being)
            being.rename(file)


def _is_there(file: Path) -> bool:
    return file.exists()


async def _is_stale(database: Database, dataset: DataSet, snapshot: Snapshot) -> bool:
    async with database.work(NOBODY, reading=True) as work:
        age = work.now - snapshot.made_at
        if age >= MOST_AGE[dataset.rhythm] or age < timedelta(0):
            return True
        if not dataset.kinds or age < timedelta(seconds=REST * snapshot.seconds):
            return False
        return bool(await events_after(work, snapshot.position, dataset.kinds, 1))


async def _make(database: Database, dataset: DataSet, before: Snapshot | None) -> Snapshot:
    folder = folder_of(dataset.code)
    being = folder / ".being-made"
    shutil.rmtree(being, ignore_errors=True)
    being.mkdir(parents=True)
    started = time.perf_counter()
    async with database.work(NOBODY, reading=True) as work:
        # First the position: what happens while the rows are copied comes again with the changes.
        position = await log_position(work)
        rows, digest = await _copy(work, dataset, being / f"{dataset.code}.csv")
        now = work.now
    same = before is not None and before.digest == digest
    snapshot = Snapshot(
        code=dataset.code,
        name=f"{now:%Y%m%dT%H%M%S%f}",
        made_at=now,
        since=before.since if before is not None and same else now,
        position=position,
        rows=rows,
        digest=digest,
        seconds=round(time.perf_counter() - started, 3),
    )
    if before is not None and same:
        _take_over(folder / before.name, being)
    (being / _MANIFEST).write_bytes(msgspec.json.encode(snapshot))
    older = _names(dataset.code)
    if snapshot.name in older:  # Only a clock that stands still gives two of one name.
        shutil.rmtree(folder / snapshot.name)
    being.rename(folder / snapshot.name)
    for name in older:
        if name != snapshot.name:
            shutil.rmtree(folder / name, ignore_errors=True)
    return snapshot


async def _copy(work: Work, dataset: DataSet, file: Path) -> tuple[int, str]:
    """Write the rows of a data set, and return how many there are and the digest of the file."""
    digest, records = hashlib.sha256(), 0
    head = ",".join(column.name for column in dataset.columns).encode() + b"\r\n"
    with await asyncio.to_thread(file.open, "wb") as out:
        async for piece in dataset.rows(work):
            if records == 0 and piece and not piece.startswith(head):
                raise RuntimeError(f"{dataset.code} is not what its columns say")
            out.write(piece)
            digest.update(piece)
            records += tables.count_records(piece)
    return records - 1, digest.hexdigest()


def _take_over(before: Path, being: Path) -> None:
    """Keep the other files of a snapshot whose rows have not changed."""
    for file in before.iterdir():
        if file.name[0] != "." and not (being / file.name).exists() and file.name != _MANIFEST:
            with suppress(OSError):
                os.link(file, being / file.name)


def _names(code: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder_of(code)) if name[0] != ".")
    except FileNotFoundError:
        return []


@asynccontextmanager
async def _turn(code: str) -> AsyncIterator[None]:
    """Let one after another write files of a data set: in this process, and on this computer."""
    lock = _locks.setdefault((id(asyncio.get_running_loop()), code), asyncio.Lock())
    folder = folder_of(code)
    async with lock:
        folder.mkdir(parents=True, exist_ok=True)
        with await asyncio.to_thread((folder / ".turn").open, "wb") as turn:
            await asyncio.to_thread(fcntl.flock, turn, fcntl.LOCK_EX)
            yield
