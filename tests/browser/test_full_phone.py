"""A phone without room: nothing typed is lost, and its person is told what to do."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import City, check_accessible
from tests.browser.test_offline import (  # noqa: F401 (fixtures)
    REF,
    fill,
    kept,
    photo,
    send,
    states,
    unique,
    until_sent,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FULL = """(() => {
  const holds = (value) => value instanceof Blob || (value && typeof value === "object"
    && Object.values(value).some(holds));
  const refused = () => { throw new DOMException("The quota has been exceeded.", "QuotaExceededError"); };
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (value, ...rest) {
    const full = sessionStorage.getItem("full");
    return full === "all" || (full === "photos" && holds(value)) ? refused() : put.call(this, value, ...rest);
  };
})()"""  # noqa: E501 (a script)
"""Has IndexedDB refuse to keep photos, or anything, as it does on a full phone."""

NO_ROOM_FOR_PHOTOS = "Điện thoại đã hết chỗ để giữ ảnh."
NO_ROOM = "Điện thoại đã hết chỗ nên chưa lưu lại được."


def fill_up(page: Page, what: str) -> None:
    """Have the phone refuse this from now on; empty: nothing."""
    page.add_init_script(FULL)
    page.evaluate("(what) => sessionStorage.setItem('full', what)", what)


def test_photos_that_do_not_fit_stay_on_the_page_and_the_words_are_kept(
    kept: Page,  # noqa: F811
    sample_city: City,
    photo,  # noqa: ANN001, F811
) -> None:
    words = unique("Cột đèn nghiêng ra đường.")
    fill_up(kept, "photos")
    kept.context.set_offline(True)
    kept.goto("/reports/new")
    fill(kept, words, photo)
    said = kept.locator("form-draft [data-no-room]")
    expect(said).to_contain_text(NO_ROOM_FOR_PHOTOS)
    send(kept)
    expect(said).to_be_in_viewport()
    expect(said).to_be_focused()
    check_accessible(kept, "full-phone")
    assert kept.url.endswith("/reports/new") and states(kept).count("waiting") == 0
    expect(kept.locator("[name=description]")).to_have_value(words)
    expect(kept.locator(".shot img")).to_have_count(1)
    kept.wait_for_timeout(600)
    kept.reload()
    expect(kept.locator("[name=description]")).to_have_value(words)
    # Without its photo it fits, and goes as any other does.
    send(kept)
    kept.wait_for_url("**/queue")
    expect(kept.locator("queue-list")).to_contain_text(words)
    kept.context.set_offline(False)
    kept.evaluate("dispatchEvent(new Event('online'))")
    until_sent(kept)
    assert sample_city.count_reports(words) == 1


def test_a_phone_that_keeps_nothing_says_so_and_sends_from_the_page_later(
    kept: Page,  # noqa: F811
    sample_city: City,
    photo,  # noqa: ANN001, F811
) -> None:
    words = unique("Nước tràn miệng cống.")
    fill_up(kept, "all")
    kept.context.set_offline(True)
    kept.goto("/reports/new")
    fill(kept, words)
    expect(kept.locator("form-draft [data-no-room]")).to_contain_text(NO_ROOM)
    kept.locator("photo-input input[type=file]").first.set_input_files(photo)
    expect(kept.locator(".shot[data-state=waiting]")).to_have_count(1)
    send(kept)
    expect(kept.locator("form-draft [data-no-room]")).to_be_in_viewport()
    expect(kept.locator("form-draft [data-no-room]")).to_have_count(1)
    expect(kept.locator("[name=description]")).to_have_value(words)
    assert sample_city.count_reports(words) == 0
    kept.context.set_offline(False)
    kept.evaluate("dispatchEvent(new Event('online'))")
    expect(kept.locator(".shot input[type=hidden]")).to_have_count(1, timeout=20_000)
    send(kept)
    kept.wait_for_url(REF)
    assert sample_city.count_reports(words) == 1


def test_a_queue_that_can_no_longer_be_written_is_still_sent_once(
    kept: Page,  # noqa: F811
    sample_city: City,
    photo,  # noqa: ANN001, F811
) -> None:
    """What waits was kept while there was room; since then the phone has filled up."""
    words = unique("Bảng tên đường bị gãy.")
    fill_up(kept, "")
    kept.context.set_offline(True)
    kept.goto("/reports/new")
    fill(kept, words, photo)
    send(kept)
    kept.wait_for_url("**/queue")
    fill_up(kept, "all")
    kept.context.set_offline(False)
    kept.reload()
    for _ in range(80):
        if sample_city.count_reports(words):
            break
        kept.wait_for_timeout(250)
    expect(kept.locator("queue-list")).not_to_contain_text(words)
    kept.evaluate("dispatchEvent(new Event('online'))")
    kept.wait_for_timeout(1000)
    assert sample_city.count_reports(words) == 1
    fill_up(kept, "")


def test_a_full_phone_opens_pages_when_somebody_signs_in(kept: Page) -> None:  # noqa: F811
    """The worker cannot write down who is there; it must not show old pages instead of new ones."""
    (worker,) = kept.context.service_workers
    worker.evaluate(
        "() => { IDBObjectStore.prototype.put = () => {"
        " throw new DOMException('full', 'QuotaExceededError'); } }"
    )
    kept.goto("/me")
    kept.locator("form[action='/sign-out'] button").click()
    kept.wait_for_url("**/")
    expect(kept.locator("h1")).not_to_contain_text("không có mạng")
    kept.goto("/services")
    assert kept.locator("html").get_attribute("data-kept-at") is None
