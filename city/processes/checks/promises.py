"""The promises of a process: deadlines, reminders before them, and the ladders after them."""

from collections.abc import Iterator, Sequence

from city.kernel import say
from city.processes.model import (
    ENDS,
    Definition,
    Fault,
    Process,
    Span,
    State,
    Status,
    Who,
)

_MOST_MINUTES = 2_000_000
_MOST_DAYS = 2000
_PEOPLE = frozenset({Who.DESK, Who.UNIT, Who.LEADER, Who.COMMANDER})


def check_promises(definition: Definition) -> Iterator[Fault]:
    """Yield what is wrong with the deadlines and with what happens around them."""
    yield from _deadlines(definition)
    for name, state in definition.states.items():
        path = f"states.{name}"
        if state.due and state.due not in definition.deadlines:
            says = say("There is no deadline “{name}”.", name=state.due)
            yield Fault(f"{path}.due", says)
        if state.due and state.within:
            says = say("A step is due by “due” or by “within”, not by both.")
            yield Fault(f"{path}.within", says)
        if state.within:
            yield from _span(state.within, f"{path}.within")
        if state.status in ENDS:
            if state.due or state.within or state.reminders or state.escalation:
                yield Fault(path, say("An end has no deadline: the city owes nothing more."))
        else:
            yield from _around(definition, state, path)
    if definition.process is Process.INSTANT:
        yield from _climbs(definition)
    yield from _command(definition)
    if definition.reopen_by_right < 0:
        yield Fault("reopen_by_right", say("This cannot be less than 0."))
    if definition.reopen_escalates < 1:
        yield Fault("reopen_escalates", say("This cannot be less than 1."))


def nominal_minutes(span: Span) -> int:
    """Return about how long a stretch is, to tell a short one from a long one."""
    if span.working_days is not None:
        return span.working_days * 450
    return span.minutes if span.minutes is not None else span.working_minutes or 0


def _kind(span: Span) -> str:
    kinds = ("minutes", "working_minutes", "working_days")
    return next((kind for kind in kinds if getattr(span, kind) is not None), "")


def _deadlines(definition: Definition) -> Iterator[Fault]:
    for name, span in definition.deadlines.items():
        yield from _span(span, f"deadlines.{name}")
    needed = {
        Process.TIME_BOUND: ("verify", "done"),
        Process.INSTANT: ("verify", "dispatch", "done"),
        Process.COMMAND: (),
    }
    for name in needed[definition.process]:
        if name not in definition.deadlines:
            says = say("A process of this group promises a deadline “{name}”.", name=name)
            yield Fault("deadlines", says)
    clocks = {_kind(span) for span in definition.deadlines.values()}
    if definition.process is Process.INSTANT and clocks - {"minutes", ""}:
        says = say("Danger does not wait for office hours: please give “minutes”.")
        yield Fault("deadlines", says)
    if definition.process is Process.TIME_BOUND and "minutes" in clocks:
        says = say("This is handled while the city works: give working minutes or working days.")
        yield Fault("deadlines", says)


def _span(span: Span, path: str, *, least: int = 1) -> Iterator[Fault]:
    given = [n for n in (span.minutes, span.working_minutes, span.working_days) if n is not None]
    if len(given) != 1:
        says = say("Please give exactly one of minutes, working_minutes and working_days.")
        yield Fault(path, says)
    for n in given:
        most = _MOST_DAYS if span.working_days is not None else _MOST_MINUTES
        if not least <= n <= most:
            says = say("This can be from {least} to {most}.", least=least, most=most)
            yield Fault(path, says)


def _not_longer(span: Span, other: Span) -> bool:
    """Return whether a span is surely not longer than another: only like can be compared."""
    return _kind(span) == _kind(other) and nominal_minutes(span) <= nominal_minutes(other)


def _around(definition: Definition, state: State, path: str) -> Iterator[Fault]:
    """Yield what is wrong with the reminders and the ladder of a state that is no end."""
    if (state.reminders or state.escalation) and not state.is_due:
        part = "reminders" if state.reminders else "escalation"
        says = say("Nothing is due here, so there is no time to remind or to escalate.")
        yield Fault(f"{path}.{part}", says)
    for at, reminder in enumerate(state.reminders):
        here = f"{path}.reminders.{at}"
        yield from _span(reminder.before, f"{here}.before")
        yield from _told(definition, reminder.tell, f"{here}.tell")
        due = state.within or definition.deadlines.get(state.due)
        if due and _not_longer(due, reminder.before):
            says = say("This reminder would come before the step begins.")
            yield Fault(f"{here}.before", says)
    for at, rung in enumerate(state.escalation):
        here = f"{path}.escalation.{at}"
        yield from _span(rung.after, f"{here}.after", least=0)
        yield from _told(definition, rung.tell, f"{here}.tell")
        if not 0 <= rung.repeat <= _MOST_MINUTES:
            yield Fault(f"{here}.repeat", say("This can be from 0 to {most}.", most=_MOST_MINUTES))
        below = state.escalation[at - 1].after if at else None
        if below and _not_longer(rung.after, below):
            says = say("Each rung of the ladder comes later than the one below it.")
            yield Fault(f"{here}.after", says)
    told = {who for rung in state.escalation for who in rung.tell}
    if state.escalation and told and not told & _PEOPLE:
        says = say("This ladder never reaches a person who can do something.")
        yield Fault(f"{path}.escalation", says)


def _told(definition: Definition, tell: Sequence[Who], path: str) -> Iterator[Fault]:
    if not tell:
        yield Fault(path, say("Please say who is told."))
    if Who.COMMANDER in tell and definition.process is not Process.COMMAND:
        yield Fault(path, say("Only a command has a commander."))


def _climbs(definition: Definition) -> Iterator[Fault]:
    """Yield where danger could be left lying: nobody takes it, and nobody hears of it again."""
    for name, state in definition.states.items():
        if state.status not in (Status.NEW, Status.ACCEPTED):
            continue
        if not state.is_due:
            yield Fault(f"states.{name}", say("Danger needs a deadline here, in minutes."))
        elif not state.escalation or not state.escalation[-1].repeat:
            says = say("Danger needs a ladder whose last rung is repeated until somebody takes it.")
            yield Fault(f"states.{name}.escalation", says)


def _command(definition: Definition) -> Iterator[Fault]:
    for at, task in enumerate(definition.checklist):
        if task.within:
            yield from _span(task.within, f"checklist.{at}.within")
    if not 0 <= definition.sitrep_minutes <= _MOST_MINUTES:
        yield Fault("sitrep_minutes", say("This can be from 0 to {most}.", most=_MOST_MINUTES))
    if definition.process is Process.COMMAND:
        return
    if definition.checklist:
        yield Fault("checklist", say("Only a command has a checklist."))
    if definition.sitrep_minutes:
        yield Fault("sitrep_minutes", say("Only a command has situation reports."))
