"""The reports: the public ones as they stand, and all of them without what tells them apart."""

import csv
from collections import Counter
from collections.abc import AsyncIterator

from city import cases, identity, reports
from city.kernel import Work, say
from city.opendata import anonymity, tables
from city.opendata.anonymity import CITY, Cell, Outcome
from city.opendata.model import Code, Column, DataSet, K, Kind, Place, Rhythm
from city.opendata.sets.columns import CATEGORY, LATITUDE, LONGITUDE, WARD, moment, text, whole
from city.settings import current
from city.web import in_language

STATUSES = tuple(Code(str(status), says) for status, says in cases.STATUS_WORDS.items())
RATINGS = (
    Code("satisfied", say("Satisfied")),
    Code("acceptable", say("Acceptable")),
    Code("unsatisfied", say("Not satisfied")),
)


async def copy_reports(work: Work) -> AsyncIterator[bytes]:
    """Give every public report as it stands."""
    language = current().profile.language
    units = [
        (unit.id, unit.code, in_language(unit.name, language))
        for unit in await identity.list_units(work)
    ]
    async for piece in tables.whole_records(reports.copy_public(work, units)):
        yield piece


async def copy_anonymous(work: Work) -> AsyncIterator[bytes]:
    """Give every report of the months that are over, private ones too, as generally as need be."""
    month = work.now.astimezone(current().profile.zone).replace(
        day=1, hour=0, minute=0, second=0, microsecond=0
    )
    groups = {one.code: one.grp for one in (await cases.known_categories(work)).values()}
    exact: Counter[tuple[Cell, Outcome]] = Counter()
    head = True
    async for piece in tables.whole_records(reports.copy_bare(work, month)):
        for record in csv.reader(piece.decode().splitlines()):
            if head:
                head = False
                continue
            ward, time, category, outcome, on_time, days = record
            exact[Cell(ward or CITY, time, category), Outcome(outcome, on_time, days)] += 1
    told = anonymity.rows_of(exact, groups, K)
    rows = ((*_values(cell), *_values(outcome)) for cell, outcome in told)
    for piece in tables.as_csv(ANONYMOUS.columns, rows):
        yield piece


def _values(one: Cell | Outcome) -> tuple[str, ...]:
    return tuple(getattr(one, name) for name in one.__struct_fields__)


REPORTS = DataSet(
    code="reports",
    title=say("Public reports"),
    about=say(
        "Every report that everybody may read, as it stands: what, where, when, who handles it, "
        "what came of it. Those that were not taken on or went into another are among them. With "
        "the position that comes with it, a copy can be kept up to date by the feed of changes."
    ),
    theme="GOVE",
    rhythm=Rhythm.CONTINUOUS,
    place=Place.POINT,
    rows=copy_reports,
    kinds=(
        "reports.ReportSubmitted",
        "reports.ReportChanged",
        "reports.ReportsImported",
        "reports.VoiceAdded",
        "reports.VoiceWithdrawn",
    ),
    caution=say("Words are those of whoever wrote them, as they stand on the public page."),
    words=("open311", "service requests", "phản ánh hiện trường"),
    api="/api/v1/reports",
    columns=(
        text("ref", say("Its reference, as people read it out")),
        CATEGORY,
        Column(name="status", about=say("How it stands"), codes=STATUSES),
        WARD,
        LATITUDE,
        LONGITUDE,
        moment("sent_at", say("When it was sent")),
        moment("due_at", say("By when the city promised an answer"), optional=True),
        moment("closed_at", say("When it was closed"), optional=True),
        moment("updated_at", say("When anything here last changed")),
        Column(
            name="unit_code", about=say("The unit that handles it"), refers="units", optional=True
        ),
        text("unit_name", say("What that unit is called"), optional=True),
        Column(
            name="rating",
            about=say("What its reporter thinks of the answer"),
            codes=RATINGS,
            optional=True,
        ),
        whole("voices", say("How many others see it too")),
        text("merged_into", say("The reference of the report it goes on in"), optional=True),
        text("summary", say("Its first 200 letters")),
        text(
            "answer",
            say("What the city answered in public"),
            optional=True,
        ),
    ),
)

ANONYMOUS = DataSet(
    code="reports-anonymous",
    title=say("All reports, without what tells them apart"),
    about=say(
        "One row for every report of the months that are over, private ones too: no words, no "
        "reference, and place, time and category only as exactly as at least {k} reports share.",
        k=K,
    ),
    theme="GOVE",
    rhythm=Rhythm.DAILY,
    rows=copy_anonymous,
    caution=say(
        "Some rows are more general than others, so do not count wards by this file: “*” stands "
        "for the whole city, or any category. Reports that stay rarer than that are left out."
    ),
    words=("k-anonymity", "statistics"),
    columns=(
        text("place", say("The code of a ward, or * for the whole city")),
        text(
            "time",
            say("A month (2026-11), a quarter (2026-Q4) or a year (2026)"),
        ),
        text("category", say("The code of a category, a group of them (group:…), or * for any")),
        Column(
            name="outcome",
            about=say("What became of it"),
            codes=(
                Code("open", say("Open")),
                *(code for code in STATUSES if code.value in {"done", "rejected", "merged"}),
            ),
        ),
        Column(
            name="on_time",
            about=say("Whether it was answered by the time promised"),
            kind=Kind.TRUTH,
            optional=True,
        ),
        Column(
            name="days",
            about=say("Within how many days it was answered"),
            unit="d",
            codes=tuple(
                Code(value, says)
                for value, says in (
                    ("0-1", say("within a day")),
                    ("2-7", say("within a week")),
                    ("8-30", say("within 30 days")),
                    ("31+", say("later")),
                )
            ),
            optional=True,
        ),
    ),
)

SETS = (REPORTS, ANONYMOUS)
