"""What becomes of answers that were typed, whatever they are, and of counts that are small."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from city.dialogue.forms import read_draft, values_of, values_of_draft
from city.dialogue.model import (
    FEWEST,
    Ask,
    Kind,
    Only,
    Option,
    Tally,
    faults_in,
    fold_cells,
    read_answers,
    results_of,
    shown,
    typos_only,
)
from city.dialogue.tests.conftest import ASKS, draft

TODAY = date(2026, 11, 23)


@st.composite
def surveys(draw: st.DrawFn) -> list[Ask]:
    """Questions, any of which may hang on any earlier one."""
    asks: list[Ask] = []
    for number in range(1, draw(st.integers(1, 7)) + 1):
        kind = draw(st.sampled_from(list(Kind)))
        options = [
            Option(id=str(n), words={"vi": "c", "en": "c"})
            for n in range(1, draw(st.integers(2, 4)) + 1)
        ]
        hangs_on = [ask for ask in asks if ask.choices]
        only = None
        if hangs_on and draw(st.booleans()):
            other = draw(st.sampled_from(hangs_on))
            only = Only(question=other.id, option=draw(st.sampled_from(other.choices)))
        asks.append(
            Ask(
                id=f"q{number}",
                kind=kind,
                words={"vi": "h", "en": "q"},
                options=options if kind in (Kind.ONE, Kind.MANY) else [],
                required=draw(st.booleans()),
                only_if=only,
            )
        )
    return asks


GIVEN = st.dictionaries(
    st.sampled_from([f"q{n}" for n in range(1, 9)]),
    st.lists(st.sampled_from(["1", "2", "3", "4", "", " ", "x", "nan", "-1", "1,5"]), max_size=3),
)


@given(surveys(), GIVEN)
def test_only_what_is_asked_is_kept_and_only_what_is_asked_is_missed(
    asks: list[Ask], typed: dict[str, list[str]]
) -> None:
    answers, errors = read_answers(asks, typed)
    asked = {ask.id for ask in shown(asks, answers)}
    assert set(answers) <= asked
    assert set(errors) <= asked
    assert not set(answers) & set(errors)
    for ask in shown(asks, answers):
        if ask.required:
            assert ask.id in answers or ask.id in errors


@given(surveys(), GIVEN)
def test_reading_an_answer_again_changes_nothing(
    asks: list[Ask], typed: dict[str, list[str]]
) -> None:
    answers, _ = read_answers(asks, typed)
    again = {
        id: [str(one) for one in (answer if isinstance(answer, list) else [answer])]
        for id, answer in answers.items()
    }
    assert read_answers(asks, again)[0] == answers
    assert set(values_of(asks, answers)) == set(answers)


def test_what_hangs_on_a_hidden_question_is_hidden_too() -> None:
    chain = [
        ASKS[0],
        replace(ASKS[0], id="q2", only_if=Only(question="q1", option="2")),
        replace(ASKS[0], id="q3", only_if=Only(question="q2", option="1")),
    ]
    answers, errors = read_answers(chain, {"q1": ["1"], "q2": ["1"], "q3": ["1"]})
    assert answers == {"q1": "1"} and not errors
    answers, _ = read_answers(chain, {"q1": ["2"], "q2": ["1"], "q3": ["1"]})
    assert list(answers) == ["q1", "q2", "q3"]


@pytest.mark.parametrize(
    ("typed", "kept"), [("4", 4), ("4,5", 4.5), ("0", None), ("21", None), ("nan", None)]
)
def test_a_number_is_taken_as_people_write_it_within_its_bounds(
    typed: str, kept: float | None
) -> None:
    answers, errors = read_answers(ASKS, {"q1": ["1"], "q5": [typed]})
    assert answers.get("q5") == kept
    assert ("q5" in errors) == (kept is None)


@given(st.dictionaries(st.text("abc", max_size=2), st.integers(0, 12), max_size=9))
def test_no_small_group_is_shown_and_none_can_be_worked_out(counts: dict[str, int]) -> None:
    fold = fold_cells(counts)
    assert all(cell.n >= FEWEST for cell in fold.cells)
    assert fold.rest + sum(cell.n for cell in fold.cells) == sum(counts.values())
    assert fold.rest == 0 or fold.rest >= FEWEST or not fold.cells


def test_results_count_choices_and_say_nothing_below_five_answers() -> None:
    tallies = [
        Tally(part="all", question="", choice="", n=8),
        Tally(part="answered", question="q4", choice="", n=4),
        Tally(part="choice", question="q4", choice="5", n=3),
        Tally(part="choice", question="q4", choice="1", n=1),
    ]
    outcome = next(o for o in results_of(ASKS, tallies).outcomes if o.ask.id == "q4")
    assert (outcome.answered, outcome.mean, outcome.median) == (4, 4.0, 5)
    assert [(cell.n, cell.percent) for cell in outcome.cells] == [
        (1, 25.0), (0, 0.0), (0, 0.0), (0, 0.0), (3, 75.0),
    ]  # fmt: skip
    few = results_of(ASKS, [Tally(part="all", question="", choice="", n=4)])
    assert few.too_few and not few.outcomes


def test_a_survey_that_lacks_something_says_where() -> None:
    assert not faults_in(draft(), TODAY)
    assert "title_vi" in faults_in(draft(title={"vi": "Chỉ có tiếng Việt"}), TODAY)
    assert "closes_on" in faults_in(draft(closes_on=date(2026, 11, 22)), TODAY)
    late = [ASKS[1], ASKS[0]]
    assert "q2" in faults_in(draft(asks=late), TODAY)
    one = [replace(ASKS[0], options=ASKS[0].options[:1])]
    assert "q1" in faults_in(draft(asks=one), TODAY)


def test_only_spelling_may_change_in_what_was_published() -> None:
    before = draft(title={"vi": "Giờ thu gom rác ở khu ban ở", "en": "Waste collection"})
    mended = replace(before, title={"vi": "Giờ thu gom rác ở khu bạn ở", "en": "Waste collection"})
    assert typos_only(before, mended)
    assert not typos_only(before, replace(before, title={"vi": "Bạn thích ai?", "en": "Waste"}))
    assert not typos_only(before, replace(before, asks=ASKS[:-1]))
    assert not typos_only(before, replace(before, named=True))


def test_a_survey_comes_back_from_its_form_as_it_was() -> None:
    survey = draft(wards=["19789"], audience=["resident"], changeable=True)
    posted = {
        name: value if isinstance(value, list) else [value]
        for name, value in values_of_draft(survey).items()
    }
    assert read_draft(posted) == (survey, {})


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("places", "order"),
    [
        ({"q1": "", "q2": "", "q3": ""}, ["q1", "q2", "q3"]),
        ({"q1": "1", "q2": "2", "q3": ""}, ["q1", "q2", "q3"]),
        ({"q1": "5", "q2": "", "q3": "2,5"}, ["q3", "q1", "q2"]),
        ({"q1": "nan", "q2": "1", "q3": "x"}, ["q2", "q1", "q3"]),
    ],
)
def test_questions_stand_by_their_places_in_whatever_order_their_fields_come(
    places: dict[str, str], order: list[str], turned: bool
) -> None:
    fields = [
        (f"{id}-{name}", value)
        for id, place in places.items()
        for name, value in [("kind", "text"), ("vi", "Gì?"), ("place", place)]
    ]
    posted = {name: [value] for name, value in (reversed(fields) if turned else fields)}
    assert [ask.id for ask in read_draft(posted)[0].asks] == order
