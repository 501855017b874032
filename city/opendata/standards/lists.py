"""Which code lists there are, and what stands in each just now."""

from collections.abc import Callable, Iterable, Mapping

from city import cases, identity, processes
from city.kernel import Says, Work, say
from city.opendata.sets.reference import PROCESSES
from city.opendata.sets.reports import RATINGS
from city.opendata.standards.model import CodeList, Item
from city.places import OldUnit, Ward
from city.settings import current
from city.web import render_words

LISTS: Mapping[str, CodeList] = {
    one.code: one
    for one in (
        CodeList(
            code="categories",
            title=say("Categories of reports"),
            about=say("What a report can be about."),
            icon="tags",
        ),
        CodeList(
            code="groups",
            title=say("Groups of categories"),
            about=say("What categories are shown under."),
            icon="layers",
        ),
        CodeList(
            code="questions",
            title=say("Questions of categories and their answers"),
            about=say("What is asked about a report of a category, and what can be chosen."),
            icon="list-checks",
        ),
        CodeList(
            code="wards",
            title=say("Wards and communes"),
            about=say("The wards there are now, by their codes in the country's list."),
            icon="map",
        ),
        CodeList(
            code="old-wards",
            title=say("Wards of before the reform"),
            about=say("Each former ward or commune, and which it has become a part of."),
            icon="history",
            becomes_list="wards",
        ),
        CodeList(
            code="units",
            title=say("Units that handle reports"),
            about=say("Departments, companies and wards that answer reports."),
            icon="building-2",
        ),
        CodeList(
            code="states",
            title=say("States of a report"),
            about=say("How far a report has come."),
            icon="git-commit-horizontal",
        ),
        CodeList(
            code="ratings",
            title=say("Ratings of an answer"),
            about=say("What people think of an answer."),
            icon="smile",
        ),
        CodeList(
            code="clocks",
            title=say("How time is counted"),
            about=say("By the clock, by working days, or under a commander."),
            icon="clock",
        ),
        CodeList(
            code="processes",
            title=say("Processes"),
            about=say("The ways in which reports are handled."),
            icon="route",
        ),
    )
}
"""The lists, in the order in which they are shown."""


async def gather(
    work: Work, wards: Iterable[Ward], old_units: Iterable[OldUnit]
) -> dict[str, list[Item]]:
    """Return what stands in every list now, sorted as it is published.

    Lists of wards are left out while none is known.
    """
    categories = [one for one in await cases.list_categories(work) if one.retired_at is None]
    found = {
        "categories": [_category(one) for one in categories],
        "groups": _groups(categories),
        "questions": [item for one in categories for item in _questions(one)],
        "wards": _by_code(_ward(one) for one in wards if one.retired_at is None),
        "old-wards": _by_code(_old_ward(one) for one in old_units),
        "units": _by_code(
            Item(code=one.code, name=one.name, facts={"form": one.form})
            for one in await identity.list_units(work)
        ),
        "states": [_said(str(code), says) for code, says in cases.STATUS_WORDS.items()],
        "ratings": [_said(one.value, one.means) for one in RATINGS],
        "clocks": [_said(one.value, one.means) for one in PROCESSES],
        "processes": _by_code(
            Item(
                code=one.code,
                name=one.definition.name,
                facts={"clock": str(one.definition.process)},
            )
            for one in (await processes.list_current(work)).values()
        ),
    }
    if not found["wards"]:
        del found["wards"], found["old-wards"]
    return found


def _by_code(items: Iterable[Item]) -> list[Item]:
    code: Callable[[Item], str] = lambda item: item.code  # noqa: E731 (a key with a type)
    return sorted(items, key=code)


def _category(one: cases.Category) -> Item:
    facts = {"group": one.grp, "clock": str(one.process), "process": one.definition}
    if one.unit:
        facts["unit"] = one.unit
    return Item(code=one.code, name=one.name, also=list(one.keywords), facts=facts)


def _groups(categories: Iterable[cases.Category]) -> list[Item]:
    return [
        Item(code=code, name=name)
        for code, name in {one.grp: one.grp_name for one in categories}.items()
    ]


def _questions(one: cases.Category) -> Iterable[Item]:
    for asked in one.attributes:
        if asked.variable:
            code = f"{one.code}.{asked.code}"
            facts = {"category": one.code, "datatype": asked.datatype}
            yield Item(code=code, name=asked.question, facts=facts)
            for value in asked.values:
                yield Item(code=f"{code}.{value.key}", name=value.name, within=code)


def _ward(one: Ward) -> Item:
    return Item(code=one.code, name=one.name, also=list(one.also), facts={"kind": str(one.kind)})


def _old_ward(one: OldUnit) -> Item:
    facts = {"district": one.district} if one.district else {}
    return Item(
        code=one.code,
        name={current().profile.language: one.name},
        becomes=list(one.new_codes),
        also=list(one.also),
        facts=facts,
    )


def _said(code: str, says: Says) -> Item:
    spoken = current().profile.languages
    return Item(code=code, name={one: render_words(one, says) for one in spoken})
