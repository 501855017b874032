"""The inbox, and in a sample city the outbox of the simulated providers."""

from uuid import UUID

from city.kernel import Missing, Says, Work
from city.messages import actions, push, store
from city.settings import current
from city.web import PUBLIC, Request, Response, get, page, post, redirect

A_PAGE = 20


@get("/inbox", allow="me")
async def show_inbox(request: Request, work: Work, before: UUID | None = None) -> Response:
    """Show what the reader has been told, newest first."""
    found = await store.list_messages(work, work.actor.person_id, before, A_PAGE + 1)
    shown = [
        {"message": message, "says": Says(message.text, message.params)}
        for message in found[:A_PAGE]
    ]
    older = found[A_PAGE - 1].id if len(found) > A_PAGE else None
    new = sum(1 for message in found[:A_PAGE] if message.read_at is None)
    return page(request, "messages/inbox.html", shown=shown, older=older, new=new)


@get("/inbox/unread", allow=PUBLIC)
async def count_unread(request: Request, work: Work) -> Response:
    """Return the little number on the bell, as a fragment."""
    count = await store.count_unread(work, work.actor.id) if work.actor.id else 0
    return page(request, "messages/unread.html", count=count)


@get("/inbox/card", allow="me")
async def show_card(request: Request, work: Work) -> Response:
    """Return what waits in the inbox, as a card of the first page; nothing if nothing does."""
    count = await store.count_unread(work, work.actor.person_id)
    return page(request, "messages/card.html", count=count)


@post("/inbox/{id:uuid}", allow="me")
async def open_message(work: Work, id: UUID) -> Response:
    """Note that a message has been read, and lead to what it is about."""
    return redirect(await actions.open_message(work, id))


@post("/inbox/read", allow="me")
async def read_all(work: Work) -> Response:
    """Note that everything has been seen."""
    await actions.read_all(work)
    return redirect("/inbox")


@get("/simulated/outbox", allow=PUBLIC)
async def show_outbox(request: Request, work: Work) -> Response:
    """Show what the simulated mail server, SMS gateway and push service got.

    In a sample city only.
    """
    if not current().sample:
        raise Missing("This is not a sample city.")
    received = await store.list_received(work, 50)
    devices = await push.list_devices(work, 10)
    return page(request, "messages/outbox.html", received=received, devices=devices)


routes = [show_inbox, count_unread, show_card, open_message, read_all, show_outbox]
