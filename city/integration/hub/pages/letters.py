"""The log of exchanges with its check, and the messages that were laid aside."""

from uuid import UUID

from city.integration.hub import inbound, journal, office, outbound
from city.integration.hub.model import DIRECTION_NAMES, GOOD, OUTCOME_NAMES, Direction
from city.integration.hub.pages.parts import Answer, AnyRequest, frame, language_of, names_of
from city.integration.hub.store import log as store
from city.integration.hub.store import messages
from city.kernel import Conflict, Work, say
from city.web import get, page, post, redirect

_MOST = 60
_MOST_DEAD = 100


@get("/desk/hub/log", allow="integration.view")
async def show_log(request: AnyRequest, work: Work) -> Answer:
    """Show what was exchanged, the newest first; with `verify` also whether the log is whole."""
    given = request.query_params
    filters = {name: given.get(name, "")[:60] for name in ("system", "direction", "outcome")}
    before = given.get("before", "")
    entries = await store.list_latest(
        work,
        **filters,
        before=int(before) if before.isdecimal() and len(before) < 18 else 0,
        most=_MOST + 1,
    )
    names = await names_of(work, language_of(request))
    return page(
        request,
        "integration/hub/log.html",
        frame=await frame(work, "log"),
        filters=filters,
        names=names,
        systems=[{"value": code, "label": name} for code, name in names.items()],
        outcomes=[{"value": str(code), "label": name} for code, name in OUTCOME_NAMES.items()],
        rows=[
            {
                "entry": one,
                "name": names.get(one.system, one.system),
                "direction": DIRECTION_NAMES[one.direction],
                "inward": one.direction is Direction.IN,
                "outcome": OUTCOME_NAMES.get(one.outcome, say("Something else")),
                "tone": "done" if one.outcome in GOOD else "late",
            }
            for one in entries[:_MOST]
        ],
        older=entries[_MOST - 1].seq if len(entries) > _MOST else 0,
        waiting=await store.count_waiting(work),
        signed=await store.find_last_checkpoint(work),
        verdict=await journal.verify_log(work) if given.get("verify") else None,
    )


@get("/desk/hub/dead", allow="integration.view")
async def show_dead(request: AnyRequest, work: Work) -> Answer:
    """Show the messages that were tried in vain and wait for a person."""
    names = await names_of(work, language_of(request))
    return page(
        request,
        "integration/hub/dead.html",
        frame=await frame(work, "dead"),
        rows=[
            {
                "message": one,
                "name": names.get(one.system, one.system),
                "direction": DIRECTION_NAMES[one.direction],
                "fault": inbound.fault_of(one) or say("Something else"),
                "kept": one.body is not None,
            }
            for one in await messages.list_dead(work, _MOST_DEAD)
        ],
    )


@post("/desk/hub/dead/{message_id:uuid}/again", allow="integration.manage")
async def send_again(work: Work, message_id: UUID) -> Answer:
    """Have a message tried again."""
    try:
        direction = await office.send_again(work, message_id)
    except Conflict as conflict:
        return redirect("/desk/hub/dead", flash=conflict.says)
    task = inbound.process_message if direction is Direction.IN else outbound.push_message
    work.later(task, message_id=message_id)
    return redirect("/desk/hub/dead", flash=say("It is being tried again."))


routes = [show_log, show_dead, send_again]
