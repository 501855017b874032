"""What other data refers to: wards, categories, units, promises, days off, and the app itself."""

from collections.abc import AsyncIterator
from datetime import date

from city import calendar, cases, identity, places, processes, services
from city.kernel import Work, say
from city.opendata import tables
from city.opendata.model import Code, Column, DataSet, Kind, Place, Rhythm
from city.opendata.sets.columns import (
    LATITUDE,
    LONGITUDE,
    NAME_EN,
    NAME_VI,
    text,
    whole,
)
from city.settings import current

PROCESSES = (
    Code("instant", say("By the clock, day and night")),
    Code("time_bound", say("By working days")),
    Code("command", say("Under a commander")),
)


async def copy_wards(work: Work) -> AsyncIterator[bytes]:
    """Give the wards there are, with their areas."""
    wards, approximate = await places.list_areas(work)
    rows = (
        (
            ward.code,
            ward.kind,
            *_names(ward.name),
            ward.latitude,
            ward.longitude,
            ward.area_km2,
            approximate,
            area.wkt if area is not None else None,
        )
        for ward, area in wards
    )
    for piece in tables.as_csv(WARDS.columns, rows):
        yield piece


async def copy_categories(work: Work) -> AsyncIterator[bytes]:
    """Give the categories that are in use."""
    rows = (
        (
            one.code,
            *_names(one.name),
            one.grp,
            *_names(one.grp_name),
            one.process,
            one.definition,
            one.private,
            one.unit if one.unit != "ward" else None,
            one.unit == "ward",
        )
        for one in await cases.list_categories(work)
        if one.retired_at is None
    )
    for piece in tables.as_csv(CATEGORIES.columns, rows):
        yield piece


async def copy_units(work: Work) -> AsyncIterator[bytes]:
    """Give the units that handle what is reported."""
    rows = (
        (unit.code, unit.form, *_names(unit.name), unit.phone, " ".join(unit.wards))
        for unit in await identity.list_units(work)
    )
    for piece in tables.as_csv(UNITS.columns, rows):
        yield piece


async def copy_promises(work: Work) -> AsyncIterator[bytes]:
    """Give by when each category is to be looked at, handed on and answered."""
    versions = await processes.list_current(work)
    rows = (
        (
            one.code,
            one.process,
            one.definition,
            versions[one.definition].version,
            step,
            span.minutes,
            span.working_minutes,
            span.working_days,
        )
        for one in (await cases.known_categories(work)).values()
        if one.retired_at is None
        for step, span in cases.promised(one).items()
    )
    for piece in tables.as_csv(PROMISES.columns, rows):
        yield piece


async def copy_days(work: Work) -> AsyncIterator[bytes]:
    """Give the days of last year, this year and the next on which the city works otherwise."""
    known = await calendar.refresh(work)
    year = work.now.astimezone(known.zone).year
    rows = (
        (
            day.date,
            day.working,
            day.reason,
            *_names(day.name),
            ", ".join(f"{one.start}-{one.end}" for one in day.intervals),
            day.decree,
        )
        for day in calendar.list_days(known, date(year - 1, 1, 1), date(year + 1, 12, 31))
        if day.reason not in (calendar.Reason.USUAL, calendar.Reason.FREE)
    )
    for piece in tables.as_csv(DAYS.columns, rows):
        yield piece


async def copy_services(work: Work) -> AsyncIterator[bytes]:
    """Give the functions of the app and how they truly stand."""
    base = current().url
    rows = []
    for one in await services.list_public(work):
        facts = one.facts
        link = f"{base}{facts.link}" if facts.link.startswith("/") else facts.link
        rows.append(
            (
                one.code,
                *_names(facts.name),
                *_names(facts.about),
                facts.group,
                facts.state,
                one.broken,
                " ".join(facts.audience),
                link,
                facts.unit,
            )
        )
    for piece in tables.as_csv(SERVICES.columns, rows):
        yield piece


def _names(name: dict[str, str]) -> tuple[str | None, str | None]:
    return name.get("vi") or next(iter(name.values()), None), name.get("en")


WARDS = DataSet(
    code="wards",
    title=say("Wards and communes"),
    about=say("The wards there are now, with their areas."),
    theme="REGI",
    rhythm=Rhythm.IRREGULAR,
    place=Place.AREA,
    rows=copy_wards,
    caution=say("Where “approximate” is true the area is a guess, for want of borders."),
    words=("boundaries", "ranh giới", "phường", "xã"),
    api="/api/v1/wards",
    columns=(
        text("code", say("Its code in the country's list")),
        Column(
            name="kind",
            about=say("What it is in law"),
            codes=(
                Code("ward", say("Urban ward")),
                Code("commune", say("Rural commune")),
                Code("special_zone", say("Special zone")),
                Code("neighbourhood", say("Neighbourhood")),
            ),
        ),
        NAME_VI,
        NAME_EN,
        LATITUDE,
        LONGITUDE,
        Column(name="area_km2", about=say("Its area"), kind=Kind.NUMBER, unit="km2", optional=True),
        Column(name="approximate", about=say("Whether the area is a guess"), kind=Kind.TRUTH),
        Column(
            name="geometry",
            about=say("Its area in degrees (WGS84)"),
            kind=Kind.SHAPE,
            optional=True,
        ),
    ),
)

CATEGORIES = DataSet(
    code="categories",
    title=say("Categories of reports"),
    about=say("What can be reported, in which group, by which process it is handled, and by whom."),
    theme="GOVE",
    rhythm=Rhythm.IRREGULAR,
    rows=copy_categories,
    words=("code list", "danh mục", "lĩnh vực"),
    api="/api/v1/categories",
    columns=(
        text("code", say("Its code")),
        NAME_VI,
        NAME_EN,
        text("group", say("The code of its group")),
        text("group_name_vi", say("The name of its group in Vietnamese")),
        text("group_name_en", say("The name of its group in English"), optional=True),
        Column(name="process", about=say("How time is counted for it"), codes=PROCESSES),
        text("definition", say("The code of the process it goes by")),
        Column(
            name="private",
            about=say("Whether its reports are never public"),
            kind=Kind.TRUTH,
        ),
        Column(
            name="unit", about=say("The unit that usually leads"), refers="units", optional=True
        ),
        Column(
            name="by_ward",
            about=say("Whether the ward it lies in leads instead"),
            kind=Kind.TRUTH,
        ),
    ),
)

UNITS = DataSet(
    code="units",
    title=say("Units that handle reports"),
    about=say("Departments, companies and wards that answer reports, with their telephones."),
    theme="GOVE",
    rhythm=Rhythm.IRREGULAR,
    rows=copy_units,
    words=("organisations", "đơn vị xử lý"),
    columns=(
        text("code", say("Its code")),
        text("form", say("What sort of unit it is")),
        NAME_VI,
        NAME_EN,
        text("phone", say("Its telephone"), optional=True),
        text("wards", say("The codes of the wards it works for, apart by spaces"), optional=True),
    ),
)

PROMISES = DataSet(
    code="promises",
    title=say("What the city promises"),
    about=say("By when a report of each category is looked at, handed on and answered."),
    theme="GOVE",
    rhythm=Rhythm.IRREGULAR,
    rows=copy_promises,
    words=("service level", "thời hạn", "quy trình"),
    columns=(
        Column(name="category", about=say("The category"), refers="categories"),
        Column(name="process", about=say("How time is counted for it"), codes=PROCESSES),
        text("definition", say("The code of the process it goes by")),
        whole("definition_version", say("Which version of that process holds now")),
        text("step", say("What is promised: verify, dispatch, done or a step of the process")),
        whole("minutes", say("Minutes by the clock, day and night"), unit="min", optional=True),
        whole("working_minutes", say("Minutes of working time"), unit="min", optional=True),
        whole("working_days", say("Working days"), unit="d", optional=True),
    ),
)

DAYS = DataSet(
    code="calendar",
    title=say("Days off and moved working days"),
    about=say("On which days of last year, this year and the next the city works otherwise."),
    theme="GOVE",
    rhythm=Rhythm.IRREGULAR,
    rows=copy_days,
    words=("holidays", "ngày nghỉ", "lịch"),
    api="/api/v1/calendar",
    columns=(
        Column(name="date", about=say("The day"), kind=Kind.DAY),
        Column(name="working", about=say("Whether the city works"), kind=Kind.TRUTH),
        Column(
            name="reason",
            about=say("Why"),
            codes=(
                Code("holiday", say("Public holiday")),
                Code("moved", say("Worked in exchange for another day")),
                Code("declared_off", say("Declared off")),
                Code("declared_work", say("Declared a working day")),
            ),
        ),
        text("name_vi", say("What it is called in Vietnamese"), optional=True),
        text("name_en", say("What it is called in English"), optional=True),
        text("hours", say("When the city works that day"), optional=True),
        text("decree", say("The paper that says so"), optional=True),
    ),
)

SERVICES = DataSet(
    code="services",
    title=say("What the app can do"),
    about=say("Every function of the app with its true state: what works, and what does not yet."),
    theme="GOVE",
    rhythm=Rhythm.IRREGULAR,
    rows=copy_services,
    words=("catalogue", "dịch vụ"),
    api="/api/v1/services",
    columns=(
        text("code", say("Its code")),
        NAME_VI,
        NAME_EN,
        text("about_vi", say("What it does, in Vietnamese"), optional=True),
        text("about_en", say("What it does, in English"), optional=True),
        text("group", say("The code of its group")),
        Column(
            name="state",
            about=say("How it stands"),
            codes=(
                Code("working", say("Working")),
                Code("coming", say("Not there yet")),
                Code("partner", say("By a partner")),
            ),
        ),
        Column(
            name="interrupted", about=say("Whether it should work and does not"), kind=Kind.TRUTH
        ),
        text("audience", say("For whom it is, apart by spaces")),
        text("link", say("Where it is"), optional=True),
        Column(name="unit", about=say("The unit that runs it"), optional=True),
    ),
)

SETS = (WARDS, CATEGORIES, UNITS, PROMISES, DAYS, SERVICES)
