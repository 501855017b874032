"""Every page, in both languages, light and dark, on a phone and at a desk: axe finds nothing."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import check_accessible, sign_in, watched

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SIZES = {"phone": (360, 780), "wide": (1440, 900)}
LOOKS = [
    ("phone", "vi", "light"),
    ("phone", "en", "dark"),
    ("wide", "vi", "dark"),
    ("wide", "en", "light"),
]
PAGES = {
    "": ["/", "/reports", "/map", "/addresses", "/addresses?q=tay+loc", "/sign-in", "/nowhere"],
    "Nguyễn Thị Hạnh": ["/", "/mine", "/inbox", "/me", "/reports/new"],
    "Hoàng Thanh Thủy": ["/desk", "/desk?tab=new", "/desk/units"],
    "Mai Thị Kim Anh": ["/work"],
    "Đỗ Trường Sơn": ["/leader"],
    "Cao Thảo Vy": ["/admin/people"],
    "Huỳnh An Bình": ["/audit/access"],
}


@pytest.mark.parametrize(("size", "language", "theme"), LOOKS)
def test_every_page_is_for_everybody(
    chromium: Browser, city_url: str, size: str, language: str, theme: str
) -> None:
    width, height = SIZES[size]
    for person, paths in PAGES.items():
        context = chromium.new_context(
            base_url=city_url, viewport={"width": width, "height": height}, locale=language
        )
        context.add_cookies(
            [
                {"name": "language", "value": language, "url": city_url},
                {"name": "theme", "value": theme, "url": city_url},
            ]
        )
        page = watched(context)
        if person:
            sign_in(page, person)
        for number, path in enumerate(paths):
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == (404 if path == "/nowhere" else 200), path
            name = path.strip("/").partition("?")[0].replace("/", "-") or "home"
            who = "known" if person else "public"
            check_accessible(page, f"{name}-{who}{number}-{size}-{language}-{theme}")
        context.close()
