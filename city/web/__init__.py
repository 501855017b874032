"""How the city speaks HTTP: routes that come with a unit of work, pages, forms, languages.

@get("/reports/{ref:str}", allow=PUBLIC)
async def show_report(request: Request, work: Work, ref: str) -> Response:
    return page(request, "reports/report.html", report=await store.get_report(work, ref))
"""

from litestar import Request, Response
from litestar.datastructures import UploadFile

from city.web.answers import (
    ApiResponse,
    Outdated,
    http_date,
    idempotency_key,
    require_version,
    version_tag,
)
from city.web.bodies import FITS, check_json
from city.web.cards import Card
from city.web.door import MACHINE_PATHS, Knock, Visit
from city.web.forms import Form, check, read_form
from city.web.gate import Gate, JsonLines, cookie, language_of
from city.web.kinds import KINDS
from city.web.loopback import Asked, Loopback, Reply
from city.web.official import Official, official_code, read_official
from city.web.offline import keep_offline, person_mark
from city.web.openapi import About, describe
from city.web.pages import Pages, page, redirect, render_words, wants_fragment
from city.web.paging import GOES_ON, Code, Cursor, paged, read_cursor, write_cursor
from city.web.paging import Words as SearchWords
from city.web.problems import problem_handlers
from city.web.routes import (
    PLAIN_BYTES,
    PUBLIC,
    UPLOAD_BYTES,
    delete,
    get,
    patch,
    post,
    work_dependency,
)
from city.web.signing import public_keys, read_signed, sign
from city.web.static import Static, serve_static
from city.web.times import Times
from city.web.waiting import retry_after
from city.web.words import LANGUAGE_NAMES, Words, folded, in_language, words_in

__all__ = [
    "FITS",
    "GOES_ON",
    "KINDS",
    "LANGUAGE_NAMES",
    "MACHINE_PATHS",
    "PLAIN_BYTES",
    "PUBLIC",
    "UPLOAD_BYTES",
    "About",
    "ApiResponse",
    "Asked",
    "Card",
    "Code",
    "Cursor",
    "Form",
    "Gate",
    "JsonLines",
    "Knock",
    "Loopback",
    "Official",
    "Outdated",
    "Pages",
    "Reply",
    "Request",
    "Response",
    "SearchWords",
    "Static",
    "Times",
    "UploadFile",
    "Visit",
    "Words",
    "check",
    "check_json",
    "cookie",
    "delete",
    "describe",
    "folded",
    "get",
    "http_date",
    "idempotency_key",
    "in_language",
    "keep_offline",
    "language_of",
    "official_code",
    "page",
    "paged",
    "patch",
    "person_mark",
    "post",
    "problem_handlers",
    "public_keys",
    "read_cursor",
    "read_form",
    "read_official",
    "read_signed",
    "redirect",
    "render_words",
    "require_version",
    "retry_after",
    "serve_static",
    "sign",
    "version_tag",
    "wants_fragment",
    "words_in",
    "work_dependency",
    "write_cursor",
]
