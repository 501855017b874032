"""Push: telling a device something while the app is closed (Web Push).

    await push.push_to_person(work, person_id, words, link="/reports/7K3M-Q9TD")
    await push.broadcast(work, Notice(topic=Topic.WARNINGS, words=words), Audience(wards=["19753"]))

How it works and what is promised: docs/reference/push.md; why so: docs/decisions/0008-web-push.md.
"""

from city.kernel import Database
from city.messages.push import api, pages
from city.messages.push.actions import (
    broadcast,
    forget_person,
    list_kept,
    offers_categories,
    push_to_person,
)
from city.messages.push.delivering import Way
from city.messages.push.model import Audience, Notice, Offered, Severity, Topic, Wording
from city.messages.push.service import PublicNetwork, PushServices
from city.messages.push.store import list_devices
from city.messages.push.twin import Arrived, SimulatedPushService
from city.messages.push.vapid import open_vapid
from city.settings import Settings

__all__ = [
    "Audience",
    "Notice",
    "Offered",
    "Severity",
    "Topic",
    "Wording",
    "broadcast",
    "close_push",
    "forget_person",
    "list_devices",
    "list_kept",
    "offers_categories",
    "open_push",
    "push_to_person",
    "routes",
]

routes = [*pages.routes, *api.routes]

_twins: list[SimulatedPushService] = []


async def open_push(settings: Settings, database: Database, arrived: Arrived) -> None:
    """Open the way to push services; in a sample city also a simulated one."""
    twin: SimulatedPushService | None = None
    if settings.sample:
        twin = SimulatedPushService(database, arrived)
        await twin.open()
        _twins.append(twin)
    Way.vapid = open_vapid(settings)
    Way.services = PushServices(PublicNetwork(twin.port if twin else None))


async def close_push() -> None:
    """Close every way."""
    await Way.services.close()
    while _twins:
        await _twins.pop().close()
