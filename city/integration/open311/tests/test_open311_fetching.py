"""The picture that a request names by its address: fetched and made safe, or why it is not."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpcore2
import pytest

from city import cases, media, reports
from city.integration.open311 import fetching, store
from city.integration.open311.tests.given_open311 import (
    CREATED,
    ERRORS,
    EXTENDED,
    fits,
    key_for,
    lamp,
    send,
)
from city.integration.open311.tests.test_open311_posts import picture
from city.messages import PublicNetwork
from tests.harness import EVERYBODY, Browser


class Loopback(PublicNetwork):
    """Every name leads to a server of the test; addresses are not looked at."""

    port = 0

    async def connect_tcp(self, host: str, port: int, *given: Any, **more: Any) -> Any:
        return await self._plain.connect_tcp("127.0.0.1", self.port)


@pytest.fixture
async def pages(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dict[str, bytes]]:
    """What is on the Internet: whole answers by their path."""
    found: dict[str, bytes] = {}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        writer.write(found.get(head.split()[1], b"HTTP/1.1 404 Gone\r\nContent-Length: 0\r\n\r\n"))
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    network = Loopback()
    network.port = server.sockets[0].getsockname()[1]
    monkeypatch.setattr(fetching, "network", network)
    yield found
    server.close()


def ok(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def onward(address: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {address}\r\nContent-Length: 0\r\n\r\n".encode()


async def sent_with(browser: Browser, url: str) -> str:
    ref = await send(browser, await key_for(browser), media_url=url)
    await browser.do_jobs()
    return ref


async def fault_of(browser: Browser, ref: str) -> str:
    async with browser.inside.work(EVERYBODY, reading=True) as work:
        sent = await store.find_sent(work, ref)
    assert sent is not None
    return str(sent.media_fault or "")


async def test_a_picture_is_fetched_and_shown(browser: Browser, pages: dict[str, bytes]) -> None:
    pages["/a.jpg"] = onward("/b.jpg")
    pages["/b.jpg"] = ok(picture())
    ref = await sent_with(browser, "http://photos.example/a.jpg")
    assert await fault_of(browser, ref) == ""
    found = fits(await browser.get(f"/open311/v2/requests/{ref}.json?extensions=true"), EXTENDED)[0]
    assert len(found["extended_attributes"]["photos"]) == 1
    shown = await browser.get(found["media_url"].removeprefix("http://city"))
    assert shown.headers["content-type"] == "image/jpeg"
    async with browser.inside.work(EVERYBODY, reading=True) as work:
        report = await reports.find_by_ref(work, ref)
        assert report is not None
        case = await cases.get_case(work, report.case_id)
        assert case.more_photos == report.photos
        history = await cases.list_history(work, case.id)
        assert history[-1].verb == "photos" and history[-1].actor_name == ""
    assert media.large_url(report.photos[0]) in found["media_url"]


async def test_several_addresses_are_several_pictures(
    browser: Browser, pages: dict[str, bytes]
) -> None:
    pages |= {"/a.jpg": ok(picture()), "/b.jpg": ok(picture("navy"))}
    urls = [f"http://photos.example/{name}.jpg" for name in "aba"]
    form: dict[str, Any] = lamp(api_key=await key_for(browser)) | {"media_url": urls}
    created = fits(await browser.post("/open311/v2/requests.json", data=form), CREATED)
    ref = created[0]["service_request_id"]
    await browser.do_jobs()
    assert await fault_of(browser, ref) == ""
    found = fits(await browser.get(f"/open311/v2/requests/{ref}.json?extensions=true"), EXTENDED)[0]
    assert len(found["extended_attributes"]["photos"]) == 2
    form["media_url"] = [f"http://photos.example/{n}.jpg" for n in range(7)]
    said = fits(await browser.post("/open311/v2/requests.json", data=form), ERRORS, 400)
    assert [one["description"].partition(":")[0] for one in said] == ["media_url"]


async def test_what_cannot_be_had_is_noted(browser: Browser, pages: dict[str, bytes]) -> None:
    pages["/loop"] = onward("/loop")
    pages["/file"] = onward("file:///etc/passwd")
    pages["/words"] = ok(b"no picture")
    pages["/huge"] = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 12_000_000
    pages["/cut"] = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx"
    for path, words in (
        ("/gone", "Nothing could be fetched"),
        ("/loop", "Nothing could be fetched"),
        ("/file", "Nothing could be fetched"),
        ("/cut", "Nothing could be fetched"),
        ("/huge", "larger than 10 MB"),
        ("/words", "not a photo"),
    ):
        ref = await sent_with(browser, f"http://photos.example{path}")
        assert words in await fault_of(browser, ref), path
    await browser.sign_in("desk")
    shown = await browser.get(f"/desk/open311/{ref}?lang=en", headers={"hx-request": "true"})
    assert "was not added" in shown.text


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a",
        "http://[::1]/a",
        "http://localhost/a",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/a",
        "http://[::ffff:192.168.1.1]/a",
        "http://0/a",
    ],
)
async def test_nothing_of_the_citys_own_network_is_reached(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    async def never(*given: Any, **more: Any) -> Any:
        raise AssertionError("it was connected to")

    monkeypatch.setattr(httpcore2.AnyIOBackend, "connect_tcp", never)
    with pytest.raises(fetching.NotFetched):
        await fetching.download(url)
