"""The definitions that come with the product, and those of the city's profile that replace them."""

import asyncio
from pathlib import Path

from city.kernel import Invalid, Work
from city.processes import store
from city.processes.actions import add_version, digest_of
from city.processes.checks import check
from city.processes.model import Definition
from city.processes.source import parse

BUILTIN = Path(__file__).parent / "builtin"

LANGUAGES = ("en", "vi")
"""What the definitions that come with the product speak."""


async def load_profile(work: Work, folder: Path) -> None:
    """Publish the built-in definitions and the profile's `processes/*.yaml`, where they are new.

    A process that the city has published itself is left as it is. Doing it twice changes nothing.
    Raises ValueError with the reasons if one of them cannot take effect.
    """
    given = await asyncio.to_thread(read_folders, folder)
    latest = {version.code: version for version in await store.list_current(work)}
    for code, (definition, source) in given.items():
        before = latest.get(code)
        if before and (before.origin == "city" or before.digest == digest_of(definition)):
            continue
        after = before.version if before else 0
        await add_version(work, definition, source, after=after, origin="profile")


def read_folders(folder: Path | None = None) -> dict[str, tuple[Definition, str]]:
    """Return the definitions and their YAML by code; the profile's come before the built-in."""
    files = sorted(BUILTIN.glob("*.yaml"))
    if folder is not None:
        files += sorted((folder / "processes").glob("*.yaml"))
    found: dict[str, tuple[Definition, str]] = {}
    for file in files:
        source = file.read_text(encoding="utf-8")
        try:
            definition = parse(source)
        except Invalid as wrong:
            raise ValueError(
                _refused(file, [f"{says}" for says in wrong.errors.values()])
            ) from wrong
        faults = check(definition, LANGUAGES if file.parent == BUILTIN else None)
        if faults:
            raise ValueError(_refused(file, [f"{fault.path}: {fault.says}" for fault in faults]))
        found[definition.code] = (definition, source)
    return found


def _refused(file: Path, reasons: list[str]) -> str:
    return f"{file.parent.name}/{file.name} cannot be used: {'; '.join(reasons)}"
