"""A film from a stranger becomes a clean MP4 and a poster. Runs in a worker process only.

What happens to the pictures depends on how they are coded. H.264 is what nearly every phone sends
and every browser plays: its packets are copied (10 ms of CPU for each second of film), without
the SEI units in which dash cameras and drones hide positions. HEVC, VP8, VP9 and AV1 do not play
everywhere, so they are coded anew as H.264, at most 720 lines and 30 frames a second; that costs
0.2-0.4 s of CPU for each second of 1080p, so a long one runs out of its ten seconds and is refused
with a sentence, and above 1080p it is refused at once. Anything rarer is refused: each further
decoder is one more to attack. Sound is copied if it is AAC, coded anew as AAC if it is one of the
common kinds, and otherwise left out.

Only the first track of pictures and of sound are kept. The file is written from nothing: no dates,
places, devices, chapters, subtitles or data tracks come along.
"""

import os
import sys
from collections.abc import Iterable
from fractions import Fraction
from math import isqrt
from typing import Any, Protocol

import av
import av.error
import av.filter
import av.logging
import pyvips
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from city.media import pictures
from city.media.exif import read_film_notes
from city.media.wire import (
    BROKEN,
    FILM_TOO_LONG,
    FILM_TOO_SHARP,
    LARGE_PIXELS,
    MAX_FILM_SECONDS,
    NOT_KNOWN,
    Kind,
    Printed,
    Unreadable,
)

av.logging.set_level(None)

_DECODED = {"hevc", "vp8", "vp9", "av1", "libdav1d"}
_HEARD = {"mp3", "mp3float", "opus", "libopus", "vorbis", "amrnb", "pcm_s16le", "pcm_s16be"}
_MOST_COPIED_PIXELS = 4096 * 2304
_MOST_DECODED_PIXELS = 1920 * 1088
_LINES = 720
_WIDEST = 1280
_SPARE_SECONDS = 0.5
"""A phone told to record sixty seconds records a little more."""
_RATE = 30


class Track(Protocol):
    """One track on its way into the new file."""

    def take(self, packet: Packet) -> Iterable[Packet]:
        """What follows from one packet; an empty packet ends the track."""
        ...


def print_film(upload: int, film: int, kind: Kind) -> Printed:
    """Write the clean film to the open file `film`, and make its poster in two sizes.

    Raises Unreadable if it is broken, too long, too sharp or coded in a way we do not take.
    """
    try:
        with _open(upload, kind) as source:
            notes = {**dict(_pictures_of(source).metadata), **dict(source.metadata)}
            _check(source)
            poster, turn = _poster(source)
        with _open(upload, kind) as source:
            seconds = _rewrite(source, film, turn)
    except (av.error.FFmpegError, ValueError, pyvips.Error) as error:
        raise Unreadable(BROKEN) from error
    return Printed(
        read_film_notes(notes), *pictures.print_sizes(_with_mark(poster)), film_seconds=seconds
    )


def _open(upload: int, kind: Kind) -> InputContainer:
    os.lseek(upload, 0, os.SEEK_SET)
    # Naming the format keeps out the ones that open other files or addresses, and passing a file
    # object leaves the library no way to open anything itself.
    return av.open(
        os.fdopen(os.dup(upload), "rb"),
        "r",
        format="matroska" if kind is Kind.WEBM else "mov",
        options={"probesize": "5000000", "analyzeduration": "2000000", "max_streams": "32"},
        metadata_errors="replace",
    )


def _pictures_of(source: InputContainer) -> VideoStream:
    for stream in source.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            return stream
    raise Unreadable(NOT_KNOWN)


def _is_copied(stream: VideoStream) -> bool:
    context = stream.codec_context
    return context.name == "h264" and context.pix_fmt in {"yuv420p", "yuvj420p"}


def _check(source: InputContainer) -> None:
    stream = _pictures_of(source)
    context = stream.codec_context
    if context is None or not (_is_copied(stream) or context.name in _DECODED):
        raise Unreadable(NOT_KNOWN)
    if context.width < 2 or context.height < 2:
        raise Unreadable(BROKEN)
    most = _most_pixels(stream)
    if context.width * context.height > most:
        raise Unreadable(FILM_TOO_SHARP, lines=isqrt(most * 9 // 16) // 10 * 10)
    if source.duration and source.duration / av.time_base > MAX_FILM_SECONDS + _SPARE_SECONDS:
        raise Unreadable(FILM_TOO_LONG, seconds=MAX_FILM_SECONDS)


def _most_pixels(stream: VideoStream) -> int:
    return _MOST_COPIED_PIXELS if _is_copied(stream) else _MOST_DECODED_PIXELS


def _poster(source: InputContainer) -> tuple[pyvips.Image, int]:
    """The first picture, upright, and the degrees clockwise by which it was turned."""
    stream = _pictures_of(source)
    _prepare_decoder(stream, threads=1)
    for frame in source.decode(stream):
        turn = round(-frame.rotation / 90) % 4 * 90
        return _still(frame, turn), turn
    raise Unreadable(BROKEN)


def _with_mark(poster: pyvips.Image) -> pyvips.Image:
    """The poster with a play mark in its middle, so that it always says what it is."""
    radius = min(poster.width, poster.height) * 0.14
    places = pyvips.Image.xyz(poster.width, poster.height)
    x, y = places[0] - poster.width / 2, places[1] - poster.height / 2
    disc = (x * x + y * y) < radius * radius
    wedge = (x > -radius * 0.35) & (y.abs() < (radius * 0.6 - x) * 0.55)
    marked = disc.ifthenelse((poster * 0.3).cast("uchar"), poster)
    return wedge.ifthenelse([255, 255, 255], marked).copy(interpretation="srgb").copy_memory()


def _prepare_decoder(stream: VideoStream, threads: int) -> None:
    # What the container says about the size and what the pictures are may differ.
    stream.codec_context.options = {"max_pixels": str(_most_pixels(stream))}
    stream.codec_context.thread_count = threads
    stream.codec_context.thread_type = "AUTO" if threads > 1 else "SLICE"


def _still(frame: VideoFrame, turn: int) -> pyvips.Image:
    scale = min(1.0, LARGE_PIXELS / max(frame.width, frame.height))
    width, height = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    plane = frame.reformat(width=width, height=height, format="rgba").planes[0]
    row = plane.line_size // 4  # rows are padded
    image = pyvips.Image.new_from_memory(bytes(plane), row, plane.height, 4, "uchar")
    image = image.crop(0, 0, width, height)[0:3].copy(interpretation="srgb")
    return image.rot(f"d{turn}").copy_memory()


def _rewrite(source: InputContainer, film: int, turn: int) -> float:
    """Write the film anew and return its length in seconds."""
    stream = _pictures_of(source)
    seconds = 0.0
    # Faststart reads the file it has written, which it can only do by a name.
    named = sys.platform == "linux"
    target: Any = f"/proc/self/fd/{film}" if named else os.fdopen(os.dup(film), "r+b")
    options = {"fflags": "+bitexact"} | ({"movflags": "faststart"} if named else {})
    with av.open(target, "w", format="mp4", options=options) as output:
        tracks: dict[int, Track] = {}
        chosen: list[VideoStream | AudioStream] = [stream]
        if _is_copied(stream):
            tracks[stream.index] = _CopiedPictures(stream, output)
        else:
            tracks[stream.index] = _CodedPictures(stream, output, turn)
        for sound in source.streams.audio[:1]:
            if track := _sound_track(sound, output):
                tracks[sound.index] = track
                chosen.append(sound)
        starts: dict[int, float] = {}
        for packet in source.demux(chosen):
            if packet.pts is not None and packet.time_base is not None:
                at = float(packet.pts * packet.time_base)
                seconds = max(seconds, at - starts.setdefault(packet.stream.index, at))
                if seconds > MAX_FILM_SECONDS + _SPARE_SECONDS:
                    raise Unreadable(FILM_TOO_LONG, seconds=MAX_FILM_SECONDS)
            # Not packet.stream_index: the empty packets that end the tracks all say 0 there.
            for result in tracks[packet.stream.index].take(packet):
                output.mux(result)
    if seconds <= 0:
        raise Unreadable(BROKEN)
    return round(seconds, 3)


def _sound_track(sound: AudioStream, output: OutputContainer) -> Track | None:
    name = sound.codec_context.name if sound.codec_context else ""
    if name == "aac":
        return _CopiedSound(sound, output)
    return _CodedSound(sound, output) if name in _HEARD else None


class _CopiedPictures:
    """H.264 packets as they are, less the units that carry anything but pictures."""

    def __init__(self, stream: VideoStream, output: OutputContainer) -> None:
        self._out = output.add_stream_from_template(stream, opaque=True)
        self._filter = BitStreamFilterContext("filter_units=remove_types=6", stream, self._out)

    def take(self, packet: Packet) -> Iterable[Packet]:
        ended = packet.size == 0
        for kept in self._filter.filter(None if ended else packet):
            kept.stream = self._out
            yield kept


class _CopiedSound:
    """AAC packets as they are."""

    def __init__(self, stream: AudioStream, output: OutputContainer) -> None:
        self._out = output.add_stream_from_template(stream)

    def take(self, packet: Packet) -> Iterable[Packet]:
        if packet.size and packet.dts is not None:
            packet.stream = self._out
            yield packet


class _CodedPictures:
    """Pictures decoded, turned upright, shrunk and coded as H.264."""

    def __init__(self, stream: VideoStream, output: OutputContainer, turn: int) -> None:
        self._in = stream
        self._turn = turn
        self._graph: av.filter.Graph | None = None
        self._shape: tuple[int, int, str] | None = None
        context = stream.codec_context
        _prepare_decoder(stream, threads=2)
        width, height = context.width, context.height
        if turn in {90, 270}:
            width, height = height, width
        scale = min(1.0, _LINES / min(width, height), _WIDEST / max(width, height))
        # Two threads and no looking ahead: memory, not beauty, is what is short here.
        options = {"preset": "ultrafast", "crf": "26", "threads": "2", "rc-lookahead": "0"}
        self._out = output.add_stream("libx264", rate=_RATE, options=options)
        self._out.width = max(2, round(width * scale / 2) * 2)
        self._out.height = max(2, round(height * scale / 2) * 2)
        self._out.pix_fmt = "yuv420p"
        self._out.codec_context.time_base = Fraction(1, _RATE)

    def take(self, packet: Packet) -> Iterable[Packet]:
        ended = packet.size == 0
        for frame in self._in.codec_context.decode(None if ended else packet):
            shape = (frame.width, frame.height, frame.format.name)
            if self._graph is None:
                self._graph, self._shape = self._make_graph(frame), shape
            if shape != self._shape:
                raise ValueError("the pictures change their shape")
            self._graph.vpush(frame)
            yield from self._drain(self._graph)
        if ended and self._graph:
            self._graph.vpush(None)
            yield from self._drain(self._graph)
            yield from self._out.encode(None)

    def _drain(self, graph: av.filter.Graph) -> Iterable[Packet]:
        while True:
            try:
                frame = graph.vpull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            frame.pict_type = PictureType.NONE
            yield from self._out.encode(frame)

    def _make_graph(self, frame: VideoFrame) -> av.filter.Graph:
        graph = av.filter.Graph()
        turns = {
            90: [("transpose", "clock")],
            180: [("hflip", None), ("vflip", None)],
            270: [("transpose", "cclock")],
        }
        steps = [
            ("fps", str(_RATE)),
            ("scale", f"{self._out.width}:{self._out.height}:flags=fast_bilinear"),
            ("format", "yuv420p"),
            ("buffersink", None),
        ]
        if self._turn in {90, 270}:  # scaled before it is turned
            steps[1] = ("scale", f"{self._out.height}:{self._out.width}:flags=fast_bilinear")
        steps[2:2] = turns.get(self._turn, [])
        source = graph.add_buffer(
            width=frame.width,
            height=frame.height,
            format=frame.format,
            time_base=self._in.time_base,
        )
        graph.link_nodes(source, *(graph.add(*step) for step in steps)).configure()
        return graph


class _CodedSound:
    """Sound decoded and coded as AAC in stereo."""

    def __init__(self, stream: AudioStream, output: OutputContainer) -> None:
        self._in = stream
        self._out = output.add_stream("aac", rate=48_000, layout="stereo")
        self._out.bit_rate = 96_000
        self._resampler = AudioResampler(format="fltp", layout="stereo", rate=48_000)

    def take(self, packet: Packet) -> Iterable[Packet]:
        ended = packet.size == 0
        frames = list(self._in.codec_context.decode(None if ended else packet))
        for frame in frames:
            for heard in self._resampler.resample(frame):
                yield from self._out.encode(heard)
        if ended:
            for heard in self._resampler.resample(None):
                yield from self._out.encode(heard)
            yield from self._out.encode(None)
