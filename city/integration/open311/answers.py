"""Answers in the form asked for, refusals too: a list of codes and sentences."""

from collections.abc import Mapping
from typing import Any

from city.integration.open311.formats import CONTENT_TYPES, format_of, write
from city.integration.open311.model import Faulty
from city.kernel import Says, say
from city.web import Request, Response, render_words

_HEADERS = {
    # What is here is public and goes by no cookie, so pages of any site may read it.
    "access-control-allow-origin": "*",
    "vary": "Accept, Accept-Language",
}

_NO_KEY = say("The api_key is missing or is not good. Keys are made at {url}.")


def answer(
    request: Request[Any, Any, Any],
    root: str,
    value: Any,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """Answer with a value under the name it has in XML."""
    form = format_of(request.scope["path"], request.headers.get("accept", ""))
    return Response(
        write(form, root, value),
        status_code=status,
        media_type=CONTENT_TYPES[form],
        headers={
            **_HEADERS,
            "content-language": request.scope["state"].get("language", "en"),
            **(headers or {}),
        },
    )


def refuse(
    request: Request[Any, Any, Any], status: int, says: Says, errors: Mapping[str, Says]
) -> Response[Any]:
    """Answer what was refused beneath `/open311/` by whoever it was.

    A key that is missing or not good is 403 there, and whatever cannot be met 400.
    """
    status = {401: 403, 422: 400}.get(status, status)
    language = request.scope["state"].get("language", "en")
    said = [render_words(language, one) for one in errors.values()]
    return _list(request, status, [(status, one) for one in said or [render_words(language, says)]])


def show_faults(request: Request[Any, Any, Any], faulty: Faulty) -> Response[Any]:
    """Answer with everything that is wrong, each argument by its name."""
    language = request.scope["state"].get("language", "en")
    said = []
    for fault in faulty.faults:
        words = render_words(language, fault.says)
        said.append((fault.code, f"{fault.argument}: {words}" if fault.argument else words))
    return _list(request, faulty.status, said)


def no_key(url: str) -> Says:
    """Return the sentence for who brings no key that is good."""
    return Says(_NO_KEY.text, {"url": f"{url}/developers/programs"})


def _list(
    request: Request[Any, Any, Any], status: int, said: list[tuple[int, str]]
) -> Response[Any]:
    value = [{"code": code, "description": words} for code, words in said]
    return answer(request, "errors", value, status=status)
