"""A new version of the city meets phones that still have the worker of the one before."""

import re
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import City, sign_in, watched
from tests.browser.test_offline import OTHER, fill, send, states, unique, until_sent, with_worker

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

VERSION = re.compile(rb'const VERSION = "[^"]+";')
OLDER = b"""
self.addEventListener("message", (event) => event.data === "which" && event.ports[0].postMessage("older"));
"""  # noqa: E501 (a script)
WHICH = """async () => {
  const { active } = await navigator.serviceWorker.ready, line = new MessageChannel();
  active.postMessage("which", [line.port2]);
  return Promise.race([
    new Promise((done) => { line.port1.onmessage = ({ data }) => done(data); }),
    new Promise((done) => setTimeout(() => done("newer"), 1000)),
  ]);
}"""
DROPPED = {"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"}


class Town(ThreadingHTTPServer):
    """The sample city at an address of its own, as it was before an upgrade, or as it is."""

    daemon_threads = True
    older = True
    takes_reports = False

    def __init__(self, city: City) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.city = city
        self.url = f"http://127.0.0.1:{self.server_port}"

    def as_before(self, path: str, body: bytes) -> bytes:
        """Return what the version before would have said."""
        if not self.older:
            return body
        if path == "/sw.js":
            assert VERSION.search(body)
            return VERSION.sub(b'const VERSION = "older";', body) + OLDER
        return re.sub(rb'(<html[^>]*) data-version="[^"]*"', rb'\1 data-version="older"', body)


class _Passing(BaseHTTPRequestHandler):
    server: Town

    def do_GET(self) -> None:
        self._pass()

    def do_POST(self) -> None:
        self._pass()

    def _pass(self) -> None:
        asked = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path == "/api/v1/reports" and not self.server.takes_reports:
            self.send_error(503)
            return
        there = HTTPConnection("127.0.0.1", self.server.city.port, timeout=30)
        headers = {k: v for k, v in self.headers.items() if k.lower() != "accept-encoding"}
        there.request(self.command, self.path, asked, headers)
        answer = there.getresponse()
        body = self.server.as_before(self.path.partition("?")[0], answer.read())
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in DROPPED:
                self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        there.close()

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def town(sample_city: City) -> Iterator[Town]:
    """The sample city through a door that can show it as it was."""
    town = Town(sample_city)
    threading.Thread(target=town.serve_forever, daemon=True).start()
    yield town
    town.shutdown()
    town.server_close()


@pytest.fixture
def old_phone(chromium: Browser, town: Town) -> Iterator[Page]:
    """A phone that was last used before the upgrade."""
    context = chromium.new_context(
        base_url=town.url, viewport={"width": 360, "height": 780}, locale="vi-VN"
    )
    page = watched(context)
    sign_in(page, OTHER)
    with_worker(page)
    assert page.evaluate(WHICH) == "older"
    yield page
    context.close()


def test_the_worker_of_the_version_before_gives_way_and_loses_nothing(
    old_phone: Page, town: Town, sample_city: City
) -> None:
    """The same address gives out another worker: it takes over by itself, and says so."""
    page, waiting = old_phone, unique("Hố ga mất nắp trước chợ.")
    page.context.set_offline(True)
    page.goto("/reports/new")
    fill(page, waiting)
    send(page)
    page.wait_for_url("**/queue")
    page.goto("/reports/new")
    page.locator("[name=description]").fill("Đang viết dở thì có bản mới.")
    page.wait_for_timeout(700)
    town.older = False
    page.context.set_offline(False)
    assert page.evaluate(WHICH) == "older"
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # Looked at again.
    expect(page.locator("[data-toast=newer]")).to_contain_text("bản mới", timeout=20_000)
    assert page.evaluate(WHICH) == "newer"
    expect(page.locator("[name=description]")).to_have_value("Đang viết dở thì có bản mới.")
    page.locator("[data-toast=newer] a").click()
    page.wait_for_load_state("load")
    expect(page.locator("[name=description]")).to_have_value("Đang viết dở thì có bản mới.")
    expect(page.locator("[data-toast=newer]")).to_have_count(0)
    for address in page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)"):
        assert "/static/web/js/" not in address or "?v=" in address, address
    assert states(page)[0] in ("waiting", "sending")
    assert sample_city.count_reports(waiting) == 0
    town.takes_reports = True
    page.goto("/queue")
    until_sent(page)
    assert sample_city.count_reports(waiting) == 1
    page.goto("/reports/new")
    expect(page.locator("[name=description]")).to_have_value("Đang viết dở thì có bản mới.")


def test_pages_kept_by_the_version_before_open_with_the_new_worker(
    old_phone: Page, town: Town
) -> None:
    page = old_phone
    page.goto("/mine")
    page.goto("/emergency")
    kept = page.evaluate("caches.keys()")
    town.older = False
    page.evaluate("navigator.serviceWorker.getRegistration('/').then((one) => one.update())")
    for _ in range(60):
        if page.evaluate(WHICH) == "newer":
            break
        page.wait_for_timeout(250)
    assert set(kept) <= set(page.evaluate("caches.keys()"))
    page.context.set_offline(True)
    page.goto("/emergency")
    expect(page.locator("main")).to_contain_text("114")
    page.goto("/mine")
    expect(page.locator("h1")).not_to_contain_text("không có mạng")
