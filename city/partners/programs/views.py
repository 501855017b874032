"""What pages of programs show: words for states and scopes, and a chart of the last days."""

from datetime import date, datetime, timedelta
from typing import Any

from city import settings
from city.kernel import Says, say
from city.partners.programs.model import (
    ENTRY_WORDS,
    PROGRAM_SCOPES,
    DayUsage,
    Entry,
    Key,
    Program,
    is_open,
    titles_of,
)

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 360, 150, 40, 8, 22
_GAP = 2.0

STATUS_WORDS: dict[int, Says] = {
    400: say("The request could not be read"),
    401: say("The key was not good"),
    403: say("The key lacks a scope, or the program was suspended"),
    404: say("There is no such thing"),
    405: say("This address does not do that"),
    409: say("It had changed meanwhile, or did not fit"),
    413: say("It was too large"),
    415: say("It was not of a kind we read"),
    422: say("Something in it was wrong"),
    429: say("It was too often"),
    500: say("A mistake of ours"),
    503: say("The city could not be reached"),
}


def shown(program: Program) -> dict[str, Any]:
    """Return a program as templates know it."""
    return {
        "code": program.code,
        "name": program.name,
        "purpose": program.purpose,
        "contact": program.contact,
        "run_by": program.run_by,
        "suspended": program.state == "suspended",
        "owned": program.owner_id is not None,
        "scopes": titles_of(program.scopes),
        "asked": titles_of(program.asked),
        "asked_why": program.asked_why,
        "a_minute": program.a_minute,
        "a_day": program.a_day,
        "writes_a_day": program.writes_a_day,
        "fingerprint": program.fingerprint,
        "made_at": program.made_at,
        **_state(program),
    }


def _state(program: Program) -> dict[str, Any]:
    if program.state == "suspended":
        return {"state": say("Suspended"), "tone": "late"}
    if program.asked:
        return {"state": say("Asks for more rights"), "tone": "doing"}
    return {"state": say("Works"), "tone": "done"}


def shown_key(key: Key, now: datetime) -> dict[str, Any]:
    """Return a key as templates know it: never the key itself."""
    if key.revoked_at is not None:
        state, tone = say("Revoked"), "idle"
    elif not key.is_good(now):
        state, tone = say("Expired"), "idle"
    else:
        state, tone = say("Works"), "done"
    return {
        "id": key.id,
        "prefix": key.prefix,
        "name": key.name,
        "made_at": key.made_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
        "good": key.is_good(now),
        "state": state,
        "tone": tone,
    }


def lines_of(entries: list[Entry]) -> list[dict[str, Any]]:
    """Return lines of the journal as templates know them."""
    return [
        {
            "code": e.code,
            "who": e.actor_name,
            "what": ENTRY_WORDS[e.what],
            "note": e.note,
            "at": e.at,
        }
        for e in entries
    ]


def open_scopes() -> list[dict[str, Any]]:
    """Return the scopes that a developer gets at once, for a form."""
    return titles_of([code for code in PROGRAM_SCOPES if is_open(code)])


def closed_scopes(program: Program) -> list[dict[str, Any]]:
    """Return the scopes that a program may still ask for, for a form."""
    return titles_of([c for c in PROGRAM_SCOPES if not is_open(c) and c not in program.scopes])


def every_day(days: list[DayUsage], today: date, most: int) -> list[DayUsage]:
    """Return the last `most` days up to today, those without a request among them."""
    used = {day.day: day for day in days}
    none = {"requests": 0, "writes": 0, "errors": 0, "bytes": 0}
    wanted = (today - timedelta(days=most - 1 - n) for n in range(most))
    return [used.get(day) or DayUsage(day=day, **none) for day in wanted]


def bars_of(days: list[DayUsage]) -> dict[str, Any]:
    """Return a chart of days: bars of requests, of which a part was refused.

    Lengths are units of the drawing, WIDTH wide and HEIGHT high.
    """
    most = _round_up(max((day.requests for day in days), default=0))
    step = (WIDTH - LEFT) / max(len(days), 1)
    high = HEIGHT - TOP - BOTTOM
    bars = []
    for n, day in enumerate(days):
        whole, refused = (round(high * count / most, 1) for count in (day.requests, day.errors))
        bars.append(
            {
                "x": round(LEFT + n * step + _GAP / 2, 1),
                "width": round(step - _GAP, 1),
                "y": round(HEIGHT - BOTTOM - whole, 1),
                "height": round(whole - refused, 1),
                "refused_y": round(HEIGHT - BOTTOM - refused, 1),
                "refused": refused,
                "middle": round(LEFT + (n + 0.5) * step, 1),
                "day": noon_of(day.day),
                "short": f"{day.day.day}/{day.day.month}",
                "requests": day.requests,
                "errors": day.errors,
                "labelled": (len(days) - 1 - n) % 7 == 0,
            }
        )
    grid = [{"y": round(TOP + high * (1 - s), 1), "count": int(most * s)} for s in (0, 0.5, 1)]
    return {"width": WIDTH, "height": HEIGHT, "left": LEFT, "bars": bars, "grid": grid}


def noon_of(day: date) -> datetime:
    """Return noon of a day in the city's zone, which templates write as the day."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=settings.current().profile.zone)


def _round_up(count: int) -> int:
    """Return the next even number of one or two digits and zeros, at least 10."""
    scale = 10
    while count > scale * 10:
        scale *= 10
    return max(scale, -(-count // scale) * scale)
