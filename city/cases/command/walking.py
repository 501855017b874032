"""Bringing the case of a command along its process, so that it stands where the command does."""

from collections import deque
from uuid import UUID

from city import processes
from city.cases import actions, store
from city.cases.model import Status
from city.kernel import Conflict, Invalid, Work
from city.processes import Definition, Transition, Verb, Who

_LEADING = {Who.LEADER, Who.COMMANDER}
_VERBS = {Verb.ACCEPT, Verb.TAKE, Verb.STEP, Verb.ANSWER, Verb.PUBLISH}


async def bring_case(work: Work, case_id: UUID, goal: Status, text: str, field: str) -> None:
    """Take every step between where a case stands and the nearest state that counts as `goal`.

    `text` goes along where a step needs words; what is wrong with it is said of `field`. Nothing
    is done to a case that is closed or there already. Raises Conflict if no way leads there.
    """
    case = await store.get_case(work, case_id)
    if not case.is_open or case.status is goal:
        return
    version = await processes.get(work, case.definition, case.definition_version)
    try:
        for way in way_to(version.definition, case.state, goal):
            await _take(work, case_id, way, text)
    except Invalid as invalid:
        raise Invalid({field: next(iter(invalid.errors.values()))}) from invalid


def way_to(definition: Definition, start: str, goal: Status) -> list[Transition]:
    """Return the fewest steps that a leader or commander can take to a state of this status."""
    waiting: deque[tuple[str, list[Transition]]] = deque([(start, [])])
    seen = {start}
    while waiting:
        state, path = waiting.popleft()
        if definition.states[state].status is goal:
            return path
        for way in definition.ways_from(state):
            if way.to not in seen and way.verb in _VERBS and _LEADING & set(way.by):
                seen.add(way.to)
                waiting.append((way.to, [*path, way]))
    raise Conflict("This command's process has no way from here to where it should go.")


async def _take(work: Work, case_id: UUID, way: Transition, text: str) -> None:
    note = text if way.needs.text else ""
    if way.verb is Verb.ACCEPT:
        await actions.accept_case(work, case_id, note=note)
    elif way.verb is Verb.TAKE:
        await actions.take_case(work, case_id, note=note)
    elif way.verb is Verb.STEP:
        await actions.step_case(work, case_id, way.id, note=note)
    elif way.verb is Verb.ANSWER:
        await actions.answer_case(work, case_id, text)
    else:
        await actions.publish_answer(work, case_id, note=text)
