"""What comes with the product is right, and whatever is accepted traps nobody."""

from copy import deepcopy
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city import processes
from city.processes.model import ENDS, Definition, Status, Verb, Who
from city.processes.profile import read_folders
from city.processes.source import read_yaml
from city.processes.tests.samples import GOOD

BUILT_IN = {code: definition for code, (definition, _) in read_folders().items()}
LANGUAGES = ("vi", "en")


@pytest.mark.parametrize("code", BUILT_IN)
def test_the_built_in_processes_are_right(code: str) -> None:
    assert processes.check(BUILT_IN[code], LANGUAGES) == []


@pytest.mark.parametrize("code", [c for c, d in BUILT_IN.items() if d.process == "time_bound"])
def test_time_bound_processes_share_their_states_and_steps(code: str) -> None:
    definition = BUILT_IN[code]
    assert definition.states.keys() >= set(
        [
            "new",
            "accepted",
            "routed",
            "doing",
            "waiting_resident",
            "waiting_budget",
            "answered",
            "done",
            "rejected",
        ]
    )
    assert {way.id for way in definition.transitions} >= set(
        [
            "accept",
            "route",
            "take",
            "hand_back",
            "ask",
            "reply",
            "wait_budget",
            "resume",
            "answer",
            "send_back",
            "publish",
            "reject",
            "reopen",
        ]
    )
    for state in ("routed", "doing"):
        ask, wait = definition.asks(state), definition.waits(state)
        assert ask and (ask.id, ask.to) == ("ask", "waiting_resident")
        assert wait and (wait.id, wait.to) == ("wait_budget", "waiting_budget")
    reply = definition.replies("waiting_resident")
    assert reply and reply.id == "reply" and Who.CITY in reply.by
    assert definition.lapses("waiting_resident") == reply


def test_no_answer_comes_after_an_order_to_stop_before_somebody_went_there_again() -> None:
    """What is suspended on paper and finished all the same is the wound of this city."""
    ways = [
        (start, way.to)
        for way in BUILT_IN["illegal-construction"].transitions
        for start in way.start
        if "reinspected" not in (start, way.to)
    ]
    reached, before = {"stop_work"}, set()
    while reached != before:
        before = set(reached)
        reached |= {to for start, to in ways if start in reached}
    assert reached == {"stop_work", "enforcing"}


VALUES = st.sampled_from(
    [
        None, "", "new", "doing", "done", "nowhere", "waiting_resident", 0, -1, 5, True, [], {},
        ["unit"], ["reporter"], ["city"], ["desk", "leader"], ["new", "doing"], {"minutes": 5},
        {"working_days": 2}, {"vi": "a", "en": "b"}, {"photos": 1}, "pause", "publish", "answer",
        "reject", "resume", "waiting", "answered", "merged", "instant", "command",
    ]
)  # fmt: skip


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += _places(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            found += _places(inner, (*path, at))
    return found


@settings(max_examples=400)
@given(data=st.data())
def test_however_a_definition_is_changed_it_is_judged_and_what_is_accepted_traps_nobody(
    data: st.DataObject,
) -> None:
    code = data.draw(st.sampled_from(["sample", "urgent", "command", "illegal-construction"]))
    content = (
        read_yaml(GOOD)[0] if code == "sample" else deepcopy(msgspec.to_builtins(BUILT_IN[code]))
    )
    for _ in range(data.draw(st.integers(1, 4))):
        places = _places(content)
        *names, last = data.draw(st.sampled_from(places))
        parent: Any = content
        for name in names:
            parent = parent[name]
        value = data.draw(VALUES)
        if value is None:
            del parent[last]
        else:
            parent[last] = deepcopy(value)
    try:
        definition = msgspec.convert(content, Definition)
    except msgspec.ValidationError:
        assert processes.write_yaml(BUILT_IN["sos"])  # Refused by its shape: nothing to judge.
        return
    if not processes.check(definition, LANGUAGES):
        _walk(definition, data)


def _walk(definition: Definition, data: st.DataObject) -> None:
    """Go at random: from wherever one comes to, an end can be reached without the reporter."""
    state = definition.start
    for _ in range(60):
        ways = definition.ways_from(state)
        if definition.states[state].status in ENDS:
            return
        assert ways, state
        state = data.draw(st.sampled_from(ways)).to
    for _ in range(len(definition.states)):
        if definition.states[state].status in ENDS:
            return
        state = _nearest(definition, state)
    assert definition.states[state].status in ENDS


def _nearest(definition: Definition, state: str) -> str:
    """Return the next state on the shortest way to an end that staff or a deadline can take."""
    waiting, seen = [(state, "")], {state}
    while waiting:
        here, first = waiting.pop(0)
        if definition.states[here].status in ENDS:
            return first
        for way in definition.ways_from(here):
            who = set(way.by) - {Who.REPORTER}
            if definition.process != "command":
                who -= {Who.COMMANDER}
            if not definition.states[here].is_due:
                who -= {Who.CITY}
            if who and way.to not in seen:
                seen.add(way.to)
                waiting.append((way.to, first or way.to))
    raise AssertionError(f"trapped in {state}")


@pytest.mark.parametrize("code", BUILT_IN)
def test_wherever_a_case_is_it_is_due_or_waits_for_a_public_day(code: str) -> None:
    for name, state in BUILT_IN[code].states.items():
        running = state.status not in ENDS and (code, name) != ("command", "doing")
        assert state.is_due is running, name


def test_every_verb_and_status_is_used_by_what_comes_with_the_product() -> None:
    ways = [way for definition in BUILT_IN.values() for way in definition.transitions]
    assert {way.verb for way in ways} == set(Verb)
    used = {s.status for definition in BUILT_IN.values() for s in definition.states.values()}
    assert used == set(Status) - {Status.MERGED}
