"""The coordination desk: its queues, and the page of one case with what can be done now."""

import contextlib
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from msgspec import Struct

from city import calendar
from city.cases import store
from city.cases.actions import definition_of
from city.cases.categories import known_categories
from city.cases.cursors import read_cursor, write_cursor
from city.cases.history import is_whole
from city.cases.model import REASONS, Case, QueueItem, Status, is_unit_officer, moves_for
from city.cases.pages.views import Reader, reader_of, suggested_unit
from city.cases.verbs import verb_called
from city.kernel import Conflict, Invalid, Missing, Says, Work, read_ref, say
from city.web import Form, Request, Response, get, page, post, read_form, redirect, wants_fragment

PAGE = 50


class Tab(Struct, frozen=True):
    """A view of the queue."""

    words: Says
    statuses: tuple[Status, ...] = tuple(Status)
    process: str | None = None
    late: bool = False


TABS: dict[str, Tab] = {
    "new": Tab(say("New"), (Status.NEW,)),
    "instant": Tab(say("Instant"), process="instant"),
    "route": Tab(say("To route"), (Status.ACCEPTED,)),
    "units": Tab(say("At units"), (Status.ROUTED, Status.DOING)),
    "check": Tab(say("To check"), (Status.ANSWERED,)),
    "late": Tab(say("Late"), late=True),
    "done": Tab(say("Closed")),
}

DONE_WORDS: dict[str, Says] = {
    "accept": say("{ref} is accepted. Now give it to a unit."),
    "route": say("{ref} is with the unit now."),
    "reject": say("{ref} is closed, with the reason."),
    "merge": say("{ref} was joined with the other case."),
    "send_back": say("{ref} went back to the unit."),
    "publish": say("The answer to {ref} is public."),
    "reopen": say("{ref} is open again."),
    "take": say("{ref} is being handled now."),
    "answer": say("Your answer to {ref} is being checked."),
}


@get("/desk", allow="cases.view")
async def show_queue(
    request: Request[Any, Any, Any],
    work: Work,
    tab: str = "",
    q: str = "",
    unit: UUID | None = None,
    after: str = "",
    current: str = "",
) -> Response[Any]:
    """Show a queue, or go to the case whose reference is asked for.

    To HTMX it gives the list alone, for the side of a case's page.
    """
    if ref := read_ref(q):
        # "den duong" reads like a reference too, and means the words.
        with contextlib.suppress(Missing):
            found = await store.see_case_by_ref(work, ref)
            return redirect(f"/desk/cases/{found.ref}")
    if is_unit_officer(work.actor):
        return redirect("/work")
    tab = tab if tab in TABS else "new"
    items = await _list(work, tab, q, unit, after)
    midnight = work.now.astimezone(calendar.current().zone).replace(hour=0, minute=0, second=0)
    counts = await store.count_queue(work, soon=work.now + timedelta(hours=1), midnight=midnight)
    reader = await reader_of(request, work, await known_categories(work))
    about = {"tab": tab, "q": q, "unit": str(unit) if unit else ""}
    more = items[PAGE - 1] if len(items) > PAGE else None
    return page(
        request,
        "cases/queue_side.html" if wants_fragment(request) else "cases/queue.html",
        lines=[reader.line(item, "/desk/cases") for item in items[:PAGE]],
        tabs=_tabs(reader, tab, counts, about["unit"]),
        tab=tab,
        q=q,
        unit=reader.unit(unit),
        counts=counts,
        current=current,
        older=_address(about, write_cursor(more.queue_at, more.id)) if more else "",
        newest=_address(about, "") if after else "",
    )


@get("/desk/cases/{ref:str}", allow="cases.view")
async def show_case(request: Request[Any, Any, Any], work: Work, ref: str) -> Response[Any]:
    """Show a case with its history, and forms for what this person can do with it now."""
    case = await store.see_case_by_ref(work, read_or_missing(ref))
    if is_unit_officer(work.actor):
        return redirect(f"/work/{case.ref}")
    return await _case_page(request, work, case)


@post("/desk/cases/{ref:str}/{verb:str}", allow="cases.triage")
async def move_case(
    request: Request[Any, Any, Any], work: Work, ref: str, verb: str
) -> Response[Any]:
    """Do something with a case, and come back to it; what was typed stays when it is refused."""
    wanted = verb_called(verb)
    case = await store.see_case_by_ref(work, read_or_missing(ref))
    given, form = await read_form(request, wanted.shape)
    if given is not None:
        try:
            case = await wanted.do(work, case.id, given)
        except Invalid as invalid:
            form.errors |= invalid.errors
        except Conflict as conflict:
            form.problem = conflict.says
            case = await store.see_case(work, case.id)
            return await _case_page(request, work, case, form, verb, 409)
        else:
            return redirect(
                f"/desk/cases/{case.ref}",
                say(DONE_WORDS[verb.replace("-", "_")].text, ref=case.ref),
            )
    return await _case_page(request, work, case, form, verb, 422)


routes = [show_queue, show_case, move_case]


async def _case_page(
    request: Request[Any, Any, Any],
    work: Work,
    case: Case,
    form: Form | None = None,
    verb: str = "",
    status: int = 200,
) -> Response[Any]:
    entries = await store.list_history(work, case.id)
    categories = await known_categories(work)
    reader = await reader_of(request, work, categories)
    suggested = suggested_unit(case, categories.get(case.category), reader.units)
    options = [{"value": str(u.id), "label": reader.named(u.name)} for u in reader.units.values()]
    return page(
        request,
        "cases/case.html",
        status,
        case=reader.case(case),
        steps=_steps(reader, case),
        history=reader.history(entries),
        whole=is_whole(case, entries),
        merged_into=entries[-1].facts.get("into", "") if entries else "",
        may=await _may(work, case),
        units=options,
        suggested=str(suggested or ""),
        reasons=[{"value": key, "label": reader.say(says)} for key, says in REASONS.items()],
        form=form or Form(),
        verb=verb.replace("-", "_"),
        tab=_tab_of(case),
    )


async def _may(work: Work, case: Case) -> list[str]:
    moves = moves_for(await definition_of(work, case), case, work.actor)
    may = [str(way.verb) for way in moves]
    return [*may, "merge"] if case.is_open and work.actor.may("cases.triage") else may


def _steps(reader: Reader, case: Case) -> list[dict[str, Any]]:
    """Return the steps of a case: which are over, which it is at, and by when."""
    order = [Status.NEW, Status.ACCEPTED, Status.ROUTED, Status.ANSWERED, Status.DONE]
    words = [say("Verify"), say("Route"), say("Handle"), say("Check"), say("Publish")]
    by = [case.verify_by, case.dispatch_by, case.due_at, case.due_at, case.due_at]
    at = Status.ROUTED if case.status is Status.DOING else case.status
    here = order.index(at) if at in order else len(order)
    if at is Status.DONE:
        here = len(order)
    return [
        {
            "label": reader.say(words[i]),
            "state": "over" if i < here else "now" if i == here else "next",
            "left": reader.left(by[i], case.process) if i == here else None,
            "by": by[i],
        }
        for i in range(len(order))
    ]


async def _list(work: Work, tab: str, q: str, unit: UUID | None, after: str) -> list[QueueItem]:
    place = read_cursor(after)
    wanted = TABS[tab]
    if q.strip():
        return await store.list_open(
            work, statuses=list(Status), words=q[:80], unit=unit, after=place, limit=PAGE + 1
        )
    if tab == "done":
        return await store.list_closed(work, unit=unit, after=place, limit=PAGE + 1)
    return await store.list_open(
        work,
        statuses=list(wanted.statuses),
        process=wanted.process,
        unit=unit,
        due_before=work.now if wanted.late else None,
        after=place,
        limit=PAGE + 1,
    )


def _tabs(reader: Reader, tab: str, counts: Any, unit: str) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "label": reader.say(TABS[key].words),
            "href": _address({"tab": key, "unit": unit}, ""),
            # The number of all that was ever closed helps nobody, and counting it takes long.
            "count": getattr(counts, key, None),
        }
        for key in TABS
    ]


def _address(about: dict[str, str], after: str) -> str:
    return "/desk?" + urlencode({k: v for k, v in {**about, "after": after}.items() if v})


def _tab_of(case: Case) -> str:
    """Return the tab in which a case stands."""
    if not case.is_open:
        return "done"
    found = (key for key, tab in TABS.items() if tab.statuses == (case.status,))
    return next(found, "units")


def read_or_missing(ref: str) -> str:
    """Return the reference that was meant; raise Missing if it is none."""
    found = read_ref(ref)
    if found is None:
        raise Missing("There is no case with this reference.")
    return found
