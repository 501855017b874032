"""Routing for programs: the rules as they stand, and where a case would go."""

from uuid import UUID

from msgspec import Struct

from city.cases.categories import known_categories
from city.cases.routing.memory import known_table, read_again
from city.cases.routing.model import Rule
from city.cases.routing.rules import faults
from city.cases.routing.trial import Question, ask
from city.cases.routing.words import Teller
from city.kernel import Work
from city.web import Request, check_json, get, post


class ListedRule(Struct, frozen=True):
    """A rule, and the units it names that cannot have a case.

    `skipped` says that the rule is passed over because of them.
    """

    rule: Rule
    faults: list[str]
    skipped: bool


class Tried(Struct, frozen=True):
    """What came of a rule, `rule` being null for what stands below the rules.

    `failed` are the conditions that did not fit, `missing` the units that cannot have the case.
    `text` says it in the reader's language.
    """

    rule: UUID | None
    name: str
    outcome: str
    failed: list[str]
    missing: list[str]
    text: str


class WouldGo(Struct, frozen=True):
    """Where a case would go, by codes of units; no lead means that the desk decides.

    `automatic`: the rule lets it go without anybody looking at it first. `ward` is that of the
    place. `why` has every rule in its order.
    """

    lead: str | None
    coop: list[str]
    note: str
    automatic: bool
    ward: str | None
    text: str
    why: list[Tried]


@get("/api/v1/routing/rules", allow="cases.view")
async def list_rules(work: Work) -> list[ListedRule]:
    """List the routing rules in the order in which they are looked at."""
    table = await read_again(work)
    wrong = [(rule, faults(rule, table.units)) for rule in table.rules]
    return [ListedRule(rule, list(found), "faulty" in found.values()) for rule, found in wrong]


@post("/api/v1/routing/try", allow="cases.view", takes=[Question])
async def try_rules(request: Request, work: Work) -> WouldGo:
    """Say where a case would go by the rules, and why. Nothing is opened.

    `category` is needed; `latitude` and `longitude` together, or `ward`, say where; `words` what
    was written; `source` how it came; `at` (ISO 8601) when, otherwise now.
    """
    question = await check_json(request, Question)
    facts, route = await ask(work, question)
    bodies = (await known_table(work)).bodies
    teller = Teller(request.scope["state"]["language"], await known_categories(work), bodies)
    decision = route.decision
    told = teller.why(decision, facts)
    return WouldGo(
        lead=decision.lead,
        coop=list(decision.coop),
        note=decision.note,
        automatic=decision.automatic,
        ward=facts.ward,
        text=teller.answer(decision),
        why=[
            Tried(
                reason.rule.id if reason.rule else None,
                line["name"],
                str(reason.outcome),
                [str(condition) for condition in reason.failed],
                list(reason.missing),
                line["text"],
            )
            for reason, line in zip(decision.why, told, strict=True)
        ],
    )


routes = [list_rules, try_rules]
