"""Who appears in the sample city: its reporters, the desk, and somebody for each unit."""

from dataclasses import dataclass
from uuid import UUID

from city import cases, identity
from city.identity import Organisation, Role
from city.kernel import Actor, Work

_REPORTS = frozenset({"me", "reports.submit"})
_DESK = frozenset({"me", "cases.view", "cases.triage"})
_UNIT = frozenset({"me", "cases.view", "cases.answer"})
_REPORTERS = {Role.RESIDENT, Role.VISITOR, Role.BUSINESS}


@dataclass(frozen=True)
class Cast:
    """The people of the sample. A unit without an officer among them answers in its own name."""

    reporters: list[Actor]
    desk: list[Actor]
    officers: dict[UUID | None, Actor]
    units: list[Organisation]

    def unit_for(self, category: cases.Category, ward: str | None, chance: int) -> Organisation:
        """Return who leads in a category; where the profile leaves it open, one of the rest."""
        if category.unit == "ward":
            found = [unit for unit in self.units if ward in unit.wards]
        else:
            found = [unit for unit in self.units if unit.code == category.unit]
        open_to_all = [unit for unit in self.units if not unit.wards]
        return found[0] if found else open_to_all[chance % len(open_to_all)]


async def gather_cast(work: Work) -> Cast | None:
    """Return the people of the sample; None if there are not enough of them."""
    people = await identity.list_sample_people(work)
    units = await identity.list_units(work)
    officers: dict[UUID | None, Actor] = {
        unit.id: Actor(name=_name(unit), permissions=_UNIT, unit_id=unit.id) for unit in units
    }
    for person in people:
        if person.role is Role.UNIT:
            unit = next((u for u in units if u.short_name == person.organisation), None)
            if unit is not None:
                officers[unit.id] = _actor(person, _UNIT, unit.id)
    reporters = [_actor(p, _REPORTS) for p in people if p.role in _REPORTERS]
    # Residents first: the first of them is who tries the city.
    residents = {p.id for p in people if p.role is Role.RESIDENT}
    reporters.sort(key=lambda actor: actor.id not in residents)
    desk = [_actor(p, _DESK) for p in people if p.role is Role.DESK]
    if not (reporters and desk and units):
        return None
    return Cast(reporters, desk, officers, units)


def _actor(
    person: identity.SamplePerson, permissions: frozenset[str], unit_id: UUID | None = None
) -> Actor:
    return Actor(
        id=person.id,
        name=person.name,
        permissions=permissions,
        unit_id=unit_id,
        language=person.language,
    )


def _name(unit: Organisation) -> str:
    return next(iter(unit.name.values()))
