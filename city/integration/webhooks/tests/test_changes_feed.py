"""The feed of changes: who follows it from a position on ends with what the city has."""

import asyncio
import random
from contextlib import suppress
from typing import Any
from uuid import UUID

import msgspec
import pytest

from city import cases, identity, reports
from city.integration.webhooks.published import PUBLISHED, PublicReport
from city.integration.webhooks.tests.given_webhooks import followed, moved, reported
from city.kernel import Problem
from city.kernel.events import Event, kind_of
from city.reports.voices import add_voice
from tests.harness import EVERYBODY, Browser, Inside


async def position(browser: Browser) -> str:
    """Where the feed ends now."""
    answer = (await browser.get("/api/v1/changes")).json()
    assert answer["events"] == []
    return answer["next"]


class Mirror:
    """A copy of the city's reports by their references, kept by the feed alone."""

    def __init__(self, start: str) -> None:
        self.position = start
        self.reports: dict[str, dict[str, Any]] = {}
        self.ids: list[str] = []

    async def follow(self, browser: Browser, limit: int) -> None:
        """Read until there is nothing left."""
        while True:
            answer = await browser.get(
                "/api/v1/changes", params={"after": self.position, "limit": limit}
            )
            assert answer.status_code == 200, answer.text
            found = answer.json()
            self.position = found["next"]
            for event in found["events"]:
                self.ids.append(event["id"])
                if event.get("gone"):
                    assert event["data"] is None
                    self.reports.pop(event["subject"], None)
                elif event["type"].startswith("vn.trangtien.report."):
                    self.reports[event["subject"]] = event["data"]
            if not found["events"]:
                return


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_mirror_that_follows_the_feed_ends_equal(browser: Browser, seed: int) -> None:
    inside = browser.inside
    dice = random.Random(seed)
    mirror = Mirror(await position(browser))
    case_ids: list[UUID] = []
    for step in range(24):
        if not case_ids or dice.random() < 0.3:
            report = await reported(inside, private=dice.random() < 0.25)
            case_ids.append(report.case_id)
        else:
            await _change(inside, case_ids, dice)
        if step % 7 == 0:
            await mirror.follow(browser, limit=dice.choice([1, 3, 100]))
    await followed(inside)
    await mirror.follow(browser, limit=5)
    assert mirror.reports == await _truth(inside, case_ids)
    assert len(mirror.ids) == len(set(mirror.ids)), "each event comes once"


async def _change(inside: Inside, case_ids: list[UUID], dice: random.Random) -> None:
    """Have something happen to one of the cases."""
    case_id = dice.choice(case_ids)
    what = dice.random()
    if what < 0.15 and len(case_ids) > 1:
        other = dice.choice([one for one in case_ids if one != case_id])
        with suppress(Problem):
            async with inside.work(EVERYBODY) as work:
                await cases.merge_case(work, case_id, other)
    elif what < 0.3:
        with suppress(Problem):
            async with inside.work(EVERYBODY) as work:
                person = await identity.add_person(work, identity.NewPerson(name="Phan Văn Tài"))
                work.actor = msgspec.structs.replace(work.actor, id=person.id)
                report = await reports.find_by_case(work, case_id)
                assert report is not None
                await add_voice(work, report)
    elif what < 0.45:
        category = dice.choice(["street-light", "pothole", "corruption", "public-disorder"])
        with suppress(Problem):
            async with inside.work(EVERYBODY) as work:
                await cases.sort_case(work, case_id, category)
    else:
        await moved(inside, case_id, dice=dice)
    await followed(inside)


async def _truth(inside: Inside, case_ids: list[UUID]) -> dict[str, dict[str, Any]]:
    """What the city itself has of these reports for anybody."""
    async with inside.work(EVERYBODY, reading=True) as work:
        states = await reports.list_public_states(work, case_ids)
        units = {unit.id: unit.code for unit in await identity.list_units(work)}
    found = {}
    for state in states:
        if state.private:
            continue
        fields = msgspec.structs.asdict(state)
        for name in ("case_id", "private", "unit_id"):
            del fields[name]
        shown = PublicReport(
            **fields,
            url=f"http://city/reports/{state.ref}",
            unit=units.get(state.unit_id) if state.unit_id else None,
        )
        found[state.ref] = msgspec.json.decode(msgspec.json.encode(shown))
    return found


async def test_nothing_of_a_private_report_is_told(browser: Browser) -> None:
    start = await position(browser)
    report = await reported(browser.inside, private=True)
    await moved(browser.inside, report.case_id, "accept")
    answer = await browser.get("/api/v1/changes", params={"after": start})
    assert answer.json()["events"] == []
    assert report.ref not in answer.text


async def test_a_report_that_is_not_public_any_more_is_told_once_as_gone(browser: Browser) -> None:
    inside = browser.inside
    report = await reported(inside)
    start = await position(browser)
    await browser.inside.connection.execute(
        "update cases.case set private = true where id = $1", report.case_id
    )
    await moved(inside, report.case_id, "accept")
    await moved(inside, report.case_id, "route")
    found = (await browser.get("/api/v1/changes", params={"after": start})).json()
    (event,) = found["events"]
    assert event["gone"] is True and event["data"] is None and event["subject"] == report.ref


async def test_a_position_that_is_none_is_refused(browser: Browser) -> None:
    for wrong in ("x", "1", "1-2-3", "99999999999999999999999-1", "-1-0"):
        answer = await browser.get("/api/v1/changes", params={"after": wrong})
        assert answer.status_code in (400, 422), wrong
        assert answer.headers["content-type"] == "application/problem+json"
    for query in ({"limit": "0"}, {"limit": "1001"}, {"wait": "9"}, {"wait": "-1"}):
        assert (await browser.get("/api/v1/changes", params=query)).status_code in (400, 422)


async def test_who_waits_is_answered_when_something_happens(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("city.integration.webhooks.feed._LOOK_SECONDS", 0.05)
    start = await position(browser)
    await reported(browser.inside)
    answer = await browser.get("/api/v1/changes", params={"after": start, "wait": 8})
    assert len(answer.json()["events"]) == 1
    loop = asyncio.get_running_loop()
    begun = loop.time()
    params = {"after": answer.json()["next"], "wait": 1}
    assert (await browser.get("/api/v1/changes", params=params)).json()["events"] == []
    assert loop.time() - begun > 0.9


def test_every_event_that_is_told_exists_and_none_is_about_people() -> None:
    import city.app  # noqa: F401  (opens every room)

    known: dict[str, type] = {}
    waiting: list[type] = [Event]
    while waiting:
        waiting += (kinds := waiting.pop().__subclasses__())
        known |= {kind_of(kind): kind for kind in kinds}
    for one in PUBLISHED:
        for event in one.events:
            assert event in known, event
            assert not event.startswith("identity."), event
            fields = set(known[event].__struct_fields__)
            if one.about == "city":
                assert fields <= set(one.shape.__struct_fields__), event
                assert not any("person" in name for name in fields)
            else:
                assert "case_id" in fields
        assert not {"reporter_id", "actor_id", "name", "phone"} & set(one.shape.__struct_fields__)
