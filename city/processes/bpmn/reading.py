"""BPMN 2.0 taken in: our own comes back as it was, that of others as a draft to be completed."""

from typing import Any

import msgspec

from city.kernel import Invalid, Says, say
from city.processes.bpmn.foreign import take_foreign
from city.processes.bpmn.names import bpmn, etree, ours
from city.processes.bpmn.taken import Taken
from city.processes.model import Definition

MOST_BYTES = 1_000_000
_MOST_ELEMENTS = 10_000


def read(content: bytes) -> Taken:
    """Return the definition in a BPMN file, and in words what of the file was left out.

    Raises Invalid if it is no BPMN, too large, or has a document type or entities.
    """
    root = _safely(content)
    process = root.find(bpmn("process"))
    if root.tag != bpmn("definitions") or process is None:
        raise _refused("This is not a BPMN 2.0 process.")
    own = process.find(f"{bpmn('extensionElements')}/{ours('definition')}")
    if own is None:
        return take_foreign(root, process)
    try:
        return _our_own(process, own)
    except (msgspec.MsgspecError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise _refused("What our own program wrote into this file has been damaged.") from error


def _safely(content: bytes) -> Any:
    """Return the root of a document that can do no harm (CWE-611, CWE-776)."""
    if len(content) > MOST_BYTES:
        raise _refused("The text is longer than {most} kB.", most=MOST_BYTES // 1000)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _refused("This is not XML: {reason}.", reason=str(error)[:200]) from error
    if root.getroottree().docinfo.doctype:
        raise _refused("A file with a document type (DTD) is not taken.")
    if sum(1 for _ in root.iter()) > _MOST_ELEMENTS:
        raise _refused("This says more than {most} things.", most=_MOST_ELEMENTS)
    return root


def _refused(text: str, /, **params: Any) -> Invalid:
    return Invalid({"file": Says(text, params)})


def _our_own(process: Any, own: Any) -> Taken:
    """Put a definition together again; what BPMN itself says counts, such as changed names."""
    language = own.get("language", "")
    content: dict[str, Any] = msgspec.json.decode(own.text)
    left_out: list[Says] = []
    names: dict[str, str] = {}
    states: dict[str, Any] = {}
    for element in process:
        found = element.find(f"{bpmn('extensionElements')}/{ours('state')}")
        if found is not None:
            name = found.get("id")
            names[element.get("id")] = name
            state = msgspec.json.decode(found.text)
            _rename(state, element.get("name"), language, name)
            states[name] = state
        elif _is_work(element):
            says = say("“{name}”: it is new, and its status is not known.", name=_called(element))
            left_out.append(says)
    content["states"] = {name: states[name] for name in own.get("states").split() if name in states}
    content["transitions"] = list(_steps(process, own, names, left_out, language))
    start = next((e for e in process if e.get("id") == "flow_start"), None)
    if start is not None and start.get("targetRef") in names:
        content["start"] = names[start.get("targetRef")]
    return Taken(msgspec.convert(content, Definition), left_out)


def _steps(
    process: Any, own: Any, names: dict[str, str], left_out: list[Says], language: str
) -> list[dict[str, Any]]:
    gates = {e.get("id"): e.get("id").removeprefix("after_") for e in process if _is_gate(e)}
    known = {
        found.get("id"): (msgspec.json.decode(found.text), (found.get("ends") or "").split())
        for found in process.find(bpmn("extensionElements")).findall(ours("transition"))
    }
    starts: dict[str, list[str]] = {id: [] for id in known}
    for flow in process.findall(bpmn("sequenceFlow")):
        source, target = flow.get("sourceRef"), flow.get("targetRef")
        start = names.get(source) or gates.get(source)
        way = flow.find(f"{bpmn('extensionElements')}/{ours('way')}")
        if way is None or way.get("id") not in known:
            if start is not None and target in names:
                says = say("“{name}”: who may make this step is not known.", name=_called(flow))
                left_out.append(says)
            continue
        content, _ = known[way.get("id")]
        if start is None or target not in names:
            continue
        starts[way.get("id")].append(start)
        content["to"] = names[target]
        if content.get("name"):
            _rename(content, flow.get("name"), language, "")
    steps: list[dict[str, Any]] = []
    for id in own.get("transitions").split():
        content, ends = known[id]
        if begins := [*starts[id], *ends]:
            steps.append(content | {"from": begins})
    return steps


def _rename(content: dict[str, Any], name: str | None, language: str, otherwise: str) -> None:
    """Take a name that was changed in another program."""
    if name and name != otherwise and language in content.get("name", {}):
        content["name"][language] = name


def _is_gate(element: Any) -> bool:
    return element.tag == bpmn("exclusiveGateway") and (element.get("id") or "").startswith(
        "after_"
    )


def _is_work(element: Any) -> bool:
    return str(element.tag).endswith(("ask", "subProcess", "callActivity"))


def _called(element: Any) -> str:
    return element.get("name") or element.get("id") or "?"
