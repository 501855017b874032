"""What the registry says of itself: true states, edits that last, and what people choose."""

import asyncio
import tomllib
from pathlib import Path

import msgspec
import pytest

from city import identity, services
from city.kernel import Conflict, Database, Invalid, Work
from city.services import actions, catalogue, known, store
from city.services.model import Audience, Face, Facts, State, faults_of
from city.settings import ROOT, Settings
from tests.harness import EVERYBODY, Browser

FILE = ROOT / "profiles/hue/services.toml"


def test_the_profile_has_at_least_55_functions_in_at_most_ten_groups() -> None:
    groups, found = services.read_catalogue(FILE.read_text())
    assert 8 <= len(groups) <= 10
    assert len(found) >= 55
    assert {facts.group for facts in found.values()} == {group.code for group in groups}
    assert {one for facts in found.values() for one in facts.audience} == set(Audience)


def test_what_is_not_there_yet_has_no_link_and_says_what_to_do_today() -> None:
    _, found = services.read_catalogue(FILE.read_text())
    coming = {code: facts for code, facts in found.items() if facts.state is State.COMING}
    assert coming
    for code, facts in coming.items():
        assert not facts.link, code
        assert facts.instead["vi"] and facts.instead["en"], code


def test_a_partner_is_named_and_a_function_has_words_in_both_languages() -> None:
    _, found = services.read_catalogue(FILE.read_text())
    for code, facts in found.items():
        assert facts.name["vi"] and facts.about["vi"] and facts.name["en"] and facts.about["en"]
        assert (facts.state is State.PARTNER) == bool(facts.partner), code


def test_the_second_city_names_what_it_has_and_nothing_of_the_first() -> None:
    folder = ROOT / "profiles/boston"
    groups, found = services.read_catalogue((folder / "services.toml").read_text())
    assert {facts.group for facts in found.values()} == {group.code for group in groups}
    categories = tomllib.loads((folder / "categories.toml").read_text())["category"]
    known_here = {category["code"] for category in categories}
    for code, facts in found.items():
        assert "Huế" not in str(facts) and "VNeID" not in str(facts), code
        assert facts.name["vi"] and facts.about["vi"] and facts.name["en"] and facts.about["en"]
        category = facts.link.partition("?category=")[2]
        assert not category or category in known_here, code
        assert (facts.state is State.PARTNER) == bool(facts.partner), code


async def test_every_unit_that_is_named_exists(work: Work) -> None:
    _, found = services.read_catalogue(FILE.read_text())
    for unit in {facts.unit for facts in found.values()} - {""}:
        assert await identity.find_unit(work, unit), unit


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ('state = "working"', "link"),
        ('state = "coming"\nlink = "/x"', "link"),
        ('state = "partner"\nlink = "https://a.example"', "partner"),
        ('state = "working"\nlink = "//evil.example"', "link"),
        ('state = "working"\nlink = "/x"\nhours = ["some day"]', "day"),
        ('state = "working"\nlink = "/x"\nbeauty = 3', "beauty"),
        ('state = "gone"', "gone"),
    ],
)
def test_a_profile_that_would_pretend_is_refused_with_its_fault(wrong: str, says: str) -> None:
    text = f"""
[[group]]
code = "g"
icon = "map"
name = {{ vi = "N", en = "G" }}
[[service]]
code = "s"
group = "g"
icon = "map"
name = {{ vi = "a", en = "a" }}
about = {{ vi = "a", en = "a" }}
{wrong}
"""
    with pytest.raises(ValueError, match=says):
        catalogue.read_catalogue(text)


async def test_an_edit_survives_a_later_profile_and_only_the_edit_does(
    work: Work, here: Settings, tmp_path: Path
) -> None:
    was = (await known.refresh(work, anew=True)).by_code["bus"]
    named = msgspec.structs.replace(
        was.facts, name={"vi": "Xe buýt Huế", "en": "Buses of Huế"}, unit="city-police"
    )
    await actions.edit_service(work, "bus", was.version, named)
    text = FILE.read_text().replace('en = "Buses"', 'en = "Omnibus"')
    text = text.replace("Routes, stops and arrivals.", "Now with trams.")
    (tmp_path / "services.toml").write_text(text)
    await services.load_profile(work, tmp_path)
    now = (await known.refresh(work, anew=True)).by_code["bus"]
    assert now.facts.name["en"] == "Buses of Huế"
    assert now.facts.about["en"] == "Now with trams."
    assert sorted(now.edited) == ["name", "unit"]
    changes = await store.list_changes(work, "bus", 5)
    assert [change.changed_name for change in changes] == ["Tests"]


async def test_of_two_officers_who_edit_at_once_the_second_is_told(work: Work) -> None:
    bus = (await known.refresh(work, anew=True)).by_code["bus"]
    first = msgspec.structs.replace(bus.facts, name={"vi": "Một", "en": "One"})
    await actions.edit_service(work, "bus", bus.version, first)
    with pytest.raises(Conflict):
        await actions.edit_service(work, "bus", bus.version, bus.facts)


async def test_an_edit_back_to_the_profile_is_no_edit_any_more(work: Work) -> None:
    bus = (await known.refresh(work, anew=True)).by_code["bus"]
    other = msgspec.structs.replace(bus.facts, name={"vi": "Một", "en": "One"})
    await actions.edit_service(work, "bus", bus.version, other)
    await actions.edit_service(work, "bus", bus.version + 1, bus.facts)
    assert (await known.refresh(work, anew=True)).by_code["bus"].edited == []


async def test_an_officer_cannot_make_it_pretend_either(work: Work) -> None:
    bus = (await known.refresh(work, anew=True)).by_code["bus"]
    for wrong in (
        msgspec.structs.replace(bus.facts, state=State.WORKING),
        msgspec.structs.replace(bus.facts, link="/buses"),
        msgspec.structs.replace(bus.facts, hours=["whenever"]),
        msgspec.structs.replace(bus.facts, unit="nobody"),
    ):
        with pytest.raises(Invalid):
            await actions.edit_service(work, "bus", bus.version, wrong)


async def test_what_the_profile_no_longer_names_goes_and_comes_back_with_its_edits(
    work: Work, here: Settings, tmp_path: Path
) -> None:
    bus = (await known.refresh(work, anew=True)).by_code["bus"]
    hidden = msgspec.structs.replace(bus.facts, hidden=True)
    await actions.edit_service(work, "bus", bus.version, hidden)
    text = FILE.read_text()
    start = text.index('[[service]]\ncode = "bus"')
    end = text.index("[[service]]", start + 5)
    (tmp_path / "services.toml").write_text(text[:start] + text[end:])
    await services.load_profile(work, tmp_path)
    assert "bus" not in (await known.refresh(work, anew=True)).by_code
    await services.load_profile(work, here.folder)
    assert (await known.refresh(work, anew=True)).by_code["bus"].facts.hidden


async def test_two_stars_given_at_once_are_one(database: Database) -> None:
    async with database.work(EVERYBODY) as work:
        person = await identity.add_person(work, identity.NewPerson(name="Lan"))
        token = await identity.sign_in_person(work, person.id)
    actor = await identity.find_actor(database, token)
    assert actor is not None

    async def star() -> None:
        async with database.work(actor) as work:
            await actions.add_favourite(work, "report")

    await asyncio.gather(*(star() for _ in range(5)))
    async with database.work(actor, reading=True) as work:
        assert (await store.get_choices(work, person.id)).favourites == ["report"]


async def test_what_somebody_chose_can_be_taken_away_and_forgotten(browser: Browser) -> None:
    actor = await browser.sign_in()
    await browser.post("/services/report/favourite")
    await browser.post("/face", data={"face": "visitor"})
    async with browser.inside.work(EVERYBODY) as work:
        (kept,) = await services.list_kept(work, actor.person_id)
        assert kept.rows == [{"favourite": "report"}, {"face": "visitor"}]
        assert await services.list_holds(work, actor.person_id) == []
        await services.forget_person(work, actor.person_id)
        await services.forget_person(work, actor.person_id)
        assert await services.list_kept(work, actor.person_id) == []


async def test_an_edit_for_the_city_stays_with_the_city_and_says_so(browser: Browser) -> None:
    actor = await browser.sign_in("admin")
    async with browser.inside.work(actor) as work:
        bus = (await known.refresh(work, anew=True)).by_code["bus"]
        await actions.edit_service(
            work, "bus", bus.version, msgspec.structs.replace(bus.facts, hidden=True)
        )
        await services.forget_person(work, actor.person_id)
        (hold,) = await services.list_holds(work, actor.person_id)
        assert "registry" in str(hold.title)


async def test_a_role_brings_its_face_unless_somebody_chose_another(browser: Browser) -> None:
    actor = await browser.sign_in("business")
    await browser.do_jobs()
    async with browser.inside.work(EVERYBODY) as work:
        assert (await store.get_choices(work, actor.person_id)).face is Face.BUSINESS
    await browser.post("/face", data={"face": "resident"})
    async with browser.inside.work(EVERYBODY) as work:
        await identity.grant_role(work, actor.person_id, identity.Role.VISITOR, None)
    await browser.do_jobs()
    async with browser.inside.work(EVERYBODY) as work:
        assert (await store.get_choices(work, actor.person_id)).face is Face.RESIDENT


def test_faults_are_named_by_the_field_of_the_form() -> None:
    facts = Facts(
        group="no", icon="map", name={"vi": "a"}, about={"vi": "a", "en": "b"}, state=State.COMING
    )
    assert set(faults_of(facts, ["g"], ["vi", "en"])) == {"name_en", "group"}
