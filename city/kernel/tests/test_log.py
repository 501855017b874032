"""The log of events is read in the order of commits, and what is copied comes as CSV."""

import asyncio

import pytest

from city.kernel import NOBODY, Database, Event, Invalid, events_after, log_position
from city.kernel.events import kind_of


class LampLit(Event):
    """Announced by these tests only."""

    lamp: int


class LampBroken(Event):
    """Announced by these tests only."""

    lamp: int


KINDS = [kind_of(LampLit)]


async def light(database: Database, lamp: int) -> None:
    async with database.work(NOBODY) as work:
        work.announce(LampLit(lamp=lamp))


async def read(database: Database, position: str) -> tuple[list[int], str]:
    async with database.work(NOBODY, reading=True) as work:
        events = await events_after(work, position, KINDS, 100)
    return [event.body["lamp"] for event in events], events[-1].position if events else position


async def test_whoever_commits_late_is_still_read(database: Database) -> None:
    async with database.work(NOBODY, reading=True) as work:
        start = await log_position(work)
    may_end = asyncio.Event()
    begun = asyncio.Event()

    async def slow() -> None:
        async with database.work(NOBODY) as work:
            await work.value(int, "select pg_current_xact_id()::text::bigint")
            work.announce(LampLit(lamp=1))
            begun.set()
            await may_end.wait()

    task = asyncio.create_task(slow())
    await begun.wait()
    await light(database, 2)
    early, position = await read(database, start)
    assert early == []  # The second is committed, and would hide the first.
    may_end.set()
    await task
    later, position = await read(database, position)
    assert later == [1, 2]
    assert await read(database, position) == ([], position)


async def test_a_position_taken_before_loses_nothing_that_comes_after(database: Database) -> None:
    await light(database, 1)
    async with database.work(NOBODY, reading=True) as work:
        position = await log_position(work)
    await light(database, 2)
    assert (await read(database, position))[0][-1] == 2


async def test_only_what_was_asked_for_is_read(database: Database) -> None:
    async with database.work(NOBODY, reading=True) as work:
        start = await log_position(work)
    async with database.work(NOBODY) as work:
        work.announce(LampBroken(lamp=9))
        work.announce(LampLit(lamp=3))
        work.announce(LampLit(lamp=4))
    assert (await read(database, start))[0] == [3, 4]


@pytest.mark.parametrize("position", ["x", "1", "1-", "-1-0", f"{2**64}-0", "1-0; drop"])
async def test_what_is_no_position_is_refused(database: Database, position: str) -> None:
    async with database.work(NOBODY, reading=True) as work:
        with pytest.raises(Invalid):
            await events_after(work, position, KINDS, 1)


async def test_zeros_before_a_position_mean_nothing(database: Database) -> None:
    async with database.work(NOBODY, reading=True) as work:
        assert await events_after(work, "08-09", KINDS, 1) == await events_after(
            work, "8-9", KINDS, 1
        )


async def test_rows_are_copied_as_csv_to_whoever_takes_them(database: Database) -> None:
    sql = """select n, 'a,"b' as words from generate_series(1, :many) as n"""
    async with database.work(NOBODY, reading=True) as work:
        text = b"".join([piece async for piece in work.copy(sql, many=5000)]).decode()
    assert text.splitlines()[:2] == ["n,words", '1,"a,""b"']
    assert len(text.splitlines()) == 5001


async def test_whoever_stops_in_the_middle_of_a_copy_keeps_no_connection(
    database: Database,
) -> None:
    sql = "select repeat('x', 1000) as x from generate_series(1, 100000)"
    for _ in range(database.size + 2):
        async with database.work(NOBODY, reading=True) as work:
            pieces = work.copy(sql)
            await anext(pieces)
            await pieces.aclose()
    async with database.work(NOBODY, reading=True) as work:
        assert await work.value(int, "select 1") == 1
