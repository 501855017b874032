"""The OpenID Connect provider: what programs ask, and where people are sent to sign in.

Standards: OpenID Connect Core 1.0, Discovery 1.0 and RP-Initiated Logout 1.0; RFC 6749, 6750,
7009, 7636 (S256 for everybody), 8414, 9207 and 9700. See docs/decisions/0009.
"""

from typing import Any
from urllib.parse import quote, urlencode

from city import settings
from city.kernel import Database, Invalid, Problem, TooMany, Work
from city.partners import actions, store
from city.partners.model import (
    ACR,
    SCOPES,
    Application,
    Asked,
    Consent,
    OAuthError,
    RedirectedError,
    origin_of,
)
from city.partners.office import Office, keys
from city.partners.pages.consent import consent_context
from city.partners.pages.parts import OPEN, Answer, AnyRequest, as_json, away, widened
from city.partners.programs.actions import (
    authenticate_program,
    give_program_token,
    revoke_program_token,
)
from city.partners.programs.keys import is_ours
from city.partners.programs.model import PROGRAM_SCOPES, Grant
from city.partners.programs.visiting import read_fingerprint
from city.web import PUBLIC, get, page, post

_FRESH = "fresh_after"
"""Ours: since when a sign-in counts, once an application has asked for a new one."""


@get(["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"], allow=PUBLIC)
async def show_configuration() -> Answer:
    """Say where everything is and what is supported (Discovery 1.0, RFC 8414)."""
    issuer = settings.current().url
    body: dict[str, Any] = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "userinfo_endpoint": f"{issuer}/oauth/userinfo",
        "jwks_uri": f"{issuer}/oauth/jwks",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "end_session_endpoint": f"{issuer}/oauth/end-session",
        "service_documentation": f"{issuer}/developers",
        "scopes_supported": list(dict.fromkeys([*SCOPES, *PROGRAM_SCOPES])),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        "revocation_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": list(ACR),
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claims_supported": [
            *("sub", "iss", "aud", "azp", "iat", "exp", "auth_time", "nonce", "at_hash", "acr"),
            *("name", "locale", "phone_number", "phone_number_verified"),
            *("email", "email_verified", "ward"),
        ],
        "ui_locales_supported": settings.current().profile.spoken,
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "claims_parameter_supported": False,
        "tls_client_certificate_bound_access_tokens": bool(settings.current().mtls_header),
    }
    return as_json(body, headers=OPEN)


@get("/oauth/jwks", allow=PUBLIC)
async def show_keys() -> Answer:
    """Give the public keys that ID tokens are signed with."""
    return as_json(keys().public(), headers=OPEN)


@get("/oauth/authorize", allow=PUBLIC)
async def authorize(request: AnyRequest) -> Answer:
    """Take in somebody whom an application sends here: sign in, agree, and back with a code.

    The standard makes this a GET, so it opens a unit of work of its own that may write the code.
    """
    database: Database = request.app.state.database
    try:
        _pace(request)
        async with database.work(request.user) as work:
            return await _go_on(request, work)
    except RedirectedError as error:
        return _back_with(error)
    except OAuthError as error:
        return _refused(request, error)


@post("/oauth/authorize", allow=PUBLIC, from_anywhere=True)
async def authorize_posted(request: AnyRequest) -> Answer:
    """Take the same request as a form (OpenID Connect Core §3.1.2.1), and go on as with a GET."""
    form = await request.form()
    given = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return away("/oauth/authorize?" + urlencode(given))


@post("/oauth/consent", allow="me")
async def decide(request: AnyRequest, work: Work) -> Answer:
    """Note what the person decided, and send them back to the application."""
    form = await request.form()
    pairs = [(k, v) for k, v in form.multi_items() if isinstance(v, str) and k[0] != "_"]
    try:
        asked = await actions.read_request(work, pairs)
        if not await actions.may_use(work, asked.application):
            raise _no(asked, "access_denied", "The person cannot open this application.")
        if form.get("_decision") != "agree":
            raise _no(asked, "access_denied", "The person did not agree.")
        ward = str(form.get("_ward", ""))
        consent = await store.find_consent(work, asked.application.id, work.actor.person_id)
        try:
            await actions.agree(work, asked.application, list(asked.scopes), ward)
        except Invalid as wrong:
            return await _consent_page(request, work, asked, consent, pairs, wrong)
        return await _back_with_code(work, asked)
    except RedirectedError as error:
        return _back_with(error)
    except OAuthError as error:
        return _refused(request, error)


@post("/oauth/token", allow=PUBLIC, from_anywhere=True)
async def give_tokens(request: AnyRequest, work: Work) -> Answer:
    """Give tokens for a code or a refresh token, or to a program itself (RFC 6749 §3.2)."""
    try:
        form = await _program_form(request)
        client = await _authenticated(request, work, form)
        kind = form.get("grant_type", "")
        if isinstance(client, Grant):
            if kind != "client_credentials":
                raise OAuthError("unauthorized_client", "A program gets client_credentials only.")
            tokens = await give_program_token(work, client, form)
        elif kind == "client_credentials":
            raise OAuthError("unauthorized_client", "An application acts for people only.")
        elif kind == "authorization_code":
            tokens = await actions.exchange_code(work, keys(), client, form)
        elif kind == "refresh_token":
            tokens = await actions.refresh_tokens(work, keys(), client, form)
        else:
            wanted = "authorization_code, refresh_token or client_credentials."
            raise OAuthError("unsupported_grant_type", wanted)
    except OAuthError as error:
        # Not raised on: what the refusal has ended must be kept.
        return _told(error)
    return as_json(tokens, headers={**OPEN, "pragma": "no-cache"})


@post("/oauth/revoke", allow=PUBLIC, from_anywhere=True)
async def revoke_token(request: AnyRequest, work: Work) -> Answer:
    """Make a token worthless; one that is none is answered the same (RFC 7009)."""
    try:
        form = await _program_form(request)
        client = await _authenticated(request, work, form)
        if "token" not in form:
            raise OAuthError("invalid_request", "Which token?")
        if isinstance(client, Grant):
            await revoke_program_token(work, client, form["token"])
        else:
            await actions.revoke(work, client, form["token"])
    except OAuthError as error:
        return _told(error)
    return as_json({}, headers=OPEN)


@get("/oauth/userinfo", allow=PUBLIC)
async def show_userinfo(request: AnyRequest, work: Work) -> Answer:
    """Say who the person of an access token is (OpenID Connect Core §5.3)."""
    return await _userinfo(request, work)


@post("/oauth/userinfo", allow=PUBLIC, from_anywhere=True)
async def show_userinfo_posted(request: AnyRequest, work: Work) -> Answer:
    """Say the same to those who ask with a POST."""
    return await _userinfo(request, work)


async def _userinfo(request: AnyRequest, work: Work) -> Answer:
    try:
        bearer = await actions.get_bearer(work, request.headers.get("authorization", ""))
        if "openid" not in bearer.scopes:
            raise OAuthError("insufficient_scope", "This needs the scope openid.", 403)
        return as_json(await actions.tell_userinfo(work, keys(), bearer), headers=OPEN)
    except OAuthError as error:
        return _told(error)


async def _go_on(request: AnyRequest, work: Work) -> Answer:
    pairs = list(request.query_params.multi_items())
    asked = await actions.read_request(work, pairs)
    answer = await _sign_in_first(request, work, asked)
    if answer is not None:
        return answer
    consent = await store.find_consent(work, asked.application.id, work.actor.person_id)
    if "consent" not in asked.prompt and not actions.lacking(consent, asked.scopes):
        return await _back_with_code(work, asked)
    if "none" in asked.prompt:
        raise _no(asked, "consent_required", "The person has not agreed yet.")
    return await _consent_page(request, work, asked, consent, pairs)


async def _sign_in_first(request: AnyRequest, work: Work, asked: Asked) -> Answer | None:
    """Return where to go before anything else, or None for somebody who is signed in well."""
    actor, silent = work.actor, "none" in asked.prompt
    fresh = request.query_params.get(_FRESH, "")
    since = int(fresh) if fresh.isascii() and fresh.isdigit() and len(fresh) < 12 else 0
    known = actor.may("me")
    if known:
        begun = actions.signed_in_at(actor, work.now)
        age = (work.now - begun).total_seconds()
        renew = {"login", "select_account"} & asked.prompt or asked.max_age == 0
        too_old = asked.max_age is not None and 0 < asked.max_age < age
        known = not (too_old or (renew and (not since or begun.timestamp() < since)))
    if not known:
        if silent:
            raise _no(asked, "login_required", "The person has to sign in first.")
        back = [(k, v) for k, v in request.query_params.multi_items() if k != _FRESH]
        back.append((_FRESH, str(since or int(work.now.timestamp()))))
        onward = quote("/oauth/authorize?" + urlencode(back), safe="")
        return away(f"/sign-in?next={onward}")
    if not await actions.may_use(work, asked.application):
        if silent:
            raise _no(asked, "access_denied", "The person cannot open this application.")
        raise Problem("This application is being tested, or the city has suspended it.")
    return None


async def _consent_page(
    request: AnyRequest,
    work: Work,
    asked: Asked,
    consent: Consent | None,
    pairs: list[tuple[str, Any]],
    wrong: Invalid | None = None,
) -> Answer:
    answer = page(
        request,
        "partners/consent.html",
        422 if wrong else 200,
        pairs=[(name, value) for name, value in pairs if name != _FRESH],
        **await consent_context(request, work, asked.application, asked.scopes, consent, wrong),
    )
    # After the form the browser goes on to the application, which the policy has to allow.
    return widened(request, answer, "form-action", origin_of(asked.redirect_uri))


async def _back_with_code(work: Work, asked: Asked) -> Answer:
    code = await actions.issue_code(work, asked)
    return away(asked.redirect_uri, code=code, state=asked.state, iss=settings.current().url)


def _back_with(error: RedirectedError) -> Answer:
    return away(
        error.redirect_uri,
        error=error.error,
        error_description=error.description,
        state=error.state,
        iss=settings.current().url,
    )


def _no(asked: Asked, error: str, description: str) -> RedirectedError:
    return RedirectedError(error, description, asked.redirect_uri, asked.state)


def _refused(request: AnyRequest, error: OAuthError) -> Answer:
    """Show a page: the application's address is in doubt, so nobody is sent there."""
    return page(request, "partners/refused.html", 400, error=error.error, why=error.description)


def _told(error: OAuthError) -> Answer:
    headers = dict(OPEN)
    if error.status in (401, 403):
        basic = error.error == "invalid_client"
        told = f'error="{error.error}", error_description="{error.description}"'
        headers["www-authenticate"] = 'Basic realm="city"' if basic else f"Bearer {told}"
    if error.status == 429:
        headers["retry-after"] = "60"
    body = {"error": error.error, "error_description": error.description}
    return as_json(body, error.status, headers)


async def _program_form(request: AnyRequest) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise OAuthError("invalid_request", "Send a form: application/x-www-form-urlencoded.")
    form = await request.form()
    pairs = [(name, str(value)) for name, value in form.multi_items()]
    if len({name for name, _ in pairs}) < len(pairs):
        raise OAuthError("invalid_request", "A parameter was given twice.")
    return dict(pairs)


async def _authenticated(
    request: AnyRequest, work: Work, form: dict[str, str]
) -> Application | Grant:
    origin = request.client.host if request.client else ""
    written = request.headers.get("authorization", "")
    named = form.get("client_id", "") or written[:60]
    try:
        Office.tokens.check(f"{origin} {named}")
        try:
            name, secret = actions.proof_of(written, form)
            if is_ours(secret):
                print_ = read_fingerprint(request.headers.get(settings.current().mtls_header, ""))
                return await authenticate_program(work, name, secret, print_)
            return await actions.authenticate(work, name, secret)
        except OAuthError:
            Office.failures.check(f"{origin} {named}")
            raise
    except TooMany as wait:
        raise OAuthError("temporarily_unavailable", "Too often. Wait a minute.", 429) from wait


def _pace(request: AnyRequest) -> None:
    who = request.user.id or (request.client.host if request.client else "")
    Office.asking.check(str(who))


routes = [
    show_configuration,
    show_keys,
    authorize,
    authorize_posted,
    decide,
    give_tokens,
    revoke_token,
    show_userinfo,
    show_userinfo_posted,
]
