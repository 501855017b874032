"""The words of people, roles, organisations, sessions, and the rules between them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from msgspec import Meta, Struct

from city.kernel import Event, Says, say

Channel = Literal["sms", "email"]
AccessKind = Literal["look", "code", "help", "partner"]
CodePurpose = Literal["sign-in", "contact", "again", "help"]

SESSION_IDLE = timedelta(days=30)
SESSION_MOST = timedelta(days=90)
CODE_LASTS = timedelta(minutes=10)
CODE_TRIES = 5


class Role(StrEnum):
    """What somebody is to the city. A person may be several."""

    RESIDENT = "resident"
    VISITOR = "visitor"
    BUSINESS = "business"
    DESK = "desk"
    UNIT = "unit"
    LEADER = "leader"
    ADMIN = "admin"
    AUDITOR = "auditor"
    HELPER = "helper"


_PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.RESIDENT: frozenset({"reports.submit"}),
    Role.VISITOR: frozenset({"reports.submit"}),
    Role.BUSINESS: frozenset({"reports.submit"}),
    Role.DESK: frozenset(
        {
            "reports.submit",
            "cases.view",
            "cases.triage",
            "identity.see_reporter",
            "identity.read_code",
            "identity.issue_cards",
            "dialogue.ask",
        }
    ),
    # An officer sees and answers the cases of the own unit, and never who reported them. Whose
    # code they read is somebody who stands before them and shows it.
    Role.UNIT: frozenset({"cases.view", "cases.answer", "identity.read_code", "dialogue.ask"}),
    Role.LEADER: frozenset(
        {
            "cases.view",
            "cases.lead",
            "cases.manage",
            "partners.manage",
            "dialogue.ask",
            "integration.view",
            "integration.approve",
        }
    ),
    Role.ADMIN: frozenset(
        {
            "cases.view",
            "cases.manage",
            "identity.manage",
            "identity.audit",
            "partners.manage",
            "integration.view",
            "integration.manage",
            "integration.approve",
        }
    ),
    Role.AUDITOR: frozenset({"cases.view", "identity.audit", "integration.view"}),
    Role.HELPER: frozenset(
        {"reports.submit", "identity.help", "identity.read_code", "identity.issue_cards"}
    ),
}

ROLE_NAMES: dict[Role, Says] = {
    Role.RESIDENT: say("Resident"),
    Role.VISITOR: say("Visitor"),
    Role.BUSINESS: say("Business"),
    Role.DESK: say("Coordination desk"),
    Role.UNIT: say("Unit officer"),
    Role.LEADER: say("City leader"),
    Role.ADMIN: say("Administrator"),
    Role.AUDITOR: say("Auditor"),
    Role.HELPER: say("Community helper"),
}

ACTING = frozenset({"reports.submit", "media.send", "identity.help", "identity.issue_cards"})
"""What a helper may do in somebody's stead. To see anything of theirs is not among it."""


def permissions_of(roles: Iterable[Role]) -> frozenset[str]:
    """Return what somebody signed in with these roles may do."""
    return frozenset({"me", "media.send"}).union(*(_PERMISSIONS[role] for role in roles))


class Assurance(IntEnum):
    """How surely the city knows who somebody is."""

    CONTACT = 0
    BASIC = 1
    FULL = 2


ASSURANCE_NAMES: dict[Assurance, Says] = {
    Assurance.CONTACT: say("Your phone number or e-mail is confirmed"),
    Assurance.BASIC: say("Confirmed with VNeID, level 1"),
    Assurance.FULL: say("Confirmed with VNeID, level 2"),
}

HONORIFICS = ("", "anh", "chị", "cô", "chú", "bác", "ông", "bà", "em")


class Person(Struct, frozen=True, kw_only=True):
    """Somebody, as the rooms that write to them need to know them."""

    id: UUID
    name: str
    honorific: str
    language: str
    assurance: int
    sample: bool


class NewPerson(Struct, frozen=True, kw_only=True):
    """Somebody to be added. Phone numbers may be written as people write them."""

    name: str
    roles: tuple[Role, ...] = (Role.RESIDENT,)
    organisation_id: UUID | None = None
    honorific: str = ""
    language: str = ""
    phone: str = ""
    email: str = ""
    sample: bool = False


class Contact(Struct, frozen=True, kw_only=True):
    """Where a person is reached: an E.164 number or an e-mail address."""

    channel: Channel
    address: str
    verified_at: datetime | None


class SeenPerson(Struct, frozen=True, kw_only=True):
    """Who somebody is, for an officer who needed to know and whose look was written down."""

    id: UUID
    name: str
    honorific: str
    contacts: list[Contact]


class Organisation(Struct, frozen=True, kw_only=True):
    """A body people act for. `form` says what sort of unit it is, such as `ward` or `company`."""

    id: UUID
    code: str
    kind: Literal["unit", "business", "city"]
    form: str
    name: dict[str, str]
    short_name: dict[str, str]
    phone: str
    wards: list[str]


class Holding(Struct, frozen=True, kw_only=True):
    """A role that a person holds, and for which body."""

    role: Role
    organisation_id: UUID | None
    organisation: dict[str, str] | None
    granted_at: datetime


class SamplePerson(Struct, frozen=True, kw_only=True):
    """A sample person, with the role they are there to show."""

    id: UUID
    name: str
    language: str
    role: Role
    organisation: dict[str, str] | None


class Staff(Struct, frozen=True, kw_only=True):
    """Somebody who works for the city, with the roles asked about and the unit, if an officer."""

    id: UUID
    name: str
    language: str
    roles: list[Role]
    unit_id: UUID | None


class FoundPerson(Struct, frozen=True, kw_only=True):
    """A person in the administrator's list."""

    id: UUID
    name: str
    assurance: int
    sample: bool
    created_at: datetime
    roles: list[Role]


class Session(Struct, frozen=True, kw_only=True):
    """A place where somebody is signed in."""

    id: UUID
    device: str
    started_at: datetime
    seen_at: datetime


class Access(Struct, frozen=True, kw_only=True):
    """Somebody was looked at, read by their code, acted for, or told about to a partner."""

    id: UUID
    actor_id: UUID | None
    actor_name: str
    actor_roles: list[Role]
    person_id: UUID
    person_name: str
    purpose: str
    about: str
    at: datetime
    kind: AccessKind = "look"
    actor_unit: dict[str, str] | None = None


class CodeToSend(Struct, frozen=True, kw_only=True):
    """A one-time code on its way to somebody: `text` is the whole message in their language."""

    channel: Channel
    address: str
    language: str
    digits: str
    text: str


class Entered(Struct, frozen=True, kw_only=True):
    """Somebody has come in: the session's token, and whether this is their first time."""

    person_id: UUID
    is_new: bool
    token: str


class NewProfile(Struct, frozen=True, kw_only=True):
    """What people say about themselves."""

    name: Annotated[str, Meta(max_length=80)] = ""
    honorific: Annotated[str, Meta(max_length=20)] = ""
    language: Annotated[str, Meta(max_length=10)] = ""


class CodeRequested(Event, frozen=True):
    """A one-time code was asked for.

    Only the id travels: events are kept for ever, and a telephone number must not be. Whoever
    sends the code asks `get_code` where to.
    """

    code_id: UUID


class PersonSignedIn(Event, frozen=True):
    """Somebody has signed in."""

    person_id: UUID
    session_id: UUID


class RoleGranted(Event, frozen=True):
    """The actor has given somebody a role."""

    person_id: UUID
    role: Role
    organisation_id: UUID | None


class RoleRevoked(Event, frozen=True):
    """The actor has taken a role from somebody."""

    person_id: UUID
    role: Role


def local_path(path: str) -> str:
    """Return the path if it leads within this city, otherwise `/` (open redirects, CWE-601).

    Browsers drop tabs and line ends from addresses and read a backslash as a slash, so a path
    with any of them is refused as well.
    """
    if not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable():
        return "/"
    try:
        parts = urlsplit(path)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc else path


def initials(name: str) -> str:
    """Return a name that tells people apart without naming them: `Nguyễn Thị Hạnh` → `N. T. H.`."""
    return " ".join(f"{word[0]}." for word in name.split()) or "–"


def waiting(seconds: int) -> Says:
    """Return a length of waiting in words."""
    if seconds < 90:
        return say("{n} seconds", n=seconds)
    return say("{n} minutes", n=-(-seconds // 60))


class Kept(Struct, frozen=True, kw_only=True):
    """What one room keeps about somebody, as the person may take it away.

    Rooms that keep something have `list_kept(work, person_id) -> list[Kept]`. `rows` are fit for
    JSON; `files` are ids of `city.media`.
    """

    name: str
    title: Says
    rows: list[dict[str, Any]]
    files: list[UUID] = []


class Hold(Struct, frozen=True, kw_only=True):
    """Why something about somebody has to stay although they asked to be forgotten.

    Rooms that have such things have `list_holds(work, person_id) -> list[Hold]`; those that keep
    anything have `forget_person(work, person_id) -> None`, which removes or makes nameless what
    no hold keeps. `until` is the last day of it, or None for as long as the reason lasts.

    Both are asked again every day after somebody was forgotten, until there is no hold: then
    `list_holds` names only what will still go, such as a report that is not closed yet.
    """

    title: Says
    why: Says
    until: date | None = None
