"""The desk's list of cases: what it is narrowed to, its views, and what comes after a case."""

import contextlib
from typing import Any
from urllib.parse import parse_qsl, urlencode

from city import places
from city.cases import store
from city.cases.categories import known_categories
from city.cases.desk.filters import ROWS, TABS, Filters, list_items, read_filters
from city.cases.desk.live import live_desk
from city.cases.model import REASONS, STATUS_WORDS, Case, Source, is_unit_officer
from city.cases.pages.moves import undo_of
from city.cases.pages.views import PROCESS_WORDS, SOURCE_WORDS, Reader, reader_of
from city.kernel import Missing, Work, read_ref, say
from city.web import Request, Response, get, page, redirect, wants_fragment, write_cursor


@get("/desk", allow="cases.view")
async def show_queue(
    request: Request[Any, Any, Any], work: Work, after: str = "", current: str = ""
) -> Response[Any]:
    """Show a list, or go to the case whose reference is asked for.

    To HTMX it gives the list alone, for the side of a case's page. One statement, besides what
    is asked once in a while.
    """
    filters = read_filters(request.query_params)
    if ref := read_ref(filters.q):
        # "den duong" reads like a reference too, and means the words.
        with contextlib.suppress(Missing):
            found = await store.see_case_by_ref(work, ref)
            return redirect(f"/desk/cases/{found.ref}")
    if is_unit_officer(work.actor):
        return redirect("/work")
    items = await list_items(work, filters, after, filters.rows + 1)
    reader = await reader_of(request, work, await known_categories(work))
    more = items[filters.rows - 1] if len(items) > filters.rows else None
    desk = live_desk(request.app.state.database)
    board = desk.board
    query = filters.query()
    return page(
        request,
        "cases/queue_side.html" if wants_fragment(request) else "cases/queue.html",
        lines=[reader.board_line(item) for item in items[: filters.rows]],
        tabs=_tabs(reader, filters, board.counts if board else {}),
        filters=filters,
        list=query,
        counts=board.counts if board else {},
        as_of=desk.looked_at,
        current=current,
        choices=_choices(reader, filters) if not wants_fragment(request) else {},
        narrowed=_narrowed(reader, filters),
        older=f"/desk?{query}&after={write_cursor(more.queue_at, more.id)}" if more else "",
        newest=f"/desk?{query}" if after else "",
        units=units_of(reader),
        reasons=reasons_of(reader),
        undo=await undo_of(request, work, reader),
    )


@get("/desk/next", allow="cases.triage")
async def next_case(work: Work, ref: str, list: str = "") -> Response[Any]:
    """Go to the case after this one in a list, or back to the list when it is at its end."""
    case = await store.see_case_by_ref(work, read_or_missing(ref))
    return redirect(await after_case(work, case, list))


routes = [show_queue, next_case]


async def after_case(work: Work, case: Case, list: str) -> str:
    """Return the address of what comes after a case in a list: the next case, or the list."""
    filters = read_filters(dict(parse_qsl(list)))
    place = (store.queue_at(case), case.id)
    for after in (place, None):
        items = await list_items(work, filters, write_cursor(*after) if after else "", 6)
        for item in items:
            if item.id != case.id and item.held_verb is None:
                return f"/desk/cases/{item.ref}?{urlencode({'list': filters.query()})}"
    return f"/desk?{filters.query()}"


def _tabs(reader: Reader, filters: Filters, counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "letter": LETTERS[key],
            "label": reader.say(tab.words),
            "href": f"/desk?{filters.query(tab=key, status=None)}",
            # The number of all that was ever closed helps nobody, and counting it takes long.
            "count": None if key == "done" else counts.get(key, ""),
        }
        for key, tab in TABS.items()
    ]


LETTERS = {
    "new": "n",
    "instant": "i",
    "route": "r",
    "units": "u",
    "waiting": "w",
    "check": "c",
    "late": "l",
    "all": "a",
    "done": "d",
}
"""The letter after `g` that goes to each view."""


def _choices(reader: Reader, filters: Filters) -> dict[str, list[dict[str, str]]]:
    """Return what the fields of the filter offer."""
    return {
        "group": [{"value": str(p), "label": reader.say(w)} for p, w in PROCESS_WORDS.items()],
        "status": [{"value": str(s), "label": reader.say(w)} for s, w in STATUS_WORDS.items()],
        "source": [{"value": str(s), "label": reader.say(SOURCE_WORDS[s])} for s in Source],
        "category": [
            {"value": code, "label": reader.named(known.name)}
            for code, known in reader.categories.items()
        ],
        "ward": [
            {"value": ward.code, "label": reader.named(ward.name)} for ward in places.list_wards()
        ],
        "claimed": [
            {"value": "me", "label": reader.say(say("In my hands"))},
            {"value": "nobody", "label": reader.say(say("In nobody's hands"))},
        ],
        "rows": [{"value": str(n), "label": str(n)} for n in ROWS],
    }


def _narrowed(reader: Reader, filters: Filters) -> list[dict[str, str]]:
    """Return what the list is narrowed to, each with the address that takes it away."""
    words: dict[str, str] = {
        "q": f"“{filters.q}”" if filters.q else "",
        "group": reader.say(PROCESS_WORDS[filters.group]) if filters.group else "",
        "status": reader.say(STATUS_WORDS[filters.status]) if filters.status else "",
        "source": reader.say(SOURCE_WORDS[filters.source]) if filters.source else "",
        "category": reader.category(filters.category) if filters.category else "",
        "ward": reader.ward(filters.ward) or filters.ward,
        "unit": reader.unit(filters.unit, short=True),
        "late": reader.say(say("Late")) if filters.late else "",
        "escalated": reader.say(say("Escalated")) if filters.escalated else "",
        "reopened": reader.say(say("Re-opened")) if filters.reopened else "",
        "claimed": {
            "me": reader.say(say("In my hands")),
            "nobody": reader.say(say("In nobody's hands")),
        }.get(filters.claimed, ""),
    }
    return [
        {"label": label, "without": f"/desk?{filters.query(**{name: None})}"}
        for name, label in words.items()
        if label
    ]


def units_of(reader: Reader) -> list[dict[str, str]]:
    """Return the units to choose from."""
    return [{"value": str(u.id), "label": reader.named(u.name)} for u in reader.units.values()]


def reasons_of(reader: Reader) -> list[dict[str, str]]:
    """Return the usual reasons to choose from."""
    return [{"value": key, "label": reader.say(says)} for key, says in REASONS.items()]


def list_of(case: Case) -> str:
    """Return the view in which a case stands, as the query of a list."""
    if not case.is_open:
        return "tab=done"
    found = (key for key, tab in TABS.items() if case.status in tab.statuses)
    return f"tab={next(found, 'all')}"


def read_or_missing(ref: str) -> str:
    """Return the reference that was meant; raise Missing if it is none."""
    found = read_ref(ref)
    if found is None:
        raise Missing("There is no case with this reference.")
    return found
