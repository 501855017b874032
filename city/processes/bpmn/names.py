"""The namespaces of BPMN 2.0, and our own."""

from typing import Any

from lxml import etree as _etree  # type: ignore[attr-defined]

etree: Any = _etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
OURS = "urn:trangtien:process:1"

PREFIXES = {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "xsi": XSI, "tt": OURS}


def bpmn(name: str) -> str:
    """Return the full name of an element of BPMN."""
    return f"{{{BPMN}}}{name}"


def ours(name: str) -> str:
    """Return the full name of an element or attribute of our own."""
    return f"{{{OURS}}}{name}"
