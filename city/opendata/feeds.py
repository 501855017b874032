"""What is new: Atom (RFC 4287), RSS 2.0 and iCalendar (RFC 5545) for readers and calendars."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import urlencode

from icalendar import Calendar, Event
from lxml import etree  # type: ignore[attr-defined]
from msgspec import Struct

from city import calendar, cases, places, reports
from city.kernel import Missing, Work, say
from city.opendata.model import LICENCE
from city.opendata.serving import is_known
from city.settings import current
from city.web import PUBLIC, Request, Response, get, in_language, render_words

MOST = 30
_ATOM = "http://www.w3.org/2005/Atom"
_GEORSS = "http://www.georss.org/georss"
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KINDS = {"atom": "application/atom+xml", "rss": "application/rss+xml"}
_LONGEST_TITLE = 90

AnyRequest = Request[Any, Any, Any]


class Item(Struct, frozen=True, kw_only=True):
    """Something new. `path` leads to it here, `mark` tells it from other news of the same page."""

    path: str
    mark: str = ""
    title: str
    words: str
    category: str
    at: datetime
    place: tuple[float, float] | None = None


class Feed(Struct, frozen=True, kw_only=True):
    """A list of news in a language; `path` is its own address and `page` what it is news of."""

    path: str
    page: str
    title: str
    about: str
    language: str
    items: Sequence[Item]

    @property
    def updated(self) -> datetime:
        """When the newest thing in it happened."""
        return max((item.at for item in self.items), default=datetime(2020, 1, 1, tzinfo=UTC))


@get(["/feeds/reports.atom", "/feeds/reports.rss"], allow=PUBLIC)
async def newest_reports(request: AnyRequest, work: Work) -> Response[bytes]:
    """Serve the newest public reports: of the whole city, a ward (`?ward=`) or a category."""
    ward, category, about = await _narrowed(request, work)
    filters = reports.Filters(ward=ward, category=category)
    cards, _ = await reports.find_reports(work, filters, MOST)
    language = _language(request)
    known = await cases.known_categories(work)
    items = [
        Item(
            path=f"/reports/{card.ref}",
            title=_title(_named(known, card.category, language), card.address),
            words=card.summary,
            category=_named(known, card.category, language),
            at=card.sent_at,
            place=(card.latitude, card.longitude),
        )
        for card in cards
    ]
    query = _query(ward, category)
    return _served(
        request,
        Feed(
            path=request.scope["path"] + query,
            page=f"/reports{query}",
            title=_titled(language, render_words(language, say("New reports")), about),
            about=render_words(language, say("What people have just told the city.")),
            language=language,
            items=items,
        ),
    )


@get(["/feeds/answers.atom", "/feeds/answers.rss"], allow=PUBLIC)
async def newest_answers(request: AnyRequest, work: Work) -> Response[bytes]:
    """Serve the newest public answers: of the whole city, a ward (`?ward=`) or a category."""
    ward, category, about = await _narrowed(request, work)
    language = _language(request)
    known = await cases.known_categories(work)
    items = [
        Item(
            path=f"/reports/{one.ref}",
            mark=f"answer-{int(one.closed_at.timestamp())}",
            title=_title(_named(known, one.category, language), one.address),
            words=one.answer,
            category=_named(known, one.category, language),
            at=one.closed_at,
        )
        for one in await cases.list_newest_answers(work, category, ward, MOST)
    ]
    query = _query(ward, category)
    return _served(
        request,
        Feed(
            path=request.scope["path"] + query,
            page=f"/reports{query}",
            title=_titled(language, render_words(language, say("New answers")), about),
            about=render_words(language, say("What the city has just answered.")),
            language=language,
            items=items,
        ),
    )


@get("/feeds/calendar.ics", allow=PUBLIC)
async def days_off(request: AnyRequest, work: Work) -> Response[bytes]:
    """Serve the days on which the city works otherwise, from last year to the next."""
    known = await calendar.refresh(work)
    language = _language(request)
    year = work.now.astimezone(known.zone).year
    file = Calendar()
    file.add("prodid", "-//Tràng Tiền//trangtien//")
    file.add("version", "2.0")
    name = in_language(current().profile.name, language)
    file.add("x-wr-calname", f"{name} · {render_words(language, say('days off'))}")
    file.add("refresh-interval", timedelta(days=1), parameters={"value": "DURATION"})
    for day in calendar.list_days(known, date(year - 1, 1, 1), date(year + 1, 12, 31)):
        if day.reason not in (calendar.Reason.USUAL, calendar.Reason.FREE):
            file.add_component(_event(day, language))
    return _answer(request, file.to_ical(), "text/calendar")


routes: list[Any] = [newest_reports, newest_answers, days_off]


def _event(day: calendar.CalendarDay, language: str) -> Event:
    said = in_language(day.name, language)
    usual = say("The city works today") if day.working else say("Day off")
    words = render_words(language, usual)
    event = Event()
    event.add("uid", f"{day.date.isoformat()}@{current().profile.code}.trangtien")
    # Nobody knows when a holiday was last changed; what stays the same keeps the file the same.
    event.add("dtstamp", datetime.combine(date(day.date.year, 1, 1), time(), UTC))
    event.add("dtstart", day.date)
    event.add("dtend", day.date + timedelta(days=1))
    event.add("summary", f"{words}: {said}" if said else words)
    hours = ", ".join(f"{one.start}–{one.end}" for one in day.intervals)
    if about := "\n".join(part for part in (hours, day.decree) if part):
        event.add("description", about)
    event.add("transp", "OPAQUE" if day.working else "TRANSPARENT")
    event.add("sequence", day.version)
    return event


async def _narrowed(request: AnyRequest, work: Work) -> tuple[str, str, str]:
    """Return the ward and category asked for and what they are called; raise Missing if none."""
    language = _language(request)
    ward = request.query_params.get("ward", "")
    category = request.query_params.get("category", "")
    names: list[str] = []
    if category:
        known = await cases.known_categories(work)
        if category not in known:
            raise Missing("There is no such category.")
        names.append(_named(known, category, language))
    if ward:
        found = next((one for one in places.list_wards() if one.code == ward), None)
        if found is None:
            raise Missing("There is no such ward.")
        names.append(in_language(found.name, language))
    return ward, category, ", ".join(names)


def _served(request: AnyRequest, feed: Feed) -> Response[bytes]:
    form = request.scope["path"].rpartition(".")[2]
    root = _atom(feed) if form == "atom" else _rss(feed)
    body = etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return _answer(request, body, f"{_KINDS[form]}; charset=utf-8", feed.updated)


def _answer(
    request: AnyRequest, body: bytes, kind: str, updated: datetime | None = None
) -> Response[bytes]:
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {
        "etag": tag,
        "cache-control": "public, max-age=60",
        "vary": "accept-language, accept-encoding, cookie",
        "access-control-allow-origin": "*",
    }
    if updated is not None:
        headers["last-modified"] = format_datetime(updated.replace(microsecond=0), usegmt=True)
    # Only by its tag: a feed can change without anything new in it, as when a report is hidden.
    if is_known(request, tag):
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type=kind, headers=headers)


def _atom(feed: Feed) -> Any:
    base = current().url
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM, "georss": _GEORSS})
    root.set("{http://www.w3.org/XML/1998/namespace}lang", feed.language)

    def add(parent: Any, name: str, text: str = "", **about: str) -> Any:
        element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", about)
        element.text = _clean(text) or None
        return element

    add(root, "id", base + feed.path)
    add(root, "title", feed.title)
    add(root, "subtitle", feed.about)
    add(root, "updated", _moment(feed.updated))
    add(root, "link", rel="self", type=_KINDS["atom"], href=base + feed.path)
    add(root, "link", rel="alternate", type="text/html", href=base + feed.page)
    add(root, "link", rel="license", href=LICENCE)
    add(add(root, "author"), "name", in_language(current().profile.name, feed.language))
    for item in feed.items:
        entry = add(root, "entry")
        add(entry, "id", _address(item))
        add(entry, "title", item.title)
        add(entry, "link", rel="alternate", type="text/html", href=base + item.path)
        add(entry, "published", _moment(item.at))
        add(entry, "updated", _moment(item.at))
        add(entry, "category", term=_clean(item.category))
        add(entry, "content", item.words, type="text")
        _place(entry, item)
    return root


def _rss(feed: Feed) -> Any:
    base = current().url
    root = etree.Element("rss", nsmap={"atom": _ATOM, "georss": _GEORSS})
    root.set("version", "2.0")

    def add(parent: Any, name: str, text: str, **about: str) -> None:
        etree.SubElement(parent, name, about).text = _clean(text)

    channel = etree.SubElement(root, "channel")
    add(channel, "title", feed.title)
    add(channel, "link", base + feed.page)
    add(channel, "description", feed.about)
    add(channel, "language", feed.language)
    add(channel, "lastBuildDate", format_datetime(feed.updated.astimezone(UTC), usegmt=True))
    about = {"rel": "self", "type": _KINDS["rss"], "href": base + feed.path}
    etree.SubElement(channel, f"{{{_ATOM}}}link", about)
    for item in feed.items:
        entry = etree.SubElement(channel, "item")
        add(entry, "title", item.title)
        add(entry, "link", base + item.path)
        # Readers take a description for HTML, whatever it says.
        add(entry, "description", escape(item.words).replace("\n", "<br>"))
        add(entry, "category", item.category)
        add(entry, "guid", _address(item), isPermaLink="true")
        add(entry, "pubDate", format_datetime(item.at.astimezone(UTC), usegmt=True))
        _place(entry, item)
    return root


def _place(entry: Any, item: Item) -> None:
    if item.place is not None:
        point = etree.SubElement(entry, f"{{{_GEORSS}}}point")
        point.text = f"{item.place[0]} {item.place[1]}"


def _address(item: Item) -> str:
    return current().url + item.path + (f"#{item.mark}" if item.mark else "")


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _clean(text: str) -> str:
    """Return the text without what no XML may have in it (XML 1.0 §2.2)."""
    return _NO_XML.sub("", text)


def _title(category: str, address: str) -> str:
    said = f"{category} · {address}" if address else category
    return said if len(said) <= _LONGEST_TITLE else f"{said[: _LONGEST_TITLE - 1]}…"


def _titled(language: str, title: str, about: str) -> str:
    name = in_language(current().profile.name, language)
    return f"{name} · {title} · {about}" if about else f"{name} · {title}"


def _named(known: dict[str, cases.Category], code: str, language: str) -> str:
    return in_language(known[code].name, language) if code in known else code


def _query(ward: str, category: str) -> str:
    given = {"ward": ward, "category": category}
    query = urlencode({name: value for name, value in given.items() if value})
    return f"?{query}" if query else ""


def _language(request: AnyRequest) -> str:
    return request.scope["state"]["language"]
