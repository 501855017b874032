"""Something that may be refused inside a unit of work which goes on all the same."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from city.cases import store
from city.kernel import Work


@asynccontextmanager
async def attempt(work: Work, *, keep: bool = True) -> AsyncIterator[None]:
    """Do what stands inside wholly or not at all: what is raised undoes it, and goes on.

    With `keep` false it is undone in any case: a trial of whether it could be done.
    """
    announced, jobs = len(work.announced), len(work.jobs)
    await store.set_savepoint(work)
    try:
        yield
    except Exception:
        await _undo(work, announced, jobs)
        raise
    if keep:
        await store.release_savepoint(work)
    else:
        await _undo(work, announced, jobs)


async def _undo(work: Work, announced: int, jobs: int) -> None:
    await store.undo_to_savepoint(work)
    del work.announced[announced:]
    del work.jobs[jobs:]
