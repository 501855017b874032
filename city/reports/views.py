"""What templates and programs are shown of reports, in the reader's language."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Any
from uuid import UUID

from babel.dates import format_date
from msgspec import Struct
from msgspec.structs import replace

from city import cases, media, places
from city.cases import Case, Category, Entry, Status
from city.kernel import Missing, Work, say
from city.reports import wording
from city.reports.attributes import Answer, answers_of, public_attributes
from city.reports.model import Card, Report
from city.reports.wording import in_language
from city.settings import current
from city.web import render_words

Categories = Mapping[str, Category]

ONE_VOICE = say("1 other person sees it too")
MANY_VOICES = say("{n} others see it too")

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
    question: str = ""


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


class Talk(Struct, frozen=True, kw_only=True):
    """A question to the reporter and what they answered, for them and those who do the work."""

    question: str
    asked_at: datetime
    reply: str
    replied_at: datetime | None
    photos: list[Picture]


class Clock(Struct, frozen=True, kw_only=True):
    """How long the city has left, in words, and how much of the time is used (per cent).

    `stands`: the clock stands still; `revisit_on` is the day on which the case is looked at again.
    """

    left: str
    tone: str
    used: int
    working_days: bool
    stands: bool
    revisit_on: date | None


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
    clock: Clock
    reopened: int
    voices: int
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
    answers: list[Answer]


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


def as_written(report: Report, case: Case) -> Report:
    """Return a report with the words of its sender, for them and for those who do the work."""
    return replace(report, description=case.summary, address=case.address)


def as_public(report: Report) -> Report:
    """Return a report as anybody may read it: nothing in its answers leads to somebody either."""
    return replace(report, attributes=public_attributes(report.attributes))


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
        clock=_clock(report, case, language, now),
        reopened=case.reopened,
        voices=report.voices,
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
        answers=answers_of(report.attributes, case.category, categories, language),
    )


def talks_of(history: Sequence[Entry]) -> list[Talk]:
    """Return what the reporter was asked and what they answered, the latest first."""
    return [
        Talk(
            question=one.question.note,
            asked_at=one.question.at,
            reply=one.reply.note if one.reply else "",
            replied_at=one.reply.at if one.reply else None,
            photos=pictures_of(one.photos),
        )
        for one in reversed(wording.exchanges(history))
    ]


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
        if category.is_reported:
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


def voices_of(voices: int, language: str) -> str:
    """Return how many others see it too, in words; empty if nobody does."""
    if not voices:
        return ""
    words = ONE_VOICE if voices == 1 else MANY_VOICES
    return render_words(language, words, n=voices)


@lru_cache(maxsize=4096)
def short_date(day: date, language: str) -> str:
    """Return a date such as 16/11/2026, kept: a list shows few different ones."""
    usual = {"vi": "d/M/yyyy", "en": "d MMM yyyy"}
    return format_date(day, usual.get(language, "medium"), locale=language)


def _line(
    card: Card, category: Category | None, language: str, now: datetime, zone: tzinfo
) -> Line:
    badge, tone = render_words(language, cases.STATUS_WORDS[card.status]), None
    owed = card.status not in cases.ENDS and card.status is not Status.WAITING
    if card.due_at is not None and card.due_at < now and owed and category:
        late = cases.countdown(now, card.due_at, category.process)
        badge, tone = f"{badge} · {render_words(language, late.words)}", late.tone
    sent = short_date(card.sent_at.astimezone(zone).date(), language)
    name = in_language(category.name, language) if category else card.category
    where = ward_name(card.ward, language)
    return Line(
        href=f"/reports/{card.ref}",
        title=headline(card.summary),
        sub=" · ".join(
            part for part in (name, where, sent, voices_of(card.voices, language)) if part
        ),
        icon=category.icon if category else "circle-ellipsis",
        picture=media.thumb_url(card.photo) if card.photo else "",
        badge=badge,
        tone=tone or cases.STATUS_TONES[card.status],
        question=card.question,
    )


def _place(address: str, ward: str | None, language: str) -> str:
    return ", ".join(part for part in (address, ward_name(ward, language)) if part)


def _clock(report: Report, case: Case, language: str, now: datetime) -> Clock:
    stands = case.is_open and case.is_paused
    left, tone, used = "", "", 0
    if case.due_at is not None and case.is_open and not stands:
        countdown = cases.countdown(now, case.due_at, case.process)
        left, tone = render_words(language, countdown.words), countdown.tone
        used = _used(case.clock_at or report.sent_at, case.due_at, now)
    return Clock(
        left=left,
        tone=tone,
        used=used,
        working_days=case.process is cases.Process.TIME_BOUND,
        stands=stands,
        revisit_on=case.revisit_on if stands else None,
    )


def _used(since: datetime, due_at: datetime, now: datetime) -> int:
    if due_at <= since:
        return 0
    return max(0, min(100, round(100 * ((now - since) / (due_at - since)))))


def _history(entries: Sequence[Entry], case: Case, unit: str, language: str) -> list[Moment]:
    moments: list[Moment] = []
    for entry in entries:
        route = entry.verb == "route"
        theirs = route and case.unit_id is not None and entry.facts.get("unit") == str(case.unit_id)
        says = wording.happened(entry, unit if theirs else "")
        who = unit if entry.verb in ("take", "answer") else ""
        if says is not None:
            moments.append(Moment(what=render_words(language, says), when=entry.at, who=who))
    if moments and case.is_open:
        last = moments[-1]
        moments[-1] = Moment(what=last.what, when=last.when, who=last.who, state="now")
    return moments


def _next_step(status: Status, language: str) -> str:
    says = wording.NEXT_STEPS.get(status)
    return render_words(language, says) if says else ""
