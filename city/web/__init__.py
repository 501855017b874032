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
from city.web.official import Official, official_code, read_official
from city.web.offline import keep_offline, person_mark
from city.web.openapi import describe
from city.web.pages import Pages, page, redirect, render_words, wants_fragment
from city.web.problems import problem_handlers
from city.web.routes import (
    PLAIN_BYTES,
    PUBLIC,
    UPLOAD_BYTES,
    delete,
    get,
    post,
    work_dependency,
)
from city.web.static import Static, serve_static
from city.web.times import Times
from city.web.words import LANGUAGE_NAMES, Words, folded, in_language

__all__ = [
    "LANGUAGE_NAMES",
    "PLAIN_BYTES",
    "PUBLIC",
    "UPLOAD_BYTES",
    "Card",
    "Form",
    "Gate",
    "JsonLines",
    "Official",
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
    "delete",
    "describe",
    "folded",
    "get",
    "in_language",
    "keep_offline",
    "language_of",
    "official_code",
    "page",
    "person_mark",
    "post",
    "problem_handlers",
    "read_form",
    "read_official",
    "redirect",
    "render_words",
    "serve_static",
    "wants_fragment",
    "work_dependency",
]
