"""The darkroom: untrusted uploads become safe pictures in a few small, expendable processes.

    async with Darkroom() as darkroom:
        developed = await darkroom.develop(upload)

The server itself never decodes a stranger's file and never loads a decoder. It looks at the first
bytes and the size, passes the open file to a worker over a socket, and waits no longer than the
file deserves. A worker may use less than 256 MB, cannot write but into the one file it is given,
knows none of the server's environment, is killed when it is late, replaced when it dies, and dies
with the server. Uploads and films travel as nameless temporary files, so nothing is left over
whatever happens.
"""

import asyncio
import logging
import os
import socket
import sys
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Self

import msgspec

from city.media.wire import (
    ANSWERS,
    BROKEN,
    FILM_TOO_LARGE,
    HEAD_BYTES,
    MAX_FILM_BYTES,
    MAX_PHOTO_BYTES,
    MEGA,
    NOT_KNOWN,
    PHOTO_TOO_LARGE,
    TOO_SLOW,
    Kind,
    Picture,
    Printed,
    Refused,
    Seen,
    Task,
    Unreadable,
    kind_of,
)

log = logging.getLogger(__name__)

START_SECONDS = 20.0
"""How long a worker may take to start on a machine that is busy with other things."""
_MOST_ANSWER_BYTES = 16 * MEGA
_KEPT_ENVIRONMENT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "SYSTEMROOT", "TMPDIR")
_HERE = Path(__file__).resolve().parent
# The worker enters the package by the side door: `city.media` itself would load the whole server.
_START = """
import sys, types
for name, folder in (("city", sys.argv[1]), ("city.media", sys.argv[2])):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [folder]
from city.media.workbench import serve
serve(int(sys.argv[3]))
"""


class Film(msgspec.Struct, frozen=True):
    """A clean MP4 in an open, nameless file that is gone once it is closed or forgotten."""

    file: IO[bytes]
    seconds: float


class Developed(msgspec.Struct, frozen=True):
    """What became of an upload; a film has its poster frame as pictures."""

    kind: Kind
    seen: Seen
    large: Picture
    thumbnail: Picture
    film: Film | None = None


class _Gone(Exception):
    """The worker died at its job."""


class Darkroom:
    """A pool of workers, started when they are needed.

    With two or more workers one is always left for photos, so that nobody's photo waits for
    somebody's film. `photo_seconds` and `film_seconds` bound the work on one upload, not the
    time it waits for its turn. It belongs to the event loop that first uses it.
    """

    def __init__(
        self,
        *,
        workers: int = 2,
        photo_seconds: float = 1.9,
        film_seconds: float = 10.0,
        jobs_per_worker: int = 200,
    ) -> None:
        self._photo_seconds = photo_seconds
        self._film_seconds = film_seconds
        self._jobs_per_worker = jobs_per_worker
        self._turns = asyncio.Semaphore(workers)
        self._film_turns = asyncio.Semaphore(max(1, workers - 1))
        self._idle: list[_Worker] = []
        self._alive: set[_Worker] = set()
        self._endings: set[asyncio.Future[None]] = set()
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def worker_pids(self) -> list[int]:
        """The process ids of the workers alive now."""
        return sorted(worker.pid for worker in self._alive)

    async def develop(self, upload: bytes | Path | IO[bytes]) -> Developed:
        """Turn an upload into safe pictures, or raise Unreadable with a sentence for its sender.

        A file object stays open and is read from its beginning. A worker that dies at the job
        is replaced and the job tried once more within the same time. Raises OSError if no worker
        can be started on this machine.
        """
        with _opened(upload) as file:
            kind = _checked_kind(file)
            if not kind.is_film:
                async with self._turns:
                    printed = await self._print(Task(kind, self._photo_seconds), [file.fileno()])
                return Developed(kind, printed.seen, printed.large, printed.thumbnail)
            async with self._film_turns, self._turns:
                film = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller
                try:
                    task = Task(kind, self._film_seconds)
                    printed = await self._print(task, [file.fileno(), film.fileno()])
                except BaseException:
                    film.close()
                    raise
            film.seek(0)
            return Developed(
                kind,
                printed.seen,
                printed.large,
                printed.thumbnail,
                Film(film, printed.film_seconds),
            )

    async def close(self) -> None:
        """Stop every worker, whatever it is doing; returns when they are gone."""
        self._closed = True
        self._idle.clear()
        for worker in list(self._alive):
            self._end(worker)
        await asyncio.gather(*self._endings, return_exceptions=True)

    async def _print(self, task: Task, files: list[int]) -> Printed:
        loop = asyncio.get_running_loop()
        left = task.seconds
        for attempt in ("first", "second"):
            worker = await self._take_worker()
            begun = loop.time()
            try:
                answer = await asyncio.wait_for(worker.do(task, files), left)
            except TimeoutError:
                raise Unreadable(TOO_SLOW) from None
            except _Gone:
                left -= loop.time() - begun
                log.warning("a darkroom worker died at a %s (%s attempt)", task.kind, attempt)
                if left <= 0:
                    break
                continue
            finally:
                self._give_back(worker)
            if isinstance(answer, Refused):
                if answer.detail:
                    log.info("the darkroom refused a %s: %s", task.kind, answer.detail)
                raise Unreadable(answer.reason, **answer.values)
            return answer
        raise Unreadable(BROKEN)

    async def _take_worker(self) -> "_Worker":
        if self._closed:
            raise RuntimeError("the darkroom is closed")
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                return worker
            self._end(worker)
        for _ in range(3):
            worker = await _Worker.start()
            self._alive.add(worker)
            try:
                await asyncio.wait_for(worker.ready(), START_SECONDS)
            except (_Gone, TimeoutError):
                self._end(worker)
            except BaseException:
                self._end(worker)
                raise
            else:
                return worker
        raise OSError("the darkroom's workers do not start")

    def _give_back(self, worker: "_Worker") -> None:
        fit = worker.is_alive and not worker.busy and worker.jobs < self._jobs_per_worker
        if fit and not self._closed:
            self._idle.append(worker)
        else:
            self._end(worker)

    def _end(self, worker: "_Worker") -> None:
        if worker not in self._alive:
            return
        self._alive.discard(worker)
        ending = asyncio.ensure_future(worker.end())
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)


class _Worker:
    """One worker process and the socket to it. `busy` stays true when a job did not end well."""

    def __init__(self, process: Process, line: socket.socket) -> None:
        self._process = process
        self._line = line
        self.pid = process.pid
        self.jobs = 0
        self.busy = False

    @classmethod
    async def start(cls) -> "_Worker":
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        # One thread and one heap: less memory, and the work is decoding, which has one thread.
        environment |= {"VIPS_CONCURRENCY": "1", "MALLOC_ARENA_MAX": "1"}
        try:
            with theirs:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-P", "-c", _START),
                    *(str(_HERE.parent), str(_HERE), str(theirs.fileno())),
                    stdin=DEVNULL,
                    stdout=DEVNULL,
                    stderr=DEVNULL,
                    env=environment,
                    pass_fds=(theirs.fileno(),),
                )
        except BaseException:
            ours.close()
            raise
        return cls(process, ours)

    @property
    def is_alive(self) -> bool:
        """False as soon as its end of the socket is closed, even before the process is reaped."""
        try:
            return bool(self._line.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            return self._process.returncode is None
        except OSError:
            return False

    async def ready(self) -> None:
        """Wait for its first sign of life."""
        await self._receive(1)

    async def do(self, task: Task, files: list[int]) -> Printed | Refused:
        """Have it do one task with these open files; raises _Gone if it dies."""
        self.busy = True
        self.jobs += 1
        frame = msgspec.msgpack.encode(task)
        try:
            # Small and into an empty socket: it never blocks.
            socket.send_fds(self._line, [len(frame).to_bytes(4, "big") + frame], files)
        except OSError as error:
            raise _Gone from error
        size = int.from_bytes(await self._receive(4), "big")
        if size > _MOST_ANSWER_BYTES:
            raise _Gone
        try:
            answer = ANSWERS.decode(await self._receive(size))
        except msgspec.MsgspecError as error:
            raise _Gone from error
        self.busy = False
        return answer

    async def end(self) -> None:
        self._line.close()
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def _receive(self, size: int) -> bytearray:
        loop = asyncio.get_running_loop()
        data = bytearray(size)
        with memoryview(data) as view:
            at = 0
            while at < size:
                try:
                    count = await loop.sock_recv_into(self._line, view[at:])
                except OSError as error:
                    raise _Gone from error
                if count == 0:
                    raise _Gone
                at += count
        return data


@contextmanager
def _opened(upload: bytes | Path | IO[bytes]) -> Iterator[IO[bytes]]:
    """The upload as a file with a descriptor."""
    if isinstance(upload, bytes):
        _refuse_if_too_large(kind_of(upload[:HEAD_BYTES]), len(upload))
        with tempfile.TemporaryFile(buffering=0) as file:
            file.write(upload)
            yield file
    elif isinstance(upload, Path):
        with upload.open("rb") as file:
            yield file
    else:
        yield upload


def _checked_kind(file: IO[bytes]) -> Kind:
    file.flush()
    descriptor = file.fileno()
    kind = kind_of(os.pread(descriptor, HEAD_BYTES, 0))
    return _refuse_if_too_large(kind, os.fstat(descriptor).st_size)


def _refuse_if_too_large(kind: Kind | None, size: int) -> Kind:
    if kind is None:
        raise Unreadable(NOT_KNOWN)
    if kind.is_film and size > MAX_FILM_BYTES:
        raise Unreadable(FILM_TOO_LARGE, megabytes=MAX_FILM_BYTES // MEGA)
    if not kind.is_film and size > MAX_PHOTO_BYTES:
        raise Unreadable(PHOTO_TOO_LARGE, megabytes=MAX_PHOTO_BYTES // MEGA)
    return kind
