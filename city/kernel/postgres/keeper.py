"""Runs one program for an owner, and ends that program when the owner is gone.

    python -I -S keeper.py UID GID PROGRAM [ARGUMENT ...]

The owner holds the other end of the keeper's standard input and writes nothing into it. However the
owner ends, `kill -9` included, the kernel closes that pipe, and the keeper reads the end of it. A
parent-death signal would not do: it follows the thread that started the program, not the process,
and is dropped when the program changes its user or its user namespace, which PostgreSQL under root
has to do. Being the parent, the keeper never signals a pid that now means another program.

The keeper is started in a session of its own, so that Ctrl-C in a terminal reaches the owner only
and the owner decides what stops first. UID and GID are -1 to stay who we are. The first line it
prints is the program's pid; it ends with the program's exit status, or 128 plus its signal.

It imports little and nothing of ours: it has to start within milliseconds.
"""

import os
import select
import signal
import sys
import time
from contextlib import suppress

# PostgreSQL's fast and immediate shutdown, then force; initdb goes at the first. In seconds.
ESCALATION = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))

_IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)


def main(arguments: list[str]) -> int:
    """Run the program until it ends or the owner does; return the exit status to leave with."""
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    awake, bell = os.pipe()
    os.set_blocking(awake, False)
    os.set_blocking(bell, False)
    signal.set_wakeup_fd(bell)
    for number in _IGNORED:
        # A handler that does nothing: ignoring a signal would be inherited by the program.
        signal.signal(number, lambda *_: None)
    program = _spawn(int(arguments[0]), int(arguments[1]), arguments[2:])
    with suppress(BrokenPipeError):  # The owner may be gone already, as the next line finds out.
        os.write(1, b"%d\n" % program)
    status = _wait(program, [0, awake], None)
    for number, seconds in ESCALATION:
        if status is not None:
            break
        os.kill(program, number)
        status = _wait(program, [awake], time.monotonic() + seconds)
    return 1 if status is None else status if status >= 0 else 128 - status


def _spawn(uid: int, gid: int, command: list[str]) -> int:
    """Start the program, as another user if asked, and return its pid."""
    if program := os.fork():
        return program
    try:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        if uid >= 0:
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
        os.execvp(command[0], command)  # noqa: S606 - no shell is wanted
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(127)


def _wait(program: int, watched: list[int], deadline: float | None) -> int | None:
    """Return the program's status once it has ended; None if the owner went or time ran out."""
    while True:
        ended, status = os.waitpid(program, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            return None
        ready, _, _ = select.select(watched, [], [], left)
        for number in ready:
            if not os.read(number, 4096) and number == 0:
                return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
