"""The city put together: which rooms are open, and what every request passes through."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.openapi.config import OpenAPIConfig

from city import (
    calendar,
    cases,
    dialogue,
    identity,
    integration,
    media,
    messages,
    opendata,
    partners,
    places,
    processes,
    reports,
    services,
    textai,
)
from city.app.apidocs import routes as api_routes
from city.app.front import gathered, problem_answers_of
from city.app.front import routes as front_routes
from city.app.pages import routes
from city.app.personal import routes as personal_routes
from city.app.reading import routes as reading_routes
from city.app.scanning import routes as scanning_routes
from city.app.shell import routes as shell_routes
from city.app.verifying import routes as verifying_routes
from city.kernel import THE_CITY, Database, Jobs
from city.settings import Settings
from city.web import (
    PLAIN_BYTES,
    PUBLIC,
    Gate,
    Pages,
    Static,
    problem_handlers,
    serve_static,
    work_dependency,
)

ROOMS = (
    identity,
    places,
    calendar,
    media,
    messages,
    textai,
    processes,
    cases,
    partners,
    reports,
    dialogue,
    services,
    integration,
    opendata,
)

UNCOMPRESSED = (
    "^/static/",
    "^/files/",
    "^/desk/live$",
    r"^/opendata/[^/]+\.(csv|geojson|json|parquet)$",
)
"""What is sent as it is: it is small already, or it comes bit by bit."""

OWN_ROUTES = (
    *api_routes,
    *front_routes,
    *routes,
    *personal_routes,
    *reading_routes,
    *scanning_routes,
    *shell_routes,
    *verifying_routes,
    serve_static,
)
"""What the city serves that belongs to no room."""


def build(settings: Settings, database: Database, *, with_jobs: bool = False) -> Gate:
    """Return the city as an ASGI application on this database.

    With `with_jobs` it also does the jobs, in the same process.
    """
    static = Static()
    pages = Pages(settings, static)
    policy = _content_policy(settings, pages)
    jobs = Jobs(database) if with_jobs else None

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        await database.open()
        async with rooms_open(settings, database):
            worker = asyncio.create_task(jobs.run()) if jobs else None
            yield
            if worker:
                worker.cancel()
                with suppress(asyncio.CancelledError):
                    await worker
        await database.close()

    app = Litestar(
        route_handlers=[
            *OWN_ROUTES,
            *(route for room in ROOMS for route in room.routes),
        ],
        dependencies=work_dependency,
        exception_handlers=problem_handlers,
        compression_config=CompressionConfig(
            backend="gzip",
            minimum_size=1000,
            gzip_compress_level=4,
            exclude=[*UNCOMPRESSED],
        ),
        openapi_config=_openapi(settings),
        request_max_body_size=PLAIN_BYTES,
        lifespan=[lifespan],
        logging_config=None,
    )
    app.state.database = database
    app.state.settings = settings
    app.state.static = static
    app.state.pages = pages
    app.state.home_cards = gathered(ROOMS, "home_cards")
    app.state.search_parts = gathered(ROOMS, "search_parts")
    app.state.problem_answers = problem_answers_of(ROOMS)
    app.state.content_policy = policy
    app.state.jobs = jobs
    return Gate(
        app,
        database=database,
        settings=settings,
        find_actor=identity.find_actor,
        admit=partners.admit,
        csp=policy,
    )


@asynccontextmanager
async def rooms_open(settings: Settings, database: Database) -> AsyncIterator[None]:
    """Let each room prepare what it keeps in this process, and put it away afterwards."""
    async with AsyncExitStack() as closing:
        for room in ROOMS:
            if close := getattr(room, "close_room", None):
                closing.push_async_callback(close)
            if opening := getattr(room, "open_room", None):
                await opening(settings, database)
        yield


async def seed(settings: Settings, database: Database, *, only_if_empty: bool) -> None:
    """Load the city's profile into every room and, in sample mode, its sample people and reports.

    With `only_if_empty` nothing is done to a database that holds a profile already.
    """
    async with database.work(THE_CITY, reading=True) as work:
        if only_if_empty and await cases.list_categories(work):
            return
    await load_profile(settings, database)
    async with rooms_open(settings, database):  # Wards are known only now.
        sample = settings.folder / "sample"
        for room in ROOMS if settings.sample and sample.is_dir() else ():
            if sow := getattr(room, "seed_sample", None):
                await sow(database, sample)


async def load_profile(settings: Settings, database: Database) -> None:
    """Load the city's profile into every room."""
    async with database.work(THE_CITY) as work:
        for room in ROOMS:
            if load := getattr(room, "load_profile", None):
                await load(work, settings.folder)


async def import_wards(settings: Settings, database: Database, file: Path) -> None:
    """Take the wards' boundaries from a GeoJSON file."""
    async with database.work(THE_CITY) as work:
        print(await places.import_boundaries(work, file))


async def import_calendar(settings: Settings, database: Database, file: Path) -> None:
    """Take declared days off and working days from a table or a calendar file."""
    async with database.work(THE_CITY) as work:
        print(await calendar.import_file(work, file))


async def import_reports(settings: Settings, database: Database, file: Path) -> None:
    """Take in another system's export and print what became of every row."""
    await seed(settings, database, only_if_empty=True)
    print(await reports.import_file(database, file, settings.folder / "import.toml"))


async def replay_reports(
    settings: Settings,
    database: Database,
    file: Path,
    *,
    speed: float,
    most: int,
    as_json: bool,
) -> None:
    """Live through another system's export again in an empty database and print how it went."""
    await load_profile(settings, database)
    async with rooms_open(settings, database):
        mapping = settings.folder / "import.toml"
        summary = await reports.replay_file(database, file, mapping, speed=speed, most=most)
        print(summary.as_json() if as_json else summary)


def _content_policy(settings: Settings, pages: Pages) -> str:
    tiles = f" {_origin(settings.map_tiles)}" if settings.map_tiles else ""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' {pages.importmap_source}",
            "style-src 'self'",
            f"img-src 'self' data: blob:{tiles}",
            "media-src 'self' blob:",
            f"connect-src 'self'{tiles}",
            "font-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3])


def _openapi(settings: Settings) -> OpenAPIConfig:
    return OpenAPIConfig(
        title=f"Tràng Tiền · {settings.profile.name['en']}",
        version="1",
        use_handler_docstrings=True,
        # Litestar insists on routes of its own for the schema; ours is /openapi.json.
        openapi_router=Router(
            "/_openapi", route_handlers=[], opt={"allow": PUBLIC}, include_in_schema=False
        ),
        render_plugins=[],
    )
