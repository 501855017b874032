"""The pages and the API of routing: for reading, for changing, and for trying."""

import re
from html import unescape
from typing import Any

import pytest

from city import cases, identity
from city.cases import routing
from city.cases.routing import store
from city.cases.routing.model import NewRule, Rule
from city.cases.tests.given_cases import new_case
from tests.harness import EVERYBODY

Browser = Any

FORM = {
    "name": "Cây ngã",
    "groups": ["trees"],
    "keywords": "dây điện, cột điện",
    "lead": "hepco",
    "coop": ["ward"],
    "hours": "window",
    "starts": "22:00",
    "ends": "05:00",
    "weekdays": ["5", "6"],
    "enabled": "true",
}


@pytest.fixture(autouse=True)
def nothing_remembered() -> Any:
    routing.forget()
    yield
    routing.forget()


async def rules_of(browser: Browser) -> list[Rule]:
    async with browser.inside.work(EVERYBODY, reading=True) as work:
        return await store.list_rules(work)


async def add(browser: Browser, **about: Any) -> Rule:
    async with browser.inside.work(EVERYBODY) as work:
        return await routing.add_rule(work, NewRule(**{"name": "A", "lead": "hepco", **about}))


async def only(browser: Browser) -> None:
    """Leave no rules but the test's own."""
    async with browser.inside.work(EVERYBODY) as work:
        for rule in await store.list_rules(work):
            await routing.remove_rule(work, rule.id, version=rule.version)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("page", ["", "/matrix", "/matrix?part=night", "/changes"])
async def test_the_pages_are_there_for_staff(browser: Browser, language: str, page: str) -> None:
    await browser.sign_in("desk")
    browser.cookies.set("language", language)
    shown = await browser.get(f"/desk/routing{page}")
    assert shown.status_code == 200
    assert "/desk/routing/new" not in shown.text


async def test_the_page_of_the_rules_takes_four_statements(browser: Browser) -> None:
    await browser.sign_in("leader")
    await browser.get("/desk/routing")
    for address in ("/desk/routing", "/desk/routing/matrix", "/desk/routing/changes"):
        before = len(browser.inside.statements)
        assert (await browser.get(address)).status_code == 200
        own = [sql for sql in browser.inside.statements[before:] if "identity.session" not in sql]
        assert len(own) <= 4, own


@pytest.mark.parametrize(
    ("method", "address", "least"),
    [
        ("GET", "/desk/routing", "desk"),
        ("POST", "/desk/routing/try", "desk"),
        ("POST", "/desk/routing/last", "desk"),
        ("GET", "/desk/routing/matrix", "desk"),
        ("GET", "/desk/routing/changes", "desk"),
        ("GET", "/api/v1/routing/rules", "desk"),
        ("POST", "/api/v1/routing/try", "desk"),
        ("GET", "/desk/routing/new", "leader"),
        ("POST", "/desk/routing/new", "leader"),
        ("GET", "/desk/routing/00000000-0000-0000-0000-000000000001", "leader"),
        ("POST", "/desk/routing/00000000-0000-0000-0000-000000000001", "leader"),
        ("POST", "/desk/routing/00000000-0000-0000-0000-000000000001/up", "leader"),
    ],
)
async def test_who_may_look_and_who_may_change(
    browser: Browser, method: str, address: str, least: str
) -> None:
    assert (await browser.request(method, address)).status_code in (303, 401)
    for role in ("resident", "desk", "leader"):
        await browser.sign_in(role)
        answer = await browser.request(method, address)
        allowed = ["resident", "desk", "leader"].index(role) >= ["", "desk", "leader"].index(least)
        assert (answer.status_code == 403) is not allowed, role
        assert answer.status_code < 500


async def test_a_rule_is_written_changed_moved_and_removed_by_forms(browser: Browser) -> None:
    await browser.sign_in("admin", name="Cao Thảo Vy")
    await only(browser)
    assert (await browser.get("/desk/routing/new")).status_code == 200
    kept = await browser.post("/desk/routing/new", data=FORM)
    assert kept.status_code == 303
    (rule,) = await rules_of(browser)
    assert kept.headers["location"] == f"/desk/routing#rule-{rule.id}"
    assert (rule.starts, rule.ends, rule.weekdays) == (1320, 300, [5, 6])
    assert rule.keywords == ["dây điện", "cột điện"] and rule.coop == ["ward"]
    assert rule.changed_by == "Cao Thảo Vy"
    form = await browser.get(f"/desk/routing/{rule.id}")
    assert 'value="22:00"' in form.text and "dây điện, cột điện" in form.text
    changed = await browser.post(
        f"/desk/routing/{rule.id}", data={**FORM, "name": "Khác", "version": "1"}
    )
    assert changed.status_code == 303
    stale = await browser.post(
        f"/desk/routing/{rule.id}", data={**FORM, "name": "Cũ", "version": "1"}
    )
    assert stale.status_code == 409 and "Cao Thảo Vy" in stale.text and "Cũ" in stale.text
    second = await add(browser)
    assert (await browser.post(f"/desk/routing/{second.id}/up")).status_code == 303
    assert [r.id for r in await rules_of(browser)] == [second.id, rule.id]
    off = await browser.post(f"/desk/routing/{rule.id}/off", data={"version": "2"})
    assert off.status_code == 303
    assert not (await rules_of(browser))[1].enabled
    for version, status in (("2", 409), ("", 409), ("3", 303), ("3", 404)):
        gone = await browser.post(f"/desk/routing/{rule.id}/remove", data={"version": version})
        assert gone.status_code == status
    log = unescape((await browser.get("/desk/routing/changes")).text)
    assert "Khác" in log and "Cao Thảo Vy" in log
    assert (await browser.post(f"/desk/routing/{second.id}/sideways")).status_code == 404


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_a_form_that_is_wrong_comes_back_as_it_was(browser: Browser, language: str) -> None:
    await browser.sign_in("admin")
    browser.cookies.set("language", language)
    for wrong in (
        {"name": ""},
        {"lead": "", "coop": []},
        {"lead": "nothing"},
        {"starts": "25:00"},
        {"hours": "never"},
        {"rank": "first"},
        {"weekdays": ["x"]},
        {"categories": ["'; drop table"]},
        {"note": "x" * 1001},
    ):
        answer = await browser.post("/desk/routing/new", data={**FORM, **wrong})
        assert answer.status_code == 422, wrong
        assert 'aria-invalid="true"' in answer.text or "data-invalid" in answer.text, wrong
        assert "dây điện, cột điện" in answer.text


async def test_a_rule_can_be_tried_before_it_is_kept(browser: Browser) -> None:
    await browser.sign_in("admin")
    await only(browser)
    async with browser.inside.work(EVERYBODY) as work:
        unit = await identity.find_unit(work, "parks-centre")
        assert unit is not None
        case = await cases.open_case(work, new_case(category="fallen-tree"))
        await cases.route_case(work, case.id, unit.id)
        officer = await identity.add_person(work, identity.NewPerson(name="Tư"))
        hepco = await identity.find_unit(work, "hepco")
        assert hepco is not None
        await identity.grant_role(work, officer.id, identity.Role.UNIT, hepco.id)
    plain = {"name": "Trees", "groups": ["trees"], "lead": "hepco", "enabled": "true"}
    tried = await browser.post("/desk/routing/new", data={**plain, "trying": "true"})
    assert tried.status_code == 200 and f"/desk/cases/{case.ref}" in tried.text
    assert await rules_of(browser) == []
    now = await browser.post("/desk/routing/last")
    assert now.status_code == 200 and f"/desk/cases/{case.ref}" not in now.text


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "It would go to HEPCO, with Parks and Trees."), ("vi", "Việc này sẽ về HEPCO")],
)
async def test_the_tester_says_where_and_why(
    browser: Browser, language: str, expected: str
) -> None:
    for unit in ("hepco", "parks-centre"):
        await browser.sign_in("unit", unit=unit)
    await browser.sign_in("desk")
    browser.cookies.set("language", language)
    await only(browser)
    rule = await add(browser, keywords=["cháy"], coop=["parks-centre"])
    missed = await add(browser, name="Not this", wards=["19789"], rank=1)
    answer = await browser.post(
        "/desk/routing/try",
        data={"category": "noise", "words": "chay roi", "ward": "19753", "at": "2026-11-23T23:00"},
    )
    assert answer.status_code == 200
    assert expected in unescape(answer.text)
    assert re.search(rf'id="rule-{rule.id}"[^>]*data-outcome="leads"', answer.text)
    assert re.search(rf'id="rule-{missed.id}"[^>]*data-outcome="unmatched"', answer.text)
    for wrong in ({}, {"category": "nothing"}, {"category": "noise", "at": "x"}):
        refused = await browser.post("/desk/routing/try", data=wrong)
        assert refused.status_code == 422


async def test_a_program_lists_the_rules_and_tries_them(browser: Browser) -> None:
    await browser.sign_in("unit", unit="hepco")
    await browser.sign_in("desk")
    await only(browser)
    rule = await add(browser, coop=["huewaco"])
    (listed,) = (await browser.get("/api/v1/routing/rules")).json()
    assert listed["rule"]["id"] == str(rule.id)
    assert (listed["faults"], listed["skipped"]) == (["huewaco"], False)
    tried = await browser.post(
        "/api/v1/routing/try",
        json={"category": "noise", "latitude": 16.4685, "longitude": 107.589},
        headers={"accept-language": "en"},
    )
    answer = tried.json()
    assert tried.status_code == 200 and answer["ward"]
    assert (answer["lead"], answer["coop"]) == ("hepco", [])
    assert answer["why"][0]["outcome"] == "leads" and answer["why"][0]["missing"] == ["huewaco"]
    for wrong in ({}, {"category": 3}, {"category": "noise", "latitude": 99}, {"nothing": 1}):
        refused = await browser.post("/api/v1/routing/try", json=wrong)
        assert refused.status_code == 422, wrong


async def test_a_unit_that_is_gone_stays_in_the_form_until_somebody_takes_it_out(
    browser: Browser,
) -> None:
    await browser.sign_in("admin")
    await only(browser)
    rule = await add(browser)
    async with browser.inside.work(EVERYBODY) as work:
        await store.set_rule(work, _with_lead(rule, "gone-unit"), version=1)
    form = await browser.get(f"/desk/routing/{rule.id}")
    assert '<option value="gone-unit" selected>' in form.text
    page = await browser.get("/desk/routing")
    assert "“gone-unit”" in page.text
    refused = await browser.post(
        f"/desk/routing/{rule.id}", data={"name": "A", "lead": "gone-unit", "version": "1"}
    )
    assert refused.status_code == 422


def _with_lead(rule: Rule, lead: str) -> Rule:
    import msgspec

    return msgspec.structs.replace(rule, lead=lead)


async def test_the_last_cases_of_an_officer_are_those_of_the_own_unit(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        unit = await identity.find_unit(work, "parks-centre")
        assert unit is not None
        case = await cases.open_case(work, new_case(category="noise"))
        await cases.route_case(work, case.id, unit.id)
    await browser.sign_in("unit", unit="hepco")
    assert case.ref not in (await browser.post("/desk/routing/last")).text
    await browser.sign_in("unit", unit="parks-centre")
    assert case.ref in (await browser.post("/desk/routing/last")).text
