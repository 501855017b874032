"""The room as people use it: send, see, use; and what becomes of what nobody uses."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from city import media
from city.kernel import Invalid
from city.media import actions
from city.media.tests import samples
from tests.harness import Browser


async def sent(browser: Browser, data: bytes) -> dict[str, object]:
    answer = await browser.post("/media", files={"file": ("photo.jpg", data)})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_photo_is_shown_at_once_and_without_its_exif(browser: Browser) -> None:
    await browser.sign_in("resident")
    kept = await sent(browser, samples.saved(samples.corners(), "JPEG", exif=samples.noted()))
    assert kept["latitude"] == pytest.approx(16.4637, abs=1e-4)
    picture = await browser.get(str(kept["thumbnail_url"]))
    assert picture.headers["content-type"] == "image/jpeg"
    assert "immutable" in picture.headers["cache-control"]
    assert b"Exif" not in picture.content
    part = await browser.get(str(kept["thumbnail_url"]), headers={"range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, picture.content[:10])
    odd = {"range": f"bytes={'9' * 5000}-"}
    assert (await browser.get(str(kept["thumbnail_url"]), headers=odd)).status_code == 200


async def test_what_is_no_picture_is_refused_in_the_readers_language(browser: Browser) -> None:
    await browser.sign_in("resident")
    answer = await browser.post(
        "/media",
        files={"file": ("photo.jpg", b"<html>not a photo</html>")},
        headers={"accept": "application/json", "accept-language": "en"},
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "JPEG" in answer.json()["detail"]


async def test_nobody_unknown_sends_files(browser: Browser) -> None:
    answer = await browser.post(
        "/media", files={"file": ("a.jpg", b"x")}, headers={"accept": "application/json"}
    )
    assert answer.status_code == 401


async def test_only_the_one_who_sent_a_file_takes_it_into_use(browser: Browser) -> None:
    owner = await browser.sign_in("resident")
    file_id = UUID(str((await sent(browser, samples.saved(samples.corners(), "JPEG")))["id"]))
    other = await browser.sign_in("resident", name="Ai đó")
    async with browser.inside.work(other) as work:
        with pytest.raises(Invalid):
            await media.claim_files(work, [file_id])
    async with browser.inside.work(owner) as work:
        assert [f.id for f in await media.claim_files(work, [file_id])] == [file_id]
        assert [f.id for f in await media.claim_files(work, [file_id])] == [file_id]


async def test_what_nobody_takes_into_use_is_gone_after_a_day(browser: Browser) -> None:
    owner = await browser.sign_in("resident")
    used = await sent(browser, samples.saved(samples.corners(), "JPEG"))
    unused = await sent(browser, samples.saved(samples.corners(321), "JPEG"))
    async with browser.inside.work(owner) as work:
        await media.claim_files(work, [UUID(str(used["id"]))])
    async with browser.inside.work(owner, now=browser.inside.now + timedelta(hours=25)) as work:
        await actions.sweep_unclaimed(work)
    assert (await browser.get(f"/files/{used['id']}/large")).status_code == 200
    assert (await browser.get(f"/files/{unused['id']}/large")).status_code == 404


async def test_an_address_of_no_picture_is_not_found(browser: Browser) -> None:
    for path in ("/files/00000000-0000-7000-8000-000000000000/large", "/files/x/large"):
        assert (await browser.get(path)).status_code == 404


async def test_a_film_plays_where_a_photo_is_shown_large(browser: Browser, tmp_path: Path) -> None:
    await browser.sign_in("resident")
    film = samples.film(str(tmp_path / "film.mp4"))
    kept = await sent(browser, film)
    opened = await browser.get(f"/files/{kept['id']}/open")
    assert opened.headers["content-type"] == "video/mp4"
    poster = await browser.get(f"/files/{kept['id']}/large")
    assert poster.headers["content-type"] == "image/jpeg"
    photo = await sent(browser, samples.saved(samples.corners(), "JPEG"))
    assert (await browser.get(f"/files/{photo['id']}/open")).headers["content-type"] == "image/jpeg"
