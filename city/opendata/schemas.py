"""The columns of data sets through time: a version whenever programs could notice."""

from pathlib import Path

from city.kernel import Work
from city.opendata import store
from city.opendata.model import SchemaVersion
from city.opendata.sets import DATA_SETS


async def load_profile(work: Work, folder: Path) -> None:
    """Keep a version of every data set whose columns are not what they were."""
    latest = {version.code: version for version in await store.list_versions(work)}
    for dataset in DATA_SETS.values():
        before = latest.get(dataset.code)
        if before is None or before.columns != dataset.schema:
            number = before.version + 1 if before else 1
            await store.add_version(
                work,
                SchemaVersion(
                    code=dataset.code, version=number, since=work.now, columns=dataset.schema
                ),
            )
