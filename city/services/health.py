"""Is what should work really working? Every function that works is asked now and then.

Asked is the city itself, over HTTP, as somebody who is not signed in would. A page that wants a
sign-in answers by leading there; that counts, for nothing of it is broken. Where the city cannot
be reached from this process at all, nothing is written down: the last look only grows older.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import timedelta

import httpx2

from city.kernel import Work, job
from city.services import known, store
from city.services.model import Look, Service
from city.settings import current

log = logging.getLogger("city.services")

EVERY = timedelta(minutes=5)
STALE = 3 * EVERY
"""A look that is older than this says nothing about now."""
_AT_ONCE = 4
_SECONDS = 3.0
_AGAIN_AFTER_SECONDS = 0.5


def _over_http() -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=f"http://127.0.0.1:{current().port}", timeout=_SECONDS)


class Asking:
    """How the city is asked; tests put its application in here."""

    def __init__(self, browser: Callable[[], httpx2.AsyncClient]) -> None:
        """Ask through what this makes."""
        self.browser = browser


asking = Asking(_over_http)


@job(every=EVERY)
async def look_after_services(work: Work) -> None:
    """Ask every function that should work, and write down how each was found."""
    registry = await known.refresh(work, anew=True)
    async with asking.browser() as browser:
        if not await _is_up(browser):
            log.info("the city could not be asked how its services are")
            return
        looks = await _look_at(browser, registry.working)
    await store.set_looks(work, looks)
    known.expect_change()


async def _is_up(browser: httpx2.AsyncClient) -> bool:
    """Return whether the city answers; it may be just opening its doors."""
    for _ in range(6):
        if (await _status(browser, "/health")) == 200:
            return True
        await asyncio.sleep(_AGAIN_AFTER_SECONDS)
    return False


async def _look_at(browser: httpx2.AsyncClient, services: Iterable[Service]) -> list[Look]:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def look(service: Service) -> Look:
        async with gate:
            status = await _status(browser, service.facts.link)
            if not _is_good(status):  # Once may be an accident.
                await asyncio.sleep(_AGAIN_AFTER_SECONDS)
                status = await _status(browser, service.facts.link)
            return Look(code=service.code, ok=_is_good(status), status=status)

    return list(await asyncio.gather(*(look(service) for service in services)))


async def _status(browser: httpx2.AsyncClient, path: str) -> int:
    try:
        return (await browser.get(path)).status_code
    except httpx2.HTTPError:
        return 0


def _is_good(status: int) -> bool:
    return 200 <= status < 400 or status in (401, 403, 429)
