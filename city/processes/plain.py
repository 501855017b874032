"""A definition in plain words: who does what, with which evidence, by when, and who hears of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from city import settings
from city.kernel import Says, say
from city.processes.model import (
    ENDS,
    Definition,
    Needs,
    Process,
    Rung,
    Span,
    State,
    Status,
    Transition,
    Verb,
    Who,
)
from city.web import render_words

GROUPS: dict[Process, Says] = {
    Process.INSTANT: say("Instant"),
    Process.TIME_BOUND: say("Time-bound"),
    Process.COMMAND: say("Command"),
}
WHO: dict[Who, Says] = {
    Who.DESK: say("the desk"),
    Who.UNIT: say("the unit"),
    Who.LEADER: say("a leader"),
    Who.REPORTER: say("the reporter"),
    Who.COMMANDER: say("the commander"),
    Who.CITY: say("the city by itself, when time is up"),
}
VERBS: dict[Verb, Says] = {
    Verb.ACCEPT: say("Accept"),
    Verb.ROUTE: say("Send to a unit"),
    Verb.TAKE: say("Take it on"),
    Verb.STEP: say("Go on"),
    Verb.HAND_BACK: say("Hand back"),
    Verb.PAUSE: say("Stop the clock"),
    Verb.RESUME: say("Let the clock run on"),
    Verb.ANSWER: say("Answer"),
    Verb.SEND_BACK: say("Send back"),
    Verb.PUBLISH: say("Publish"),
    Verb.REJECT: say("Do not take on"),
    Verb.REOPEN: say("Re-open"),
}
STATUSES: dict[Status, Says] = {
    Status.NEW: say("Received"),
    Status.ACCEPTED: say("Accepted"),
    Status.ROUTED: say("With the unit"),
    Status.DOING: say("Being handled"),
    Status.WAITING: say("Waiting"),
    Status.ANSWERED: say("Being checked"),
    Status.DONE: say("Done"),
    Status.REJECTED: say("Not taken on"),
    Status.MERGED: say("Joined with another"),
}
_PROMISES = {
    "verify": say("Checked and accepted"),
    "dispatch": say("Given to whoever does it"),
    "done": say("Done"),
}


class Words:
    """What a definition says, in one language."""

    def __init__(self, language: str) -> None:
        """Speak this language; names that lack it are given in the city's."""
        self.language = language

    def t(self, text: str | Says, /, **params: Any) -> str:
        """Return a sentence in this language."""
        return render_words(self.language, text, **params)

    def name(self, names: Mapping[str, str]) -> str:
        """Return a name by language, in this one or the next best."""
        for language in (self.language, *settings.current().profile.languages):
            if names.get(language):
                return names[language]
        return next((name for name in names.values() if name), "")

    def step(self, way: Transition) -> str:
        """Return what is on the button of a step."""
        return self.name(way.name) or self.t(VERBS[way.verb])

    def public(self, state: State) -> str:
        """Return what everybody reads of a state."""
        return self.name(state.public) or self.t(STATUSES[state.status])

    def people(self, who: Iterable[Who]) -> str:
        """Return a list of people in words."""
        return ", ".join(self.t(WHO[one]) for one in dict.fromkeys(who))

    def span(self, span: Span) -> str:
        """Return a length of time in words."""
        if span.working_days is not None:
            return self.tn("1 working day", "{n} working days", span.working_days)
        if span.working_minutes is not None:
            if span.working_minutes and span.working_minutes % 60 == 0:
                hours = span.working_minutes // 60
                return self.tn("1 working hour", "{n} working hours", hours)
            return self.tn("1 working minute", "{n} working minutes", span.working_minutes)
        minutes = span.minutes or 0
        if minutes and minutes % 60 == 0:
            return self.tn("1 hour", "{n} hours", minutes // 60)
        return self.tn("1 minute", "{n} minutes", minutes)

    def tn(self, one: str, many: str, n: int) -> str:
        """Return the sentence for so many things."""
        return self.t(one if n == 1 else many, n=n)

    def due(self, definition: Definition, state: State) -> str:
        """Return by when a step out of this state is due; empty if nothing is."""
        if state.within:
            return self.t("within {span}", span=self.span(state.within))
        if state.due in definition.deadlines:
            span = self.span(definition.deadlines[state.due])
            return self.t("{span} in all", span=span)
        return self.t("on a public day") if state.revisit else ""

    def evidence(self, needs: Needs) -> str:
        """Return what must come with a step; empty if nothing has to."""
        said: list[str] = []
        if needs.photos:
            photos = self.tn("1 photo", "{n} photos", needs.photos)
            if needs.or_text:
                photos = self.t("{photos} or a text of {n} letters", photos=photos, n=needs.or_text)
            said.append(photos)
        if needs.documents:
            said.append(self.tn("1 document", "{n} documents", needs.documents))
        if needs.text:
            said.append(self.t("a text of {n} letters", n=needs.text))
        return ", ".join(said)

    def form(self, way: Transition) -> str:
        """Return what the form of a step asks; empty if it has none."""
        fields = way.form.get("properties", {})
        if not isinstance(fields, Mapping):
            return ""
        return ", ".join(self.field(name, field) for name, field in fields.items())

    def field(self, name: str, field: Any) -> str:
        """Return what a field of a form is called: `x-name` by language, or `title`."""
        if not isinstance(field, Mapping):
            return name
        names = field.get("x-name")
        if isinstance(names, Mapping):
            said = self.name({str(k): v for k, v in names.items() if isinstance(v, str)})
            if said:
                return said
        title = field.get("title")
        return title if isinstance(title, str) and title else name

    def rung(self, rung: Rung) -> str:
        """Return a rung of a ladder as a sentence."""
        after = rung.after.minutes or rung.after.working_minutes or rung.after.working_days
        people = self.people(rung.tell)
        if not after:
            said = self.t("As soon as it is late: {people} hears of it", people=people)
        else:
            span = self.span(rung.after)
            said = self.t("{span} after that: {people} hears of it", span=span, people=people)
        if rung.repeat:
            again = self.span(Span(minutes=rung.repeat))
            said += " " + self.t("(again every {span}, until somebody goes on)", span=again)
        return said

    def ladder(self, state: State) -> list[str]:
        """Return whoever is reminded and told around the deadline of a state, as sentences."""
        reminders = [
            self.t(
                "{span} before: {people} is reminded",
                span=self.span(reminder.before),
                people=self.people(reminder.tell),
            )
            for reminder in state.reminders
        ]
        return [*reminders, *(self.rung(rung) for rung in state.escalation)]

    def step_in_full(self, way: Transition) -> str:
        """Return a step with who makes it and what must come with it."""
        said = self.t("{step}: {people}", step=self.step(way), people=self.people(way.by))
        evidence = self.evidence(way.needs)
        return f"{said}; {evidence}" if evidence else said

    def rows(self, definition: Definition) -> list[dict[str, Any]]:
        """Return every state with its steps, as the table of a process shows it."""
        names = {name: self.name(state.name) or name for name, state in definition.states.items()}
        return [
            {
                "id": name,
                "name": names[name],
                "status": self.t(STATUSES[state.status]),
                "status_key": state.status.value,
                "public": self.public(state),
                "due": self.due(definition, state),
                "stopped": state.stopped,
                "end": state.status in ENDS,
                "ladder": self.ladder(state),
                "steps": [
                    {
                        "name": self.step(way),
                        "to": names.get(way.to, way.to),
                        "who": self.people(way.by),
                        "evidence": self.evidence(way.needs),
                        "form": self.form(way),
                    }
                    for way in definition.ways_from(name)
                ],
            }
            for name, state in definition.states.items()
        ]

    def promises(self, definition: Definition) -> list[tuple[str, str]]:
        """Return the deadlines that are counted from the opening, in words."""
        return [
            (self.t(_PROMISES[name]) if name in _PROMISES else name, self.span(span))
            for name, span in definition.deadlines.items()
        ]
