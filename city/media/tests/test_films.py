"""Films come out as clean MP4s that every browser plays, with a poster."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from city.media.darkroom import Darkroom, Developed
from city.media.tests import samples
from city.media.wire import FILM_TOO_LONG, NOT_KNOWN, TOO_SLOW, Unreadable

NOTES = {
    "location": "+16.4637+107.5909/",
    "creation_time": "2025-03-01T02:30:15Z",
    "comment": "SECRETCOMMENT",
    "artist": "SECRETARTIST",
}


@pytest.fixture
async def darkroom() -> AsyncIterator[Darkroom]:
    async with Darkroom(workers=2) as room:
        yield room


def played(developed: Developed) -> dict[str, Any]:
    """What a player finds in the film."""
    assert developed.film
    developed.film.file.seek(0)
    with av.open(developed.film.file) as film:
        frames = list(film.decode(film.streams.video[0]))
        return {
            "codecs": [stream.codec_context.name for stream in film.streams],
            "notes": set(film.metadata) - {"major_brand", "minor_version", "compatible_brands"},
            "chapters": film.chapters(),
            "frames": len(frames),
            "size": (frames[0].width, frames[0].height),
            "rotation": frames[0].rotation,
        }


def content(developed: Developed) -> bytes:
    assert developed.film
    developed.film.file.seek(0)
    return developed.film.file.read()


@pytest.mark.parametrize("ending", ["mp4", "mov"])
async def test_a_phones_film_is_copied_without_what_the_phone_noted(
    darkroom: Darkroom, tmp_path: Path, ending: str
) -> None:
    data = samples.film(str(tmp_path / f"film.{ending}"), notes=NOTES)
    assert b"SECRET" in data and b"x264 - core" in data
    developed = await darkroom.develop(data)
    assert developed.kind == "mp4"
    assert (developed.seen.latitude, developed.seen.longitude) == (16.4637, 107.5909)
    assert developed.seen.taken_at and developed.seen.taken_at.isoformat().startswith("2025-03-01")
    assert developed.film and developed.film.seconds == pytest.approx(2, abs=0.1)
    clean = content(developed)
    for left in (b"SECRET", b"16.46", b"x264 - core", b"Lavf", b"\xa9xyz", b"chpl", b"mebx"):
        assert left not in clean, left
    assert b"\0\0\0\x08ilst" in clean  # the list of notes, empty
    assert clean.index(b"moov") < clean.index(b"mdat")
    found = played(developed)
    assert found["codecs"] == ["h264", "aac"]
    assert (found["frames"], found["notes"], found["chapters"]) == (30, set(), [])


@pytest.mark.parametrize(
    ("pictures", "sound", "ending"),
    [
        ("libvpx", "libopus", "webm"),
        ("libvpx-vp9", "libopus", "webm"),
        ("libx265", "aac", "mp4"),
        ("libx264", None, "mp4"),
        ("libx264", "libmp3lame", "mp4"),
    ],
)
async def test_other_films_become_what_every_browser_plays(
    darkroom: Darkroom, tmp_path: Path, pictures: str, sound: str | None, ending: str
) -> None:
    data = samples.film(str(tmp_path / f"film.{ending}"), pictures, sound, notes=NOTES)
    developed = await darkroom.develop(data)
    found = played(developed)
    assert found["codecs"] == (["h264", "aac"] if sound else ["h264"])
    assert found["size"] == (320, 240)
    assert b"SECRET" not in content(developed)


@pytest.mark.parametrize("pictures", ["libx264", "libx265"])
async def test_a_film_held_upright_is_shown_upright(
    darkroom: Darkroom, tmp_path: Path, pictures: str
) -> None:
    data = samples.turned(samples.film(str(tmp_path / "film.mp4"), pictures))
    developed = await darkroom.develop(data)
    assert (developed.large.width, developed.large.height) == (240, 320)
    poster = Image.open(io.BytesIO(developed.large.data))
    # What was on the left is on top after a quarter turn clockwise.
    top, bottom = poster.getpixel((120, 40)), poster.getpixel((120, 280))
    assert isinstance(top, tuple) and isinstance(bottom, tuple)
    assert top[0] > 150 and bottom[2] > 150
    found = played(developed)
    if pictures == "libx264":
        assert (found["size"], found["rotation"]) == ((320, 240), -90)
    else:
        assert (found["size"], found["rotation"]) == ((240, 320), 0)


async def test_a_film_longer_than_a_minute_is_refused(darkroom: Darkroom, tmp_path: Path) -> None:
    data = samples.film(str(tmp_path / "film.mp4"), sound=None, seconds=63, rate=4)
    with pytest.raises(Unreadable) as refusal:
        await darkroom.develop(data)
    assert (refusal.value.reason, refusal.value.values) == (FILM_TOO_LONG, {"seconds": 60})


async def test_a_film_that_hides_its_length_is_found_out(
    darkroom: Darkroom, tmp_path: Path
) -> None:
    data = samples.film(str(tmp_path / "film.webm"), "libvpx", None, seconds=70, rate=2)
    at = data.index(b"\x44\x89\x88")  # the length, an eight-byte float
    with pytest.raises(Unreadable) as refusal:
        await darkroom.develop(data[: at + 3] + bytes(8) + data[at + 11 :])
    assert refusal.value.reason == FILM_TOO_LONG


async def test_a_film_coded_in_a_rare_way_is_refused(darkroom: Darkroom, tmp_path: Path) -> None:
    data = samples.film(str(tmp_path / "film.mp4"), "mpeg4", None)
    with pytest.raises(Unreadable) as refusal:
        await darkroom.develop(data)
    assert refusal.value.reason == NOT_KNOWN


async def test_a_film_that_costs_too_much_is_refused_and_photos_do_not_wait_for_it(
    tmp_path: Path,
) -> None:
    data = samples.film(str(tmp_path / "film.webm"), "libvpx-vp9", None, seconds=20, rate=30)
    async with Darkroom(workers=2, film_seconds=0.2) as darkroom:
        with pytest.raises(Unreadable) as refusal:
            await darkroom.develop(data)
        assert refusal.value.reason == TOO_SLOW
        photo = samples.saved(samples.corners(), "JPEG")
        assert (await darkroom.develop(photo)).film is None
