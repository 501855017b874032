"""Reading YAML: safely, with the line of every fault, and back as it was written."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from city import processes
from city.kernel import Invalid
from city.processes.profile import read_folders
from city.processes.source import Unreadable, line_of, read_yaml
from city.processes.tests.samples import GOOD

ROOT = Path(__file__).parents[3]


def refused(source: str) -> dict[str, str]:
    with pytest.raises(Invalid) as wrong:
        processes.parse(source)
    return {path: str(says) for path, says in wrong.value.errors.items()}


def test_what_is_written_is_read_as_it_was() -> None:
    for definition, _ in read_folders().values():
        assert processes.parse(processes.write_yaml(definition)) == definition


def test_the_example_in_the_reference_can_be_used() -> None:
    text = (ROOT / "docs/reference/processes.md").read_text(encoding="utf-8")
    source = text.split("```yaml\n", 1)[1].split("```", 1)[0]
    assert processes.check(processes.parse(source), ("vi", "en")) == []


def test_every_fault_of_shape_is_told_with_its_line() -> None:
    source = (
        GOOD.replace("process: time_bound", "process: fast")
        .replace("to: done", "too: done")
        .replace("status: rejected", "status: [rejected]")
        .replace("within: {working_days: 5}", "within: {working_days: five}")
    )
    found = refused(source)
    lines = source.splitlines()
    assert found["process"] == "Line 3: “fast” cannot be chosen here."
    line = lines.index("    too: done") - 2
    assert found["transitions.5"] == f"Line {line}: “too” is not known here."
    assert "a whole number, not a text" in found["states.waiting_resident.within.working_days"]
    assert "states.rejected.status" in found


def test_a_step_is_found_by_its_name() -> None:
    _, lines = read_yaml(GOOD)
    number = GOOD.splitlines().index("    to: answered") + 1
    assert line_of(lines, "transitions.answer.to") == number
    assert line_of(lines, "transitions.answer.to.nothing.here") == number
    assert line_of(lines, "nowhere") == 0


@pytest.mark.parametrize(
    ("source", "line", "says"),
    [
        ("a: [1, 2", 1, "not YAML"),
        ("a: 1\nb: !!python/object:os.system x", 2, "Tags"),
        ("a: !x {}", 1, "Tags"),
        ("a: 1\na: 2", 2, "there twice"),
        ("a: 1\n---\nb: 2", 2, "one document"),
        ("? [a]\n: b", 1, "Only a word"),
        ("a: *b", 1, ""),
        ("[" * 50, 1, "too deeply"),
        ("x" * 100_001, 0, "longer than"),
        ("a: \x00", 0, "not YAML"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_with_its_line(source: str, line: int, says: str) -> None:
    with pytest.raises(Unreadable) as wrong:
        read_yaml(source)
    assert says in str(wrong.value.says)
    assert wrong.value.line in (line, line + 1)


def test_a_yaml_bomb_is_refused() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20))
    with pytest.raises(Unreadable, match="more than"):
        read_yaml(bomb)


def test_an_alias_of_what_is_not_finished_is_refused() -> None:
    with pytest.raises(Unreadable):
        read_yaml("a: &a [*a]")


def test_aliases_save_typing() -> None:
    value, _ = read_yaml("a: &x {b: 1}\nc: *x\nd: [*x]")
    assert value == {"a": {"b": 1}, "c": {"b": 1}, "d": [{"b": 1}]}


def test_words_are_words() -> None:
    value, _ = read_yaml("no: yes\non: off\n1: 2\nx: [1, -2, 1.5, 'true', true, ~, 1e3, 12:30]")
    assert value == {
        "no": "yes",
        "on": "off",
        "1": 2,
        "x": [1, -2, 1.5, "true", True, None, 1000.0, "12:30"],
    }


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        processes.parse(text)
    except Invalid:
        pass


@given(st.integers(0, len(GOOD)), st.integers(0, 40), st.text(max_size=20))
def test_a_damaged_definition_is_read_or_refused(at: int, gone: int, put: str) -> None:
    try:
        definition = processes.parse(GOOD[:at] + put + GOOD[at + gone :])
    except Invalid:
        return
    processes.check(definition, ("vi", "en"))
    assert msgspec.to_builtins(definition)
