"""What the search of the app finds among the public reports."""

from typing import Any

from city import cases
from city.kernel import Work
from city.reports.search import find_reports, read_filters
from city.reports.views import lines_of
from city.web import PUBLIC, Request, Response, get, page

_MOST = 5


@get("/reports/found", allow=PUBLIC)
async def found_reports(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show the newest few public reports that words fit: a part of a search page."""
    language = request.scope["state"]["language"]
    filters = read_filters({"q": request.query_params.get("q", "")})
    found, after = await find_reports(work, filters, most=_MOST) if filters.q else ([], None)
    return page(
        request,
        "reports/found.html",
        lines=lines_of(found, await cases.known_categories(work), language, work.now),
        query=filters.query(),
        more=after is not None,
    )
