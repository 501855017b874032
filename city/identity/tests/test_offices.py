from uuid import UUID

import pytest

from city import identity, settings
from city.identity import store
from city.kernel import Actor, Conflict, Forbidden, Invalid, Work, new_id
from tests.harness import EVERYBODY, Browser, Inside


async def add(work: Work, name: str = "Hồ Thị Nhi", **about: object) -> identity.Person:
    return await identity.add_person(work, identity.NewPerson(name=name, **about))  # type: ignore[arg-type]


async def actor_of(inside: Inside, token: str) -> Actor | None:
    return await identity.find_actor(inside, token)  # type: ignore[arg-type]


async def test_roles_say_what_somebody_may_do(inside: Inside) -> None:
    expected = {
        "resident": {"me", "reports.submit"},
        "visitor": {"me", "reports.submit"},
        "business": {"me", "reports.submit"},
        "desk": {
            "me",
            "reports.submit",
            "cases.view",
            "cases.triage",
            "identity.see_reporter",
            "identity.read_code",
            "identity.issue_cards",
            "dialogue.ask",
        },
        "unit": {"me", "cases.view", "cases.answer", "identity.read_code", "dialogue.ask"},
        "leader": {
            "me",
            "cases.view",
            "cases.lead",
            "cases.manage",
            "partners.manage",
            "dialogue.ask",
            "integration.view",
            "integration.approve",
        },
        "admin": {
            "me",
            "cases.view",
            "cases.manage",
            "identity.manage",
            "identity.audit",
            "partners.manage",
            "integration.view",
            "integration.manage",
            "integration.approve",
        },
        "auditor": {"me", "cases.view", "identity.audit", "integration.view"},
        "helper": {
            "me",
            "reports.submit",
            "identity.help",
            "identity.read_code",
            "identity.issue_cards",
        },
    }
    for role, permissions in expected.items():
        async with inside.work(EVERYBODY) as work:
            unit = await identity.find_unit(work, "hepco")
            assert unit is not None
            person = await add(work, roles=(identity.Role(role),), organisation_id=unit.id)
            token = await identity.sign_in_person(work, person.id)
        actor = await actor_of(inside, token)
        assert actor is not None
        assert actor.permissions == permissions | {"media.send"}, role
        assert actor.unit_id == (unit.id if role == "unit" else None)


async def test_a_role_given_or_taken_counts_from_the_next_request(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        person = await add(work)
        token = await identity.sign_in_person(work, person.id)
        await identity.grant_role(work, person.id, identity.Role.DESK)
    actor = await actor_of(inside, token)
    assert actor is not None and actor.may("cases.triage")
    async with inside.work(EVERYBODY) as work:
        await identity.revoke_role(work, person.id, identity.Role.DESK)
    actor = await actor_of(inside, token)
    assert actor is not None and not actor.may("cases.triage")


async def test_an_officer_belongs_to_one_unit_and_can_be_moved(work: Work) -> None:
    person = await add(work)
    with pytest.raises(Invalid):
        await identity.grant_role(work, person.id, identity.Role.UNIT)
    for code in ("hepco", "parks-centre"):
        unit = await identity.find_unit(work, code)
        assert unit is not None
        assert await identity.grant_role(work, person.id, identity.Role.UNIT, unit.id)
        assert not await identity.grant_role(work, person.id, identity.Role.UNIT, unit.id)
    held = [h for h in await store.list_holdings(work, person.id) if h.role == "unit"]
    assert [h.organisation_id for h in held] == [unit.id]


async def test_only_an_administrator_gives_roles(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        person = await add(work)
    async with inside.work(Actor(id=person.id, permissions=frozenset({"me"}))) as work:
        with pytest.raises(Forbidden):
            await identity.grant_role(work, person.id, identity.Role.ADMIN)


async def test_an_administrator_cannot_stop_being_one_alone(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        person = await add(work, roles=(identity.Role.ADMIN,))
    actor = Actor(id=person.id, permissions=frozenset({"identity.manage"}))
    async with inside.work(actor) as work:
        with pytest.raises(Conflict):
            await identity.revoke_role(work, person.id, identity.Role.ADMIN)


async def test_giving_a_role_takes_two_presses_and_is_kept_as_an_event(browser: Browser) -> None:
    await browser.sign_in("admin", name="Quản trị")
    async with browser.inside.work(EVERYBODY) as work:
        person = await add(work, "Đặng Văn Bình")
    address = f"/admin/people/{person.id}/roles"
    found = await browser.post("/admin/people", data={"q": "dang binh"})
    assert "Đặng Văn Bình" in found.text
    first = await browser.post(address, data={"role": "leader"})
    assert "Giao vai trò “Lãnh đạo thành phố” cho Đặng Văn Bình?" in first.text
    async with browser.inside.work(EVERYBODY) as work:
        assert [h.role for h in await store.list_holdings(work, person.id)] == ["resident"]
    second = await browser.post(address, data={"role": "leader", "confirmed": "true"})
    assert second.status_code == 303
    event = await browser.inside.connection.fetchrow(
        "select body, actor_id from kernel.event where kind = 'identity.RoleGranted' "
        "and body->>'role' = 'leader'"
    )
    assert event["body"]["person_id"] == str(person.id)
    await browser.post(address, data={"role": "leader", "take": "true", "confirmed": "true"})
    async with browser.inside.work(EVERYBODY) as work:
        assert [h.role for h in await store.list_holdings(work, person.id)] == ["resident"]


async def test_a_unit_officer_without_a_unit_comes_back_with_a_sentence(browser: Browser) -> None:
    await browser.sign_in("admin")
    async with browser.inside.work(EVERYBODY) as work:
        person = await add(work)
    answer = await browser.post(
        f"/admin/people/{person.id}/roles", data={"role": "unit", "unit": "", "confirmed": "true"}
    )
    assert answer.status_code == 422
    assert "Xin chọn đơn vị" in answer.text


async def test_the_administrator_sees_masked_addresses_only(browser: Browser) -> None:
    await browser.sign_in("admin")
    async with browser.inside.work(EVERYBODY) as work:
        person = await add(work, phone="0912345678", email="nhi@example.org")
    shown = await browser.get(f"/admin/people/{person.id}")
    assert "+84 ••• ••• 678 · n•••@example.org" in shown.text
    assert "912345678" not in shown.text


async def test_people_are_found_without_diacritics_by_whole_address_and_by_role(
    browser: Browser,
) -> None:
    await browser.sign_in("admin", name="Quản trị")
    async with browser.inside.work(EVERYBODY) as work:
        await add(work, "Huỳnh Đức", phone="0912345678", roles=(identity.Role.AUDITOR,))
    for sought in (
        {"q": "huynh duc"},
        {"q": "đứ"},
        {"q": "0912 345 678"},
        {"q": "", "role": "auditor"},
    ):
        assert "Huỳnh Đức" in (await browser.post("/admin/people", data=sought)).text, sought
    for sought in ({"q": "huynh tam"}, {"q": "!!! & | :*"}, {"q": "duc", "role": "leader"}):
        assert "Huỳnh Đức" not in (await browser.post("/admin/people", data=sought)).text, sought


async def test_a_unit_officer_cannot_see_who_somebody_is(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        unit = await identity.find_unit(work, "hepco")
        assert unit is not None
        person = await add(work, roles=(identity.Role.UNIT,), organisation_id=unit.id)
        token = await identity.sign_in_person(work, person.id)
    officer = await actor_of(inside, token)
    assert officer is not None
    async with inside.work(officer) as work:
        with pytest.raises(Forbidden):
            await identity.see_person(work, person.id, purpose="Vì tò mò", about="7K3M-Q9TD")


async def test_a_look_is_shown_to_the_person_and_to_the_auditor(browser: Browser) -> None:
    desk = await browser.sign_in("desk", name="Hoàng Thanh Thủy")
    async with browser.inside.work(EVERYBODY) as work:
        person = await add(work, "Tôn Nữ Diệu", phone="0912345678")
    async with browser.inside.work(desk) as work:
        seen = await identity.see_person(
            work, person.id, purpose="Hỏi rõ cột đèn nào", about="7K3M-Q9TD"
        )
    assert (seen.name, [c.address for c in seen.contacts]) == ("Tôn Nữ Diệu", ["+84912345678"])

    async with browser.inside.work(EVERYBODY) as work:
        token = await identity.sign_in_person(work, person.id)
        browser.cookies.set("session", token, domain="city.local")
    own = (await browser.get("/me/seen")).text
    for word in ("Hoàng Thanh Thủy", "Bộ phận điều phối", "Hỏi rõ cột đèn nào", "7K3M-Q9TD"):
        assert word in own

    browser.sign_out()
    await browser.sign_in("auditor")
    audit = (await browser.get("/audit/access")).text
    assert "Hoàng Thanh Thủy" in audit
    assert "T. N. D." in audit
    assert "Tôn Nữ Diệu" not in audit
    for query, there in (
        (f"actor={desk.id}&since=2026-11-23&until=2026-11-23", True),
        (f"actor={new_id()}", False),
        ("since=2026-11-24", False),
        ("until=2026-11-22", False),
    ):
        text = (await browser.get(f"/audit/access?{query}")).text
        assert ("7K3M-Q9TD" in text) == there, query
    assert (await browser.get("/audit/access?since=yesterday")).status_code == 422


async def test_a_look_needs_a_purpose_and_without_one_shows_nothing(work: Work) -> None:
    person = await add(work)
    with pytest.raises(Invalid):
        await identity.see_person(work, person.id, purpose="  ", about="7K3M-Q9TD")
    assert await store.list_access_to(work, person.id) == []


async def test_the_offices_are_closed_to_everybody_else(browser: Browser) -> None:
    for role, open_to_it in (
        ("resident", set()),
        ("desk", set()),
        ("auditor", {"/audit/access"}),
        ("admin", {"/audit/access", "/admin/people"}),
    ):
        browser.sign_out()
        await browser.sign_in(role)
        for path in ("/audit/access", "/admin/people"):
            wanted = 200 if path in open_to_it else 403
            assert (await browser.get(path)).status_code == wanted, (role, path)


@pytest.mark.parametrize("ward", ["19789", "00000"])
async def test_a_ward_has_its_committee_or_none(work: Work, ward: str) -> None:
    unit = await identity.find_ward_unit(work, ward)
    assert (unit.code if unit else None) == ("ward-thuan-hoa" if ward == "19789" else None)


async def test_units_come_from_the_profile_and_loading_it_twice_changes_nothing(
    work: Work,
) -> None:
    before = await identity.list_units(work)
    assert len(before) == 12
    await identity.load_profile(work, settings.current().folder)
    assert await identity.list_units(work) == before
    assert (await identity.get_organisation(work, before[0].id)).name["vi"]


async def test_the_sample_people_are_there_once_however_often_they_are_sown(
    inside: Inside,
) -> None:
    for _ in range(2):
        await identity.seed_sample(inside, settings.current().folder / "sample")  # type: ignore[arg-type]
    async with inside.work(EVERYBODY) as work:
        people = await identity.list_sample_people(work)
        assert len(people) == 21
        assert {person.role for person in people} == set(identity.Role)
        (officer,) = [p for p in people if p.name == "Bùi Đức Long"]
        assert officer.organisation == {"vi": "HEPCO", "en": "HEPCO"}
        found = await identity.find_person(work, "email", "resident-hanh@example.org")
        assert found is not None and found.sample and found.name == "Nguyễn Thị Hạnh"
        assert isinstance(found.id, UUID)


async def test_days_at_the_edge_of_the_calendar_are_days(browser: Browser) -> None:
    await browser.sign_in("auditor")
    shown = await browser.get("/audit/access?since=0001-01-01&until=9999-12-31")
    assert shown.status_code == 200


async def test_nobody_is_given_no_role(browser: Browser) -> None:
    await browser.sign_in("admin")
    asked = {"role": "desk", "confirmed": "true"}
    answer = await browser.post(f"/admin/people/{new_id()}/roles", data=asked)
    assert answer.status_code == 404


async def test_the_first_administrator_is_appointed_by_address(work: Work) -> None:
    first = await identity.appoint(work, identity.Role.ADMIN, "chu.tich@example.org", "Lê Văn Chủ")
    again = await identity.appoint(work, identity.Role.ADMIN, "CHU.TICH@example.org")
    assert (again.id, again.name) == (first.id, "Lê Văn Chủ")
    with pytest.raises(Invalid):
        await identity.appoint(work, identity.Role.ADMIN, "nobody")
