"""What the form offers while it is filled in: reports that may be the same, fitting categories."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from city import cases, media
from city.kernel import Work
from city.reports.alike import Alike
from city.reports.views import headline, voices_of
from city.reports.wording import in_language
from city.web import render_words


class Choice(Struct, frozen=True, kw_only=True):
    """A report that may be about the same thing; `own`: it is the reader's own."""

    ref: str
    title: str
    picture: str
    metres: int
    sent_at: datetime
    badge: str
    tone: str
    voices: str
    own: bool
    chosen: bool


def alike_of(found: Sequence[Alike], language: str) -> list[Choice]:
    """Return what may be the same, to choose from; the likeliest is chosen beforehand."""
    return [
        Choice(
            ref=one.report.ref,
            title=headline(one.report.description),
            picture=media.thumb_url(one.report.photo) if one.report.photo else "",
            metres=max(1, round(one.metres)),
            sent_at=one.report.sent_at,
            badge=render_words(language, cases.STATUS_WORDS[one.report.status]),
            tone=cases.STATUS_TONES[one.report.status],
            voices=voices_of(one.report.voices, language),
            own=one.report.own,
            chosen=n == 0 and one.likely and not one.report.own,
        )
        for n, one in enumerate(found)
    ]


async def suggestions_of(work: Work, codes: Sequence[str], language: str) -> list[dict[str, str]]:
    """Return categories that fit somebody's words, as buttons that choose them."""
    categories = await cases.known_categories(work)
    return [
        {
            "value": code,
            "label": in_language(categories[code].name, language),
            "icon": categories[code].icon,
        }
        for code in codes
        if code in categories
        and categories[code].retired_at is None
        and categories[code].process is not cases.Process.COMMAND
    ]
