"""A photo from a stranger becomes two clean JPEGs. Runs in a worker process only.

Why JPEG and not WebP: for a 12-megapixel photo, the 1,600-pixel JPEG costs 7 ms of CPU and WebP at
its fastest 55 ms, for a file only a tenth to a quarter smaller; the whole job has 150 ms.

Why not `vips_thumbnail`: it shrinks while loading only from four times the wanted size up, so a
12-megapixel photo would be decoded in full (350 ms of CPU against 80).

HEIC is decoded by pillow-heif, because the libvips wheel comes without an HEVC decoder; AVIF by
libvips. Every file is opened by the one loader its kind names, never by guessing, so a file that
is two things at once is only ever the one it was checked as.
"""

import os
from typing import Any

import pyvips

from city.media.exif import read_exif
from city.media.wire import (
    BROKEN,
    LARGE_PIXELS,
    MAX_PIXELS,
    MEGA,
    THUMBNAIL_PIXELS,
    TOO_MANY_PIXELS,
    Kind,
    Picture,
    Printed,
    Seen,
    Unreadable,
)

MAX_WHOLE_BYTES = 150 * MEGA
"""What a picture may take that cannot be decoded strip by strip: it must fit beside the rest."""
_QUALITY = 80
_WHITE = 255

pyvips.block_untrusted_set(True)
pyvips.cache_set_max(0)


def print_picture(upload: int, kind: Kind) -> Printed:
    """Make the large picture and the thumbnail of the photo in an open file.

    Raises Unreadable if it has too many pixels or cannot be decoded to its last line.
    """
    try:
        if kind is Kind.HEIC:
            image, exif = _open_heic(upload)
        else:
            image, exif = _open(upload, kind)
        large = upright(image)
        return Printed(read_exif(exif) if exif else Seen(), *print_sizes(large))
    except pyvips.Error as error:
        raise Unreadable(BROKEN) from error


def print_sizes(large: pyvips.Image) -> tuple[Picture, Picture]:
    """Encode an upright sRGB picture as it is and as a thumbnail."""
    return _encode(large), _encode(_shrink_to(large, THUMBNAIL_PIXELS))


def upright(image: pyvips.Image) -> pyvips.Image:
    """The picture at its final size in memory: opaque, sRGB, turned the way it was held."""
    if image.hasalpha():
        most = 65535 if image.format == "ushort" else _WHITE
        image = image.flatten(background=[most])
    # Turning needs the whole picture at hand, so it comes after shrinking.
    small = _to_srgb(_shrink_to(image, LARGE_PIXELS).copy_memory())
    return small.autorot().copy_memory()


def check_pixels(width: int, height: int, whole_bytes_per_pixel: float) -> None:
    """Refuse what would not fit, before a single pixel is decoded.

    `whole_bytes_per_pixel` is 0 for formats decoded strip by strip.
    """
    pixels = width * height
    most = MAX_PIXELS
    if whole_bytes_per_pixel:
        most = min(most, int(MAX_WHOLE_BYTES / whole_bytes_per_pixel))
    if pixels > most:
        raise Unreadable(TOO_MANY_PIXELS, megapixels=most // MEGA)


def _open(upload: int, kind: Kind) -> tuple[pyvips.Image, bytes]:
    image = _load(upload, kind)
    width, height = image.width, image.height
    check_pixels(width, height, _whole_bytes(image, kind))
    exif = _note(image, "exif-data") or b""
    excess = max(width, height) / LARGE_PIXELS
    if kind is Kind.JPEG and excess >= 2:
        image = _load(upload, kind, shrink=8 if excess >= 8 else 4 if excess >= 4 else 2)
    elif kind is Kind.WEBP and excess > 1:
        image = _load(upload, kind, scale=1 / excess)
    return image, bytes(exif)


def _load(upload: int, kind: Kind, **options: Any) -> pyvips.Image:
    loaders = {
        Kind.JPEG: pyvips.Image.jpegload_source,
        Kind.PNG: pyvips.Image.pngload_source,
        Kind.WEBP: pyvips.Image.webpload_source,
        Kind.AVIF: pyvips.Image.heifload_source,
    }
    source = pyvips.Source.new_from_descriptor(upload)
    return loaders[kind](source, access="sequential", fail_on="error", **options)


def _whole_bytes(image: pyvips.Image, kind: Kind) -> float:
    """Bytes a pixel that the decoder holds for the whole picture at once, 0 if it goes by strips.

    Progressive JPEGs keep two bytes per coefficient, interlaced PNGs and WebPs their pixels,
    AVIFs their pixels and, measured, 13 bytes of the decoder's.
    """
    sample = 2 if image.format == "ushort" else 1
    if kind is Kind.JPEG and _note(image, "jpeg-multiscan"):
        return 3 if _note(image, "jpeg-chroma-subsample") == "4:2:0" else 2 * image.bands
    if kind is Kind.PNG and _note(image, "interlaced"):
        return image.bands * sample
    if kind is Kind.WEBP:
        return 4
    if kind is Kind.AVIF:
        return 13 + image.bands * sample
    return 0


def _note(image: pyvips.Image, name: str) -> Any:
    return image.get(name) if image.get_typeof(name) else None


def _open_heic(upload: int) -> tuple[pyvips.Image, bytes]:
    # Only phones that keep HEIC need it: 11 MB and 75 ms.
    import pillow_heif  # noqa: PLC0415

    pillow_heif.options.DECODE_THREADS = 2
    pillow_heif.options.THUMBNAILS = False
    os.lseek(upload, 0, os.SEEK_SET)
    try:
        with os.fdopen(os.dup(upload), "rb") as file:
            photo = pillow_heif.open_heif(file, convert_hdr_to_8bit=True, remove_stride=False)
            width, height = photo.size
            bands = len(photo.mode)
            deep = 2 if photo.info.get("bit_depth", 8) > 8 else 1
            # The decoder's planes, the library's copy of them, and the pixels.
            check_pixels(width, height, 2 * 1.5 * deep + bands)
            pixels, row = photo.data, photo.stride
    except (ValueError, EOFError, SyntaxError, RuntimeError, OSError) as error:
        raise Unreadable(BROKEN) from error
    if photo.mode not in {"RGB", "RGBA", "L", "LA"} or row is None or pixels is None:
        raise Unreadable(BROKEN)
    # Rows are padded, not always to whole pixels: cut first, then fold bytes into pixels.
    flat = pyvips.Image.new_from_memory(pixels, row, height, 1, "uchar")
    image = flat.crop(0, 0, width * bands, height).bandfold(factor=bands)
    image = image.copy(interpretation="srgb" if bands > 2 else "b-w")
    if profile := photo.info.get("icc_profile"):
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    return image, photo.info.get("exif") or b""


def _shrink_to(image: pyvips.Image, pixels: int) -> pyvips.Image:
    scale = pixels / max(image.width, image.height)
    # gap=1: whole steps by averaging, only the rest by the dear filter.
    return image.resize(scale, gap=1.0) if scale < 1 else image


def _to_srgb(image: pyvips.Image) -> pyvips.Image:
    cmyk = image.interpretation == "cmyk"
    if cmyk or image.get_typeof("icc-profile-data"):
        try:
            return image.icc_transform(
                "srgb", embedded=True, input_profile="cmyk" if cmyk else "srgb"
            ).copy_memory()
        except pyvips.Error:
            pass  # a profile that does not fit its picture: the plain colours will do
    return image.colourspace("srgb")


def _encode(image: pyvips.Image) -> Picture:
    options: dict[str, Any] = {"Q": _QUALITY, "keep": "none"}
    return Picture(bytes(image.jpegsave_buffer(**options)), image.width, image.height)
