"""Boston's real cases: the rates the city reports are those an independent script counts."""

import csv
import gzip
import json
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from city import identity
from city.cases import numbers
from city.kernel import THE_CITY, Database, Postgres
from city.settings import ROOT

SHARED = Path(os.environ.get("CITY_DATA") or ROOT.parent / "shared" / "data")
BOSTON = SHARED / "boston_311_2015_jan_jun.csv.gz"
MAPPING = ROOT / "profiles" / "boston" / "import.toml"

real = pytest.mark.skipif(
    not BOSTON.exists(), reason=f"{BOSTON.name} is neither in CITY_DATA nor beside the repository"
)


def independent(file: Path) -> dict[str, dict[str, list[int]]]:
    """Return what the script says, run by itself."""
    script = ROOT / "tests" / "independent_on_time.py"
    said = subprocess.run(
        [sys.executable, "-I", script, file, MAPPING], check=True, capture_output=True, text=True
    )
    return json.loads(said.stdout)


async def ours(server: Postgres, file: Path, data: Path, name: str) -> dict[str, dict]:
    """Import the file into a Boston of its own, and return what the city says of it."""
    url = server.ensure_database(name)
    environment = os.environ | {"CITY": "boston", "DATABASE_URL": url, "DATA": str(data)}
    environment["SAMPLE"] = "0"
    command = [sys.executable, "-m", "city", "import", "reports", str(file)]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, done.stderr
    database = Database(url)
    await database.open()
    try:
        async with database.work(THE_CITY, reading=True) as work:
            codes = {str(unit.id): unit.code for unit in await identity.list_units(work)}
            found = {}
            for by in (numbers.By.UNIT, numbers.By.CATEGORY):
                table = await numbers.list_figures(
                    work, by, numbers.Period(numbers.FIRST_MOMENT, work.now)
                )
                found[str(by)] = {
                    codes.get(row.key or "", row.key): [row.due, row.on_time, row.processed]
                    for row in table.rows
                    if row.due
                }
            return found
    finally:
        await database.close()


@real
async def test_on_time_rates_are_those_of_an_independent_count(
    server: Postgres, tmp_path: Path
) -> None:
    """Every twentieth case of the file."""
    some = tmp_path / "some.csv"
    with gzip.open(BOSTON, "rt", encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines)
        with some.open("w", newline="") as to:
            written = csv.writer(to)
            written.writerow(next(rows))
            written.writerows(islice(rows, 0, None, 20))
    expected = independent(some)
    assert sum(due for due, _, _ in expected["unit"].values()) > 1000
    assert await ours(server, some, tmp_path, "boston_some") == expected


@real
@pytest.mark.slow
async def test_on_time_rates_of_the_whole_file_are_those_of_an_independent_count(
    server: Postgres, tmp_path: Path
) -> None:
    expected = independent(BOSTON)
    due = sum(due for due, _, _ in expected["category"].values())
    assert due == sum(due for due, _, _ in expected["unit"].values()) > 30_000
    assert await ours(server, BOSTON, tmp_path, "boston_whole") == expected


@real
def test_a_replay_through_the_engine_counts_as_the_independent_script_does(tmp_path: Path) -> None:
    """Every fortieth case, opened, reminded of, escalated and closed at its own times."""
    some = tmp_path / "some.csv"
    with gzip.open(BOSTON, "rt", encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines)
        with some.open("w", newline="") as to:
            written = csv.writer(to)
            written.writerow(next(rows))
            written.writerows(islice(rows, 0, None, 40))
    environment = os.environ | {"CITY": "boston", "DATA": str(tmp_path / "data")}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "city", "replay", str(some), "--json"]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=280
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    expected = independent(some)
    assert {by: said[by] for by in ("category", "unit")} == expected
    assert said["replay"]["bells"] > 500
