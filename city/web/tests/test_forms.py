from typing import Annotated

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from city.web import check


class Lamp(msgspec.Struct, kw_only=True):
    street: Annotated[str, msgspec.Meta(min_length=3, max_length=20)]
    watts: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 60
    tags: list[str] = []


def test_every_wrong_field_gets_a_sentence_of_its_own() -> None:
    found, errors = check(Lamp, {"street": "Lê", "watts": "many"})
    assert found is None
    assert {name: str(says) for name, says in errors.items()} == {
        "street": "Please write at least 3 characters.",
        "watts": "Please give a number.",
    }


def test_what_is_too_long_says_how_long_it_is() -> None:
    _, errors = check(Lamp, {"street": "x" * 25})
    assert str(errors["street"]) == "Please write at most 20 characters; this has 25."


def test_a_number_out_of_reach_is_refused() -> None:
    _, errors = check(Lamp, {"street": "Lê Lợi", "watts": "5000"})
    assert str(errors["watts"]) == "This number is not possible here."


def test_an_empty_field_is_an_absent_one() -> None:
    found, errors = check(Lamp, {"street": "  Lê Lợi ", "watts": ""})
    assert (found, errors) == (Lamp(street="Lê Lợi"), {})


@given(st.dictionaries(st.sampled_from(["street", "watts", "tags"]), st.text() | st.none()))
def test_nothing_typed_ever_breaks_a_form(values: dict[str, str | None]) -> None:
    found, errors = check(Lamp, values)
    assert (found is None) == bool(errors)


def test_what_postgresql_cannot_keep_is_left_out() -> None:
    found, _ = check(Lamp, {"street": "Lê\x00 Lợi"})
    assert found == Lamp(street="Lê Lợi")
