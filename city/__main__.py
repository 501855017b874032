"""Run the city.

    python -m city run                       everything on this machine: database, pages, jobs
    python -m city serve [--no-jobs] [--processes N]   pages (and jobs) on DATABASE_URL
    python -m city work                      jobs only
    python -m city migrate                   bring the database up to this version
    python -m city seed                      load the city's profile, and its sample if it has one
    python -m city import wards FILE         boundaries as GeoJSON
    python -m city import calendar FILE      days off and working days, as CSV or iCalendar
    python -m city import reports FILE       another system's export, by the profile's import.toml
    python -m city replay FILE [--speed N]   live through another system's cases again, with timers
    python -m city grant ROLE ADDRESS [NAME] a role for whoever signs in with this e-mail or phone
    python -m city suggest fit|score|duplicates FILE   learn categories from a CSV file, try them
    python -m city database url|dump FILE|restore FILE

The city is CITY (a folder of profiles/), its data lies in DATA (.data), its port is PORT (8000).
See docs/reference/settings.md.
"""

import argparse
import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import uvicorn

from city import app, identity, reports, settings, textai
from city.kernel import Actor, Database, Invalid, Jobs, Postgres, PostgresFailed, Problem, migrate
from city.settings import Settings
from city.web import Gate, JsonLines

# Whoever may start programs on this machine owns the city's records anyway.
THE_OWNER = Actor(name="command line", permissions=frozenset({"identity.manage"}))


def main() -> None:
    """Do what the command line asks."""
    arguments = _parser().parse_args()
    here = settings.current()
    _log(verbose=os.environ.get("LOG", "") == "debug")
    try:
        arguments.do(here, arguments)
    except Invalid as invalid:
        sys.exit("\n".join(f"{field}: {says}" for field, says in invalid.errors.items()))
    except (PostgresFailed, Problem, reports.BadMapping) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def run(here: Settings, arguments: argparse.Namespace) -> None:
    """Start the database, bring it up to date, fill an empty one, and serve until Ctrl-C."""
    _check_port(here.port)
    with _database_url(here) as url:
        applied = asyncio.run(migrate(url))
        if applied:
            print(f"{len(applied)} migrations applied", flush=True)
        asyncio.run(_with_database(url, lambda d: _seed(here, d, only_if_empty=True)))
        _serve(here, url, with_jobs=True)


def serve(here: Settings, arguments: argparse.Namespace) -> None:
    """Serve the pages on a database that is up to date."""
    _check_port(here.port)
    with _database_url(here) as url:
        _serve(here, url, with_jobs=not arguments.no_jobs, processes=arguments.processes)


def work(here: Settings, arguments: argparse.Namespace) -> None:
    """Do jobs until told to stop."""

    async def until_told(database: Database) -> None:
        async with _rooms_open(here, database):
            worker = asyncio.create_task(Jobs(database).run())
            for told in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(told, worker.cancel)
            with contextlib.suppress(asyncio.CancelledError):
                await worker

    with _database_url(here) as url:
        asyncio.run(_with_database(url, until_told))


def migrate_database(here: Settings, arguments: argparse.Namespace) -> None:
    """Apply what is missing."""
    with _database_url(here) as url:
        print("\n".join(asyncio.run(migrate(url))) or "Nothing to do.")


def seed(here: Settings, arguments: argparse.Namespace) -> None:
    """Load the profile, and the sample city if the profile has one."""
    with _database_url(here) as url:
        asyncio.run(migrate(url))
        asyncio.run(_with_database(url, lambda d: _seed(here, d, only_if_empty=False)))


def import_file(here: Settings, arguments: argparse.Namespace) -> None:
    """Import wards, calendar days or reports from a file, and say what became of every row."""
    importers = {
        "wards": app.import_wards,
        "calendar": app.import_calendar,
        "reports": app.import_reports,
    }

    async def do(database: Database) -> None:
        async with _rooms_open(here, database):
            await importers[arguments.what](here, database, arguments.file)

    with _database_url(here) as url:
        asyncio.run(migrate(url))
        asyncio.run(_with_database(url, do))


def replay(here: Settings, arguments: argparse.Namespace) -> None:
    """Live through another system's cases again, in a database of their own."""

    async def do(database: Database) -> None:
        await app.replay_reports(
            here,
            database,
            arguments.file,
            speed=arguments.speed,
            most=arguments.rows,
            as_json=arguments.json,
        )

    if here.database_url:
        sys.exit("A replay makes and drops a database of its own: leave DATABASE_URL unset.")
    with _embedded(here) as postgres:
        name = f"replay_{here.city}"
        postgres.drop_database(name)
        url = postgres.ensure_database(name)
        asyncio.run(migrate(url))
        asyncio.run(_with_database(url, do))


def grant(here: Settings, arguments: argparse.Namespace) -> None:
    """Give a role to whoever signs in with an e-mail address or a telephone number."""

    async def do(database: Database) -> None:
        async with database.work(THE_OWNER) as work:
            role = identity.Role(arguments.role)
            person = await identity.appoint(work, role, arguments.address, arguments.name)
            print(f"{person.name or arguments.address} is {role.value} from now on.")

    with _database_url(here) as url:
        asyncio.run(migrate(url))
        asyncio.run(_with_database(url, do))


def manage_database(here: Settings, arguments: argparse.Namespace) -> None:
    """Print the database's URL, dump it or restore it."""
    if here.database_url:
        sys.exit("DATABASE_URL is set: use pg_dump and pg_restore of that server.")
    if arguments.what != "url" and arguments.file is None:
        sys.exit(f"Which file? python -m city database {arguments.what} FILE")
    if arguments.what == "restore" and (aside := _postgres(here).upgrade(arguments.file)):
        print(f"The data of the former version are kept in {aside}")
    with _embedded(here) as postgres:
        name = _name(here)
        if arguments.what == "url":
            print(postgres.url(name))
        elif arguments.what == "dump":
            postgres.dump(name, arguments.file)
            print(f"{arguments.file} is written. Photos are not in it: keep {here.data}/files too.")
        else:
            postgres.restore(name, arguments.file)
            print(f"The database is as in {arguments.file}. Photos belong in {here.data}/files.")


async def _seed(here: Settings, database: Database, *, only_if_empty: bool) -> None:
    async with _rooms_open(here, database):
        await app.seed(here, database, only_if_empty=only_if_empty)


async def _with_database(url: str, do: Callable[[Database], Awaitable[None]]) -> None:
    database = Database(url)
    await database.open()
    try:
        await do(database)
    finally:
        await database.close()


@contextlib.asynccontextmanager
async def _rooms_open(here: Settings, database: Database) -> AsyncIterator[None]:
    async with app.rooms_open(here, database):
        yield


@contextlib.contextmanager
def _embedded(here: Settings) -> Iterator[Postgres]:
    with _postgres(here) as postgres:
        postgres.ensure_database(_name(here))
        yield postgres


def _postgres(here: Settings) -> Postgres:
    # Passable, because a root without user namespaces runs PostgreSQL as nobody. What is in it is
    # closed.
    here.data.mkdir(parents=True, exist_ok=True, mode=0o711)
    return Postgres(here.data / "postgres")


@contextlib.contextmanager
def _database_url(here: Settings) -> Iterator[str]:
    if here.database_url:
        yield here.database_url
        return
    with _embedded(here) as postgres:
        yield postgres.url(_name(here))


def _name(here: Settings) -> str:
    return f"city_{here.city}"


def application() -> Gate:
    """Return the city as an ASGI application, for a server that starts its own processes.

    What has been made by now lives as long as the process, so the collector need not look at it.
    """
    here = settings.current()
    _log(verbose=os.environ.get("LOG", "") == "debug")
    url = os.environ.get("CITY_DATABASE_URL") or here.database_url
    city = app.build(here, Database(url), with_jobs=os.environ.get("CITY_JOBS") != "no")
    gc.collect()
    gc.freeze()
    return city


def _check_port(port: int) -> None:
    """End with a sentence if somebody else is at this port."""
    with socket.socket() as ours:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            ours.bind(("127.0.0.1", port))
        except OSError:
            sys.exit(f"Something else is open at port {port}. Choose another one: PORT={port + 1}")


def _serve(here: Settings, url: str, *, with_jobs: bool, processes: int = 1) -> None:
    os.environ["CITY_DATABASE_URL"] = url
    os.environ["CITY_JOBS"] = "yes" if with_jobs else "no"
    os.environ["SECRET"] = here.secret
    print(f"{here.profile.name['en']} is open at http://127.0.0.1:{here.port}", flush=True)
    uvicorn.run(
        "city.__main__:application",
        factory=True,
        workers=processes if processes > 1 else None,
        host="127.0.0.1",
        port=here.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=30,
        proxy_headers=bool(os.environ.get("FORWARDED_ALLOW_IPS")),
    )


def _log(*, verbose: bool) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in ("httpx2", "mail.log", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
    if verbose:
        logging.getLogger("city").setLevel(logging.DEBUG)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m city",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, do in {"run": run, "work": work, "migrate": migrate_database, "seed": seed}.items():
        commands.add_parser(name, help=do.__doc__).set_defaults(do=do)
    serving = commands.add_parser("serve", help=serve.__doc__)
    serving.add_argument("--no-jobs", action="store_true", help="leave the jobs to `work`")
    serving.add_argument("--processes", type=int, default=1, help="one for each core")
    serving.set_defaults(do=serve)
    importing = commands.add_parser("import", help=import_file.__doc__)
    importing.add_argument("what", choices=["wards", "calendar", "reports"])
    importing.add_argument("file", type=Path)
    importing.set_defaults(do=import_file)
    replaying = commands.add_parser("replay", help=replay.__doc__)
    replaying.add_argument("file", type=Path)
    replaying.add_argument(
        "--speed", type=float, default=0, help="seconds there in one of ours; 0: as fast as it goes"
    )
    replaying.add_argument("--json", action="store_true", help="for programs")
    replaying.add_argument("--rows", type=int, default=0, help="so many rows only")
    replaying.set_defaults(do=replay)
    granting = commands.add_parser("grant", help=grant.__doc__)
    granting.add_argument("role", choices=[role.value for role in identity.Role])
    granting.add_argument("address")
    granting.add_argument("name", nargs="?", default="")
    granting.set_defaults(do=grant)
    textai.add_commands(commands)
    managing = commands.add_parser("database", help=manage_database.__doc__)
    managing.add_argument("what", choices=["url", "dump", "restore"])
    managing.add_argument("file", type=Path, nargs="?")
    managing.set_defaults(do=manage_database)
    return parser


if __name__ == "__main__":
    main()
