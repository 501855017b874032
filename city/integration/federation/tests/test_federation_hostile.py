"""Other cities that mean harm, are broken, or send back what we sent them."""

import asyncio
from typing import Any

import pytest

from city.integration.federation import client as client_module
from city.integration.federation.client import SILENT, ids_of, read_rows, told_of
from city.integration.federation.following import follow_next
from city.integration.federation.network import Heard, speak
from city.integration.federation.store import destinations, sendings
from city.integration.federation.tests.given_federation import (
    CODE,
    know,
    later,
    neighbour_of,
    report,
    route,
    send_all,
    sending_of,
)
from city.integration.webhooks.posting import Reach
from tests.harness import EVERYBODY, Inside

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("from_", ["hue 7K3M-Q9TD", "da-nang 2F8V-XA41"])
async def test_what_another_city_handed_to_us_is_not_handed_on(inside: Inside, from_: str) -> None:
    async with neighbour_of(inside) as (twin, url):
        await know(inside, url)
        case = await report(inside, description=f"Đèn đường trước số 12 tắt\n[{from_}]")
        await route(inside, case)
        await send_all(inside)
        sending = await sending_of(inside, case)
        assert sending.state == "dead" and twin.posts == 0
        async with inside.work(EVERYBODY) as work:
            await sendings.set_again(work, sending.id, {"description": "Đèn tắt, số 12"})
        await send_all(inside)
        assert twin.posts == 1, "a person may know better"


def test_answers_are_taken_for_what_they_can_be() -> None:
    row: dict[str, Any] = {"service_request_id": "a\x00b", "token": "t" * 5000}
    assert ids_of(row) == ("ab", "")
    told = told_of(
        {
            "update_id": "\x001",
            "service_request_id": "n" * 300,
            "status": "open",
            "updated_datetime": "2026-11-23T00:00:00Z",
            "description": "x\x00",
        }
    )
    assert told is None
    assert read_rows(b'[{"service_request_id": ' + b"9" * 5000 + b"}]") is None
    assert read_rows(b'{"a":' * 100_000) is None
    assert read_rows(b"[" * 100_000) is None
    assert read_rows(b"<a>" * 100_000) is None
    bomb = b'<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><l><r><token>&b;</token></r></l>'
    assert not any(row.get("token") for row in read_rows(bomb) or [])


async def test_a_city_that_does_not_answer_does_not_keep_others_waiting(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def spoken(method: str, url: str, *given: Any, **more: Any) -> Heard:
        asked.append(url)
        return Heard(status=0, arrived=False)

    await know(inside, "http://127.0.0.1:9/dead")
    async with neighbour_of(inside) as (twin, url):
        cases = [await report(inside) for _ in range(6)]
        for case in cases:
            await route(inside, case)
        monkeypatch.setattr(client_module, "speak", spoken)
        await send_all(inside)
        assert len(asked) == 1, "the others would wait in vain as long"
        later(inside, minutes=6)
        monkeypatch.undo()
        async with inside.work(EVERYBODY) as work:
            await work.run("update integration.destination set url = :url", url=url)
        await send_all(inside)
        assert len(twin.taken) == 6


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5_000_000,
        b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx: " + b"y" * 400_000 + b"\r\n\r\n[]",
        b"HTTP/1.1 101 Other\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n[]",
        b"\x00" * 100,
        b"",
    ],
)
async def test_hostile_answers_end_soon_and_lead_nowhere(
    said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("city.integration.federation.network.PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(
        "city.integration.federation.network.reach", lambda: Reach(this_machine=True)
    )
    heard = []

    async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(said)
        try:
            await asyncio.sleep(3)
        finally:
            writer.close()

    server = await asyncio.start_server(answering, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        got = await speak("GET", f"http://127.0.0.1:{port}/requests.json")
    finally:
        server.close()
    assert len(heard) == 1 and len(got.body) <= 4_000_000
    assert got.status in (0, 101, 200, 302)


async def test_a_city_that_answers_for_ever_is_listened_to_for_a_while_only(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def spoken(method: str, url: str, *given: Any, **more: Any) -> Heard:
        await asyncio.sleep(0.2)
        return Heard(status=200, body=b"[]", link=f'<{url}>; rel="next"')

    async with neighbour_of(inside) as (_, url):
        await know(inside, url)
        case = await report(inside)
        await route(inside, case)
        await send_all(inside)
    monkeypatch.setattr(client_module, "speak", spoken)
    monkeypatch.setattr("city.integration.federation.following._ROUND_SECONDS", 0.5)
    began = asyncio.get_running_loop().time()
    assert await follow_next(inside)  # type: ignore[arg-type]
    assert asyncio.get_running_loop().time() - began < 2
    async with inside.work(EVERYBODY) as work:
        known = await destinations.find_destination(work, CODE)
    assert known is not None and known.fault == SILENT
