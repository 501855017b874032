"""The two forms of the standard: JSON, and the XML it is a picture of.

Both are written from the same plain values. In XML a list is an element with one for each entry
inside, named by `_EACH`; what is empty is an empty element.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

Format = Literal["json", "xml"]

CONTENT_TYPES: dict[Format, str] = {
    "json": "application/json; charset=utf-8",
    "xml": "text/xml",  # The framework says itself that text is UTF-8.
}

_EACH = {
    "attributes": "attribute",
    "endpoints": "endpoint",
    "errors": "error",
    "formats": "format",
    "photos": "photo",
    "service_request_updates": "request_update",
    "service_requests": "request",
    "services": "service",
    "values": "value",
}
_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def format_of(path: str, accept: str) -> Format:
    """Return the form asked for: by the end of the path, else by `Accept`, else JSON."""
    if path.endswith(".xml"):
        return "xml"
    if path.endswith(".json"):
        return "json"
    xml, json = accept.find("xml"), accept.find("json")
    return "xml" if xml >= 0 and (json < 0 or xml < json) else "json"


def write(form: Format, root: str, value: Any) -> bytes:
    """Return a value in a form. Its name stands in XML only: in JSON a list is bare."""
    if form == "json":
        return msgspec.json.encode(value)
    pieces = [_DECLARATION]
    _element(pieces, root, value)
    return "".join(pieces).encode("utf-8")


def w3c(moment: datetime) -> str:
    """Return a moment as the W3C note on dates writes it, in whole seconds of UTC."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return f"{moment.isoformat()[:19]}Z"


def _element(pieces: list[str], name: str, value: Any) -> None:
    pieces.append(f"<{name}>")
    if isinstance(value, str):
        pieces.append(_escaped(value))
    elif value is True or value is False:
        pieces.append("true" if value else "false")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            _element(pieces, key, inner)
    elif isinstance(value, Sequence):
        for inner in value:
            _element(pieces, _EACH[name], inner)
    elif isinstance(value, datetime):
        pieces.append(w3c(value))
    elif value is not None:
        pieces.append(str(value))
    pieces.append(f"</{name}>")


def _escaped(text: str) -> str:
    """Return text as it stands in XML, without what no XML can have in it."""
    if not text.isprintable():
        text = _NOT_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
