"""The API is what /openapi.json says: a stranger's tool tries to prove otherwise."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.conftest import Served

# A session is what a browser has: given as a header it would be there too when it must be missing.
CONFIG = """
[auth.openapi.{scheme}]
api_key = "{borne}"
"""


@pytest.mark.slow
@pytest.mark.timeout(900)  # The first one waits for a city to be sown.
@pytest.mark.xdist_group("api")
@pytest.mark.parametrize(
    ("who", "most", "phases"),
    [
        ("nobody", 1, "examples,coverage,fuzzing"),
        ("admin", 3, "examples,coverage,fuzzing"),
        ("program", 80, "stateful"),  # From what is made to what can be done with it.
    ],
)
async def test_no_request_shows_a_fault(
    served: Served, who: str, most: int, phases: str, tmp_path: Path
) -> None:
    if who != "nobody":
        scheme = "key" if who == "program" else "session"
        config = CONFIG.format(scheme=scheme, borne=getattr(served, who))
        (tmp_path / "schemathesis.toml").write_text(config)
    run = subprocess.run(
        [
            Path(sys.executable).parent / "schemathesis",
            *("run", f"{served.url}/openapi.json", "--no-color", "--seed", "7"),
            *("--max-examples", str(most), "--continue-on-failure"),
            *("--checks", "all", "--warnings", "off", "--request-timeout", "30"),
            *("--phases", phases),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
    )
    faults = run.stdout.partition("= FAILURES =")[2]
    assert run.returncode == 0, (faults or run.stdout)[:6000]
