"""What tests of handing over work with: a neighbouring city that listens, and a case for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import msgspec

from city import cases, identity, reports
from city.integration.federation.model import Destination, Moment, Sending, State
from city.integration.federation.sealing import seal
from city.integration.federation.sending import plan_sendings, send_next
from city.integration.federation.store import destinations, sendings
from city.integration.federation.twin import Neighbour
from city.kernel import THE_CITY
from city.web import Loopback
from tests.harness import EVERYBODY, Inside

CODE = "next-city"
FIXED = "Đã thay bóng đèn và kiểm tra lại vào buổi tối, đèn sáng bình thường trở lại. " * 2


@asynccontextmanager
async def neighbour_of(inside: Inside) -> AsyncIterator[tuple[Neighbour, str]]:
    """A neighbouring city by the clock of the test, and where it listens."""
    twin = Neighbour(lambda: inside.now)
    listening = Loopback(twin.answer)
    await listening.open()
    try:
        yield twin, listening.address
    finally:
        await listening.close()


async def know(inside: Inside, url: str, **changes: Any) -> Destination:
    """Return a destination in service for street lights everywhere."""
    fields: dict[str, Any] = {
        "code": CODE,
        "name": "Thành phố bên",
        "url": url,
        "state": State.LIVE,
        "moment": Moment.ROUTE,
        "categories": {"street-light": "den"},
        "attributes": {"so-den": "lamps-out", "nguon": "= Huế"},
    }
    destination = Destination(**(fields | changes))
    async with inside.work(EVERYBODY) as work:
        await destinations.add_destination(work, destination, seal("their-key", destination.code))
    return destination


async def report(inside: Inside, **changes: Any) -> cases.Case:
    """Return the case of a lamp that somebody reported."""
    fields: dict[str, Any] = {
        "category": "street-light",
        "description": "Đèn đường trước số 12 tắt ba đêm nay",
        "latitude": 16.4685,
        "longitude": 107.5890,
        "attributes": {"lamps-out": ["2"]},
    }
    async with inside.work(msgspec.structs.replace(EVERYBODY, id=None)) as work:
        found = await reports.submit_report(work, reports.NewReport(**(fields | changes)))
        return await cases.get_case(work, found.case_id)


async def route(inside: Inside, case: cases.Case) -> None:
    """Let the desk take a case on and give it to a unit, and what comes of that be planned."""
    async with inside.work(EVERYBODY) as work:
        unit = (await identity.list_units(work))[0]
        await cases.accept_case(work, case.id)
        now = await cases.get_case(work, case.id)
        if now.unit_id is None:
            await cases.route_case(work, case.id, unit.id)
    moved = {"case_id": case.id, "was": cases.Status.NEW, "now": cases.Status.ROUTED}
    async with inside.work(THE_CITY) as work:
        await plan_sendings(work, cases.CaseMoved(verb="accept", **moved))
        await plan_sendings(work, cases.CaseMoved(verb="route", **moved))


async def send_all(inside: Inside) -> None:
    """Send what is due now."""
    while await send_next(inside):  # type: ignore[arg-type]
        pass


def later(inside: Inside, **time: float) -> None:
    """Let time go by."""
    inside.now += timedelta(**time)


async def sending_of(inside: Inside, case: cases.Case) -> Sending:
    """Return the only sending of a case."""
    async with inside.work(EVERYBODY) as work:
        (found,) = await sendings.list_of_ref(work, case.ref)
        return found


async def history_of(inside: Inside, case: cases.Case) -> list[cases.Entry]:
    """Return what has happened to a case."""
    async with inside.work(EVERYBODY) as work:
        assert await cases.verify_history(work, case.id)
        return await cases.list_history(work, case.id)
