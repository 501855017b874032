"""Which kinds of files there are: what the city takes, and every data set that it gives away."""

from collections.abc import Mapping

from city.cases import MOST_LETTERS
from city.kernel import Missing, say
from city.opendata.model import Code, Column, DataSet, Kind
from city.opendata.sets import DATA_SETS
from city.opendata.sets.columns import LATITUDE, LONGITUDE, moment, text
from city.opendata.standards.model import Shape, Standard

LIST_OF = {"wards": "wards", "categories": "categories", "units": "units"}
"""The code list in which the codes stand that refer to a data set."""

_KEYS = {"reports": "ref", "wards": "code", "categories": "code", "units": "code"}
_KEYS |= {"calendar": "date", "services": "code"}

REPORTS = Standard(
    code="reports-import",
    title=say("Reports of another system"),
    about=say(
        "Reports that another system has kept, to be brought in with their own times and answers."
    ),
    key="external_id",
    within_city=True,
    ordered=("opened_at", "closed_at"),
    filled_when={"closed_at": ("status", "closed")},
    most_letters={"description": MOST_LETTERS, "answer": MOST_LETTERS},
    columns=(
        text("external_id", say("Its reference in the other system")),
        Column(name="category", about=say("What it is about"), refers="categories"),
        Column(
            name="status",
            about=say("Whether it is still open"),
            codes=(Code("open", say("Open")), Code("closed", say("Closed"))),
        ),
        text("description", say("What was reported, without personal data")),
        LATITUDE,
        LONGITUDE,
        text("address", say("Where it is, in words"), optional=True),
        Column(name="ward", about=say("The ward it lies in"), refers="wards", optional=True),
        moment("opened_at", say("When it was sent")),
        moment("due_at", say("By when an answer was promised"), optional=True),
        moment("closed_at", say("When it was closed; exactly when it is closed"), optional=True),
        Column(name="unit", about=say("The unit that handles it"), refers="units", optional=True),
        text("answer", say("What was answered in public"), optional=True),
    ),
    examples={
        "external_id": "2026-004711",
        "category": "street-light",
        "status": "closed",
        "description": "Đèn đường tắt ba đêm rồi.",
        "latitude": "16.4637",
        "longitude": "107.5909",
        "address": "12 Lê Lợi",
        "opened_at": "2026-11-02T19:40:00+07:00",
        "due_at": "2026-11-11T17:00:00+07:00",
        "closed_at": "2026-11-05T09:15:00+07:00",
        "answer": "Đã thay bóng đèn.",
    },
)

BOUNDARIES = Standard(
    code="ward-boundaries",
    title=say("Boundaries of wards"),
    about=say("The area of every ward as a GeoJSON feature collection (RFC 7946), in degrees."),
    shape=Shape.AREAS,
    key="code",
    within_city=True,
    complete=True,
    columns=(
        Column(name="code", about=say("The code of the ward"), refers="wards"),
        text("name", say("What it is called"), optional=True),
    ),
    examples={"name": "Phường Phú Xuân"},
)

DAYS = Standard(
    code="calendar-import",
    title=say("Declared days off and working days"),
    about=say("Days on which the city works otherwise than its calendar says, by decree."),
    key="date",
    columns=(
        Column(name="date", about=say("The day"), kind=Kind.DAY),
        Column(
            name="kind",
            about=say("Whether it is off, worked, or like a day of the week"),
            codes=(
                Code("off", say("Day off")),
                Code("work", say("Working day")),
                Code("like:mon", say("Worked like a Monday")),
                Code("like:tue", say("Worked like a Tuesday")),
                Code("like:wed", say("Worked like a Wednesday")),
                Code("like:thu", say("Worked like a Thursday")),
                Code("like:fri", say("Worked like a Friday")),
                Code("like:sat", say("Worked like a Saturday")),
                Code("like:sun", say("Worked like a Sunday")),
            ),
        ),
        text("hours", say("When the city works that day: 07:30-11:30, 13:30-17:00"), optional=True),
        text("note", say("Why, as people read it"), optional=True),
        text("note_en", say("The same in English"), optional=True),
        text("decree", say("The paper that says so"), optional=True),
    ),
    examples={
        "date": "2026-05-02",
        "kind": "off",
        "hours": "07:30-11:30, 13:30-17:00",
        "note": "Nghỉ bù 1/5",
        "note_en": "In exchange for 1 May",
        "decree": "12/2026/QĐ-UBND",
    },
)


def _given(dataset: DataSet) -> Standard:
    """Return the standard of what the city gives away as this data set."""
    return Standard(
        code=dataset.code,
        title=dataset.title,
        about=dataset.about,
        columns=dataset.columns,
        key=_KEYS.get(dataset.code, ""),
        dataset=dataset.code,
    )


STANDARDS: Mapping[str, Standard] = {
    one.code: one
    for one in (
        REPORTS,
        BOUNDARIES,
        DAYS,
        *(_given(one) for one in DATA_SETS.values() if not one.permission),
    )
}
"""The kinds of files, first those that the city takes."""


def get_standard(code: str) -> Standard:
    """Return a kind of file; raise Missing if there is none of this code."""
    found = STANDARDS.get(code)
    if found is None:
        raise Missing("There is no such standard.")
    return found


def example_of(column: Column, standard: Standard, first: Mapping[str, str]) -> str:
    """Return what may stand in a column; `first` has a code of every list."""
    if column.name in standard.examples:
        return standard.examples[column.name]
    if column.codes:
        return column.codes[0].value
    return first.get(LIST_OF.get(column.refers, ""), "") or _USUAL[column.kind]


_USUAL = {
    Kind.TEXT: "…",
    Kind.WHOLE: "12",
    Kind.NUMBER: "12.5",
    Kind.TRUTH: "true",
    Kind.DAY: "2026-05-02",
    Kind.MOMENT: "2026-11-05T02:15:00Z",
    Kind.SHAPE: "POLYGON ((107.5 16.4, 107.6 16.4, 107.6 16.5, 107.5 16.4))",
}
