"""A whole city in a process of its own, and Debian's Chromium on a phone in front of it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent.parent
AXE = ROOT / "node_modules/axe-core/axe.min.js"
SCREENS = ROOT / "build/screens"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
BRIDGE = {"latitude": 16.4685, "longitude": 107.5890}


# Not for the whole session: while Playwright is open no other event loop can run in this process.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Debian's package chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


class City:
    """A sample city, served by `python -m city run` as anybody would; it can be killed."""

    def __init__(self, data: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.data = data
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, **settings: str) -> None:
        """Serve; what was there before is there again."""
        environment = os.environ | {"PORT": str(self.port), "DATA": str(self.data), "CITY": "hue"}
        environment.pop("DATABASE_URL", None)
        with (self.data / "log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "city", "run"],
                cwd=ROOT,
                env=environment | settings,
                stdout=log,
                stderr=log,
            )
        _wait_until_ready(self.url, self.process, self.data / "log")

    def end(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it; with SIGKILL in the middle of whatever it does."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None

    def count_reports(self, words: str) -> int:
        """Return how many reports say this, from the database itself."""
        # In a process of its own: while Playwright is open no event loop can run in this one.
        ask = (
            "import asyncio, asyncpg, sys\n"
            "from pathlib import Path\n"
            "from city.kernel import Postgres\n"
            "async def main():\n"
            "    server = Postgres(Path(sys.argv[1])); assert server.attach()\n"
            "    connection = await asyncpg.connect(server.url('city_hue'))\n"
            "    print(await connection.fetchval('select count(*) from reports.report'\n"
            "        ' where description = $1', sys.argv[2]))\n"
            "asyncio.run(main())"
        )
        said = subprocess.run(
            [sys.executable, "-c", ask, str(self.data / "postgres"), words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        return int(said.stdout)


@pytest.fixture(scope="session")
def sample_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The one sample city of all browser tests."""
    city = City(tmp_path_factory.mktemp("city"))
    try:
        city.start()
        yield city
    finally:
        city.end()


@pytest.fixture(scope="session")
def city_url(sample_city: City) -> str:
    """Where the sample city is."""
    return sample_city.url


@pytest.fixture
def phone(chromium: Browser, city_url: str) -> Iterator[Page]:
    """A Vietnamese phone, 360 by 780, standing at the bridge."""
    context = chromium.new_context(
        base_url=city_url,
        viewport={"width": 360, "height": 780},
        locale="vi-VN",
        geolocation=BRIDGE,
        permissions=["geolocation"],
        has_touch=True,
    )
    yield watched(context)
    context.close()


@pytest.fixture
def desk(chromium: Browser, city_url: str) -> Iterator[Page]:
    """A wide screen at the coordination desk."""
    context = chromium.new_context(
        base_url=city_url, viewport={"width": 1440, "height": 900}, locale="vi-VN"
    )
    yield watched(context)
    context.close()


def watched(context: BrowserContext) -> Page:
    """Return a page on which a script error or a broken rule of the content policy fails."""
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    page.on(
        "console",
        lambda said: pytest.fail(said.text) if "Content Security Policy" in said.text else None,
    )
    return page


def sign_in(page: Page, name: str, onward: str = "/") -> None:
    """Sign in as a sample person with one tap."""
    page.goto(f"/sign-in?next={onward}")
    page.get_by_role("button", name=name).first.click()
    page.wait_for_url(f"**{onward}")


def faults_of(page: Page) -> list[str]:
    """Return what axe finds that bars people from the page (WCAG 2.2, A and AA)."""
    page.evaluate(AXE.read_text() + "; undefined")
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    return [
        f"{fault['id']}: {fault['help']} at {[node['target'] for node in fault['nodes']][:3]}"
        for fault in found["violations"]
    ]


def check_accessible(page: Page, name: str) -> None:
    """Take a picture of the page, and let axe look for what bars people from it."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.wait_for_load_state("networkidle")
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=SCREENS / f"{name}.png", full_page=True)
    faults = faults_of(page)
    assert not faults, f"{name} ({page.url}): " + "; ".join(faults)
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0, f"{name} is {wider} px wider than the screen"


def _wait_until_ready(url: str, city: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if city.poll() is not None:
            pytest.fail(log.read_text()[-3000:])
        try:
            with urllib.request.urlopen(f"{url}/ready", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the city was not ready in 120 s: " + log.read_text()[-3000:])


def aside(page: Page) -> None:
    """Put the notice of the sample city's own instant cases aside, as anybody can with Esc."""
    page.wait_for_timeout(1500)
    if page.locator("#notice").get_attribute("open") is not None:
        page.keyboard.press("Escape")
        expect(page.locator("#notice")).not_to_be_visible()
