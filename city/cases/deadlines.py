"""By when: what is promised, what the clock makes of it, and what the city does by itself.

A promise is a span of the process (or of the category) counted from `clock_at`. While a case
waits, its clock stands still, and what was promised moves by as much as the city worked (or, for
minutes of the clock, as much time passed) meanwhile. What was late before the clock stopped stays
late. Everything here is computed from the row and the definition, so that it can be computed again
when the calendar changes.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from city import calendar
from city.cases.model import Case, Category, Process
from city.kernel import Says, say
from city.processes import Definition, Span, State, Who

NEVER_BY_ITSELF = 1000
"""After so many rungs of one step the city stops repeating itself."""

MOST_BETWEEN = 50
"""So often at most a rung is told again before the next one is reached."""


class Promise(msgspec.Struct, frozen=True):
    """By when a case is verified, given to somebody, and done."""

    verify_by: datetime | None
    dispatch_by: datetime | None
    due_at: datetime | None


class Countdown(msgspec.Struct, frozen=True):
    """How long is left, in words, and the `data-tone` to say it in."""

    words: Says
    tone: str


class Bell(msgspec.Struct, frozen=True):
    """Something the city does by itself at a moment: `remind`, `escalate`, or `pass`, which takes
    the way that the process leaves to the city when a step has run out. `number` is its place in
    the step, from 1: what a case remembers as the last one that has rung."""

    at: datetime
    does: str
    tell: list[Who]
    repeat: int = 0
    number: int = 0


def end_of(span: Span, start: datetime) -> datetime:
    """Return when a span that begins at this moment is over, in UTC."""
    if span.minutes is not None:
        return start + timedelta(minutes=span.minutes)
    if span.working_minutes is not None:
        return calendar.current().add_minutes(start, span.working_minutes)
    return calendar.current().day_end_after(start, span.working_days or 0)


def run_out(span: Span, start: datetime, pauses: Sequence[datetime] = ()) -> datetime:
    """Return when a span is over whose clock stood still between the pairs of `pauses`.

    A pause that has no end yet moves nothing; one that began after the end moves nothing either.
    """
    due = end_of(span, start)
    for stopped, went_on in zip(pauses[::2], pauses[1::2], strict=False):
        if went_on <= start or stopped >= due:
            continue
        stopped = max(stopped, start)
        if span.minutes is not None:
            due += went_on - stopped
        else:
            days = calendar.current()
            due = days.add_minutes(due, days.minutes_between(stopped, went_on))
    return due


def spans_for(definition: Definition, category: Category | None) -> dict[str, Span]:
    """Return what is promised by name: the process's deadlines, with the category's own instead."""
    spans = dict(definition.deadlines)
    if category is None:
        return spans
    if category.process is Process.INSTANT:
        own = {
            "verify": category.acknowledge_minutes,
            "dispatch": category.dispatch_minutes,
            "done": category.close_minutes,
        }
        return spans | {name: Span(minutes=n) for name, n in own.items() if n}
    own = {"verify": category.verify_working_days, "done": category.working_days}
    return spans | {name: Span(working_days=n) for name, n in own.items() if n}


def promise_for(
    spans: Mapping[str, Span], clock_at: datetime, pauses: Sequence[datetime] = ()
) -> Promise:
    """Return what these spans promise for a case whose clock began then."""

    def by(name: str) -> datetime | None:
        return run_out(spans[name], clock_at, pauses) if name in spans else None

    verify_by = by("verify")
    return Promise(verify_by, by("dispatch") or verify_by, by("done"))


def step_due(definition: Definition, case: Case) -> datetime | None:
    """Return by when the step that a case is in should be over, or None."""
    state = definition.states.get(case.state)
    if state is None or not case.is_open:
        return None
    if case.revisit_on is not None and state.revisit:
        return start_of_work(case.revisit_on)
    if state.within is not None and case.entered_at is not None:
        # A step that is counted for itself begins when the case comes to it.
        return end_of(state.within, case.entered_at)
    if state.stopped:
        return None
    known = {"verify": case.verify_by, "dispatch": case.dispatch_by, "done": case.due_at}
    if state.due in known:
        return known[state.due]
    span = case.promise.get(state.due)
    if span is None or case.clock_at is None:
        return None
    return run_out(span, case.clock_at, case.pauses)


def start_of_work(day: date) -> datetime:
    """Return when the city begins to work on this day, or on the next on which it works, in UTC."""
    midnight = datetime.combine(day, time(), calendar.current().zone).astimezone(UTC)
    return calendar.current().add_minutes(midnight, 1) - timedelta(minutes=1)


def bells(definition: Definition, case: Case) -> list[Bell]:
    """Return what the city does by itself in this step, in order of time.

    Reminders of a time before the step began are among them, so that none has another place when
    the calendar changes; `next_bell` passes over them.
    """
    state = definition.states.get(case.state)
    if state is None or case.step_due_at is None or not case.is_open:
        return []
    found = [*_reminders(state, case.step_due_at), *_rungs(state, case.step_due_at)]
    if any(Who.CITY in way.by for way in definition.ways_from(case.state)):
        found.append(Bell(case.step_due_at, "pass", [Who.CITY]))
    return sorted(found, key=lambda bell: bell.at)


def next_bell(definition: Definition, case: Case, after: datetime | None = None) -> Bell | None:
    """Return what the city does next if nobody does anything; the last rung may repeat.

    `after` is when it last did something in this step.
    """
    rings = bells(definition, case)
    begun = case.entered_at or case.opened_at
    for place, bell in enumerate(rings[case.rung :], case.rung + 1):
        if bell.does != "remind" or bell.at > begun:
            return msgspec.structs.replace(bell, number=place)
    last = rings[-1] if rings else None
    if last is None or not last.repeat or case.rung >= NEVER_BY_ITSELF:
        return None
    repeats = case.rung - len(rings)
    again = (after or last.at + repeats * timedelta(minutes=last.repeat)) + timedelta(
        minutes=last.repeat
    )
    return msgspec.structs.replace(last, at=max(again, last.at), number=case.rung + 1)


def _reminders(state: State, due: datetime) -> Iterator[Bell]:
    for reminder in state.reminders:
        yield Bell(_before(reminder.before, due), "remind", reminder.tell)


def _rungs(state: State, due: datetime) -> Iterator[Bell]:
    ladder = state.escalation
    for place, rung in enumerate(ladder, 1):
        until = ladder[place].after if place < len(ladder) else None
        for after in _said_again(rung.after, rung.repeat, until):
            yield Bell(end_of(after, due), "escalate", rung.tell, rung.repeat)


def _said_again(after: Span, repeat: int, until: Span | None) -> list[Span]:
    """Return when a rung is told: once, and again until the next one is reached.

    The last rung is repeated without an end, see `next_bell`. What is counted in another kind of
    time than the next rung is told once.
    """
    spans = [after]
    for unit in ("minutes", "working_minutes"):
        first, end = getattr(after, unit), getattr(until, unit, None)
        if repeat and first is not None and end is not None:
            moments = range(first + repeat, end, repeat)[:MOST_BETWEEN]
            spans += [Span(**{unit: n}) for n in moments]
    return spans


def _before(span: Span, due: datetime) -> datetime:
    if span.minutes is not None:
        return due - timedelta(minutes=span.minutes)
    days = calendar.current()
    at = due
    if span.working_minutes is not None:
        while days.minutes_between(at, due) < span.working_minutes:
            at -= timedelta(days=1)
        return days.add_minutes(at, days.minutes_between(at, due) - span.working_minutes)
    while not _lies_before(at, due, span.working_days or 0):
        at -= timedelta(days=1)
    return at


def _lies_before(at: datetime, due: datetime, working_days: int) -> bool:
    days = calendar.current()
    return days.working_days_left(at, due) >= working_days and days.is_working_day(
        at.astimezone(days.zone).date()
    )


def settled(definition: Definition, case: Case) -> Case:
    """Return the case with everything the clock decides computed anew."""
    if case.clock_at is not None and case.is_open:
        promise = promise_for(case.promise, case.clock_at, case.pauses)
        case = msgspec.structs.replace(
            case,
            verify_by=promise.verify_by,
            dispatch_by=promise.dispatch_by,
            due_at=promise.due_at,
        )
    case = msgspec.structs.replace(case, step_due_at=step_due(definition, case))
    bell = next_bell(definition, case)
    return msgspec.structs.replace(case, wake_at=bell.at if bell else None)


def working_days_left(now: datetime, due: datetime) -> int:
    """Return how many working days are left; zero when due today, below zero when late."""
    return calendar.current().working_days_left(now, due)


def countdown(now: datetime, due: datetime, process: Process) -> Countdown:
    """Return in words how long is left, or how late it is."""
    minutes = int(abs((due - now).total_seconds()) // 60)
    by_clock = process is not Process.TIME_BOUND
    days = abs(working_days_left(now, due))
    if now > due:
        return Countdown(_late(minutes, days, by_clock=by_clock), "late")
    if by_clock or minutes < 120:
        return Countdown(_clock(minutes), "late" if minutes < 5 else "doing")
    if days == 0:
        return Countdown(say("Due today"), "doing")
    if days == 1:
        return Countdown(say("1 working day left"), "doing")
    return Countdown(say("{n} working days left", n=days), "new")


def _clock(minutes: int) -> Says:
    if minutes < 120:
        return say("{n} min left", n=minutes)
    return say("{n} hours left", n=minutes // 60)


def _late(minutes: int, days: int, *, by_clock: bool) -> Says:
    if minutes < 120:
        return say("{n} min late", n=minutes)
    if minutes < 2880 if by_clock else days < 1:
        return say("{n} hours late", n=minutes // 60)
    if by_clock:
        return say("{n} days late", n=minutes // 1440)
    if days == 1:
        return say("1 working day late")
    return say("{n} working days late", n=days)


def as_facts(bell: Bell, rung: int) -> dict[str, Any]:
    """Return what the history keeps of something the city did by itself."""
    return {"rung": rung, "tell": [str(who) for who in bell.tell]}
