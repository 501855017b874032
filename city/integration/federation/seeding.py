"""The neighbouring city of the sample, which does not exist."""

import tomllib
from pathlib import Path

import msgspec

from city.integration.federation.model import Destination
from city.integration.federation.store import destinations
from city.kernel import THE_CITY, Database


async def seed_sample(database: Database, folder: Path) -> None:
    """Make the sample's other cities known. Twice is once."""
    file = folder / "federation.toml"
    if not file.exists():
        return
    found = tomllib.loads(file.read_text()).get("destination", [])
    async with database.work(THE_CITY) as work:
        for one in found:
            await destinations.add_destination(work, msgspec.convert(one, Destination), None)
