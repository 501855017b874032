"""The sample partner application: boat tickets on the Perfume River, as a partner would write it.

It is a web application of its own, on a port and a host name of its own (`localhost`, where the
city is `127.0.0.1`), and knows the city only as any partner does: by OpenID Connect and the
bridge. It runs beside a sample city on this machine, and forgets everything when that stops.
"""

import asyncio
import contextlib
import hashlib
import hmac
import logging
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import litestar
import msgspec
import uvicorn
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from litestar.exceptions import NotFoundException
from litestar.params import JSONBody

from city.settings import Settings

log = logging.getLogger("city.partners")

CODE = "ve-thuyen"
SCOPES = ["openid", "profile", "notify", "payments:intent"]
_FILES = Path(__file__).parent / "sample"
_MOST = 1000
_AWAY = 1000
"""Its port is so far from the city's: the next ones may be other cities'."""


class Journey(msgspec.Struct, frozen=True):
    """What is remembered of somebody who is signing in at the city."""

    state: str
    nonce: str
    verifier: str


class Guest(msgspec.Struct, frozen=True):
    """Somebody who has signed in."""

    subject: str
    name: str
    access_token: str


class Begin(msgspec.Struct, frozen=True):
    """What the page asks the city for."""

    scope: str


class Finish(msgspec.Struct, frozen=True):
    """What the city answered over the bridge."""

    journey: str
    code: str
    state: str
    iss: str


class Boat(msgspec.Struct, frozen=True):
    """Which boat."""

    boat: str


class Ticket(msgspec.Struct, frozen=True):
    """Which ticket."""

    ticket: str


class Boats:
    """The application: who is signing in, who has."""

    def __init__(self, settings: Settings) -> None:
        """Sell boat tickets in this city."""
        self.city = settings.url
        self.url = url_of(settings)
        self.secret = secret_of(settings)
        self.journeys: dict[str, Journey] = {}
        self.guests: dict[str, Guest] = {}

    def begin(self) -> tuple[str, dict[str, str]]:
        """Return the name of a new journey, and what the city has to be asked."""
        journey = Journey(*(secrets.token_urlsafe(32) for _ in range(3)))
        name = secrets.token_urlsafe(24)
        if len(self.journeys) >= _MOST:
            self.journeys.pop(next(iter(self.journeys)))
        self.journeys[name] = journey
        return name, {
            "client_id": CODE,
            "response_type": "code",
            "redirect_uri": f"{self.url}/back",
            "scope": "openid profile notify",
            "state": journey.state,
            "nonce": journey.nonce,
            "code_challenge": create_s256_code_challenge(journey.verifier),
            "code_challenge_method": "S256",
        }

    async def finish(self, name: str, code: str, state: str, iss: str) -> str | None:
        """Return a session for whom the city vouches; None if the answer is not for this journey.

        Everything is checked that a partner has to check: state, issuer (RFC 9207), signature,
        audience, expiry and nonce.
        """
        journey = self.journeys.pop(name, None)
        if journey is None or iss != self.city or not hmac.compare_digest(state, journey.state):
            return None
        async with httpx2.AsyncClient(base_url=self.city, timeout=15) as client:
            given = await client.post(
                "/oauth/token",
                data={
                    "grant_type": "authorization_code",
                    "code": code,
                    "redirect_uri": f"{self.url}/back",
                    "code_verifier": journey.verifier,
                },
                auth=(CODE, self.secret),
            )
            if given.status_code != 200:
                return None
            tokens = given.json()
            keys = KeySet.import_key_set((await client.get("/oauth/jwks")).json())
            bearer = {"authorization": f"Bearer {tokens['access_token']}"}
            person = (await client.get("/oauth/userinfo", headers=bearer)).json()
        try:
            claims = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims
            jwt.JWTClaimsRegistry(
                leeway=30,
                iss={"essential": True, "value": self.city},
                aud={"essential": True, "value": CODE},
                exp={"essential": True},
                nonce={"essential": True, "value": journey.nonce},
            ).validate(claims)
        except (JoseError, ValueError):
            return None
        if person.get("sub") != claims["sub"]:
            return None
        session = secrets.token_urlsafe(24)
        if len(self.guests) >= _MOST:
            self.guests.pop(next(iter(self.guests)))
        self.guests[session] = Guest(claims["sub"], person.get("name", ""), tokens["access_token"])
        return session

    async def tell(self, guest: Guest, ticket: str) -> dict[str, Any]:
        """Write to a guest through the city, and return whether it went."""
        said = {"title": "Đã giữ chỗ trên thuyền", "body": f"Vé {ticket}", "link": "/"}
        async with httpx2.AsyncClient(base_url=self.city, timeout=15) as client:
            answer = await client.post(
                "/partners/notify",
                json=said,
                headers={"authorization": f"Bearer {guest.access_token}"},
            )
        told = answer.json()
        return {"sent": bool(told.get("sent")), "why": told.get("error_description", "")}


def application(settings: Settings) -> litestar.Litestar:
    """Return the sample application as an ASGI application."""
    boats = Boats(settings)
    handlers = [*_files(boats), *_redirects(boats), *_calls(boats)]
    return litestar.Litestar(handlers, openapi_config=None, logging_config=None)


def _files(boats: Boats) -> list[Any]:
    page = (_FILES / "index.html").read_text().replace("{city}", boats.city)
    policy = (
        f"default-src 'none'; script-src 'self' {boats.city}; connect-src 'self' {boats.city}; "
        f"style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {boats.city}"
    )

    @litestar.get("/")
    async def home() -> litestar.Response[str]:
        """Show the boats."""
        headers = {"content-security-policy": policy, "cache-control": "no-cache"}
        return litestar.Response(page, media_type="text/html", headers=headers)

    @litestar.get("/{file:str}")
    async def asset(file: str) -> litestar.Response[bytes]:
        """Serve the script and the sheet of the page."""
        kinds = {"boats.js": "text/javascript", "boats.css": "text/css"}
        if file not in kinds:
            raise NotFoundException
        return litestar.Response((_FILES / file).read_bytes(), media_type=kinds[file])

    return [home, asset]


def _redirects(boats: Boats) -> list[Any]:
    @litestar.get("/login")
    async def login() -> litestar.Response[bytes]:
        """Send a browser to the city to sign in; for when the page stands by itself."""
        name, request = boats.begin()
        answer = _to(f"{boats.city}/oauth/authorize?{urlencode(request)}")
        answer.set_cookie("journey", name, max_age=600, httponly=True, samesite="lax")
        return answer

    @litestar.get("/back")
    async def back(request: litestar.Request[Any, Any, Any]) -> litestar.Response[bytes]:
        """Take in whoever comes back from the city."""
        given = request.query_params
        name = request.cookies.get("journey", "")
        parts = [str(given.get(part, "")) for part in ("code", "state", "iss")]
        session = await boats.finish(name, *parts) if parts[0] else None
        answer = _to("/")
        if session:
            answer.set_cookie("boats", session, httponly=True, samesite="lax")
        return answer

    return [login, back]


def _calls(boats: Boats) -> list[Any]:
    @litestar.post("/begin", status_code=200)
    async def begin(data: JSONBody[Begin]) -> dict[str, Any]:
        """Say what the page has to ask the city for, over the bridge."""
        name, request = boats.begin()
        return {"journey": name, "request": {**request, "scope": data.scope}}

    @litestar.post("/finish", status_code=200)
    async def finish(data: JSONBody[Finish]) -> litestar.Response[Any]:
        """Take the code that came over the bridge."""
        session = await boats.finish(data.journey, data.code, data.state, data.iss)
        if session is None:
            return litestar.Response({"detail": "The city did not confirm it."}, status_code=403)
        return litestar.Response({"session": session, "name": boats.guests[session].name})

    @litestar.get("/me")
    async def me(request: litestar.Request[Any, Any, Any]) -> dict[str, str]:
        """Say who is signed in, when the page stands by itself."""
        session = request.cookies.get("boats", "")
        guest = boats.guests.get(session)
        return {"session": session, "name": guest.name} if guest else {"session": "", "name": ""}

    @litestar.post("/tickets", status_code=201)
    async def book(data: JSONBody[Boat], request: litestar.Request[Any, Any, Any]) -> Any:
        """Keep a seat, as far as a sample can."""
        if request.headers.get("x-session", "") not in boats.guests:
            return litestar.Response({"detail": "Sign in first."}, status_code=401)
        return litestar.Response({"ticket": f"{data.boat}-{secrets.token_hex(3)}"})

    @litestar.post("/tell", status_code=200)
    async def tell(data: JSONBody[Ticket], request: litestar.Request[Any, Any, Any]) -> Any:
        """Write to the guest."""
        guest = boats.guests.get(request.headers.get("x-session", ""))
        if guest is None:
            return litestar.Response({"detail": "Sign in first."}, status_code=401)
        return litestar.Response(await boats.tell(guest, data.ticket))

    return [begin, finish, me, book, tell]


class SampleServer(uvicorn.Server):
    """The sample application's own server, beside the city's."""

    task: asyncio.Task[None]

    @classmethod
    async def start(cls, settings: Settings) -> "SampleServer | None":
        """Listen on the port after the city's; None if somebody else is there."""
        try:
            listening = socket.create_server(("127.0.0.1", settings.port + _AWAY))
        except (OSError, OverflowError):
            log.warning("the sample application has no port")
            return None
        app: Any = application(settings)
        config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
        server = cls(config)
        server.task = asyncio.create_task(server.serve([listening]))
        return server

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the city's server."""
        yield

    async def stop(self) -> None:
        """Listen no more."""
        self.should_exit = self.force_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait_for(self.task, 5)


def url_of(settings: Settings) -> str:
    """Return where the sample application is: another origin than the city, as a partner's is."""
    return f"http://localhost:{settings.port + _AWAY}"


def secret_of(settings: Settings) -> str:
    """Return the sample application's secret, which nobody has to keep."""
    told = b"sample partner application"
    return hmac.new(settings.secret.encode(), told, hashlib.sha256).hexdigest()


def _to(address: str) -> litestar.Response[bytes]:
    return litestar.Response(b"", status_code=303, headers={"location": address})
