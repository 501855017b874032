"""Print the schema that the migrations add up to, in a form that does not change by itself.

python tools/schema.py [DATABASE_URL]      without one a database is made for the purpose
"""

import asyncio
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from city.kernel import Postgres, migrate


def main() -> None:
    """Print the schema of the given database, or of one freshly migrated."""
    if len(sys.argv) > 1:
        print(dump(sys.argv[1]), end="")
        return
    with tempfile.TemporaryDirectory() as folder, Postgres(Path(folder) / "pg") as postgres:
        url = postgres.ensure_database("schema")
        asyncio.run(migrate(url))
        print(dump(url), end="")


def dump(url: str) -> str:
    """Return `pg_dump --schema-only` without what differs between runs and versions."""
    programs = Postgres(Path(".")).programs
    made = subprocess.run(
        [programs / "pg_dump", "--schema-only", "--no-owner", "--no-privileges", "-d", url],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    lines = [
        line
        for line in made.splitlines()
        if not re.match(r"--|SET |SELECT pg_catalog|\\(un)?restrict", line)
    ]
    return re.sub(r"\n{2,}", "\n\n", "\n".join(lines)).strip() + "\n"


if __name__ == "__main__":
    main()
