"""Pages of routing: the rules with the tester beside them, a rule's form, the matrix, the log."""

from typing import Any, NamedTuple
from uuid import UUID

from city import places
from city.cases.categories import known_categories
from city.cases.model import Category
from city.cases.routing import actions, store
from city.cases.routing.forms import RuleForm, filled_in, rule_meant
from city.cases.routing.memory import Table, read_again
from city.cases.routing.model import CATEGORY, WARD, Rule
from city.cases.routing.rules import faults
from city.cases.routing.trial import (
    LAST,
    Question,
    Trial,
    ask,
    draw_matrix,
    moment_of,
    try_on_last,
    with_rule,
)
from city.cases.routing.words import (
    CHANGE_WORDS,
    DAY_WORDS,
    HOURS_WORDS,
    PROCESS_WORDS,
    SOURCE_WORDS,
    Teller,
)
from city.kernel import Conflict, Invalid, Missing, Says, Work, say
from city.web import Form, Request, Response, get, page, post, read_form, redirect

SHOWN = 40
"""How many of the cases that would go elsewhere are listed."""

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]


class Reading(NamedTuple):
    """The rules just read, and somebody to tell of them."""

    table: Table
    teller: Teller


@get("/desk/routing", allow="cases.view")
async def show_rules(request: AnyRequest, work: Work) -> Answer:
    """Show the rules in their order, and the tester."""
    return _rules_page(request, await _reading(request, work))


@post("/desk/routing/try", allow="cases.view")
async def try_rules(request: AnyRequest, work: Work) -> Answer:
    """Say where a case would go, and why. A POST, so that no words stand in an address."""
    question, form = await read_form(request, Question)
    reading = await _reading(request, work)
    if question is None:
        return _rules_page(request, reading, form, status=422)
    try:
        facts, route = await ask(work, question)
    except Invalid as invalid:
        form.errors |= invalid.errors
        return _rules_page(request, reading, form, status=422)
    answer = {
        "sentence": reading.teller.answer(route.decision),
        "owned": route.lead is not None,
        "automatic": route.automatic,
        "note": route.note,
        "ward": reading.teller.ward(facts.ward) if facts.ward else "",
        "at": facts.at,
        "why": reading.teller.why(route.decision, facts),
    }
    return _rules_page(request, reading, form, answer=answer)


@post("/desk/routing/last", allow="cases.view")
async def try_last(request: AnyRequest, work: Work) -> Answer:
    """Say which of the last cases would go elsewhere now than they did."""
    reading = await _reading(request, work)
    return _rules_page(request, reading, trial=await try_on_last(work, reading.table))


@get("/desk/routing/matrix", allow="cases.view")
async def show_matrix(request: AnyRequest, work: Work, part: str = "day") -> Answer:
    """Show who leads each category in each ward, by day or by night."""
    table, teller = await _reading(request, work)
    at = moment_of(part, work.now)
    wards = [ward.code for ward in places.list_wards()]
    matrix = draw_matrix(table, teller.categories, wards, at=at)
    groups: dict[str, list[dict[str, Any]]] = {}
    for code, leads in matrix.rows.items():
        cells = [{"code": lead, "text": teller.unit(lead) if lead else ""} for lead in leads]
        group = teller.named(teller.categories[code].grp_name, code)
        groups.setdefault(group, []).append({"name": teller.category(code), "cells": cells})
    columns = [[teller.ward(code) for code in held] for held in matrix.columns]
    return page(
        request,
        "cases/routing_matrix.html",
        part="night" if part == "night" else "day",
        at=at,
        columns=columns,
        groups=[{"name": name, "rows": rows} for name, rows in groups.items()],
        ownerless=matrix.ownerless,
        cells=len(matrix.rows) * len(wards),
    )


@get("/desk/routing/changes", allow="cases.view")
async def show_changes(request: AnyRequest, work: Work) -> Answer:
    """Show who changed which rule, the newest change first."""
    _, teller = await _reading(request, work)
    changes = await store.list_changes(work)
    return page(
        request, "cases/routing_changes.html", changes=[_change(teller, one) for one in changes]
    )


@get("/desk/routing/new", allow="cases.manage")
async def show_new_rule(request: AnyRequest, work: Work) -> Answer:
    """Show the form of a new rule."""
    return await _rule_page(request, work, None, Form({"enabled": "true", "hours": "any"}))


@post("/desk/routing/new", allow="cases.manage")
async def add_rule(request: AnyRequest, work: Work) -> Answer:
    """Write a new rule, or try it on the last cases first."""
    return await _write(request, work, None)


@get("/desk/routing/{rule_id:uuid}", allow="cases.manage")
async def show_rule(request: AnyRequest, work: Work, rule_id: UUID) -> Answer:
    """Show the form of a rule, with its own changes below."""
    rule = _found(await read_again(work), rule_id)
    return await _rule_page(request, work, rule, Form(filled_in(rule)))


@post("/desk/routing/{rule_id:uuid}", allow="cases.manage")
async def change_rule(request: AnyRequest, work: Work, rule_id: UUID) -> Answer:
    """Write a rule anew, or try it on the last cases first."""
    return await _write(request, work, rule_id)


@post("/desk/routing/{rule_id:uuid}/{what:str}", allow="cases.manage")
async def handle_rule(request: AnyRequest, work: Work, rule_id: UUID, what: str) -> Answer:
    """Move a rule `up` or `down`, switch it `on` or `off`, or `remove` it."""
    posted = await request.form()
    typed = str(posted.get("version", ""))
    version = int(typed) if typed.isdecimal() and len(typed) < 9 else 0
    told: Says | None = None
    if what in ("up", "down"):
        await actions.move_rule(work, rule_id, by=-1 if what == "up" else 1)
    elif what in ("on", "off"):
        rule = await actions.switch_rule(work, rule_id, on=what == "on", version=version)
        on, off = say("“{name}” holds now."), say("“{name}” is switched off.")
        told = Says((on if rule.enabled else off).text, {"name": rule.name})
    elif what == "remove":
        await actions.remove_rule(work, rule_id, version=version)
        told = say("The rule is removed. The list of changes keeps how it stood.")
    else:
        raise Missing("We could not find what you asked for.")
    anchor = f"#rule-{rule_id}" if what != "remove" else ""
    return redirect(f"/desk/routing{anchor}", told)


routes = [
    show_rules,
    try_rules,
    try_last,
    show_matrix,
    show_changes,
    show_new_rule,
    add_rule,
    show_rule,
    change_rule,
    handle_rule,
]


async def _write(request: AnyRequest, work: Work, rule_id: UUID | None) -> Answer:
    given, form = await read_form(request, RuleForm)
    was = _found(await read_again(work), rule_id) if rule_id else None
    if given is None:
        return await _rule_page(request, work, was, form, status=422)
    new = rule_meant(given)
    try:
        if given.trying:
            new = actions.tidy(new)
            await actions.check_rule(work, new)
            return await _rule_page(
                request, work, was, form, trying=actions.drafted(work, new, was)
            )
        if rule_id:
            rule = await actions.change_rule(work, rule_id, new, version=given.version)
        else:
            rule = await actions.add_rule(work, new)
    except Invalid as invalid:
        form.errors |= invalid.errors
    except Conflict as conflict:
        form.problem = conflict.says
        return await _rule_page(request, work, was, form, status=409)
    else:
        return redirect(f"/desk/routing#rule-{rule.id}", say("“{name}” is kept.", name=rule.name))
    return await _rule_page(request, work, was, form, status=422)


async def _reading(request: AnyRequest, work: Work) -> Reading:
    categories = await known_categories(work)
    table = await read_again(work)
    return Reading(table, Teller(request.scope["state"]["language"], categories, table.bodies))


def _rules_page(
    request: AnyRequest,
    reading: Reading,
    form: Form | None = None,
    *,
    answer: dict[str, Any] | None = None,
    trial: Trial | None = None,
    status: int = 200,
) -> Answer:
    table, teller = reading
    outcomes = {why["id"]: why for why in answer["why"]} if answer else {}
    rules = [_line(teller, table, rule, outcomes.get(str(rule.id))) for rule in table.rules]
    return page(
        request,
        "cases/routing.html",
        status,
        rules=rules,
        faulty=sum(1 for rule in rules if rule["faults"] and rule["enabled"]),
        form=form or Form(),
        answer=answer,
        trial=_trial(teller, trial) if trial else None,
        categories=_categories(teller),
        wards=_wards(teller),
        sources=[{"value": code, "label": teller.source(code)} for code in SOURCE_WORDS],
        last=LAST,
    )


async def _rule_page(
    request: AnyRequest,
    work: Work,
    rule: Rule | None,
    form: Form,
    *,
    trying: Rule | None = None,
    status: int = 200,
) -> Answer:
    table, teller = await _reading(request, work)
    trial = await try_on_last(work, with_rule(table, trying)) if trying else None
    changes = await store.list_changes(work, rule_id=rule.id, limit=10) if rule else []
    form.values.setdefault("rank", len(table.rules) + 1)
    units = [
        {"value": WARD, "label": teller.unit(WARD)},
        {"value": CATEGORY, "label": teller.unit(CATEGORY)},
        *({"value": code, "label": teller.unit(code)} for code in table.bodies),
    ]
    # A unit that is gone stays visible in the form, so that somebody can take it out.
    named = [rule.lead, *rule.coop] if rule else []
    known = {unit["value"] for unit in units}
    units += [{"value": code, "label": code} for code in named if code and code not in known]
    return page(
        request,
        "cases/routing_rule.html",
        status,
        rule={"id": str(rule.id), "name": rule.name, "version": rule.version} if rule else None,
        form=form,
        faults=teller.faults(rule, faults(rule, table.units)) if rule else [],
        trial=_trial(teller, trial) if trial else None,
        changes=[_change(teller, one) for one in changes],
        units=units,
        categories=_categories(teller),
        fields=[option for group in _categories(teller) for option in group["options"]],
        groups=[{"value": c, "label": teller.named(n, c)} for c, n in teller.groups.items()],
        wards=_wards(teller),
        sources=[{"value": code, "label": teller.source(code)} for code in SOURCE_WORDS],
        processes=[{"value": code, "label": teller.process(code)} for code in PROCESS_WORDS],
        hours=[{"value": str(key), "label": teller.say(w)} for key, w in HOURS_WORDS.items()],
        days=[{"value": str(day), "label": teller.say(says)} for day, says in DAY_WORDS.items()],
        last=LAST,
    )


def _line(
    teller: Teller, table: Table, rule: Rule, outcome: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "id": str(rule.id),
        "rank": rule.rank,
        "name": rule.name,
        "conditions": teller.conditions(rule),
        "lead": teller.unit(rule.lead) if rule.lead else "",
        "coop": [teller.unit(code) for code in rule.coop],
        "also": rule.also or not rule.lead,
        "automatic": rule.automatic,
        "note": rule.note,
        "enabled": rule.enabled,
        "version": rule.version,
        "changed_at": rule.changed_at,
        "changed_by": rule.changed_by,
        "faults": teller.faults(rule, faults(rule, table.units)),
        "outcome": outcome,
    }


def _trial(teller: Teller, trial: Trial) -> dict[str, Any]:
    lines = [
        {
            "ref": one.case.ref,
            "summary": one.case.summary.split("\n", 1)[0][:120],
            "category": teller.category(one.case.category),
            "ward": teller.ward(one.case.ward) if one.case.ward else "",
            "went": teller.unit(one.went) if one.went else "",
            "would": teller.unit(one.route.lead.code) if one.route.lead else "",
            "because": next(
                (
                    why.rule.name
                    for why in one.route.decision.why
                    if why.rule and why.lead and why.lead == one.route.decision.lead
                ),
                "",
            ),
        }
        for one in trial.elsewhere[:SHOWN]
    ]
    return {
        "tried": trial.tried,
        "elsewhere": len(trial.elsewhere),
        "to_desk": trial.to_desk,
        "lines": lines,
    }


def _change(teller: Teller, change: Any) -> dict[str, Any]:
    rule = change.rule
    units = teller.unit(rule.lead) if rule.lead else ""
    coop = teller.units(rule.coop)
    return {
        "what": teller.say(Says(CHANGE_WORDS[change.what].text, {"rank": rule.rank})),
        "name": rule.name,
        "at": change.at,
        "who": change.actor_name,
        "conditions": teller.conditions(rule),
        "to": " + ".join(part for part in (units, coop) if part),
    }


def _categories(teller: Teller) -> list[dict[str, Any]]:
    """Return the categories in use as options, in their groups."""
    groups: dict[str, list[Category]] = {}
    for category in teller.categories.values():
        if category.retired_at is None:
            groups.setdefault(category.grp, []).append(category)
    return [
        {
            "label": teller.named(teller.groups[code], code),
            "options": [{"value": c.code, "label": teller.category(c.code)} for c in members],
        }
        for code, members in groups.items()
    ]


def _wards(teller: Teller) -> list[dict[str, str]]:
    return [{"value": code, "label": teller.ward(code)} for code in teller.wards]


def _found(table: Table, id: UUID) -> Rule:
    rule = next((rule for rule in table.rules if rule.id == id), None)
    if rule is None:
        raise Missing("This rule is not there any more.")
    return rule
