"""The page on which a file is held against a standard. Nothing of the file is kept."""

import io
from contextlib import closing
from typing import Any, BinaryIO, Literal, cast

from litestar.datastructures import UploadFile
from litestar.response import Stream
from msgspec import Struct

from city.kernel import Problem
from city.opendata.standards.files import STANDARDS, get_standard
from city.opendata.standards.model import SEPARATORS, Checked, Standard
from city.opendata.standards.office import give_marked, look_through
from city.opendata.standards.reading import MOST_BYTES, MOST_ROWS
from city.web import (
    PUBLIC,
    Form,
    Request,
    Response,
    get,
    page,
    post,
    read_form,
    render_words,
    wants_fragment,
)

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]


class FileToCheck(Struct):
    """What is held against which standard: `form.files["file"]`, or else what was pasted."""

    standard: str
    text: str = ""
    give: Literal["faults", "copy"] = "faults"


@get("/standards/check", allow=PUBLIC)
async def show_checker(request: AnyRequest) -> Answer:
    """Ask for a file, and for what it is meant to be."""
    chosen = request.query_params.get("standard", "")
    return _show(request, Form({"standard": chosen if chosen in STANDARDS else ""}))


@post("/standards/check", allow=PUBLIC, request_max_body_size=MOST_BYTES + 1_000_000)
async def check_by_page(request: AnyRequest) -> Answer:
    """Show line by line what does not fit, or give the file back with that in a last column."""
    found, form = await read_form(request, FileToCheck)
    if found is not None and found.standard not in STANDARDS:
        form.refuse("standard", "Please choose one of the list.")
    uploads = form.files.get("file", [])
    if found is not None and not uploads and not found.text:
        form.refuse("file", "Please choose a file, or paste its lines.")
    if found is None or form.errors:
        return _show(request, form, status=422)
    standard = get_standard(found.standard)
    file = _opened(uploads, found.text)
    try:
        if found.give == "copy":
            pieces = await give_marked(request, file, standard)
            headers = {"content-disposition": f'attachment; filename="{standard.code}-faults.csv"'}
            return Stream(pieces, status_code=200, media_type="text/csv", headers=headers)
        with closing(file):
            checked = await look_through(request, file, standard)
    except Problem as problem:
        form.errors["file"] = problem.says
        return _show(request, form, status=problem.status)
    return _show(request, form, standard, checked)


routes: list[Any] = [show_checker, check_by_page]


def _opened(uploads: list[UploadFile], text: str) -> BinaryIO:
    if uploads:
        return cast(BinaryIO, uploads[0].file)
    return io.BytesIO(text.encode("utf-8", "replace"))


def _show(
    request: AnyRequest,
    form: Form,
    standard: Standard | None = None,
    checked: Checked | None = None,
    status: int = 200,
) -> Answer:
    template = "opendata/checked.html" if wants_fragment(request) else "opendata/check.html"
    separator = SEPARATORS.get(checked.looked.separator) if checked else None
    return page(
        request,
        template,
        status=status,
        form=form,
        standard=standard,
        checked=checked,
        separator=separator,
        most_mb=MOST_BYTES // 1_000_000,
        most_rows=MOST_ROWS,
        taken=_options(request, is_given=False),
        given=_options(request, is_given=True),
    )


def _options(request: AnyRequest, *, is_given: bool) -> list[dict[str, str]]:
    language = request.scope["state"]["language"]
    return [
        {"value": one.code, "label": render_words(language, one.title)}
        for one in STANDARDS.values()
        if one.is_given is is_given
    ]
