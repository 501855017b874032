"""Reading another system's export to live through it again, and saying how it went."""

import json
from collections import Counter
from pathlib import Path

import msgspec
from msgspec import Struct

from city import cases, identity, places, settings
from city.kernel import THE_CITY, Database
from city.reports.mapping import read_mapping
from city.reports.rows import ImportedReport, Rows, Trouble


class ReplaySummary(Struct, frozen=True, kw_only=True):
    """What became of a file: how fast it went, and what the engine's numbers say of it."""

    rows: int
    refused: int
    replayed: cases.Replayed
    types: list[cases.numbers.Figures]
    units: list[cases.numbers.Figures]
    names: dict[str, str]
    codes: dict[str, str]

    def as_json(self) -> str:
        """Return it for programs: of each type and department what fell due, on time, closed."""
        said = {
            "replay": msgspec.to_builtins(self.replayed),
            "category": {f.key: [f.due, f.on_time, f.processed] for f in self.types if f.due},
            "unit": {
                self.codes.get(f.key or "", f.key): [f.due, f.on_time, f.processed]
                for f in self.units
                if f.due
            },
        }
        return json.dumps(said, indent=2, sort_keys=True, default=str)

    def __str__(self) -> str:
        went = self.replayed
        lines = [
            f"{self.rows:,} rows, {self.refused:,} refused; {went.cases:,} cases opened, "
            f"{went.closed:,} closed, {went.bells:,} reminders and rungs",
            f"from {went.first:%Y-%m-%d} to {went.last:%Y-%m-%d} in {went.seconds:.1f} s"
            if went.first and went.last
            else "nothing happened",
            f"closed in time by their promises: {_share(went.theirs_late, went.theirs)}; "
            f"by ours: {_share(went.ours_late, went.ours)}",
        ]
        for title, figures in (("type", self.types), ("department", self.units)):
            lines += ["", f"{'on time':>8} {'due':>7}  by {title}, the latest first"]
            due = [row for row in figures if row.due]
            for row in sorted(due, key=lambda f: (f.on_time / f.due, -f.due))[:12]:
                name = self.names.get(row.key or "", row.key or "nobody")
                lines.append(f"{row.on_time / row.due:>8.1%} {row.due:>7,}  {name}")
        return "\n".join(lines)


async def replay_file(
    database: Database, file: Path, mapping: Path, *, speed: float = 0, most: int = 0
) -> ReplaySummary:
    """Live through the cases of a CSV file again, in a database that holds the profile and no case.

    `most` rows, or all. Raises BadMapping when the mapping does not fit the file.
    """
    rules = read_mapping(mapping)
    rows = Rows(rules, settings.current().profile, database.clock())
    rows.check(file)
    known: list[ImportedReport] = []
    refused: Counter[str] = Counter()
    for found in rows.read(file):
        if isinstance(found, Trouble):
            refused[found.reason] += 1
        else:
            known.append(found)
        if most and len(known) >= most:
            break
    async with database.work(THE_CITY, reading=True) as work:
        units = {unit.code: unit for unit in await identity.list_units(work)}
        categories = await cases.known_categories(work)
    replayed = await cases.replay_cases(
        database, [_case(report, units) for report in known], speed=speed
    )
    last = max((r.due_at or r.opened_at for r in known), default=database.clock())
    first = min((r.opened_at for r in known), default=last)
    period = cases.numbers.Period(first, max(last, database.clock()))
    async with database.work(THE_CITY, reading=True) as work:
        types = await cases.numbers.list_figures(work, cases.numbers.By.CATEGORY, period)
        departments = await cases.numbers.list_figures(work, cases.numbers.By.UNIT, period)
    names = {code: category.name.get("en", code) for code, category in categories.items()}
    names |= {str(unit.id): unit.name.get("en", unit.code) for unit in units.values()}
    return ReplaySummary(
        rows=len(known) + refused.total(),
        refused=refused.total(),
        replayed=replayed,
        types=types.rows,
        units=departments.rows,
        names=names,
        codes={str(unit.id): unit.code for unit in units.values()},
    )


def _case(report: ImportedReport, units: dict[str, identity.Organisation]) -> cases.ImportedCase:
    ward = report.ward
    if ward is None and report.place_known:
        found = places.find_ward(report.latitude, report.longitude)
        ward = found.code if found else None
    return cases.ImportedCase(
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
        ward=ward,
        unit_id=units[report.unit].id if report.unit in units else None,
        private=report.private,
    )


def _share(late: int, of: int) -> str:
    return f"{(of - late) / of:.1%} of {of:,}" if of else "nothing was promised"
