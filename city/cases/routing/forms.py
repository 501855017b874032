"""The form of a rule: what it is filled with, and the rule that somebody meant by it."""

import re
from typing import Annotated, Any

from msgspec import Meta, Struct

from city.cases.routing.model import Hours, NewRule, Rule
from city.cases.routing.words import clock

Codes = Annotated[list[str], Meta(max_length=200)]

_CLOCK = re.compile(r"([01]?\d|2[0-3])[:h.]([0-5]\d)(?::[0-5]\d)?")


class RuleForm(Struct, frozen=True, kw_only=True):
    """A rule as the form has it. `trying`: it is only to be tried, not to be kept."""

    name: Annotated[str, Meta(max_length=120)]
    rank: Annotated[int, Meta(ge=1, le=1000)] | None = None
    categories: Codes = []
    groups: Codes = []
    wards: Codes = []
    keywords: Annotated[str, Meta(max_length=4000)] = ""
    sources: Codes = []
    processes: Codes = []
    hours: Hours = Hours.ANY
    starts: str = ""
    ends: str = ""
    weekdays: Annotated[list[int], Meta(max_length=7)] = []
    lead: str = ""
    coop: Codes = []
    also: bool = False
    automatic: bool = False
    note: Annotated[str, Meta(max_length=1000)] = ""
    enabled: bool = False
    version: int = 0
    trying: bool = False


def rule_meant(form: RuleForm) -> NewRule:
    """Return the rule that this form means; a time that cannot be read is None."""
    return NewRule(
        name=form.name,
        rank=form.rank,
        categories=form.categories,
        groups=form.groups,
        wards=form.wards,
        keywords=[word.strip() for word in re.split(r"[,;\n]", form.keywords)],
        sources=form.sources,
        processes=form.processes,
        hours=form.hours,
        starts=_minute(form.starts),
        ends=_minute(form.ends),
        weekdays=form.weekdays,
        lead=form.lead,
        coop=form.coop,
        also=form.also,
        automatic=form.automatic,
        note=form.note,
        enabled=form.enabled,
    )


def filled_in(rule: Rule) -> dict[str, Any]:
    """Return what the form of this rule is filled with."""
    return {
        "name": rule.name,
        "rank": rule.rank,
        "categories": rule.categories,
        "groups": rule.groups,
        "wards": rule.wards,
        "keywords": ", ".join(rule.keywords),
        "sources": rule.sources,
        "processes": rule.processes,
        "hours": str(rule.hours),
        "starts": "" if rule.starts is None else clock(rule.starts),
        "ends": "" if rule.ends is None else clock(rule.ends),
        "weekdays": [str(day) for day in rule.weekdays],
        "lead": rule.lead,
        "coop": rule.coop,
        "also": "true" if rule.also else "",
        "automatic": "true" if rule.automatic else "",
        "note": rule.note,
        "enabled": "true" if rule.enabled else "",
        "version": rule.version,
    }


def _minute(typed: str) -> int | None:
    found = _CLOCK.fullmatch(typed.strip())
    return int(found[1]) * 60 + int(found[2]) if found else None
