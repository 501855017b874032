"""Routing: which unit should lead a case, which cooperate, and why; by rules that a city writes.

    route = await routing.decide_for(work, case)        # Route(lead, coop, note, automatic, …)
    routing.decide(rules, facts, units)                 # the same, pure; `rules` says how

The pages are in `city.cases.routing.pages`, the API in `city.cases.routing.api`.
"""

from city.cases.routing.actions import (
    add_rule,
    change_rule,
    load_profile,
    move_rule,
    remove_rule,
    switch_rule,
)
from city.cases.routing.memory import decide_for, forget, known_table, read_again
from city.cases.routing.model import (
    CATEGORY,
    WARD,
    Condition,
    Decision,
    Facts,
    Hours,
    NewRule,
    Outcome,
    Reason,
    Route,
    Rule,
    Units,
)
from city.cases.routing.rules import decide, faults

__all__ = [
    "CATEGORY",
    "WARD",
    "Condition",
    "Decision",
    "Facts",
    "Hours",
    "NewRule",
    "Outcome",
    "Reason",
    "Route",
    "Rule",
    "Units",
    "add_rule",
    "change_rule",
    "decide",
    "decide_for",
    "faults",
    "forget",
    "known_table",
    "load_profile",
    "move_rule",
    "read_again",
    "remove_rule",
    "switch_rule",
]
