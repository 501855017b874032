"""BPMN that another program wrote: its tasks become states, as a draft that somebody completes."""

import re
import unicodedata
from typing import Any

from city import settings
from city.kernel import Invalid, Says, say
from city.processes.bpmn.names import BPMN, bpmn
from city.processes.bpmn.taken import Taken
from city.processes.model import (
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

_TASKS = {
    "task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "scriptTask",
    "businessRuleTask", "callActivity", "subProcess",
}  # fmt: skip
_PASSED = {
    "exclusiveGateway", "inclusiveGateway", "eventBasedGateway", "parallelGateway",
    "complexGateway", "intermediateCatchEvent", "intermediateThrowEvent",
}  # fmt: skip
_SILENT = {
    "sequenceFlow", "exclusiveGateway", "startEvent", "endEvent", "documentation",
    "extensionElements", "boundaryEvent",
}  # fmt: skip
_REJECTED = re.compile(r"reject|refus|cancel|declin|từ chối|không|hủy|huỷ|abort|error", re.I)
_DURATION = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?)?")


def take_foreign(root: Any, process: Any) -> Taken:
    """Return what can be told of a process that another program has drawn."""
    return _Foreign(root, process).taken()


class _Foreign:
    """A foreign process that is being taken in."""

    def __init__(self, root: Any, process: Any) -> None:
        self.root, self.process = root, process
        self.left_out: list[Says] = []
        self.nodes = {e.get("id"): e for e in process if e.get("id")}
        self.onward: dict[str, list[Any]] = {}
        for flow in process.findall(bpmn("sequenceFlow")):
            self.onward.setdefault(flow.get("sourceRef"), []).append(flow)
        self.names: dict[str, str] = {}
        self.states: dict[str, State] = {}

    def taken(self) -> Taken:
        """Return the definition and what was left out."""
        first = self._first()
        self._name_states()
        if not self.states:
            raise Invalid({"file": say("There is no task in this process.")})
        before_end: set[str] = set()
        steps = [(s, t, name) for s in self.names for t, name in self._targets(s)]
        for start, to, _ in steps:
            if self.states[self.names[to]].status is Status.DONE and start != first:
                before_end.add(self.names[start])
        for name in before_end:
            self._status(name, Status.ANSWERED)
        if first in self.names:
            self._status(self.names[first], Status.NEW)
        ways = [
            self._way(at, self.names[start], self.names[to], name)
            for at, (start, to, name) in enumerate(steps)
        ]
        self._ladders()
        self._say_what_is_lost()
        name = self.process.get("name") or self._participant() or self.process.get("id") or "?"
        definition = Definition(
            code=_slug(name) or "imported",
            name=_named(name),
            process=Process.TIME_BOUND,
            start=self.names.get(first, next(iter(self.states))),
            deadlines={"verify": Span(working_days=1), "done": Span(working_days=7)},
            states=self.states,
            transitions=ways,
        )
        return Taken(definition, self.left_out)

    def _first(self) -> str:
        """Return the id of the task that the start leads to."""
        begin = self.process.find(bpmn("startEvent"))
        if begin is None:
            self.left_out.append(say("There is no start event; the first task was taken."))
            return next((i for i, e in self.nodes.items() if _kind(e) in _TASKS), "")
        return next((target for target, _ in self._targets(begin.get("id"))), "")

    def _name_states(self) -> None:
        for id, element in self.nodes.items():
            kind = _kind(element)
            if kind not in _TASKS and kind != "endEvent":
                continue
            said = element.get("name") or id
            name = base = _slug(said).replace("-", "_") or "state"
            number = 2
            while name in self.states:
                name, number = f"{base}_{number}", number + 1
            status = Status.DOING
            if kind == "endEvent":
                status = Status.REJECTED if _REJECTED.search(said) else Status.DONE
            public = element.findtext(bpmn("documentation")) or ""
            words = _named(public.strip()) if 0 < len(public.strip()) <= 400 else {}
            due = "done" if status is Status.DOING else ""
            self.names[id] = name
            self.states[name] = State(status=status, name=_named(said), public=words, due=due)

    def _status(self, name: str, status: Status) -> None:
        old = self.states[name]
        due = {Status.NEW: "verify", Status.DOING: "done"}.get(status, "")
        self.states[name] = State(status=status, name=old.name, public=old.public, due=due)

    def _targets(self, id: str, seen: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
        """Return the states a shape leads to, through gateways, with the names of the flows."""
        found: list[tuple[str, str]] = []
        for flow in self.onward.get(id, []):
            target = flow.get("targetRef")
            element = self.nodes.get(target)
            if element is None or target in seen:
                continue
            name = flow.get("name") or ""
            if _kind(element) in _PASSED and len(seen) < 50:
                inner = self._targets(target, seen | {target})
                found += [(state, inner_name or name) for state, inner_name in inner]
            elif _kind(element) in _TASKS or _kind(element) == "endEvent":
                found.append((target, name))
        return list(dict(found).items())

    def _way(self, at: int, start: str, to: str, said: str) -> Transition:
        """Return a step as it probably is meant; who makes it is to be confirmed."""
        from_new = self.states[start].status is Status.NEW
        status = self.states[to].status
        verb, by, needs = Verb.STEP, [Who.UNIT], Needs()
        if status is Status.REJECTED:
            verb, by = Verb.REJECT, [Who.DESK]
        elif status is Status.DONE:
            verb, by = Verb.PUBLISH, [Who.DESK]
        elif status is Status.ANSWERED:
            verb, needs = Verb.ANSWER, Needs(photos=1, or_text=80)
        elif self.states[start].status is Status.ANSWERED:
            verb, by = Verb.SEND_BACK, [Who.DESK]
        elif from_new:
            verb, by = Verb.ACCEPT, [Who.DESK]
        name = _named(said) if said else {}
        id = f"{verb.value}_{at + 1}"
        return Transition(id=id, verb=verb, start=[start], to=to, by=by, needs=needs, name=name)

    def _ladders(self) -> None:
        for event in self.process.findall(bpmn("boundaryEvent")):
            text = event.findtext(f".//{bpmn('timeDuration')}") or ""
            name = self.names.get(event.get("attachedToRef"), "")
            span = _span(text.strip())
            if span and name and self.states[name].is_due:
                state = self.states[name]
                self.states[name] = State(
                    status=state.status, name=state.name, public=state.public, within=span,
                    escalation=[Rung(after=Span(working_minutes=0), tell=[Who.LEADER])],
                )  # fmt: skip
            else:
                says = say("The event “{name}” on a task.", name=event.get("name") or text or "?")
                self.left_out.append(says)

    def _say_what_is_lost(self) -> None:
        self.left_out.append(
            say("Who makes each step, and what must come with it, was guessed: please check.")
        )
        kinds: dict[str, list[str]] = {}
        for element in self.process:
            kind = _kind(element)
            if kind and kind not in _SILENT and kind not in _TASKS:
                kinds.setdefault(kind, []).append(element.get("name") or element.get("id") or "")
            if kind == "subProcess":
                name = element.get("name") or element.get("id")
                self.left_out.append(say("What is inside of the sub-process “{name}”.", name=name))
        for flow in self.process.iter(bpmn("conditionExpression")):
            kinds.setdefault(_kind(flow), []).append(flow.text or "")
        others = len(self.root.findall(bpmn("process"))) - 1
        if others:
            self.left_out.append(say("Other processes in the same file: {n}.", n=others))
        for flow in self.root.iter(bpmn("messageFlow")):
            kinds.setdefault("messageFlow", []).append(flow.get("name") or "")
        for kind, names in kinds.items():
            said = ", ".join(name.strip()[:60] for name in names[:5] if name.strip())
            self.left_out.append(say("{kind}: {names}", kind=kind, names=said or len(names)))

    def _participant(self) -> str:
        for one in self.root.iter(bpmn("participant")):
            if one.get("processRef") == self.process.get("id"):
                return one.get("name") or ""
        return ""


def _kind(element: Any) -> str:
    tag = str(element.tag)
    return tag.removeprefix(f"{{{BPMN}}}") if tag.startswith(f"{{{BPMN}}}") else ""


def _named(text: str) -> dict[str, str]:
    """Return a name for every language of the city: whoever completes the draft translates it."""
    return dict.fromkeys(settings.current().profile.languages, text.strip()[:400])


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D")).lower()
    plain = re.sub("[\u0300-\u036f]", "", plain)
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:36].strip("-")


def _span(text: str) -> Span | None:
    """Return an ISO 8601 duration in the city's working time; None if it is none."""
    found = _DURATION.fullmatch(text)
    if not found or not any(found.groups()):
        return None
    days, hours, minutes = (int(part or 0) for part in found.groups())
    if days and not hours and not minutes:
        return Span(working_days=days)
    return Span(working_minutes=max(1, days * 450 + hours * 60 + minutes))
