"""What is done about code lists: a version is published whenever one is not what it was."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from city import places
from city.kernel import Work, job
from city.opendata.standards import store
from city.opendata.standards.lists import LISTS, gather
from city.opendata.standards.model import Change, ListVersion, change_between, digest_of
from city.places import OldUnit, Ward


async def load_profile(work: Work, folder: Path) -> None:
    """Publish what the city's profile in this folder has changed."""
    given = await asyncio.to_thread(places.read_wards, folder)
    await publish_lists(work, given.wards, given.old_units)


@job(every=timedelta(hours=1))
async def publish_changes(work: Work) -> None:
    """Publish what the desk has changed."""
    await publish_lists(work, places.list_wards(), places.list_old_units())


async def publish_lists(
    work: Work, wards: Iterable[Ward], old_units: Iterable[OldUnit]
) -> list[ListVersion]:
    """Keep a new version of every list that is not what it was, and return those.

    While nothing has changed this costs one statement besides reading what there is.
    """
    found = await gather(work, wards, old_units)
    before = {version.code: version for version in await store.list_digests(work)}
    published: list[ListVersion] = []
    for code in LISTS:
        items, known = found.get(code), before.get(code)
        if items is None or (known and known.digest == digest_of(items)):
            continue
        last = await store.find_version(work, code) if known else None
        version = ListVersion(
            code=code,
            number=last.number + 1 if last else 1,
            published_at=work.now,
            digest=digest_of(items),
            items=items,
            change=change_between(last.items, items) if last else Change(),
        )
        if await store.add_version(work, version):
            published.append(version)
    return published
