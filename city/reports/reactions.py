"""What reports do when their case moves on, and the counting of pins."""

from datetime import timedelta
from uuid import UUID

from city import cases, identity, messages
from city.cases import CaseMerged, CaseMoved, CaseRated
from city.kernel import Missing, Says, Work, job, reacts_to
from city.reports import store, wording
from city.reports.model import Progress


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


async def follow_case(
    work: Work, case_id: UUID, *, by: frozenset[messages.Channel] = messages.USUAL
) -> None:
    """Show how the case of a report stands now, and tell the reporter what is new to them.

    It reads the case, not the event, for events may come twice or out of order. Each entry of the
    history is told once, in its order, in these ways.
    """
    report = await store.lock_by_case(work, case_id)
    if report is None:
        return
    case = await cases.get_case(work, case_id)
    entries = [e for e in await cases.list_history(work, case_id) if e.seq > report.told]
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
    )
    told = max([report.told, *(entry.seq for entry in entries)])
    await store.set_progress(work, report, progress, told)
    if report.reporter_id is not None and entries:
        reporter = await identity.get_person(work, report.reporter_id)
        for entry in entries:
            unit = progress.unit_name
            if entry.verb == "route" and entry.facts.get("unit") != str(case.unit_id):
                unit = await _unit_name(work, UUID(entry.facts["unit"]))
            says = wording.news(entry, report.ref, unit, reporter.language)
            await _tell(work, reporter.id, says, report.ref, by)
    if any(entry.verb == "publish" for entry in entries):
        for other in await store.list_joined_reporters(work, case_id):
            says = Says(wording.JOINED_DONE.text, {"ref": other.ref})
            await _tell(work, other.reporter_id, says, other.ref, by)


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


async def _unit_name(work: Work, unit_id: UUID | None) -> dict[str, str] | None:
    if unit_id is None:
        return None
    try:
        return (await identity.get_organisation(work, unit_id)).name
    except Missing:
        return None
