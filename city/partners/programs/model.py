"""The words of programs: what they are, what they may do, how much, and what they have done."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from city.kernel import Actor, Event, Forbidden, Problem, Says, SignInNeeded, say

ProgramState = Literal["active", "suspended"]

TOKEN_LASTS = timedelta(minutes=10)
USAGE_KEPT = timedelta(days=400)
PROGRAMS_EACH = 10
KEYS_EACH = 5

A_MINUTE, A_DAY, WRITES_A_DAY = 120, 20_000, 200
"""What a program may do before anybody has looked at it. The city can allow it more."""

DATA = "data:"
"""What scopes for restricted data sets begin with; the code of the data set follows."""


class ProgramScope(Struct, frozen=True):
    """Something a program may be allowed to do, in plain words.

    One that is `open` a developer gets at once; the city decides about the others. With one that
    `reads_only`, nothing can be changed.
    """

    code: str
    title: Says
    means: Says
    permissions: tuple[str, ...]
    is_open: bool = False
    reads_only: bool = False


PROGRAM_SCOPES: dict[str, ProgramScope] = {
    scope.code: scope
    for scope in (
        ProgramScope(
            "reports:submit",
            say("Send reports"),
            say("It can send reports to the city, with photos, in the name of those who use it."),
            permissions=("reports.submit", "media.send"),
            is_open=True,
        ),
        ProgramScope(
            "webhooks",
            say("Be told what happens"),
            say("The city tells an address of yours when a public report moves on."),
            permissions=("webhooks.manage",),
            is_open=True,
        ),
        ProgramScope(
            "requests:update",
            say("Tell how work goes on"),
            say("It can add updates to reports that your organisation works on."),
            permissions=("requests.update",),
        ),
        ProgramScope(
            "cases:read",
            say("Read the city's cases"),
            say("It reads cases as staff see them, private ones too. It changes nothing."),
            permissions=("cases.view",),
            reads_only=True,
        ),
        ProgramScope(
            "hub",
            say("Exchange data with the city's systems"),
            say("It takes part in the integration hub, within its contracts."),
            permissions=("hub.use",),
        ),
    )
}
"""What a program may ask for. Scopes of restricted data sets (`data:…`) come besides."""

PROGRAM_PERMISSIONS = frozenset(p for s in PROGRAM_SCOPES.values() for p in s.permissions)
"""Every permission that a key can open, besides those of restricted data sets."""

ENTRY_WORDS: dict[str, Says] = {
    "registered": say("Registered"),
    "changed": say("Registration changed"),
    "key": say("Key made"),
    "revoked": say("Key revoked"),
    "asked": say("More rights asked for"),
    "granted": say("Rights decided"),
    "refused": say("Rights refused"),
    "quota": say("Limits changed"),
    "suspended": say("Suspended"),
    "resumed": say("Suspension lifted"),
}


class Program(Struct, frozen=True, kw_only=True):
    """A program as it is registered. `asked` are the scopes it waits for.

    `fingerprint` is the SHA-256 of its certificate in small hexadecimal letters, or empty.
    """

    id: UUID
    code: str
    name: str
    purpose: str
    contact: str
    run_by: str
    owner_id: UUID | None
    state: ProgramState
    scopes: list[str]
    asked: list[str]
    asked_why: str
    a_minute: int
    a_day: int
    writes_a_day: int
    fingerprint: str
    sample: bool
    made_at: datetime
    changed_at: datetime


class Key(Struct, frozen=True, kw_only=True):
    """A key of a program. The key itself is kept nowhere; `prefix` is how it begins."""

    id: UUID
    prefix: str
    name: str
    made_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    def is_good(self, now: datetime) -> bool:
        """Return whether it opens anything at that moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Grant(Struct, frozen=True, kw_only=True):
    """What a key or token opens: whose it is, with which scopes and limits, and until when.

    `requests` and `writes` are what the program had done on `day` when this was read.
    """

    program_id: UUID
    key_id: UUID
    code: str
    name: str
    state: ProgramState
    scopes: list[str]
    a_minute: int
    a_day: int
    writes_a_day: int
    fingerprint: str
    until: datetime | None
    requests: int
    writes: int


class Entry(Struct, frozen=True, kw_only=True):
    """A line of a program's journal."""

    code: str
    name: str
    actor_name: str
    what: str
    note: str
    at: datetime


class DayUsage(Struct, frozen=True, kw_only=True):
    """What a program did on one day of the city."""

    day: date
    requests: int
    writes: int
    errors: int
    bytes: int


class StatusUsage(Struct, frozen=True, kw_only=True):
    """How often a program was refused with one status, and in which hour last."""

    status: int
    times: int
    last_hour: datetime


class NewProgram(Struct, frozen=True, kw_only=True):
    """What a developer says of a program."""

    code: Annotated[str, Meta(max_length=40)]
    name: Annotated[str, Meta(min_length=2, max_length=60)]
    purpose: Annotated[str, Meta(min_length=10, max_length=500)]
    contact: Annotated[str, Meta(max_length=200)]
    run_by: Annotated[str, Meta(max_length=100)] = ""
    scopes: list[str] = []
    fingerprint: Annotated[str, Meta(max_length=120)] = ""


class NewKey(Struct, frozen=True, kw_only=True):
    """A key to be made; without `days` it lasts until it is revoked."""

    name: Annotated[str, Meta(max_length=60)] = ""
    days: Literal["", "30", "90", "365"] = ""


class MoreScopes(Struct, frozen=True, kw_only=True):
    """What a program would like to do besides, and why. `data` are codes of data sets."""

    why: Annotated[str, Meta(min_length=10, max_length=500)]
    scopes: list[str] = []
    data: Annotated[str, Meta(max_length=300)] = ""


class Quota(Struct, frozen=True, kw_only=True):
    """How much a program may do: requests a minute and a day, and changes a day."""

    a_minute: Annotated[int, Meta(ge=1, le=100_000)]
    a_day: Annotated[int, Meta(ge=1, le=100_000_000)]
    writes_a_day: Annotated[int, Meta(ge=0, le=10_000_000)]


class ProgramSuspended(Event, frozen=True):
    """A program has been stopped; its keys open nothing."""

    program_id: UUID


class ProgramResumed(Event, frozen=True):
    """A suspended program may go on."""

    program_id: UUID


class BadKey(Problem):
    """What was brought as a key or a token is worth nothing, or nothing any more."""

    status = 401
    title = SignInNeeded.title


class ProgramActor(Actor, frozen=True, kw_only=True):
    """A program that acts for itself; what it may not do is refused by the name of the scope."""

    scopes: tuple[str, ...] = ()

    def require(self, permission: str) -> None:
        """Raise Forbidden, naming the scope that would be needed, unless this is permitted."""
        if permission in self.permissions:
            return
        scope = scope_for(permission)
        if not scope:
            raise Forbidden("No key opens this: it is for people who are signed in.")
        if scope in self.scopes:
            raise Forbidden("A key with “{scope}” only reads.", scope=scope)
        raise Forbidden("This key lacks the scope “{scope}”.", scope=scope)


def scope_for(permission: str) -> str:
    """Return the scope that brings a permission, or an empty string."""
    if permission.startswith("data."):
        return DATA + permission[len("data.") :]
    return next((s.code for s in PROGRAM_SCOPES.values() if permission in s.permissions), "")


def permissions_for(scopes: list[str] | tuple[str, ...], *, writing: bool) -> frozenset[str]:
    """Return what these scopes permit, to a request that would change something or only reads."""
    found: set[str] = set()
    for code in scopes:
        scope = PROGRAM_SCOPES.get(code)
        if scope and not (writing and scope.reads_only):
            found.update(scope.permissions)
        elif code.startswith(DATA) and not writing:
            found.add("data." + code[len(DATA) :])
    return frozenset(found)


def is_open(scope: str) -> bool:
    """Return whether a developer gets a scope without being asked."""
    return scope in PROGRAM_SCOPES and PROGRAM_SCOPES[scope].is_open


def titles_of(scopes: list[str]) -> list[dict[str, object]]:
    """Return scopes with their titles and meanings, for a template."""
    told: list[dict[str, object]] = []
    for code in scopes:
        known = PROGRAM_SCOPES.get(code)
        title = known.title if known else say("Data set “{code}”", code=code[len(DATA) :])
        means = known.means if known else say("A data set that is not open to everybody.")
        told.append({"code": code, "title": title, "means": means, "open": is_open(code)})
    return told
