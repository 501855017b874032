"""The API is what /openapi.json says: a stranger's tool tries to prove otherwise."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.conftest import Served

# A session is what a browser has: given as a header it would be there too when it must be missing.
CONFIG = """
[auth.openapi.session]
api_key = "{session}"
"""


@pytest.mark.slow
@pytest.mark.timeout(900)  # The first one waits for a city to be sown.
@pytest.mark.xdist_group("api")
@pytest.mark.parametrize(("who", "most"), [("nobody", 1), ("admin", 3)])
async def test_no_request_shows_a_fault(
    served: Served, who: str, most: int, tmp_path: Path
) -> None:
    if who != "nobody":
        (tmp_path / "schemathesis.toml").write_text(CONFIG.format(session=getattr(served, who)))
    run = subprocess.run(
        [
            Path(sys.executable).parent / "schemathesis",
            *("run", f"{served.url}/openapi.json", "--no-color", "--seed", "7"),
            *("--max-examples", str(most), "--continue-on-failure"),
            *("--checks", "all", "--warnings", "off", "--request-timeout", "30"),
            *("--phases", "examples,coverage,fuzzing"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stdout[-6000:]
