"""What another city did comes back: each update once, in whatever order, and our desk decides."""

from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest

from city import cases
from city.integration.federation.following import apply_told, follow_next
from city.integration.federation.model import Destination, Told
from city.integration.federation.tests.given_federation import (
    CODE,
    FIXED,
    history_of,
    know,
    later,
    neighbour_of,
    report,
    route,
    send_all,
    sending_of,
)
from city.integration.federation.twin import Neighbour
from tests.harness import EVERYBODY, Browser, Inside


@pytest.fixture
async def next_city(inside: Inside) -> AsyncIterator[tuple[Neighbour, str]]:
    async with neighbour_of(inside) as found:
        yield found


async def handed_over(
    inside: Inside, url: str, **changes: object
) -> tuple[Destination, cases.Case]:
    """A case that the neighbouring city has."""
    destination = await know(inside, url, **changes)
    case = await report(inside)
    await route(inside, case)
    await send_all(inside)
    return destination, case


def told(id: str, status: str, minute: int, inside: Inside, text: str = "") -> Told:
    at = inside.now + timedelta(minutes=minute)
    return Told(update_id=id, service_request_id="QT-00001", status=status, at=at, text=text)


async def status_of(inside: Inside, case: cases.Case) -> cases.Status:
    async with inside.work(EVERYBODY) as work:
        return (await cases.get_case(work, case.id)).status


async def test_their_updates_come_into_the_history_and_done_waits_for_our_desk(
    browser: Browser, inside: Inside, next_city: tuple[Neighbour, str]
) -> None:
    _, url = next_city
    _, case = await handed_over(inside, url)
    later(inside, minutes=10)
    assert await follow_next(inside)  # type: ignore[arg-type]
    assert not await follow_next(inside), "it was asked just now"  # type: ignore[arg-type]
    entries = await history_of(inside, case)
    verbs = [entry.verb for entry in entries if entry.actor_name == "Thành phố bên"]
    assert verbs == ["note", "take", "answer"]
    async with inside.work(EVERYBODY) as work:
        now = await cases.get_case(work, case.id)
    assert now.status is cases.Status.ANSWERED and now.closed_at is None
    assert "hoạt động bình thường" in now.answer
    later(inside, minutes=5)
    await follow_next(inside)  # type: ignore[arg-type]
    assert len(await history_of(inside, case)) == len(entries), "the overlap brings nothing twice"
    shown = await browser.get(f"/reports/{case.ref}/handed-over")
    assert "Thành phố bên" in shown.text and "QT-00001" in shown.text


async def test_where_a_case_went_is_a_part_and_without_javascript_a_page(
    browser: Browser, inside: Inside, next_city: tuple[Neighbour, str]
) -> None:
    _, url = next_city
    _, case = await handed_over(inside, url)
    part = await browser.get(f"/reports/{case.ref}/handed-over", headers={"hx-request": "true"})
    whole = await browser.get(f"/reports/{case.ref}/handed-over")
    assert "<h2" in part.text and "<html" not in part.text
    assert "<h1" in whole.text and f'href="/reports/{case.ref}"' in whole.text
    report = await browser.get(f"/reports/{case.ref}")
    assert f'<noscript><p><a class="link" href="/reports/{case.ref}/handed-over">' in report.text
    for language, words in {"fr": "Transmis à une autre ville", "ko": "다른 도시로"}.items():
        asked = {"accept-language": language}
        told = await browser.get(f"/reports/{case.ref}/handed-over", headers=asked)
        assert words in told.text
    other = await browser.get("/reports/7K3M-Q9TD/handed-over", headers={"accept-language": "en"})
    assert "It was not handed over" in other.text


async def test_a_place_that_is_none_is_not_sent(
    browser: Browser, inside: Inside, next_city: tuple[Neighbour, str]
) -> None:
    _, url = next_city
    _, case = await handed_over(inside, url)
    sending = await sending_of(inside, case)
    await browser.sign_in("admin")
    again = f"/desk/federation/sendings/{sending.id}/again"
    for wrong in ({"lat": "abc"}, {"lat": "91"}, {"long": "180.5"}, {"long": "12,5"}):
        assert (await browser.post(again, data=wrong)).status_code == 422
    fine = await browser.post(again, data={"lat": "-16.5", "long": "107"})
    assert fine.status_code != 422


async def test_who_is_trusted_closes_the_case(
    inside: Inside, next_city: tuple[Neighbour, str]
) -> None:
    _, url = next_city
    _, case = await handed_over(inside, url, trusted=True)
    later(inside, minutes=10)
    await follow_next(inside)  # type: ignore[arg-type]
    assert await status_of(inside, case) is cases.Status.DONE


async def test_a_city_without_updates_is_asked_for_each_request(
    inside: Inside, next_city: tuple[Neighbour, str]
) -> None:
    twin, url = next_city
    twin.has_updates = False
    _, case = await handed_over(inside, url)
    later(inside, minutes=10)
    await follow_next(inside)  # type: ignore[arg-type]
    assert await status_of(inside, case) is cases.Status.ANSWERED
    assert (await sending_of(inside, case)).their_status == "closed"
    before = len(await history_of(inside, case))
    later(inside, minutes=5)
    await follow_next(inside)  # type: ignore[arg-type]
    assert len(await history_of(inside, case)) == before


async def test_updates_out_of_order_and_twice_do_no_harm(
    inside: Inside, next_city: tuple[Neighbour, str]
) -> None:
    twin, url = next_city
    twin.works = False
    destination, case = await handed_over(inside, url)
    database: object = inside
    fixed = told("u3", "fixed", 3, inside, FIXED)
    begun = told("u2", "in_progress", 2, inside)
    await apply_told(database, destination, [fixed, fixed])  # type: ignore[arg-type]
    assert await status_of(inside, case) is cases.Status.ANSWERED
    await apply_told(database, destination, [begun, fixed])  # type: ignore[arg-type]
    assert await status_of(inside, case) is cases.Status.ANSWERED
    sending = await sending_of(inside, case)
    assert (sending.their_status, sending.their_at) == ("fixed", fixed.at)
    theirs = [e.verb for e in await history_of(inside, case) if e.actor_name == destination.name]
    assert theirs == ["answer", "note"], "what came late is noted, and each once"


async def test_a_bare_closed_is_no_answer_and_stays_a_note_for_the_desk(
    inside: Inside, next_city: tuple[Neighbour, str]
) -> None:
    twin, url = next_city
    twin.works = False
    destination, case = await handed_over(inside, url)
    was = await status_of(inside, case)
    await apply_told(inside, destination, [told("u1", "closed", 1, inside)])  # type: ignore[arg-type]
    assert await status_of(inside, case) is was
    last = (await history_of(inside, case))[-1]
    assert (last.verb, last.note) == ("note", "Bên đó đã đóng vụ việc.")


async def test_what_is_of_other_requests_of_theirs_is_none_of_ours(
    inside: Inside, next_city: tuple[Neighbour, str]
) -> None:
    destination, case = await handed_over(inside, next_city[1])
    before = len(await history_of(inside, case))
    strange = msgspec.structs.replace(told("u1", "fixed", 1, inside), service_request_id="QT-9")
    assert await apply_told(inside, destination, [strange]) == 0  # type: ignore[arg-type]
    assert len(await history_of(inside, case)) == before
    assert destination.code == CODE
