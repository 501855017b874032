"""The page of one case at the coordination desk, and what can be done with it now."""

from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec

from city import places, textai
from city.cases import actions, routing, store
from city.cases.actions.sorting import EARLY
from city.cases.categories import known_categories
from city.cases.desk.held import HELD_VERBS, hold, spoken
from city.cases.history import is_whole
from city.cases.model import (
    STATUS_TONES,
    STATUS_WORDS,
    Case,
    Entry,
    Part,
    Process,
    Status,
    is_unit_officer,
)
from city.cases.pages.board import after_case, list_of, read_or_missing, reasons_of, units_of
from city.cases.pages.moves import LABELS, read_given, undo_of, ways_for
from city.cases.pages.views import (
    Reader,
    reader_of,
    suggested_unit,
)
from city.cases.store.desk import Held
from city.cases.verbs import Split, verb_called
from city.kernel import Conflict, Invalid, Problem, Says, Work, say
from city.web import Form, Request, Response, get, page, post, read_form, redirect

LEAST_SURE = 0.2
"""A category that fits the words less than this is not worth a look."""


class SplitLines(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a case as a person writes them: one on each line."""

    parts: Annotated[str, msgspec.Meta(max_length=4000)]
    version: int | None = None

    def split(self) -> Split:
        """Return them as a program would send them."""
        lines = [line.strip() for line in self.parts.splitlines()]
        parts = [Part(summary=line) for line in lines if line]
        return Split(parts=parts, version=self.version)


NEAR_METRES = 60.0
"""What lies so close to a case stands beside it as the same place."""

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
    "ask": say("The reporter of {ref} has been asked; the clock stands still."),
    "reply": say("The reporter's answer to {ref} is written down."),
    "pause": say("{ref} waits; the clock stands still."),
    "resume": say("{ref} goes on."),
    "step": say("{ref} is a step further."),
    "hand_back": say("{ref} went back to the desk."),
    "contribute": say("What you did is with {ref} now."),
    "claim": say("{ref} is in your hands for half an hour."),
    "release": say("{ref} is free again."),
    "hand_over": say("{ref} is in your colleague's hands."),
    "sort": say("{ref} is in another category now, with what that one promises."),
    "split": say("The parts of {ref} are cases of their own now."),
    "link": say("{ref} and the other case show each other now."),
    "unlink": say("{ref} and the other case are no longer linked."),
}

_STAYS = frozenset({"accept", "claim", "release", "hand_over", "sort", "split", "link", "unlink"})
"""After these one goes on with the same case."""


@get("/desk/cases/{ref:str}", allow="cases.view")
async def show_case(request: Request[Any, Any, Any], work: Work, ref: str) -> Response[Any]:
    """Show a case with its history, and forms for what this person can do with it now."""
    case = await store.see_case_by_ref(work, read_or_missing(ref))
    if is_unit_officer(work.actor):
        return redirect(f"/work/{case.ref}")
    return await case_page(request, work, case)


@post("/desk/cases/{ref:str}/{verb:str}", allow="cases.view")
async def move_case(
    request: Request[Any, Any, Any], work: Work, ref: str, verb: str
) -> Response[Any]:
    """Do something with a case; what was typed stays when it is refused.

    What would be public or hard to undo is held back for ten seconds. Then the next case of the
    list one came from is shown, or this one again.
    """
    if not work.actor.may("cases.lead"):
        work.actor.require("cases.triage")
    verb = verb.replace("-", "_")
    shape = SplitLines if verb == "split" else verb_called(verb).shape
    case = await store.see_case_by_ref(work, read_or_missing(ref))
    given, form = await read_form(request, shape)
    if given is not None:
        try:
            given = await _with_form(work, case, given, form)
            return await _do(work, case, verb, given, str(form.values.get("list", "")))
        except Invalid as invalid:
            form.errors |= invalid.errors
        except Conflict as conflict:
            form.problem = conflict.says
            case = await store.see_case(work, case.id)
            return await case_page(request, work, case, form, verb, 409)
    return await case_page(request, work, case, form, verb, 422)


routes = [show_case, move_case]


async def _do(work: Work, case: Case, verb: str, given: Any, list: str) -> Response[Any]:
    """Do it or hold it back, and go on to the next case of the list."""
    here = f"/desk/cases/{case.ref}"
    onward = await after_case(work, case, list) if list else here
    if verb in HELD_VERBS:
        held = await hold(work, case, verb, given)
        return redirect(f"{onward}{'&' if '?' in onward else '?'}undo={held.id}")
    case = await verb_called(verb).do(work, case.id, given)
    stays = verb in _STAYS
    return redirect(
        f"{here}?{urlencode({'list': list})}" if stays and list else here if stays else onward,
        say(DONE_WORDS[verb].text, ref=case.ref) if verb in DONE_WORDS else None,
    )


async def _with_form(work: Work, case: Case, given: Any, form: Form) -> Any:
    """Return what was given together with the answers to the process's own form."""
    if isinstance(given, SplitLines):
        return given.split()
    way_id = getattr(given, "id", "")
    if not way_id:
        return given
    definition = await actions.definition_of(work, case)
    way = next((way for way in definition.transitions if way.id == way_id), None)
    if way is None or not way.form:
        return given
    return msgspec.structs.replace(given, given=read_given(way.form, form.values))


async def case_page(
    request: Request[Any, Any, Any],
    work: Work,
    case: Case,
    form: Form | None = None,
    verb: str = "",
    status: int = 200,
) -> Response[Any]:
    """Show a case; with a form that was refused, and what has changed since it was begun."""
    entries = await store.list_history(work, case.id)
    categories = await known_categories(work)
    reader = await reader_of(request, work, categories)
    held = await store.list_held(work, case.id)
    definition = await actions.definition_of(work, case)
    ways = ways_for(reader, definition, case, work.actor)
    box = places.circle_box(case.latitude, case.longitude, NEAR_METRES)
    near = await store.list_neighbours(work, case, cells=places.cover(*box), metres=NEAR_METRES)
    suggested, why, helping = await _suggestion(work, reader, case)
    state = definition.states.get(case.state)
    form = form or Form()
    return page(
        request,
        "cases/case.html",
        status,
        case=reader.case(case),
        state=reader.named(state.name) if state else "",
        steps=_steps(reader, case),
        history=reader.history(entries),
        whole=is_whole(case, entries),
        merged_into=entries[-1].facts.get("into", "") if entries else "",
        ways=[{**_plain(way), "form_id": way.form_id} for way in ways],
        verbs=[way.verb for way in ways],
        held=_held(reader, work, held),
        near=[_near(reader, other) for other in near],
        pins=[
            [other.longitude, other.latitude, STATUS_TONES[other.status], other.ref]
            for other in near
        ],
        units=units_of(reader),
        suggested=suggested,
        suggested_why=why,
        helping=helping,
        reasons=reasons_of(reader),
        form=form,
        verb=verb.replace("-", "_"),
        way_id=str(form.values.get("id", "")),
        changed=_changed_since(reader, entries, case, form) if status == 409 else [],
        list=request.query_params.get("list", "")
        or str(form.values.get("list", ""))
        or list_of(case),
        undo=await undo_of(request, work, reader),
        words_kinds={"reject": "reject", "send_back": "send_back", "ask": "question"},
        me=str(work.actor.id or ""),
        more=_more(reader, work, case, entries),
    )


def _more(reader: Reader, work: Work, case: Case, entries: list[Entry]) -> dict[str, Any]:
    """Return what else can be done with a case, and what its words seem to say."""
    may = case.is_open and work.actor.may("cases.triage")
    early = may and case.status in EARLY
    answer = next((entry for entry in reversed(entries) if entry.verb == "answer"), None)
    fitting = textai.suggest_categories(case.summary) if early else []
    kinds = [
        {"value": code, "label": reader.named(category.name)}
        for code, category in reader.categories.items()
        if category.retired_at is None and category.process is not Process.COMMAND
    ]
    return {
        "may": may,
        "sort": early,
        "split": may and case.parent_id is None,
        "categories": kinds if early else [],
        "fitting": [
            {
                "code": one.code,
                "label": reader.category(one.code),
                "percent": round(one.score * 100),
            }
            for one in fitting
            if one.code != case.category
            and one.score >= LEAST_SURE
            and one.code in reader.categories
        ],
        "doubtful": store.is_doubtful(case),
        "promises": answer.facts.get("promises", "") if answer and case.is_open else "",
    }


async def _suggestion(
    work: Work, reader: Reader, case: Case
) -> tuple[str, str, list[dict[str, str]]]:
    """Return the unit that should have a case, why, and who could help; the present one first."""
    if case.unit_id:
        return str(case.unit_id), "", []
    try:
        route = await routing.decide_for(work, case)
    except Problem:
        unit = suggested_unit(case, reader.categories.get(case.category), reader.units)
        return str(unit or ""), "", []
    helping = [{"value": str(unit.id), "label": reader.named(unit.name)} for unit in route.coop]
    signed = any(reason.outcome is routing.Outcome.SIGN for reason in route.decision.why)
    why = reader.say(say("The sign it was reported from names this unit.")) if signed else ""
    told = "\n".join(part for part in (why, route.note) if part)
    return str(route.lead.id) if route.lead else "", told, helping


def _held(reader: Reader, work: Work, held: list[Held]) -> list[dict[str, Any]]:
    """Return what is about to happen to a case, and what of the reader's own was refused."""
    return [
        {
            "id": str(one.id),
            "label": reader.say(LABELS[one.verb]),
            "who": one.actor_name,
            "mine": one.actor_id == work.actor.id,
            "until": one.run_at.isoformat(),
            "refused": reader.say(spoken(one.refused)) if one.refused else "",
            "typed": [str(v) for k, v in one.given.items() if k in _TYPED and v],
        }
        for one in held
        if one.refused is None or one.actor_id == work.actor.id
    ]


_TYPED = ("note", "reason", "text", "question", "into")


def _changed_since(
    reader: Reader, entries: list[Entry], case: Case, form: Form
) -> list[dict[str, Any]]:
    """Return what has happened since the version that the reader saw, first things first."""
    try:
        seen = int(form.values.get("version", case.version))
    except ValueError:
        return []
    since = max(0, case.version - seen)
    quiet = ("remind", "escalate", "claim", "release", "hand_over", "link", "unlink")
    found = [entry for entry in entries if entry.verb not in quiet]
    return reader.history(found[-since:])[::-1] if since else []


def _near(reader: Reader, other: store.Neighbour) -> dict[str, Any]:
    return {
        "ref": other.ref,
        "kind": other.kind,
        "title": other.summary.split("\n", 1)[0],
        "category": reader.category(other.category),
        "status": reader.say(STATUS_WORDS[other.status]),
        "tone": STATUS_TONES[other.status],
        "metres": round(other.metres),
        "opened_at": other.opened_at,
        "closed_at": other.closed_at,
        "revisit_on": other.revisit_on,
        "said": other.said,
    }


def _steps(reader: Reader, case: Case) -> list[dict[str, Any]]:
    """Return the steps of a case: which are over, which it is at, and by when."""
    order = [Status.NEW, Status.ACCEPTED, Status.ROUTED, Status.ANSWERED, Status.DONE]
    words = [say("Verify"), say("Route"), say("Handle"), say("Check"), say("Publish")]
    by = [case.verify_by, case.dispatch_by, case.due_at, case.due_at, case.due_at]
    at = case.status
    if at in (Status.DOING, Status.WAITING):
        at = Status.ROUTED if case.unit_id else Status.NEW
    here = order.index(at) if at in order else len(order)
    if at is Status.DONE:
        here = len(order)
    return [
        {
            "label": reader.say(words[i]),
            "state": "over" if i < here else "now" if i == here else "next",
            "left": reader.left(case.step_due_at or by[i], case.process) if i == here else None,
            "by": by[i],
        }
        for i in range(len(order))
    ]


def _plain(way: Any) -> dict[str, Any]:
    return msgspec.structs.asdict(way)
