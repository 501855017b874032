"""The functions of the app as this process knows them, so that the first page asks nobody.

They are read when the room opens and again when they are older than half a minute.
"""

import time
from collections.abc import Iterable
from functools import cached_property

from city import partners
from city.kernel import THE_CITY, Database, Unavailable, Work
from city.services import store
from city.services.model import Audience, Facts, Group, Service, State
from city.settings import Settings

FRESH_SECONDS = 30.0
SETTLE_SECONDS = 2.0
"""How long after a change of its own a process reads anew, as that may not be committed yet."""


_PARTNERS = "business"
"""The group in which applications of partners stand, if the city has it."""


class Registry:
    """Groups and functions as they were at one moment."""

    def __init__(self, groups: Iterable[Group] = (), services: Iterable[Service] = ()) -> None:
        """Keep them in this order."""
        self.groups = list(groups)
        self.services = list(services)

    @cached_property
    def by_code(self) -> dict[str, Service]:
        """Every function, hidden ones too, by its code."""
        return {service.code: service for service in self.services}

    @cached_property
    def shown(self) -> list[Service]:
        """The functions that are not hidden."""
        return [service for service in self.services if not service.facts.hidden]

    @property
    def working(self) -> list[Service]:
        """What ought to answer, hidden or not."""
        return [one for one in self.services if one.facts.state is State.WORKING]

    def for_audience(self, audience: Audience | None, *, staff: bool) -> list[Service]:
        """Return what is shown to this audience; tools of staff only where `staff` is true."""
        return [
            one
            for one in self.shown
            if (audience is None or audience in one.facts.audience) and (staff or not one.for_staff)
        ]


class _Memory:
    registry = Registry()
    read_at = changed_at = float("-inf")


async def refresh(work: Work, *, anew: bool = False) -> Registry:
    """Return the functions, read again if they are old; three statements at most.

    Among them are the published applications of partners, which register themselves.

    When the database cannot be reached, what is known has to do.
    """
    now = time.monotonic()
    old = now - _Memory.read_at > FRESH_SECONDS
    if anew or old or now - _Memory.changed_at < SETTLE_SECONDS:
        try:
            groups = await store.list_groups(work)
            services = await store.list_services(work)
            applications = await partners.list_published(work)
        except Unavailable:
            if anew or not _Memory.registry.services:
                raise
            return _Memory.registry
        listed = [offered_by(one, groups) for one in applications] if groups else []
        _Memory.registry, _Memory.read_at = Registry(groups, [*services, *listed]), now
    return _Memory.registry


def offered_by(application: partners.Application, groups: list[Group]) -> Service:
    """Return a partner's application as a function of the app; nobody edits it here."""
    codes = [group.code for group in groups]
    run_by = {language: application.run_by for language in application.name}
    return Service(
        code=f"app-{application.code}",
        version=0,
        facts=Facts(
            group=_PARTNERS if _PARTNERS in codes else codes[-1],
            icon="layout-grid",
            name=application.name,
            about=application.summary,
            state=State.PARTNER,
            partner=run_by,
            link=f"/apps/{application.code}",
        ),
        edited=[],
        ok=None,
        since=None,
        looked_at=None,
        last_ok_at=None,
        last_failed_at=None,
    )


def expect_change() -> None:
    """Have what is known read again soon, as this process has changed it."""
    _Memory.changed_at = time.monotonic()


async def open_room(settings: Settings, database: Database) -> None:
    """Forget what was known of another database and read this one's functions."""
    await close_room()
    try:
        async with database.work(THE_CITY, reading=True) as work:
            await refresh(work)
    except Unavailable:
        pass  # Read when first asked for.


async def close_room() -> None:
    """Forget what is known."""
    _Memory.registry, _Memory.read_at = Registry(), float("-inf")
    _Memory.changed_at = float("-inf")
