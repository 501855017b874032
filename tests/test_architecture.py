"""The house rules, checked on the source. Which room may import which is in pyproject.toml."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import msgspec
import pytest
from litestar.routes import HTTPRoute

from city import identity, partners
from city.kernel.events import Event, kind_of
from city.kernel.work import translate
from city.web import Gate

ROOT = Path(__file__).parent.parent
CITY = ROOT / "city"
FLOOR = {"app", "__main__"}
SHARED_BY_ALL = {"settings"}
MOST_LINES, MOST_FUNCTION_LINES = 400, 60


def sources() -> list[Path]:
    return [file for file in sorted(CITY.rglob("*.py")) if "tests" not in file.parts]


SCHEMAS = {folder.parent.name for folder in CITY.glob("*/migrations")}


def room_of(file: Path) -> str:
    return file.relative_to(CITY).parts[0].removesuffix(".py")


def names(files: list[Path]) -> list[str]:
    return [str(file.relative_to(ROOT)) for file in files]


SOURCES = pytest.mark.parametrize("file", sources(), ids=names(sources()))


@SOURCES
def test_a_room_is_entered_only_by_its_front_door(file: Path) -> None:
    """Other rooms use what `city.cases` offers, never `city.cases.store`."""
    if room_of(file) in FLOOR:
        return
    for node in ast.walk(ast.parse(file.read_text())):
        if not (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("city.")):
            continue
        assert node.module is not None
        _, room, *inside = node.module.split(".")
        if room in {room_of(file), *SHARED_BY_ALL}:
            continue
        offered = importlib.import_module(f"city.{room}").__all__
        assert not inside, f"line {node.lineno}: {node.module} is inside {room}"
        assert {name.name for name in node.names} <= set(offered), f"line {node.lineno}"


@SOURCES
def test_sql_lives_in_stores_and_names_only_its_own_schema(file: Path) -> None:
    found = list(statements(file))
    if found and room_of(file) not in {"kernel"}:
        assert file.stem == "store" or file.parent.name == "store", "SQL belongs in store.py"
    for line, sql, _ in found:
        for schema in set(re.findall(r"\b(\w+)\.\w", sql)) & SCHEMAS:
            assert schema == room_of(file), f"line {line} names {schema}"


@SOURCES
async def test_every_statement_fits_the_schema_and_its_shape(file: Path, database_url: str) -> None:
    """PostgreSQL prepares each statement, and its columns fill the shape it is read into."""
    found = list(statements(file))
    if not found:
        return
    module = importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
    connection = await asyncpg.connect(database_url)
    try:
        for line, sql, shape in found:
            try:
                prepared = await connection.prepare(translate(sql)[0])
            except asyncpg.PostgresError as error:
                pytest.fail(f"{file.name}:{line}: {error}")
            columns = {attribute.name for attribute in prepared.get_attributes()}
            kind = getattr(module, shape, None) if shape else None
            if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
                wanted = {f.encode_name for f in msgspec.structs.fields(kind) if f.required}
                assert wanted <= columns, f"{file.name}:{line}: {shape} lacks {wanted - columns}"
    finally:
        await connection.close()


@SOURCES
def test_files_and_functions_stay_small(file: Path) -> None:
    text = file.read_text()
    assert text.count("\n") <= MOST_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= MOST_FUNCTION_LINES, f"{node.name} has {length} lines"


def test_every_route_names_its_permission_or_is_public(city: Gate) -> None:
    known = {"public", *partners.PROGRAM_PERMISSIONS} | identity.permissions_of(identity.Role)
    for route in city.app.routes:  # type: ignore[attr-defined]
        assert isinstance(route, HTTPRoute), f"{route.path} is not served by our own decorators"
        for handler in route.route_handlers:
            if "OPTIONS" in handler.http_methods and len(handler.http_methods) == 1:
                continue
            assert handler.opt.get("allow") in known, f"{route.path} allows {handler.opt}"


def test_every_event_is_in_the_reference() -> None:
    import city.app  # noqa: F401  (opens every room)

    listed = (ROOT / "docs/reference/events.md").read_text()
    for event in subclasses(Event):
        if "tests" in event.__module__ or not event.__module__.startswith("city."):
            continue
        assert f"`{kind_of(event)}`" in listed, f"{kind_of(event)} is not described"


def test_every_library_the_city_imports_is_installed_with_it() -> None:
    """What only the tests' own libraries bring in would be missing on a stranger's machine."""
    from importlib.metadata import packages_distributions

    installed = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text(), re.M))
    bring = packages_distributions()
    for file in sources():
        for node in ast.walk(ast.parse(file.read_text())):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules = [node.module]
            for module in modules:
                found = {d.lower().replace("_", "-") for d in bring.get(module.split(".")[0], [])}
                assert not found or found & installed, f"{file.name} imports {module}"


def test_no_address_of_a_registry_is_written_down() -> None:
    hosts = re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|npmjs\.com|deb\.debian", re.I)
    for name in ("requirements.txt", "requirements-dev.txt", "package-lock.json", "Makefile"):
        assert not hosts.search((ROOT / name).read_text()), name


def test_templates_bear_no_inline_script_or_style() -> None:
    """The Content-Security-Policy forbids both, so they would fail without a word."""
    for template in CITY.glob("*/templates/**/*.html"):
        text = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.S)
        where = str(template.relative_to(ROOT))
        assert not re.search(r"<[^>]+\sstyle=", text), where
        assert not re.search(r"<[^>]+\son[a-z]+=\"", text), where
        assert not re.search(r"<style|<script(?![^>]*\bsrc=)(?![^>]*type=\"application/)", text), (
            where
        )


async def test_the_schema_in_the_documentation_is_the_sum_of_the_migrations(
    database_url: str,
) -> None:
    import subprocess
    import sys

    made = subprocess.run(
        [sys.executable, ROOT / "tools/schema.py", database_url],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert made == (ROOT / "docs/schema.sql").read_text(), "run `make schema`"


def subclasses(kind: type) -> Iterator[type]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


def statements(file: Path) -> Iterator[tuple[int, str, str | None]]:
    """Yield line, SQL and shape of each work.all, maybe, one, value(s), run or copy in a file."""
    for node in ast.walk(ast.parse(file.read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = node.func.value
        if not (isinstance(owner, ast.Name) and owner.id == "work"):
            continue
        verb = node.func.attr
        if verb in {"all", "maybe", "one", "value", "values"}:
            shape, sql = node.args[0], node.args[1]
        elif verb in {"run", "copy"}:
            shape, sql = None, node.args[0]
        else:
            continue
        assert isinstance(sql, ast.Constant) and isinstance(sql.value, str), (
            f"{file.name}:{node.lineno}: SQL is written out where it is run"
        )
        yield node.lineno, sql.value, shape.id if isinstance(shape, ast.Name) else None
