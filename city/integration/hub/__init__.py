"""The hub: other systems of the government and of the city's companies, joined under contracts.

    await hub.receive(database, actor, "hotline", "case", "application/json", body, "T-17")

Who may send or get which fields, why, how often and how long they are kept, a contract says that
one person drafts and another approves. Every exchange stands in a log whose hashes chain it and
whose end the city signs. What other systems call things becomes what we call them by rules that
are data. Connectors speak HTTP; where there is nobody to speak with, a simulated twin answers.

See docs/reference/hub.md.
"""

from city.integration.hub import api, pages
from city.integration.hub.connectors import close_way, open_way
from city.integration.hub.inbound import receive
from city.integration.hub.journal import verify_log
from city.integration.hub.keeping import forget_person, list_holds, list_kept
from city.integration.hub.profile import load_profile, seed_sample
from city.integration.hub.sealing import open_key
from city.integration.hub.twins import Province, WaterCompany
from city.kernel import Database
from city.settings import Settings
from city.web import Loopback

__all__ = [
    "close_room",
    "forget_person",
    "list_holds",
    "list_kept",
    "load_profile",
    "open_room",
    "receive",
    "routes",
    "seed_sample",
    "verify_log",
]

routes = [*api.routes, *pages.routes]

_twins: dict[WaterCompany | Province, Loopback] = {}


async def open_room(settings: Settings, database: Database) -> None:
    """Open the keys and the way to other systems; in a sample city also the simulated ones."""
    open_key(settings.data)
    addresses: dict[str, str] = {}
    for twin in (WaterCompany(), Province()) if settings.sample else ():
        listening = Loopback(twin.answer)
        await listening.open()
        _twins[twin] = listening
        addresses[twin.name] = listening.address
    open_way(addresses)


async def close_room() -> None:
    """Close every way, and the simulated systems."""
    await close_way()
    while _twins:
        await _twins.popitem()[1].close()
