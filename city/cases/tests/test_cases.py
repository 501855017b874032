"""Cases: opened as promised, moved by their verbs, seen by who may."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from city import cases, identity
from city.cases.actions import moving
from city.cases.tests.given_cases import DESK, HERE, LONG, desk_of, done_case, new_case, officer_of
from city.kernel import Actor, Conflict, Database, Forbidden, Invalid, Missing, Work, new_id

Status = cases.Status


async def test_a_case_is_due_when_its_category_promises(work: Work) -> None:
    case = await cases.open_case(work, new_case())
    category = await cases.get_category(work, "street-light")
    assert case.due_at == cases.deadline_for(category, work.now)
    # Monday noon; Tuesday the 24th is a holiday; three working days.
    assert case.due_at and case.due_at.isoformat() == "2026-11-27T10:00:00+00:00"
    assert case == await cases.get_case(work, case.id)
    assert case == await cases.get_case_by_ref(work, case.ref)
    assert case.status is Status.NEW and case.step_due_at == case.verify_by
    assert work.announced == [cases.CaseOpened(case_id=case.id)]


async def test_danger_is_handled_by_the_clock(work: Work) -> None:
    case = await cases.open_case(work, new_case(category="fallen-tree"))
    assert case.process is cases.Process.INSTANT
    minutes = [
        (moment - work.now) / timedelta(minutes=1)
        for moment in (case.verify_by, case.dispatch_by, case.due_at)
        if moment
    ]
    assert minutes == [5, 10, 240]


async def test_opening_a_case_takes_one_statement(work: Work, inside: Any) -> None:
    await cases.open_case(work, new_case())
    before = len(inside.statements)
    await cases.open_case(work, new_case())
    assert len(inside.statements) - before == 1


async def test_who_reported_a_case_is_not_in_this_room(work: Work) -> None:
    case = await cases.open_case(work, new_case())
    entry = (await cases.list_history(work, case.id))[0]
    assert (entry.actor_id, entry.actor_name) == (None, "")
    by_call = await cases.open_case(work, new_case(source=cases.Source.CALL))
    assert (await cases.list_history(work, by_call.id))[0].actor_id == work.actor.id


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("summary", {"summary": "  "}),
        ("summary", {"summary": "a" * 4001}),
        ("place", {"place": (float("nan"), 107.5)}),
        ("place", {"place": (16.4, 181.0)}),
        ("category", {"category": "dragons"}),
    ],
)
async def test_what_cannot_be_is_refused_at_its_field(
    work: Work, field: str, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refusal:
        await cases.open_case(work, new_case(**wrong))
    assert set(refusal.value.errors) == {field}
    assert not work.announced


async def test_a_time_that_has_not_come_is_refused(work: Work) -> None:
    with pytest.raises(Invalid) as refusal:
        await cases.open_case(work, new_case(opened_at=work.now + timedelta(seconds=1)))
    assert set(refusal.value.errors) == {"opened_at"}


async def test_cases_of_a_private_category_are_private(work: Work) -> None:
    assert (await cases.open_case(work, new_case(category="corruption"))).private
    assert (await cases.open_case(work, new_case(private=True))).private
    assert not (await cases.open_case(work, new_case())).private


async def test_a_case_goes_all_the_way(work: Work) -> None:
    done = await done_case(work)
    units = await identity.list_units(work)
    assert done.status is Status.DONE and done.closed_at == work.now
    assert done.unit_id == units[0].id and done.answer == LONG
    assert done == await cases.get_case(work, done.id)
    history = await cases.list_history(work, done.id)
    assert [entry.verb for entry in history] == [
        "open", "accept", "route", "take", "answer", "publish",
    ]  # fmt: skip
    assert await cases.verify_history(work, done.id)
    moved = [event for event in work.announced if isinstance(event, cases.CaseMoved)]
    assert [(event.was, event.now) for event in moved] == [
        (Status.NEW, Status.ACCEPTED),
        (Status.ACCEPTED, Status.ROUTED),
        (Status.ROUTED, Status.DOING),
        (Status.DOING, Status.ANSWERED),
        (Status.ANSWERED, Status.DONE),
    ]


async def test_a_verb_writes_with_one_statement(work: Work, inside: Any) -> None:
    first, case = [await cases.open_case(work, new_case()) for _ in range(2)]
    await cases.accept_case(work, first.id)  # Now the rules of the table are known by heart.
    before = len(inside.statements)
    await cases.accept_case(work, case.id)
    assert len(inside.statements) - before == 2  # Reads the case, then writes it with its entry.


async def test_verbs_out_of_order_are_refused(work: Work) -> None:
    done = await done_case(work)
    units = await identity.list_units(work)
    case = await cases.open_case(work, new_case())
    for early in (
        cases.take_case(work, case.id),
        cases.answer_case(work, case.id, LONG),
        cases.publish_answer(work, case.id),
        cases.send_back(work, case.id, "More, please."),
        cases.reopen_case(work, case.id, "Still dark."),
        cases.rate_case(work, case.id, cases.Rating.SATISFIED),
        cases.accept_case(work, done.id),
        cases.route_case(work, done.id, units[0].id),
        cases.reject_case(work, done.id, "unclear"),
        cases.merge_case(work, done.id, case.id),
    ):
        with pytest.raises(Conflict, match="stands at"):
            await early
    assert (await cases.get_case(work, case.id)).version == 1


async def test_a_verb_on_an_old_version_is_refused_and_says_what_it_is_now(work: Work) -> None:
    case = await cases.open_case(work, new_case())
    await cases.accept_case(work, case.id, version=1)
    with pytest.raises(Conflict) as refusal:
        await cases.reject_case(work, case.id, "unclear", version=1)
    assert str(refusal.value) == (
        "Somebody else has just changed this case. It stands now at: Accepted."
    )
    assert len(await cases.list_history(work, case.id)) == 2


async def test_of_two_at_the_same_moment_only_one_is_done(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have read the same version; the one that writes second finds it gone."""
    desk = Actor(id=new_id(), name="Hải", permissions=DESK)
    async with database.work(desk) as work:
        case = await cases.open_case(work, new_case())
    async with database.work(desk) as work:
        await cases.accept_case(work, case.id)

    read = moving.store.get_case
    stale = [case]

    async def as_it_was(work: Work, id: UUID) -> cases.Case:
        return stale.pop() if stale else await read(work, id)

    monkeypatch.setattr(moving.store, "get_case", as_it_was)
    with pytest.raises(Conflict, match="stands now at: Accepted"):
        async with database.work(desk) as work:
            await cases.reject_case(work, case.id, "unclear")
    async with database.work(desk, reading=True) as work:
        assert len(await cases.list_history(work, case.id)) == 2
        assert await cases.verify_history(work, case.id)


async def test_a_verb_needs_its_permission(work: Work) -> None:
    units = await identity.list_units(work)
    case = await cases.open_case(work, new_case())
    officer, desk = officer_of(work, units[0]), desk_of(work)
    for verb in (
        cases.accept_case(officer, case.id),
        cases.route_case(officer, case.id, units[0].id),
        cases.reject_case(officer, case.id, "unclear"),
        cases.merge_case(officer, case.id, case.id),
        cases.publish_answer(officer, case.id),
        cases.send_back(officer, case.id, "why"),
        cases.reopen_case(officer, case.id, "why"),
        cases.take_case(desk, case.id),
        cases.answer_case(desk, case.id, LONG),
    ):
        with pytest.raises(Forbidden):
            await verb


async def test_a_unit_sees_and_moves_only_its_own_cases(work: Work) -> None:
    units = await identity.list_units(work)
    case = await cases.open_case(work, new_case())
    await cases.route_case(desk_of(work), case.id, units[0].id)
    own, other = officer_of(work, units[0]), officer_of(work, units[1])
    nobodys = officer_of(work, units[0])
    nobodys.actor = Actor(id=new_id(), permissions=own.actor.permissions)
    assert (await cases.see_case(own, case.id)).id == case.id
    for stranger in (other, nobodys):
        for trying in (
            cases.see_case(stranger, case.id),
            cases.see_case_by_ref(stranger, case.ref),
            cases.take_case(stranger, case.id),
            cases.answer_case(stranger, case.id, LONG),
        ):
            with pytest.raises(Missing):
                await trying
    await cases.take_case(own, case.id)
    # Given to another unit, it is out of the first one's sight.
    await cases.route_case(desk_of(work), case.id, units[1].id)
    with pytest.raises(Missing):
        await cases.answer_case(own, case.id, LONG)


async def test_who_is_at_the_desk_and_in_a_unit_answers_for_that_unit_only(work: Work) -> None:
    units = await identity.list_units(work)
    both = officer_of(work, units[0])
    both.actor = msgspec.structs.replace(both.actor, permissions=both.actor.permissions | DESK)
    case = await cases.open_case(both, new_case())
    await cases.route_case(both, case.id, units[1].id)
    with pytest.raises(Forbidden, match="another unit"):
        await cases.answer_case(both, case.id, LONG)
    await cases.route_case(both, case.id, units[0].id)
    assert (await cases.answer_case(both, case.id, LONG)).status is Status.ANSWERED


async def test_only_units_can_be_given_a_case(work: Work) -> None:
    case = await cases.open_case(work, new_case())
    with pytest.raises(Invalid) as refusal:
        await cases.route_case(work, case.id, new_id())
    assert set(refusal.value.errors) == {"unit_id"}


async def test_an_answer_without_photo_must_say_enough(work: Work) -> None:
    units = await identity.list_units(work)
    case = await cases.open_case(work, new_case())
    await cases.route_case(work, case.id, units[0].id)
    for short in ("", "Done.", "a" * 79):
        with pytest.raises(Invalid) as refusal:
            await cases.answer_case(work, case.id, short)
        assert set(refusal.value.errors) == {"text"}
    assert (await cases.answer_case(work, case.id, "a" * 80)).status is Status.ANSWERED


async def test_an_answer_that_is_sent_back_is_the_units_again(work: Work) -> None:
    units = await identity.list_units(work)
    case = await cases.open_case(work, new_case())
    await cases.route_case(work, case.id, units[0].id)
    await cases.answer_case(work, case.id, LONG)
    with pytest.raises(Invalid):
        await cases.send_back(work, case.id, " ")
    case = await cases.send_back(work, case.id, "Please add a photo of the lamp.")
    assert case.status is Status.DOING and case.answered_at is None
    assert (await cases.list_history(work, case.id))[-1].note == "Please add a photo of the lamp."
    case = await cases.answer_case(work, case.id, LONG + " Here it is.")
    assert case.status is Status.ANSWERED and case.answer.endswith("Here it is.")


async def test_a_case_is_not_taken_on_for_a_reason(work: Work) -> None:
    case = await cases.open_case(work, new_case())
    with pytest.raises(Invalid):
        await cases.reject_case(work, case.id, "")
    case = await cases.reject_case(work, case.id, "not_ours", note="Ask the bus company.")
    assert case.status is Status.REJECTED and case.closed_at == work.now
    assert case.reason == cases.REASONS["not_ours"].text
    assert case.reason_note == "Ask the bus company."


async def test_a_case_is_joined_with_another_and_both_say_so(work: Work) -> None:
    first = await cases.open_case(work, new_case())
    second = await cases.open_case(work, new_case(summary="It is dark here"))
    merged = await cases.merge_case(work, second.id, first.id)
    assert merged.status is Status.MERGED and merged.merged_into == first.id
    assert (await cases.list_history(work, second.id))[-1].facts == {"into": first.ref}
    assert (await cases.list_history(work, first.id))[-1].facts == {"ref": second.ref}
    assert (await cases.get_case(work, first.id)).status is Status.NEW
    assert cases.CaseMerged(case_id=second.id, into_id=first.id) in work.announced
    for case in (first, second):
        assert await cases.verify_history(work, case.id)


async def test_a_case_is_not_joined_with_itself_or_with_one_that_went_elsewhere(work: Work) -> None:
    first, second, third = [await cases.open_case(work, new_case()) for _ in range(3)]
    await cases.merge_case(work, second.id, first.id)
    for into in (third.id, second.id, new_id()):
        with pytest.raises(Invalid) as refusal:
            await cases.merge_case(work, third.id, into)
        assert set(refusal.value.errors) == {"into"}


async def test_a_satisfied_reporter_closes_the_matter(work: Work) -> None:
    done = await done_case(work)
    case = await cases.rate_case(work, done.id, cases.Rating.SATISFIED, "Thank you!")
    assert case.status is Status.DONE and case.rating is cases.Rating.SATISFIED
    entry = (await cases.list_history(work, done.id))[-1]
    assert (entry.verb, entry.actor_id, entry.actor_name) == ("rate", None, "")
    assert work.announced[-1] == cases.CaseRated(case_id=done.id, rating=cases.Rating.SATISFIED)
    with pytest.raises(Conflict, match="already been rated"):
        await cases.rate_case(work, done.id, cases.Rating.ACCEPTABLE)


async def test_an_unsatisfied_reporter_reopens_a_case_once_by_right(work: Work) -> None:
    done = await done_case(work)
    units = await identity.list_units(work)
    unsatisfied = cases.Rating.UNSATISFIED
    case = await cases.rate_case(work, done.id, unsatisfied, "It went out again.")
    assert case.status is Status.ACCEPTED and case.reopened == 1 and case.closed_at is None
    assert case.unit_id == units[0].id and case.rating is None
    moved = [event for event in work.announced if isinstance(event, cases.CaseMoved)][-1]
    assert (moved.verb, moved.now) == ("reopen", Status.ACCEPTED)
    await cases.route_case(work, case.id, units[0].id)
    await cases.answer_case(work, case.id, LONG)
    await cases.publish_answer(work, case.id)
    case = await cases.rate_case(work, case.id, unsatisfied, "And again.")
    assert case.status is Status.DONE and case.reopened == 1 and case.rating is unsatisfied
    case = await cases.reopen_case(work, case.id, "The desk looks at it itself.")
    assert case.status is Status.ACCEPTED and case.reopened == 2
    assert await cases.verify_history(work, case.id)


async def test_unsatisfied_without_a_word_why_is_only_counted(work: Work) -> None:
    done = await done_case(work)
    case = await cases.rate_case(work, done.id, cases.Rating.UNSATISFIED, "  ")
    assert case.status is Status.DONE and case.rating is cases.Rating.UNSATISFIED


async def test_a_case_taken_up_again_has_a_new_promise(work: Work) -> None:
    done = await done_case(work)
    later = Work(work._connect, work.actor, work.now + timedelta(days=30))
    case = await cases.reopen_case(later, done.id, "It is dark again.")
    assert case.due_at and case.due_at > later.now
    assert case.opened_at == done.opened_at


async def test_the_map_cell_is_that_of_the_place(work: Work) -> None:
    from city import places

    case = await cases.open_case(work, new_case())
    assert case.cell == places.cell_of(*HERE)
