"""The words of services: what a function of the app is, for whom, and how it really stands."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from city.kernel import Says, say


class Face(StrEnum):
    """As whom somebody meets the first page."""

    RESIDENT = "resident"
    VISITOR = "visitor"
    BUSINESS = "business"
    HELPER = "helper"


class Audience(StrEnum):
    """Whom a function is for."""

    RESIDENT = "resident"
    VISITOR = "visitor"
    BUSINESS = "business"
    HELPER = "helper"
    STAFF = "staff"


EVERYBODY = (Audience.RESIDENT, Audience.VISITOR, Audience.BUSINESS, Audience.HELPER)
"""Whom a function is for that does not say: all but staff."""


class State(StrEnum):
    """How a function stands. Nothing pretends: what does not work yet has no link."""

    WORKING = "working"
    COMING = "coming"
    PARTNER = "partner"


STATE_NAMES: dict[State, Says] = {
    State.WORKING: say("Working"),
    State.COMING: say("Not there yet"),
    State.PARTNER: say("By a partner"),
}
STATE_TONES: dict[State, str] = {
    State.WORKING: "done",
    State.COMING: "idle",
    State.PARTNER: "new",
}

AUDIENCE_NAMES: dict[Audience, Says] = {
    Audience.RESIDENT: say("Residents"),
    Audience.VISITOR: say("Visitors"),
    Audience.BUSINESS: say("Businesses"),
    Audience.HELPER: say("Helpers"),
    Audience.STAFF: say("Staff"),
}

ASSURANCE_NEEDED: dict[int | None, Says] = {
    None: say("Nothing: no account needed"),
    0: say("An account: sign in with a code to your phone or e-mail"),
    1: say("An account confirmed with VNeID, level 1"),
    2: say("An account confirmed with VNeID, level 2"),
}


class Group(Struct, frozen=True, kw_only=True):
    """What functions stand together under."""

    code: str
    icon: str
    name: dict[str, str]


class Facts(Struct, frozen=True, kw_only=True):
    """A function of the app, as the profile and the officers describe it. Words are by language.

    `link` is a path of this city for what works, and may be `https:` or `tel:` for a partner's.
    `hours` are written as in `city.services.hours`. `home` and `home_rows` say at which place of
    the first page it stands for a face.
    """

    group: str
    icon: str
    name: dict[str, str]
    about: dict[str, str]
    state: State
    audience: list[Audience] = field(default_factory=lambda: list(EVERYBODY))
    assurance: int | None = None
    unit: str = ""
    hours: list[str] = []
    link: str = ""
    words: list[str] = []
    offline: bool = False
    partner: dict[str, str] = {}
    instead: dict[str, str] = {}
    instead_link: str = ""
    hidden: bool = False
    home: dict[Face, int] = {}
    home_rows: dict[Face, int] = {}


class Service(Struct, frozen=True, kw_only=True):
    """A function with how it stands: `ok` is None while nobody has looked at it.

    `since` is since when it has been found as it is; `edited` are the fields that officers wrote.
    """

    code: str
    version: int
    facts: Facts
    edited: list[str]
    ok: bool | None
    since: datetime | None
    looked_at: datetime | None
    last_ok_at: datetime | None
    last_failed_at: datetime | None

    @property
    def broken(self) -> bool:
        """Whether it should work and was found not to."""
        return self.facts.state is State.WORKING and self.ok is False

    @property
    def for_staff(self) -> bool:
        """Whether it is a tool of those who work for the city, and of nobody else."""
        return self.facts.audience == [Audience.STAFF]


class Change(Struct, frozen=True, kw_only=True):
    """An edit of a function."""

    version: int
    edits: dict[str, Any]
    changed_name: str
    changed_at: datetime


class Look(Struct, frozen=True, kw_only=True):
    """What was found when a function was asked: its status, 0 when nothing came back."""

    code: str
    ok: bool
    status: int


class Choices(Struct, frozen=True, kw_only=True):
    """What one person has chosen: their face, if any, and favourites in the order they came."""

    face: Face | None = None
    favourites: list[str] = []


def in_language(words: dict[str, str], language: str) -> str:
    """Return the words in this language; in English, or in any, if there are none in it."""
    return words.get(language) or words.get("en") or next(iter(words.values()), "")


def faults_of(facts: Facts, groups: Iterable[str], languages: Iterable[str]) -> dict[str, Says]:
    """Return a sentence for each field that cannot be, or would promise what is not so."""
    faults: dict[str, Says] = {}
    for language in languages:
        for part, words in (("name", facts.name), ("about", facts.about)):
            if not words.get(language, "").strip():
                faults[f"{part}_{language}"] = say("Please fill this in.")
    if facts.group not in set(groups):
        faults["group"] = say("Please choose one of the list.")
    if facts.state is State.WORKING and not _is_local(facts.link):
        faults["link"] = say("What works needs a link within this city, such as /reports/new.")
    if facts.state is State.COMING and facts.link:
        faults["link"] = say("What is not there yet can have no link.")
    if facts.state is State.PARTNER:
        if not in_language(facts.partner, "en"):
            faults["partner"] = say("Please name the partner.")
        if not facts.link.startswith(("https://", "tel:")) and not _is_local(facts.link):
            faults["link"] = say("A partner's link begins with https:// or tel:.")
    if facts.instead_link and not (
        facts.instead_link.startswith(("https://", "tel:")) or _is_local(facts.instead_link)
    ):
        faults["instead_link"] = say("A link begins with / or https:// or tel:.")
    return faults


def _is_local(link: str) -> bool:
    return (
        link.startswith("/")
        and not link.startswith("//")
        and "\\" not in link
        and link.isprintable()
    )
