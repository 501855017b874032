"""What is written into a case's history without moving it."""

from uuid import UUID

from city.cases import store
from city.cases.actions.evidence import words
from city.cases.actions.moving import put
from city.cases.model import Case
from city.kernel import Forbidden, Work, say


async def note_case(work: Work, case_id: UUID, text: str, *, source: str) -> Case:
    """Write what another system said of a case into its history, for those who work on it.

    `source` is what that system is called. Needs `cases.answer` in the unit that has the case, or
    the desk; the public does not see it.
    """
    if not work.actor.may("cases.triage"):
        work.actor.require("cases.answer")
    case = await store.get_case(work, case_id)
    unit_id = work.actor.unit_id
    if unit_id and not work.actor.may("cases.triage") and unit_id not in (case.unit_id, *case.coop):
        raise Forbidden("This case is with another unit.")
    text = words("text", text, say("Please write what is to be noted."))
    return await put(work, case, case, "note", note=text, facts={"source": source})
