"""The simulated VNeID: an OpenID Connect provider that ships with the product.

Its page, where somebody chooses which sample citizen to be, is served by the city at
/simulated/vneid. What the client asks behind the browser's back (discovery, token, keys) is
answered by a small application of its own, reached without a socket. It signs with a key of its
own, checks PKCE, and gives out each code once.
"""

import secrets
import time
from typing import Any

import httpx2
import litestar
import msgspec
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import ECKey

from city.settings import Settings

CLIENT_ID = "trangtien"
PATH = "/simulated/vneid"


class Citizen(msgspec.Struct, frozen=True):
    """A citizen the simulated provider knows: invented, in a range no real number uses."""

    subject: str
    name: str
    acr: str


CITIZENS = [
    Citizen("sample-000000000001", "Hoàng Thị Mẫu Một", "level2"),
    Citizen("sample-000000000002", "Trần Văn Mẫu Hai", "level2"),
    Citizen("sample-000000000003", "Lê Thị Mẫu Ba", "level1"),
]


class Asked(msgspec.Struct, frozen=True):
    """What a client asked of the provider's page (OpenID Connect Core §3.1.2.1)."""

    client_id: str
    redirect_uri: str
    response_type: str
    state: str
    nonce: str
    code_challenge: str
    code_challenge_method: str


class Grant(msgspec.Struct, frozen=True):
    """A code that has been given out and not been exchanged yet."""

    citizen: Citizen
    asked: Asked
    expires_at: float


class Twin:
    """The provider: its key, its one client, and the codes it has given out."""

    def __init__(self, settings: Settings) -> None:
        """Make the provider of this city."""
        self.issuer = settings.url + PATH
        self.callback = settings.url + "/sign-in/vneid/callback"
        self.client_secret = secrets.token_urlsafe(24)
        self.key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        self._grants: dict[str, Grant] = {}

    @property
    def url(self) -> str:
        """Where its client finds it, registration included."""
        scheme, _, rest = self.issuer.partition("://")
        return f"{scheme}://{CLIENT_ID}:{self.client_secret}@{rest}"

    def accepts(self, asked: Asked) -> bool:
        """Return whether this is our client, asking as it should."""
        return (
            asked.client_id == CLIENT_ID
            and asked.redirect_uri == self.callback
            and asked.response_type == "code"
            and asked.code_challenge_method == "S256"
        )

    def grant(self, citizen: Citizen, asked: Asked) -> str:
        """Return a code that says this citizen has agreed. It works once, for a minute."""
        now = time.monotonic()
        self._grants = {code: g for code, g in self._grants.items() if g.expires_at > now}
        code = secrets.token_urlsafe(24)
        self._grants[code] = Grant(citizen, asked, now + 60)
        return code

    def exchange(self, code: str, verifier: str) -> str | None:
        """Return the ID token for a code, or None if it is not good for one."""
        grant = self._grants.pop(code, None)
        if grant is None or grant.expires_at < time.monotonic():
            return None
        if create_s256_code_challenge(verifier) != grant.asked.code_challenge:
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": grant.citizen.subject,
            "name": grant.citizen.name,
            "acr": grant.citizen.acr,
            "nonce": grant.asked.nonce,
            "iat": now,
            "exp": now + 300,
        }
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)

    def transport(self) -> httpx2.AsyncBaseTransport:
        """Return the way to what the client asks directly."""

        @litestar.get(f"{PATH}/.well-known/openid-configuration")
        async def discovery() -> dict[str, Any]:
            """Say where everything is."""
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "code_challenge_methods_supported": ["S256"],
            }

        @litestar.get(f"{PATH}/jwks")
        async def jwks() -> dict[str, Any]:
            """Give the public key."""
            return {"keys": [self.key.as_dict(private=False)]}

        @litestar.post(f"{PATH}/token", status_code=200)
        async def token(request: litestar.Request[Any, Any, Any]) -> litestar.Response[Any]:
            """Exchange a code for an ID token."""
            form = await request.form()
            id_token = None
            if self._is_our_client(request.headers.get("authorization", "")):
                verifier = str(form.get("code_verifier", ""))
                id_token = self.exchange(str(form.get("code", "")), verifier)
            if id_token is None:
                return litestar.Response({"error": "invalid_grant"}, status_code=400)
            body = {"access_token": secrets.token_urlsafe(24), "token_type": "Bearer"}
            return litestar.Response({**body, "expires_in": 60, "id_token": id_token})

        provider = litestar.Litestar(
            [discovery, jwks, token], openapi_config=None, logging_config=None
        )
        return httpx2.ASGITransport(provider)  # type: ignore[arg-type]

    def _is_our_client(self, authorization: str) -> bool:
        expected = httpx2.BasicAuth(CLIENT_ID, self.client_secret)._auth_header
        return secrets.compare_digest(authorization.encode(), expected.encode())
