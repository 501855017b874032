"""The hub for programs: sending and asking under a contract; the log for auditors."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar.params import Parameter
from msgspec import Struct

from city.integration.hub import inbound, journal
from city.integration.hub.formats import CSV, JSON, XML
from city.integration.hub.model import (
    CODE,
    MOST_BYTES,
    Checkpoint,
    Direction,
    Entry,
    Exchange,
    Message,
    Outcome,
    Verdict,
)
from city.integration.hub.store import log as store
from city.kernel import Invalid, Problem, TooMany, Work, new_id, say
from city.web import Request, get, post, render_words

AnyRequest = Request[Any, Any, Any]

_CODE = f"^{CODE.pattern}$"

Most = Annotated[int, Parameter(ge=1, le=500)]
After = Annotated[str, Parameter(max_length=300, pattern=r"^[^\x00]*$")]
System = Annotated[str, Parameter(description="The code of a system.", pattern=_CODE)]
Kind = Annotated[str, Parameter(description="A kind of messages.", pattern=_CODE)]
Names = Annotated[str, Parameter(max_length=4000)]


class Taken(Struct, frozen=True):
    """A message that the city has taken. `href` says how it goes on."""

    id: UUID
    state: str
    repeated: bool
    href: str


class MessageState(Struct, frozen=True):
    """How a message goes on: `waiting`, `done` or `dead`; `fault` says what is wrong with it.

    `results` are the references of the cases that were opened.
    """

    id: UUID
    system: str
    kind: str
    external_id: str
    state: str
    taken_at: datetime
    settled_at: datetime | None
    results: list[str]
    fault: str | None


class Kept(Struct, frozen=True):
    """A record, with the fields that the contract allows."""

    key: str
    fields: dict[str, Any]


class KeptPage(Struct, frozen=True):
    """A page of records; `next` goes on where this one ends, or is null at the end."""

    records: list[Kept]
    next: str | None


class EntryPage(Struct, frozen=True):
    """Entries of the log in the order of the chain."""

    entries: list[Entry]
    next: int | None


@post(
    "/api/v1/hub/{system:str}/{kind:str}",
    allow="hub.use",
    status_code=202,
    once=False,
    request_max_body_size=MOST_BYTES,
    leads={"show_hub_message": {"message_id": "$response.body#/id"}},
    brings={JSON: dict[str, Any] | list[dict[str, Any]], CSV: str, XML: None},
)
async def send_hub_message(request: AnyRequest, system: System, kind: Kind) -> Taken:
    """Send a message of a system to the city, under its contract.

    The body is JSON, CSV or XML. `Message-Id` (or `Idempotency-Key`) is its id in the other
    system: the same sent again is taken once.
    """
    headers = request.headers
    key = headers.get("message-id", "") or headers.get("idempotency-key", "")
    if len(key) > 200 or not key.isprintable():
        raise Invalid({"Message-Id": say("This does not look right. Please check it.")})
    message, new = await inbound.receive(
        request.app.state.database,
        request.user,
        system,
        kind,
        headers.get("content-type", ""),
        await request.body(),
        key,
    )
    href = f"/api/v1/hub/messages/{message.id}"
    return Taken(message.id, message.state, not new, href)


@get("/api/v1/hub/messages/{message_id:uuid}", allow="hub.use")
async def show_hub_message(request: AnyRequest, work: Work, message_id: UUID) -> MessageState:
    """Show how a message goes on that a system has sent."""
    found = await inbound.see_message(work, message_id)
    return state_of(found, request.scope["state"]["language"])


@get("/api/v1/hub/{system:str}/{kind:str}", allow="hub.use", may=(403, 422, 429))
async def read_hub_records(
    request: AnyRequest,
    system: System,
    kind: Kind,
    fields: Names = "",
    after: After = "",
    limit: Most = 100,
) -> KeptPage:
    """Read what the city keeps of a kind, as far as the system's contract allows it.

    `fields` names those wanted, with commas between them; one that the contract does not allow
    is refused by its name, and one that nobody asked for is not sent.
    """
    wanted = [name for part in fields.split(",") if (name := part.strip())]
    # Reading under a contract is written down too, which a reading work could not.
    database = request.app.state.database
    outcome, number, problem, found, onward = Outcome.FETCHED, None, None, [], None
    async with database.work(request.user) as work:
        await inbound.speaks_for(work, system)
        try:
            contract = await inbound.in_force(work, system, kind, Direction.OUT)
            number = contract.number
            found, onward = await inbound.read_kept(work, contract, wanted, after, limit)
            await inbound.count_use(work, contract)
        except Problem as refused:
            problem, outcome = refused, _outcome_of(refused)
        exchange = Exchange(
            at=work.now,
            message_id=new_id(),
            system=system,
            kind=kind,
            contract=number,
            direction=Direction.OUT,
            outcome=outcome,
        )
        await store.add_exchange(work, exchange)
    if problem is not None:
        raise problem
    return KeptPage([Kept(key, values) for key, values in found], onward)


@get("/api/v1/hub/log", allow="integration.view")
async def list_hub_log(
    work: Work, after: Annotated[int, Parameter(ge=0)] = 0, limit: Most = 100
) -> EntryPage:
    """List the log of exchanges in the order of its chain, after an entry."""
    entries = await store.list_entries(work, after, limit)
    return EntryPage(entries, entries[-1].seq if len(entries) == limit else None)


@get("/api/v1/hub/log/checkpoints", allow="integration.view")
async def list_hub_checkpoints(
    work: Work, after: Annotated[int, Parameter(ge=0)] = 0, limit: Most = 100
) -> list[Checkpoint]:
    """List the city's signatures under the log. Keep them: with one, the log can be proven."""
    return await store.list_checkpoints(work, after, limit)


@get("/api/v1/hub/log/verification", allow="integration.view")
async def verify_hub_log(work: Work) -> Verdict:
    """Check the whole chain of the log and every signature under it."""
    return await journal.verify_log(work)


def state_of(found: Message, language: str) -> MessageState:
    """Return how a message goes on, with what is wrong in the reader's language."""
    fault = inbound.fault_of(found)
    return MessageState(
        id=found.id,
        system=found.system,
        kind=found.kind,
        external_id=found.external_id,
        state=found.state,
        taken_at=found.made_at,
        settled_at=found.settled_at,
        results=found.results,
        fault=render_words(language, fault) if fault else None,
    )


def _outcome_of(problem: Problem) -> Outcome:
    if isinstance(problem, TooMany):
        return Outcome.OVER_QUOTA
    return Outcome.NOT_ALLOWED if isinstance(problem, Invalid) else Outcome.NO_CONTRACT


routes = [
    send_hub_message,
    show_hub_message,
    read_hub_records,
    list_hub_log,
    list_hub_checkpoints,
    verify_hub_log,
]
