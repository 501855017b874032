"""The open door for programs: Open311, webhooks, and the hub that other systems are joined by.

What programs may do, they do by the standards that cities already use; who they are, and what
they may do, is in `city.partners.programs`.
"""

from pathlib import Path

from city.integration import federation as _federation
from city.integration import hub as _hub
from city.integration import open311 as _open311
from city.integration import webhooks as _webhooks
from city.integration.hub import load_profile
from city.integration.keeping import forget_person, list_holds, list_kept
from city.kernel import Database
from city.settings import Settings

routes = [*_open311.routes, *_webhooks.routes, *_hub.routes, *_federation.routes]
"""What the city serves for this room."""

problem_answers = _open311.problem_answers
"""In which form refusals are given beneath which addresses."""

__all__ = [
    "close_room",
    "forget_person",
    "list_holds",
    "list_kept",
    "load_profile",
    "open_room",
    "problem_answers",
    "routes",
    "seed_sample",
]

_OPENED = (_hub, _webhooks, _federation)
"""Every package that prepares something in this process."""


async def seed_sample(database: Database, folder: Path) -> None:
    """Make what the sample city has with other systems. Twice is once."""
    await _hub.seed_sample(database, folder)
    await _federation.seed_sample(database, folder)


async def open_room(settings: Settings, database: Database) -> None:
    """Open the ways to other systems."""
    for package in _OPENED:
        await package.open_room(settings, database)


async def close_room() -> None:
    """Close them."""
    for package in _OPENED:
        await package.close_room()
