"""Speaking Open311 with another city: sending, asking what is there, and hearing what is new.

Servers differ: some speak only XML, some wrap their lists, some give a token first, and many have
no updates. What they answer is read for what it means.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

import msgspec
from lxml import etree  # type: ignore[attr-defined]
from msgspec import Struct

from city.integration.federation.model import Destination, Told
from city.integration.federation.network import Heard, resolve, speak
from city.integration.open311.listing import read_moment
from city.integration.open311.updates import STATUSES, plain_status
from city.kernel import Says, say

_MOST_PAGES = 20
_MOST_ROWS = 20_000
_MOST_WORDS = 400
_LONGEST_ID = 200
_NEXT = re.compile(r'<([^<>]+)>\s*;[^,]*\brel="?next"?')
_PARSER = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}

UNREACHABLE = say("Their server could not be reached.")
SILENT = say("Their server broke off or did not answer in time; perhaps it has it all the same.")
NO_REACH = say("This address is not of the public Internet.")
UNREADABLE = say("What their server answered could not be read.")
BROKEN = say("Their server answered with status {status}.")
REFUSED = say("Their server refused it with status {status}.")

_LATER = (401, 403, 408, 425, 429)
"""What may go away: a key is renewed, a queue gets shorter."""

Rows = list[dict[str, Any]]


class Answer(Struct, frozen=True, kw_only=True):
    """What came of a question: rows, or a fault.

    `arrived`: it may be there although there is a fault; `final`: trying again is of no use.
    """

    rows: Rows = []
    status: int = 0
    fault: Says | None = None
    words: str = ""
    arrived: bool = True
    final: bool = False
    link: str = ""


class Server:
    """The server of a destination."""

    def __init__(self, destination: Destination, key: str) -> None:
        """Speak with it, with this key."""
        self.destination = destination
        self._key = key
        self._base = resolve(destination.url)

    async def send(self, form: Mapping[str, str], once: str) -> Answer:
        """Send a request. `once` goes along as a key that servers like ours know it again by."""
        sent = dict(form) | ({"api_key": self._key} if self._key else {})
        if self.destination.jurisdiction_id:
            sent["jurisdiction_id"] = self.destination.jurisdiction_id
        return await self._ask("POST", "requests", form=sent, headers={"Idempotency-Key": once})

    async def find(self, marker: str, service: str, since: datetime) -> Answer:
        """Return the requests that bear our marker in their description, of those since then."""
        found = await self._pages(
            "requests",
            {"service_code": service, "start_date": _w3c(since), "end_date": _w3c(_later())},
        )
        rows = [row for row in found.rows if marker in _text(row, "description")]
        return msgspec.structs.replace(found, rows=rows)

    async def ask_token(self, token: str) -> Answer:
        """Ask for the number that belongs to a token."""
        return await self._ask("GET", f"tokens/{quote(token, safe='')}")

    async def ask_request(self, id: str) -> Answer:
        """Ask how a request stands."""
        return await self._ask("GET", f"requests/{quote(id, safe='')}")

    async def ask_updates(self, since: datetime) -> Answer:
        """Ask for what has changed since then."""
        asked = {"start_date": _w3c(since), "end_date": _w3c(_later())}
        return await self._pages("servicerequestupdates", asked)

    async def _pages(self, path: str, query: Mapping[str, str]) -> Answer:
        """Return the rows of every page, or of none if one of them fails."""
        rows: Rows = []
        answer = await self._ask("GET", path, query=query)
        for _ in range(_MOST_PAGES):
            rows += answer.rows
            onward = self._onward(answer.link)
            if len(rows) > _MOST_ROWS:
                break
            if answer.fault or not onward:
                return msgspec.structs.replace(answer, rows=[] if answer.fault else rows)
            answer = self._read(await speak("GET", onward, headers=self._headers))
        return Answer(status=200, fault=UNREADABLE)  # Longer than anything could be.

    def _onward(self, link: str) -> str:
        """Return the next page, if it is on the same server."""
        match = _NEXT.search(link)
        url = urljoin(f"{self._base}/", match[1]) if match else ""
        return url if urlsplit(url)[:2] == urlsplit(self._base)[:2] else ""

    @property
    def _headers(self) -> dict[str, str]:
        return {"Accept-Language": self.destination.language}

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        if not self._base:
            return Answer(fault=UNREACHABLE, arrived=False)
        asked = dict(query or {})
        if method == "GET" and self.destination.jurisdiction_id:
            asked["jurisdiction_id"] = self.destination.jurisdiction_id
        url = f"{self._base}/{path}.{self.destination.form}"
        url += f"?{urlencode(asked)}" if asked else ""
        return self._read(await speak(method, url, form, {**self._headers, **(headers or {})}))

    def _read(self, heard: Heard) -> Answer:
        if heard.refused:
            return Answer(fault=NO_REACH, arrived=False, final=True)
        if heard.status == 0:
            return Answer(fault=SILENT if heard.arrived else UNREACHABLE, arrived=heard.arrived)
        if not 200 <= heard.status < 300:
            return _refused(heard)
        rows = read_rows(heard.body)
        if rows is None:
            return Answer(status=heard.status, fault=UNREADABLE)
        return Answer(status=heard.status, rows=rows, link=heard.link)


def _refused(heard: Heard) -> Answer:
    """Return what an answer means that is no success: who is told so did not take it in."""
    is_theirs = heard.status >= 500
    may_work_later = is_theirs or heard.status in _LATER
    says = BROKEN if may_work_later else REFUSED
    rows = read_rows(heard.body) or []
    words = "; ".join(_text(row, "description") for row in rows if row.get("description"))
    return Answer(
        status=heard.status,
        fault=Says(says.text, {"status": heard.status}),
        words=words[:_MOST_WORDS],
        arrived=is_theirs or heard.status == 408,
        final=not may_work_later,
    )


def read_rows(body: bytes) -> Rows | None:
    """Return the rows of an answer in JSON or XML, whatever they are wrapped in; None if unread."""
    if body.lstrip().startswith(b"<"):
        return _rows_of_xml(body)
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
    while isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list | dict)]
        if len(lists) != 1 or any(name.endswith("_id") for name in found):
            found = [found]
        else:
            found = lists[0]
    if not isinstance(found, list):
        return None
    return [row for row in found if isinstance(row, dict)]


def _rows_of_xml(body: bytes) -> Rows | None:
    try:
        root = etree.fromstring(body, etree.XMLParser(**_PARSER))
    except (etree.XMLSyntaxError, ValueError):
        return None
    return [
        {str(field.tag): field.text for field in row if isinstance(field.tag, str)} for row in root
    ]


def ids_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return the number and the token of a row, each empty if it has none that can be one."""
    return _id_in(row, "service_request_id"), _id_in(row, "token")


def told_of(row: Mapping[str, Any]) -> Told | None:
    """Return a row of their updates, if it is one that can be understood."""
    at = read_moment(_text(row, "updated_datetime"))
    status = plain_status(_text(row, "status"))
    told = Told(
        update_id=_text(row, "update_id")[:200],
        service_request_id=_id_in(row, "service_request_id"),
        status=status if status in STATUSES else "",
        at=at or datetime.now(UTC),
        text=_text(row, "description")[:4000],
        media_url=_text(row, "media_url")[:2000],
    )
    return told if told.update_id and told.service_request_id and at else None


def state_told(row: Mapping[str, Any], id: str) -> Told | None:
    """Return how a request stands as if it had been told as an update."""
    at, status = read_moment(_text(row, "updated_datetime")), plain_status(_text(row, "status"))
    if status not in STATUSES or at is None:
        return None
    notes = _text(row, "status_notes")[:4000]
    name = f"{id} {status} {_w3c(at)}"
    return Told(update_id=name, service_request_id=id, status=status, at=at, text=notes)


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value).replace("\x00", "").strip()


def _id_in(row: Mapping[str, Any], name: str) -> str:
    found = _text(row, name)
    return found if len(found) <= _LONGEST_ID else ""


def _w3c(moment: datetime) -> str:
    return f"{moment.astimezone(UTC).isoformat()[:19]}Z"


def _later() -> datetime:
    """Return a moment that their clock has not reached either."""
    return datetime.fromtimestamp(datetime.now(UTC).timestamp() + 86_400, UTC)
