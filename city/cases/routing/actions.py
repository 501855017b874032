"""What a city does with its rules: write them, put them in order, switch them off, remove them.

Every change needs `cases.manage`, is refused when the rule has changed since it was seen, and is
written down for ever.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from city import places
from city.cases.categories import known_categories
from city.cases.model import Category, Process, Source
from city.cases.routing import memory, store
from city.cases.routing.model import CATEGORY, MOST_RULES, WARD, Hours, NewRule, Rule
from city.identity import Organisation
from city.kernel import Conflict, Invalid, Missing, Says, Work, new_id, say

MOST_LETTERS = {"name": 120, "note": 1000}
MOST_KEYWORDS = 60
MOST_KEYWORD_LETTERS = 60


class _File(msgspec.Struct):
    rule: list[NewRule] = []


async def add_rule(work: Work, new: NewRule) -> Rule:
    """Write a new rule into its place. Raises Invalid with a sentence for each wrong field."""
    work.actor.require("cases.manage")
    new = tidy(new)
    await check_rule(work, new)
    rules = await store.lock_rules(work)
    if len(rules) >= MOST_RULES:
        raise Invalid({"": say("There are {most} rules already.", most=MOST_RULES)})
    rule = _stamped(work, new, new_id(), 1, _place(rules, new.rank))
    await store.add_rule(work, rule)
    await _put(work, rules, rule)
    await _wrote(work, "add", rule)
    return rule


async def change_rule(work: Work, id: UUID, new: NewRule, *, version: int) -> Rule:
    """Write a rule anew. Raises Conflict when somebody else changed it since that version."""
    work.actor.require("cases.manage")
    new = tidy(new)
    await check_rule(work, new)
    rules = await store.lock_rules(work)
    was = _found(rules, id)
    others = [other for other in rules if other.id != id]
    rule = _stamped(work, new, id, version + 1, _place(others, new.rank))
    if not await store.set_rule(work, rule, version=version):
        raise _changed(was)
    await _put(work, others, rule)
    await _wrote(work, "change", rule)
    return rule


async def switch_rule(work: Work, id: UUID, *, on: bool, version: int) -> Rule:
    """Let a rule hold, or not for the time being."""
    work.actor.require("cases.manage")
    was = _found(await store.lock_rules(work), id)
    rule = _stamped(work, msgspec.structs.replace(was, enabled=on), id, version + 1, was.rank)
    if not await store.set_rule(work, rule, version=version):
        raise _changed(was)
    await _wrote(work, "enable" if on else "disable", rule)
    return rule


async def move_rule(work: Work, id: UUID, *, by: int) -> Rule:
    """Move a rule up (`by` -1) or down (1) in the order; at the end of it nothing happens."""
    work.actor.require("cases.manage")
    rules = await store.lock_rules(work)
    rule = _found(rules, id)
    others = [other for other in rules if other.id != id]
    moved = msgspec.structs.replace(rule, rank=_place(others, rules.index(rule) + 1 + by))
    if moved.rank != rules.index(rule) + 1:
        await _put(work, others, moved)
        await _wrote(work, "move", moved)
    return moved


async def remove_rule(work: Work, id: UUID, *, version: int) -> None:
    """Remove a rule for good; the log keeps how it stood."""
    work.actor.require("cases.manage")
    rules = await store.lock_rules(work)
    rule = _found(rules, id)
    if not await store.remove_rule(work, id, version=version):
        raise _changed(rule)
    await store.set_order(work, [r.id for r in rules if r.id != id])
    await _wrote(work, "remove", rule)


async def load_profile(work: Work, folder: Path) -> None:
    """Bring in the rules of the profile's `routing.toml`, if the city never had any: its own win.

    A profile without that file has none. Raises ValueError with the reason when it cannot be used.
    """
    file = folder / "routing.toml"
    if not file.is_file() or await store.was_ever_written(work):
        return
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        given = msgspec.convert(content, _File).rule
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"{folder.name}/routing.toml cannot be used: {error}") from error
    categories = await known_categories(work)
    for place, new in enumerate(given, 1):
        # Units and wards that are not there yet make a rule faulty, which the page shows.
        if errors := errors_of(tidy(new), categories):
            said = "; ".join(f"{name}: {says}" for name, says in errors.items())
            raise ValueError(f"{folder.name}/routing.toml: “{new.name}”: {said}")
        rule = _stamped(work, tidy(new), new_id(), 1, place)
        await store.add_rule(work, rule)
        await store.add_change(work, "add", rule)
    memory.forget()


def drafted(work: Work, new: NewRule, was: Rule | None) -> Rule:
    """Return the rule as it would stand, for trying it before it is kept."""
    rank = MOST_RULES if new.rank is None else new.rank
    return _stamped(work, new, was.id if was else new_id(), was.version if was else 1, rank)


def tidy(new: NewRule) -> NewRule:
    """Return the rule without doubles, blanks, and times that its hours do not ask for."""
    window = new.hours is Hours.WINDOW
    lists = {
        name: list(dict.fromkeys(text for part in getattr(new, name) if (text := part.strip())))
        for name in ("categories", "groups", "wards", "keywords", "sources", "processes", "coop")
    }
    lead = new.lead.strip()
    return msgspec.structs.replace(
        new,
        **{**lists, "coop": [code for code in lists["coop"] if code != lead]},
        name=new.name.strip(),
        note=new.note.strip(),
        lead=lead,
        weekdays=sorted(set(new.weekdays)),
        starts=new.starts if window else None,
        ends=new.ends if window else None,
        automatic=new.automatic and bool(lead),
    )


async def check_rule(work: Work, new: NewRule) -> None:
    """Raise Invalid with a sentence for every field of a rule that is wrong."""
    table = await memory.known_table(work)
    wards = {ward.code for ward in places.list_wards()}
    errors = errors_of(new, await known_categories(work), wards, table.bodies)
    if errors:
        raise Invalid(errors)


def errors_of(
    new: NewRule,
    categories: Mapping[str, Category],
    wards: set[str] | None = None,
    bodies: Mapping[str, Organisation] | None = None,
) -> dict[str, Says]:
    """Return what is wrong with a rule; wards and units are only looked at when they are given."""
    errors: dict[str, Says] = {}
    for name, most in MOST_LETTERS.items():
        if (n := len(getattr(new, name))) > most:
            errors[name] = say(
                "Please write at most {most} characters; this has {n}.", most=most, n=n
            )
    if not new.name:
        errors["name"] = say("Please fill this in.")
    known: dict[str, Any] = {
        "categories": set(categories),
        "groups": {category.grp for category in categories.values()},
        "sources": set(Source),
        "processes": set(Process),
        "weekdays": set(range(1, 8)),
    }
    if wards is not None:
        known["wards"] = wards
    if bodies is not None:
        known["coop"] = {WARD, CATEGORY, *bodies}
        known["lead"] = {"", *known["coop"]}
    for name, allowed in known.items():
        given = getattr(new, name)
        if not {given} <= allowed if isinstance(given, str) else not set(given) <= allowed:
            errors[name] = say("Please choose one of the list.")
    if len(new.keywords) > MOST_KEYWORDS:
        errors["keywords"] = say("Please give at most {most}.", most=MOST_KEYWORDS)
    elif any(len(word) > MOST_KEYWORD_LETTERS for word in new.keywords):
        errors["keywords"] = say("One of these words is too long; please separate them by commas.")
    elif not all(any(letter.isalnum() for letter in word) for word in new.keywords):
        errors["keywords"] = say("These have to be words.")
    errors |= _wrong_times(new)
    if not new.lead and not new.coop:
        errors["lead"] = say("Please choose a unit that leads, or units that cooperate.")
    return errors


def _wrong_times(new: NewRule) -> dict[str, Says]:
    if new.hours is not Hours.WINDOW:
        return {}
    errors = {
        name: say("Please give a time such as 22:00.")
        for name in ("starts", "ends")
        if (minute := getattr(new, name)) is None or not 0 <= minute < 1440
    }
    if not errors and new.starts == new.ends:
        errors["ends"] = say("These two times must not be the same.")
    return errors


def _stamped(work: Work, new: NewRule, id: UUID, version: int, rank: int) -> Rule:
    fields = {name: getattr(new, name) for name in NewRule.__struct_fields__ if name != "rank"}
    return Rule(
        **fields,
        id=id,
        rank=rank,
        version=version,
        changed_at=work.now,
        changed_by=work.actor.name,
    )


def _place(others: list[Rule], rank: int | None) -> int:
    """Return the place a rule gets among the others; None is last."""
    return len(others) + 1 if rank is None else min(max(rank, 1), len(others) + 1)


async def _put(work: Work, others: list[Rule], rule: Rule) -> None:
    ids = [other.id for other in others]
    await store.set_order(work, [*ids[: rule.rank - 1], rule.id, *ids[rule.rank - 1 :]])


async def _wrote(work: Work, what: str, rule: Rule) -> None:
    await store.add_change(work, what, rule)
    # Not forgotten but read: another question in this process must not bring the old ones back.
    await memory.read_again(work)


def _found(rules: list[Rule], id: UUID) -> Rule:
    rule = next((rule for rule in rules if rule.id == id), None)
    if rule is None:
        raise Missing("This rule is not there any more.")
    return rule


def _changed(rule: Rule) -> Conflict:
    return Conflict(
        "{name} has just changed this rule. Please look at it again.", name=rule.changed_by
    )
