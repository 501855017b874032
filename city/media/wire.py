"""The words the darkroom shares with its workers, and the sentences it refuses with.

The worker processes import this file, so it needs nothing but msgspec: anything heavier would be
paid for once more in every worker.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.msgpack import Decoder

MEGA = 1_000_000
MAX_PHOTO_BYTES = 15 * MEGA
MAX_FILM_BYTES = 60 * MEGA
MAX_PIXELS = 60 * MEGA
MAX_FILM_SECONDS = 60
LARGE_PIXELS = 1600
"""The long side of the picture people look at."""
THUMBNAIL_PIXELS = 400
"""The long side of the picture in a list."""

# Each is a message id: the English sentence, with the Vietnamese one in locale/vi.po.
NOT_KNOWN = (
    "This is not a photo or a video we can read. Please send a JPEG, PNG, WebP or HEIC photo, "
    "or an MP4, MOV or WebM video."
)
BROKEN = "This file is damaged and cannot be opened. Please send it again or take a new one."
TOO_MANY_PIXELS = (
    "This photo has too many pixels. Please send one of at most {megapixels} megapixels."
)
PHOTO_TOO_LARGE = "This photo is too large. Please send one of at most {megabytes} MB."
FILM_TOO_LARGE = "This video is too large. Please send one of at most {megabytes} MB."
FILM_TOO_LONG = "This video is too long. Please send one of at most {seconds} seconds."
FILM_TOO_SHARP = (
    "This video has a picture too large for us. Please record it at {lines} lines or fewer."
)
TOO_SLOW = "This file took too long to open. Please send a smaller or shorter one."
REASONS = (
    NOT_KNOWN,
    BROKEN,
    TOO_MANY_PIXELS,
    PHOTO_TOO_LARGE,
    FILM_TOO_LARGE,
    FILM_TOO_LONG,
    FILM_TOO_SHARP,
    TOO_SLOW,
)


class Unreadable(Exception):
    """An upload that does not become a picture, with the sentence that tells its sender why.

    `reason` is one of `REASONS`, to be translated; `values` fills its placeholders.
    """

    def __init__(self, reason: str, **values: int) -> None:
        super().__init__(reason.format(**values))
        self.reason = reason
        self.values = values


class Kind(StrEnum):
    """What an upload is by its content, whatever its name says."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    HEIC = "heic"
    AVIF = "avif"
    MP4 = "mp4"
    WEBM = "webm"

    @property
    def is_film(self) -> bool:
        """True if it moves."""
        return self in {Kind.MP4, Kind.WEBM}


class Seen(Struct, frozen=True, omit_defaults=True):
    """What the camera noted: where (WGS84 degrees, both or neither) and when.

    A time without a zone stays naive: it is what the camera's clock showed.
    """

    latitude: float | None = None
    longitude: float | None = None
    taken_at: datetime | None = None


class Picture(Struct, frozen=True):
    """A safe JPEG: upright, sRGB, nothing in it but its pixels."""

    data: bytes
    width: int
    height: int


class Task(Struct, frozen=True):
    """One job for a worker; the files travel beside it as descriptors."""

    kind: Kind
    seconds: float


class Printed(Struct, frozen=True, tag=True):
    """A worker's good answer; `film_seconds` is 0 for a photo."""

    seen: Seen
    large: Picture
    thumbnail: Picture
    film_seconds: float = 0.0


class Refused(Struct, frozen=True, tag=True):
    """A worker's refusal; `detail` is for the log, never for a person."""

    reason: str
    values: dict[str, int] = {}
    detail: str = ""


TASKS = Decoder(Task)
ANSWERS: Decoder[Printed | Refused] = Decoder(Printed | Refused)

_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
_AVIF = {b"avif", b"avis"}
_STILL = {b"mif1", b"msf1", b"mif2", b"miaf"}
_FILM = {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"qt  ", b"M4V "}
_FILM |= {b"3gp4", b"3gp5", b"3gp6", b"3gp7", b"3g2a", b"MSNV", b"dash", b"mmp4", b"f4v "}
HEAD_BYTES = 64
"""How much of a file `kind_of` needs to see."""


def kind_of(head: bytes) -> Kind | None:
    """Tell what a file is from its first `HEAD_BYTES`, or None if it is nothing we take."""
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Kind.WEBP
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head:
        return Kind.WEBM
    if head[4:8] == b"ftyp":
        return _kind_of_brands(head)
    if head[4:8] in {b"moov", b"mdat", b"wide", b"skip"}:  # QuickTime from before `ftyp`
        return Kind.MP4
    return None


def _kind_of_brands(head: bytes) -> Kind | None:
    size = int.from_bytes(head[:4], "big")
    major = head[8:12]
    brands = {head[at : at + 4] for at in range(16, min(size, len(head)) - 3, 4)}
    # A still picture's first brand may be only "some picture"; then the others say which.
    names = {major} | brands if major in _STILL else {major}
    if names & _AVIF:
        return Kind.AVIF
    if names & _HEIC:
        return Kind.HEIC
    if major in _FILM or brands & _FILM:
        return Kind.MP4
    return None
