"""Reading what an application asks for when it sends somebody here to sign in."""

import re
from collections.abc import Sequence
from typing import Any

from city.kernel import Work
from city.partners import store
from city.partners.model import Application, Asked, OAuthError, RedirectedError

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_PROMPTS = {"none", "login", "consent", "select_account"}
_ONCE = (
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
)
_MOST_LETTERS = 1000


async def read_request(work: Work, pairs: Sequence[tuple[str, Any]]) -> Asked:
    """Return an authorization request, checked against its application.

    Sources: RFC 6749 §4.1.1, RFC 7636 §4.3 with S256 for everybody, OpenID Connect Core §3.1.2.1,
    RFC 9700 §2.1 (exact redirect addresses). Raises OAuthError while the application or its
    address is in doubt, for then nobody may be sent anywhere (RFC 6749 §4.1.2.1); afterwards
    RedirectedError.
    """
    given = {name: str(value) for name, value in pairs}
    application = await store.find_application(work, given.get("client_id", ""))
    if application is None:
        raise OAuthError("invalid_request", "There is no application of this client_id.")
    if given.get("redirect_uri", "") not in application.redirect_uris:
        raise OAuthError("invalid_request", "This redirect_uri is not registered.")
    state = given.get("state", "")

    def refuse(error: str, description: str) -> RedirectedError:
        return RedirectedError(error, description, given["redirect_uri"], state)

    names = [name for name, _ in pairs]
    if twice := [name for name in _ONCE if names.count(name) > 1]:
        raise refuse("invalid_request", f"{twice[0]} was given twice.")
    if any(len(value) > _MOST_LETTERS for value in given.values()):
        raise refuse("invalid_request", "A value is too long.")
    if error := _wrong(given, application):
        raise refuse(*error)
    return Asked(
        application=application,
        redirect_uri=given["redirect_uri"],
        scopes=tuple(dict.fromkeys(given["scope"].split())),
        state=state,
        nonce=given.get("nonce", ""),
        challenge=given["code_challenge"],
        prompt=frozenset(given.get("prompt", "").split()),
        max_age=int(given["max_age"]) if given.get("max_age") else None,
    )


def _wrong(given: dict[str, str], application: Application) -> tuple[str, str] | None:
    """Return the error and its description, or None."""
    for name, error in (("request", "request_not_supported"),
                        ("request_uri", "request_uri_not_supported"),
                        ("registration", "registration_not_supported")):  # fmt: skip
        if name in given:
            return error, f"{name} is not supported."
    if given.get("response_type") != "code":
        return "unsupported_response_type", "response_type must be code."
    if given.get("response_mode", "query") != "query":
        return "invalid_request", "response_mode must be query."
    if given.get("code_challenge_method") != "S256":
        return "invalid_request", "PKCE with code_challenge_method=S256 is required."
    if not _CHALLENGE.fullmatch(given.get("code_challenge", "")):
        return "invalid_request", "code_challenge must be 43 letters of base64url."
    scopes = given.get("scope", "").split()
    if "openid" not in scopes:
        return "invalid_scope", "The scope must have openid in it."
    if unknown := [scope for scope in scopes if scope not in application.scopes]:
        return "invalid_scope", f"{unknown[0]} is not among this application's scopes."
    prompts = set(given.get("prompt", "").split())
    if prompts - _PROMPTS or ("none" in prompts and len(prompts) > 1):
        return "invalid_request", "These values of prompt do not go together."
    if given.get("max_age") and not re.fullmatch(r"\d{1,9}", given["max_age"], re.ASCII):
        return "invalid_request", "max_age must be a number of seconds."
    return None
