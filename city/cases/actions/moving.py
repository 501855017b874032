"""How every verb moves a case: find the way in its process, check who and what, store, announce."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from city import calendar, processes
from city.cases import store
from city.cases.actions.evidence import NOTHING, Brought, prove, too_long
from city.cases.deadlines import settled
from city.cases.history import next_entry
from city.cases.model import (
    MOST_LETTERS,
    PERMISSIONS,
    STATUS_WORDS,
    Case,
    CaseMoved,
    Status,
    may_act,
)
from city.kernel import Conflict, Forbidden, Invalid, Missing, Work, say
from city.processes import Definition, State, Transition, Verb, Who

TRIES = 3
"""How often a verb is tried anew when the city itself wrote into the history meanwhile."""


class Move(msgspec.Struct, frozen=True):
    """A case, the way it is about to go, and the process that says so."""

    case: Case
    way: Transition
    definition: Definition


async def begin(
    work: Work,
    case_id: UUID,
    verb: Verb,
    version: int | None,
    *,
    id: str = "",
    reporter: bool = False,
    only: Callable[[Definition, Transition], bool] = lambda definition, way: True,
) -> Move:
    """Return the way this verb goes from where a case stands, once it is sure that it may go it.

    With `id`, the way of that id; `only` leaves some out. `reporter`: the actor has been found to
    be the reporter.
    """
    if not reporter and not any(work.actor.may(p) for p in _STAFF):
        work.actor.require(PERMISSIONS[Who.DESK])
    case = await store.get_case(work, case_id)
    definition = await definition_of(work, case)
    ways = [
        way
        for way in definition.transitions
        if way.verb is verb and id in ("", way.id) and only(definition, way)
    ]
    if not reporter:
        _check_role(work, ways)
        scope = store.scope_of(work.actor)
        if scope is not None and scope not in (case.unit_id, *case.coop):
            raise Missing("We could not find what you asked for.")
    if not any(_may(work, way, case, reporter=reporter) for way in ways):
        _refuse(work, ways)
    check_version(case, version)
    here = [way for way in ways if case.state in way.start]
    for way in here:
        if _may(work, way, case, reporter=reporter):
            return Move(case, way, definition)
    if here:
        _refuse(work, here)
    raise Conflict(
        "This cannot be done now. The case stands at: {status}.", status=STATUS_WORDS[case.status]
    )


async def begin_with(work: Work, case_id: UUID, version: int | None) -> Case:
    """Return a case that the desk is about to do something with that is in no process."""
    work.actor.require("cases.triage")
    case = await store.see_case(work, case_id)
    check_version(case, version)
    return case


_STAFF = ("cases.triage", "cases.answer", "cases.lead", "city.react")


def _may(work: Work, way: Transition, case: Case, *, reporter: bool) -> bool:
    if reporter:
        return Who.REPORTER in way.by
    return any(may_act(work.actor, who, case.unit_id) for who in way.by)


def _check_role(work: Work, ways: Iterable[Transition]) -> None:
    """Refuse who may not take any of these ways, whichever case it were."""
    whos = [who for way in ways for who in way.by if who is not Who.REPORTER]
    if whos and not any(work.actor.may(PERMISSIONS[who]) for who in whos):
        work.actor.require(PERMISSIONS[whos[0]])


def _refuse(work: Work, ways: Iterable[Transition]) -> None:
    whos = [who for way in ways for who in way.by]
    if Who.UNIT in whos and work.actor.may(PERMISSIONS[Who.UNIT]):
        raise Forbidden("This case is with another unit.")
    for who in whos:
        if who is not Who.REPORTER:
            work.actor.require(PERMISSIONS[who])
    raise Forbidden("This is not yours to do.")


def check_version(case: Case, version: int | None) -> None:
    """Refuse what was asked about an older state of a case."""
    if version is not None and version != case.version:
        raise changed(case.status)


async def definition_of(work: Work, case: Case) -> Definition:
    """Return the process that a case goes by, in the version it began with."""
    return (await processes.get(work, case.definition, case.definition_version)).definition


async def finish(
    work: Work,
    move: Move,
    *,
    note: str = "",
    field: str = "note",
    brought: Brought | None = NOTHING,
    facts: dict[str, Any] | None = None,
    named: bool = True,
    verb: str = "",
    **change: Any,
) -> Case:
    """Bring a case to where its way leads, write the entry, announce it, and return the case.

    What the way needs is checked here, unless it has been (`brought` is None).
    """
    case = move.case
    facts = dict(facts or {})
    if brought is not None:
        facts |= await prove(work, move.way, note, brought, field)
    changed_case = enter(work, move.definition, case, move.way.to, **change)
    if changed_case.state != case.state:
        facts["state"] = changed_case.state
    verb = verb or str(move.way.verb)
    return await put(work, case, changed_case, verb, note=note, facts=facts, named=named)


def enter(work: Work, definition: Definition, case: Case, to: str, **change: Any) -> Case:
    """Return the case in another state, with its clock stopped or going as that state says."""
    state = definition.states[to]
    pauses = list(change.pop("pauses", case.pauses))
    if (len(pauses) % 2 == 1) is not _stops(state):
        pauses.append(work.now)
    return msgspec.structs.replace(
        case,
        status=state.status,
        state=to,
        pauses=pauses,
        entered_at=work.now,
        rung=0,
        escalated=0,
        **{"revisit_on": None, **change},
    )


def _stops(state: State) -> bool:
    return state.stopped


async def put(
    work: Work,
    was: Case,
    now: Case,
    verb: str,
    *,
    note: str = "",
    facts: dict[str, Any] | None = None,
    named: bool = True,
    announce: bool = True,
) -> Case:
    """Store a case that has changed, with one entry; refuse if somebody changed it meanwhile.

    What leaves the version as it is (a reminder, a claim) stands in nobody's way, and is kept.
    """
    note = note.strip()
    if len(note) > MOST_LETTERS:
        raise Invalid({"note": too_long(note)})
    definition = await definition_of(work, now)
    await calendar.refresh(work)
    now = settled(definition, now)
    for _ in range(TRIES):
        entry = next_entry(work, was, verb, now.status, note, facts or {}, named)
        if await store.set_case(work, now, entry):
            if announce:
                moved = CaseMoved(case_id=was.id, verb=verb, was=was.status, now=now.status)
                work.announce(moved)
            return msgspec.structs.replace(
                now, version=was.version + 1, head_seq=entry.seq, head_hash=entry.hash
            )
        fresh = await store.get_case(work, was.id)
        if fresh.version != was.version:
            raise changed(fresh.status)
        now = settled(definition, _with_meanwhile(was, now, fresh))
        was = fresh
    raise changed(was.status)


def _with_meanwhile(was: Case, now: Case, fresh: Case) -> Case:
    """Return what is to be stored with what others did since `was` was read: claims and bells."""
    kept = {"head_seq": fresh.head_seq, "head_hash": fresh.head_hash}
    names = ("claimed_by", "claimed_name", "claimed_at")
    if now.entered_at == was.entered_at:
        names += ("rung", "escalated")
    kept |= {name: getattr(fresh, name) for name in names}
    return msgspec.structs.replace(now, **kept)


def changed(status: Status) -> Conflict:
    """Return the refusal of what was asked about an older state."""
    return Conflict(
        "Somebody else has just changed this case. It stands now at: {status}.",
        status=STATUS_WORDS[status],
    )


def check_revisit(work: Work, move: Move, revisit_on: date | None) -> None:
    """Make sure that a case that waits for long has a day on which it is looked at again."""
    if not move.definition.states[move.way.to].revisit:
        return
    today = work.now.astimezone(calendar.current().zone).date()
    if revisit_on is None:
        raise Invalid({"revisit_on": say("Please say on which day it is looked at again.")})
    if revisit_on <= today:
        raise Invalid({"revisit_on": say("Please choose a day that is still to come.")})
    if (revisit_on - today).days > 730:
        raise Invalid({"revisit_on": say("Please choose a day within two years.")})
