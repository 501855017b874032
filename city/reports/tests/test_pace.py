"""How many reports one person may send."""

from datetime import timedelta
from typing import Any

import pytest

from city import reports
from city.kernel import Actor, TooMany
from city.reports.tests.conftest import lamp
from city.reports.tests.test_pages import FORM
from tests.harness import NOON

HOUR = timedelta(hours=1)


async def fill(inside: Any, actor: Actor, many: int, begun: Any = NOON) -> None:
    """Send so many reports, a minute between them."""
    for n in range(many):
        async with inside.work(actor, now=begun + timedelta(minutes=n)) as work:
            await reports.submit_report(work, lamp(client_key=f"one-of-many-{begun:%H}-{n}"))


async def test_the_twenty_first_within_an_hour_has_to_wait(browser: Any, inside: Any) -> None:
    actor = await browser.sign_in("resident")
    await fill(inside, actor, 20)
    with pytest.raises(TooMany) as refused:
        async with inside.work(actor, now=NOON + timedelta(minutes=30)) as work:
            await reports.submit_report(work, lamp())
    assert refused.value.seconds == 30 * 60
    assert refused.value.says.params["time"] == "13:00"  # In Huế.
    async with inside.work(actor, now=NOON + HOUR) as work:
        assert await reports.submit_report(work, lamp())


async def test_the_sixty_first_within_a_day_waits_until_tomorrow(browser: Any, inside: Any) -> None:
    actor = await browser.sign_in("resident")
    for hour in range(3):
        await fill(inside, actor, 20, NOON + hour * 2 * HOUR)
    with pytest.raises(TooMany) as refused:
        async with inside.work(actor, now=NOON + 10 * HOUR) as work:
            await reports.submit_report(work, lamp())
    assert refused.value.says.params["time"] == "12:00, 24/11"


async def test_what_was_sent_before_is_still_found_and_staff_may_send_more(
    browser: Any, inside: Any
) -> None:
    actor = await browser.sign_in("resident")
    await fill(inside, actor, 20)
    again = lamp(client_key="one-of-many-05-3")
    report, is_new = await reports.submit_once(inside, actor, again)
    assert not is_new and report.ref
    await fill(inside, await browser.sign_in("desk"), 21)


@pytest.mark.parametrize(("language", "said"), [("vi", "rất nhiều"), ("en", "many reports")])
async def test_the_form_comes_back_and_says_when_again(
    browser: Any, inside: Any, language: str, said: str
) -> None:
    actor = await browser.sign_in("resident")
    await fill(inside, actor, 20, NOON - timedelta(minutes=30))
    browser.cookies.set("language", language, domain="city.local")
    answer = await browser.post("/reports", data=FORM)
    assert answer.status_code == 429 and answer.headers["retry-after"] == "1800"
    assert said in answer.text and FORM["description"] in answer.text and "12:30" in answer.text
    body = {k: v for k, v in FORM.items() if k != "key"}
    body |= {"latitude": 16.4685, "longitude": 107.589}
    answer = await browser.post("/api/v1/reports", json=body)
    assert answer.status_code == 429
    assert answer.headers["content-type"].startswith("application/problem+json")
