"""Processes for programs: what a kind of case goes through, for everybody to read."""

from datetime import datetime
from typing import Annotated

from litestar.params import Parameter
from msgspec import Struct

from city.kernel import Work
from city.processes import memory, store
from city.processes.model import Definition, Process, Version
from city.web import PUBLIC, ApiResponse, Response, get, http_date


class ProcessSummary(Struct, frozen=True, kw_only=True):
    """A process in the list. Names are by language; `version` is the one that holds now."""

    code: str
    name: dict[str, str]
    process: Process
    version: int
    published_at: datetime


class ProcessVersion(Struct, frozen=True, kw_only=True):
    """One version of a process. It never changes."""

    code: str
    version: int
    published_at: datetime
    definition: Definition


class ProcessDetail(Struct, frozen=True, kw_only=True):
    """A process as it holds now, and the numbers of all its versions, the newest first."""

    code: str
    version: int
    published_at: datetime
    definition: Definition
    versions: list[int]


ProcessCode = Annotated[str, Parameter(max_length=80, description="The code of a process.")]
Number = Annotated[int, Parameter(ge=1, le=2**31 - 1, description="The number of a version.")]


@get("/api/v1/processes", allow=PUBLIC)
async def list_processes(work: Work) -> list[ProcessSummary]:
    """List the processes by which cases are handled now."""
    return [
        ProcessSummary(
            code=version.code,
            name=version.definition.name,
            process=version.definition.process,
            version=version.version,
            published_at=version.published_at,
        )
        for version in (await memory.list_current(work)).values()
    ]


@get("/api/v1/processes/{code:str}", allow=PUBLIC)
async def get_process(work: Work, code: ProcessCode) -> ProcessDetail:
    """Return the version of a process that holds now."""
    found = await memory.current(work, code)
    versions = [published.version for published in await store.list_versions(work, code)]
    return ProcessDetail(
        code=code,
        version=found.version,
        published_at=found.published_at,
        definition=found.definition,
        versions=versions,
    )


@get(
    "/api/v1/processes/{code:str}/versions/{n:int}",
    allow=PUBLIC,
    tells={"Last-Modified": "When this version was published."},
)
async def get_process_version(work: Work, code: ProcessCode, n: Number) -> Response[ProcessVersion]:
    """Return one version of a process."""
    found: Version = await memory.get(work, code, n)
    body = ProcessVersion(
        code=code, version=n, published_at=found.published_at, definition=found.definition
    )
    return ApiResponse(body, headers={"last-modified": http_date(found.published_at)})


routes = [list_processes, get_process, get_process_version]
