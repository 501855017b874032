"""Help pages: how the app is used, and what its words mean."""

from typing import Any

from city.kernel import Missing
from city.services.helping import articles
from city.services.model import in_language
from city.web import PUBLIC, Request, Response, get, page


@get("/services/help", allow=PUBLIC)
async def list_help(request: Request[Any, Any, Any]) -> Response[Any]:
    """Show every help page there is."""
    language = request.scope["state"]["language"]
    return page(
        request,
        "services/help_list.html",
        articles=[
            {
                "href": f"/services/help/{one.code}",
                "icon": one.icon,
                "title": in_language(one.title, language),
            }
            for one in articles().values()
        ],
    )


@get("/services/help/{code:str}", allow=PUBLIC)
async def show_help(request: Request[Any, Any, Any], code: str) -> Response[Any]:
    """Show one help page."""
    article = articles().get(code)
    if article is None:
        raise Missing("There is no such help page.")
    language = request.scope["state"]["language"]
    return page(
        request,
        "services/help.html",
        title=in_language(article.title, language),
        icon_name=article.icon,
        paragraphs=article.body.get(language) or article.body["en"],
        links=[{"href": o.href, "label": in_language(o.label, language)} for o in article.links],
    )


routes = [list_help, show_help]
