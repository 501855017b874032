"""Definitions broken in one place: what is changed, and the fault that must be found."""

from typing import Any

WAY = {"id": "more", "verb": "step", "from": ["doing"], "to": "doing", "by": ["unit"]}


def put(path: str, value: Any) -> Any:
    """Return a change that puts a value at a path of the sample (steps by their id)."""

    def change(content: dict[str, Any]) -> None:
        *names, last = path.split(".")
        place: Any = content
        for name in names:
            if isinstance(place, list):
                place = (
                    next((one for one in place if one.get("id") == name), None) or place[int(name)]
                )
            else:
                place = place[name]
        if value is None:
            del place[last]
        else:
            place[last] = value

    return change


def both(*changes: Any) -> Any:
    def change(content: dict[str, Any]) -> None:
        for one in changes:
            one(content)

    return change


def step(**way: Any) -> Any:
    return lambda content: content["transitions"].append(WAY | way)


def state(name: str, **state: Any) -> Any:
    names = {"vi": name, "en": name}
    return lambda content: content["states"].update({name: {"name": names, **state}})


SEAT = {"status": "doing", "due": "done"}

RULES: list[tuple[str, Any, list[str]]] = [
    ("unknown start", put("start", "begin"), ["start: There is no state “begin”."]),
    ("unknown to", step(to="nowhere"), ["transitions.more.to: There is no state “nowhere”."]),
    (
        "unknown from",
        step(**{"from": ["doing", "nowhere"]}),
        ["transitions.more.from: There is no state “nowhere”."],
    ),
    ("no from", step(**{"from": []}), ["transitions.more.from: Please say from which"]),
    (
        "unreachable",
        both(state("aside", **SEAT), step(**{"from": ["aside"]})),
        ["states.aside: No way leads to this state."],
    ),
    (
        "no way out",
        both(state("aside", **SEAT), step(to="aside")),
        ["states.aside: A case would be trapped here: no way leads out."],
    ),
    (
        "a circle without an end",
        both(
            state("one", **SEAT),
            state("two", **SEAT),
            step(to="one"),
            step(id="on", **{"from": ["one"]}, to="two"),
            step(id="back", **{"from": ["two"]}, to="one"),
        ),
        [
            "states.one: A case would be trapped here: however",
            "states.two: A case would be trapped here: however",
        ],
    ),
    (
        "only the reporter goes on",
        put("transitions.reply.by", ["reporter"]),
        ["states.waiting_resident: A case would be trapped here if the reporter never"],
    ),
    (
        "only the city goes on, and nothing is due",
        put("states.waiting_resident.within", None),
        ["states.waiting_resident: A case would be trapped here: only the city itself"],
    ),
    (
        "nobody may",
        both(step(by=[])),
        ["transitions.more.by: Nobody may make this step. Please say who."],
    ),
    (
        "nobody may, and it traps",
        put("transitions.publish.by", []),
        ["states.answered: A case could be trapped", "transitions.publish.by: Nobody may make"],
    ),
    (
        "a commander where there is none",
        step(by=["commander"]),
        ["transitions.more.by: Nobody may make this step: only a command"],
    ),
    (
        "an end with a deadline",
        put("states.done.due", "done"),
        ["states.done: An end has no deadline"],
    ),
    (
        "an end with a ladder",
        put("states.done.escalation", [{"after": {"minutes": 1}, "tell": ["desk"]}]),
        ["states.done: An end has no deadline"],
    ),
    (
        "a span of two kinds",
        put("states.waiting_resident.within", {"minutes": 5, "working_days": 1}),
        ["states.waiting_resident.within: Please give exactly one"],
    ),
    (
        "a span of no kind",
        put("deadlines.done", {}),
        ["deadlines.done: Please give exactly one"],
    ),
    (
        "a span of nothing",
        put("deadlines.done", {"working_days": 0}),
        ["deadlines.done: This can be from 1"],
    ),
    (
        "unknown deadline",
        put("states.doing.due", "soon"),
        ["states.doing.due: There is no deadline “soon”."],
    ),
    (
        "due and within",
        put("states.doing.within", {"working_days": 1}),
        ["states.doing.within: A step is due by “due” or by “within”"],
    ),
    (
        "a reminder of nothing",
        put("states.answered.reminders", [{"before": {"working_days": 1}, "tell": ["desk"]}]),
        ["states.answered.reminders: Nothing is due here"],
    ),
    (
        "a ladder to nothing",
        put("states.answered.escalation", [{"after": {"working_days": 1}, "tell": ["desk"]}]),
        ["states.answered.escalation: Nothing is due here"],
    ),
    (
        "a reminder before the beginning",
        put("states.doing.reminders", [{"before": {"working_days": 7}, "tell": ["desk"]}]),
        ["states.doing.reminders.0.before: This reminder would come before"],
    ),
    (
        "a reminder for nobody",
        put("states.doing.reminders", [{"before": {"working_days": 1}, "tell": []}]),
        ["states.doing.reminders.0.tell: Please say who is told."],
    ),
    (
        "a rung for a commander who is not there",
        put("states.new.escalation.0.tell", ["desk", "commander"]),
        ["states.new.escalation.0.tell: Only a command has a commander."],
    ),
    (
        "a ladder upside down",
        put("states.new.escalation.1.after", {"working_minutes": 0}),
        ["states.new.escalation.1.after: Each rung of the ladder comes later"],
    ),
    (
        "a ladder that reaches nobody",
        put(
            "states.new.escalation", [{"after": {"working_days": 1}, "tell": ["reporter", "city"]}]
        ),
        ["states.new.escalation: This ladder never reaches a person"],
    ),
    (
        "a rung said again before it is said",
        put("states.new.escalation.1.repeat", -5),
        ["states.new.escalation.1.repeat: This can be from 0"],
    ),
    (
        "a pause to where the clock runs",
        step(verb="pause"),
        ["transitions.more.to: “pause” cannot lead to a state that is “doing”."],
    ),
    (
        "a step to where the clock stands",
        step(to="waiting_resident"),
        ["transitions.more.to: “step” cannot lead to a state that is “waiting”."],
    ),
    (
        "a clock that stands while somebody works",
        both(
            state("aside", status="doing", due="done", stopped=True),
            step(to="aside"),
            step(id="on", **{"from": ["aside"]}),
        ),
        [
            "states.aside.stopped: Where the clock stands still",
            "states.aside: The clock stands still here",
        ],
    ),
    (
        "a clock that runs while a case waits",
        put("states.waiting_resident.stopped", None),
        ["states.waiting_resident.stopped: Where the clock stands still"],
    ),
    (
        "nothing lets the clock run on",
        both(
            state("aside", status="waiting", stopped=True, revisit=True),
            step(verb="pause", to="aside"),
            step(id="no", verb="reject", **{"from": ["aside"]}, to="rejected", by=["desk"]),
        ),
        ["states.aside: The clock stands still here, and no step"],
    ),
    (
        "a public day while the clock runs",
        both(put("states.doing.revisit", True)),
        ["states.doing.revisit: Only where the clock stands still"],
    ),
    (
        "a case that begins in the middle",
        both(put("states.new.status", "accepted"), put("transitions.accept.verb", "take")),
        ["states.new.status: A case begins as “new”."],
    ),
    (
        "joined by hand",
        both(state("joined", status="merged"), step(verb="reject", to="joined")),
        [
            "states.joined.status: “merged” is in every process",
            "transitions.more.to: “reject” cannot lead",
        ],
    ),
    (
        "an acceptance that ends it",
        step(verb="accept", **{"from": ["new"]}, to="answered"),
        ["transitions.more.to: “accept” cannot lead to a state that is “answered”."],
    ),
    (
        "published without an answer",
        step(verb="publish", to="done"),
        ["transitions.more.from: “publish” cannot begin in “doing”, which is “doing”."],
    ),
    (
        "published to nowhere",
        step(verb="publish", **{"from": ["answered"]}, to="rejected"),
        ["transitions.more.to: “publish” cannot lead to a state that is “rejected”."],
    ),
    (
        "rejected as done",
        step(verb="reject", to="done"),
        ["transitions.more.to: “reject” cannot lead to a state that is “done”."],
    ),
    (
        "a step out of the end",
        step(**{"from": ["done"]}),
        ["transitions.more.from: “step” cannot begin in “done”, which is “done”."],
    ),
    (
        "twice the same name",
        step(id="accept"),
        ["transitions.accept.id: There is more than one step of this name."],
    ),
    (
        "a step with a strange name",
        step(id="làm tiếp"),
        ["transitions.làm tiếp.id: A name has at most 40 letters"],
    ),
    (
        "a state with a strange name",
        both(state("a.b", **SEAT), step(to="a.b"), step(id="on", **{"from": ["a.b"]})),
        ["states.a.b: A name has at most 40 letters"],
    ),
    ("a strange code", put("code", "../etc"), ["code: A name has at most 40 letters"]),
    (
        "a name in one language",
        put("states.doing.name", {"vi": "Đang làm"}),
        ["states.doing.name: The words for “en” are missing."],
    ),
    (
        "a button in one language",
        put("transitions.accept.name", {"en": "Accept", "vi": " "}),
        ["transitions.accept.name: The words for “vi” are missing."],
    ),
    (
        "public words in one language",
        put("states.doing.public", {"en": "x"}),
        ["states.doing.public: The words for “vi” are missing."],
    ),
    ("a long name", put("name.en", "x" * 401), ["name.en: Please write at most 400"]),
    (
        "a form that is no object",
        put("transitions.answer.form", {"type": "array"}),
        ["transitions.answer.form.type: A form is a JSON Schema of “type: object”."],
    ),
    (
        "a form that is no schema",
        put("transitions.answer.form.properties.seats.type", "wood"),
        ["transitions.answer.form.properties.seats.type: This form is not valid"],
    ),
    (
        "a form that fetches another file",
        put("transitions.answer.form.properties.seats", {"$ref": "https://elsewhere/x"}),
        ["transitions.answer.form: A form may not refer to other files."],
    ),
    (
        "an answer without evidence",
        put("transitions.answer.needs", None),
        ["transitions.answer.needs: An answer needs evidence"],
    ),
    (
        "more photos than can come",
        put("transitions.answer.needs.photos", 7),
        ["transitions.answer.needs.photos: This can be from 0 to 6."],
    ),
    (
        "a text instead of nothing",
        put("transitions.answer.needs", {"or_text": 80, "text": 10}),
        ["transitions.answer.needs.or_text: A text can stand in for photos only"],
    ),
    (
        "a photo from the city itself",
        put("transitions.reply.needs", {"photos": 1}),
        ["transitions.reply.needs: The city itself has no evidence to give"],
    ),
    (
        "nothing promised",
        both(put("deadlines.done", None), put("states.doing.due", None)),
        ["deadlines: A process of this group promises a deadline “done”."],
    ),
    (
        "ordinary things by the clock",
        put("deadlines.done", {"minutes": 600}),
        ["deadlines: This is handled while the city works"],
    ),
    (
        "a checklist for an ordinary case",
        put("checklist", [{"name": {"vi": "a", "en": "a"}}]),
        ["checklist: Only a command has a checklist."],
    ),
    (
        "situation reports for an ordinary case",
        put("sitrep_minutes", 60),
        ["sitrep_minutes: Only a command has situation reports."],
    ),
    ("no right to re-open", put("reopen_by_right", -1), ["reopen_by_right: "]),
    ("re-opening escalates at once", put("reopen_escalates", 0), ["reopen_escalates: "]),
]
