"""The city's units from its profile, and the people of the sample city."""

import tomllib
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from city.identity import store
from city.identity.actions import add_person
from city.identity.model import NewPerson, Role
from city.kernel import Actor, Database, Work, new_id

# Sample people keep their ids from one seeding to the next, so that seeding twice adds nobody.
_SAMPLE = UUID("0192f0c0-5a1e-7000-8000-68756520736d")
_SEEDER = Actor(name="Tràng Tiền", permissions=frozenset({"identity.manage"}))
_ROLES = {"desk_operator": "desk", "unit_officer": "unit", "administrator": "admin"}


async def load_profile(work: Work, folder: Path) -> None:
    """Bring the units up to what the profile's `units.toml` says. Units it drops stay."""
    units = _read(folder / "units.toml").get("unit", [])
    await store.add_organisations(
        work,
        [{**unit, "id": new_id(), "kind": "unit", "form": unit["kind"]} for unit in units],
    )


async def seed_sample(database: Database, folder: Path) -> None:
    """Add the people and businesses of `people.toml`, each marked as a sample."""
    sample = _read(folder / "people.toml")
    async with database.work(_SEEDER) as work:
        await store.add_organisations(
            work,
            [
                {
                    "id": uuid5(_SAMPLE, body["key"]),
                    "code": body["key"],
                    "kind": "business",
                    "name": body["name"],
                    "sample": True,
                }
                for body in sample.get("organisation", [])
            ],
        )
        for person in sample.get("person", []):
            await _add_sample(work, person)


async def _add_sample(work: Work, person: dict[str, Any]) -> None:
    code = person.get("unit") or person.get("organisation")
    body = await store.find_organisation(work, code) if code else None
    await add_person(
        work,
        NewPerson(
            name=person["name"],
            roles=(Role(_ROLES.get(person["role"], person["role"])),),
            organisation_id=body.id if body else None,
            honorific=person.get("honorific", ""),
            language=person.get("language", ""),
            phone=person.get("phone", ""),
            email=person.get("email", ""),
            sample=True,
        ),
        person_id=uuid5(_SAMPLE, person["key"]),
    )


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text()) if file.is_file() else {}
