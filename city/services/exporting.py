"""The functions of the app as everybody may know them, for files."""

from city.kernel import Work
from city.services import known
from city.services.model import Service


async def list_public(work: Work) -> list[Service]:
    """Return the functions that are shown and are no tools of staff, with how they stand."""
    return (await known.refresh(work)).for_audience(None, staff=False)
