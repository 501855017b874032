"""Pictures and films made for the tests: honest ones, and ones that mean harm."""

import io
import struct
import zlib
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pillow_heif
from PIL import Image

from city.media.wire import BROKEN, NOT_KNOWN, PHOTO_TOO_LARGE, TOO_MANY_PIXELS

pillow_heif.register_heif_opener()

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 180, 40), (30, 40, 220), (250, 250, 250)
_TURNS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def corners(width: int = 480, height: int = 320) -> Image.Image:
    """Red, green on top; blue, white below."""
    image = Image.new("RGB", (width, height))
    w, h = width // 2, height // 2
    for colour, place in ((RED, (0, 0)), (GREEN, (w, 0)), (BLUE, (0, h)), (WHITE, (w, h))):
        image.paste(colour, (*place, place[0] + w, place[1] + h))
    return image


def held(orientation: int) -> bytes:
    """`corners` as a camera held this way stores it."""
    image = corners()
    turn = _TURNS[orientation]
    if turn is not None:
        image = image.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(image, "JPEG", exif=exif)


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def noted(
    latitude: Any = (16.0, 27.0, 49.32),
    longitude: Any = (107.0, 35.0, 27.24),
    north: str = "N",
    east: str = "E",
    taken: str = "2025:03:01 09:30:15",
    zone: str | None = "+07:00",
) -> Image.Exif:
    """EXIF as a phone writes it, with the maker, a place and a time."""
    exif = Image.Exif()
    exif[0x010F] = "SECRETMAKER"
    exif[0x8825] = {1: north, 2: latitude, 3: east, 4: longitude}
    exif[0x8769] = {0x9003: taken, 0xA434: "SECRETLENS"} | ({0x9011: zone} if zone else {})
    return exif


def scene(width: int, height: int, seed: int = 7) -> Image.Image:
    """Something like a photograph: soft shapes, a gradient and the noise of a small sensor."""
    random = np.random.default_rng(seed)
    coarse = (random.random((height // 40 + 1, width // 40 + 1, 3)) * 150).astype("u1")
    soft = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))
    light = np.linspace(0, 70, width, dtype="f4")[None, :, None]
    grain = random.normal(0, 4, (height, width, 1)).astype("f4")
    return Image.fromarray(np.clip(soft + light + grain, 0, 255).astype("u1"))


def film(
    path: str,
    pictures: str = "libx264",
    sound: str | None = "aac",
    *,
    seconds: float = 2,
    rate: int = 15,
    notes: dict[str, str] | None = None,
) -> bytes:
    """A 320 by 240 film: red on the left, blue on the right, a tone, and what the camera noted."""
    half = np.full((240, 160, 3), 0, "u1")
    picture = np.concatenate([half + np.array(RED, "u1"), half + np.array(BLUE, "u1")], axis=1)
    with av.open(path, "w") as out:
        out.metadata.update(notes or {})
        video: Any = out.add_stream(pictures, rate=rate)
        video.width, video.height, video.pix_fmt = 320, 240, "yuv420p"
        audio: Any = out.add_stream(sound, rate=48_000) if sound else None
        for number in range(int(seconds * rate)):
            frame = av.VideoFrame.from_ndarray(np.roll(picture, number % 4, 0), format="rgb24")
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        for start in range(0, int(seconds * 48_000) if audio else 0, 960):
            tone = (np.sin((np.arange(960) + start) / 20) * 0.2).astype("f4")
            heard = av.AudioFrame.from_ndarray(np.stack([tone, tone]), "fltp", "stereo")
            heard.sample_rate, heard.pts, heard.time_base = 48_000, start, Fraction(1, 48_000)
            out.mux(audio.encode(heard))
        if audio:
            out.mux(audio.encode(None))
    with open(path, "rb") as file:
        return file.read()


def turned(data: bytes) -> bytes:
    """An MP4 whose pictures are to be shown a quarter turn clockwise."""
    one, none, minus = struct.pack(">l", 1 << 16), bytes(4), struct.pack(">l", -(1 << 16))
    straight = one + none * 3 + one
    at = data.index(straight, data.index(b"tkhd"))
    return data[:at] + none + one + none + minus + none + data[at + len(straight) :]


def png(width: int, height: int, interlaced: bool = False) -> bytes:
    """A PNG of one colour, whatever it would take to unpack it."""
    row = bytes(1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(row * 64) for _ in range(-(-height // 64)))
    packed += packer.flush()
    header = struct.pack(">LLBBBBB", width, height, 1, 0, 0, 0, int(interlaced))

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">L", len(body)) + name + body + struct.pack(">L", zlib.crc32(name + body))
        )

    parts = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def resized_header(data: bytes, width: int, height: int) -> bytes:
    """A JPEG that claims another size than it has."""
    at = data.index(b"\xff\xc0") if b"\xff\xc0" in data else data.index(b"\xff\xc2")
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def nested(depth: int) -> bytes:
    """An MP4 that is nothing but boxes in boxes."""
    inner = b""
    for _ in range(depth):
        inner = struct.pack(">L", len(inner) + 8) + b"moov" + inner
    return _FTYP + inner


_FTYP = struct.pack(">L4s4sL4s", 20, b"ftyp", b"isom", 512, b"mp42")
_HEIC = struct.pack(">L4s4sL4s", 20, b"ftyp", b"heic", 0, b"mif1")
_NOISE = np.random.default_rng(3).bytes(20_000_000)
_HTML = b"<!doctype html><script>alert(1)</script>" * 50
_JPEG = saved(scene(1200, 900), "JPEG", quality=85)
_PROGRESSIVE = saved(scene(1200, 900), "JPEG", quality=85, progressive=True)

# Made when they are needed: some are large.
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing at all": (lambda: b"", NOT_KNOWN),
    "one byte": (lambda: b"\xff", NOT_KNOWN),
    "noise": (lambda: _NOISE, NOT_KNOWN),
    "noise with a JPEG's first bytes": (lambda: b"\xff\xd8\xff\xe0" + _NOISE, PHOTO_TOO_LARGE),
    "a little noise as JPEG": (lambda: b"\xff\xd8\xff\xe0" + _NOISE[:900_000], BROKEN),
    "a little noise as PNG": (lambda: b"\x89PNG\r\n\x1a\n" + _NOISE[:900_000], BROKEN),
    "a little noise as WebP": (lambda: b"RIFF\0\0\1\0WEBPVP8 " + _NOISE[:900_000], BROKEN),
    "a little noise as HEIC": (lambda: _HEIC + _NOISE[:900_000], BROKEN),
    "a little noise as MP4": (lambda: _FTYP + _NOISE[:900_000], BROKEN),
    "a little noise as WebM": (
        lambda: b"\x1a\x45\xdf\xa3\x93B\x82\x84webm" + _NOISE[:900_000],
        BROKEN,
    ),
    "a GIF": (lambda: saved(corners(), "GIF"), NOT_KNOWN),
    "a TIFF": (lambda: saved(corners(), "TIFF"), NOT_KNOWN),
    "a drawing": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", NOT_KNOWN),
    "a document": (lambda: b"%PDF-1.7\n" + _NOISE[:5000], NOT_KNOWN),
    "a page": (lambda: _HTML, NOT_KNOWN),
    "a page with a JPEG's first bytes": (lambda: b"\xff\xd8\xff\xfe" + _HTML, BROKEN),
    "a JPEG cut in half": (lambda: _JPEG[: len(_JPEG) // 2], BROKEN),
    "a progressive JPEG cut short": (lambda: _PROGRESSIVE[:3000], BROKEN),
    "a JPEG of 4,000 megapixels": (lambda: resized_header(_JPEG, 65_500, 65_500), TOO_MANY_PIXELS),
    "a progressive JPEG that claims 59 megapixels": (
        lambda: resized_header(_PROGRESSIVE, 7_700, 7_700),
        TOO_MANY_PIXELS,
    ),
    "a PNG that unpacks to 900 megapixels": (lambda: png(30_000, 30_000), TOO_MANY_PIXELS),
    "a PNG cut in half": (lambda: saved(scene(600, 400), "PNG")[:90_000], BROKEN),
    "a WebP cut in half": (lambda: saved(scene(600, 400), "WEBP")[:5_000], BROKEN),
    "a HEIC cut in half": (lambda: saved(scene(600, 400), "HEIF")[:9_000], BROKEN),
    "boxes in boxes": (lambda: nested(20_000), BROKEN),
    "a film with nothing in it": (lambda: _FTYP + b"\0\0\0\x08moov\0\0\0\x08mdat", NOT_KNOWN),
}
