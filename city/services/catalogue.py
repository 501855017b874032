"""The functions of the city's profile: `services.toml`, read and checked."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec

from city.kernel import Work
from city.services import known, store
from city.services.hours import read_hours
from city.services.model import Face, Facts, Group, faults_of
from city.settings import BadHours

FILE = "services.toml"


class _File(msgspec.Struct, forbid_unknown_fields=True):
    group: list[Group]
    service: list[dict[str, Any]]
    home: dict[Face, list[str]] = {}
    home_rows: dict[Face, list[str]] = {}


async def load_profile(work: Work, folder: Path) -> None:
    """Bring groups and functions to what the profile says; what officers edited stays edited.

    A profile without the file has none. Raises ValueError with the reason when it is not right.
    """
    if not (folder / FILE).is_file():
        return
    groups, services = read_catalogue((folder / FILE).read_text())
    await store.set_groups(
        work,
        [
            {"position": position, **msgspec.to_builtins(group)}
            for position, group in enumerate(groups)
        ],
    )
    rows = [
        {"code": code, "position": position, "profile": msgspec.to_builtins(facts)}
        for position, (code, facts) in enumerate(services.items())
    ]
    await store.set_profile(work, rows)
    known.expect_change()


def read_catalogue(text: str) -> tuple[list[Group], dict[str, Facts]]:
    """Return the groups and, by code, the functions of a file, each in its order.

    Raises ValueError with the function and field that is wrong: a double, a group or a place on
    the first page that is not there, a link that the state does not allow, hours nobody can read.
    """
    file = msgspec.convert(tomllib.loads(text), _File)
    places: dict[str, dict[str, dict[str, int]]] = {}
    for field, faces in (("home", file.home), ("home_rows", file.home_rows)):
        for face, codes in faces.items():
            for position, code in enumerate(codes):
                places.setdefault(code, {}).setdefault(field, {})[face] = position
    codes = [group.code for group in file.group]
    found: dict[str, Facts] = {}
    for entry in file.service:
        code = str(entry.pop("code", ""))
        if not code or code in found:
            raise ValueError(f"{FILE}: the code {code!r} is missing or there twice")
        if unknown := entry.keys() - {f.name for f in msgspec.structs.fields(Facts)}:
            raise ValueError(f"{FILE}: {code} has no field {', '.join(sorted(unknown))}")
        found[code] = facts = _facts(code, entry | places.pop(code, {}))
        for field, says in faults_of(facts, codes, ("vi", "en")).items():
            raise ValueError(f"{FILE}: {code}: {field}: {says}")
    if places:
        raise ValueError(f"{FILE}: the first page names {', '.join(sorted(places))}")
    return file.group, found


def _facts(code: str, entry: dict[str, Any]) -> Facts:
    try:
        facts = msgspec.convert(entry, Facts)
        read_hours(facts.hours)
    except (msgspec.ValidationError, BadHours) as error:
        raise ValueError(f"{FILE}: {code}: {error}") from error
    return facts
