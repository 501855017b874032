"""Photos come out upright, clean and small, whatever they came as."""

import io
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from city.media.darkroom import Darkroom
from city.media.exif import read_exif, read_film_notes
from city.media.tests import samples
from city.media.wire import Kind, Picture, Seen, kind_of

HUE = timezone(timedelta(hours=7))


@pytest.fixture
async def darkroom() -> AsyncIterator[Darkroom]:
    async with Darkroom(workers=1) as room:
        yield room


def seen_colours(picture: Picture) -> list[tuple[int, int, int]]:
    """The colours in the four corners, as `samples.corners` has them."""
    image = Image.open(io.BytesIO(picture.data)).convert("RGB")
    x, y = image.width // 4, image.height // 4
    found = [image.getpixel(at) for at in ((x, y), (3 * x, y), (x, 3 * y), (3 * x, 3 * y))]
    wanted = (samples.RED, samples.GREEN, samples.BLUE, samples.WHITE)
    return [
        min(wanted, key=lambda w: sum(abs(a - b) for a, b in zip(w, f, strict=True)))  # type: ignore[arg-type]
        for f in found
    ]


def markers(data: bytes) -> set[int]:
    """The kinds of segment before the pixels of a JPEG."""
    found, at = set(), 2
    while data[at + 1] != 0xDA:
        found.add(data[at + 1])
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return found


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_a_photo_is_upright_however_the_camera_was_held(
    darkroom: Darkroom, orientation: int
) -> None:
    developed = await darkroom.develop(samples.held(orientation))
    assert (developed.large.width, developed.large.height) == (480, 320)
    assert seen_colours(developed.large) == [
        samples.RED,
        samples.GREEN,
        samples.BLUE,
        samples.WHITE,
    ]
    assert seen_colours(developed.thumbnail) == seen_colours(developed.large)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
async def test_place_and_time_are_read_and_nothing_of_them_is_left(
    darkroom: Darkroom, form: str
) -> None:
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo = samples.saved(
        samples.corners(), form, exif=samples.noted().tobytes(), icc_profile=icc, quality=90
    )
    assert b"SECRETMAKER" in photo
    developed = await darkroom.develop(photo)
    assert developed.kind == {"HEIF": "heic"}.get(form, form.lower())
    assert developed.seen.latitude == pytest.approx(16.4637, abs=1e-4)
    assert developed.seen.longitude == pytest.approx(107.5909, abs=1e-4)
    assert developed.seen.taken_at == datetime(2025, 3, 1, 9, 30, 15, tzinfo=HUE)
    for picture in (developed.large, developed.thumbnail):
        assert b"SECRET" not in picture.data
        assert b"Exif" not in picture.data
        # JFIF, tables and the frame; no APP1 to APP15, no comment.
        assert markers(picture.data) <= {0xE0, 0xDB, 0xC0, 0xC4, 0xDD}
    assert seen_colours(developed.large)[0] == samples.RED


async def test_comments_and_notes_for_machines_are_left_out(darkroom: Darkroom) -> None:
    photo = samples.saved(samples.corners(), "JPEG", comment=b"SECRETCOMMENT", xmp=b"<x>SECRET</x>")
    assert b"SECRET" not in (await darkroom.develop(photo)).large.data


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1", "I;16"])
async def test_every_colour_model_becomes_srgb(darkroom: Darkroom, mode: str) -> None:
    image = Image.new("I;16", (480, 320), 60_000) if mode == "I;16" else samples.corners()
    data = samples.saved(
        image if mode == "I;16" else image.convert(mode), "JPEG" if mode == "CMYK" else "PNG"
    )
    developed = await darkroom.develop(data)
    found = Image.open(io.BytesIO(developed.large.data))
    assert (found.mode, found.size) == ("RGB", (480, 320))


async def test_what_is_transparent_is_white(darkroom: Darkroom) -> None:
    data = samples.saved(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "WEBP", lossless=True)
    developed = await darkroom.develop(data)
    image = Image.open(io.BytesIO(developed.large.data))
    assert image.getpixel((25, 25)) == (255, 255, 255)


async def test_of_a_moving_picture_the_first_is_taken(darkroom: Darkroom) -> None:
    frames = [Image.new("RGB", (64, 48), colour) for colour in (samples.RED, samples.BLUE)]
    for form in ("WEBP", "PNG"):
        data = samples.saved(frames[0], form, save_all=True, append_images=frames[1:])
        developed = await darkroom.develop(data)
        assert (developed.large.width, developed.large.height) == (64, 48)
        assert seen_colours(developed.large)[0] == samples.RED


@pytest.mark.parametrize(
    ("size", "large"),
    [
        ((3200, 100), (1600, 50)),
        ((100, 3200), (50, 1600)),
        ((1, 1), (1, 1)),
        ((2000, 1), (1600, 1)),
    ],
)
async def test_a_picture_keeps_its_shape_and_is_never_made_larger(
    darkroom: Darkroom, size: tuple[int, int], large: tuple[int, int]
) -> None:
    for form in ("JPEG", "PNG", "WEBP"):
        developed = await darkroom.develop(samples.saved(Image.new("RGB", size), form))
        assert (developed.large.width, developed.large.height) == large


@pytest.mark.parametrize(
    ("notes", "place"),
    [
        ({}, (16.4637, 107.5909)),
        ({"north": "S", "east": "W"}, (-16.4637, -107.5909)),
        ({"latitude": (0.0, 0.0, 0.0), "longitude": (0.0, 0.0, 0.0)}, None),
        ({"latitude": (91.0, 0.0, 0.0)}, None),
        ({"longitude": (181.0, 0.0, 0.0)}, None),
        ({"latitude": (16.0, 75.0, 0.0)}, None),
        ({"north": "?"}, None),
        ({"latitude": (16.0,)}, None),
    ],
)
def test_a_place_is_believed_only_if_it_can_be_one(
    notes: dict[str, object], place: tuple[float, float] | None
) -> None:
    seen = read_exif(samples.noted(**notes).tobytes())  # type: ignore[arg-type]
    if place is None:
        assert (seen.latitude, seen.longitude) == (None, None)
    else:
        assert (seen.latitude, seen.longitude) == pytest.approx(place, abs=1e-4)


@pytest.mark.parametrize(
    ("taken", "zone", "time"),
    [
        ("2025:03:01 09:30:15", "+07:00", datetime(2025, 3, 1, 9, 30, 15, tzinfo=HUE)),
        ("2025:03:01 09:30:15", None, datetime(2025, 3, 1, 9, 30, 15)),
        ("2025:03:01 09:30:15", "+99:00", datetime(2025, 3, 1, 9, 30, 15)),
        ("0000:00:00 00:00:00", None, None),
        ("1970:01:01 00:00:00", None, None),
        ("2025:13:41 25:61:61", None, None),
        ("yesterday", None, None),
    ],
)
def test_a_time_is_believed_only_if_it_can_be_one(
    taken: str, zone: str | None, time: datetime | None
) -> None:
    assert read_exif(samples.noted(taken=taken, zone=zone).tobytes()).taken_at == time


@given(st.binary(max_size=400))
def test_notes_of_any_bytes_are_read_without_failing(block: bytes) -> None:
    for head in (b"", b"Exif\0\0II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"):
        assert isinstance(read_exif(head + block), Seen)


@given(st.binary(max_size=20), st.integers(0, 400))
def test_notes_changed_at_any_place_are_read_without_failing(noise: bytes, at: int) -> None:
    block = samples.noted().tobytes()
    assert isinstance(read_exif(block[:at] + noise + block[at + len(noise) :]), Seen)


@pytest.mark.parametrize(
    ("notes", "seen"),
    [
        ({"location": "+16.4637+107.5909/"}, Seen(16.4637, 107.5909)),
        ({"com.apple.quicktime.location.ISO6709": "+16.4-107.5+012.3/"}, Seen(16.4, -107.5)),
        ({"location": "+00.0000+000.0000/"}, Seen()),
        ({"location": "here", "creation_time": "1904-01-01T00:00:00Z"}, Seen()),
        (
            {"com.apple.quicktime.creationdate": "2025-03-01T09:30:15+0700"},
            Seen(taken_at=datetime(2025, 3, 1, 9, 30, 15, tzinfo=HUE)),
        ),
    ],
)
def test_the_notes_of_a_film_are_read(notes: dict[str, str], seen: Seen) -> None:
    assert read_film_notes(notes) == seen


def test_a_file_is_known_by_its_content() -> None:
    picture = samples.corners(32, 32)
    for form, kind in (
        ("JPEG", Kind.JPEG),
        ("PNG", Kind.PNG),
        ("WEBP", Kind.WEBP),
        ("HEIF", Kind.HEIC),
        ("AVIF", Kind.AVIF),
        ("GIF", None),
        ("BMP", None),
    ):
        assert kind_of(samples.saved(picture, form)[:64]) is kind
