"""What cases takes from the city's profile, and what it begins to remember when it opens."""

from pathlib import Path

from city.cases import categories, routing
from city.cases.desk.live import close_desks
from city.cases.desk.wording import load_templates
from city.kernel import THE_CITY, Database, Work
from city.settings import Settings


async def load_profile(work: Work, folder: Path) -> None:
    """Bring the categories to what the profile says, and the rules that a new city begins with.

    Raises ValueError with the reason when a file is not as it should be.
    """
    await categories.load_profile(work, folder)
    await routing.load_profile(work, folder)
    await load_templates(work, folder)


async def open_room(settings: Settings, database: Database) -> None:
    """Forget what was remembered of another database, and know this one's categories by heart."""
    routing.forget()
    async with database.work(THE_CITY, reading=True) as work:
        await categories.read_again(work)


async def close_room() -> None:
    """Let every open desk go."""
    close_desks()
