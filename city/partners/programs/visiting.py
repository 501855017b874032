"""Each request that programs make: who it is, whether it may come in, and how it was answered.

Limits are told as draft-ietf-httpapi-ratelimit-headers says, wrong tokens as RFC 6750 does.
"""

import hashlib
import hmac
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from city import settings
from city.kernel import Actor, Database, Forbidden, Problem, TooMany
from city.partners.actions.signing_in import OPEN_TO_PROGRAMS, find_bearer, speak_for
from city.partners.pace import Left
from city.partners.programs.door import House
from city.partners.programs.keys import is_ours
from city.partners.programs.model import BadKey, Grant, ProgramActor, permissions_for
from city.partners.programs.tally import Today, until_midnight
from city.web import MACHINE_PATHS, Knock, Visit

_SAFE = ("GET", "HEAD", "OPTIONS")
_HERE_FACTOR = 1000
"""How much more often this machine may ask than one address elsewhere: a proxy that does not say
for whom it asks is all of the city, and must not be shut out as one visitor."""

Header = tuple[bytes, bytes]

_visit: ContextVar["ProgramVisit | None"] = ContextVar("visit", default=None)


class ProgramVisit(Visit):
    """A request of a program, or of nobody in particular, at the API."""

    def __init__(self, database: Database, knock: Knock) -> None:
        """Begin as nobody."""
        super().__init__()
        self.database = database
        self.knock = knock
        self.grant: Grant | None = None
        self._begun = False
        self._bucket = ""
        self._limits: list[Header] = []

    @property
    def writing(self) -> bool:
        """Whether the request would change something."""
        return self.knock.method not in _SAFE

    def come_in(self, grant: Grant) -> Actor:
        """Go on as this program, and count it; raise Forbidden, BadKey or TooMany."""
        if grant.state == "suspended":
            raise Forbidden("The city has suspended this program.")
        if grant.fingerprint and grant.fingerprint != fingerprint_in(self.knock):
            raise BadKey("This key works only with the certificate it was registered with.")
        if self._bucket:
            House.door.buckets.give_back(self._bucket)
        self.grant, now = grant, self.database.clock()
        self._bucket = f"p:{grant.program_id}"
        left = House.door.buckets.take(self._bucket, grant.a_minute)
        today = House.door.tally.today(grant, now)
        self._limits = _program_limits(grant, left, today, now, writing=self.writing)
        if not left.taken:
            raise TooMany("Too many requests in a minute.", seconds=left.next_in)
        if today.requests >= grant.a_day:
            raise TooMany(
                "This program has made all its requests for today.", seconds=until_midnight(now)
            )
        if self.writing and today.writes >= grant.writes_a_day:
            raise TooMany(
                "This program has made all its changes for today.", seconds=until_midnight(now)
            )
        House.door.tally.begin(grant, now, self.knock.method)
        self._begun = True
        self.actor = actor_of(grant, writing=self.writing)
        return self.actor

    def stay_outside(self) -> None:
        """Go on as nobody, and count the address; raise TooMany."""
        most = settings.current().api_a_minute
        if most <= 0 or not self.knock.path.startswith(MACHINE_PATHS):
            return
        address, here = _address_of(self.knock.address)
        most *= _HERE_FACTOR if here else 1
        self._bucket = f"a:{address}"
        left = House.door.buckets.take(self._bucket, most)
        self._limits = _told([("minute", most, 60, left.left, left.full_in)])
        if not left.taken:
            raise TooMany("Too many requests in a minute.", seconds=left.next_in)

    def headers(self, status: int) -> list[Header]:
        """Return the limits, and after a refusal what would help."""
        told = list(self._limits)
        if isinstance(self.refusal, TooMany):
            told.append((b"retry-after", str(self.refusal.seconds).encode()))
        if status == 401 and (self.refusal or self.knock.path.startswith(MACHINE_PATHS)):
            told.append((b"www-authenticate", _challenge(self.refusal)))
        if status == 403 and self.grant is not None:
            told.append((b"www-authenticate", b'Bearer realm="city", error="insufficient_scope"'))
        return told

    def done(self, status: int, size: int) -> None:
        """Count how the program was answered."""
        _visit.set(None)
        if self.grant is not None:
            now, method = self.database.clock(), self.knock.method
            tally = House.door.tally
            tally.end(self.grant, now, method, status, size, begun=self._begun)


async def admit(database: Database, knock: Knock) -> Visit:
    """Return how a request without session goes on: as a program, as a person, or as nobody.

    A program proves itself by `Authorization: Bearer` or `X-API-Key` with a key, or with a token
    it got for one; a token of a person opens what its application was allowed to do. What is
    worth nothing is refused rather than taken for nobody's request.
    """
    visit = ProgramVisit(database, knock)
    _visit.set(visit)
    borne = _borne(knock)
    try:
        if is_ours(borne):
            grant = await House.door.find(database, borne, database.clock())
            if grant is None:
                raise BadKey("This key is wrong, was revoked, or is over.")
            visit.come_in(grant)
        elif borne:
            visit.actor = await _person_of(database, knock, borne)
        else:
            visit.stay_outside()
    except BadKey as refusal:
        visit.refusal = refusal
        try:
            visit.stay_outside()
        except TooMany as too_many:
            visit.refusal = too_many
    except Problem as refusal:
        visit.refusal = refusal
    return visit


async def find_by_key(database: Database, key: str) -> Actor | None:
    """Return the program whose key this is, or None; for keys that come in a parameter.

    Called while a request is answered, it counts the request as the program's. Raises Forbidden
    while the program is suspended, BadKey without its certificate, TooMany above its limits.
    """
    grant = await House.door.find(database, key, database.clock()) if is_ours(key) else None
    if grant is None:
        return None
    visit = _visit.get()
    if visit is None:
        knock = Knock("GET", "", "", {})
        return ProgramVisit(database, knock).come_in(grant)
    try:
        if visit.grant is not None and visit.grant.program_id != grant.program_id:
            raise BadKey("Please send one key only.")
        if visit.grant is not None:
            return visit.actor  # It has proven itself in two ways.
        return visit.come_in(grant)
    except Problem as refusal:
        visit.refusal = refusal
        raise


def actor_of(grant: Grant, *, writing: bool) -> ProgramActor:
    """Return the actor that a program is, with what it may do to read or to change something."""
    return ProgramActor(
        name=grant.name,
        program_id=grant.program_id,
        permissions=permissions_for(grant.scopes, writing=writing),
        scopes=tuple(grant.scopes),
    )


def fingerprint_in(knock: Knock) -> str | None:
    """Return the fingerprint that the proxy says the request's certificate has, if it may say."""
    return read_fingerprint(
        knock.headers.get(settings.current().mtls_header.lower().encode(), b"").decode("latin-1")
    )


def read_fingerprint(told: str) -> str | None:
    """Return a fingerprint as it is kept, or None without a header to believe in."""
    if not settings.current().mtls_header:
        return None
    return told.strip().replace(":", "").lower()


async def _person_of(database: Database, knock: Knock, token: str) -> Actor:
    """Return the person an application acts for here: with one permission, or as nobody."""
    scope = OPEN_TO_PROGRAMS.get((knock.method, knock.path))
    if scope is None and not knock.path.startswith(MACHINE_PATHS):
        return Actor()
    bearer = await find_bearer(database, token)
    if bearer is None:
        raise BadKey("This token is worth nothing, or nothing any more.")
    if scope is None:
        return Actor()
    if scope not in bearer.scopes:
        raise Forbidden("This token lacks the scope “{scope}”.", scope=scope)
    return speak_for(bearer, scope)


def _borne(knock: Knock) -> str:
    """Return the key or token a request brings, or an empty string."""
    if key := knock.headers.get(b"x-api-key"):
        return key.decode("latin-1").strip()
    scheme, _, token = knock.headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _challenge(refusal: Problem | None) -> bytes:
    if isinstance(refusal, BadKey):
        return b'Bearer realm="city", error="invalid_token"'
    return b'Bearer realm="city"'


@lru_cache(maxsize=4096)
def _address_of(address: str) -> tuple[str, bool]:
    """Return an address so that nobody can read it again, and whether it is this machine's.

    Of IPv6 the first 64 bits count: whoever has one address has all that begin so.
    """
    try:
        told = ip_address(address)
    except ValueError:
        return "unknown", True
    if isinstance(told, IPv6Address) and told.ipv4_mapped:
        told = told.ipv4_mapped
    here = told.is_loopback
    kept = told.packed[:8] if isinstance(told, IPv6Address) else told.packed
    secret = settings.current().secret.encode()
    return hmac.new(secret, b"address " + kept, hashlib.sha256).hexdigest()[:24], here


def _program_limits(
    grant: Grant, left: Left, today: Today, now: datetime, *, writing: bool
) -> list[Header]:
    begun, night = int(left.taken), until_midnight(now)
    limits = [
        ("minute", grant.a_minute, 60, left.left, left.full_in),
        ("day", grant.a_day, 86400, max(0, grant.a_day - today.requests - begun), night),
    ]
    if writing:
        rest = max(0, grant.writes_a_day - today.writes - begun)
        limits.append(("writes", grant.writes_a_day, 86400, rest, night))
    return _told(limits)


def _told(limits: Sequence[tuple[str, int, int, int, int]]) -> list[Header]:
    """Return limits as headers: name, how many, in how many seconds, how many left, until when."""
    policy = ", ".join(f'"{name}";q={most};w={window}' for name, most, window, _, _ in limits)
    state = ", ".join(f'"{name}";r={left};t={until}' for name, _, _, left, until in limits)
    return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", state.encode())]
