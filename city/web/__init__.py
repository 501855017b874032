"""How the city speaks HTTP: routes that come with a unit of work, pages, forms, languages.

@get("/reports/{ref:str}", allow=PUBLIC)
async def show_report(request: Request, work: Work, ref: str) -> Response:
    return page(request, "reports/report.html", report=await store.get_report(work, ref))
"""

from litestar import Request, Response
from litestar.datastructures import UploadFile

from city.web.cards import Card
from city.web.forms import Form, check, check_json, read_form
from city.web.gate import Gate, JsonLines, cookie, language_of
from city.web.openapi import describe
from city.web.pages import Pages, page, redirect, render_words, wants_fragment
from city.web.problems import problem_handlers
from city.web.routes import (
    PLAIN_BYTES,
    PUBLIC,
    UPLOAD_BYTES,
    get,
    post,
    work_dependency,
)
from city.web.static import Static, serve_static
from city.web.times import Times
from city.web.words import Words, folded

__all__ = [
    "PLAIN_BYTES",
    "PUBLIC",
    "UPLOAD_BYTES",
    "Card",
    "Form",
    "Gate",
    "JsonLines",
    "Pages",
    "Request",
    "Response",
    "Static",
    "Times",
    "UploadFile",
    "Words",
    "check",
    "check_json",
    "cookie",
    "describe",
    "folded",
    "get",
    "language_of",
    "page",
    "post",
    "problem_handlers",
    "read_form",
    "redirect",
    "render_words",
    "serve_static",
    "wants_fragment",
    "work_dependency",
]
