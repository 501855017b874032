"""The sample city's reports: some weeks of them, with everything that became of each."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from city import calendar, cases, settings
from city.kernel import THE_CITY, Database, run_due_jobs
from city.reports import store
from city.reports.points.actions import add_all
from city.reports.points.tables import faults_in, read_table
from city.reports.seed.cast import gather_cast
from city.reports.seed.content import read_content
from city.reports.seed.plan import Planner
from city.reports.seed.telling import Teller, drawn


async def seed_sample(database: Database, folder: Path) -> None:
    """Sow six weeks of sample reports, counted back from now, unless there are some already.

    All of it is done by the actions that real people use, at the moments they would have been
    done; only the news of it stays in the inbox and goes out to nobody.
    """
    file = folder / "reports.toml"
    async with database.work(THE_CITY, reading=True) as work:
        if not file.is_file() or await store.has_samples(work):
            return
        cast = await gather_cast(work)
        categories = await cases.known_categories(work)
        now = work.now.replace(second=0, microsecond=0)
    if cast is None:
        return
    content = read_content(file)
    profile = settings.current().profile
    languages = [reporter.language for reporter in cast.reporters]
    stories = Planner(content, categories, languages, calendar.current(), now).plan()
    async with drawn(folder / "scenes") as photos, _hurried(database) as hurried:
        teller = Teller(hurried, content, cast, categories, photos, profile.zone)
        await teller.tell(stories, now)
        # What is left has nothing new to tell anybody; whoever else listens gets to hear it all.
        await asyncio.gather(*(run_due_jobs(hurried) for _ in range(3)))
    async with database.work(THE_CITY) as work:
        await store.fold_pin_changes(work)
        await store.refresh_statistics(work)
    await _list_points(database, folder / "points.csv")


async def _list_points(database: Database, file: Path) -> None:
    """List the things in the street that bear a sign."""
    text = await asyncio.to_thread(_text_of, file)
    if not text:
        return
    async with database.work(THE_CITY) as work:
        lines = await read_table(work, text)
        if faults_in(lines):
            raise ValueError(f"{file.name}: {[line.faults for line in lines if line.faults]}")
        await add_all(work, [line.point for line in lines if line.point])


def _text_of(file: Path) -> str:
    return file.read_text() if file.is_file() else ""


@asynccontextmanager
async def _hurried(database: Database) -> AsyncIterator[Database]:
    """Give the same database, not waiting for the disk at every step: this can be sown anew."""
    joint = "&" if "?" in database.url else "?"
    hurried = Database(f"{database.url}{joint}synchronous_commit=off", clock=database.clock)
    await hurried.open()
    try:
        yield hurried
    finally:
        await hurried.close()
