"""Every rule of a definition broken alone: it is found, and nothing else with it."""

from typing import Any

import msgspec
import pytest

from city import processes
from city.processes.model import Definition
from city.processes.profile import read_folders
from city.processes.source import read_yaml
from city.processes.tests.rules import RULES, both, put
from city.processes.tests.samples import GOOD

LANGUAGES = ("vi", "en")


def sample() -> dict[str, Any]:
    return read_yaml(GOOD)[0]


def instant() -> dict[str, Any]:
    return msgspec.to_builtins(read_folders()["urgent"][0])


def faults_of(content: dict[str, Any]) -> list[str]:
    definition = msgspec.convert(content, Definition)
    return [f"{f.path}: {f.says}" for f in processes.check(definition, LANGUAGES)]


def test_the_sample_is_right() -> None:
    assert faults_of(sample()) == []


@pytest.mark.parametrize(("change", "found"), [r[1:] for r in RULES], ids=[r[0] for r in RULES])
def test_each_rule_is_found_alone(change: Any, found: list[str]) -> None:
    content = sample()
    change(content)
    told = [f for f in faults_of(content) if not _follows(f, found)]
    assert len(told) == len(found), told
    for expected in found:
        assert any(fault.startswith(expected) for fault in told), told


def _follows(fault: str, found: list[str]) -> bool:
    """Return whether a fault only says what another one leads to: states before a trap."""
    trapped = "A case could be trapped from here on"
    return trapped in fault and not any(fault.startswith(expected) for expected in found)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (put("states.new.escalation", None), "states.new.escalation: Danger needs a ladder"),
        (
            put("states.new.escalation.1.repeat", None),
            "states.new.escalation: Danger needs a ladder",
        ),
        (
            both(*(put(f"states.new.{part}", None) for part in ("due", "reminders", "escalation"))),
            "states.new: Danger needs a deadline here",
        ),
        (put("deadlines.done", {"working_days": 1}), "deadlines: Danger does not wait"),
        (
            both(put("deadlines.dispatch", None), put("states.accepted.due", "verify")),
            "deadlines: A process of this group promises a deadline “dispatch”.",
        ),
    ],
)
def test_danger_is_never_left_lying(change: Any, found: str) -> None:
    content = instant()
    change(content)
    told = faults_of(content)
    assert len(told) == 1 and told[0].startswith(found), told


def test_a_process_without_an_end_is_refused() -> None:
    content = sample()
    for name in ("done", "rejected"):
        del content["states"][name]
    assert "states: A case could never come to an end: no state is done." in faults_of(content)


def test_a_case_that_only_the_city_moves_in_a_circle_is_refused() -> None:
    content = sample()
    for start, to in (("new", "doing"), ("doing", "new")):
        way = {"id": f"to_{to}", "verb": "step", "from": [start], "to": to, "by": ["city"]}
        content["transitions"].append(way)
    told = [fault for fault in faults_of(content) if "for ever by itself" in fault]
    assert [fault.partition(":")[0] for fault in told] == ["states.new", "states.doing"]
