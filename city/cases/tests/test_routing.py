"""The rules of a city: written, ordered, changed, remembered, and tried on what has been."""

from pathlib import Path
from typing import Any

import pytest

from city import cases, identity, settings
from city.cases import routing
from city.cases.routing import store
from city.cases.routing.model import NewRule
from city.cases.routing.trial import Question, ask, try_on_last
from city.cases.tests.given_cases import acting, new_case
from city.kernel import Actor, Conflict, Forbidden, Invalid, Work, new_id
from tests.harness import Inside


@pytest.fixture(autouse=True)
def nothing_remembered() -> Any:
    routing.forget()
    yield
    routing.forget()


@pytest.fixture
async def officers(work: Work) -> None:
    """An officer for some of the units, and no rules but the test's own."""
    for code in ("hepco", "construction-department", "parks-centre", "city-police"):
        await staff(work, code)
    for rule in await store.list_rules(work):
        await routing.remove_rule(work, rule.id, version=rule.version)


async def staff(work: Work, code: str) -> None:
    unit = await identity.find_unit(work, code)
    assert unit is not None
    person = await identity.add_person(work, identity.NewPerson(name="Trần Văn Tư"))
    await identity.grant_role(work, person.id, identity.Role.UNIT, unit.id)


def a_rule(**about: Any) -> NewRule:
    return NewRule(**{"name": "Trees", "groups": ["trees"], "lead": "hepco", **about})


async def names(work: Work) -> list[tuple[int, str]]:
    return [(rule.rank, rule.name) for rule in await store.list_rules(work)]


async def test_the_profiles_rules_come_in_once_and_the_citys_edits_win(work: Work) -> None:
    rules = await store.list_rules(work)
    assert len(rules) >= 8 and [rule.rank for rule in rules] == list(range(1, len(rules) + 1))
    units = {unit.code for unit in await identity.list_units(work)}
    for rule in rules:
        assert {rule.lead, *rule.coop} <= units | {"", routing.WARD, routing.CATEGORY}, rule.name
    for rule in rules:
        await routing.remove_rule(work, rule.id, version=rule.version)
    await routing.load_profile(work, settings.current().folder)
    assert await store.list_rules(work) == []


async def test_a_profile_that_is_wrong_says_where(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(work: Work) -> bool:
        return False

    monkeypatch.setattr(store, "was_ever_written", never)
    file = tmp_path / "routing.toml"
    file.write_text('[[rule]]\nname = "A"\ncategories = ["nothing"]\nlead = "hepco"\n')
    with pytest.raises(ValueError, match="“A”: categories"):
        await routing.load_profile(work, tmp_path)
    file.write_text("[[rule]]\nlead = 3\n")
    with pytest.raises(ValueError, match="cannot be used"):
        await routing.load_profile(work, tmp_path)


async def test_a_case_goes_where_the_rules_say_and_costs_no_statement(
    work: Work, officers: None, inside: Inside
) -> None:
    await routing.add_rule(
        work, a_rule(keywords=["dây điện"], coop=["city-police"], note="Careful.", automatic=True)
    )
    new = new_case(category="fallen-tree", summary="Cay nga de day dien")
    before = len(inside.statements)
    route = await routing.decide_for(work, new)
    assert len(inside.statements) == before
    assert route.lead is not None and route.lead.code == "hepco"
    assert [unit.code for unit in route.coop] == ["city-police"]
    assert route.automatic and route.note == "Careful."
    plain = await routing.decide_for(work, new_case(category="fallen-tree", summary="Cây ngã"))
    assert plain.lead is not None and plain.lead.code == "parks-centre" and not plain.automatic
    with pytest.raises(Invalid):
        await routing.decide_for(work, new_case(category="nothing"))


async def test_an_opened_case_is_decided_as_the_new_one_was(work: Work, officers: None) -> None:
    await routing.add_rule(work, a_rule(groups=[], categories=["street-light"], wards=["19789"]))
    new = new_case(ward="19789")
    first = await routing.decide_for(work, new)
    assert (await routing.decide_for(work, await cases.open_case(work, new))) == first
    assert first.decision.why[0].outcome is routing.Outcome.LEADS


async def test_rules_keep_the_order_they_are_put_in(work: Work, officers: None) -> None:
    a = await routing.add_rule(work, a_rule(name="A"))
    b = await routing.add_rule(work, a_rule(name="B"))
    c = await routing.add_rule(work, a_rule(name="C", rank=1))
    assert await names(work) == [(1, "C"), (2, "A"), (3, "B")]
    await routing.move_rule(work, b.id, by=-1)
    assert await names(work) == [(1, "C"), (2, "B"), (3, "A")]
    await routing.move_rule(work, a.id, by=1)
    await routing.move_rule(work, c.id, by=-1)
    assert await names(work) == [(1, "C"), (2, "B"), (3, "A")]
    await routing.change_rule(work, c.id, a_rule(name="C", rank=99), version=1)
    assert await names(work) == [(1, "B"), (2, "A"), (3, "C")]
    await routing.remove_rule(work, b.id, version=1)
    assert await names(work) == [(1, "A"), (2, "C")]


async def test_a_stale_change_is_refused_and_changes_nothing(work: Work, officers: None) -> None:
    rule = await routing.add_rule(work, a_rule())
    changed = await routing.change_rule(work, rule.id, a_rule(name="Second"), version=1)
    assert changed.version == 2
    with pytest.raises(Conflict):
        await routing.change_rule(work, rule.id, a_rule(name="Third"), version=1)
    with pytest.raises(Conflict):
        await routing.switch_rule(work, rule.id, on=False, version=1)
    with pytest.raises(Conflict):
        await routing.remove_rule(work, rule.id, version=1)
    assert await names(work) == [(1, "Second")]


async def test_every_change_is_written_down_for_ever(work: Work, officers: None) -> None:
    rule = await routing.add_rule(work, a_rule())
    other = await routing.add_rule(work, a_rule(name="Other"))
    await routing.change_rule(work, rule.id, a_rule(note="More", rank=1), version=1)
    await routing.switch_rule(work, rule.id, on=False, version=2)
    await routing.switch_rule(work, rule.id, on=True, version=3)
    await routing.move_rule(work, rule.id, by=1)
    await routing.remove_rule(work, rule.id, version=4)
    log = await store.list_changes(work, rule_id=rule.id)
    assert {"add", "change", "disable", "enable", "move", "remove"} == {one.what for one in log}
    assert all(one.actor_id == work.actor.id and one.rule.name == "Trees" for one in log)
    assert await names(work) == [(1, other.name)]


async def test_only_those_who_manage_may_change_rules(work: Work, officers: None) -> None:
    rule = await routing.add_rule(work, a_rule())
    desk = acting(
        work, Actor(id=new_id(), name="Desk", permissions=frozenset({"cases.view", "cases.triage"}))
    )
    with pytest.raises(Forbidden):
        await routing.add_rule(desk, a_rule())
    with pytest.raises(Forbidden):
        await routing.change_rule(desk, rule.id, a_rule(), version=1)
    with pytest.raises(Forbidden):
        await routing.switch_rule(desk, rule.id, on=False, version=1)
    with pytest.raises(Forbidden):
        await routing.move_rule(desk, rule.id, by=1)
    with pytest.raises(Forbidden):
        await routing.remove_rule(desk, rule.id, version=1)


@pytest.mark.parametrize(
    ("about", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"note": "x" * 1001}, "note"),
        ({"categories": ["nothing"]}, "categories"),
        ({"groups": ["nothing"]}, "groups"),
        ({"wards": ["nothing"]}, "wards"),
        ({"sources": ["nothing"]}, "sources"),
        ({"processes": ["nothing"]}, "processes"),
        ({"weekdays": [0]}, "weekdays"),
        ({"lead": "nothing"}, "lead"),
        ({"coop": ["nothing"]}, "coop"),
        ({"lead": "", "coop": []}, "lead"),
        ({"lead": "hepco", "coop": ["hepco"], "keywords": ["?"]}, "keywords"),
        ({"keywords": ["x" * 61]}, "keywords"),
        ({"keywords": [f"w{n}" for n in range(61)]}, "keywords"),
        ({"hours": routing.Hours.WINDOW, "starts": 60}, "ends"),
        ({"hours": routing.Hours.WINDOW, "starts": 60, "ends": 60}, "ends"),
        ({"hours": routing.Hours.WINDOW, "starts": -1, "ends": 60}, "starts"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused_at_its_field(
    work: Work, about: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await routing.add_rule(work, a_rule(**about))
    assert list(refused.value.errors) == [field]


async def test_the_rules_are_tried_on_the_cases_that_have_been(
    work: Work, officers: None, inside: Inside
) -> None:
    hepco = await identity.find_unit(work, "hepco")
    assert hepco is not None
    for category in ("street-light", "fallen-tree"):
        case = await cases.open_case(work, new_case(category=category))
        await cases.route_case(work, case.id, hepco.id)
    table = await routing.read_again(work)
    before = len(inside.statements)
    trial = await try_on_last(work, table)
    assert len(inside.statements) == before + 1
    assert trial.tried == 2 and trial.to_desk == 0
    (differing,) = trial.elsewhere
    assert differing.case.category == "fallen-tree" and differing.went == "hepco"
    assert differing.route.lead is not None and differing.route.lead.code == "parks-centre"
    await routing.add_rule(work, a_rule())
    assert (await try_on_last(work, await routing.known_table(work))).elsewhere == []


@pytest.mark.parametrize(
    ("about", "field"),
    [
        ({"category": "nothing"}, "category"),
        ({"ward": "nothing"}, "ward"),
        ({"latitude": 16.4}, "latitude"),
        ({"latitude": 0.0, "longitude": 0.0}, "latitude"),
        ({"at": "tomorrow"}, "at"),
        ({"at": "0001-01-01T00:00+14:00"}, "at"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused_at_its_field(
    work: Work, about: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await ask(work, Question(**{"category": "noise", **about}))
    assert list(refused.value.errors) == [field]


async def test_a_question_without_an_offset_is_in_the_citys_own_time(work: Work) -> None:
    facts, _ = await ask(work, Question(category="noise", at="2026-11-23T23:00"))
    assert facts.at.hour == 23 and not facts.at_work
    assert facts.at.utcoffset() == facts.at.astimezone(settings.current().profile.zone).utcoffset()


async def test_a_sign_that_names_a_unit_goes_before_the_rules(work: Work, officers: None) -> None:
    await routing.add_rule(
        work, a_rule(groups=[], categories=["street-light"], coop=["city-police"], automatic=True)
    )
    case = await cases.open_case(work, new_case(sign_unit="construction-department"))
    route = await routing.decide_for(work, case)
    assert route.lead is not None and route.lead.code == "construction-department"
    assert not route.automatic and not route.coop, "a rule that would lead does not add"
    why = [reason.outcome for reason in route.decision.why]
    assert why == [routing.Outcome.SIGN, routing.Outcome.TOO_LATE]


async def test_a_sign_of_a_unit_without_an_officer_or_of_another_category_is_not_heeded(
    work: Work, officers: None
) -> None:
    rule = routing.Outcome.LEADS
    await routing.add_rule(work, a_rule(groups=[], categories=["street-light", "pothole"]))
    unmanned = await routing.decide_for(work, new_case(sign_unit="huewaco"))
    assert [reason.outcome for reason in unmanned.decision.why] == [rule]
    case = await cases.open_case(work, new_case(sign_unit="construction-department"))
    sorted_anew = await cases.sort_case(work, case.id, "pothole")
    assert (await cases.get_case(work, case.id)).sign_unit == sorted_anew.sign_unit == ""
    moved = await routing.decide_for(work, sorted_anew)
    assert [reason.outcome for reason in moved.decision.why] == [rule]
