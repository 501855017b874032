"""Categories: what the city's profile says, and what happens to one that is gone."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from city import cases, settings
from city.cases.tests.given_cases import new_case
from city.kernel import Invalid, Work

GROUPS = """
[[group]]
code = "power"
icon = "lightbulb"
name = { vi = "Điện", en = "Power" }
"""
LIGHT = """
[[category]]
code = "street-light"
group = "power"
icon = "lamp"
name = { vi = "Đèn đường", en = "Street light" }
process = "time_bound"
working_days = 2
"""
POLE = """
[[category.attribute]]
code = "pole"
datatype = "string"
question = { vi = "Số cột", en = "Pole number" }
"""
KIND = """
[[category.attribute]]
code = "kind"
datatype = "singlevaluelist"
required = true
question = { vi = "Bị sao?", en = "What is wrong?" }
values = [
    { key = "dark", name = { vi = "Tắt", en = "It is dark" } },
    { key = "day", name = { vi = "Sáng ban ngày", en = "It is lit by day" } },
]
"""
SIREN = """
[[category]]
code = "siren"
group = "power"
icon = "siren"
name = { vi = "Còi", en = "Siren" }
process = "instant"
minutes = { acknowledge = 1, dispatch = 2, close = 30 }
"""


def profile(folder: Path, *parts: str) -> Path:
    (folder / "categories.toml").write_text("\n".join(parts), encoding="utf-8")
    return folder


async def test_the_citys_profile_is_in(work: Work) -> None:
    with (settings.current().folder / "categories.toml").open("rb") as file:
        written = tomllib.load(file)["category"]
    categories = await cases.list_categories(work)
    assert [c.code for c in categories] == [c["code"] for c in written]
    for category in categories:
        assert set(category.name) >= {"vi", "en"}, category.code
        assert set(category.grp_name) >= {"vi", "en"}, category.code


async def test_reading_the_profile_again_changes_nothing(work: Work) -> None:
    before = await cases.list_categories(work)
    await cases.load_profile(work, settings.current().folder)
    assert await cases.list_categories(work) == before


async def test_a_category_that_has_gone_is_refused_with_a_sentence(
    work: Work, tmp_path: Path
) -> None:
    case = await cases.open_case(work, new_case())
    await cases.load_profile(work, profile(tmp_path, GROUPS, SIREN))
    with pytest.raises(Invalid) as refusal:
        await cases.open_case(work, new_case())
    assert str(refusal.value.errors["category"]) == (
        "This category is no longer used. Please choose another."
    )
    assert [c.code for c in await cases.list_categories(work)] == ["siren"]
    # What is open goes on, and knows what it was called.
    assert (await cases.accept_case(work, case.id)).category == "street-light"
    assert (await cases.get_category(work, "street-light")).retired_at == work.now
    # One that comes back is used again.
    await cases.load_profile(work, profile(tmp_path, GROUPS, LIGHT, SIREN))
    assert (await cases.open_case(work, new_case())).category == "street-light"


async def test_what_another_process_changed_is_noticed_when_a_case_is_opened(
    work: Work, tmp_path: Path, inside: Any
) -> None:
    """What is remembered is checked by the statement that opens the case."""
    before = await cases.open_case(work, new_case())
    await inside.connection.execute(
        "update cases.category set working_days = 1, revision = 'other' where code = 'street-light'"
    )
    after = await cases.open_case(work, new_case())
    assert after.due_at and before.due_at and after.due_at < before.due_at
    await inside.connection.execute("update cases.category set retired_at = now()")
    with pytest.raises(Invalid):
        await cases.open_case(work, new_case())


async def test_a_category_has_its_questions_in_the_order_of_the_profile(
    work: Work, tmp_path: Path
) -> None:
    await cases.load_profile(work, profile(tmp_path, GROUPS, LIGHT, POLE, KIND))
    before = await cases.get_category(work, "street-light")
    assert [attribute.code for attribute in before.attributes] == ["pole", "kind"]
    assert before.attributes[1].required and before.attributes[1].values[1].key == "day"
    await cases.load_profile(work, profile(tmp_path, GROUPS, LIGHT, KIND, POLE))
    after = (await cases.known_categories(work))["street-light"]
    assert [attribute.code for attribute in after.attributes] == ["kind", "pole"]
    assert after.revision != before.revision


async def test_no_category_of_the_city_asks_too_much(work: Work) -> None:
    categories = await cases.list_categories(work)
    assert sum(bool(category.attributes) for category in categories) >= 8
    for category in categories:
        assert len(category.attributes) <= 3, category.code
        for attribute in category.attributes:
            names = [attribute.question, attribute.hint, *(v.name for v in attribute.values)]
            assert all(set(name) in ({"vi", "en"}, set()) for name in names), attribute.code


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (("not toml",), "cannot be used"),
        ((LIGHT,), "group"),
        ((GROUPS, LIGHT, LIGHT), "twice"),
        ((GROUPS.replace("power", "water"), LIGHT), "no group"),
        ((GROUPS, LIGHT.replace("time_bound", "soon")), "process"),
        ((GROUPS, LIGHT, POLE, POLE), "twice"),
        ((GROUPS, LIGHT, POLE.replace('"pole"', '"The pole"')), "code"),
        ((GROUPS, LIGHT, POLE.replace('"string"', '"photo"')), "cannot be used"),
        ((GROUPS, LIGHT, POLE.replace('"string"', '"multivaluelist"')), "list"),
        ((GROUPS, LIGHT, KIND.replace('"singlevaluelist"', '"text"')), "list"),
        ((GROUPS, LIGHT, KIND.replace("required", "variable = false\nrequired")), "notice"),
    ],
)
async def test_a_profile_that_is_wrong_is_refused_with_the_reason(
    work: Work, tmp_path: Path, parts: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        await cases.load_profile(work, profile(tmp_path, *parts))
