"""A server that takes webhooks, reports that something happens to, programs that want to know."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from city import cases, identity, partners, reports
from city.integration.webhooks import store
from city.integration.webhooks.actions import add_webhook
from city.integration.webhooks.fanout import hand_out
from city.integration.webhooks.model import NewWebhook, Webhook
from city.integration.webhooks.posting import Reach
from city.integration.webhooks.published import PUBLISHED
from city.integration.webhooks.sending import Sender
from city.kernel import Actor, Problem, Work, run_due_jobs
from city.partners.tests.given_programs import program_with_key
from city.reports import NewReport, Report
from tests.harness import EVERYBODY

HERE = Reach(this_machine=True)
REPORT_TYPES = [one.type for one in PUBLISHED if one.about == "report"]
ANSWER = "Đã thay bóng mới và kiểm tra cả dãy đèn từ đầu cầu đến ngã tư, đèn sáng bình thường."
BRIDGE = {"latitude": 16.4685, "longitude": 107.5890}


class Heard(msgspec.Struct):
    """A request as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        """The event in it."""
        return msgspec.json.decode(self.body)


class Receiver:
    """A server on this machine that takes what comes and answers as it is told."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.port = 0
        self.connections = 0
        self.answers: Callable[[Heard], bytes] = lambda _: _OK
        self.delay = 0.0

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}/hook"

    def events(self) -> list[dict[str, Any]]:
        """What was heard, in the order it came."""
        return [heard.event for heard in self.heard]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take requests of one connection."""
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.decode().split("\r\n")[1:-2]
                headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
                body = await reader.readexactly(int(headers["content-length"]))
                heard = Heard(headers, body)
                self.heard.append(heard)
                if self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(self.answers(heard))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


_OK = b"HTTP/1.1 204 No Content\r\n\r\n"


def answer(status: int, body: str = "", **headers: str) -> bytes:
    """Return an HTTP answer."""
    content = body.encode()
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} Said\r\ncontent-length: {len(content)}\r\n{lines}\r\n"
    return head.encode() + content


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """Run a receiver on a free port."""
    one = Receiver()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()


@asynccontextmanager
async def sender(database: Any) -> AsyncIterator[Sender]:
    """A sender that may post to this machine."""
    one = Sender(database, HERE)
    try:
        yield one
    finally:
        await one.posts.close()


async def given_program(work: Work, *scopes: str) -> partners.Program:
    """Return a program with these scopes, registered by nobody."""
    program, _ = await program_with_key(work, *scopes)
    return program


async def given_webhook(
    work: Work, url: str, *, types: list[str] | None = None, program: Any = None, **more: Any
) -> tuple[Webhook, str]:
    """Register an address, of a person or of a program."""
    new = NewWebhook(url=url, types=types or REPORT_TYPES, **more)
    before, person = work.actor, None
    if program is None:
        person = await identity.add_person(work, identity.NewPerson(name="Lê Minh Anh"))
    work.actor = Actor(
        id=person.id if person else None,
        name="Lê Minh Anh",
        program_id=program.id if program else None,
        permissions=frozenset({"me", "webhooks.manage"}),
    )
    try:
        return await add_webhook(work, new, program)
    finally:
        work.actor = before


async def key_for(inside: Any, *scopes: str) -> dict[str, str]:
    """Return the header by which a new program with these scopes proves itself."""
    async with inside.work(EVERYBODY) as work:
        _, key = await program_with_key(work, *scopes)
    return {"authorization": f"Bearer {key}"}


async def begun(database: Any) -> None:
    """Let the log be handed out from now on."""
    async with database.work(EVERYBODY) as work:
        await hand_out(work)


async def handed_out(database: Any) -> None:
    """Hand out all that has happened."""
    while True:
        async with database.work(EVERYBODY) as work:
            if not await hand_out(work):
                return


async def reported(database: Any, **changed: Any) -> Report:
    """Have somebody report a street light."""
    given = {"category": "street-light", "description": "Đèn đường tắt ba đêm nay.", **BRIDGE}
    async with database.work(EVERYBODY) as work:
        person = await identity.add_person(work, identity.NewPerson(name="Nguyễn Thị Lan"))
        work.actor = msgspec.structs.replace(work.actor, id=person.id, name=person.name)
        return await reports.submit_report(work, NewReport(**{**given, **changed}))


async def moved(database: Any, case_id: UUID, by: str = "", dice: Any = random) -> bool:
    """Do a verb on a case (any that goes), and let the report follow; False if none went."""
    steps: dict[str, Callable[[Work], Any]] = {
        "accept": lambda work: cases.accept_case(work, case_id),
        "reject": lambda work: cases.reject_case(work, case_id, "not_found"),
        "route": lambda work: _route(work, case_id, dice),
        "take": lambda work: cases.take_case(work, case_id),
        "answer": lambda work: cases.answer_case(work, case_id, ANSWER),
        "publish": lambda work: cases.publish_answer(work, case_id),
        "send_back": lambda work: cases.send_back(work, case_id, "Xin ghi rõ đã thay mấy bóng."),
        "reopen": lambda work: cases.reopen_case(work, case_id, "Đèn lại tắt từ tối hôm qua."),
    }
    for verb in [by] if by else dice.sample(list(steps), len(steps)):
        try:
            async with database.work(EVERYBODY) as work:
                await steps[verb](work)
        except Problem:
            if by:
                raise
            continue
        await followed(database)
        return True
    return False


async def _route(work: Work, case_id: UUID, dice: Any) -> None:
    unit = await identity.find_unit(work, dice.choice(["hepco", "environment-department"]))
    assert unit is not None
    await cases.route_case(work, case_id, unit.id)


async def followed(database: Any) -> None:
    """Let reports follow their cases."""
    await run_due_jobs(database, now=database.clock() + timedelta(seconds=1))


async def deliveries(database: Any, webhook_id: UUID) -> list[Any]:
    """What there is for an address, the first first."""
    async with database.work(EVERYBODY, reading=True) as work:
        return (await store.list_deliveries(work, webhook_id, None, None, 10_000))[::-1]


def by_subject(events: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The ids of events by what they are about, in their order."""
    found: dict[str, list[str]] = {}
    for event in events:
        found.setdefault(event["subject"], []).append(event["id"])
    return found
