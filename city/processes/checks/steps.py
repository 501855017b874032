"""The steps of a process: who makes them, what they do, and what must come with them."""

from collections import Counter
from collections.abc import Iterator

from city.kernel import Says, say
from city.processes.checks.graph import makers
from city.processes.model import (
    ENDS,
    MOST_FILES,
    MOST_LETTERS,
    Definition,
    Fault,
    Needs,
    Status,
    Transition,
    Verb,
    Who,
)

S = Status
_GOES_TO: dict[Verb, frozenset[Status]] = {
    Verb.ACCEPT: frozenset({S.ACCEPTED, S.ROUTED, S.DOING}),
    Verb.ROUTE: frozenset({S.ROUTED, S.DOING}),
    Verb.TAKE: frozenset({S.DOING}),
    Verb.STEP: frozenset({S.ACCEPTED, S.ROUTED, S.DOING}),
    Verb.HAND_BACK: frozenset({S.NEW, S.ACCEPTED}),
    Verb.PAUSE: frozenset({S.WAITING}),
    Verb.RESUME: frozenset({S.NEW, S.ACCEPTED, S.ROUTED, S.DOING}),
    Verb.ANSWER: frozenset({S.ANSWERED}),
    Verb.SEND_BACK: frozenset({S.ROUTED, S.DOING}),
    Verb.PUBLISH: frozenset({S.DONE}),
    Verb.REJECT: frozenset({S.REJECTED}),
    Verb.REOPEN: frozenset({S.NEW, S.ACCEPTED, S.ROUTED, S.DOING}),
}
_OPEN = frozenset(S) - ENDS
_RUNNING = _OPEN - {S.WAITING}
_COMES_FROM: dict[Verb, frozenset[Status]] = {
    **dict.fromkeys(Verb, _RUNNING),
    Verb.ACCEPT: frozenset({S.NEW}),
    Verb.REJECT: _OPEN,
    Verb.RESUME: frozenset({S.WAITING}),
    Verb.ANSWER: _RUNNING - {S.ANSWERED},
    Verb.SEND_BACK: frozenset({S.ANSWERED}),
    Verb.PUBLISH: frozenset({S.ANSWERED}),
    Verb.REOPEN: frozenset({S.DONE, S.REJECTED}),
}


def check_steps(definition: Definition) -> Iterator[Fault]:
    """Yield what is wrong with the steps themselves."""
    for name, count in Counter(way.id for way in definition.transitions).items():
        if count > 1:
            yield Fault(f"transitions.{name}.id", say("There is more than one step of this name."))
    if (start := definition.states.get(definition.start)) and start.status is not S.NEW:
        yield Fault(f"states.{definition.start}.status", say("A case begins as “new”."))
    for name, state in definition.states.items():
        path = f"states.{name}"
        if not is_name(name):
            yield Fault(path, _NAMES)
        if state.status is S.MERGED:
            yield Fault(f"{path}.status", say("“merged” is in every process by itself."))
        if state.stopped is not (state.status is S.WAITING):
            says = say("Where the clock stands still (“stopped”), and only there, a case waits.")
            yield Fault(f"{path}.stopped", says)
        if state.revisit and not state.stopped:
            says = say("Only where the clock stands still is there a day to look again.")
            yield Fault(f"{path}.revisit", says)
        if state.stopped and not any(w.verb is Verb.RESUME for w in definition.ways_from(name)):
            says = say("The clock stands still here, and no step (“resume”) lets it run on.")
            yield Fault(path, says)
    for way in definition.transitions:
        for part, says in _faults_of(definition, way):
            yield Fault(f"transitions.{way.id}.{part}".rstrip("."), says)


def is_name(name: str) -> bool:
    """Return whether this can name something in a definition: `stop_work`, `street-light`."""
    return name.isascii() and len(name) <= 40 and name.replace("_", "").replace("-", "").isalnum()


_NAMES = say("A name has at most 40 letters (a to z), digits, “-” and “_”.")


def _faults_of(definition: Definition, way: Transition) -> Iterator[tuple[str, Says]]:
    if not is_name(way.id):
        yield "id", _NAMES
    if not way.by:
        yield "by", say("Nobody may make this step. Please say who.")
    elif not makers(definition, way):
        yield "by", say("Nobody may make this step: only a command has a commander.")
    yield from _direction(definition, way)
    yield from _evidence(way, way.needs)


def _direction(definition: Definition, way: Transition) -> Iterator[tuple[str, Says]]:
    to = definition.states.get(way.to)
    if to and to.status not in _GOES_TO[way.verb]:
        yield (
            "to",
            say(
                "“{verb}” cannot lead to a state that is “{status}”.",
                verb=way.verb.value,
                status=to.status.value,
            ),
        )
    for name in way.start:
        start = definition.states.get(name)
        if start and start.status not in _COMES_FROM[way.verb]:
            yield (
                "from",
                say(
                    "“{verb}” cannot begin in “{state}”, which is “{status}”.",
                    verb=way.verb.value,
                    state=name,
                    status=start.status.value,
                ),
            )


def _evidence(way: Transition, needs: Needs) -> Iterator[tuple[str, Says]]:
    most: dict[str, int] = {
        "photos": MOST_FILES,
        "documents": MOST_FILES,
        "or_text": MOST_LETTERS,
        "text": MOST_LETTERS,
    }
    for name, limit in most.items():
        if not 0 <= getattr(needs, name) <= limit:
            yield f"needs.{name}", say("This can be from 0 to {most}.", most=limit)
    if needs.or_text and not needs.photos:
        yield "needs.or_text", say("A text can stand in for photos only where photos are needed.")
    if way.verb is Verb.ANSWER and not (needs.photos or needs.documents or needs.text):
        yield "needs", say("An answer needs evidence: a photo, a document or a text.")
    if set(way.by) & {Who.CITY} and needs != Needs():
        yield (
            "needs",
            say("The city itself has no evidence to give: it could never make this step."),
        )
