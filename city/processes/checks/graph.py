"""The ways of a process: every state can be reached, and from every state a case gets to an end."""

from collections.abc import Iterable, Iterator

from city.kernel import Says, say
from city.processes.model import ENDS, Definition, Fault, Process, Transition, Who

Edge = tuple[str, str]


def check_ways(definition: Definition) -> Iterator[Fault]:
    """Yield what is wrong with the ways between the states."""
    yield from _unknown(definition)
    states = definition.states
    edges = [
        (start, way.to) for way in definition.transitions for start in way.start if start in states
    ]
    if definition.start in states:
        reached = reach({definition.start}, edges)
        for name in states.keys() - reached:
            yield Fault(f"states.{name}", say("No way leads to this state."))
    yield from _round_by_itself(definition)
    ends = {name for name, state in states.items() if state.status in ENDS}
    if not ends:
        yield Fault("states", say("A case could never come to an end: no state is done."))
    sure = set(_sure(definition))
    finishing = reach(ends, [(to, start) for start, to in sure])
    for name, state in states.items():
        if state.status in ENDS or name in finishing:
            continue
        yield Fault(f"states.{name}", _why_trapped(definition, name, edges))


def reach(starts: Iterable[str], edges: Iterable[Edge]) -> set[str]:
    """Return what can be reached from these states, themselves included."""
    onwards: dict[str, list[str]] = {}
    for start, to in edges:
        onwards.setdefault(start, []).append(to)
    reached, waiting = set(starts), list(starts)
    while waiting:
        for state in onwards.get(waiting.pop(), []):
            if state not in reached:
                reached.add(state)
                waiting.append(state)
    return reached


def makers(definition: Definition, way: Transition) -> set[Who]:
    """Return those of `way.by` who are there to make it: only a command has a commander."""
    return {
        who for who in way.by if who is not Who.COMMANDER or definition.process is Process.COMMAND
    }


def _sure(definition: Definition) -> Iterator[Edge]:
    """Yield the ways that will be taken: staff can take them, or the city does when time is up.

    A reporter may never answer, and without a deadline nothing makes the city move.
    """
    for way in definition.transitions:
        who = makers(definition, way)
        staff = who - {Who.REPORTER, Who.CITY}
        for start in way.start:
            if start not in definition.states or way.to not in definition.states:
                continue
            if staff or (Who.CITY in who and definition.states[start].is_due):
                yield start, way.to


def _round_by_itself(definition: Definition) -> Iterator[Fault]:
    """Yield the states a case would come back to again and again while nobody does anything."""
    alone: dict[str, str] = {}
    for way in definition.transitions:
        for start in way.start if Who.CITY in way.by else ():
            if start in definition.states and definition.states[start].is_due:
                alone.setdefault(start, way.to)
    for name in alone:
        seen, now = {name}, alone[name]
        while now in alone and now not in seen:
            seen.add(now)
            now = alone[now]
        if now == name:
            yield Fault(
                f"states.{name}",
                say("A case would come back here for ever by itself: the city alone goes round."),
            )


def _why_trapped(definition: Definition, name: str, edges: list[Edge]) -> Says:
    ways = definition.ways_from(name)
    if not ways:
        return say("A case would be trapped here: no way leads out.")
    who = set().union(*(makers(definition, way) for way in ways))
    if who and who <= {Who.REPORTER}:
        return say("A case would be trapped here if the reporter never answers.")
    if who and who <= {Who.REPORTER, Who.CITY} and not definition.states[name].is_due:
        return say(
            "A case would be trapped here: only the city itself could go on, and no deadline "
            "makes it."
        )
    ends = {state for state, is_ in definition.states.items() if is_.status in ENDS}
    if not reach({name}, edges) & ends:
        return say("A case would be trapped here: however it goes on, it never comes to an end.")
    return say("A case could be trapped from here on: nobody is sure to bring it to an end.")


def _unknown(definition: Definition) -> Iterator[Fault]:
    states = definition.states
    if definition.start not in states:
        yield Fault("start", say("There is no state “{name}”.", name=definition.start))
    for way in definition.transitions:
        path = f"transitions.{way.id}"
        if way.to not in states:
            yield Fault(f"{path}.to", say("There is no state “{name}”.", name=way.to))
        if not way.start:
            yield Fault(f"{path}.from", say("Please say from which states this leads."))
        for start in way.start:
            if start not in states:
                yield Fault(f"{path}.from", say("There is no state “{name}”.", name=start))
