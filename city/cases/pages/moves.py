"""What can be done with a case now, as the page shows it: buttons, keys, and fields to fill in."""

from typing import Any
from uuid import UUID

import msgspec

from city.cases import store
from city.cases.desk.held import HELD_SECONDS, HELD_VERBS
from city.cases.model import Case, may_merge, moves_for
from city.cases.pages.views import Reader
from city.kernel import Actor, Says, Work, say
from city.processes import Definition, Transition, Verb, Who
from city.web import Request

KEYS = {
    "publish": "p",
    "route": "r",
    "accept": "a",
    "send_back": "b",
    "reject": "d",
    "merge": "m",
    "reopen": "o",
    "ask": "q",
    "reply": "y",
    "pause": "w",
    "resume": "e",
    "step": "s",
    "take": "t",
    "answer": "v",
    "hand_back": "z",
}
"""The letter of each verb; the first way of a kind has it."""

ICONS = {
    "publish": "circle-check",
    "route": "send",
    "accept": "check",
    "send_back": "undo-2",
    "reject": "circle-x",
    "merge": "merge",
    "reopen": "rotate-ccw",
    "ask": "message-circle-question-mark",
    "reply": "message-square",
    "pause": "hourglass",
    "resume": "play",
    "step": "chevron-right",
    "take": "play",
    "answer": "send",
    "hand_back": "undo-2",
}

LABELS: dict[str, Says] = {
    "publish": say("Publish the answer"),
    "route": say("Give to this unit"),
    "accept": say("Only accept"),
    "send_back": say("Send the answer back"),
    "reject": say("Do not take it on"),
    "merge": say("Join with another case"),
    "reopen": say("Take it up again"),
    "ask": say("Ask the reporter"),
    "reply": say("Write down the reporter's answer"),
    "pause": say("Let it wait"),
    "resume": say("Go on with it"),
    "step": say("Next step"),
    "take": say("Start on it"),
    "answer": say("Answer"),
    "hand_back": say("Hand back to the desk"),
}


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be done: the `verb` as programs say it, and `id` where it needs one.

    `fields` are those of the process's own form: [{name, label, kind, required, options, hint}].
    """

    id: str
    verb: str
    label: str
    key: str
    icon: str
    held: bool
    text: int
    photos: int
    documents: int
    revisit: bool
    fields: list[dict[str, Any]]

    @property
    def form_id(self) -> str:
        """The id of its form on the page."""
        return f"do-{self.id or self.verb}"


def ways_for(reader: Reader, definition: Definition, case: Case, actor: Actor) -> list[Way]:
    """Return what this actor may do now, first things first."""
    ways: list[Way] = []
    keys: set[str] = set()
    for way in moves_for(definition, case, actor):
        verb = ui_verb(definition, way)
        key = "" if verb in keys else KEYS.get(verb, "")
        keys.add(verb)
        own = reader.named(way.name) if way.name else ""
        ways.append(
            Way(
                id=way.id,
                verb=verb,
                label=own if own and verb in _NAMED_BY_PROCESS else reader.say(LABELS[verb]),
                key=key,
                icon=ICONS[verb],
                held=verb in HELD_VERBS,
                text=way.needs.text,
                photos=way.needs.photos,
                documents=way.needs.documents,
                revisit=definition.states[way.to].revisit,
                fields=fields_of(reader, way.form),
            )
        )
    if may_merge(case, actor):
        ways.append(
            Way(
                id="",
                verb="merge",
                label=reader.say(LABELS["merge"]),
                key=KEYS["merge"],
                icon=ICONS["merge"],
                held=True,
                text=0,
                photos=0,
                documents=0,
                revisit=False,
                fields=[],
            )
        )
    return ways


_NAMED_BY_PROCESS = frozenset({"pause", "resume", "step", "hand_back", "ask"})


def ui_verb(definition: Definition, way: Transition) -> str:
    """Return what a way is for people: asking and replying are ways of waiting and going on."""
    if way.verb is Verb.PAUSE and any(
        Who.REPORTER in out.by for out in definition.ways_from(way.to)
    ):
        return "ask"
    if way.verb is Verb.RESUME and Who.REPORTER in way.by:
        return "reply"
    return str(way.verb)


def fields_of(reader: Reader, form: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of a JSON Schema object, in their order, for the macro `schema_fields`."""
    fields: list[dict[str, Any]] = []
    for name, about in form.get("properties", {}).items():
        title = about.get("x-name") or about.get("title", name)
        hint = about.get("x-hint") or about.get("description", "")
        names = about.get("x-names", {})
        fields.append(
            {
                "name": f"given.{name}",
                "label": reader.named(title) if isinstance(title, dict) else str(title),
                "hint": reader.named(hint) if isinstance(hint, dict) else str(hint),
                "kind": _kind(about),
                "required": name in form.get("required", []),
                "most": about.get("maxLength", 0),
                "options": [
                    {
                        "value": str(value),
                        "label": reader.named(names[value]) if value in names else str(value),
                    }
                    for value in about.get("enum", [])
                ],
            }
        )
    return fields


def read_given(form: dict[str, Any], typed: dict[str, Any]) -> dict[str, Any]:
    """Return what was typed into a process's own form, as its JSON Schema wants it.

    What cannot be read as a number is left as it was typed, for the check to refuse.
    """
    given: dict[str, Any] = {}
    for name, about in form.get("properties", {}).items():
        value = str(typed.get(f"given.{name}", "")).strip()
        kind = about.get("type", "string")
        if kind == "boolean":
            given[name] = value == "true"
        elif value:
            given[name] = _number(value, kind) if kind in ("number", "integer") else value
    return given


def _number(value: str, kind: str) -> Any:
    try:
        return int(value) if kind == "integer" else float(value.replace(",", "."))
    except ValueError:
        return value


def _kind(about: dict[str, Any]) -> str:
    kind = about.get("type", "string")
    if "enum" in about:
        return "choice"
    if kind == "boolean":
        return "tick"
    if kind in ("number", "integer"):
        return "number"
    if about.get("format") == "date":
        return "date"
    return "text" if about.get("maxLength", 0) in range(1, 121) else "long"


async def undo_of(request: Request[Any, Any, Any], work: Work, reader: Reader) -> dict[str, Any]:
    """Return what the reader has just asked for and can still take back, if the address says so."""
    try:
        held = await store.find_held(work, UUID(request.query_params["undo"]))
    except (KeyError, ValueError):
        return {}
    if held is None or held.refused or held.actor_id != work.actor.id:
        return {}
    case = await store.get_case(work, held.case_id)
    return {
        "id": str(held.id),
        "ref": case.ref,
        "label": reader.say(LABELS[held.verb]),
        "until": held.run_at.isoformat(),
        "seconds": max(0, round((held.run_at - work.now).total_seconds())),
        "most": HELD_SECONDS,
    }
