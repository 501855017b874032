"""BPMN 2.0: what goes out comes back, and what others drew comes in as a draft."""

import pytest
from lxml import etree

from city import processes
from city.kernel import Invalid
from city.processes import bpmn
from city.processes.bpmn.names import BPMN, BPMNDI
from city.processes.profile import read_folders

BUILT_IN = read_folders()

FOREIGN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:x">
  <process id="p" name="Mend a bench">
    <laneSet id="lanes"><lane id="l1" name="Carpenters"/></laneSet>
    <startEvent id="s"/>
    <userTask id="look" name="Look at it"><documentation>We look.</documentation></userTask>
    <exclusiveGateway id="g"/>
    <userTask id="mend" name="Mend it"/>
    <boundaryEvent id="b" attachedToRef="mend"><timerEventDefinition>
      <timeDuration>P3D</timeDuration></timerEventDefinition></boundaryEvent>
    <userTask id="inspect" name="Inspect it"/>
    <exclusiveGateway id="h"/>
    <endEvent id="ok" name="Done"/>
    <endEvent id="no" name="Rejected"/>
    <dataObject id="photo" name="Photo"/>
    <sequenceFlow id="f1" sourceRef="s" targetRef="look"/>
    <sequenceFlow id="f2" sourceRef="look" targetRef="g"/>
    <sequenceFlow id="f3" name="ours" sourceRef="g" targetRef="mend">
      <conditionExpression>x</conditionExpression></sequenceFlow>
    <sequenceFlow id="f4" name="not ours" sourceRef="g" targetRef="no"/>
    <sequenceFlow id="f5" sourceRef="mend" targetRef="inspect"/>
    <sequenceFlow id="f6" sourceRef="inspect" targetRef="h"/>
    <sequenceFlow id="f7" name="good" sourceRef="h" targetRef="ok"/>
    <sequenceFlow id="f8" name="bad" sourceRef="h" targetRef="mend"/>
  </process>
</definitions>"""

# Element: the elements it may hold, in the order of the standard's schema (BPMN20.xsd, Semantic).
FLOW_NODE = ["documentation", "extensionElements", "incoming", "outgoing"]
INSIDE = {
    "definitions": ["collaboration", "escalation", "process", "BPMNDiagram"],
    "collaboration": ["participant"],
    "process": [
        "documentation", "extensionElements", "laneSet", "startEvent", "userTask", "serviceTask",
        "exclusiveGateway", "boundaryEvent", "endEvent", "sequenceFlow",
    ],
    "laneSet": ["documentation", "extensionElements", "lane"],
    "lane": ["documentation", "extensionElements", "flowNodeRef"],
    "startEvent": FLOW_NODE,
    "userTask": FLOW_NODE,
    "serviceTask": FLOW_NODE,
    "exclusiveGateway": FLOW_NODE,
    "endEvent": [*FLOW_NODE, "escalationEventDefinition"],
    "boundaryEvent": [*FLOW_NODE, "timerEventDefinition"],
    "timerEventDefinition": ["timeDuration"],
    "sequenceFlow": ["documentation", "extensionElements"],
}  # fmt: skip


@pytest.mark.parametrize("code", BUILT_IN)
@pytest.mark.parametrize("language", ["vi", "en", "fr"])
def test_what_is_written_comes_back_as_it_was(code: str, language: str) -> None:
    definition = BUILT_IN[code][0]
    taken = bpmn.read(bpmn.write(definition, language))
    assert taken.definition == definition
    assert taken.left_out == []


@pytest.mark.parametrize("code", BUILT_IN)
def test_what_is_written_has_the_structure_of_the_standard(code: str) -> None:
    root = etree.fromstring(bpmn.write(BUILT_IN[code][0], "en"))
    ids = [e.get("id") for e in root.iter() if e.get("id") and "urn:" not in e.tag]
    assert len(ids) == len(set(ids))
    known = set(ids)
    for element in root.iter(f"{{{BPMN}}}*"):
        name = etree.QName(element).localname
        allowed = INSIDE.get(name, [])
        children = [etree.QName(child).localname for child in element]
        if name == "extensionElements":
            continue
        assert set(children) <= set(allowed), name
        if name not in ("process", "definitions"):
            places = [allowed.index(child) for child in children]
            assert places == sorted(places), name
        for reference in ("sourceRef", "targetRef", "attachedToRef", "processRef", "escalationRef"):
            assert element.get(reference) is None or element.get(reference) in known
    for flow in root.iter(f"{{{BPMN}}}sequenceFlow"):
        source = root.find(f".//{{{BPMN}}}*[@id='{flow.get('sourceRef')}']")
        target = root.find(f".//{{{BPMN}}}*[@id='{flow.get('targetRef')}']")
        assert flow.get("id") in [e.text for e in source.findall(f"{{{BPMN}}}outgoing")]
        assert flow.get("id") in [e.text for e in target.findall(f"{{{BPMN}}}incoming")]
        assert etree.QName(source).localname != "endEvent"
    drawn = {e.get("bpmnElement") for e in root.iter(f"{{{BPMNDI}}}BPMNShape")}
    drawn |= {e.get("bpmnElement") for e in root.iter(f"{{{BPMNDI}}}BPMNEdge")}
    nodes = root.xpath("//b:process/*[@id][not(self::b:laneSet)]", namespaces={"b": BPMN})
    assert {node.get("id") for node in nodes} <= drawn
    for bounds in root.iter("{http://www.omg.org/spec/DD/20100524/DC}Bounds"):
        assert int(bounds.get("width")) > 0 and int(bounds.get("height")) > 0


def test_whose_turn_it_is_stands_in_lanes() -> None:
    root = etree.fromstring(bpmn.write(BUILT_IN["ordinary"][0], "en"))
    lanes = {
        lane.get("name"): [node.text for node in lane] for lane in root.iter(f"{{{BPMN}}}lane")
    }
    assert "state_routed" in lanes["the unit"] and "state_new" in lanes["the desk"]
    known = {element.get("id") for element in root.iter()}
    assert {node for nodes in lanes.values() for node in nodes} <= known


def test_a_ladder_becomes_timers_on_a_task() -> None:
    root = etree.fromstring(bpmn.write(BUILT_IN["sos"][0], "en"))
    timers = root.xpath("//b:boundaryEvent[@attachedToRef='state_new']", namespaces={"b": BPMN})
    assert [t.findtext(f".//{{{BPMN}}}timeDuration") for t in timers] == ["PT5M", "PT10M"]
    assert {t.get("cancelActivity") for t in timers} == {"false"}


def test_a_name_that_was_changed_in_another_program_is_taken_over() -> None:
    definition = BUILT_IN["sos"][0]
    content = bpmn.write(definition, "en").replace(b'name="On the scene"', b'name="There"')
    taken = bpmn.read(content).definition
    assert taken.states["doing"].name == {"vi": "Đang xử lý tại chỗ", "en": "There"}
    assert taken.transitions[2].name["en"] == "There"


def test_a_flow_that_was_taken_away_is_away() -> None:
    root = etree.fromstring(bpmn.write(BUILT_IN["sos"][0], "en"))
    (flow,) = root.xpath("//b:sequenceFlow[@id='flow_route_from_new']", namespaces={"b": BPMN})
    flow.getparent().remove(flow)
    route = next(
        w for w in bpmn.read(etree.tostring(root)).definition.transitions if w.id == "route"
    )
    assert route.start == ["accepted", "routed", "doing"]


def test_a_foreign_process_becomes_a_draft() -> None:
    taken = bpmn.read(FOREIGN.encode())
    definition = taken.definition
    assert (definition.code, definition.start) == ("mend-a-bench", "look_at_it")
    status = {name: state.status.value for name, state in definition.states.items()}
    assert status == {
        "look_at_it": "new",
        "mend_it": "doing",
        "inspect_it": "answered",
        "done": "done",
        "rejected": "rejected",
    }
    ways = [(w.verb.value, w.start[0], w.to) for w in definition.transitions]
    assert ("accept", "look_at_it", "mend_it") in ways
    assert ("reject", "look_at_it", "rejected") in ways
    assert ("answer", "mend_it", "inspect_it") in ways
    assert ("publish", "inspect_it", "done") in ways
    assert ("send_back", "inspect_it", "mend_it") in ways
    assert definition.states["mend_it"].within == processes.Span(working_days=3)
    assert definition.states["look_at_it"].public["en"] == "We look."
    assert processes.check(definition) == []
    left_out = " ".join(str(says) for says in taken.left_out)
    for part in ("laneSet", "dataObject: Photo", "conditionExpression", "guessed"):
        assert part in left_out
    assert processes.parse(processes.write_yaml(definition)) == definition


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no xml",
        b"<a/>",
        FOREIGN.replace("<definitions", "<!DOCTYPE x><definitions").encode(),
        FOREIGN.replace(
            "<definitions", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><definitions'
        ).encode(),
        b"<!DOCTYPE a [<!ENTITY b 'ha'>" + b"<!ENTITY c '&b;&b;&b;&b;'>" * 9 + b"]><a>&c;</a>",
        FOREIGN.encode("utf-16").replace(b"<\x00d\x00e\x00f", b"<\x00!\x00d"),
        b" " * 1_000_001,
        b"<a>" * 5000,
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process/></definitions>',
        bpmn.write(BUILT_IN["sos"][0], "en").replace(b'"verb":"take"', b'"verb":"steal"'),
        bpmn.write(BUILT_IN["sos"][0], "en").replace(b'states="new', b'no="new'),
    ],
)
def test_what_is_no_bpmn_or_could_do_harm_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        bpmn.read(content)
