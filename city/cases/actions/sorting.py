"""Putting a case into the category it belongs to."""

from uuid import UUID

import msgspec

from city.cases.actions.moving import begin_with, enter, put
from city.cases.categories import process_of, promised, remembered
from city.cases.history import content_digest
from city.cases.model import STATUS_WORDS, Case, Process, Status
from city.kernel import Conflict, Invalid, Work, say

EARLY = frozenset({Status.NEW, Status.ACCEPTED, Status.ROUTED})
"""Where a case can still be sorted anew: nobody has begun to work on it."""


async def sort_case(
    work: Work, case_id: UUID, category: str, *, note: str = "", version: int | None = None
) -> Case:
    """Put a case that nobody works on yet into another category; needs `cases.triage`.

    It goes by that category's process from now on, in the state that counts as the same, and what
    is promised is what that category promises, counted from the same beginning. The unit that a
    sign names is not asked any more: it was for the other category. What was wrong is learnt from.
    """
    case = await begin_with(work, case_id, version)
    if case.status not in EARLY:
        words = STATUS_WORDS[case.status]
        raise Conflict("This cannot be done now. The case stands at: {status}.", status=words)
    known = await remembered(work, category)
    commands = Process.COMMAND in (case.process, known.process if known else None)
    if known is None or known.code == case.category or commands:
        raise Invalid({"category": say("Please choose another category of the list.")})
    process = process_of(known)
    state = next(
        (n for n, s in process.definition.states.items() if s.status is case.status),
        process.definition.start,
    )
    sorted_case = msgspec.structs.replace(
        case,
        category=known.code,
        process=known.process,
        definition=process.code,
        definition_version=process.version,
        private=case.private or known.private,
        promise=promised(known),
        sign_unit="",
    )
    sorted_case = enter(work, process.definition, sorted_case, state)
    facts = {
        "was": case.category,
        "category": known.code,
        "content": content_digest(sorted_case),
        "state": state,
    }
    return await put(work, case, sorted_case, "sort", note=note, facts=facts)
