"""Reading messages: JSON, rows of CSV, XML without its dangers; each as plain records."""

import csv
import io
from collections.abc import Callable
from typing import Any

import msgspec
from lxml import etree  # type: ignore[attr-defined]

from city.integration.hub.model import MOST_BYTES
from city.kernel import Problem

MOST_RECORDS = 1000
_MOST_DEPTH = 20

JSON, CSV, XML = "application/json", "text/csv", "application/xml"


class Unreadable(Problem):
    """This is not what it says it is."""

    status = 400


def kind_of_media(content_type: str) -> str:
    """Return which of the three a content type is; raises Unreadable for any other."""
    plain = content_type.partition(";")[0].strip().lower()
    if plain in ("", JSON) or plain.endswith("+json"):
        return JSON
    if plain == CSV:
        return CSV
    if plain in (XML, "text/xml") or plain.endswith("+xml"):
        return XML
    raise Unreadable("Please send JSON, CSV or XML.")


def read_records(media_type: str, body: bytes) -> list[dict[str, Any]]:
    """Return the records of a body, a thousand at most.

    JSON is one object or a list of them; CSV has one record a line below its header; XML is one
    record, or several where the root holds nothing but elements of one name. Attributes are
    fields with `@`. Raises Unreadable.
    """
    if len(body) > MOST_BYTES:
        raise Unreadable("This message is too long.")
    records = _READERS[media_type](body)
    if not records:
        raise Unreadable("There is no record in it.")
    if len(records) > MOST_RECORDS:
        raise Unreadable("Please send at most {most} records at a time.", most=MOST_RECORDS)
    return records


def _read_json(body: bytes) -> list[dict[str, Any]]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Unreadable("The body is not valid JSON.") from error
    records = found if isinstance(found, list) else [found]
    if not all(isinstance(one, dict) for one in records):
        raise Unreadable("The body must be a JSON object, or a list of objects.")
    if any(_depth(one) > _MOST_DEPTH for one in records):
        raise Unreadable("Its fields lie too deep within each other.")
    return records


def _depth(value: Any, level: int = 0) -> int:
    if level > _MOST_DEPTH or not isinstance(value, dict | list):
        return level
    inner = value.values() if isinstance(value, dict) else value
    return max((_depth(one, level + 1) for one in inner), default=level)


def _read_csv(body: bytes) -> list[dict[str, Any]]:
    try:
        text = body.decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text), delimiter=_delimiter(text), strict=True)
        # What lies beyond the last column has no name, so nobody could say what it is.
        records = [{name: value for name, value in row.items() if name} for row in rows]
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable("The body is not a table (CSV in UTF-8 with a header).") from error
    return [one for one in records if any(value for value in one.values())]


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _read_xml(body: bytes) -> list[dict[str, Any]]:
    # No entities, no DTD, nothing fetched, no huge trees: nothing of a message is ever executed.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable("The body is not valid XML.") from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable("XML with a document type is not taken.")
    children = [one for one in root if isinstance(one.tag, str)]
    many = len(children) > 1 and len({one.tag for one in children}) == 1
    return [_as_record(_plain(one, 0)) for one in (children if many else [root])]


def _as_record(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {"@text": value}


def _plain(element: Any, level: int) -> Any:
    if level > _MOST_DEPTH:
        raise Unreadable("Its fields lie too deep within each other.")
    found: dict[str, Any] = {f"@{_local(name)}": value for name, value in element.attrib.items()}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        name, value = _local(child.tag), _plain(child, level + 1)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    text = (element.text or "").strip()
    if not found:
        return text
    if text:
        found["@text"] = text
    return found


def _local(name: str) -> str:
    return name.rpartition("}")[2]


_READERS: dict[str, Callable[[bytes], list[dict[str, Any]]]] = {
    JSON: _read_json,
    CSV: _read_csv,
    XML: _read_xml,
}
