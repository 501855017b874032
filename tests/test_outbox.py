"""The outbox: what is announced is done later if, and only if, its cause commits."""

from datetime import timedelta

import pytest

from city.kernel import NOBODY, Database, Event, Work, job, reacts_to, run_due_jobs

heard: list[str] = []


class LampLit(Event, frozen=True, kw_only=True):
    """A lamp has been lit, in a test."""

    lamp: str


@reacts_to(LampLit)
async def hear(work: Work, event: LampLit) -> None:
    heard.append(event.lamp)


@job
async def light_later(work: Work, *, lamp: str) -> None:
    work.announce(LampLit(lamp=lamp))


async def count(database: Database, table: str) -> int:
    async with database.work(NOBODY, reading=True) as work:
        connection = await work._connect()
        return await connection.fetchval(f"select count(*) from {table}")


async def test_announcements_commit_or_vanish_with_their_cause(database: Database) -> None:
    heard.clear()
    before = await count(database, "kernel.event")
    with pytest.raises(RuntimeError):
        async with database.work(NOBODY) as work:
            await work.run("select 1")
            work.announce(LampLit(lamp="lost"))
            raise RuntimeError("the power went out")
    async with database.work(NOBODY) as work:
        work.announce(LampLit(lamp="kept"))
    await run_due_jobs(database)
    assert heard == ["kept"]
    assert await count(database, "kernel.job") == 0
    assert await count(database, "kernel.event") == before + 1


async def test_a_job_waits_for_its_time_and_its_key_keeps_it_single(database: Database) -> None:
    heard.clear()
    now = database.clock()
    async with database.work(NOBODY) as work:
        for _ in range(3):
            work.later(light_later, at=now + timedelta(hours=1), key="lamp 7", lamp="7")
    async with database.work(NOBODY) as work:
        work.later(light_later, at=now + timedelta(hours=2), key="lamp 7", lamp="seven")
    await run_due_jobs(database, now=now)
    assert heard == []
    await run_due_jobs(database, now=now + timedelta(hours=3))
    assert heard == ["7"]


async def test_reading_is_only_reading(database: Database) -> None:
    import asyncpg

    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with database.work(NOBODY, reading=True) as work:
            await work.run("delete from kernel.event")
