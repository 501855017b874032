"""What can be done with media."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO
from uuid import UUID

from city import identity
from city.kernel import (
    Database,
    Invalid,
    Problem,
    Says,
    TooMany,
    Unavailable,
    Work,
    job,
    new_id,
    say,
)
from city.media import store
from city.media.darkroom import Darkroom
from city.media.files import Files
from city.media.model import File
from city.media.wire import Unreadable
from city.settings import Settings

UNCLAIMED = timedelta(hours=24)
MOST_AN_HOUR = 60


class Unusable(Problem):
    """The file cannot be made into a picture; the sentence says why."""

    status = 422
    title = "This file cannot be used"


class Rooms:
    """The darkroom and the file store of this process, opened once."""

    darkroom: Darkroom
    files: Files


async def open_room(settings: Settings, database: Database) -> None:
    """Find the file store and prepare the darkroom; its workers start when they are needed."""
    Rooms.darkroom = Darkroom()
    if settings.files_url:
        Rooms.files = Files(settings.files_url)
        return
    folder = settings.data / "files"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    Rooms.files = Files(folder.as_uri())


async def close_room() -> None:
    """End the darkroom's workers."""
    await Rooms.darkroom.close()


async def keep_upload(
    work: Work, upload: bytes | Path | IO[bytes], filename: str | None = None
) -> File:
    """Make an upload safe and keep it, not in use yet, for the actor.

    What it is follows from its content; `filename` is only what its sender called it. Raises
    Unusable with a sentence, TooMany after 60 in an hour, or Unavailable where files cannot be
    kept just now.
    """
    for_themselves = work.actor.helper_id is None and work.actor.program_id is None
    work.actor.require("me" if for_themselves else "media.send")
    if await store.count_kept(work, work.actor.id, work.now - timedelta(hours=1)) >= MOST_AN_HOUR:
        raise TooMany("You have sent many files just now. Please wait a while.", seconds=600)
    try:
        developed = await Rooms.darkroom.develop(upload)
        put = Rooms.files.put
        large, thumb = await asyncio.gather(
            put(developed.large.data, ".jpg"), put(developed.thumbnail.data, ".jpg")
        )
        film = None
        if developed.film is not None:
            with developed.film.file as rewritten:
                film = await put(rewritten, ".mp4")
    except Unreadable as error:
        raise _unusable(error) from error
    except OSError as error:
        raise Unavailable("Photos cannot be kept just now. Please try again.") from error
    file = File(
        id=new_id(),
        kind="film" if developed.film else "photo",
        keeper_id=work.actor.id,
        large=large,
        thumb=thumb,
        film=film,
        width=developed.large.width,
        height=developed.large.height,
        seconds=developed.film.seconds if developed.film else 0.0,
        latitude=developed.seen.latitude,
        longitude=developed.seen.longitude,
        taken_at=_clock_time(developed.seen.taken_at),
        kept_at=work.now,
    )
    await store.add_file(work, file)
    return file


async def claim_files(work: Work, ids: list[UUID]) -> list[File]:
    """Take files the actor has sent into use, and return them in this order.

    Claiming again is harmless. Raises Invalid if one is unknown, gone, or somebody else's.
    """
    if not ids:
        return []
    found = {file.id: file for file in await store.set_claimed(work, ids, work.actor.id)}
    if len(found) < len(set(ids)):
        raise Invalid({"photos": say("One of the photos is no longer here. Please add it again.")})
    return [found[id] for id in dict.fromkeys(ids)]


async def stream_file(work: Work, id: UUID) -> tuple[str, AsyncIterator[bytes]] | None:
    """Return a file's name and its pieces, as it is shown at its largest; None if it is gone."""
    file = await store.find_file(work, id)
    if file is None:
        return None
    name = file.film or file.large
    return f"{id}.{name.rpartition('.')[2]}", Rooms.files.stream(name)


async def keep_bundle(bundle: IO[bytes]) -> str:
    """Keep a ZIP that was made for one person; return its name. Nobody reaches it by address."""
    return await Rooms.files.put(bundle, ".zip")


async def size_bundle(name: str) -> int:
    """Return how many bytes a bundle has; raises FileNotFoundError if it is gone."""
    return await Rooms.files.size(name)


def stream_bundle(name: str) -> AsyncIterator[bytes]:
    """Yield a bundle in pieces."""
    return Rooms.files.stream(name)


async def remove_bundle(name: str) -> None:
    """Remove a bundle; one that has gone already is no error."""
    await Rooms.files.delete(name)


async def list_kept(work: Work, person_id: UUID) -> list[identity.Kept]:
    """Return the photos and films somebody has sent."""
    rows = await store.list_of_keeper(work, person_id)
    if not rows:
        return []
    ids = [UUID(row["id"]) for row in rows]
    return [identity.Kept(name="files", title=say("Photos and films"), rows=rows, files=ids)]


async def forget_person(work: Work, person_id: UUID) -> None:
    """Remove what somebody sent and nobody uses, and who sent the rest, where and when."""
    for name in await store.forget_keeper(work, person_id):
        await Rooms.files.delete(name)


@job(every=timedelta(hours=1))
async def sweep_unclaimed(work: Work) -> None:
    """Remove what was sent a day ago and never taken into use."""
    for name in await store.remove_unclaimed(work, work.now - UNCLAIMED):
        await Rooms.files.delete(name)


def _unusable(error: Unreadable) -> Unusable:
    problem = Unusable(error.reason, **error.values)
    problem.says = Says(error.reason, error.values)
    return problem


def _clock_time(taken_at: datetime | None) -> datetime | None:
    """Return what the camera's clock showed, which is all that most photos say."""
    return taken_at.replace(tzinfo=None) if taken_at else None
