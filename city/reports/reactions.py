"""What reports do when their case moves on, and the counting of pins."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from city import cases, identity, messages
from city.cases import CaseMerged, CaseMoved, CaseRated, CaseReminded, Entry
from city.kernel import Missing, Says, Work, job, reacts_to
from city.messages import USUAL
from city.processes import Who
from city.reports import store, wording
from city.reports.model import Progress, ReportChanged
from city.settings import current
from city.web import in_language, render_words

_FURTHEST = 20


@reacts_to(CaseMoved)
async def follow_move(work: Work, event: CaseMoved) -> None:
    """Show how the case stands now, and tell its reporter."""
    await follow_case(work, event.case_id)


@reacts_to(CaseMerged)
async def follow_merge(work: Work, event: CaseMerged) -> None:
    """Show into which case it went, and tell its reporter."""
    await follow_case(work, event.case_id)


@reacts_to(CaseRated)
async def follow_rating(work: Work, event: CaseRated) -> None:
    """Show that the answer has been rated."""
    await follow_case(work, event.case_id)


@reacts_to(CaseReminded)
async def remind_the_reporter(work: Work, event: CaseReminded) -> None:
    """Tell a reporter whom the city asked something that it still waits for the answer."""
    if str(Who.REPORTER) not in event.tell:
        return
    report = await store.find_by_case(work, event.case_id)
    question = wording.open_question(await cases.list_history(work, event.case_id))
    if report is not None and report.reporter_id is not None and question:
        params = {"ref": report.ref, "question": question}
        await _tell(
            work, report.reporter_id, Says(wording.STILL_ASKED.text, params), report.ref, USUAL
        )


async def follow_case(
    work: Work, case_id: UUID, *, by: frozenset[messages.Channel] = USUAL
) -> None:
    """Show how the case of a report stands now, and tell its reporter and followers what is new.

    It reads the case, not the event, for events may come twice or out of order. Each entry of the
    history is told once, in its order, in these ways. When the case went into another one, voices
    and followers go along.
    """
    report = await store.lock_by_case(work, case_id)
    if report is None:
        return
    case = await cases.get_case(work, case_id)
    history = await cases.list_history(work, case_id)
    entries = [entry for entry in history if entry.seq > report.told]
    progress = Progress(
        category=case.category,
        private=case.private,
        status=case.status,
        unit_id=case.unit_id,
        unit_name=await _unit_name(work, case.unit_id),
        due_at=case.due_at,
        closed_at=case.closed_at,
        rating=case.rating,
        merged_into=case.merged_into,
        question=wording.open_question(history),
        answer=_said_in_public(case),
        reason=case.reason if case.status is cases.Status.REJECTED else "",
    )
    told = max([report.told, *(entry.seq for entry in entries)])
    await store.set_progress(work, report, progress, told)
    if report.would_show(progress):
        work.announce(
            ReportChanged(
                report_id=report.id,
                case_id=case_id,
                verbs=[entry.verb for entry in entries],
                was_public=not report.private,
            )
        )
    if report.reporter_id is not None and entries:
        reporter = await identity.get_person(work, report.reporter_id)
        for entry in entries:
            unit = progress.unit_name
            if entry.verb == "route" and entry.facts.get("unit") != str(case.unit_id):
                unit = await _unit_name(work, UUID(entry.facts["unit"]))
            says = wording.news(entry, report.ref, unit, reporter.language)
            await _tell(work, reporter.id, says, report.ref, by)
    await _tell_followers(work, report, entries, by)
    if not case.private and any(entry.verb == "publish" for entry in entries):
        await _tell_the_area(work, case, report.ref)
    if case.merged_into is not None and any(entry.verb == "merge" for entry in entries):
        await _carry_over(work, report, case.merged_into)


async def _tell_followers(
    work: Work,
    report: store.Followed,
    entries: Sequence[Entry],
    by: frozenset[messages.Channel],
) -> None:
    news = [entry for entry in entries if entry.verb in wording.FOLLOWED]
    if not news:
        return
    for follower in await store.list_followers(work, report.id):
        language = (await identity.get_person(work, follower.person_id)).language
        for entry in news:
            says = wording.news_for_follower(
                entry, follower.ref, follower.ref != report.ref, language
            )
            await _tell(work, follower.person_id, says, follower.ref, by)


async def _tell_the_area(work: Work, case: cases.Case, ref: str) -> None:
    """Tell the devices of those who follow its ward or category that it has been answered."""
    profile = current().profile
    said = Says(wording.AREA.text, {"ref": ref, "title": case.summary.split("\n", 1)[0][:80]})
    words = {
        language: messages.Wording(
            f"{in_language(profile.name, language)} · {ref}", render_words(language, said)
        )
        for language in profile.spoken
    }
    notice = messages.Notice(
        topic=messages.Topic.FOLLOWED,
        words=words,
        link=f"/reports/{ref}",
        replaces=f"report {ref}",
        lasts=timedelta(days=1),
    )
    to = messages.Audience(wards=[case.ward] if case.ward else [], categories=[case.category])
    await messages.broadcast(work, notice, to)


async def _carry_over(work: Work, report: store.Followed, into_case: UUID) -> None:
    """Let who joined in go on with the report of the case that goes on, however often it moved."""
    into = await store.lock_by_case(work, into_case)
    for _ in range(_FURTHEST):
        further = into and into.merged_into and await store.lock_by_case(work, into.merged_into)
        if not further:
            break
        into = further
    if into is not None and into.id != report.id:
        await store.carry_over(work, report, into)
        work.announce(
            ReportChanged(
                report_id=into.id,
                case_id=into.case_id,
                verbs=["join"],
                was_public=not into.private,
            )
        )


@job(every=timedelta(seconds=5))
async def fold_pins(work: Work) -> None:
    """Move the pins that came and went into the counts of the map, so that few are left to add."""
    await store.fold_pin_changes(work)


async def _tell(
    work: Work, person_id: UUID, says: Says | None, ref: str, by: frozenset[messages.Channel]
) -> None:
    if says is not None:
        link = f"/reports/{ref}"
        await messages.send_message(work, person_id, says, link=link, topic=ref, by=by)


def _said_in_public(case: cases.Case) -> str:
    if case.status is cases.Status.DONE:
        return case.answer
    return case.reason_note if case.status is cases.Status.REJECTED else ""


async def _unit_name(work: Work, unit_id: UUID | None) -> dict[str, str] | None:
    if unit_id is None:
        return None
    try:
        return (await identity.get_organisation(work, unit_id)).name
    except Missing:
        return None
