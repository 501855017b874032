"""What comes out of the darkroom, and that nothing a stranger sends can harm it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from city.media.darkroom import Darkroom, Developed
from city.media.tests import samples
from city.media.wire import BROKEN, FILM_TOO_LARGE, REASONS, TOO_SLOW, Seen, Unreadable
from city.web.words import read_catalogue

ROOT = Path(__file__).parents[3]
PHOTO = samples.saved(samples.scene(4000, 3000), "JPEG", quality=90, exif=samples.noted())
GOOD = samples.saved(samples.corners(), "JPEG", quality=90)


@pytest.fixture
async def darkroom() -> AsyncIterator[Darkroom]:
    async with Darkroom(workers=1) as room:
        yield room


def working(pid: int) -> bool:
    """True if a worker has an upload open."""
    with suppress(OSError):
        links = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
        return any("(deleted)" in link for link in links)
    return False


def resident_mb(pid: int) -> float:
    """The most memory a process has had resident so far, 0 if it has gone."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    return 0


async def watched(darkroom: Darkroom, work: Coroutine[Any, Any, Developed]) -> float:
    """Do the work and return the most megabytes any worker had."""
    most = 0.0
    task = asyncio.ensure_future(work)
    while not task.done():
        await asyncio.wait([task], timeout=0.005)
        most = max([most, *map(resident_mb, darkroom.worker_pids)])
    task.result()
    return most


@pytest.mark.parametrize("name", samples.HOSTILE)
async def test_a_hostile_file_is_refused_quickly_and_in_little_memory(
    darkroom: Darkroom, name: str
) -> None:
    make, reason = samples.HOSTILE[name]
    data = make()
    await darkroom.develop(GOOD)
    begun = time.monotonic()
    with pytest.raises(Unreadable) as refusal:
        await watched(darkroom, darkroom.develop(data))
    assert time.monotonic() - begun < 2
    assert refusal.value.reason == reason
    assert str(refusal.value)
    assert all(resident_mb(pid) < 256 for pid in darkroom.worker_pids)
    assert (await darkroom.develop(GOOD)).large.width == 480


async def test_the_largest_pictures_taken_fit_into_256_mb(darkroom: Darkroom) -> None:
    progressive = samples.scene(400, 300).resize((7000, 5000))
    large = {
        "png": samples.png(7_700, 7_700),
        "hollow jpeg": samples.resized_header(GOOD, 7_700, 7_700),
        "interlaced png": samples.png(7_700, 7_700, interlaced=True),
        "progressive jpeg": samples.saved(progressive, "JPEG", progressive=True, quality=70),
        "heic": samples.saved(progressive.resize((5600, 4200)), "HEIF", quality=30),
        "avif": samples.saved(progressive.resize((3400, 2600)), "AVIF", quality=30, speed=10),
        "webp": samples.saved(progressive.resize((6000, 5000)), "WEBP", quality=50, method=0),
    }
    async with Darkroom(workers=1, photo_seconds=8) as patient:
        for name, data in large.items():
            with suppress(Unreadable):  # refused is fine, too much memory is not
                await watched(patient, patient.develop(data))
            most = max(map(resident_mb, patient.worker_pids), default=0)
            assert most < 256, name


async def test_damaged_bytes_never_break_the_darkroom(darkroom: Darkroom) -> None:
    random = np.random.default_rng(5)
    image = samples.scene(300, 200)
    whole = [samples.saved(image, form) for form in ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")]
    for number in range(60):
        data = bytearray(whole[number % len(whole)])
        for at in random.integers(12, len(data), 12):
            data[at] = random.integers(256)
        begun = time.monotonic()
        with suppress(Unreadable):
            await darkroom.develop(bytes(data))
        assert time.monotonic() - begun < 2
    assert (await darkroom.develop(GOOD)).large.height == 320


async def test_a_picture_that_is_also_something_else_comes_out_as_a_picture_only(
    darkroom: Darkroom,
) -> None:
    developed = await darkroom.develop(GOOD + b"PK\x03\x04<script>alert(1)</script>")
    assert b"script" not in developed.large.data
    assert b"PK\x03\x04" not in developed.thumbnail.data


async def test_a_film_too_large_is_refused_unread(darkroom: Darkroom, tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(samples.nested(2))
    os.truncate(path, 60_000_001)
    with pytest.raises(Unreadable) as refusal:
        await darkroom.develop(path)
    assert (refusal.value.reason, refusal.value.values) == (FILM_TOO_LARGE, {"megabytes": 60})
    assert darkroom.worker_pids == []


async def test_a_worker_killed_at_its_job_is_replaced_and_the_job_done(darkroom: Darkroom) -> None:
    await darkroom.develop(GOOD)
    (pid,) = darkroom.worker_pids
    os.kill(pid, signal.SIGSTOP)
    job = asyncio.ensure_future(darkroom.develop(GOOD))
    await asyncio.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    assert (await job).large.width == 480
    assert pid not in darkroom.worker_pids


async def test_a_worker_that_dies_each_time_is_a_damaged_file_not_a_failure(
    darkroom: Darkroom,
) -> None:
    for _ in range(2):
        await darkroom.develop(GOOD)
        (first,) = darkroom.worker_pids
        os.kill(first, signal.SIGSTOP)
        job = asyncio.ensure_future(darkroom.develop(PHOTO))
        await asyncio.sleep(0.1)
        os.kill(first, signal.SIGKILL)
        while not job.done():
            for pid in darkroom.worker_pids:
                if pid != first and working(pid):
                    os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(0.001)
        with pytest.raises(Unreadable) as refusal:
            job.result()
        assert refusal.value.reason == BROKEN
    assert (await darkroom.develop(GOOD)).large.width == 480


async def test_a_worker_that_died_idle_is_noticed(darkroom: Darkroom) -> None:
    await darkroom.develop(GOOD)
    os.kill(darkroom.worker_pids[0], signal.SIGKILL)
    await asyncio.sleep(0.05)
    assert (await darkroom.develop(GOOD)).large.width == 480


async def test_a_job_that_takes_too_long_is_stopped() -> None:
    async with Darkroom(workers=1, photo_seconds=0.4) as darkroom:
        await darkroom.develop(GOOD)
        (pid,) = darkroom.worker_pids
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(Unreadable) as refusal:
            await darkroom.develop(GOOD)
        assert refusal.value.reason == TOO_SLOW
        assert (await darkroom.develop(GOOD)).large.width == 480
        assert pid not in darkroom.worker_pids


async def test_a_caller_who_goes_away_leaves_the_darkroom_in_order(darkroom: Darkroom) -> None:
    await darkroom.develop(GOOD)
    os.kill(darkroom.worker_pids[0], signal.SIGSTOP)
    job = asyncio.ensure_future(darkroom.develop(GOOD))
    await asyncio.sleep(0.05)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert (await darkroom.develop(GOOD)).large.width == 480


async def test_nothing_is_left_open_or_running() -> None:
    descriptors = len(os.listdir("/proc/self/fd"))
    async with Darkroom(workers=2, jobs_per_worker=3) as darkroom:
        jobs = [darkroom.develop(GOOD) for _ in range(20)]
        jobs += [darkroom.develop(GOOD[:700]) for _ in range(5)]
        results = await asyncio.gather(*jobs, return_exceptions=True)
        assert sum(isinstance(result, Developed) for result in results) == 20
        assert len(darkroom.worker_pids) <= 2
        pids = darkroom.worker_pids
    assert darkroom.worker_pids == []
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert len(os.listdir("/proc/self/fd")) <= descriptors
    with pytest.raises(RuntimeError):
        await darkroom.develop(GOOD)


def test_workers_die_with_the_server_which_never_loads_a_decoder(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(GOOD)
    script = """
import asyncio, pathlib, sys
from city.media.darkroom import Darkroom
async def main():
    darkroom = Darkroom(workers=2)
    photo = pathlib.Path(sys.argv[1])
    await asyncio.gather(darkroom.develop(photo), darkroom.develop(photo))
    assert not {"pyvips", "PIL", "av", "pillow_heif", "numpy"} & set(sys.modules)
    print(*darkroom.worker_pids, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    server = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "photo")], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert server.stdout
    pids = server.stdout.readline().split()
    server.kill()
    server.communicate()
    assert len(pids) == 2
    until = time.monotonic() + 3
    while any(Path(f"/proc/{int(pid)}").exists() for pid in pids):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_worker_cannot_take_more_memory_than_it_may() -> None:
    script = """
from city.media.workbench import _limit
_limit()
try:
    hoard = [b"x" * 10_000_000 for _ in range(40)]
except MemoryError:
    print("bounded")
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "bounded"


async def test_a_worker_knows_none_of_the_servers_secrets(
    darkroom: Darkroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    await darkroom.develop(GOOD)
    environment = Path(f"/proc/{darkroom.worker_pids[0]}/environ").read_bytes()
    assert b"secret" not in environment


async def test_a_twelve_megapixel_photo_is_ready_in_little_time(darkroom: Darkroom) -> None:
    """The aim is 150 ms of CPU, everything counted; a noisy machine is given some more."""
    await darkroom.develop(GOOD)

    def spent() -> float:
        fields = Path(f"/proc/{darkroom.worker_pids[0]}/stat").read_text().rsplit(")")[1].split()
        return (int(fields[11]) + int(fields[12])) * 10 + time.process_time() * 1000

    before = spent()
    for _ in range(5):
        developed = await darkroom.develop(PHOTO)
    cpu_ms = (spent() - before) / 5
    assert (developed.large.width, developed.large.height) == (1600, 1200)
    assert (developed.thumbnail.width, developed.thumbnail.height) == (400, 300)
    assert developed.seen.taken_at
    assert cpu_ms <= 225, f"{cpu_ms:.0f} ms of CPU"


async def test_a_picture_with_garbage_for_notes_is_still_a_picture(darkroom: Darkroom) -> None:
    for garbage in (b"Exif\0\0" + bytes(range(256)), b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0"):
        size = (len(garbage) + 2).to_bytes(2, "big")
        developed = await darkroom.develop(GOOD[:2] + b"\xff\xe1" + size + garbage + GOOD[2:])
        assert developed.seen == Seen()


def test_every_refusal_can_be_said_in_vietnamese() -> None:
    catalogue = read_catalogue("vi")
    for reason in REASONS:
        assert catalogue[reason].count("{") == reason.count("{")
