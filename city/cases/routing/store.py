"""The SQL of routing: the rules, their log, and the cases to try them on."""

from uuid import UUID

import msgspec

from city.cases.routing.model import PastCase, Rule, RuleChange
from city.cases.store import scope_of
from city.kernel import Work, new_id


async def list_rules(work: Work) -> list[Rule]:
    """Return every rule in its order, those that are off too."""
    return await work.all(Rule, "select * from cases.rule order by rank, id")


async def lock_rules(work: Work) -> list[Rule]:
    """Return every rule in its order, kept from others until this work is over."""
    return await work.all(Rule, "select * from cases.rule order by rank, id for update")


async def add_rule(work: Work, rule: Rule) -> None:
    """Insert a rule as it stands."""
    await work.run(
        """
        insert into cases.rule
        select * from jsonb_populate_record(null::cases.rule, :rule::jsonb)
        """,
        rule=msgspec.to_builtins(rule),
    )


async def set_rule(work: Work, rule: Rule, *, version: int) -> bool:
    """Replace a rule if it still is of this version; return whether it was."""
    changed = await work.run(
        """
        update cases.rule set
            rank = r.rank, name = r.name, categories = r.categories, groups = r.groups,
            wards = r.wards, keywords = r.keywords, sources = r.sources,
            processes = r.processes, hours = r.hours, starts = r.starts, ends = r.ends,
            weekdays = r.weekdays, lead = r.lead, coop = r.coop, also = r.also,
            automatic = r.automatic, note = r.note, enabled = r.enabled, version = r.version,
            changed_at = r.changed_at, changed_by = r.changed_by
        from jsonb_populate_record(null::cases.rule, :rule::jsonb) r
        where rule.id = r.id and rule.version = :version
        """,
        rule=msgspec.to_builtins(rule),
        version=version,
    )
    return changed == 1


async def remove_rule(work: Work, id: UUID, *, version: int) -> bool:
    """Delete a rule if it still is of this version; return whether it was. Its log stays."""
    removed = await work.run(
        "delete from cases.rule where id = :id and version = :version", id=id, version=version
    )
    return removed == 1


async def set_order(work: Work, ids: list[UUID]) -> int:
    """Give the rules the ranks 1, 2, … in this order; return how many changed place."""
    return await work.run(
        """
        update cases.rule set rank = o.place
        from unnest(:ids::uuid[]) with ordinality as o (id, place)
        where rule.id = o.id and rule.rank <> o.place
        """,
        ids=ids,
    )


async def add_change(work: Work, what: str, rule: Rule) -> None:
    """Write down what the actor did to a rule."""
    await work.run(
        """
        insert into cases.rule_change (id, rule_id, what, at, actor_id, actor_name, rule)
        values (:id, :rule_id, :what, :at, :actor_id, :actor_name, :rule)
        """,
        id=new_id(),
        rule_id=rule.id,
        what=what,
        at=work.now,
        actor_id=work.actor.id,
        actor_name=work.actor.name,
        rule=msgspec.to_builtins(rule),
    )


async def list_changes(
    work: Work, *, rule_id: UUID | None = None, limit: int = 100
) -> list[RuleChange]:
    """Return the last changes, of all rules or of one, the newest first."""
    return await work.all(
        RuleChange,
        """
        select id, rule_id, what, at, actor_id, actor_name, rule
        from cases.rule_change
        where :rule_id::uuid is null or rule_id = :rule_id
        order by at desc, id desc limit :limit
        """,
        rule_id=rule_id,
        limit=limit,
    )


async def was_ever_written(work: Work) -> bool:
    """Return whether there has ever been a rule here."""
    return bool(await work.value(bool, "select exists (select from cases.rule_change)"))


async def list_last_routed(work: Work, *, limit: int) -> list[PastCase]:
    """Return the last cases to come in that went to a unit, of those the actor may see."""
    return await work.all(
        PastCase,
        """
        select ref, category, source, summary, ward, unit_id, opened_at, sign_unit
        from cases.case
        where unit_id is not null and (:scope::uuid is null or unit_id = :scope)
        order by id desc limit :limit
        """,
        scope=scope_of(work.actor),
        limit=limit,
    )
