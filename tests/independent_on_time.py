"""On-time rates of an export of Boston's 311, counted without any of the city's code.

    python tests/independent_on_time.py FILE.csv.gz import.toml

Prints, by department and by type of case as the city's profile files them, how many fell due, how
many of these were closed by then, and how many were closed at all. Written from the columns of the
file alone, so that it can tell when the city counts wrongly; tests compare the two.
"""

import csv
import gzip
import json
import re
import sys
import tomllib
from collections import defaultdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

BOSTON = ZoneInfo("America/New_York")
CLOSED_DATE = re.compile(r"Closed date : \S+ \S+ ")


def read_time(written: str) -> datetime | None:
    """Return a time of the file as a moment, or None."""
    if not written.strip():
        return None
    return datetime.strptime(written.strip(), "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=BOSTON)


def was_dropped(row: dict[str, str]) -> bool:
    """Tell whether a case was closed as a duplicate of another or as none at all."""
    said = " ".join(row["CLOSURE_REASON"].split())
    if row["CASE_STATUS"] != "Closed" or not said.startswith("Case Closed"):
        return False
    said = CLOSED_DATE.sub("", said.removeprefix("Case Closed").lstrip(".").lstrip(), count=1)
    return said.startswith(("Duplicate of Existing Case", "Case Invalid"))


def count(file: str, mapping: str, now: datetime) -> dict[str, dict[str, list[int]]]:
    """Return {"unit" | "category": {code: [fell due, on time, closed]}}."""
    with open(mapping, "rb") as opened:
        rules = tomllib.load(opened)
    units, no_unit = rules["unit"]["values"], rules["unit"]["default"]
    kinds = {kind: code for code, every in rules["category"]["values"].items() for kind in every}
    counted: dict[str, dict[str, list[int]]] = {
        "unit": defaultdict(lambda: [0, 0, 0]),
        "category": defaultdict(lambda: [0, 0, 0]),
    }
    opener: Any = gzip.open if file.endswith(".gz") else open
    with opener(file, "rt", encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            due, closed = read_time(row["TARGET_DT"]), read_time(row["CLOSED_DT"])
            if due is None or due.timestamp() >= now.timestamp() or was_dropped(row):
                continue
            on_time = closed is not None and closed.timestamp() <= due.timestamp()
            unit = units.get(row["Department"].strip(), no_unit)
            kind = kinds.get(row["TYPE"].strip(), rules["category"]["default"])
            for place in (counted["unit"][unit], counted["category"][kind]):
                place[0] += 1
                place[1] += on_time
                place[2] += closed is not None
    return {by: dict(sorted(found.items())) for by, found in counted.items()}


if __name__ == "__main__":
    print(json.dumps(count(sys.argv[1], sys.argv[2], datetime.now(BOSTON)), indent=1))
