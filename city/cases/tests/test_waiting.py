"""Cases that wait, and whose they are meanwhile."""

from datetime import timedelta
from uuid import UUID

import pytest

from city import calendar, cases, identity
from city.cases import store
from city.cases.model import CLAIM_MINUTES, DOUBTFUL, Status
from city.cases.store.queues import Wanted
from city.cases.tests.given_cases import DESK, LONG, acting, desk_of, new_case, officer_of
from city.kernel import (
    Actor,
    Conflict,
    Database,
    Forbidden,
    Invalid,
    Missing,
    Work,
    new_id,
    run_due_jobs,
)

REPORTER = Actor(id=new_id(), name="", permissions=frozenset({"me", "reports.submit"}))


async def doing(work: Work, unit: identity.Organisation) -> cases.Case:
    case = await cases.open_case(work, new_case())
    await cases.accept_case(desk_of(work), case.id)
    await cases.route_case(desk_of(work), case.id, unit.id)
    return await cases.take_case(officer_of(work, unit), case.id)


DESKS = Actor(id=new_id(), name="Hải", permissions=DESK)


def later(work: Work, **gone: float) -> Work:
    """Return the same transaction at a later moment."""
    other = Work(work._connect, work.actor, work.now + timedelta(**gone))
    other.announced = work.announced
    return other


async def test_while_the_reporter_is_asked_the_clock_stands_still(work: Work) -> None:
    unit = (await identity.list_units(work))[0]
    case = await doing(work, unit)
    asked = await cases.ask_reporter(officer_of(work, unit), case.id, "Which lamp do you mean?")
    assert asked.status is Status.WAITING and asked.is_paused
    week = later(work, days=7)
    replied = await cases.reply(acting(week, REPORTER), case.id, "The third from the bridge.")
    assert replied.status is Status.DOING and not replied.is_paused
    worked = calendar.current().minutes_between(work.now, week.now)
    assert case.due_at and replied.due_at == calendar.current().add_minutes(case.due_at, worked)
    entry = (await cases.list_history(work, case.id))[-1]
    assert (entry.verb, entry.actor_id, entry.note) == ("reply", None, "The third from the bridge.")
    assert await cases.verify_history(work, case.id)


async def test_only_who_was_asked_replies(work: Work) -> None:
    unit, other = (await identity.list_units(work))[:2]
    case = await doing(work, unit)
    with pytest.raises(Conflict):
        await cases.reply(acting(work, REPORTER), case.id, "Nobody asked me.")
    await cases.ask_reporter(officer_of(work, unit), case.id, "Which lamp do you mean?")
    with pytest.raises(Missing):
        await cases.reply(officer_of(work, other), case.id, "Mine.", reporter=False)
    # The desk writes down what it was told by telephone.
    told = await cases.reply(desk_of(work), case.id, "The third one, she says.", reporter=False)
    assert told.status is Status.DOING


async def test_a_case_waits_for_money_until_a_public_day(work: Work) -> None:
    unit = (await identity.list_units(work))[0]
    case = await doing(work, unit)
    officer = officer_of(work, unit)
    note = "The street has no lighting at all; it is in the plan that the council decides in May."
    today = work.now.astimezone(calendar.current().zone).date()
    for day in (None, today, today + timedelta(days=800)):
        with pytest.raises(Invalid) as refused:
            await cases.pause_case(officer, case.id, "wait_budget", revisit_on=day, note=note)
        assert set(refused.value.errors) == {"revisit_on"}
    day = today + timedelta(days=90)
    waits = await cases.pause_case(officer, case.id, "wait_budget", revisit_on=day, note=note)
    assert (waits.status, waits.revisit_on) == (Status.WAITING, day)
    assert waits.step_due_at and waits.step_due_at.astimezone(calendar.current().zone).date() >= day
    goes_on = await cases.resume_case(officer_of(work, unit), case.id)
    assert (goes_on.status, goes_on.revisit_on) == (Status.DOING, None)


async def test_a_unit_hands_back_what_is_not_its_own_and_says_why(work: Work) -> None:
    unit = (await identity.list_units(work))[0]
    case = await doing(work, unit)
    with pytest.raises(Invalid):
        await cases.hand_back(officer_of(work, unit), case.id, "no")
    reason = "This pole belongs to the power company, not to us."
    back = await cases.hand_back(officer_of(work, unit), case.id, reason)
    assert (back.status, back.unit_id) == (Status.ACCEPTED, None)
    assert await cases.verify_history(work, case.id)


async def test_units_that_help_see_the_case_and_add_to_it_but_one_answers(work: Work) -> None:
    lead, helper, stranger = (await identity.list_units(work))[:3]
    case = await cases.open_case(work, new_case())
    await cases.accept_case(desk_of(work), case.id)
    await cases.route_case(desk_of(work), case.id, lead.id, coop=[helper.id, lead.id])
    seen = await cases.see_case(officer_of(work, helper), case.id)
    assert seen.coop == [helper.id]
    with pytest.raises(Missing):
        await cases.see_case(officer_of(work, stranger), case.id)
    await cases.contribute(officer_of(work, helper), case.id, "We have cut the branches.")
    with pytest.raises(Forbidden):
        await cases.contribute(officer_of(work, lead), case.id, "So have we.")
    with pytest.raises(Forbidden):
        await cases.answer_case(officer_of(work, helper), case.id, LONG)
    answered = await cases.answer_case(officer_of(work, lead), case.id, LONG)
    assert answered.status is Status.ANSWERED
    history = await cases.list_history(work, case.id)
    assert [e.facts["unit_of"] for e in history if e.verb == "contribute"] == [str(helper.id)]
    assert await cases.verify_history(work, case.id)


async def test_a_claim_keeps_others_away_for_half_an_hour_and_spoils_nobodys_form(
    work: Work,
) -> None:
    case = await cases.open_case(work, new_case())
    mine, other = desk_of(work), desk_of(work)
    claimed = await cases.claim_case(mine, case.id)
    assert claimed.claimed_name == "Trần Minh Hải" and claimed.version == case.version
    with pytest.raises(Conflict, match="has this case in hand"):
        await cases.claim_case(other, case.id)
    # What others have on their screens is still true.
    await cases.accept_case(other, case.id, version=case.version)
    free = acting(later(work, minutes=CLAIM_MINUTES + 1), other.actor)
    assert (await cases.claim_case(free, case.id)).claimed_by == other.actor.id
    assert (await cases.release_case(free, case.id)).claimed_by is None
    assert await cases.verify_history(work, case.id)


async def test_a_case_is_handed_over_to_a_colleague_only(work: Work) -> None:
    colleague = await identity.add_person(work, identity.NewPerson(name="Minh"))
    case = await cases.open_case(work, new_case())
    with pytest.raises(Invalid):
        await cases.hand_over(desk_of(work), case.id, colleague.id)
    await identity.grant_role(work, colleague.id, identity.Role.DESK)
    handed = await cases.hand_over(desk_of(work), case.id, colleague.id, "Please call her back.")
    assert handed.claimed_by == colleague.id


async def test_an_answer_that_only_promises_is_not_published_as_done(work: Work) -> None:
    unit = (await identity.list_units(work))[0]
    case = await doing(work, unit)
    vague = (
        "Đơn vị đã ghi nhận phản ánh và sẽ đề xuất cấp có thẩm quyền bố trí kinh phí "
        "để lắp đặt trong thời gian tới."
    )
    await cases.answer_case(officer_of(work, unit), case.id, vague)
    entry = (await cases.list_history(work, case.id))[-1]
    assert entry.facts["promises"]
    with pytest.raises(Invalid) as refused:
        await cases.publish_answer(desk_of(work), case.id)
    assert "note" in refused.value.errors
    done = await cases.publish_answer(desk_of(work), case.id, note="Lamp was lit at once.")
    assert done.status is Status.DONE


async def test_a_case_re_opened_again_and_again_reaches_a_leader(work: Work) -> None:
    unit = (await identity.list_units(work))[0]
    case = await doing(work, unit)
    unsatisfied = cases.Rating.UNSATISFIED

    async def closed() -> cases.Case:
        await cases.answer_case(officer_of(work, unit), case.id, LONG)
        return await cases.publish_answer(desk_of(work), case.id)

    await closed()
    again = await cases.rate_case(acting(work, REPORTER), case.id, unsatisfied, "Out again.")
    assert (again.status, again.reopened) == (Status.ACCEPTED, 1)
    await cases.route_case(desk_of(work), case.id, unit.id)
    await closed()
    # By right once; now the desk decides.
    contested = await cases.rate_case(acting(work, REPORTER), case.id, unsatisfied, "Still out.")
    assert contested.status is Status.DONE and contested.contested_at == work.now
    work.announced.clear()
    third = await cases.reopen_case(desk_of(work), case.id, "She is right, it is out again.")
    assert (third.reopened, third.contested_at) == (2, None)
    escalated = [e for e in work.announced if isinstance(e, cases.CaseEscalated)]
    assert [e.tell for e in escalated] == [["leader"]]


async def test_a_case_is_split_and_closed_when_its_parts_are(work: Work) -> None:
    unit = (await identity.list_units(work))[0]
    case = await doing(work, unit)
    parts = [cases.Part(summary="The pole leans"), cases.Part(summary="Rubbish", category="noise")]
    opened = await cases.split_case(desk_of(work), case.id, parts)
    assert [part.parent_id for part in opened] == [case.id, case.id]
    assert opened[1].category == "noise"
    await cases.answer_case(officer_of(work, unit), case.id, LONG)
    with pytest.raises(Conflict, match="2 parts"):
        await cases.publish_answer(desk_of(work), case.id)
    for part in opened:
        await cases.reject_case(desk_of(work), part.id, "settled")
    assert (await cases.publish_answer(desk_of(work), case.id)).status is Status.DONE
    with pytest.raises(Conflict):
        await cases.split_case(desk_of(work), opened[0].id, parts)


async def test_the_case_that_goes_on_takes_the_photos_and_the_earlier_promise(work: Work) -> None:
    early = await cases.open_case(work, new_case(opened_at=work.now - timedelta(days=3)))
    photo = new_id()
    early_photos = await cases.open_case(
        work, new_case(opened_at=work.now - timedelta(days=2), photos=[photo])
    )
    late = await cases.open_case(work, new_case())
    await cases.merge_case(desk_of(work), early_photos.id, late.id)
    await cases.merge_case(desk_of(work), early.id, late.id)
    goes_on = await cases.get_case(work, late.id)
    assert goes_on.due_at == early.due_at
    assert goes_on.more_photos == [photo]
    for case in (early, early_photos, late):
        assert await cases.verify_history(work, case.id)


async def test_cases_are_linked_once_and_each_shows_the_other(work: Work) -> None:
    first, second = [await cases.open_case(work, new_case()) for _ in range(2)]
    assert await cases.link_cases(desk_of(work), first.id, second.id, "the same builder")
    assert not await cases.link_cases(desk_of(work), second.id, first.id)
    for other in (first.id, new_id()):
        with pytest.raises(Invalid):
            await cases.link_cases(desk_of(work), first.id, UUID(str(other)))
    assert await cases.unlink_cases(desk_of(work), second.id, first.id)


async def test_a_case_put_into_another_category_goes_by_that_ones_process(work: Work) -> None:
    case = await cases.open_case(work, new_case())
    moved = await cases.sort_case(desk_of(work), case.id, "construction-order")
    assert (moved.category, moved.definition) == ("construction-order", "illegal-construction")
    assert moved.status is Status.NEW and moved.opened_at == case.opened_at
    assert moved.due_at and case.due_at and moved.due_at > case.due_at
    assert await cases.verify_history(work, case.id)
    for wrong in ("construction-order", "nonsense"):
        with pytest.raises(Invalid):
            await cases.sort_case(desk_of(work), case.id, wrong)
    # From ordinary to instant: now minutes count.
    urgent = await cases.sort_case(desk_of(work), case.id, "power-cable")
    assert urgent.process is cases.Process.INSTANT
    assert urgent.due_at == case.opened_at + timedelta(minutes=240)
    assert await cases.verify_history(work, case.id)
    unit = (await identity.list_units(work))[0]
    busy = await doing(work, unit)
    with pytest.raises(Conflict):
        await cases.sort_case(desk_of(work), busy.id, "noise")


async def test_words_that_look_like_no_report_stand_further_down_and_are_refused_nothing(
    database: Database,
) -> None:
    spam = "VAY TIEN NHANH!!! http://vay.example http://vay2.example KIEM TIEN ONLINE 100% LAI !!!"
    async with database.work(Actor(name="", permissions=frozenset({"reports.submit"}))) as work:
        doubtful = await cases.open_case(work, new_case(summary=spam))
        plain = await cases.open_case(work, new_case())
    await run_due_jobs(database)
    async with database.work(DESKS, reading=True) as work:
        found = [c.ref for c in await store.list_board(work, Wanted(statuses=[Status.NEW]))]
        seen = await cases.get_case(work, doubtful.id)
    assert seen.doubt >= DOUBTFUL and found.index(plain.ref) < found.index(doubtful.ref)
    async with database.work(DESKS) as work:
        taken = await cases.accept_case(work, doubtful.id)
    assert taken.status is Status.ACCEPTED
