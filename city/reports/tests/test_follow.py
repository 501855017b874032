"""A report follows its case, and its reporter is told."""

from typing import Any
from uuid import UUID

from city import cases, identity, messages, reports
from city.cases import CaseMoved, Rating, Status
from city.kernel import Work
from city.reports.reactions import follow_case, follow_move
from city.reports.tests.conftest import as_somebody_else, lamp

ANSWER = "Đã thay bóng mới và kiểm tra cả dãy đèn từ đầu cầu đến ngã tư, đèn sáng bình thường."


async def answered(work: Work, report: reports.Report) -> None:
    """Have the case of a report answered by a unit and published."""
    unit = await identity.find_unit(work, "hepco")
    assert unit is not None
    await cases.accept_case(work, report.case_id)
    await cases.route_case(work, report.case_id, unit.id)
    await cases.take_case(work, report.case_id)
    await cases.answer_case(work, report.case_id, ANSWER)
    await cases.publish_answer(work, report.case_id)


async def told(work: Work, person_id: UUID | None = None) -> list[str]:
    """What somebody (the actor by default) has been told, oldest first."""
    return await work.values(
        str,
        "select text from messages.message where person_id = :id order by id",
        id=person_id or work.actor.id,
    )


async def test_every_step_is_told_once_however_often_the_event_comes(by_lan: Work) -> None:
    report = await reports.submit_report(by_lan, lamp())
    await answered(by_lan, report)
    moved = CaseMoved(case_id=report.case_id, verb="take", was=Status.ROUTED, now=Status.DOING)
    for _ in range(3):  # Late, out of order and more than once.
        await follow_move(by_lan, moved)
    assert sorted(await told(by_lan)) == [
        "Your report {ref} has been answered. Please tell us what you think of it.",
        "Your report {ref} has been checked and taken on.",
        "Your report {ref} has been given to {unit}.",
        "{unit} has answered your report {ref}. The city is checking the answer.",
        "{unit} has begun to work on your report {ref}.",
    ]
    now = await reports.find_by_ref(by_lan, report.ref)
    assert now is not None and now.status is Status.DONE and now.waits_for_rating
    assert now.unit_name and now.closed_at
    assert await messages.count_unread(by_lan, report.reporter_id) == 5


async def test_a_rejected_report_says_why(by_lan: Work) -> None:
    report = await reports.submit_report(by_lan, lamp())
    await cases.reject_case(by_lan, report.case_id, "not_found")
    await follow_case(by_lan, report.case_id)
    reason = await by_lan.value(
        dict, "select params from messages.message where person_id = :id", id=by_lan.actor.id
    )
    assert "{" not in str(reason["reason"]) and reason["ref"] == report.ref
    cards, _ = await reports.find_reports(by_lan, reports.Filters())
    assert cards == []


async def test_whoever_reported_the_same_thing_hears_of_the_answer(by_lan: Work) -> None:
    first = await reports.submit_report(by_lan, lamp())
    async with as_somebody_else(by_lan):
        second = await reports.submit_report(by_lan, lamp(description="Đèn ở cầu không sáng."))
    await cases.merge_case(by_lan, second.case_id, first.case_id)
    await follow_case(by_lan, second.case_id)
    merged = await reports.find_by_ref(by_lan, second.ref)
    assert merged is not None and merged.merged_into == first.case_id
    await answered(by_lan, first)
    await follow_case(by_lan, first.case_id)
    said = await told(by_lan, second.reporter_id)
    assert "Your report {ref} was joined with another one about the same thing: {into}." in said
    assert "What you reported in {ref} has been answered." in said
    assert "What you reported in {ref} has been answered." not in await told(by_lan)


async def test_who_is_not_satisfied_and_says_why_gets_it_taken_up_again(by_lan: Work) -> None:
    report = await reports.submit_report(by_lan, lamp())
    await answered(by_lan, report)
    await follow_case(by_lan, report.case_id)
    await reports.rate_report(by_lan, report, Rating.UNSATISFIED, "Tối nay đèn lại tắt.")
    await follow_case(by_lan, report.case_id)
    now = await reports.find_by_ref(by_lan, report.ref)
    assert now is not None and (now.status, now.rating) == (Status.ACCEPTED, None)
    assert (await told(by_lan))[-1] == "Your report {ref} has been taken up again."


async def test_the_whole_path_runs_by_itself(by_lan: Work, browser: Any, inside: Any) -> None:
    async with inside.work(by_lan.actor) as work:
        report = await reports.submit_report(work, lamp())
    async with inside.work(by_lan.actor) as work:
        await answered(work, report)
    await browser.do_jobs()
    now = await reports.find_by_ref(by_lan, report.ref)
    assert now is not None and now.status is Status.DONE
    assert await by_lan.value(int, "select count(*) from kernel.job where attempts > 0") == 0
