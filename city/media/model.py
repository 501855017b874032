"""The words of media."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec


class Size(StrEnum):
    """How a file is looked at."""

    THUMB = "thumb"
    LARGE = "large"
    FILM = "film"
    OPEN = "open"


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A photo, or a film with its poster, as it is kept.

    Pixels are those of the large picture. Position and time are what the camera noted (its clock
    has no zone): for the sender and the desk, never for the public.
    """

    id: UUID
    kind: str
    keeper_id: UUID | None
    large: str
    thumb: str
    film: str | None
    width: int
    height: int
    seconds: float
    latitude: float | None
    longitude: float | None
    taken_at: datetime | None
    kept_at: datetime


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What the one who sent a file is told."""

    id: UUID
    kind: str
    thumbnail_url: str
    latitude: float | None
    longitude: float | None
    taken_at: datetime | None


def thumb_url(file_id: UUID) -> str:
    """Return the address of the small picture, 400 pixels at most."""
    return f"/files/{file_id}/thumb"


def large_url(file_id: UUID) -> str:
    """Return the address of the large picture, 1,600 pixels at most."""
    return f"/files/{file_id}/large"


def open_url(file_id: UUID) -> str:
    """Return the address to open a file by: a film plays, a photo is shown large."""
    return f"/files/{file_id}/open"
