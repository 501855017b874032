"""The hub's pages: who may see and do what, in both languages, with nothing but forms."""

import json

import pytest

from city.integration.hub import office
from city.integration.hub.store import mappings
from city.integration.hub.tests.given_hub import CALL, CALL_FIELDS, contract, hotline
from city.kernel import Work
from tests.harness import EVERYBODY, Browser

pytestmark = pytest.mark.anyio

PAGES = [
    "/desk/hub",
    "/desk/hub/systems/water-company",
    "/desk/hub/systems/population",
    "/desk/hub/contracts",
    "/desk/hub/mappings",
    "/desk/hub/mappings/hotline/case",
    "/desk/hub/log",
    "/desk/hub/dead",
]
DRAFT = {
    "system": "hotline",
    "kind": "case",
    "direction": "in",
    "fields": "\n".join(f"{name}: cần để xử lý" for name in CALL_FIELDS),
    "purpose": "Mở vụ việc",
    "legal_basis": "01/QĐ",
    "valid_from": "2026-01-01",
    "valid_to": "2027-01-01",
    "quota_a_day": "10",
    "keep_days": "5",
}
RULES = {
    "source": ["soPhieu", "loai", "noiDung", "viTri.vd", "viTri.kd", ""],
    "to": ["external_id", "category", "summary", "latitude", "longitude", ""],
    "how": ["copy", "codes", "copy", "number", "number", "copy"],
    "detail": ["", "DEN = street-light", "", "", "", ""],
    "required": ["yes", "yes", "yes", "yes", "yes", "no"],
    "default": [""] * 6,
}


async def test_every_page_is_there_in_both_languages_for_who_may_see_it(browser: Browser) -> None:
    for role, status in (("resident", 403), ("desk", 403), ("auditor", 200), ("admin", 200)):
        await browser.sign_in(role)
        for path in PAGES:
            answer = await browser.get(path)
            assert answer.status_code == status, (role, path, answer.text[:300])
    titles = {
        language: (await browser.get("/desk/hub", headers={"accept-language": language})).text
        for language in ("vi", "en")
    }
    assert "Trục tích hợp dữ liệu" in titles["vi"] and "Integration hub" in titles["en"]
    assert "(simulated)" in titles["en"] and "(bản mô phỏng)" in titles["vi"]


async def test_the_pages_take_few_statements(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        for kind in ("a", "b", "c", "d"):
            await contract(work, "hotline", kind, "in", ["x"])
    await browser.sign_in("admin")
    for path, most in (("/desk/hub", 6), ("/desk/hub/contracts", 6), ("/desk/hub/log", 8)):
        _, statements = await browser.counted("GET", path)
        assert statements <= most, (path, browser.inside.statements[-statements:])


async def test_a_contract_is_drafted_by_one_and_approved_by_another(browser: Browser) -> None:
    await browser.sign_in("admin", name="Cao Thảo Vy")
    bad = await browser.post("/desk/hub/contracts/new", data={**DRAFT, "fields": "soPhieu"})
    assert bad.status_code == 422 and "soPhieu" in bad.text
    drafted = await browser.post("/desk/hub/contracts/new", data=DRAFT)
    assert drafted.status_code == 303
    path = drafted.headers["location"]
    assert "/approve" not in (await browser.get(path)).text
    await browser.post(f"{path}/approve")
    number = int(path.rpartition("/")[2])
    assert await state_of(browser, number) == "draft"
    await browser.sign_in("auditor")
    assert (await browser.post(f"{path}/approve")).status_code == 403
    await browser.sign_in("leader", name="Đỗ Trường Sơn")
    assert "/approve" in (await browser.get(path)).text
    assert (await browser.post(f"{path}/approve")).status_code == 303
    assert await state_of(browser, number) == "approved"
    await browser.sign_in("admin")
    shown = (await browser.get(path)).text
    assert "Cao Thảo Vy" in shown and "Đỗ Trường Sơn" in shown
    assert (await browser.get(f"/desk/hub/contracts/new?like={number}")).status_code == 200
    await browser.post(f"{path}/end")
    assert await state_of(browser, number) == "ended"


async def state_of(browser: Browser, number: int) -> str:
    async with browser.inside.work(EVERYBODY) as work:
        return (await office.get_contract(work, number)).state


async def test_rules_are_tried_on_a_sample_before_they_are_published(browser: Browser) -> None:
    await browser.sign_in("admin")
    path = "/desk/hub/mappings/hotline/case"
    records = [CALL, {**CALL, "loai": "??"}]
    sample = {"sample": json.dumps(records), "media": "application/json", "after": "0"}
    tried = await browser.post(path, data={**RULES, **sample, "what": "try"})
    assert tried.status_code == 200, tried.text[:500]
    assert "street-light" in tried.text and "loai" in tried.text and "??" in tried.text
    async with browser.inside.work(EVERYBODY) as work:
        assert await mappings.find_mapping(work, "hotline", "case") is None
    file = {"file": ("calls.csv", b"soPhieu,loai\nT-1,DEN\n", "text/csv")}
    table = await browser.post(path, data={**RULES, "media": "text/csv", "what": "try"}, files=file)
    assert table.status_code == 200 and "noiDung" in table.text
    published = await browser.post(path, data={**RULES, "after": "0", "what": "publish"})
    assert published.status_code == 303
    late = await browser.post(path, data={**RULES, "after": "0", "what": "publish"})
    assert late.status_code == 409
    wrong = {**RULES, "how": ["unit"] * 6}
    assert (await browser.post(path, data={**wrong, "after": "1"})).status_code == 422
    assert (await browser.get(f"{path}?version=1")).status_code == 200
    assert (await browser.get(f"{path}?version=9")).status_code == 404


async def test_an_administrator_changes_a_system_and_a_later_profile_does_not_undo_it(
    browser: Browser,
) -> None:
    await browser.sign_in("admin")
    path = "/desk/hub/systems/water-company"
    change = {"version": "1", "state": "live", "address": "https://water.example/api"}
    assert (await browser.post(path, data={**change, "address": "ftp://x"})).status_code == 422
    assert (await browser.post(path, data=change)).status_code == 303
    assert (await browser.post(path, data=change)).status_code == 409
    async with browser.inside.work(EVERYBODY) as work:
        await load_again(work)
        system = await office.get_system(work, "water-company")
        assert (system.state, system.address) == ("live", "https://water.example/api")


async def load_again(work: Work) -> None:
    from city.integration import load_profile
    from city.settings import current

    await load_profile(work, current().folder)


async def test_who_decided_is_kept_and_stays(work: Work) -> None:
    from city import integration

    await hotline(work)
    (number,) = [one.number for one in await office.contracts.list_contracts(work)]
    signed = await office.get_contract(work, number)
    assert signed.drafted_by and signed.approved_by
    for person in (signed.drafted_by, signed.approved_by):
        assert await integration.list_kept(work, person)
        assert await integration.list_holds(work, person)
        await integration.forget_person(work, person)
    assert (await office.get_contract(work, number)).drafted_name == "Cao Thảo Vy"
