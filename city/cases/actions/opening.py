"""Opening a case."""

import msgspec

from city import calendar, places, textai
from city.cases import store
from city.cases.actions.evidence import too_long
from city.cases.categories import process_of, promised, read_again, remembered
from city.cases.deadlines import settled
from city.cases.history import first_entry
from city.cases.model import (
    MOST_LETTERS,
    Case,
    CaseOpened,
    Category,
    NewCase,
    Process,
    Source,
)
from city.kernel import Invalid, Says, Work, new_id, new_ref, say
from city.processes import Version

GONE = say("This category is no longer used. Please choose another.")


async def open_case(work: Work, new: NewCase) -> Case:
    """Open a case, due as its category promises, in one statement; announce CaseOpened.

    Needs `reports.submit`, for a command `cases.lead`, or to be the city itself. Raises Invalid by
    field. Who reported it is not recorded here.
    """
    _check_new(work, new)
    await calendar.refresh(work)
    category = await remembered(work, new.category)
    if not work.actor.may("city.react"):
        leads = category is not None and category.process is Process.COMMAND
        work.actor.require("cases.lead" if leads else "reports.submit")
    for _ in range(5):
        if category is None:
            break
        case = opened(work, new, category)
        entry = first_entry(case, "open", work.now, work.actor)
        case = msgspec.structs.replace(case, head_hash=entry.hash)
        if await store.add_case(work, case, entry, category.revision):
            work.announce(CaseOpened(case_id=case.id))
            return case
        # Its ref is taken by another case (2^-40 for each), or its category has changed.
        await read_again(work)
        category = await remembered(work, new.category)
    raise Invalid({"category": GONE})


def opened(work: Work, new: NewCase, category: Category, version: Version | None = None) -> Case:
    """Return a new case of this category, by the process it goes by (or another version)."""
    opened_at = new.opened_at or work.now
    version = version or process_of(category)
    definition = version.definition
    latitude, longitude = new.place
    case = Case(
        id=new_id(),
        ref=new_ref(),
        category=category.code,
        process=category.process,
        definition=version.code,
        definition_version=version.version,
        state=definition.start,
        source=new.source,
        status=definition.states[definition.start].status,
        summary=new.summary.strip(),
        latitude=latitude,
        longitude=longitude,
        cell=places.cell_of(latitude, longitude),
        ward=new.ward,
        address=new.address.strip(),
        photos=list(new.photos),
        private=new.private or category.private,
        unit_id=None,
        opened_at=opened_at,
        promise=promised(category),
        clock_at=opened_at,
        entered_at=opened_at,
        parent_id=new.parent_id,
        sign_unit=new.sign_unit,
        doubt=textai.spam_score(new.summary).value,
        verify_by=None,
        dispatch_by=None,
        due_at=None,
    )
    return settled(definition, case)


def _check_new(work: Work, new: NewCase) -> None:
    errors: dict[str, Says] = {}
    summary = new.summary.strip()
    if not summary:
        errors["summary"] = say("Please say what you saw.")
    elif len(summary) > MOST_LETTERS:
        errors["summary"] = too_long(summary)
    latitude, longitude = new.place
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # False for NaN as well.
        errors["place"] = say("Please choose the place on the map.")
    if new.opened_at is not None and new.opened_at > work.now:
        errors["opened_at"] = say("This time has not come yet.")
    if new.source is Source.IMPORT:
        errors["source"] = say("Imported cases come in by their own way.")
    if errors:
        raise Invalid(errors)
