"""What this process keeps for partners while it is open."""

import asyncio
import contextlib

from city.kernel import Database
from city.partners.keys import Keys
from city.partners.pace import Pace
from city.partners.programs import close_door, open_door
from city.partners.sample_app import SampleServer
from city.partners.seed import place_sample
from city.settings import Settings


class Office:
    """The keys of the city, how often is too often, and the sample application's server."""

    keys: Keys
    sample: SampleServer | None = None
    tokens = Pace(120)
    failures = Pace(20)
    asking = Pace(60)


async def open_room(settings: Settings, database: Database) -> None:
    """Find the keys or make them, and on this machine run the sample application."""
    Office.keys = await asyncio.to_thread(Keys, settings)
    Office.tokens, Office.failures, Office.asking = Pace(120), Pace(20), Pace(60)
    open_door(database)
    Office.sample = None
    if settings.sample and not settings.base_url:
        Office.sample = await SampleServer.start(settings)
        await place_sample(settings, database)


async def close_room() -> None:
    """Stop what runs, and write down what was counted last."""
    await close_door()
    if Office.sample is not None:
        with contextlib.suppress(Exception):
            await Office.sample.stop()
        Office.sample = None


def keys() -> Keys:
    """Return the keys of this city."""
    return Office.keys
