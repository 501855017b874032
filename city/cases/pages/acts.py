"""What happens around the cases at the desk: live news, presence, undo, many at once, filters."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from litestar.response import ServerSentEvent, ServerSentEventMessage
from msgspec import Meta, Struct

from city.cases import actions, store
from city.cases.actions.claiming import colleagues_for
from city.cases.categories import known_categories
from city.cases.desk.bulk import BULK_VERBS, MOST_AT_ONCE, Several, do_several
from city.cases.desk.filters import (
    NewFilter,
    change_filter,
    remove_filter,
    save_filter,
)
from city.cases.desk.held import take_back
from city.cases.desk.live import MOST_COUNTED, Listener, live_desk
from city.cases.model import CLAIM_MINUTES, is_unit_officer
from city.cases.pages.board import read_or_missing
from city.cases.pages.views import reader_of
from city.cases.store.queues import Wanted
from city.kernel import Conflict, Forbidden, Work, say
from city.processes import Process, Status
from city.web import Request, Response, get, page, post, read_form, redirect


@get("/desk/live", allow="cases.view", opt={"skip_compression": True})
async def listen(request: Request[Any, Any, Any]) -> ServerSentEvent:
    """Tell what is new at the desk, second by second, for as long as the page is open.

    Messages are JSON: `counts`, `instant`, `taken` and `present`, or `filters` with the counts of
    the filters pinned on this page, or, without news, `as_of`: what was told is still so, then.
    No connection to the database is held. It ends after ten minutes; the browser asks again then,
    and is refused if the session is over.
    """
    database, actor = request.app.state.database, request.scope["user"]
    if is_unit_officer(actor):
        raise Forbidden("You are not allowed to do this.")
    async with database.work(actor, reading=True) as work:
        pinned = await store.list_filters(work, actor.person_id)
    desk, listener = live_desk(database), Listener(actor, pinned)

    async def messages() -> AsyncIterator[ServerSentEventMessage]:
        until = time.monotonic() + LISTEN_SECONDS
        async for message in desk.listen(listener):
            if time.monotonic() > until:
                return
            yield ServerSentEventMessage(data=message.decode())

    return ServerSentEvent(messages(), headers={"cache-control": "no-store"})


class Sign(Struct, frozen=True, kw_only=True):
    """A sign of somebody who has a case open: whether they type, or leave."""

    typing: bool = False
    gone: bool = False


LISTEN_SECONDS = 600
MOST_ROWS = 100
MOST_SHOWN = 5
"""So many instant cases the notice shows; it says how many there are."""


@post("/desk/presence/{ref:str}", allow="cases.view", status_code=204)
async def show_presence(request: Request[Any, Any, Any], work: Work, ref: str) -> None:
    """Write down that somebody looks at a case, or types, or has gone."""
    ref = read_or_missing(ref)
    given, _ = await read_form(request, Sign)
    if given is not None and given.gone:
        await store.drop_presence(work, ref, work.actor.person_id)
        return
    typing = given is not None and given.typing
    await store.set_presence(work, ref, work.actor.person_id, work.actor.name, typing=typing)


@get("/desk/notice", allow="cases.triage")
async def show_notice(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show the instant cases that nobody has taken: a part of every open page of the desk.

    The newest stands first: it is the one that has just rung.
    """
    asked = Wanted(
        statuses=[str(Status.NEW)],
        process=str(Process.INSTANT),
        unclaimed=True,
        claimed_since=work.now - timedelta(minutes=CLAIM_MINUTES),
    )
    items = await store.list_board(work, asked, limit=MOST_ROWS)
    items.sort(key=lambda item: item.opened_at, reverse=True)
    reader = await reader_of(request, work, await known_categories(work))
    lines = [reader.board_line(item) for item in items[:MOST_SHOWN]]
    return page(request, "cases/notice.html", lines=lines, count=len(items))


@post("/desk/take/{ref:str}", allow="cases.triage")
async def take_instant(request: Request[Any, Any, Any], work: Work, ref: str) -> Response[Any]:
    """Take an instant case in hand: it is accepted, and it is yours. The first one wins."""
    case = await store.see_case_by_ref(work, read_or_missing(ref))
    given, _ = await read_form(request, _Version)
    version = given.version if given else None
    until = case.claimed_until()
    if case.claimed_by not in (None, work.actor.id) and until is not None and until > work.now:
        raise Conflict("{name} has this case in hand.", name=case.claimed_name)
    case = await actions.accept_case(work, case.id, version=version)
    await actions.claim_case(work, case.id)
    return redirect(f"/desk/cases/{case.ref}?list=tab%3Dinstant")


class _Version(Struct, frozen=True, kw_only=True):
    version: int | None = None


@get("/desk/colleagues/{ref:str}", allow="cases.triage")
async def show_colleagues(request: Request[Any, Any, Any], work: Work, ref: str) -> Response[Any]:
    """Show to whom a case could be handed over: a part of its page."""
    case = await store.see_case_by_ref(work, read_or_missing(ref))
    people = [
        {"value": str(person.id), "label": person.name}
        for person in await colleagues_for(work, case)
        if person.id != work.actor.id
    ]
    return page(request, "cases/colleagues.html", ref=case.ref, people=people)


@post("/desk/held/{held_id:uuid}/undo", allow="cases.view")
async def undo(request: Request[Any, Any, Any], work: Work, held_id: UUID) -> Response[Any]:
    """Take back what one has just asked for, and go back to the case with what was typed."""
    held = await take_back(work, held_id)
    case = await store.see_case(work, held.case_id)
    return redirect(
        f"/desk/cases/{case.ref}", say("Taken back: nothing has happened to {ref}.", ref=case.ref)
    )


@post("/desk/held/{held_id:uuid}/seen", allow="cases.view")
async def forget_refused(
    request: Request[Any, Any, Any], work: Work, held_id: UUID
) -> Response[Any]:
    """Put away what could not be done, once its author has seen it."""
    held = await store.find_held(work, held_id)
    await store.drop_refused(work, held_id, work.actor.person_id)
    if held is None:
        return redirect("/desk")
    case = await store.see_case(work, held.case_id)
    return redirect(f"/desk/cases/{case.ref}")


@post("/desk/bulk", allow="cases.triage")
async def do_bulk(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Do the same with several cases, one by one, and show what became of each."""
    given, form = await read_form(request, Several)
    if given is None or given.verb not in BULK_VERBS or not given.case:
        return redirect(f"/desk?{form.values.get('list', '')}", say("Please choose cases first."))
    reader = await reader_of(request, work, await known_categories(work))
    results = await do_several(work, given)
    return page(
        request,
        "cases/bulk.html",
        verb=reader.say(BULK_VERBS[given.verb]),
        results=[
            {
                "ref": one.ref,
                "title": one.title,
                "done": one.refused is None,
                "why": reader.say(one.refused) if one.refused else "",
            }
            for one in results
        ],
        list=given.list,
        most=MOST_AT_ONCE,
    )


@get("/desk/filters", allow="cases.view")
async def show_filters(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show the filters pinned for this person: a part of the list's page."""
    kept = await store.list_filters(work, work.actor.person_id)
    return page(
        request,
        "cases/filters.html",
        filters=[
            {
                "id": str(one.id),
                "name": one.name,
                "query": one.query,
                "shared": one.shared,
                "mine": one.person_id == work.actor.id,
                "version": one.version,
            }
            for one in kept
        ],
        most=MOST_COUNTED,
    )


@post("/desk/filters", allow="cases.view")
async def add_filter(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Keep what the list is narrowed to under a name."""
    given, form = await read_form(request, NewFilter)
    if given is None:
        query = form.values.get("query", "")
        return redirect(f"/desk?{query}", say("Please give the filter a name."))
    kept = await save_filter(work, given)
    return redirect(f"/desk?{kept.query}", say("The filter “{name}” is kept.", name=kept.name))


class ChangedFilter(NewFilter, frozen=True, kw_only=True):
    """A filter as it should be from now on; `remove` puts it away."""

    name: Annotated[str, Meta(max_length=60)]
    version: int
    remove: bool = False


@post("/desk/filters/{filter_id:uuid}", allow="cases.view")
async def alter_filter(
    request: Request[Any, Any, Any], work: Work, filter_id: UUID
) -> Response[Any]:
    """Rename, share or remove a filter of one's own."""
    given, _ = await read_form(request, ChangedFilter)
    if given is None:
        return redirect("/desk", say("Please give the filter a name."))
    if given.remove:
        await remove_filter(work, filter_id)
        return redirect("/desk", say("The filter “{name}” is removed.", name=given.name))
    await change_filter(work, filter_id, given, given.version)
    return redirect("/desk", say("The filter “{name}” is kept.", name=given.name))


routes = [
    listen,
    show_presence,
    show_notice,
    take_instant,
    show_colleagues,
    undo,
    forget_refused,
    do_bulk,
    show_filters,
    add_filter,
    alter_filter,
]
