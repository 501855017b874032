"""What one person has sent, and what waits for them."""

from typing import Any

from city import cases
from city.kernel import Work
from city.reports import store
from city.reports.search import find_mine
from city.reports.views import lines_of
from city.web import Request, Response, get, keep_offline, page


@get("/mine", allow="me")
async def show_mine(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show my reports, and on top those whose answer waits for my word."""
    language = request.scope["state"]["language"]
    cursor = request.query_params.get("cursor", "")
    cards, after = await find_mine(work, request.user.id, cursor)
    waiting = [] if cursor else await store.list_waiting(work, request.user.id, 10)
    categories = await cases.known_categories(work)
    answer = page(
        request,
        "reports/mine.html",
        at=work.now,
        waiting=lines_of(waiting, categories, language, work.now),
        lines=lines_of(cards, categories, language, work.now),
        older=f"/mine?cursor={after}" if after else "",
        newer="/mine" if cursor else "",
    )
    return keep_offline(answer, "person")


@get("/mine/card", allow="me")
async def waiting_card(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show what waits for me: a part of the first page; empty when nothing does."""
    language = request.scope["state"]["language"]
    waiting = await store.list_waiting(work, request.user.id, 3)
    categories = await cases.known_categories(work)
    lines = lines_of(waiting, categories, language, work.now)
    return keep_offline(page(request, "reports/waiting.html", waiting=lines), "person")
