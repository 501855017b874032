"""One worker of the darkroom: a process that holds a stranger's file so that the server need not.

It is started by `city.media.darkroom` and speaks with it over one socket: a task comes as a
length-prefixed msgpack frame with the open file beside it (and for films an empty one to write
to), and an answer goes back the same way. It opens nothing by name.
"""

import ctypes
import gc
import math
import os
import resource
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress

from msgspec import msgpack

from city.media import pictures
from city.media.wire import BROKEN, MAX_FILM_BYTES, TASKS, Printed, Refused, Task, Unreadable

RESIDENT_MB = 256
"""A job stays below this, come what may."""
_LIBRARIES_MB = 32
"""Room for what the data limit does not count: code of the decoders, and the mapped upload."""
_TIRED_MB = 72
_MB = 1 << 20
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38


def serve(descriptor: int) -> None:
    """Do one task after the other until the darkroom closes the socket or dies."""
    _die_with_the_server()
    _limit()
    tidy = _tidier()
    with socket.socket(fileno=descriptor) as line:
        line.sendall(b"\1")
        while True:
            frame, files, _, _ = socket.recv_fds(line, 4096, 2)
            if not frame:
                return
            try:
                answer = msgpack.encode(_do(TASKS.decode(frame[4:]), files))
            finally:
                for file in files:
                    os.close(file)
            line.sendall(len(answer).to_bytes(4, "big") + answer)
            del answer
            tidy()
            if _memory().get("VmData:", 0) > _TIRED_MB * _MB:
                return  # what is left would not do for the next job; a fresh one takes it


def _do(task: Task, files: list[int]) -> Printed | Refused:
    # The darkroom keeps the time; this is for the case that it is no longer there to do so.
    signal.alarm(math.ceil(task.seconds) + 2)
    try:
        if not task.kind.is_film:
            return pictures.print_picture(files[0], task.kind)
        # Most workers never see a film: 15 MB and 50 ms.
        from city.media import films  # noqa: PLC0415

        return films.print_film(files[0], files[1], task.kind)
    except Unreadable as refusal:
        cause = refusal.__cause__
        return Refused(refusal.reason, refusal.values, str(cause)[:500] if cause else "")
    except MemoryError:
        return Refused(BROKEN, detail="out of memory")
    except Exception:
        return Refused(BROKEN, detail=traceback.format_exc(limit=-6))
    finally:
        signal.alarm(0)


def _die_with_the_server() -> None:
    """Have Linux kill this process when the server goes; elsewhere the closed socket ends it."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server to hear


def _limit() -> None:
    """Bound memory, files and manners, from what the process has already now."""
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    most = MAX_FILM_BYTES + 4 * _MB
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    if sys.platform != "linux":
        return
    now = _memory()
    _use_small_stacks()
    room = (RESIDENT_MB - _LIBRARIES_MB) * _MB - now["VmRSS:"]
    data = now["VmData:"] + room
    resource.setrlimit(resource.RLIMIT_DATA, (data, data))
    # Shared mappings escape the data limit; libraries still to be loaded need address space.
    space = now["VmSize:"] + room + 256 * _MB
    resource.setrlimit(resource.RLIMIT_AS, (space, space))


def _memory() -> dict[str, int]:
    """What Linux says this process uses, in bytes; empty elsewhere."""
    try:
        with open("/proc/self/status") as file:
            return {line.split()[0]: int(line.split()[1]) * 1024 for line in file if "kB" in line}
    except OSError:
        return {}


def _use_small_stacks() -> None:
    """Give threads 1 MB of stack: the usual 8 MB each count against the limit, unused or not."""
    libc = ctypes.CDLL(None)
    attributes = ctypes.create_string_buffer(64)
    with suppress(AttributeError):  # musl has small ones already
        change = libc.pthread_setattr_default_np
        libc.pthread_attr_init(attributes)
        libc.pthread_attr_setstacksize(attributes, ctypes.c_size_t(_MB))
        change(attributes)


def _tidier() -> Callable[[], object]:
    """A function that hands memory back, so that an idle worker is small and the next has room.

    A refusal's traceback holds decoders in a ring that only the collector undoes.
    """
    with suppress(OSError, AttributeError):
        trim = ctypes.CDLL(None).malloc_trim
        return lambda: (gc.collect(), trim(0))
    return gc.collect
