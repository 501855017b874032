"""Connectors and their twins: pages, ETags, retries, the same message taken once, dead letters."""

from datetime import timedelta

import pytest

from city import cases
from city.cases.tests.given_cases import done_case, new_case
from city.integration.hub import connectors, inbound, office, outbound
from city.integration.hub.model import ATTEMPTS, Direction, Rule, State
from city.integration.hub.store import messages
from city.integration.hub.tests.given_hub import (
    as_admin,
    chained,
    contract,
    get_system,
    province,
    twin,
)
from city.kernel import Database, Work, run_due_jobs
from tests.harness import EVERYBODY, Browser, Inside

pytestmark = pytest.mark.anyio

TOLD = ["ref", "category", "answer", "answered_at"]
RULES = [
    Rule(to="maHoSo", source="ref", required=True),
    Rule(to="noiDung.traLoi", source="answer"),
    Rule(to="nguoiDan", source="address"),
]


class Killed(BaseException):
    """What ends a worker in the middle of its work."""


async def agreed(work: Work) -> None:
    """Agree that the level above is told of answers."""
    await contract(work, "feedback-central", "case-answered", "out", TOLD)
    await office.publish_mapping(
        as_admin(work), "feedback-central", "case-answered", 0, RULES, "first"
    )


async def test_an_answered_case_is_told_with_nothing_but_the_agreed_fields(
    browser: Browser,
) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        await agreed(work)
        case = await done_case(work)
    await browser.do_jobs()
    (body,) = province().taken.values()
    assert body == {"maHoSo": case.ref, "noiDung": {"traLoi": case.answer}}
    async with browser.inside.work(EVERYBODY) as work:
        (entry,) = await chained(work)
    assert (entry.outcome, entry.direction) == ("delivered", Direction.OUT)
    assert str(entry.message_id) in province().taken


async def test_a_private_case_is_never_told(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        await agreed(work)
        case = await done_case(work)
        await work.run("update cases.case set private = true where id = :id", id=case.id)
    await browser.do_jobs()
    assert province().came == 0


async def test_what_fails_is_tried_again_later_and_then_laid_aside(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        await agreed(work)
        await done_case(work)
    province().failing = [503] * (ATTEMPTS - 1)
    for _ in range(ATTEMPTS - 1):
        await browser.do_jobs()
        browser.inside.now += timedelta(hours=3)
    assert (province().came, len(province().taken)) == (ATTEMPTS - 1, 0)
    await browser.do_jobs()
    assert len(province().taken) == 1


async def test_what_is_refused_waits_for_a_person_who_sends_it_again(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        await agreed(work)
        await done_case(work)
    province().failing = [422]
    await browser.do_jobs()
    async with browser.inside.work(EVERYBODY) as work:
        (dead,) = await messages.list_dead(work, 10)
    await browser.sign_in("admin")
    listed = await browser.get("/desk/hub/dead", headers={"accept-language": "vi"})
    assert "Hệ thống trả lời với mã 422." in listed.text
    again = await browser.post(f"/desk/hub/dead/{dead.id}/again")
    assert again.status_code == 303
    await browser.do_jobs()
    assert list(province().taken) == [str(dead.id)]
    assert "Hệ thống trả lời" not in (await browser.get("/desk/hub/dead")).text


async def test_killed_after_sending_it_is_sent_again_and_taken_once(database: Database) -> None:
    """The job dies between the answer and the commit; the next one tells the same id again."""
    async with database.work(EVERYBODY) as work:
        await agreed(work)
        deal = await inbound.in_force(work, "feedback-central", "case-answered", Direction.OUT)
        await outbound._make(work, deal, {"ref": "7K3M-Q9TD"}, "7K3M-Q9TD/0")
    real = connectors.push

    async def killed(*given: object) -> connectors.Answered:
        await real(*given)  # type: ignore[arg-type]
        raise Killed

    connectors.push = killed  # type: ignore[assignment]
    try:
        with pytest.raises(Killed):
            await run_due_jobs(database)
    finally:
        connectors.push = real
    assert len(province().taken) == 1
    later = database.clock() + timedelta(minutes=2)
    await run_due_jobs(database, now=later)
    assert (province().came, len(province().taken)) == (2, 1)
    async with database.work(EVERYBODY, reading=True) as work:
        assert not await messages.list_dead(work, 10)


async def test_announcements_are_fetched_page_by_page_and_only_when_new(work: Work) -> None:
    await contract(
        work, "water-company", "outage", "in", ["maThongBao", "khuVuc", "tuGio", "apLuc"]
    )
    rules = [
        Rule(to="id", source="maThongBao", required=True),
        Rule(to="from", source="tuGio", how="date", detail="dd/mm/yyyy hh:mm -> iso"),  # type: ignore[arg-type]
        Rule(to="kpa", source="apLuc.giaTri", how="unit", detail="bar -> kPa"),  # type: ignore[arg-type]
    ]
    await office.publish_mapping(as_admin(work), "water-company", "outage", 0, rules, "")
    for _ in range(2):
        await outbound.pull_system(work, "water-company")
    assert twin("water").asked == 4  # Three pages, and then "nothing new".
    kept = await messages.list_records(work, "outage", ("", ""), 100)
    assert len(kept) == len(twin("water").outages) == 24
    outcomes = [entry.outcome for entry in await chained(work)]
    assert outcomes == ["fetched", "unchanged"]
    plain = inbound.unseal(kept[0].body or b"", f"record outage {kept[0].key}") or b""
    assert b"+07:00" in plain and b"nguoiTruc" not in plain and "mẫu".encode() not in plain


async def test_a_look_says_which_system_answers_and_which_does_not(work: Work) -> None:
    system = await office.get_system(work, "feedback-central")
    await office.change_system(
        as_admin(work),
        system.code,
        system.version,
        state=State.LIVE,
        address="http://127.0.0.1:9",
        contact="",
        program_id=None,
    )
    await outbound.check_systems(work)
    assert (await get_system(work, "water-company")).fault == ""
    broken = await get_system(work, "feedback-central")
    assert broken.fault and broken.errors == 1 and broken.seen_at is None
    assert (await get_system(work, "population")).checked_at is None


async def test_a_case_that_is_not_answered_is_not_told(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        await agreed(work)
        case = await cases.open_case(work, new_case())
        status = case.status
        moved = cases.CaseMoved(case_id=case.id, verb="accept", was=status, now=status)
        await outbound.tell_of_answers(work, moved)
        assert not await messages.find_same(
            work, "feedback-central", "out", "case-answered", f"{case.ref}/0"
        )
