"""The API of the whole city described to programs, with examples that are tested."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar

from city.partners.programs.model import PROGRAM_SCOPES
from city.settings import Settings
from city.web import About, describe

EXAMPLES = Path(__file__).parent / "examples"
"""A file for each operation: how it is asked in the sample city, and what it answers."""

TAGS = {
    "calendar": "When the city works, and which days were moved.",
    "cases": "What the city owes: categories for everybody, cases and commands for staff.",
    "dialogue": "Surveys, their results, and questions with their public answers.",
    "integration": "The door for other systems: Open311, webhooks, the hub.",
    "messages": "Push messages to browsers.",
    "opendata": "What the city publishes: data sets, code lists, charts.",
    "partners": "Programs and applications of others.",
    "places": "Wards, and the ward of a place.",
    "processes": "What a kind of case goes through, version by version.",
    "reports": "What people tell the city, in public.",
    "services": "What the app can do, and whether it works just now.",
}

_TEXT = """\
Everything that people can do in the pages, for programs.

**Who asks.** What is public needs no key. For the rest send a key as `Authorization: Bearer …` \
or `X-API-Key: …`, or a token by client credentials. Keys are made at `/developers`.

**Paging.** A list that goes on has a cursor in `next`, and a header `Link` with `rel="next"`. \
A cursor is not to be read or made.

**Versions.** Each answer to a GET has an `ETag`; `If-None-Match` with it is answered 304 while \
nothing has changed. What has a `version` is changed with it, or with `If-Match`.

**Once.** A POST with `Idempotency-Key` is done once however often it arrives, for 24 hours; a \
repetition is answered alike, with `Idempotency-Replayed: true`.

**Refusals** are `application/problem+json` (RFC 9457) in the language of `Accept-Language`. \
`type` leads to a page that says what to do; `errors` names every field that is wrong at once.

**Kinds of answers.** JSON, and what an operation names besides. An `Accept` that takes none of \
them is answered 406 before anything is done. Pages of other sites may ask with a key (CORS).

**Limits.** `RateLimit` tells what is left; 429 comes with `Retry-After`.

Unknown parameters and unknown fields are refused. Times are RFC 3339, places WGS 84 degrees, \
words in several languages objects by language (`vi`, `en`).\
"""


def described(app: Litestar) -> dict[str, Any]:
    """Return the description of the API; it is made once, as routes do not change."""
    made = app.state.get("described")
    if made is None:
        made = app.state.described = describe(app, _about(app.state.settings))
    return made


@lru_cache
def read_examples() -> dict[str, dict[str, Any]]:
    """Return the examples by operationId."""
    return {
        file.stem: msgspec.json.decode(file.read_bytes())
        for file in sorted(EXAMPLES.glob("*.json"))
    }


def _about(settings: Settings) -> About:
    name = settings.profile.name["en"]
    return About(
        title=f"Tràng Tiền · {name}",
        summary="One API for what residents, staff and partners of a city do.",
        text=_TEXT,
        url=settings.url,
        contact={"name": name, "url": f"{settings.url}/developers"},
        tags=TAGS,
        scopes={
            permission: (scope.code, str(scope.title))
            for scope in PROGRAM_SCOPES.values()
            for permission in scope.permissions
        },
        examples=read_examples(),
    )
