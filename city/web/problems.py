"""Refusals and failures: a page for people, problem+json (RFC 9457) for programs."""

import logging
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, NotAuthorizedException, ValidationException

from city.kernel import Invalid, Problem, Says, SignInNeeded, TooMany, Unavailable, say
from city.settings import current
from city.web.bodies import FITS
from city.web.kinds import UNFIT, kind_of_status
from city.web.methods import allowed_methods
from city.web.pages import page, redirect, wants_fragment
from city.web.words import words_of

log = logging.getLogger("city.web")


def show_problem(request: Request[Any, Any, Any], problem: Problem) -> Response[Any]:
    """Answer an expected refusal."""
    if isinstance(problem, SignInNeeded) and not wants_json(request) and request.method == "GET":
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return redirect(f"/sign-in?next={quote(here, safe='')}")
    errors = problem.errors if isinstance(problem, Invalid) else {}
    status, kind = problem.status, kind_of_status(problem.status).slug
    if isinstance(problem, Invalid) and _is_about_facts(request):
        status, kind = 409, UNFIT
    answer = _answer(request, status, problem.title, problem.says, errors, kind)
    if status == 401 and wants_json(request):
        answer.headers["www-authenticate"] = "Bearer"
    if isinstance(problem, TooMany):
        answer.headers["retry-after"] = str(problem.seconds)
    if isinstance(problem, Unavailable):
        answer.headers["retry-after"] = "5"
    return answer


def show_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Answer what the web framework refused."""
    status = error.status_code
    errors: dict[str, Says] = {}
    if isinstance(error, ValidationException):
        errors = {
            e["key"]: say("This does not look right. Please check it.") for e in _extra(error)
        }
    says = {
        400: say("The request could not be understood."),
        401: say("Please sign in to go on."),
        403: say("You are not allowed to do this."),
        404: say("There is nothing at this address. It may have moved, or have been mistyped."),
        405: say("This address does not do that."),
        413: say("This is too large to send."),
        415: say("This is not a kind of content we can read here."),
    }.get(status, say("The request could not be met."))
    if isinstance(error, NotAuthorizedException):
        status = 401
    kind = kind_of_status(status)
    answer = _answer(request, status, kind.title, says, errors, kind.slug)
    if status == 405:
        methods = allowed_methods(request.app, request.scope["path"])
        answer.headers["allow"] = ", ".join(methods)
    return answer


def show_failure(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer a bug: say so, and leave a trace for us to find by the request's id."""
    log.error(
        "failure", exc_info=error, extra={"request_id": request.scope["state"].get("request_id")}
    )
    says = say("This is our mistake, not yours. Nothing you had sent before is lost.")
    kind = kind_of_status(500)
    return _answer(request, 500, kind.title, says, {}, kind.slug)


problem_handlers: dict[Any, Any] = {
    Problem: show_problem,
    HTTPException: show_http,
    Exception: show_failure,
}


def wants_json(request: Request[Any, Any, Any]) -> bool:
    """Return whether a program asks."""
    path = request.scope["path"]
    if path.startswith("/api/") or path in ("/openapi.json", "/health", "/ready"):
        return True
    accept = request.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept


def _is_about_facts(request: Request[Any, Any, Any]) -> bool:
    """Return whether a program's body is as it is described, so that only the facts refuse it."""
    scope = request.scope
    return bool(scope["state"].get(FITS)) and scope["path"].startswith("/api/")


def _extra(error: HTTPException) -> list[dict[str, Any]]:
    extra = error.extra
    return (
        [e for e in extra if isinstance(e, dict) and "key" in e] if isinstance(extra, list) else []
    )


def _answer(
    request: Request[Any, Any, Any],
    status: int,
    title: str,
    says: Says,
    errors: dict[str, Says],
    kind: str,
) -> Response[Any]:
    for prefix, answer in request.app.state.problem_answers.items():
        if request.scope["path"].startswith(prefix):
            return answer(request, status, says, errors)
    state = request.scope["state"]
    language = state.get("language", "en")
    t = words_of(language).t
    request_id = state.get("request_id", "")
    detail = t(says)
    if wants_json(request):
        body: dict[str, Any] = {
            "type": f"{current().url}/problems/{kind}",
            "title": t(title),
            "status": status,
            "detail": detail,
            "instance": f"urn:request:{request_id}",
        }
        if errors:
            body["errors"] = [
                {"pointer": f"#/{name.replace('.', '/')}", "field": name, "detail": t(e)}
                for name, e in errors.items()
            ]
        return Response(
            msgspec.json.encode(body),
            status_code=status,
            media_type="application/problem+json",
            headers={"content-language": language},
        )
    if wants_fragment(request):
        return page(request, "web/refusal.html", status, says=detail)
    problem = {
        "status": status,
        "title": t(title),
        "detail": detail,
        "request_id": request_id,
        "errors": [t(e) for e in errors.values()],
    }
    return page(request, "web/problem.html", status, problem=problem)
