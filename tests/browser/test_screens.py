"""Every page of residents: a picture for people to look at, and whether everybody can use it.

The pictures are written to `build/screens/<page>-<language>.png`, 360 by 780.
"""

import re
from html import unescape
from pathlib import Path

import pytest
from litestar.routes import HTTPRoute
from playwright.sync_api import Browser, Page

from city import app, settings
from city.settings import Settings
from tests.browser.conftest import SCREENS, faults_of, sign_in, watched

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WHO = "Nguyễn Thị Hạnh"
ALLOWED = {"public", "me", "reports.submit"}
# What answers a program, does something, or has no look of its own.
NO_PAGES = re.compile(
    r"^/(api/|static/|files/|health|ready|sw\.js|work/|theme/|language/|low-data/|_openapi)|\.\w+$"
)


def addresses() -> list[str]:
    """Return the address of every route without blanks that residents may GET."""
    city = app.build(Settings(data=Path(), secret="only-for-tests", sample=True), None)  # type: ignore[arg-type]
    found = set()
    for route in city.app.routes:  # type: ignore[attr-defined]
        assert isinstance(route, HTTPRoute)
        for handler in route.route_handlers:
            if "GET" in handler.http_methods and handler.opt.get("allow") in ALLOWED:
                found.add(route.path)
    return sorted(path for path in found if "{" not in path and not NO_PAGES.search(path))


def is_page(page: Page, path: str) -> bool:
    """Return whether the address answers with a whole page, not with a part or a file."""
    answer = page.request.get(path)
    kind = answer.headers.get("content-type", "")
    return kind.startswith("text/html") and answer.text().lstrip().startswith("<!doctype html>")


TOO_SMALL = """() => [...document.querySelectorAll('a, button, select, summary, textarea, .input')]
    .filter((one) => {
        const box = one.getBoundingClientRect(), look = getComputedStyle(one);
        const after = getComputedStyle(one, '::after');
        const reach = Math.max(box.width, parseFloat(after.width) || 0);
        const gone = !box.width || !one.checkVisibility();
        const hidden = gone || one.closest('[hidden], .hidden') || one.matches('.skip');
        if (hidden || look.visibility === 'hidden' || look.display === 'inline') return false;
        return Math.min(reach, Math.max(box.height, parseFloat(after.height) || 0)) < 43.5;
    })
    .map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 30)}`)"""
"""What a thumb cannot hit: less than 44 px either way. Links within a sentence are no targets."""


@pytest.mark.parametrize(("language", "theme"), [("vi", "light"), ("en", "dark")])
def test_every_page_of_residents_has_its_picture_and_bars_nobody(
    chromium: Browser, city_url: str, language: str, theme: str
) -> None:
    before = settings.current()
    try:
        paths = addresses()
    finally:
        settings.use(before)
    SCREENS.mkdir(parents=True, exist_ok=True)
    context = chromium.new_context(
        base_url=city_url, viewport={"width": 360, "height": 780}, locale=language
    )
    kept = {"language": language, "theme": theme}
    context.add_cookies([{"name": k, "value": v, "url": city_url} for k, v in kept.items()])
    page = watched(context)
    sign_in(page, WHO)
    own = unescape(page.request.get("/mine").text())
    one = sorted(set(re.findall(r"/reports/[0-9A-Z]{4}-[0-9A-Z]{4}", own)))[:1]
    assert one
    paths += one
    taken = 0
    for path in paths:
        if not is_page(page, path):
            continue
        page.goto(path, wait_until="load")
        page.wait_for_timeout(250)  # Cards and badges come a moment later.
        name = re.sub(r"[^a-z0-9]+", "-", path.strip("/").lower()) or "home"
        name = "report" if re.match(r"/reports/[0-9A-Z]{4}-", path) else name
        page.screenshot(path=SCREENS / f"{name}-{language}.png")
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, f"{path} is {wider} px wider than the screen"
        faults = [*faults_of(page), *page.evaluate(TOO_SMALL)]
        assert not faults, f"{path}: {faults}"
        taken += 1
    assert taken >= 12
    context.close()
