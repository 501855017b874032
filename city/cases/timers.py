"""What the city does by itself: reminding, escalating, going on when a wait is over.

There is one timer for each case, on its row (`wake_at`): it is computed with the state it belongs
to, so that none can be forgotten, and done in the transaction that moves it on, so that each thing
is done once, whatever is killed when.
"""

import logging
from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

import msgspec

from city import calendar, processes
from city.calendar import CalendarChanged
from city.cases import store
from city.cases.actions.moving import definition_of, enter, put
from city.cases.categories import read_again
from city.cases.deadlines import Bell, as_facts, next_bell, settled
from city.cases.desk.attempt import attempt
from city.cases.history import next_entry
from city.cases.model import Case, CaseEscalated, CaseMoved, CaseReminded, Entry
from city.kernel import Work, beat, job, reacts_to
from city.processes import Definition, ProcessPublished

AT_ONCE = 500
"""How many cases are taken in one transaction."""

PUT_OFF = timedelta(minutes=15)
"""So long a case is left alone with which something went wrong; the log has what."""

log = logging.getLogger("city.cases")


@beat(every=timedelta(milliseconds=500))
async def ring(work: Work) -> bool:
    """Do what is due, and say whether there is more of it. Apart from the jobs, which may be many:
    an escalation that waits in a queue is none."""
    return await ring_due(work) == AT_ONCE


async def ring_due(work: Work, most: int = AT_ONCE) -> int:
    """Do what is due on up to `most` cases, and return on how many."""
    work.actor.require("city.react")
    due = await store.take_due(work, most=most)
    if not due:
        return 0
    await calendar.refresh(work)
    rung: list[tuple[Case, Entry]] = []
    for case in due:
        try:
            definition = await definition_of(work, case)
            bell = next_bell(definition, case)
            if bell is not None and bell.does == "pass":
                async with attempt(work):
                    await _pass(work, case, definition)
            else:
                rung.append(_rung(work, case, definition, bell))
        except Exception:
            # One case that cannot go on must not keep the city from all the others.
            log.exception("a case cannot go on by itself", extra={"case": case.ref})
            await store.put_off(work, case.id, work.now + PUT_OFF)
    await _store(work, rung)
    return len(due)


def _rung(work: Work, case: Case, definition: Definition, bell: Bell | None) -> tuple[Case, Entry]:
    """Return the case after this bell, and what its history says of it; announce it."""
    if bell is None:
        # The calendar or the state has left nothing to do.
        bell = Bell(work.now, "remind", [], number=case.rung + 1)
    count = bell.number
    following = msgspec.structs.replace(case, rung=count)
    following = next_bell(definition, following, after=work.now)
    higher = case.escalated + (bell.does == "escalate")
    entry = next_entry(work, case, bell.does, case.status, "", as_facts(bell, count), True)
    tell = [str(who) for who in bell.tell]
    if bell.does == "escalate":
        work.announce(CaseEscalated(case_id=case.id, rung=higher, tell=tell))
    elif tell:
        work.announce(CaseReminded(case_id=case.id, tell=tell))
    case = msgspec.structs.replace(
        case,
        rung=count,
        escalated=higher,
        wake_at=following.at if following else None,
        head_seq=entry.seq,
        head_hash=entry.hash,
    )
    return case, entry


async def _pass(work: Work, case: Case, definition: Definition) -> None:
    """Take the way that the process leaves to the city when a step has run out."""
    way = next(way for way in definition.ways_from(case.state) if processes.Who.CITY in way.by)
    moved = enter(work, definition, case, way.to)
    if not moved.is_open:
        moved = msgspec.structs.replace(moved, closed_at=work.now)
    await put(work, case, moved, str(way.verb), facts={"state": way.to, "by_itself": True})


@reacts_to(CalendarChanged)
async def recalculate(work: Work, event: CalendarChanged) -> None:
    """Compute every open clock anew: now, and again when every process knows the new calendar."""
    await calendar.refresh(work, anew=True)
    work.later(recalculate_from, after=UUID(int=0))
    again = work.now + timedelta(seconds=120)
    work.later(recalculate_from, at=again, key="cases.recalculate", after=UUID(int=0))


@job
async def recalculate_from(work: Work, *, after: UUID) -> None:
    """Compute the open clocks that follow this id anew, so many at a time."""
    await calendar.refresh(work, anew=True)
    found = await store.lock_open_after(work, after, most=AT_ONCE)
    changed: list[tuple[Case, Entry]] = []
    for case in found:
        try:
            now = settled(await definition_of(work, case), case)
        except Exception:
            log.exception("a clock cannot be computed anew", extra={"case": case.ref})
            continue
        if (now.due_at, now.step_due_at, now.wake_at) == (
            case.due_at,
            case.step_due_at,
            case.wake_at,
        ):
            continue
        facts = {"was": _text(case.due_at), "due": _text(now.due_at)}
        entry = next_entry(work, case, "recalculate", case.status, "", facts, True)
        now = msgspec.structs.replace(now, head_seq=entry.seq, head_hash=entry.hash)
        changed.append((now, entry))
        work.announce(
            CaseMoved(case_id=case.id, verb="recalculate", was=case.status, now=case.status)
        )
    await _store(work, changed)
    if len(found) == AT_ONCE:
        work.later(recalculate_from, after=found[-1].id)


@reacts_to(ProcessPublished)
async def know_the_new_process(work: Work, event: ProcessPublished) -> None:
    """Have new cases go by the new version at once in this process."""
    await read_again(work)


def _text(moment: date | None) -> str | None:
    return moment.isoformat() if moment else None


async def _store(work: Work, rung: Iterable[tuple[Case, Entry]]) -> None:
    rung = list(rung)
    if not rung:
        return
    await store.set_clocks(
        work,
        [
            {
                "id": case.id,
                "wake_at": case.wake_at,
                "rung": case.rung,
                "escalated": case.escalated,
                "verify_by": case.verify_by,
                "dispatch_by": case.dispatch_by,
                "due_at": case.due_at,
                "step_due_at": case.step_due_at,
                "queue_at": store.queue_at(case),
                "head_seq": case.head_seq,
                "head_hash": case.head_hash,
            }
            for case, _ in rung
        ],
    )
    await store.add_entries(
        work,
        [
            {
                "case_id": entry.case_id,
                "seq": entry.seq,
                "verb": entry.verb,
                "status": str(entry.now),
                "facts": msgspec.json.encode(entry.facts).decode(),
                "hash": entry.hash,
            }
            for _, entry in rung
        ],
    )
