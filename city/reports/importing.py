"""Bringing in the reports that another system has kept, with every row of its file accounted for.

    summary = await reports.import_file(database, Path("311.csv.gz"), profile / "import.toml")

Importing twice changes nothing: what is there already is known by its `external_id` and left alone.
An import that was broken off is gone on with by starting it again.
"""

import asyncio
import csv
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from city import cases, identity, places, settings
from city.kernel import THE_CITY, Database, Invalid, Work, new_id, ref_number
from city.reports import store
from city.reports.mapping import BadMapping, Mapping, read_mapping
from city.reports.model import ReportsImported, ref_word
from city.reports.rows import ImportedReport, Rows, Trouble
from city.web import words_in

_AT_ONCE = 2500


class Tally(Struct):
    """What became of reports: new, there before, or refused."""

    added: int = 0
    there: int = 0
    refused: list[Trouble] = field(default_factory=list)


class ImportSummary(Struct, frozen=True, kw_only=True):
    """What became of every row of a file: `rows` is the sum of the three that follow."""

    rows: int
    added: int
    there: int
    reasons: dict[str, int]
    without_place: int
    without_ward: int
    problems: Path | None
    seconds: float

    def __str__(self) -> str:
        lines = [
            f"{self.rows:,} rows in {self.seconds:.1f} s",
            f"{self.added:>9,} imported",
            f"{self.there:>9,} were here already",
            f"{sum(self.reasons.values()):>9,} not imported",
            *(f"{n:>13,} {reason}" for reason, n in sorted(self.reasons.items())),
            f"{self.without_place:,} of those taken in tell no place: in lists, not on the map",
            f"{self.without_ward:,} of them lie in no ward",
        ]
        if self.problems:
            lines.append(f"Every row that was not imported, with its line: {self.problems}")
        return "\n".join(lines)


async def import_file(database: Database, file: Path, mapping: Path) -> ImportSummary:
    """Import a CSV file, plain or packed by gzip, and say what became of every row.

    Reads and writes as it goes, so that its size does not matter. What could not be imported is
    listed with its line and reason in a file below the data folder. Raises BadMapping when the
    mapping cannot be used or does not fit the file; nothing is imported then.
    """
    begun = time.monotonic()
    here = settings.current()
    rules = read_mapping(mapping)
    async with database.work(THE_CITY, reading=True) as work:
        await _check_words(work, rules)
        now = work.now
    rows = Rows(rules, here.profile, now)
    rows.check(file)
    sorting = _Sorting()
    tally = await import_reports(database, sorting.reports(rows.read(file)))
    troubles = sorted([*sorting.troubles, *tally.refused], key=lambda trouble: trouble.line)
    return ImportSummary(
        rows=tally.added + tally.there + len(troubles),
        added=tally.added,
        there=tally.there,
        reasons=dict(Counter(trouble.reason for trouble in troubles)),
        without_place=sorting.without_place,
        without_ward=sorting.without_ward,
        problems=_write_problems(here.data / "imports" / f"{file.name}.problems.csv", troubles),
        seconds=time.monotonic() - begun,
    )


async def import_reports(database: Database, rows: Iterable[ImportedReport]) -> Tally:
    """Import reports, some thousand in each unit of work, and count the map anew at the end.

    Nobody is told of them, for they happened elsewhere, long ago; who keeps a copy of the city
    hears by one ReportsImported in each unit of work that there are more. No identifier may be
    there twice.
    """
    tally = Tally()
    rows = iter(rows)

    async def import_some() -> None:
        while batch := list(islice(rows, _AT_ONCE)):
            await _import(database, batch, tally)

    # Two, so that PostgreSQL is at work on one batch while the next is made ready.
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(import_some())
    if tally.added:
        async with database.work(THE_CITY) as work:
            await store.rebuild_pins(work)
            await store.refresh_statistics(work)
    return tally


async def _import(database: Database, batch: list[ImportedReport], tally: Tally) -> None:
    """Import a batch; what is refused is left out and the rest tried again."""
    while batch:
        try:
            async with database.work(THE_CITY) as work:
                added = await _import_all(work, batch)
        except Invalid as invalid:
            wrong = [report for report in batch if report.external_id in invalid.errors]
            if not wrong:
                raise
            tally.refused += [
                Trouble(r.line, r.external_id, _sentence(invalid, r.external_id)) for r in wrong
            ]
            batch = [report for report in batch if report.external_id not in invalid.errors]
        else:
            tally.added += added
            tally.there += len(batch) - added
            return


async def _import_all(work: Work, batch: list[ImportedReport]) -> int:
    units = {unit.code: unit for unit in await identity.list_units(work)}
    given = {report.external_id: report for report in batch}
    wards = {report.external_id: _ward(report) for report in given.values()}
    added = await cases.import_cases(
        work,
        [
            cases.ImportedCase(
                external_id=report.external_id,
                category=report.category,
                status=report.status,
                summary=report.description,
                place=(report.latitude, report.longitude),
                opened_at=report.opened_at,
                due_at=report.due_at,
                closed_at=report.closed_at,
                answer=report.answer,
                reason=report.reason,
                address=report.address,
                ward=wards[report.external_id],
                unit_id=units[report.unit].id if report.unit in units else None,
                private=report.private,
            )
            for report in given.values()
        ],
    )
    categories = await cases.known_categories(work)
    rows = []
    for case in added:
        report = given[case.external_id]
        unit = units.get(report.unit or "")
        category = categories[report.category]
        rows.append(_row(report, case, category, unit, wards[report.external_id]))
    await store.add_imported(work, rows)
    if public := sum(not row["private"] for row in rows):
        work.announce(ReportsImported(count=public))
    return len(added)


def _row(
    report: ImportedReport,
    case: cases.Imported,
    category: cases.Category,
    unit: identity.Organisation | None,
    ward: str | None,
) -> dict[str, Any]:
    also = [*category.name.values(), *(places.get_ward(ward).name.values() if ward else ())]
    known = report.place_known
    country = settings.current().profile.country
    description = identity.hide_addresses(report.description, country)
    address = identity.hide_addresses(report.address, country)
    return {
        "id": new_id(),
        "ref": case.ref,
        "ref_number": ref_number(case.ref),
        "case_id": case.id,
        "external_id": report.external_id,
        "category": report.category,
        "description": description,
        "address": address,
        "ward": ward,
        "latitude": report.latitude,
        "longitude": report.longitude,
        "cell": places.cell_of(report.latitude, report.longitude) if known else None,
        "place_precision": "point" if known else "unknown",
        "private": report.private or category.private,
        "sent_at": report.opened_at,
        "status": report.status,
        "unit_id": unit.id if unit else None,
        "unit_name": unit.name if unit else None,
        "due_at": report.due_at,
        "closed_at": report.closed_at,
        "updated_at": report.closed_at or report.opened_at,
        "answer": report.answer if report.status is cases.Status.DONE else "",
        "reason": report.reason if report.status is cases.Status.REJECTED else "",
        "origin": report.origin,
        "words": words_in(description, address, *also) + " " + ref_word(case.ref),
    }


def _ward(report: ImportedReport) -> str | None:
    if report.ward or not report.place_known:
        return report.ward
    found = places.find_ward(report.latitude, report.longitude)
    return found.code if found else None


async def _check_words(work: Work, rules: Mapping) -> None:
    """Refuse a mapping that names categories or units which this city does not have."""
    lacking = {rules.category.default, *rules.category.values}
    lacking -= (await cases.known_categories(work)).keys()
    units = {*rules.unit.values.values(), rules.unit.default} - {""}
    lacking |= units - {unit.code for unit in await identity.list_units(work)}
    if lacking:
        names = ", ".join(sorted(lacking))
        raise BadMapping(f"import.toml names what this city does not have: {names}")


class _Sorting:
    """Lets reports pass, and keeps what is no report."""

    def __init__(self) -> None:
        self.troubles: list[Trouble] = []
        self.without_place = 0
        self.without_ward = 0

    def reports(self, found: Iterable[ImportedReport | Trouble]) -> Iterator[ImportedReport]:
        for one in found:
            if isinstance(one, Trouble):
                self.troubles.append(one)
                continue
            self.without_place += not one.place_known
            self.without_ward += one.ward is None
            yield one


def _write_problems(file: Path, troubles: list[Trouble]) -> Path | None:
    if not troubles:
        file.unlink(missing_ok=True)
        return None
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as written:
        lines = csv.writer(written)
        lines.writerow(["line", "identifier", "reason"])
        lines.writerows((t.line, t.external_id, t.reason) for t in troubles)
    return file


def _sentence(invalid: Invalid, name: str) -> str:
    says = invalid.errors[name]
    return says.text.format(**says.params)
