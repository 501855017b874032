"""The shell: partners' applications inside the city's app, and the city's end of the bridge."""

from typing import Any
from uuid import UUID

import msgspec

from city import settings
from city.kernel import Forbidden, Invalid, Missing, Problem, TooMany, Work
from city.partners import actions, store
from city.partners.model import (
    SCOPES,
    Application,
    NewIntent,
    NewNotice,
    OAuthError,
    inside,
)
from city.partners.office import keys
from city.partners.pages.consent import consent_context
from city.partners.pages.parts import (
    OPEN,
    Answer,
    AnyRequest,
    as_json,
    language_of,
    shown,
    widened,
)
from city.web import PUBLIC, Response, check_json, get, page, post


class Agreement(msgspec.Struct, frozen=True):
    """What somebody agreed to in the sheet."""

    scope: str
    ward: str = ""


class CodeRequest(msgspec.Struct, frozen=True):
    """An authorization request that came over the bridge, as its query string would be."""

    client_id: str
    redirect_uri: str
    response_type: str
    scope: str
    code_challenge: str
    code_challenge_method: str
    state: str = ""
    nonce: str = ""


@get("/apps", allow=PUBLIC)
async def list_apps(request: AnyRequest, work: Work) -> Answer:
    """Show the applications of partners that everybody may open."""
    language = language_of(request)
    apps = [shown(app, language) for app in await store.list_published(work)]
    return page(request, "partners/apps.html", apps=apps)


@get("/apps/{code:str}", allow=PUBLIC)
async def show_app(request: AnyRequest, work: Work, code: str) -> Answer:
    """Open an application in its frame, or say where it is if it opens by itself."""
    application = await _usable(work, code)
    home = application.home_url
    if to := request.query_params.get("to", ""):
        home = inside(application.home_url, to) or home
    answer = page(
        request,
        "partners/app.html",
        app=shown(application, language_of(request)),
        home=home,
        signed_in=work.actor.may("me"),
        currency=settings.current().profile.currency or "VND",
    )
    answer.headers["referrer-policy"] = "no-referrer"
    if application.mode == "frame":
        widened(request, answer, "frame-src", application.origin)
    return answer


@get("/apps/{code:str}/consent", allow="me")
async def ask_consent(request: AnyRequest, work: Work, code: str) -> Answer:
    """Return the sheet that asks for consent; nothing (204) if there is nothing to ask."""
    application = await _usable(work, code)
    scopes = _scopes(application, request.query_params.get("scope", ""))
    consent = await store.find_consent(work, application.id, work.actor.person_id)
    if not actions.lacking(consent, scopes):
        return Response(b"", status_code=204)
    context = await consent_context(request, work, application, scopes, consent)
    return page(request, "partners/sheet.html", scope=" ".join(scopes), **context)


@post("/apps/{code:str}/consent", allow="me")
async def give_consent(request: AnyRequest, work: Work, code: str) -> Answer:
    """Note that the person agreed in the sheet."""
    application = await _usable(work, code)
    given = await check_json(request, Agreement)
    await actions.agree(work, application, _scopes(application, given.scope), given.ward)
    return as_json({})


@get("/apps/{code:str}/who", allow="me")
async def tell_who(request: AnyRequest, work: Work, code: str) -> Answer:
    """Tell the shell who the person is to the application, as far as they have agreed."""
    application = await _usable(work, code)
    scopes = _scopes(application, request.query_params.get("scope", ""))
    return as_json(await actions.tell_bridge(work, keys(), application, scopes))


@post("/apps/{code:str}/code", allow="me")
async def give_code(request: AnyRequest, work: Work, code: str) -> Answer:
    """Give a code over the bridge: a frame cannot be sent to the sign-in page and back.

    It is checked as if it had come to /oauth/authorize, and only what has been agreed to gets one.
    """
    application = await _usable(work, code)
    given = await check_json(request, CodeRequest)
    pairs = [(name, str(value)) for name, value in msgspec.structs.asdict(given).items()]
    try:
        asked = await actions.read_request(work, pairs)
    except OAuthError as error:
        return as_json({"error": error.error, "error_description": error.description}, 400)
    if asked.application.id != application.id:
        raise Forbidden("This is another application.")
    consent = await store.find_consent(work, application.id, work.actor.person_id)
    if actions.lacking(consent, asked.scopes):
        raise Forbidden("You have not agreed to this.")
    brought = await actions.issue_code(work, asked)
    return as_json({"code": brought, "state": asked.state, "iss": settings.current().url})


@post("/apps/{code:str}/intents", allow="me")
async def make_intent(request: AnyRequest, work: Work, code: str) -> Answer:
    """Keep what an application would like to be paid. Nothing is charged."""
    application = await _usable(work, code)
    intent = await actions.make_intent(work, application, await check_json(request, NewIntent))
    page_url = f"/apps/{code}/intents/{intent.id}"
    return as_json({"id": intent.id, "state": intent.state, "page": page_url}, 201)


@get("/apps/{code:str}/intents/{id:uuid}", allow="me")
async def show_intent(request: AnyRequest, work: Work, code: str, id: UUID) -> Answer:
    """Show a sum an application asks for, and that nothing was paid."""
    application = await store.find_application(work, code)
    intent = await store.find_intent(work, id, work.actor.person_id, code)
    if intent is None or application is None:
        raise Missing("We could not find what you asked for.")
    app = shown(application, language_of(request))
    return page(request, "partners/intent.html", app=app, intent=intent)


@post("/partners/notify", allow=PUBLIC, from_anywhere=True)
async def notify(request: AnyRequest, work: Work) -> Answer:
    """Put a message of an application into the inbox of its access token's person."""
    try:
        bearer = await actions.get_bearer(work, request.headers.get("authorization", ""))
    except OAuthError as error:
        told = {"error": error.error, "error_description": error.description}
        bearer_only = {**OPEN, "www-authenticate": 'Bearer error="invalid_token"'}
        return as_json(told, error.status, bearer_only)
    try:
        await actions.notify(work, bearer, await check_json(request, NewNotice))
    except TooMany as wait:
        return _problem(wait, "too_many", **{"retry-after": str(wait.seconds)})
    except Invalid as wrong:
        return _problem(wrong, "invalid_request", ", ".join(wrong.errors))
    except Problem as problem:
        return _problem(problem, "insufficient_scope" if problem.status == 403 else "invalid")
    return as_json({"sent": True}, 201, OPEN)


@get("/partners/bridge.js", allow=PUBLIC)
async def serve_bridge(request: AnyRequest) -> Answer:
    """Serve the partners' end of the bridge at an address that stays."""
    body = request.app.state.static.body("partners/bridge.js", squeezed=False)
    return Response(
        body,
        media_type="text/javascript",
        headers={**OPEN, "cache-control": "public, max-age=3600"},
    )


async def _usable(work: Work, code: str) -> Application:
    return await actions.get_usable(work, code)


def _scopes(application: Application, asked: str) -> list[str]:
    wanted = ["openid", *asked.split()]
    if unknown := [s for s in wanted if s not in SCOPES or s not in application.scopes]:
        raise Problem("The application may not ask for “{scope}”.", scope=unknown[0])
    return [scope for scope in SCOPES if scope in wanted]


def _problem(problem: Problem, error: str, fields: str = "", **headers: str) -> Answer:
    described = f"{problem} {fields}".strip()
    body: dict[str, Any] = {"error": error, "error_description": described}
    return as_json(body, problem.status, {**OPEN, **headers})


routes = [
    list_apps,
    show_app,
    ask_consent,
    give_consent,
    tell_who,
    give_code,
    make_intent,
    show_intent,
    notify,
    serve_bridge,
]
