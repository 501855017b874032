"""Fetching the picture that a request names by its address, after it has been taken in.

The address is whatever somebody wrote, so nothing but the public Internet is reached: names are
looked up at each connection, redirects are followed by hand, and what comes is made safe like
any upload. What cannot be fetched is noted beside the request; the report stands without it.
"""

import asyncio
from urllib.parse import urljoin, urlsplit

import httpcore2

from city import media, reports
from city.integration.open311 import store
from city.integration.open311.model import MEDIA_BYTES, MEDIA_SECONDS
from city.kernel import Actor, Problem, Unavailable, Work, job, say
from city.messages import BadEndpoint, PublicNetwork

_MOST_REDIRECTS = 3
_NOT_THERE = say("Nothing could be fetched from this address.")
_NOT_ALLOWED = say("This address is not of the public Internet.")
_TOO_LARGE = say("The file at this address is larger than {most} MB.", most=MEDIA_BYTES // 10**6)
_ENOUGH = say("The report has as many photos as it can have.")

network = PublicNetwork()
"""How addresses are reached; tests put another in its place."""


class NotFetched(Problem):
    """What is at an address could not be had; the sentence says why."""


@job
async def fetch_media(work: Work, ref: str, url: str) -> None:
    """Fetch what a request names as its picture and put it to the report."""
    try:
        found = await download(url)
    except NotFetched as reason:
        await store.set_media_fault(work, ref, reason.says)
        return
    sent = await store.find_sent(work, ref)
    if sent is None:
        return
    program = Actor(
        name=sent.program_name,
        program_id=sent.program_id,
        permissions=frozenset({"media.send"}),
    )
    hands = work.at(work.now, program)
    try:
        file = await media.keep_upload(hands, found, urlsplit(url).path.rpartition("/")[2])
        await media.claim_files(hands, [file.id])
    except Unavailable:
        raise  # Tried again later, as the job is.
    except Problem as problem:
        await store.set_media_fault(work, ref, problem.says)
        return
    if not await reports.add_photos(work, ref, [file.id]):
        await store.set_media_fault(work, ref, _ENOUGH)


async def download(url: str) -> bytes:
    """Return what is at an address; raise NotFetched with the sentence why it cannot be had."""
    try:
        async with (
            asyncio.timeout(MEDIA_SECONDS),
            httpcore2.AsyncConnectionPool(network_backend=network) as pool,
        ):
            for _ in range(_MOST_REDIRECTS + 1):
                onward, body = await _get(pool, url)
                if onward is None:
                    return body
                url = urljoin(url, onward)
    except BadEndpoint:
        raise NotFetched(_NOT_ALLOWED.text) from None
    except (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError):
        pass
    except (httpcore2.UnsupportedProtocol, OSError, TimeoutError, ValueError):
        pass
    raise NotFetched(_NOT_THERE.text)


async def _get(pool: httpcore2.AsyncConnectionPool, url: str) -> tuple[str | None, bytes]:
    """Return where an address leads on to, or what is there."""
    if urlsplit(url).scheme not in ("http", "https") or not url.isascii():
        raise NotFetched(_NOT_THERE.text)
    async with pool.stream("GET", url, headers=[("Accept", "image/*, video/*")]) as answer:
        if 300 <= answer.status < 400:
            known = {name.lower(): value for name, value in answer.headers}
            return known.get(b"location", b"").decode("latin-1"), b""
        if answer.status != 200:
            raise NotFetched(_NOT_THERE.text)
        body = bytearray()
        async for piece in answer.aiter_stream():
            body += piece
            if len(body) > MEDIA_BYTES:
                raise NotFetched(_TOO_LARGE.text, **_TOO_LARGE.params)
        return None, bytes(body)
