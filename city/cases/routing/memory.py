"""What this process remembers of the rules and of the units, so that routing costs no statement.

It is read again after a minute, and at once in the process that changed a rule. Another process
may thus go by the rules as they were for up to a minute; so may an officer's appointment.
"""

import time
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from city import calendar, identity, settings
from city.cases.categories import known_categories
from city.cases.model import Case, Category, NewCase
from city.cases.routing import store
from city.cases.routing.model import Asked, Facts, PastCase, Route, Rule, Units
from city.cases.routing.rules import decide
from city.kernel import Invalid, Work, say

_FRESH_SECONDS = 60.0


class Table(Struct, frozen=True):
    """The rules in their order, and the units they are about, by code."""

    rules: Sequence[Rule]
    bodies: dict[str, identity.Organisation]
    units: Units

    def route(self, facts: Facts) -> Route:
        """Return where a case with these facts goes, and why."""
        decision = decide(self.rules, facts, self.units)
        return Route(
            lead=self.bodies[decision.lead] if decision.lead else None,
            coop=[self.bodies[code] for code in decision.coop],
            note=decision.note,
            automatic=decision.automatic,
            decision=decision,
        )


class _Memory:
    def __init__(self) -> None:
        self.table: Table | None = None
        self.read_at = 0.0


_memory = _Memory()


async def decide_for(work: Work, case: Case | NewCase, *, at: datetime | None = None) -> Route:
    """Return the units that a case should go to by the city's rules, and why.

    `at` is the moment for rules that go by the time of day; by default now. Normally this costs no
    statement and some tens of microseconds; once a minute it reads the rules and units again.
    Nothing is changed: `route.automatic` only says that the rule allows it to go by itself.
    """
    categories = await known_categories(work)
    category = categories.get(case.category)
    if category is None:
        raise Invalid({"category": say("Please choose one of the list.")})
    table = await known_table(work)
    facts = facts_of(category, case, at or work.now)
    return table.route(facts)


def facts_of(category: Category, case: Case | NewCase | PastCase | Asked, at: datetime) -> Facts:
    """Return what the rules know at this moment of a case of this category."""
    return Facts(
        category=category.code,
        group=category.grp,
        process=str(category.process),
        private=category.private,
        category_unit=category.unit,
        sign_unit=case.sign_unit,
        source=str(case.source),
        ward=case.ward,
        words=case.summary,
        at=at.astimezone(zone()),
        at_work=calendar.current().is_working_time(at),
    )


def zone() -> ZoneInfo:
    """Return the city's time zone."""
    return settings.current().profile.zone


async def known_table(work: Work) -> Table:
    """Return the rules and units as this process remembers them."""
    if _memory.table is None or time.monotonic() - _memory.read_at > _FRESH_SECONDS:
        return await read_again(work)
    return _memory.table


async def read_again(work: Work) -> Table:
    """Read the rules and the units from the database (three statements) and remember them."""
    rules = await store.list_rules(work)
    bodies = {unit.code: unit for unit in await identity.list_units(work)}
    staffed = set(await identity.list_staffed_units(work))
    by_ward: dict[str, str] = {}
    for code in sorted(bodies):
        for ward in bodies[code].wards:
            by_ward.setdefault(ward, code)
    units = Units(
        known=frozenset(bodies),
        staffed=frozenset(code for code, body in bodies.items() if body.id in staffed),
        by_ward=by_ward,
    )
    _memory.table, _memory.read_at = Table(rules, bodies, units), time.monotonic()
    return _memory.table


def forget() -> None:
    """Remember nothing, so that the next question reads everything again."""
    _memory.table = None
