"""Signing in with VNeID: an OpenID Connect client (authorization code with PKCE).

Standards: OpenID Connect Core 1.0, RFC 7636 (PKCE), RFC 9207 where the provider sends `iss`. The
provider's address is the setting OIDC_URL (`https://client:secret@provider.example`); without one
the simulated provider of `vneid_twin` speaks for it.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx2
import msgspec
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.base import OAuth2Error
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey

from city.identity.model import Assurance
from city.kernel import Problem, Unavailable
from city.settings import Settings

CALLBACK = "/sign-in/vneid/callback"
JOURNEY = timedelta(minutes=10)

_LEVELS = {"level1": Assurance.BASIC, "level2": Assurance.FULL}


class Provider(msgspec.Struct, frozen=True):
    """What a provider says of itself (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class Vouched(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a provider vouches for, and how surely."""

    issuer: str
    subject: str
    name: str
    level: Assurance


class Journey(msgspec.Struct, frozen=True, kw_only=True):
    """What must be remembered while somebody is away at the provider."""

    state: str
    nonce: str
    verifier: str
    next: str


class Client:
    """One provider's client."""

    def __init__(
        self, settings: Settings, url: str, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        """Speak with the provider at this URL, whose user and password are our registration."""
        parts = urlsplit(url)
        self.base = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])).rstrip("/")
        self.id = unquote(parts.username or "")
        self.secret = unquote(parts.password or "")
        self.callback = settings.url + CALLBACK
        self.key = OctKey.import_key(settings.secret)
        self.transport = transport
        self._provider: Provider | None = None

    async def begin(self, state: str, nonce: str, verifier: str) -> str:
        """Return the provider's address to send the browser to."""
        provider = await self._discover()
        async with self._oauth() as oauth:
            address, _ = oauth.create_authorization_url(
                provider.authorization_endpoint, state=state, nonce=nonce, code_verifier=verifier
            )
        return address

    async def finish(self, code: str, journey: Journey, *, issuer: str = "") -> Vouched:
        """Exchange the code, and return whom the provider vouches for.

        Raises Problem if the answer is not the provider's, not for us or not for this journey.
        """
        provider = await self._discover()
        if issuer not in ("", provider.issuer):
            raise Problem("VNeID did not confirm who you are. Please try again.")
        try:
            async with self._oauth() as oauth:
                token = await oauth.fetch_token(
                    provider.token_endpoint, code=code, code_verifier=journey.verifier
                )
            keys = KeySet.import_key_set(msgspec.json.decode(await self._get(provider.jwks_uri)))
            claims = jwt.decode(token["id_token"], keys, algorithms=["ES256", "RS256"]).claims
            jwt.JWTClaimsRegistry(
                leeway=30,
                iss={"essential": True, "value": provider.issuer},
                aud={"essential": True, "value": self.id},
                sub={"essential": True},
                exp={"essential": True},
                nonce={"essential": True, "value": journey.nonce},
            ).validate(claims)
        except httpx2.HTTPError as error:
            raise Unavailable("VNeID cannot be reached just now. Please try again.") from error
        except (JoseError, OAuthError, OAuth2Error, KeyError, ValueError) as error:
            raise Problem("VNeID did not confirm who you are. Please try again.") from error
        return Vouched(
            issuer=provider.issuer,
            subject=str(claims["sub"]),
            name=str(claims.get("name", "")),
            level=_LEVELS.get(str(claims.get("acr", "")), Assurance.BASIC),
        )

    def seal(self, journey: Journey, expires_at: int) -> str:
        """Return the journey as a signed token for the traveller's own browser."""
        claims = {**msgspec.structs.asdict(journey), "exp": expires_at}
        return jwt.encode({"alg": "HS256"}, claims, self.key)

    def unseal(self, sealed: str, now: int) -> Journey:
        """Return the journey of a token; raises Problem if it is not ours or too old by then."""
        try:
            claims = jwt.decode(sealed, self.key, algorithms=["HS256"]).claims
            jwt.JWTClaimsRegistry(now=now, exp={"essential": True}).validate(claims)
            return msgspec.convert(claims, Journey)
        except (JoseError, ValueError, msgspec.ValidationError) as error:
            raise Problem("The sign-in took too long. Please begin again.") from error

    def _oauth(self) -> Any:
        return AsyncOAuth2Client(
            client_id=self.id,
            client_secret=self.secret,
            redirect_uri=self.callback,
            scope="openid profile",
            code_challenge_method="S256",
            transport=self.transport,
            timeout=10,
        )

    async def _get(self, url: str) -> bytes:
        async with httpx2.AsyncClient(transport=self.transport, timeout=10) as client:
            answer = await client.get(url)
            answer.raise_for_status()
            return answer.content

    async def _discover(self) -> Provider:
        if self._provider is None:
            try:
                found = await self._get(f"{self.base}/.well-known/openid-configuration")
                self._provider = msgspec.json.decode(found, type=Provider)
            except (httpx2.HTTPError, msgspec.MsgspecError) as error:
                raise Unavailable("VNeID cannot be reached just now. Please try again.") from error
        return self._provider
