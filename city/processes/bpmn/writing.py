"""A definition written as BPMN 2.0, with the places of its shapes."""

from typing import Any

import msgspec

from city.processes.bpmn.names import BPMNDI, DC, DI, PREFIXES, XSI, bpmn, etree, ours
from city.processes.checks.promises import nominal_minutes
from city.processes.layout import Box, lay_out
from city.processes.model import ENDS, Definition, Span, State, Transition, Who
from city.processes.plain import Words

_SHIFT = 220
"""Room at the left for the start and for what the ladders lead to."""

_TURNS = (Who.UNIT, Who.COMMANDER, Who.DESK, Who.LEADER, Who.REPORTER, Who.CITY)

_EVENT = 36
_GATE = 40


def write(definition: Definition, language: str) -> bytes:
    """Return a definition as BPMN 2.0 XML (UTF-8), its names in this language where it has it."""
    return _Writer(definition, language).document()


def plain_parts(value: Any, leave: set[str]) -> str:
    """Return what BPMN has no place for, as JSON: all but these fields."""
    content = {k: v for k, v in msgspec.to_builtins(value).items() if k not in leave}
    return msgspec.json.encode(content).decode()


class _Writer:
    """A document that is being written."""

    def __init__(self, definition: Definition, language: str) -> None:
        self.definition = definition
        self.language = language
        self.words = Words(language)
        self.layout = lay_out(definition)
        self.root = etree.Element(bpmn("definitions"), nsmap=PREFIXES)
        self.root.set("id", f"definitions_{definition.code}")
        self.root.set("targetNamespace", ours("")[1:-1])
        self.root.set("exporter", "Tràng Tiền")
        self.flows: list[tuple[str, str, str]] = []
        self.places: dict[str, tuple[float, float, float, float]] = {}

    def document(self) -> bytes:
        """Return the whole document."""
        d = self.definition
        name = self.words.name(d.name)
        people = self._element(self.root, "collaboration", "collaboration")
        self._element(people, "participant", "participant", name, processRef="process")
        escalations = self._escalations()
        process = self._element(self.root, "process", "process", name, isExecutable="false")
        own = self._extension(process, "definition", plain_parts(d, {"states", "transitions"}))
        own.set("language", self.language)
        own.set("states", " ".join(d.states))
        own.set("transitions", " ".join(way.id for way in d.transitions))
        for way in d.transitions:
            self._extension(process, "transition", plain_parts(way, {"from"}), way=way)
        self._lanes(process)
        self._element(process, "startEvent", "start")
        for state_name, state in d.states.items():
            self._state(process, state_name, state, escalations)
        self._flow(process, "flow_start", "start", f"state_{d.start}")
        for way in d.transitions:
            for start in way.start:
                if d.states[start].status not in ENDS:
                    self._way(process, way, start)
        self._in_and_out(process)
        self._diagram()
        return etree.tostring(self.root, xml_declaration=True, encoding="UTF-8", pretty_print=True)

    def _lanes(self, process: Any) -> None:
        """Write whose turn it is in each step, as lanes: of several, who is nearest to the work."""
        lanes: dict[Who, list[str]] = {}
        for name in self.definition.states:
            by = {who for way in self.definition.ways_from(name) for who in way.by}
            if turn := next((who for who in _TURNS if who in by), None):
                lanes.setdefault(turn, []).append(name)
        around = self._element(process, "laneSet", "lanes")
        for who, names in lanes.items():
            lane = self._element(around, "lane", f"lane_{who}", self.words.people([who]))
            for name in names:
                etree.SubElement(lane, bpmn("flowNodeRef")).text = f"state_{name}"

    def _element(self, parent: Any, kind: str, id: str, name: str = "", **attributes: str) -> Any:
        made = etree.SubElement(parent, bpmn(kind), id=id)
        if name:
            made.set("name", name)
        for key, value in attributes.items():
            made.set(key, value)
        return made

    def _extension(
        self, element: Any, kind: str, content: str, way: Transition | None = None
    ) -> Any:
        around = element.find(bpmn("extensionElements"))
        if around is None:
            around = etree.SubElement(element, bpmn("extensionElements"))
        made = etree.SubElement(around, ours(kind))
        if way:
            made.set("id", way.id)
            ends = [s for s in way.start if self.definition.states[s].status in ENDS]
            if ends:
                # An end event has no way out in BPMN.
                made.set("ends", " ".join(ends))
        made.text = content
        return made

    def _escalations(self) -> dict[str, str]:
        """Write who may be told, and return the ids of these escalations."""
        found: dict[str, str] = {}
        for state in self.definition.states.values():
            for rung in state.escalation:
                key = "_".join(rung.tell)
                if key not in found:
                    found[key] = f"escalation_{key}"
                    people = self.words.people(rung.tell)
                    self._element(self.root, "escalation", found[key], people, escalationCode=key)
        return found

    def _state(self, process: Any, name: str, state: State, escalations: dict[str, str]) -> None:
        ways = self.definition.ways_from(name)
        by = {who for way in ways for who in way.by}
        kind = "serviceTask" if by == {Who.CITY} else "userTask"
        if state.status in ENDS:
            kind = "endEvent"
        made = self._element(process, kind, f"state_{name}", self.words.name(state.name) or name)
        said = etree.SubElement(made, bpmn("documentation"))
        said.text = self.words.public(state)
        own = self._extension(made, "state", plain_parts(state, set()))
        own.set("id", name)
        if len(ways) > 1 and state.status not in ENDS:
            self._element(
                process, "exclusiveGateway", f"after_{name}", gatewayDirection="Diverging"
            )
            self._flow(process, f"flow_{name}_out", f"state_{name}", f"after_{name}")
        box = self.layout.boxes[name]
        for at, rung in enumerate(state.escalation):
            self._rung(process, name, state, at, escalations["_".join(rung.tell)], box)

    def _rung(
        self, process: Any, name: str, state: State, at: int, escalation: str, box: Box
    ) -> None:
        rung = state.escalation[at]
        id = f"late_{name}_{at}"
        says = self.words.rung(rung)
        timer = self._element(
            process,
            "boundaryEvent",
            id,
            says,
            attachedToRef=f"state_{name}",
            cancelActivity="false",
        )
        definition = self._element(timer, "timerEventDefinition", f"{id}_timer")
        length = etree.SubElement(definition, bpmn("timeDuration"))
        length.set(f"{{{XSI}}}type", "bpmn:tFormalExpression")
        length.text = self._duration(state, rung.after)
        told = self._element(process, "endEvent", f"{id}_told", self.words.people(rung.tell))
        self._element(told, "escalationEventDefinition", f"{id}_tells", escalationRef=escalation)
        self._flow(process, f"flow_{id}", id, f"{id}_told")
        x, y = box.x + _SHIFT, box.y
        across = x + 24 + at * 48 if not box.main else x - 18
        down = y + box.height - 18 if not box.main else y + 4 + at * 40
        self.places[id] = (across, down, _EVENT, _EVENT)
        if box.main:
            self.places[f"{id}_told"] = (x - 100 - at * 50, down, _EVENT, _EVENT)
        else:
            self.places[f"{id}_told"] = (x + box.width + 30 + at * 50, down, _EVENT, _EVENT)

    def _duration(self, state: State, after: Span) -> str:
        """Return an ISO 8601 duration: exact by the clock, about right for working time."""
        due = state.within or self.definition.deadlines.get(state.due)
        if after.minutes is not None and (due is None or due.minutes is not None):
            return f"PT{after.minutes + (due.minutes or 0 if due else 0)}M"
        minutes = nominal_minutes(after) + (nominal_minutes(due) if due else 0)
        days, rest = divmod(minutes, 450)
        return f"P{days}DT{rest}M" if rest else f"P{days}D"

    def _way(self, process: Any, way: Transition, start: str) -> None:
        several = len(self.definition.ways_from(start)) > 1
        source = f"after_{start}" if several else f"state_{start}"
        id = f"flow_{way.id}_from_{start}"
        made = self._flow(process, id, source, f"state_{way.to}", self.words.step(way))
        own = self._extension(made, "way", "")
        own.set("id", way.id)
        own.set("by", " ".join(way.by))

    def _flow(self, process: Any, id: str, source: str, target: str, name: str = "") -> Any:
        self.flows.append((id, source, target))
        return self._element(process, "sequenceFlow", id, name, sourceRef=source, targetRef=target)

    def _in_and_out(self, process: Any) -> None:
        """Say at every shape which flows come in and go out, where the standard has them."""
        for element in process:
            id = element.get("id")
            ends = [("incoming", t, f) for f, _, t in self.flows]
            ends += [("outgoing", s, f) for f, s, _ in self.flows]
            before = [bpmn("documentation"), bpmn("extensionElements")]
            at = sum(child.tag in before for child in element)
            for kind, node, flow in ends:
                if node == id:
                    made = etree.Element(bpmn(kind))
                    made.text = flow
                    element.insert(at, made)
                    at += 1

    def _diagram(self) -> None:
        diagram = etree.SubElement(self.root, f"{{{BPMNDI}}}BPMNDiagram", id="diagram")
        plane = etree.SubElement(
            diagram, f"{{{BPMNDI}}}BPMNPlane", id="plane", bpmnElement="collaboration"
        )
        places = self.places
        for name, box in self.layout.boxes.items():
            x, y = box.x + _SHIFT, box.y
            if self.definition.states[name].status in ENDS:
                middle = x + box.width / 2 - _EVENT / 2
                places[f"state_{name}"] = (middle, y, _EVENT, _EVENT)
                continue
            places[f"state_{name}"] = (x, y, box.width, box.height)
            if len(self.definition.ways_from(name)) > 1:
                gate_x = x + box.width + 16 if box.main else x - 16 - _GATE
                places[f"after_{name}"] = (gate_x, y + box.height / 2 - _GATE / 2, _GATE, _GATE)
        first = self.layout.boxes[self.definition.start]
        places["start"] = (_SHIFT - 90, first.y + first.height / 2 - _EVENT / 2, _EVENT, _EVENT)
        width = max(x + w for x, _, w, _ in places.values()) + 40
        height = max(y + h for _, y, _, h in places.values()) + 40
        self._shape(plane, "participant", (-60, -20, width + 60, height + 20), isHorizontal="true")
        for id, place in places.items():
            self._shape(plane, id, place)
        for id, source, target in self.flows:
            edge = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNEdge", id=f"{id}_di", bpmnElement=id)
            for x, y in _between(places[source], places[target]):
                etree.SubElement(edge, f"{{{DI}}}waypoint", x=f"{x:.0f}", y=f"{y:.0f}")

    def _shape(
        self, plane: Any, id: str, place: tuple[float, float, float, float], **more: str
    ) -> None:
        shape = etree.SubElement(
            plane, f"{{{BPMNDI}}}BPMNShape", id=f"{id}_di", bpmnElement=id, **more
        )
        x, y, width, height = (f"{number:.0f}" for number in place)
        etree.SubElement(shape, f"{{{DC}}}Bounds", x=x, y=y, width=width, height=height)


def _between(
    start: tuple[float, float, float, float], end: tuple[float, float, float, float]
) -> list[tuple[float, float]]:
    """Return a line between the middles of two shapes, with one corner if they are not in line."""
    x, y = start[0] + start[2] / 2, start[1] + start[3] / 2
    to_x, to_y = end[0] + end[2] / 2, end[1] + end[3] / 2
    return [(x, y), (to_x, to_y)] if x == to_x or y == to_y else [(x, y), (x, to_y), (to_x, to_y)]
