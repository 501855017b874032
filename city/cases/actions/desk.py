"""What the desk does with a case."""

from typing import Any
from uuid import UUID

from city import identity
from city.cases import routing, store
from city.cases.actions.evidence import NOTHING, Brought, words
from city.cases.actions.moving import Move, begin, finish
from city.cases.categories import promised, remembered
from city.cases.model import REASONS, Case, CaseEscalated, moves_for
from city.cases.quality import promises_only
from city.kernel import Conflict, Invalid, Missing, Work, say
from city.processes import Needs, Verb, Who


async def accept_case(
    work: Work,
    case_id: UUID,
    *,
    version: int | None = None,
    note: str = "",
    brought: Brought = NOTHING,
) -> Case:
    """Take a case on: it is real, clear and the city's to do.

    If a rule of the routing table says that it needs nobody's eye, it goes to its unit at once.
    """
    move = await begin(work, case_id, Verb.ACCEPT, version)
    case = await finish(work, move, note=note, brought=brought)
    ways = [way for way in moves_for(move.definition, case, work.actor) if way.verb is Verb.ROUTE]
    if not ways or ways[0].needs != Needs() or ways[0].form:
        return case
    route = await routing.decide_for(work, case)
    if not route.automatic or route.lead is None:
        return case
    coop = [unit.id for unit in route.coop]
    rule = next((r.rule.name for r in route.decision.why if r.rule and r.lead), "")
    return await route_case(work, case.id, route.lead.id, route.note, coop=coop, why=rule)


async def route_case(
    work: Work,
    case_id: UUID,
    unit_id: UUID,
    note: str = "",
    *,
    coop: list[UUID] | None = None,
    why: str = "",
    version: int | None = None,
    brought: Brought = NOTHING,
) -> Case:
    """Give a case to a unit that leads, with others that help; also from one to another.

    `coop` None leaves the helping units as they are. `why` is the rule that led there.
    """
    move = await begin(work, case_id, Verb.ROUTE, version)
    unit = await _unit(work, unit_id, "unit_id")
    helping = move.case.coop if coop is None else coop
    helping = [id for id in dict.fromkeys(helping) if id != unit.id]
    for id in helping:
        await _unit(work, id, "coop")
    facts: dict[str, Any] = {"unit": str(unit.id)}
    if helping:
        facts["coop"] = [str(id) for id in helping]
    if why:
        facts["why"] = why
    return await finish(
        work, move, note=note, brought=brought, facts=facts, unit_id=unit.id, coop=helping
    )


async def send_back(
    work: Work,
    case_id: UUID,
    reason: str,
    *,
    version: int | None = None,
    brought: Brought = NOTHING,
) -> Case:
    """Give an answer back to its unit, and say what is missing."""
    move = await begin(work, case_id, Verb.SEND_BACK, version)
    reason = words("reason", reason, say("Please say what is missing."))
    return await finish(work, move, note=reason, field="reason", brought=brought, answered_at=None)


async def publish_answer(
    work: Work,
    case_id: UUID,
    *,
    version: int | None = None,
    note: str = "",
    brought: Brought = NOTHING,
) -> Case:
    """Make the answer public and close the case.

    An answer that only promises is not published without a word on why the case is done all the
    same; nor is one while parts of the case are open.
    """
    move = await begin(work, case_id, Verb.PUBLISH, version)
    if (found := promises_only(move.case.answer)) and not note.strip():
        waits = say(
            "The answer promises (“{words}”) and does not say what was done. Let the case wait "
            "with a day to look at it again, or say here why it is done.",
            words=found,
        )
        raise Invalid({"note": waits})
    if move.case.parts and (n := await store.count_open_parts(work, case_id)):
        raise Conflict("{n} parts of this case are still open.", n=n)
    return await finish(work, move, note=note, brought=brought, closed_at=work.now)


async def reject_case(
    work: Work,
    case_id: UUID,
    reason: str,
    *,
    note: str = "",
    version: int | None = None,
    brought: Brought = NOTHING,
) -> Case:
    """Do not take a case on, and say why: a key of REASONS, or words.

    The reason and the note are for the reporter and the public page.
    """
    move = await begin(work, case_id, Verb.REJECT, version)
    reason = words("reason", reason, say("Please say why it is not taken on."))
    said = REASONS[reason].text if reason in REASONS else reason
    return await finish(
        work,
        move,
        note=note,
        brought=brought,
        facts={"reason": said},
        reason=said,
        reason_note=note.strip(),
        closed_at=work.now,
    )


async def reopen_case(
    work: Work,
    case_id: UUID,
    reason: str,
    *,
    version: int | None = None,
    brought: Brought = NOTHING,
) -> Case:
    """Take up again a case that was closed too soon, with a new promise."""
    move = await begin(work, case_id, Verb.REOPEN, version)
    reason = words("reason", reason, say("Please say why it is taken up again."))
    return await taken_up_again(work, move, reason, brought=brought)


async def taken_up_again(work: Work, move: Move, note: str, **more: Any) -> Case:
    """Re-open a case: its clock begins anew, and what happens too often is told to a leader."""
    times = move.case.reopened + 1
    facts = dict(more.pop("facts", {}))
    escalates = times >= move.definition.reopen_escalates
    if escalates:
        facts["escalated"] = True
    category = await remembered(work, move.case.category)
    case = await finish(
        work,
        move,
        note=note,
        facts=facts,
        promise=promised(category) if category else move.case.promise,
        clock_at=work.now,
        pauses=[],
        answered_at=None,
        closed_at=None,
        contested_at=None,
        reason="",
        reason_note="",
        reopened=times,
        rating=None,
        **more,
    )
    if escalates:
        work.announce(CaseEscalated(case_id=case.id, rung=times, tell=[str(Who.LEADER)]))
    return case


async def step_case(
    work: Work,
    case_id: UUID,
    id: str,
    *,
    note: str = "",
    brought: Brought = NOTHING,
    version: int | None = None,
) -> Case:
    """Take the step of this id, which the case's process has and others may not."""
    move = await begin(work, case_id, Verb.STEP, version, id=id)
    return await finish(work, move, note=note, brought=brought, facts={"step": id})


async def _unit(work: Work, unit_id: UUID, field: str) -> identity.Organisation:
    try:
        unit = await identity.get_organisation(work, unit_id)
    except Missing:
        unit = None
    if unit is None or unit.kind != "unit":
        raise Invalid({field: say("Please choose a unit of the list.")})
    return unit
