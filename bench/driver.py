"""A load on loopback: bounded in count, one request after the other on each connection."""

import asyncio
import time
from collections.abc import Callable, Sequence
from statistics import quantiles

import msgspec


class Request(msgspec.Struct, frozen=True):
    """What is sent, and the status that must come back."""

    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    expect: tuple[int, ...] = (200,)

    def encode(self) -> bytes:
        """Return the request as it goes over the wire."""
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.body or self.method != "GET":
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


class Outcome(msgspec.Struct):
    """What a load did."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    largest_bytes: int

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


async def drive(
    port: int, make: Callable[[int], Request], count: int, connections: int = 2
) -> Outcome:
    """Send `count` requests over a few connections and return how it went.

    Raises AssertionError when an answer does not have the status it must have.
    """
    numbers = iter(range(count))
    times: list[float] = []
    sizes: list[int] = []

    async def one_connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            request = make(number)
            began = time.perf_counter()
            writer.write(request.encode())
            status, body = await _answer(reader)
            times.append(time.perf_counter() - began)
            sizes.append(len(body))
            assert status in request.expect, f"{request.path}: {status} {body[:500]!r}"
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one_connection() for _ in range(connections)))
    seconds = time.perf_counter() - began
    return Outcome(count, seconds, *_percentiles(times), max(sizes))


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (li.partition(":") for li in lines)
    }
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
    else:
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    return int(first.split()[1]), body


def _percentiles(times: Sequence[float]) -> tuple[float, float]:
    cuts = quantiles(times, n=100)
    return round(cuts[49] * 1000, 2), round(cuts[98] * 1000, 2)
