"""Telling those who owe a step that it is soon due, or that it is late."""

from uuid import UUID

from city import identity, messages
from city.cases import store
from city.cases.model import Case, CaseEscalated, CaseReminded, Process
from city.kernel import Says, Work, reacts_to, say
from city.processes import Who

REMIND = say("{ref} should be done with this step soon: {title}")
LATE = say("{ref} is late with this step: {title}")
URGENT = say("Nobody has taken {ref} in hand yet: {title}")


@messages.offers_categories
async def offer_categories(work: Work) -> list[messages.Offered]:
    """Offer what residents can report, to be followed on their devices."""
    return [
        messages.Offered(code=category.code, name=category.name)
        for category in await store.list_categories(work)
        if category.process is not Process.COMMAND and not category.private
    ]


@reacts_to(CaseReminded)
async def remind(work: Work, event: CaseReminded) -> None:
    """Remind those whose step it is, in their inbox."""
    case = await store.get_case(work, event.case_id)
    if case.is_open:
        await _tell(work, case, event.tell, REMIND)


@reacts_to(CaseEscalated)
async def escalate(work: Work, event: CaseEscalated) -> None:
    """Tell the next ones on the ladder."""
    case = await store.get_case(work, event.case_id)
    if case.is_open:
        await _tell(work, case, event.tell, URGENT if case.process is Process.INSTANT else LATE)


async def _tell(work: Work, case: Case, tell: list[str], says: Says) -> None:
    title = case.summary.split("\n", 1)[0][:80]
    for person_id in await _people(work, case, tell):
        link = f"/work/{case.ref}" if tell == [Who.UNIT] else f"/desk/cases/{case.ref}"
        await messages.send_message(
            work,
            person_id,
            Says(says.text, {"ref": case.ref, "title": title}),
            link=link,
            topic=case.ref,
            # Danger wakes whoever owes the step.
            urgent=case.process is Process.INSTANT,
            by=frozenset({messages.Channel.INBOX}),
        )


async def _people(work: Work, case: Case, tell: list[str]) -> list[UUID]:
    """Return the staff who are meant; the reporter is told by the room that knows who it is."""
    wanted = {
        Who.DESK: identity.Role.DESK,
        Who.UNIT: identity.Role.UNIT,
        Who.LEADER: identity.Role.LEADER,
        Who.COMMANDER: identity.Role.LEADER,
    }
    roles = {wanted[Who(who)] for who in tell if Who(who) in wanted}
    if not roles:
        return []
    return [
        person.id
        for person in await identity.list_staff(work, sorted(roles))
        if roles & set(person.roles) - {identity.Role.UNIT}
        or (
            (identity.Role.UNIT in roles and person.unit_id in (case.unit_id, *case.coop))
            and person.unit_id is not None
        )
    ]
