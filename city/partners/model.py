"""The words of partners: applications, what they may know, consents, sign-ins and their tokens."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urljoin, urlsplit
from uuid import UUID

from msgspec import Meta, Struct

from city.kernel import Event, Says, say

State = Literal["test", "asked", "published", "suspended"]
Mode = Literal["frame", "link"]
Algorithm = Literal["ES256", "RS256"]
"""What ID tokens are signed with; every provider has to offer RS256 too (Core §15.1)."""

CODE_LASTS = timedelta(seconds=60)
ACCESS_LASTS = timedelta(minutes=10)
REFRESH_LASTS = timedelta(days=30)
SIGN_IN_MOST = timedelta(days=90)
ID_TOKEN_LASTS = timedelta(minutes=10)
NOTICES_A_DAY = 5
APPLICATIONS_EACH = 5
MOST_TESTERS = 20
"""Who may try a test application, besides its developer."""
MOST_ADDRESSES = 10


class Scope(Struct, frozen=True):
    """Something an application may ask for: what it then knows or does, in plain words."""

    code: str
    title: Says
    means: Says
    symbol: str


SCOPES: dict[str, Scope] = {
    scope.code: scope
    for scope in (
        Scope(
            "openid",
            say("Know you again"),
            say("A number made for this application alone. No other application gets the same."),
            symbol="fingerprint-pattern",
        ),
        Scope("profile", say("Your name"), say("Your name and your language."), symbol="user"),
        Scope(
            "phone", say("Your phone number"), say("The number you confirmed here."), symbol="phone"
        ),
        Scope("email", say("Your e-mail"), say("The address you confirmed here."), symbol="mail"),
        Scope(
            "ward",
            say("Your ward"),
            say("The ward you live in, as you say below."),
            symbol="map-pin",
        ),
        Scope(
            "assurance",
            say("How surely we know you"),
            say("Whether VNeID has confirmed who you are. Not your papers."),
            symbol="badge-check",
        ),
        Scope(
            "reports:submit",
            say("Send reports in your name"),
            say("It can send reports to the city as if you had. They stand among your own."),
            symbol="megaphone",
        ),
        Scope(
            "notify",
            say("Write to you"),
            say("At most {n} messages a day into your inbox here.", n=NOTICES_A_DAY),
            symbol="bell",
        ),
        Scope(
            "payments:intent",
            say("Ask you to pay"),
            say("It can show you a sum. Nothing is paid before you agree to it here."),
            symbol="wallet",
        ),
    )
}

STATE_NAMES: dict[str, Says] = {
    "test": say("Being tested"),
    "asked": say("Waiting for review"),
    "published": say("Published"),
    "suspended": say("Suspended"),
}

JOURNAL_WORDS: dict[str, Says] = {
    "registered": say("Registered"),
    "changed": say("Registration changed"),
    "secret": say("New secret made"),
    "asked": say("Publication asked for"),
    "approved": say("Published"),
    "refused": say("Publication refused"),
    "suspended": say("Suspended"),
    "resumed": say("Suspension lifted"),
    "key": say("New signing key"),
    "tester": say("A tester was removed"),
}

ACR = ("urn:trangtien:contact", "urn:trangtien:vneid1", "urn:trangtien:vneid2")
"""What `acr` says of each level of assurance (OpenID Connect Core §2)."""


class Application(Struct, frozen=True, kw_only=True):
    """An application as it is registered."""

    id: UUID
    code: str
    name: dict[str, str]
    summary: dict[str, str]
    run_by: str
    contact: str
    owner_id: UUID | None
    state: State
    mode: Mode
    home_url: str
    redirect_uris: list[str]
    scopes: list[str]
    public: bool
    secret_hash: bytes | None
    sector: str
    alg: Algorithm
    sample: bool
    made_at: datetime
    changed_at: datetime

    @property
    def origin(self) -> str:
        """The origin its frame speaks from, such as `https://boats.example`."""
        return origin_of(self.home_url)

    def called(self, language: str) -> str:
        """Return its name in this language, else in Vietnamese."""
        return self.name.get(language) or self.name.get("vi") or self.code


class Consent(Struct, frozen=True, kw_only=True):
    """What one person lets one application know or do."""

    scopes: list[str]
    ward: str
    since: datetime
    last_used_at: datetime | None


class GivenConsent(Struct, frozen=True, kw_only=True):
    """A consent in the list of the person who gave it."""

    code: str
    name: dict[str, str]
    run_by: str
    scopes: list[str]
    ward: str
    since: datetime
    last_used_at: datetime | None


class SignIn(Struct, frozen=True, kw_only=True):
    """A sign-in of a person into an application."""

    id: UUID
    application_id: UUID
    person_id: UUID
    scopes: list[str]
    redirect_uri: str
    challenge: str
    nonce: str
    acr: str
    signed_in_at: datetime
    begun_at: datetime


class Bearer(Struct, frozen=True, kw_only=True):
    """Whom an access token speaks for, to which application, about what."""

    person_id: UUID
    application_id: UUID
    code: str
    name: dict[str, str]
    home_url: str
    sector: str
    scopes: list[str]
    ward: str
    acr: str


class Tester(Struct, frozen=True, kw_only=True):
    """Somebody who may try an application that is not published."""

    person_id: UUID
    since: datetime


class Tried(Struct, frozen=True, kw_only=True):
    """An application that somebody was let try."""

    code: str
    since: datetime
    removed_at: datetime | None


class Entry(Struct, frozen=True, kw_only=True):
    """A line of the journal."""

    code: str
    actor_name: str
    what: str
    note: str
    at: datetime


class Intent(Struct, frozen=True, kw_only=True):
    """Something an application would like to be paid for. `amount` is in whole units (đồng)."""

    id: UUID
    amount: int
    currency: str
    reference: str
    text: str
    state: Literal["created"]
    made_at: datetime


class NewApplication(Struct, frozen=True, kw_only=True):
    """What a developer says of an application. Addresses stand one on a line."""

    code: Annotated[str, Meta(max_length=40)]
    name: Annotated[str, Meta(max_length=60)]
    name_en: Annotated[str, Meta(max_length=60)] = ""
    summary: Annotated[str, Meta(max_length=200)]
    summary_en: Annotated[str, Meta(max_length=200)] = ""
    run_by: Annotated[str, Meta(max_length=100)]
    contact: Annotated[str, Meta(max_length=200)]
    mode: Mode = "frame"
    home_url: Annotated[str, Meta(max_length=500)]
    redirect_uris: Annotated[str, Meta(max_length=4000)]
    scopes: list[str] = []
    public: bool = False
    alg: Algorithm = "ES256"


class NewIntent(Struct, frozen=True, kw_only=True):
    """What an application would like to be paid, in whole units of the city's currency."""

    amount: Annotated[int, Meta(ge=1, le=1_000_000_000)]
    reference: Annotated[str, Meta(min_length=1, max_length=64)]
    text: Annotated[str, Meta(min_length=1, max_length=140)]


class NewNotice(Struct, frozen=True, kw_only=True):
    """What an application tells a person. `link` is a path of the application."""

    title: Annotated[str, Meta(min_length=1, max_length=80)]
    body: Annotated[str, Meta(max_length=300)] = ""
    link: Annotated[str, Meta(max_length=300)] = ""


class Asked(Struct, frozen=True, kw_only=True):
    """An authorization request that has been checked against its application."""

    application: Application
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str
    nonce: str
    challenge: str
    prompt: frozenset[str]
    max_age: int | None


class Tokens(Struct, frozen=True, omit_defaults=True):
    """What the token endpoint answers (RFC 6749 §5.1)."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str
    refresh_token: str = ""
    id_token: str | None = None


class OAuthError(Exception):
    """A refusal in the words of RFC 6749, which programs read. It does not undo what was done."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        """Refuse; `description` is English, for developers."""
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


class RedirectedError(OAuthError):
    """A refusal that is told to the application by sending the person back to it."""

    def __init__(self, error: str, description: str, redirect_uri: str, state: str) -> None:
        """Refuse, at an address that has been found to be the application's."""
        super().__init__(error, description)
        self.redirect_uri, self.state = redirect_uri, state


class ConsentGiven(Event, frozen=True):
    """Somebody lets an application know or do something."""

    application_id: UUID
    person_id: UUID


class ConsentWithdrawn(Event, frozen=True):
    """Somebody has taken a consent back; the application's tokens are dead."""

    application_id: UUID
    person_id: UUID


class ApplicationPublished(Event, frozen=True):
    """An application may be opened by everybody."""

    application_id: UUID


class ApplicationSuspended(Event, frozen=True):
    """An application has been stopped; all its tokens are dead."""

    application_id: UUID


def origin_of(url: str) -> str:
    """Return the origin of an address, in lower case; an empty string if it has none."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if not parts.scheme or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme.lower()}://{host}{port}"


_ADDRESS = re.compile(r"https?://[\w.\-\[\]:]+(/[\w.\-~%!$&()*+,=:@/?]*)?", re.ASCII)


def wrong_address(url: str, city_url: str) -> Says | None:
    """Return what is wrong with an address of an application, or None.

    It has to be plain ASCII without a fragment, user or wildcard, over TLS unless it is this
    machine's (RFC 6749 §3.1.2, RFC 8252 §7.3), and of another origin than the city.
    """
    try:
        parts = urlsplit(url)
        host, user = parts.hostname or "", parts.username
    except ValueError:
        host, user = "", None
    if not host or user is not None or not _ADDRESS.fullmatch(url) or "*" in url:
        return say("“{url}” is not a whole address, such as https://boats.example/back", url=url)
    if url.startswith("http://") and host not in ("localhost", "127.0.0.1", "[::1]", "::1"):
        return say("“{url}” must begin with https://", url=url)
    if origin_of(url) == origin_of(city_url):
        return say("“{url}” is an address of the city itself.", url=url)
    return None


def inside(home_url: str, path: str) -> str | None:
    """Return a path of an application as a whole address; None if it leads out of it."""
    if not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable():
        return None
    url = urljoin(home_url, path)
    return url if origin_of(url) == origin_of(home_url) else None


def time_of(id: UUID) -> datetime:
    """Return when an id of ours was made: UUIDv7 begin with their millisecond (RFC 9562)."""
    return datetime.fromtimestamp((id.int >> 80) // 1000, UTC)


def explain(scopes: list[str] | tuple[str, ...]) -> list[dict[str, Any]]:
    """Return what these scopes mean, for a template; those nobody knows are left out."""
    return [
        {"code": s.code, "title": s.title, "means": s.means, "symbol": s.symbol}
        for code in SCOPES
        if code in scopes and (s := SCOPES[code])
    ]
