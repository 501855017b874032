"""Handing cases over to other cities that speak Open311, and hearing what became of them.

A destination is another city's server. A case of a chosen category and ward is sent there once;
what could not be sent is laid aside for a person. Their updates come into the case's history, and
what they call done waits for our desk. See docs/reference/federation.md.
"""

from typing import Any

from city.integration.federation import following as _following  # noqa: F401  (registers itself)
from city.integration.federation import pages
from city.integration.federation.network import Twins
from city.integration.federation.sealing import open_key
from city.integration.federation.seeding import seed_sample
from city.integration.federation.sending import Office
from city.integration.federation.twin import Neighbour
from city.kernel import Database
from city.settings import Settings
from city.web import Loopback

__all__ = ["close_room", "open_room", "routes", "seed_sample"]

routes: list[Any] = pages.routes

_twins: list[Loopback] = []


async def open_room(settings: Settings, database: Database) -> None:
    """Open the key and the way to other cities; in a sample city also the simulated one."""
    open_key(settings.data)
    Office.database = database
    if settings.sample:
        listening = Loopback(pages.neighbour.answer)
        await listening.open()
        _twins.append(listening)
        Twins.addresses[Neighbour.name] = listening.address


async def close_room() -> None:
    """Close every way, and the simulated city."""
    Office.database = None
    Twins.addresses.clear()
    while _twins:
        await _twins.pop().close()
