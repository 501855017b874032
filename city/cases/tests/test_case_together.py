"""What happens when several do something at the same moment, or when one case cannot go on."""

import asyncio
from datetime import timedelta

import pytest

from city import cases, identity, processes
from city.cases import timers
from city.cases.actions import Brought
from city.cases.actions.moving import begin, finish, put
from city.cases.model import Status
from city.cases.tests.given_cases import DESK, LONG, desk_of, new_case
from city.kernel import THE_CITY, Actor, Conflict, Database, Invalid, Work, new_id
from city.processes import Verb
from tests.harness import Browser

HAI = Actor(id=new_id(), name="Trần Minh Hải", permissions=DESK)
LAN = Actor(id=new_id(), name="Phạm Thị Lan", permissions=DESK)


def at(work: Work, **gone: float) -> Work:
    """Return the same transaction in the city's own hands, so much later."""
    return work.at(work.now + timedelta(**gone), THE_CITY)


async def test_a_claim_is_not_lost_to_a_verb_that_began_before_it(database: Database) -> None:
    async with database.work(HAI) as work:
        case = await cases.open_case(work, new_case())
    async with database.work(HAI) as work:
        move = await begin(work, case.id, Verb.ACCEPT, None)
        async with database.work(LAN) as other:
            await cases.claim_case(other, case.id)
        await finish(work, move)
    async with database.work(THE_CITY, reading=True) as work:
        stored = await cases.get_case(work, case.id)
        assert stored.status is Status.ACCEPTED
        assert stored.claimed_by == LAN.id
        assert await cases.verify_history(work, case.id)


async def test_an_escalation_meanwhile_is_not_done_again(database: Database) -> None:
    async with database.work(THE_CITY) as work:
        unit = (await identity.list_units(work))[0]
        case = await cases.open_case(work, new_case(category="power-cable"))
        desk = work.at(work.now, HAI)
        await cases.accept_case(desk, case.id)
        await cases.route_case(desk, case.id, unit.id)
    then = database.clock() + timedelta(minutes=17)
    async with database.work(HAI, now=then) as work:
        before = await cases.get_case(work, case.id)
        async with database.work(THE_CITY, now=then) as city:
            assert await timers.ring_due(city) == 1
        await put(work, before, before, "contribute", note=LONG)
    async with database.work(THE_CITY, reading=True) as work:
        after = await cases.get_case(work, case.id)
        assert (after.rung, after.escalated) == (before.rung + 1, 1)
        assert after.wake_at and after.wake_at > then
        assert await cases.verify_history(work, case.id)


async def test_joining_both_ways_at_once_refuses_one_and_breaks_nothing(
    database: Database,
) -> None:
    async def merge(actor: Actor, one: cases.Case, other: cases.Case) -> None:
        async with database.work(actor) as work:
            await cases.merge_case(work, one.id, other.id)

    for _ in range(8):
        async with database.work(HAI) as work:
            a = await cases.open_case(work, new_case())
            b = await cases.open_case(work, new_case())
        outcomes = await asyncio.gather(merge(HAI, a, b), merge(LAN, b, a), return_exceptions=True)
        refused = [one for one in outcomes if one is not None]
        assert len(refused) == 1
        assert isinstance(refused[0], Conflict) or "into" in getattr(refused[0], "errors", {})
        async with database.work(THE_CITY, reading=True) as work:
            stood = {(await cases.get_case(work, case.id)).status for case in (a, b)}
            assert stood == {Status.NEW, Status.MERGED}


async def test_one_case_that_cannot_go_on_does_not_hold_up_the_others(work: Work) -> None:
    broken = await cases.open_case(work, new_case(category="power-cable"))
    sound = await cases.open_case(work, new_case(category="power-cable"))
    await work.run("update cases.case set definition_version = 999 where id = :id", id=broken.id)
    then = at(work, minutes=30)
    assert await timers.ring_due(then) == 2
    assert (await cases.get_case(work, sound.id)).rung == 1
    put_off = await cases.get_case(work, broken.id)
    assert put_off.rung == 0 and put_off.wake_at and put_off.wake_at > then.now


ENDING = """
code: ending
name: {vi: Thử, en: Trial}
process: time_bound
start: new
deadlines: {verify: {working_days: 1}, done: {working_days: 5}}
states:
  new: {status: new, name: {vi: Mới, en: New}, due: done}
  asked:
    {status: waiting, name: {vi: Đã hỏi, en: Asked}, stopped: true, within: {working_days: 5}}
  done: {status: done, name: {vi: Xong, en: Done}}
  answered:
    {status: answered, name: {vi: Đã trả lời, en: Answered}, within: {working_days: 1}}
  rejected: {status: rejected, name: {vi: Không nhận, en: Not taken on}}
transitions:
  - {id: ask, verb: pause, from: [new], to: asked, by: [desk]}
  - {id: reply, verb: resume, from: [asked], to: new, by: [reporter, desk]}
  - {id: give_up, verb: reject, from: [asked], to: rejected, by: [city]}
  - {id: answer, verb: answer, from: [new], to: answered, by: [desk], needs: {text: 5}}
  - {id: publish, verb: publish, from: [answered], to: done, by: [desk]}
"""


async def test_the_city_can_close_a_case_by_itself_when_its_process_says_so(work: Work) -> None:
    manager = Actor(id=new_id(), name="Hồng", permissions=frozenset({"cases.manage"}))
    version = await processes.publish(work.at(work.now, manager), ENDING)
    case = await cases.open_case(work, new_case())
    await work.run(
        """
        update cases.case set definition = 'ending', definition_version = :version where id = :id
        """,
        id=case.id,
        version=version.version,
    )
    await cases.ask_reporter(desk_of(work), case.id, "Which lamp do you mean?")
    assert await timers.ring_due(at(work, days=40)) == 1
    closed = await cases.get_case(work, case.id)
    assert closed.status is Status.REJECTED and closed.closed_at
    assert await cases.verify_history(work, case.id)


async def test_a_clock_that_stood_still_is_not_late_after_joining(work: Work) -> None:
    first = await cases.open_case(work, new_case())
    await cases.ask_reporter(desk_of(work), first.id, "Which lamp do you mean?")
    month = work.at(work.now + timedelta(days=28), HAI)
    second = await cases.open_case(month, new_case())
    await cases.merge_case(month, first.id, second.id)
    going = await cases.get_case(work, second.id)
    assert going.due_at and going.due_at > month.now and not going.is_paused


async def test_nothing_is_sorted_into_a_command(work: Work) -> None:
    case = await cases.open_case(work, new_case())
    known = await cases.known_categories(work)
    command = next(c for c in known.values() if c.process is cases.Process.COMMAND)
    with pytest.raises(Invalid):
        await cases.sort_case(desk_of(work), case.id, command.code)


async def test_a_units_officer_does_not_hear_the_whole_city(browser: Browser) -> None:
    await browser.sign_in("unit", unit="hepco")
    assert (await browser.get("/desk/live")).status_code == 403


async def test_answers_to_a_form_are_not_without_end(work: Work) -> None:
    case = await cases.open_case(work, new_case())
    brought = Brought(given={"word": "x" * 30_000})
    with pytest.raises(Invalid):
        await cases.accept_case(desk_of(work), case.id, brought=brought)
