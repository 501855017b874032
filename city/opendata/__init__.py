"""What the city knows and gives away: data sets, their catalogue, charts, and feeds of what is new.

A data set is data: its columns, what they mean, and where its rows come from (`sets/`). The rest
follows from that: the files in every format, the pages, the API and the catalogue for machines.
"""

from pathlib import Path

from city.kernel import Work
from city.opendata import schemas, standards
from city.opendata.api import routes as _api
from city.opendata.charts import routes as _charts
from city.opendata.feeds import routes as _feeds
from city.opendata.pages import routes as _pages

routes = [*_pages, *_api, *_feeds, *_charts, *standards.routes]
"""What the city serves for this room."""

__all__ = ["load_profile", "routes"]


async def load_profile(work: Work, folder: Path) -> None:
    """Keep a version of the columns and the code lists that are not what they were."""
    await schemas.load_profile(work, folder)
    await standards.load_profile(work, folder)
