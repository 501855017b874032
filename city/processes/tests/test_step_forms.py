"""What a step asks besides, and how the drawing of any definition comes out."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from city import processes
from city.kernel import Invalid
from city.processes.diagram import draw
from city.processes.layout import lay_out, main_way
from city.processes.model import Definition, Process, State, Status, Transition, Verb, Who
from city.processes.plain import Words
from city.processes.profile import read_folders
from city.processes.tests.samples import GOOD

BUILT_IN = {code: definition for code, (definition, _) in read_folders().items()}


def measure() -> Transition:
    way = BUILT_IN["noise"].way(Verb.STEP, "doing")
    assert way is not None
    return way


def test_a_form_takes_texts_as_pages_send_them() -> None:
    given = {"decibels": "71,5", "limit": " "}
    assert processes.take_form(measure(), given) == {"decibels": 71.5}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "decibels"),
        ({"decibels": "loud"}, "decibels"),
        ({"decibels": 500}, "decibels"),
        ({"decibels": 60, "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_form_is_refused_by_field(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as wrong:
        processes.take_form(measure(), given)
    assert list(wrong.value.errors) == [field]


def test_a_step_without_a_form_takes_nothing() -> None:
    accept = BUILT_IN["noise"].transitions[0]
    assert processes.take_form(accept, {}) == {}
    with pytest.raises(Invalid):
        processes.take_form(accept, {"more": 1})


def test_the_main_way_is_the_usual_one() -> None:
    assert main_way(BUILT_IN["ordinary"]) == [
        "new",
        "accepted",
        "routed",
        "doing",
        "answered",
        "done",
    ]
    assert main_way(BUILT_IN["illegal-construction"]) == (
        ["new", "accepted", "routed", "doing", "stop_work", "reinspected", "answered", "done"]
    )


@pytest.mark.parametrize("code", BUILT_IN)
def test_no_two_things_of_a_drawing_are_in_the_same_place(code: str) -> None:
    layout = lay_out(BUILT_IN[code], Words("vi").step)
    boxes = list(layout.boxes.values())
    for at, box in enumerate(boxes):
        assert box.x >= 0 and box.x + box.width <= layout.width
        assert box.y >= 0 and box.y + box.height <= layout.height
        for other in boxes[at + 1 :]:
            apart_x = box.x + box.width <= other.x or other.x + other.width <= box.x
            apart_y = box.y + box.height <= other.y or other.y + other.height <= box.y
            assert apart_x or apart_y
    labels = [line.label for line in layout.lines]
    assert len(labels) == len(set(labels))
    assert {line.way.id for line in layout.lines} == {w.id for w in BUILT_IN[code].transitions}
    assert layout.width < 900


@pytest.mark.parametrize("code", BUILT_IN)
def test_a_drawing_is_well_formed_without_styles_and_always_the_same(code: str) -> None:
    drawn = draw(BUILT_IN[code], Words("vi"), "Sơ đồ <&>")
    assert drawn == draw(BUILT_IN[code], Words("vi"), "Sơ đồ <&>")
    etree.fromstring(drawn)
    assert not re.search(r"\bstyle=|<style|<script| on\w+=", drawn)


NAMES = st.sampled_from(["a", "b", "c", "<d>", "new", "done"])


@settings(max_examples=150)
@given(
    start=NAMES,
    states=st.dictionaries(NAMES, st.sampled_from(list(Status)), max_size=6),
    ways=st.lists(
        st.tuples(st.sampled_from(list(Verb)), st.lists(NAMES, max_size=3), NAMES), max_size=8
    ),
)
def test_any_definition_can_be_drawn_and_judged(
    start: str, states: dict[str, Status], ways: list[tuple[Verb, list[str], str]]
) -> None:
    definition = Definition(
        code="any",
        name={},
        process=Process.TIME_BOUND,
        start=start,
        states={name: State(status=status, name={}) for name, status in states.items()},
        transitions=[
            Transition(id=f"w{at % 5}", verb=verb, start=starts, to=to, by=[Who.DESK])
            for at, (verb, starts, to) in enumerate(ways)
        ],
    )
    etree.fromstring(draw(definition, Words("en"), ""))
    assert Words("en").rows(definition) is not None
    processes.check(definition, ("vi", "en"))


def test_a_reader_is_told_everything_in_words() -> None:
    words = Words("en")
    rows = {row["id"]: row for row in words.rows(BUILT_IN["illegal-construction"])}
    assert rows["stop_work"]["due"] == "within 3 working days"
    assert rows["done"]["end"] is True
    answer = next(s for s in rows["reinspected"]["steps"] if s["name"] == "Answer")
    assert answer["evidence"] == "1 photo, 1 document, a text of 80 letters"
    assert rows["new"]["ladder"][1] == "As soon as it is late: the desk hears of it"
    assert "1 photo or a text of 80 letters" in str(words.rows(processes.parse(GOOD)))
