"""Taking processes out and in: YAML as it is written here, BPMN 2.0 as other programs draw it."""

from litestar import Response
from litestar.datastructures import UploadFile

from city.kernel import Conflict, Invalid, Missing, Work, say
from city.processes import actions, bpmn, memory, store
from city.processes.checks.steps import is_name
from city.processes.model import Version
from city.processes.pages.shelf import AnyRequest, list_page
from city.processes.source import Unreadable, read_yaml, write_yaml
from city.web import Form, get, page, post, redirect

_MOST_FILE = 1_200_000


@get("/desk/processes/{code:str}/yaml", allow="cases.view")
async def download_yaml(work: Work, code: str, version: int | None = None) -> Response[str]:
    """Hand out the YAML of a process."""
    found = await _version(work, code, version)
    return _file(found.source, "application/yaml", f"{code}-{found.version}.yaml")


@get("/desk/processes/{code:str}/bpmn", allow="cases.view")
async def download_bpmn(
    request: AnyRequest, work: Work, code: str, version: int | None = None
) -> Response[bytes]:
    """Hand out a process as BPMN 2.0, its names in the reader's language."""
    found = await _version(work, code, version)
    content = bpmn.write(found.definition, request.scope["state"]["language"])
    return _file(content, "application/xml", f"{code}-{found.version}.bpmn")


@post("/desk/processes/import", allow="cases.manage", request_max_body_size=_MOST_FILE)
async def bring_in(request: AnyRequest, work: Work) -> Response:
    """Make a draft of a BPMN or YAML file, and say what of it has no equivalent here."""
    posted = await request.form()
    file = posted.get("file")
    form = Form()
    if not isinstance(file, UploadFile) or not file.filename:
        form.refuse("file", "Please choose a file.")
        return await list_page(request, work, form, 422)
    content = await file.read()
    try:
        code, source, left_out = _read(content)
    except Invalid as wrong:
        form.errors["file"] = next(iter(wrong.errors.values()))
        return await list_page(request, work, form, 422)
    draft = await store.find_draft(work, code)
    try:
        await actions.save_draft(work, code, source, version=draft.version if draft else 0)
    except Conflict as refused:
        form.errors["file"] = refused.says
        return await list_page(request, work, form, 409)
    if not left_out:
        return redirect(f"/desk/processes/{code}/edit", flash=say("The file is now a draft."))
    return page(request, "processes/imported.html", code=code, left_out=left_out)


def _read(content: bytes) -> tuple[str, str, list]:
    """Return the code, the YAML and what was left out of a file; raise Invalid."""
    if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        taken = bpmn.read(content)
        return taken.definition.code, write_yaml(taken.definition), taken.left_out
    try:
        source = content.decode("utf-8-sig")
        found, _ = read_yaml(source)
    except UnicodeDecodeError:
        raise Invalid({"file": say("This is neither BPMN nor YAML.")}) from None
    except Unreadable as wrong:
        raise Invalid({"file": wrong.says}) from wrong
    code = found.get("code") if isinstance(found, dict) else None
    if not isinstance(code, str) or not is_name(code):
        raise Invalid({"file": say("The file does not say the “code” of its process.")})
    return code, source, []


async def _version(work: Work, code: str, version: int | None) -> Version:
    if version is not None:
        return await memory.get(work, code, version)
    try:
        return await memory.current(work, code)
    except Missing:
        raise Missing("There is no process of this name.") from None


def _file(content: str | bytes, kind: str, name: str) -> Response:
    return Response(
        content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


routes = [download_yaml, download_bpmn, bring_in]
