"""What the city does by itself: in time, in order, and exactly once."""

import asyncio
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta

from city import calendar, cases, identity
from city.calendar import Kind, NewDay
from city.cases import timers
from city.cases.model import Status
from city.cases.tests.given_cases import desk_of, new_case
from city.kernel import THE_CITY, Actor, Database, Work, run_due_jobs

OWNER = Actor(name="Owner", permissions=frozenset({"identity.manage", "city.react"}))
MANAGER = Actor(name="Manager", permissions=frozenset({"cases.manage"}))


def at(work: Work, **gone: float) -> Work:
    """Return the same transaction in the city's own hands, so much later."""
    other = Work(work._connect, THE_CITY, work.now + timedelta(**gone))
    other.announced = work.announced
    return other


async def verbs(work: Work, case: cases.Case) -> list[str]:
    return [entry.verb for entry in await cases.list_history(work, case.id)]


async def test_an_instant_case_climbs_the_ladder_until_somebody_takes_it(work: Work) -> None:
    case = await cases.open_case(work, new_case(category="power-cable"))
    assert case.wake_at and case.wake_at <= work.now + timedelta(minutes=5)
    for minutes in (6, 12, 30):
        for _ in range(4):
            await timers.ring_due(at(work, minutes=minutes))
    told = [e.tell for e in work.announced if isinstance(e, cases.CaseEscalated)]
    assert "desk" in told[0] and any("leader" in tell for tell in told)
    late = await cases.get_case(work, case.id)
    assert late.escalated >= 2 and late.version == case.version
    await cases.accept_case(desk_of(at(work, minutes=31)), case.id, version=case.version)
    taken = await cases.get_case(work, case.id)
    assert (taken.status, taken.escalated, taken.rung) == (Status.ACCEPTED, 0, 0)
    assert await cases.verify_history(work, case.id)


async def test_nothing_is_done_before_its_time_or_twice(work: Work) -> None:
    case = await cases.open_case(work, new_case(category="power-cable"))
    assert case.wake_at
    assert await timers.ring_due(at(work)) == 0
    due = Work(work._connect, THE_CITY, case.wake_at)
    assert await timers.ring_due(due) == 1
    assert await timers.ring_due(due) == 0


async def test_a_wait_that_is_over_goes_on_by_itself(work: Work) -> None:
    unit = (await identity.list_units(work))[0]
    case = await cases.open_case(work, new_case())
    await cases.accept_case(desk_of(work), case.id)
    await cases.route_case(desk_of(work), case.id, unit.id)
    await cases.ask_reporter(desk_of(work), case.id, "Which lamp do you mean?")
    for _ in range(5):
        await timers.ring_due(at(work, days=30))
    assert (await cases.get_case(work, case.id)).status is Status.DOING
    assert "resume" in await verbs(work, case)
    assert await cases.verify_history(work, case.id)


async def test_staff_are_told_in_their_inbox(database: Database) -> None:
    async with database.work(OWNER) as work:
        leader = await identity.add_person(work, identity.NewPerson(name="Bà Hồng"))
        await identity.grant_role(work, leader.id, identity.Role.LEADER)
        case = await cases.open_case(work, new_case(category="power-cable"))
    then = database.clock() + timedelta(minutes=40)
    for _ in range(5):
        async with database.work(THE_CITY, now=then) as work:
            await timers.ring_due(work)
    await run_due_jobs(database, now=then)
    async with database.work(THE_CITY, reading=True) as work:
        told = await work.values(
            str,
            "select params->>'ref' from messages.message where person_id = :id",
            id=leader.id,
        )
    assert case.ref in told


async def test_when_the_calendar_changes_every_open_clock_is_computed_anew(
    database: Database,
) -> None:
    async with database.work(THE_CITY) as work:
        case = await cases.open_case(work, new_case())
    assert case.due_at
    zone = calendar.current().zone
    days = [
        day
        for n in range(1, 8)
        if calendar.current().is_working_day(
            day := (case.opened_at + timedelta(days=n)).astimezone(zone).date()
        )
        and day <= case.due_at.astimezone(zone).date()
    ]
    try:
        async with database.work(MANAGER) as work:
            off = NewDay(date=days[0], kind=Kind.OFF, note={"vi": "Bão", "en": "Storm"})
            await calendar.set_day(work, off)
        await run_due_jobs(database)
        async with database.work(THE_CITY, reading=True) as work:
            moved = await cases.get_case(work, case.id)
            assert moved.due_at and moved.due_at > case.due_at
            assert moved.version == case.version
            assert (await verbs(work, case))[-1] == "recalculate"
            assert await cases.verify_history(work, case.id)
    finally:
        async with database.work(MANAGER) as work:
            await calendar.remove_day(work, days[0], 1)
        async with database.work(THE_CITY) as work:
            await calendar.refresh(work, anew=True)


async def test_two_workers_never_do_the_same(database: Database) -> None:
    async with database.work(THE_CITY) as work:
        opened = [await cases.open_case(work, new_case(category="power-cable")) for _ in range(60)]
    then = max(case.wake_at for case in opened if case.wake_at)

    async def worker() -> int:
        done = 0
        while True:
            async with database.work(THE_CITY, now=then) as work:
                n = await timers.ring_due(work, most=7)
            if not n:
                return done
            done += n

    assert sum(await asyncio.gather(*(worker() for _ in range(4)))) == 60
    async with database.work(THE_CITY, reading=True) as work:
        for case in opened:
            assert (await cases.get_case(work, case.id)).rung == 1
            assert await cases.verify_history(work, case.id)


WORKER = """
    import asyncio, sys
    from city import app, settings
    from city.cases import timers
    from city.kernel import THE_CITY, Database
    from datetime import datetime

    async def main():
        database = Database(sys.argv[1])
        await database.open()
        then = datetime.fromisoformat(sys.argv[2])
        print("ready", flush=True)
        while True:
            async with database.work(THE_CITY, now=then) as work:
                n = await timers.ring_due(work, most=5)
            if not n:
                break
            await asyncio.sleep(0.002)
        print("done", flush=True)

    asyncio.run(main())
"""


async def test_a_worker_that_is_killed_leaves_nothing_undone_and_nothing_done_twice(
    database: Database,
) -> None:
    async with database.work(THE_CITY) as work:
        opened = [await cases.open_case(work, new_case(category="power-cable")) for _ in range(150)]
    then = max(case.wake_at for case in opened if case.wake_at)
    command = [sys.executable, "-c", textwrap.dedent(WORKER), database.url, then.isoformat()]
    for wait in (0.05, 0.15, None):
        process = await asyncio.to_thread(
            subprocess.Popen, command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert process.stdout is not None
        assert await asyncio.to_thread(process.stdout.readline) == b"ready\n"
        if wait is not None:
            await asyncio.sleep(wait)
            process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(process.wait)
        print(process.stdout.read().decode())
        process.stdout.close()
    async with database.work(THE_CITY, reading=True) as work:
        for case in opened:
            now = await cases.get_case(work, case.id)
            assert now.rung == 1
            assert len(await cases.list_history(work, case.id)) == 2
            assert await cases.verify_history(work, case.id)
