"""Telling the city something."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from city import cases, identity, reports
from city.kernel import Actor, Database, Invalid, SignInNeeded, Work, new_id
from city.reports import SubmittedBefore, store
from city.reports.tests.conftest import lamp


async def test_a_report_opens_a_case_with_the_same_reference_and_deadline(by_lan: Work) -> None:
    report = await reports.submit_report(by_lan, lamp(address="5 Lê Lợi"))
    case = await cases.get_case(by_lan, report.case_id)
    assert (case.ref, case.due_at, case.summary) == (report.ref, report.due_at, report.description)
    assert report.ward and report.status is cases.Status.NEW
    kept = await reports.find_by_ref(by_lan, report.ref)
    assert kept == report


async def test_nobody_reports_without_signing_in(by_lan: Work) -> None:
    by_lan.actor = Actor()
    with pytest.raises(SignInNeeded):
        await reports.submit_report(by_lan, lamp())


async def test_everything_wrong_is_said_at_once(by_lan: Work) -> None:
    wrong = lamp(
        category="no-such-thing",
        latitude=16.9,
        longitude=109.9,
        seen_at=by_lan.now + timedelta(hours=1),
    )
    with pytest.raises(Invalid) as caught:
        await reports.submit_report(by_lan, wrong)
    assert set(caught.value.errors) == {"category", "latitude", "seen_at"}


async def test_a_ward_and_a_street_are_enough_without_a_map(by_lan: Work) -> None:
    with pytest.raises(Invalid) as caught:
        await reports.submit_report(by_lan, lamp(latitude=None, longitude=None))
    assert set(caught.value.errors) == {"latitude"}
    ward = (await reports.submit_report(by_lan, lamp())).ward
    with pytest.raises(Invalid) as caught:
        await reports.submit_report(by_lan, lamp(latitude=None, longitude=None, ward=ward))
    assert set(caught.value.errors) == {"address"}
    with pytest.raises(Invalid) as caught:
        await reports.submit_report(
            by_lan, lamp(latitude=None, longitude=None, ward="0", address="5 Lê Lợi")
        )
    assert set(caught.value.errors) == {"ward"}
    report = await reports.submit_report(
        by_lan, lamp(latitude=None, longitude=None, ward=ward, address="5 Lê Lợi")
    )
    assert (report.ward, report.place_precision) == (ward, "ward")


async def test_a_category_that_is_always_private_makes_a_private_report(by_lan: Work) -> None:
    private = next(c for c in (await cases.known_categories(by_lan)).values() if c.private)
    assert (await reports.submit_report(by_lan, lamp(category=private.code))).private


async def test_a_photo_that_nobody_uploaded_is_refused(by_lan: Work) -> None:
    with pytest.raises(Invalid) as caught:
        await reports.submit_report(by_lan, lamp(photos=[new_id()]))
    assert set(caught.value.errors) == {"photos"}


async def test_the_same_key_from_the_same_person_is_the_same_report(by_lan: Work) -> None:
    first = await reports.submit_report(by_lan, lamp(client_key="a-key-of-mine"))
    with pytest.raises(SubmittedBefore):
        await reports.submit_report(by_lan, lamp(client_key="a-key-of-mine"))
    assert await store.get_by_key(by_lan, by_lan.actor.id, "a-key-of-mine") == first


async def test_the_same_report_sent_many_times_at_once_is_one_report(database: Database) -> None:
    async with database.work(Actor(permissions=frozenset({"identity.manage"}))) as work:
        person = await identity.add_person(work, identity.NewPerson(name="Lan"))
    actor = Actor(id=person.id, permissions=frozenset({"reports.submit", "me"}))
    sent = await asyncio.gather(
        *(reports.submit_once(database, actor, lamp(client_key="one-and-only")) for _ in range(6))
    )
    assert len({report.ref for report, _ in sent}) == 1
    assert sum(is_new for _, is_new in sent) == 1
    async with database.work(actor, reading=True) as work:
        cards, _ = await reports.find_reports(work, reports.Filters())
        assert len(cards) == 1


async def test_submitting_takes_four_statements(inside: Any, work: Work, browser: Any) -> None:
    actor = await browser.sign_in("resident")
    async with inside.work(actor) as warm:
        await reports.submit_report(warm, lamp())
    before = len(inside.statements)
    async with inside.work(actor) as counted:
        await reports.submit_report(counted, lamp())
    assert len(inside.statements) - before <= 4
