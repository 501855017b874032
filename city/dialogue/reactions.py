"""What dialogue does when the case of a question moves on, and when a survey was followed up."""

from uuid import UUID

from city import cases, identity, messages
from city.cases import CaseMerged, CaseMoved, CaseRated, CaseReminded, Entry, Status
from city.dialogue import wording
from city.dialogue.model import SurveyFollowedUp, in_language
from city.dialogue.store import questions as store
from city.dialogue.store import surveys
from city.dialogue.store.questions import Followed, Progress
from city.kernel import Missing, Says, Work, reacts_to
from city.messages import USUAL, Channel, Topic
from city.processes import Who


@reacts_to(CaseMoved)
async def follow_the_case_of_a_question(work: Work, event: CaseMoved) -> None:
    """Show how the question stands now, and tell who asked."""
    await follow_case(work, event.case_id)


@reacts_to(CaseMerged)
async def follow_a_question_into_another(work: Work, event: CaseMerged) -> None:
    """Show with which question it was joined, and tell who asked."""
    await follow_case(work, event.case_id)


@reacts_to(CaseRated)
async def follow_the_rating_of_an_answer(work: Work, event: CaseRated) -> None:
    """Show that the answer has been rated."""
    await follow_case(work, event.case_id)


@reacts_to(CaseReminded)
async def remind_the_asker(work: Work, event: CaseReminded) -> None:
    """Tell somebody whom the city asked back that it still waits."""
    if str(Who.REPORTER) not in event.tell:
        return
    question = await store.lock_by_case(work, event.case_id)
    asked = wording.asked_back(await cases.list_history(work, event.case_id)) if question else ""
    if question is not None and question.asker_id is not None and asked:
        params = {"ref": question.ref, "question": asked}
        await _tell(work, question.asker_id, Says(wording.STILL_ASKED.text, params), question.ref)


@reacts_to(SurveyFollowedUp)
async def tell_who_answered(work: Work, event: SurveyFollowedUp) -> None:
    """Tell whoever answered a survey that the city says what it did with it, in the inbox."""
    survey = await surveys.find_by_id(work, event.survey_id)
    if survey is None:
        return
    for person_id in await surveys.list_takers(work, survey.id):
        person = await identity.get_person(work, person_id)
        title = in_language(survey.title, person.language)
        await messages.send_message(
            work,
            person_id,
            Says(wording.FOLLOWED_UP.text, {"title": title}),
            link=f"/surveys/{survey.ref}/results",
            topic=survey.ref,
            about=Topic.QUESTIONS,
            by=frozenset({Channel.INBOX}),
        )


async def follow_case(work: Work, case_id: UUID, *, by: frozenset[Channel] = USUAL) -> None:
    """Show how the case of a question stands now, and tell its asker what is new, in these ways.

    It reads the case, not the event, for events may come twice or out of order. The answer is taken
    over when it is published, never later, so that what the staff put right in it stays.
    """
    question = await store.lock_by_case(work, case_id)
    if question is None:
        return
    case = await cases.get_case(work, case_id)
    history = await cases.list_history(work, case_id)
    new = [entry for entry in history if entry.seq > question.told]
    into = await store.find_by_case(work, case.merged_into) if case.merged_into else None
    published = case.status is Status.DONE and any(entry.verb == "publish" for entry in new)
    unit_name = await _unit_name(work, case.unit_id)
    await store.set_progress(
        work,
        question,
        Progress(
            topic=case.category,
            private=case.private,
            status=str(case.status),
            unit_id=case.unit_id,
            unit_name=unit_name,
            due_at=case.due_at,
            asks_back=wording.asked_back(history),
            answer=case.answer if published else None,
            answered_at=case.closed_at if case.status is Status.DONE else None,
            reason="\n".join(part for part in (case.reason, case.reason_note) if part),
            rating=str(case.rating) if case.rating else None,
            merged_into=into.id if into else None,
            told=max([question.told, *(entry.seq for entry in new)]),
        ),
    )
    await _tell_news(work, question, new, unit_name, by)
    if published:
        for other in await store.set_merged_answers(work, question.id, case.answer):
            if other.asker_id is not None:
                says = Says(wording.ANSWERED_TOO.text, {"ref": other.ref})
                await _tell(work, other.asker_id, says, other.ref, by)
    if into is not None and into.status is Status.DONE:
        await store.set_merged_answers(work, into.id, into.answer)


async def _tell_news(
    work: Work,
    question: Followed,
    new: list[Entry],
    unit_name: dict[str, str] | None,
    by: frozenset[Channel],
) -> None:
    if question.asker_id is None or not new:
        return
    language = (await identity.get_person(work, question.asker_id)).language
    for entry in new:
        says = wording.news(entry, question.ref, unit_name, language)
        if says is not None:
            await _tell(work, question.asker_id, says, question.ref, by)


async def _tell(
    work: Work, person_id: UUID, says: Says, ref: str, by: frozenset[Channel] = USUAL
) -> None:
    await messages.send_message(work, person_id, says, link=f"/questions/{ref}", topic=ref, by=by)


async def _unit_name(work: Work, unit_id: UUID | None) -> dict[str, str] | None:
    if unit_id is None:
        return None
    try:
        return (await identity.get_organisation(work, unit_id)).name
    except Missing:
        return None
