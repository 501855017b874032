"""What templates and programs are shown of reports, in the reader's language."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Any
from uuid import UUID

from babel.dates import format_date
from msgspec import Struct

from city import cases, media, places
from city.cases import Case, Category, Entry, Status
from city.kernel import Missing, Work
from city.reports import wording
from city.reports.model import Card, Report
from city.reports.wording import in_language
from city.settings import current
from city.web import render_words

Categories = Mapping[str, Category]

_SENTENCE = re.compile(r"(.{15,90}?[.!?…])(?:\s|$)", re.DOTALL)
_MOST = 90


class Line(Struct, frozen=True, kw_only=True):
    """A report in a list."""

    href: str
    title: str
    sub: str
    icon: str
    picture: str
    badge: str
    tone: str


class Picture(Struct, frozen=True, kw_only=True):
    """A photo or film of a report or an answer: the address to open it by, and two pictures."""

    url: str
    large_url: str
    thumbnail_url: str
    caption: str = ""


class Moment(Struct, frozen=True, kw_only=True):
    """A line of the history."""

    what: str
    when: datetime
    who: str = ""
    state: str = "done"


class Face(Struct, frozen=True, kw_only=True):
    """A report as its page shows it. Nothing here tells who sent it."""

    ref: str
    title: str
    text: str
    category: str
    icon: str
    badge: str
    tone: str
    photos: list[Picture]
    place: str
    near: str
    roughly: bool
    latitude: float
    longitude: float
    sent_at: datetime
    seen_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    left: str
    left_tone: str
    used: int
    working_days: bool
    unit: str
    reason: str
    reason_note: str
    answer: str
    before: list[Picture]
    after: list[Picture]
    rating: str
    history: list[Moment]
    next_step: str
    private: bool


def headline(text: str) -> str:
    """Return the first sentence of a report, or as much of it as makes a title."""
    return split_headline(text)[0]


def split_headline(text: str) -> tuple[str, str]:
    """Return a report as a title and what comes after it: all of it where the title is cut."""
    text = text.strip()
    first, _, _ = text.partition("\n")
    found = _SENTENCE.match(first)
    if found is None and len(first) > _MOST:
        return first[:_MOST].rsplit(" ", 1)[0].rstrip(",;: ") + "…", text
    title = found[1] if found else first
    return title.rstrip("."), text[len(title) :].strip()


def lines_of(
    cards: Sequence[Card], categories: Categories, language: str, now: datetime
) -> list[Line]:
    """Return the lines of a list."""
    zone = current().profile.zone
    return [_line(card, categories.get(card.category), language, now, zone) for card in cards]


def face_of(
    report: Report,
    case: Case,
    history: Sequence[Entry],
    categories: Categories,
    language: str,
    now: datetime,
) -> Face:
    """Return a report's page: state, place, deadline, history in public words, and the answer."""
    category = categories.get(case.category)
    done = case.status is Status.DONE
    left, left_tone = _countdown(case.status, case.due_at, case.process, language, now)
    unit = in_language(report.unit_name, language) if case.unit_id == report.unit_id else ""
    after = pictures_of(case.answer_photos) if done else []
    title, rest = split_headline(report.description)
    return Face(
        ref=report.ref,
        title=title,
        text=rest,
        category=in_language(category.name, language) if category else report.category,
        icon=category.icon if category else "circle-ellipsis",
        badge=render_words(language, cases.STATUS_WORDS[case.status]),
        tone=cases.STATUS_TONES[case.status],
        photos=pictures_of(report.photos),
        place=_place(report.address, report.ward, language),
        near=f"latitude={report.latitude:.5f}&longitude={report.longitude:.5f}"
        if report.place_precision != "unknown"
        else "",
        roughly=report.place_precision != "point",
        latitude=report.latitude,
        longitude=report.longitude,
        sent_at=report.sent_at,
        seen_at=report.seen_at,
        due_at=case.due_at,
        closed_at=case.closed_at,
        left=left,
        left_tone=left_tone,
        used=_used(report.sent_at, case.due_at, now),
        working_days=case.process is cases.Process.TIME_BOUND,
        unit=unit,
        reason=render_words(language, case.reason) if case.reason else "",
        reason_note=case.reason_note,
        answer=case.answer if done else "",
        before=pictures_of(report.photos[:1]) if after else [],
        after=after,
        rating=render_words(language, wording.RATINGS[case.rating]) if case.rating else "",
        history=_history(history, case, unit, language),
        next_step=_next_step(case.status, language),
        private=report.private,
    )


def pictures_of(ids: Sequence[UUID]) -> list[Picture]:
    """Return the photos and films with these ids."""
    return [
        Picture(
            url=media.open_url(id),
            large_url=media.large_url(id),
            thumbnail_url=media.thumb_url(id),
        )
        for id in ids
    ]


async def groups_of(work: Work, language: str) -> list[dict[str, Any]]:
    """Return the categories in use, in groups, for a select; each with the words it is found by."""
    groups: dict[str, dict[str, Any]] = {}
    for category in sorted((await cases.known_categories(work)).values(), key=lambda c: c.rank):
        if category.retired_at is None:
            label = in_language(category.grp_name, language)
            group = groups.setdefault(category.grp, {"label": label, "options": []})
            option = {
                "value": category.code,
                "label": in_language(category.name, language),
                "words": " ".join([*category.keywords, *category.name.values()]),
                "hint": in_language(category.hint, language),
                "icon": category.icon,
            }
            group["options"].append(option)
    return list(groups.values())


def wards_of(language: str) -> list[dict[str, str]]:
    """Return the wards of the city for a select, in the order of the alphabet."""
    return [
        {"value": ward.code, "label": in_language(ward.name, language)}
        for ward in places.list_wards()
    ]


def emergency_calls(language: str) -> list[dict[str, str]]:
    """Return whom to call in danger, those with short names first so that more fit on a line."""
    profile = current().profile
    names = profile.emergency_names
    calls = [
        {"number": number, "name": in_language(names.get(number), language)}
        for number in profile.emergency
    ]
    return sorted(calls, key=lambda call: len(call["name"]))


def ward_name(code: str | None, language: str) -> str:
    """Return what a ward is called; empty if there is none."""
    try:
        return in_language(places.get_ward(code).name, language) if code else ""
    except Missing:
        return ""


@lru_cache(maxsize=4096)
def short_date(day: date, language: str) -> str:
    """Return a date such as 16/11/2026, kept: a list shows few different ones."""
    return format_date(day, "d/M/yyyy" if language == "vi" else "d MMM yyyy", locale=language)


def _line(
    card: Card, category: Category | None, language: str, now: datetime, zone: tzinfo
) -> Line:
    badge, tone = render_words(language, cases.STATUS_WORDS[card.status]), None
    if card.due_at is not None and card.due_at < now and card.status not in cases.ENDS and category:
        late = cases.countdown(now, card.due_at, category.process)
        badge, tone = f"{badge} · {render_words(language, late.words)}", late.tone
    sent = short_date(card.sent_at.astimezone(zone).date(), language)
    name = in_language(category.name, language) if category else card.category
    where = ward_name(card.ward, language)
    return Line(
        href=f"/reports/{card.ref}",
        title=headline(card.summary),
        sub=" · ".join(part for part in (name, where, sent) if part),
        icon=category.icon if category else "circle-ellipsis",
        picture=media.thumb_url(card.photo) if card.photo else "",
        badge=badge,
        tone=tone or cases.STATUS_TONES[card.status],
    )


def _place(address: str, ward: str | None, language: str) -> str:
    return ", ".join(part for part in (address, ward_name(ward, language)) if part)


def _countdown(
    status: Status, due_at: datetime | None, process: cases.Process, language: str, now: datetime
) -> tuple[str, str]:
    if due_at is None or status in cases.ENDS:
        return "", ""
    left = cases.countdown(now, due_at, process)
    return render_words(language, left.words), left.tone


def _used(sent_at: datetime, due_at: datetime | None, now: datetime) -> int:
    if due_at is None or due_at <= sent_at:
        return 0
    return max(0, min(100, round(100 * ((now - sent_at) / (due_at - sent_at)))))


def _history(entries: Sequence[Entry], case: Case, unit: str, language: str) -> list[Moment]:
    moments: list[Moment] = []
    for entry in entries:
        route = entry.verb == "route"
        theirs = route and case.unit_id is not None and entry.facts.get("unit") == str(case.unit_id)
        says = wording.happened(entry, unit if theirs else "")
        who = unit if entry.verb in ("take", "answer") else ""
        moments.append(Moment(what=render_words(language, says), when=entry.at, who=who))
    if moments and case.is_open:
        last = moments[-1]
        moments[-1] = Moment(what=last.what, when=last.when, who=last.who, state="now")
    return moments


def _next_step(status: Status, language: str) -> str:
    says = wording.NEXT_STEPS.get(status)
    return render_words(language, says) if says else ""
