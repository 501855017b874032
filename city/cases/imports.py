"""Bringing in the cases that another system has kept."""

from collections.abc import Sequence
from typing import Any

from city import places
from city.cases import store
from city.cases.categories import process_of, read_again
from city.cases.history import first_entry
from city.cases.model import (
    ENDS,
    MERGED,
    MOST_LETTERS,
    Case,
    Category,
    Imported,
    ImportedCase,
    Source,
    Status,
)
from city.kernel import Invalid, Says, Work, new_id, new_ref, say
from city.processes import Definition
from city.web import words_in

_AT_ONCE = 5000


async def import_cases(work: Work, cases: Sequence[ImportedCase]) -> list[Imported]:
    """Bring in cases with their own times and state; return those that were not here before.

    What was imported before, known by its `external_id`, is left as it is, so importing twice
    changes nothing. Each case gets a history of one entry. No event is announced: nobody is to
    be told of what happened elsewhere long ago. Raises Invalid, by external id, before anything
    is stored. Needs `identity.manage`, or to be the city itself.
    """
    if not work.actor.may("city.react"):
        work.actor.require("identity.manage")
    categories = await read_again(work)
    errors = {case.external_id: says for case in cases if (says := _wrong(case, categories))}
    if errors:
        raise Invalid(errors)
    added: list[Imported] = []
    for start in range(0, len(cases), _AT_ONCE):
        added += await _import(work, cases[start : start + _AT_ONCE], categories)
    return added


async def _import(
    work: Work, cases: Sequence[ImportedCase], categories: dict[str, Category]
) -> list[Imported]:
    known = await store.list_known(work, [case.external_id for case in cases])
    waiting = {case.external_id: case for case in cases if case.external_id not in known}
    added: list[Imported] = []
    while waiting:
        rows = [_row(work, case, categories[case.category]) for case in waiting.values()]
        new = await store.add_imported(work, rows)
        added += new
        for imported in new:
            del waiting[imported.external_id]
        # What is left met a reference that is taken, or came in just now by somebody else's import.
        for external_id in await store.list_known(work, list(waiting)) if waiting else ():
            del waiting[external_id]
    return added


def _wrong(case: ImportedCase, categories: dict[str, Category]) -> Says | None:
    if case.category not in categories:
        return say("There is no category {code}.", code=case.category)
    if not 1 <= len(case.summary) <= MOST_LETTERS:
        return say("The summary must have 1 to {most} characters.", most=MOST_LETTERS)
    if (case.closed_at is not None) != (case.status in ENDS):
        return say("A case has a time of closing exactly when it is closed.")
    latitude, longitude = case.place
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        return say("This is not a place on earth.")
    return None


def _row(work: Work, given: ImportedCase, category: Category) -> dict[str, Any]:
    case = _case(given, category)
    entry = first_entry(case, "import", work.now, work.actor)
    return {
        "id": case.id,
        "ref": case.ref,
        "external_id": case.external_id,
        "category": case.category,
        "process": case.process,
        "definition": case.definition,
        "definition_version": case.definition_version,
        "state": case.state,
        "step_due_at": case.step_due_at,
        "status": case.status,
        "summary": case.summary,
        "latitude": case.latitude,
        "longitude": case.longitude,
        "cell": case.cell,
        "ward": case.ward,
        "address": case.address,
        "private": case.private,
        "unit_id": case.unit_id,
        "opened_at": case.opened_at,
        "due_at": case.due_at,
        "closed_at": case.closed_at,
        "queue_at": store.queue_at(case),
        "answer": case.answer,
        "reason": case.reason,
        "digest": entry.facts["content"],
        "hash": entry.hash,
        "words": words_in(case.summary, case.address),
    }


def _case(given: ImportedCase, category: Category) -> Case:
    latitude, longitude = given.place
    version = process_of(category)
    return Case(
        id=new_id(),
        ref=new_ref(),
        category=given.category,
        process=category.process,
        definition=version.code,
        definition_version=version.version,
        state=_state(version.definition, given.status),
        step_due_at=None if given.closed_at else given.due_at,
        source=Source.IMPORT,
        status=Status(given.status),
        summary=given.summary,
        latitude=latitude,
        longitude=longitude,
        cell=places.cell_of(latitude, longitude),
        ward=given.ward,
        address=given.address,
        photos=[],
        private=given.private or category.private,
        unit_id=given.unit_id,
        opened_at=given.opened_at,
        verify_by=given.due_at,
        dispatch_by=given.due_at,
        due_at=given.due_at,
        answered_at=given.closed_at,
        closed_at=given.closed_at,
        answer=given.answer,
        reason=given.reason,
        external_id=given.external_id,
    )


def _state(definition: Definition, status: Status) -> str:
    """Return the first state of a process that counts as this status."""
    found = (name for name, state in definition.states.items() if state.status is status)
    return next(found, MERGED if status is Status.MERGED else definition.start)
