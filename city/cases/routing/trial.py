"""Trying rules: on one question, on the last cases, and on every category in every ward."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from city import places
from city.cases.categories import known_categories
from city.cases.model import MOST_LETTERS, Category, Source
from city.cases.routing import store
from city.cases.routing.memory import Table, facts_of, known_table, zone
from city.cases.routing.model import WARD, Asked, Facts, PastCase, Route, Rule
from city.cases.routing.rules import decide
from city.kernel import Invalid, Problem, Work, say

LAST = 200
"""How many past cases rules are tried on."""


class Question(Struct, frozen=True, kw_only=True):
    """A case that might come. A place in degrees (WGS 84) goes before the ward's code.

    `at` is ISO 8601, without an offset in the city's own time; empty is now.
    """

    category: str
    ward: str = ""
    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None
    words: Annotated[str, Meta(max_length=MOST_LETTERS)] = ""
    source: Source = Source.REPORT
    at: str = ""


class Differing(Struct, frozen=True):
    """A past case that would go elsewhere now: where it went, and where it would go, by codes."""

    case: PastCase
    went: str
    route: Route
    facts: Facts


class Trial(Struct, frozen=True):
    """What the rules make of the last cases: how many in all, and those that would go elsewhere."""

    tried: int
    elsewhere: list[Differing]

    @property
    def to_desk(self) -> int:
        """How many of those that would go elsewhere have nobody, so that the desk would decide."""
        return sum(1 for one in self.elsewhere if one.route.lead is None)


class Matrix(Struct, frozen=True):
    """Who leads each category where: wards of which the same is true stand in one column.

    A cell is a unit's code, WARD for the ward's own committee, or None for nobody.
    """

    columns: list[list[str]]
    rows: dict[str, list[str | None]]
    ownerless: int


async def ask(work: Work, question: Question) -> tuple[Facts, Route]:
    """Return where such a case would go. Raises Invalid with a sentence for each wrong field."""
    category = (await known_categories(work)).get(question.category)
    if category is None or category.retired_at is not None:
        raise Invalid({"category": say("Please choose one of the list.")})
    case = Asked(source=question.source, ward=_ward_of(question), summary=question.words)
    facts = facts_of(category, case, _moment(work, question))
    return facts, (await known_table(work)).route(facts)


async def try_on_last(work: Work, table: Table) -> Trial:
    """Say which of the last cases that went to a unit would go to another one by these rules.

    Each is judged by the moment at which it was opened, and only those that the actor may see.
    One statement, whatever the number of rules.
    """
    categories = await known_categories(work)
    went = {body.id: code for code, body in table.bodies.items()}
    past = await store.list_last_routed(work, limit=LAST)
    elsewhere: list[Differing] = []
    for case in past:
        category = categories.get(case.category)
        if category is None:
            continue
        facts = facts_of(category, case, case.opened_at)
        route = table.route(facts)
        if (route.lead.id if route.lead else None) != case.unit_id:
            elsewhere.append(Differing(case, went.get(case.unit_id, ""), route, facts))
    return Trial(len(past), elsewhere)


def with_rule(table: Table, rule: Rule) -> Table:
    """Return the table as it would be with this rule, new or changed, in the place it asks for."""
    others = [other for other in table.rules if other.id != rule.id]
    at = min(max(rule.rank - 1, 0), len(others))
    return msgspec.structs.replace(table, rules=[*others[:at], rule, *others[at:]])


def draw_matrix(
    table: Table, categories: Mapping[str, Category], wards: Sequence[str], *, at: datetime
) -> Matrix:
    """Return who leads each category in each ward at this moment, when nothing is known of words.

    About 10 µs for each category and ward with a handful of rules.
    """
    kinds = [category for category in categories.values() if category.retired_at is None]
    basic = {category.code: facts_of(category, Asked(), at) for category in kinds}
    columns: dict[tuple[str | None, ...], list[str]] = {}
    for ward in wards:
        committee = table.units.by_ward.get(ward)
        leads: list[str | None] = []
        for facts in basic.values():
            facts = msgspec.structs.replace(facts, ward=ward)
            lead = decide(table.rules, facts, table.units).lead
            leads.append(WARD if lead is not None and lead == committee else lead)
        columns.setdefault(tuple(leads), []).append(ward)
    ownerless = sum(leads.count(None) * len(held) for leads, held in columns.items())
    rows = {code: [leads[n] for leads in columns] for n, code in enumerate(basic)}
    return Matrix(list(columns.values()), rows, ownerless)


def moment_of(part: str, now: datetime) -> datetime:
    """Return a moment of the coming working week by day (Wednesday 10:00) or by night (23:00)."""
    local = now.astimezone(zone())
    wednesday = local + timedelta(days=(2 - local.weekday()) % 7)
    return wednesday.replace(hour=23 if part == "night" else 10, minute=0, second=0, microsecond=0)


def _ward_of(question: Question) -> str | None:
    if question.latitude is not None and question.longitude is not None:
        try:
            return places.require_ward(question.latitude, question.longitude).code
        except Problem as problem:
            raise Invalid({"latitude": problem.says}) from problem
    if (question.latitude is None) != (question.longitude is None):
        raise Invalid({"latitude": say("Please choose the place on the map.")})
    if question.ward and question.ward not in {ward.code for ward in places.list_wards()}:
        raise Invalid({"ward": say("Please choose one of the list.")})
    return question.ward or None


def _moment(work: Work, question: Question) -> datetime:
    if not question.at:
        return work.now
    try:
        moment = datetime.fromisoformat(question.at)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone())
        if not 2000 <= moment.astimezone(zone()).year < 2200:
            raise ValueError(question.at)
    except (ValueError, OverflowError) as error:
        raise Invalid({"at": say("Please give a date and time.")}) from error
    return moment
