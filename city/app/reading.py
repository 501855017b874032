"""The page on which somebody chooses how to read, with an account or without one."""

from typing import Any

from litestar import Request, Response

from city.identity import local_path
from city.kernel import say
from city.web import PUBLIC, Form, get, page, post, read_form, redirect
from city.web.reading import SIZES, THEMES, Look, keep_look, read_look

Answer = Response[Any]


@get("/me/look", allow=PUBLIC)
async def show_look(request: Request[Any, Any, Any]) -> Answer:
    """Show what is chosen in this browser. Somebody without an account can choose as well."""
    onward = local_path(request.query_params.get("next", "/me/look"))
    return _show(request, read_look(request.cookies), onward, 200)


@post("/me/look", allow=PUBLIC)
async def save_look(request: Request[Any, Any, Any]) -> Answer:
    """Keep it in this browser, and go back to the page it was chosen on."""
    look, form = await read_form(request, Look)
    if look is None:
        onward = local_path(str(form.values.get("next", "/me/look")))
        return _show(request, read_look(request.cookies), onward, 422)
    back = redirect(local_path(look.next or "/me/look"), flash=say("Saved in this browser."))
    return keep_look(request, back, look)


def _show(request: Request[Any, Any, Any], look: Look, onward: str, status: int) -> Answer:
    form = Form(
        {
            "language": request.scope["state"]["language"],
            "theme": look.theme,
            "size": look.size,
            "contrast": look.contrast,
            "motion": look.motion,
        }
    )
    return page(
        request,
        "app/look.html",
        status,
        form=form,
        next=onward,
        sizes=[{"value": size, "label": name.text} for size, name in SIZES.items()],
        themes=[{"value": theme, "label": name.text} for theme, name in THEMES.items()],
    )


routes = [show_look, save_look]
