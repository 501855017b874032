"""What a city's profile says of systems, and what the sample city has with them."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from city import identity
from city.integration.hub import mapping, office
from city.integration.hub.model import Allowed, Direction, NewContract, Rule, System
from city.integration.hub.store import contracts, mappings, systems
from city.kernel import Actor, Database, Work


class SampleContract(Struct, frozen=True, kw_only=True):
    """A contract of the sample city, good from the day it is sown."""

    system: str
    kind: str
    direction: Direction
    fields: list[Allowed]
    purpose: str
    legal_basis: str
    quota_a_day: int
    keep_days: int


class SampleMapping(Struct, frozen=True, kw_only=True):
    """Mapping rules of the sample city."""

    system: str
    kind: str
    note: str
    rules: list[Rule]


class Sample(Struct, frozen=True):
    """What `hub.toml` holds."""

    contract: list[SampleContract] = []
    mapping: list[SampleMapping] = []


async def load_profile(work: Work, folder: Path) -> None:
    """Make the systems of `systems.toml` known; a profile without one has none."""
    file = folder / "systems.toml"
    if not file.exists():
        return
    found: list[dict[str, Any]] = tomllib.loads(file.read_text()).get("system", [])
    known = [msgspec.convert(one, System) for one in found]
    rows = [
        msgspec.to_builtins(system) | {"rank": rank} for rank, system in enumerate(known, start=1)
    ]
    await systems.set_systems(work, rows)


async def seed_sample(database: Database, folder: Path) -> None:
    """Make the contracts and rules of the sample city, by two of its people. Twice is once."""
    file = folder / "hub.toml"
    if not file.exists():
        return
    sample = msgspec.convert(tomllib.loads(file.read_text()), Sample)
    async with database.work(Actor(name="Tràng Tiền"), reading=True) as work:
        people = await identity.list_sample_people(work)
        if await contracts.list_contracts(work):
            return
    admin, leader = (
        next(
            Actor(id=p.id, name=p.name, permissions=identity.permissions_of([role]))
            for p in people
            if p.role == role
        )
        for role in (identity.Role.ADMIN, identity.Role.LEADER)
    )
    async with database.work(admin) as work:
        for one in sample.mapping:
            if faults := mapping.check_rules(one.rules):
                raise ValueError(f"hub.toml: {one.system}: {faults}")
            await mappings.add_mapping(work, one.system, one.kind, 0, one.rules, one.note)
        first = office.today(work)
        numbers = [
            await office.draft_contract(
                work,
                NewContract(
                    **msgspec.structs.asdict(one),
                    valid_from=first,
                    valid_to=first + timedelta(days=730),
                ),
            )
            for one in sample.contract
        ]
    async with database.work(leader) as work:
        for number in numbers:
            await office.approve_contract(work, number)
