"""What the tests of partners work with: a partner of ours, written plainly against the RFCs."""

import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from city.partners import actions
from city.partners.model import Application, NewApplication
from tests.harness import Browser

BACK = "https://boats.example/back"


def new_application(code: str = "boats", **changes: Any) -> NewApplication:
    """Return a registration, as a developer would fill it in."""
    fields: dict[str, Any] = {
        "code": code,
        "name": "Thuyền rồng",
        "summary": "Đặt vé thuyền",
        "run_by": "Bến Xuân",
        "contact": "ben@example.org",
        "home_url": "https://boats.example/",
        "redirect_uris": BACK,
        "scopes": ["profile", "phone", "ward", "assurance", "notify", "payments:intent"],
    }
    return NewApplication(**{**fields, **changes})


class Partner:
    """An application with its keys, and the journey it has begun."""

    def __init__(self, application: Application, secret: str) -> None:
        """Be this application."""
        self.application, self.secret = application, secret
        self.verifier = secrets.token_urlsafe(48)
        self.state = secrets.token_urlsafe(16)
        self.nonce = secrets.token_urlsafe(16)

    @property
    def auth(self) -> tuple[str, str]:
        """Name and secret, for Basic."""
        return self.application.code, self.secret

    def request(self, scope: str = "openid", **changes: Any) -> dict[str, str]:
        """Return an authorization request; a change of None leaves the parameter out."""
        given: dict[str, Any] = {
            "client_id": self.application.code,
            "response_type": "code",
            "redirect_uri": BACK,
            "scope": scope,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": create_s256_code_challenge(self.verifier),
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in given.items() if value is not None}

    def exchange(self, code: str, **changes: Any) -> dict[str, str]:
        """Return what the token endpoint is asked with a code."""
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": BACK,
            "code_verifier": self.verifier,
            **changes,
        }


async def register(browser: Browser, code: str = "boats", **changes: Any) -> Partner:
    """Register an application as whoever is signed in."""
    actor = await current(browser)
    async with browser.inside.work(actor) as work:
        made = await actions.register_application(work, new_application(code, **changes))
    return Partner(*made)


async def current(browser: Browser) -> Any:
    """Return the actor whose session the browser has."""
    from city import identity

    token = browser.cookies.get("session") or ""
    actor = await identity.find_actor(browser.inside, token)  # type: ignore[arg-type]
    assert actor is not None
    return actor


async def agree(browser: Browser, partner: Partner, scope: str = "openid", **more: str) -> str:
    """Go through the consent page, if there is anything to agree to, and return the code."""
    asked = partner.request(scope)
    shown = await browser.get(f"/oauth/authorize?{urlencode(asked)}")
    if shown.status_code == 303:
        return told(shown)["code"]
    assert shown.status_code == 200, shown.text
    back = await browser.post("/oauth/consent", data={**asked, "_decision": "agree", **more})
    return told(back)["code"]


async def sign_in(browser: Browser, partner: Partner, scope: str = "openid", **more: str) -> Any:
    """Go all the way, and return the tokens."""
    code = await agree(browser, partner, scope, **more)
    given = await browser.post("/oauth/token", data=partner.exchange(code), auth=partner.auth)
    assert given.status_code == 200, given.text
    return given.json()


def told(answer: Any) -> dict[str, str]:
    """Return what an answer that leads back tells the application."""
    assert answer.status_code == 303, answer.text
    location = answer.headers["location"]
    assert location.startswith(BACK), location
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def bearer(tokens: Any) -> dict[str, str]:
    """Return the header with the access token."""
    return {"authorization": f"Bearer {tokens['access_token']}"}
