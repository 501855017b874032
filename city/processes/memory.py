"""The definitions by heart: a case's step must not cost a statement to know the way.

A version never changes, so it is remembered for ever. Which one is the latest is read again once
a minute.
"""

import logging
import time

from city.kernel import NOBODY, Database, Missing, Unavailable, Work
from city.processes import store
from city.processes.model import Definition, Version
from city.settings import Settings

_FRESH_SECONDS = 60.0

log = logging.getLogger(__name__)


class _Memory:
    """What this process remembers."""

    def __init__(self) -> None:
        self.versions: dict[tuple[str, int], Version] = {}
        self.latest: dict[str, Version] = {}
        self.read_at = float("-inf")

    def keep(self, versions: list[Version]) -> None:
        for version in versions:
            self.versions[version.code, version.version] = version


_memory = _Memory()


async def current(work: Work, code: str) -> Version:
    """Return the version by which cases of this process are opened now; raise Missing if none.

    One that was published on another machine is known within a minute.
    """
    found = (await list_current(work)).get(code)
    if found is None:
        forget()  # It may have been published a moment ago.
        found = (await list_current(work)).get(code)
    if found is None:
        raise Missing("There is no process of this name.")
    return found


async def list_current(work: Work) -> dict[str, Version]:
    """Return the latest version of every process by its code, as it is remembered."""
    if time.monotonic() - _memory.read_at > _FRESH_SECONDS:
        versions = await store.list_current(work)
        _memory.keep(versions)
        _memory.latest = {version.code: version for version in versions}
        _memory.read_at = time.monotonic()
    return _memory.latest


async def get(work: Work, code: str, version: int) -> Version:
    """Return one version of a process; raise Missing if there is none."""
    found = _memory.versions.get((code, version))
    if found is None:
        found = await store.get_version(work, code, version)
        _memory.keep([found])
    return found


def known(code: str, version: int) -> Definition | None:
    """Return a definition if this process of the computer remembers it, without asking."""
    found = _memory.versions.get((code, version))
    return found.definition if found else None


def forget() -> None:
    """Read again which version is the latest, the next time somebody asks."""
    _memory.read_at = float("-inf")


async def open_room(settings: Settings, database: Database) -> None:
    """Learn every version there is by heart."""
    _memory.__init__()
    try:
        async with database.work(NOBODY, reading=True) as work:
            _memory.keep(await store.list_all(work))
    except Unavailable:
        log.warning("the processes could not be read yet")
