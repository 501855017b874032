"""VNeID: the whole journey to the simulated provider and back, over the real protocol."""

from urllib.parse import parse_qs, urlsplit

import pytest

from city import identity
from city.identity.pages.vneid import Gateway
from city.identity.vneid_twin import CITIZENS
from city.kernel import Problem
from tests.harness import EVERYBODY, Browser


async def fill_in(browser: Browser, onward: str = "/me") -> dict[str, str]:
    """Leave for the provider, and return what its page would post."""
    left = await browser.get(f"/sign-in/vneid?next={onward}")
    assert left.status_code == 303
    asked = {k: v[0] for k, v in parse_qs(urlsplit(left.headers["location"]).query).items()}
    shown = await browser.get(left.headers["location"])
    assert shown.status_code == 200
    return asked


async def agree(browser: Browser, asked: dict[str, str], subject: str) -> str:
    """Agree as a sample citizen, and return the address that leads back."""
    agreed = await browser.post("/simulated/vneid/authorize", data={**asked, "subject": subject})
    assert agreed.status_code == 303
    return agreed.headers["location"]


async def test_a_citizen_comes_back_known_and_vouched_for(browser: Browser) -> None:
    asked = await fill_in(browser)
    back = await browser.get(await agree(browser, asked, CITIZENS[0].subject))
    assert (back.status_code, back.headers["location"]) == (303, "/me")
    me = await browser.get("/me")
    assert CITIZENS[0].name in me.text
    async with browser.inside.work(EVERYBODY) as work:
        issuer = Gateway.twin.issuer if Gateway.twin else ""
        person_id = await identity.find_external_id(work, issuer, CITIZENS[0].subject)
        assert person_id is not None
        assert (await identity.get_person(work, person_id)).assurance == 2


async def test_who_is_signed_in_already_is_the_same_person_afterwards(browser: Browser) -> None:
    actor = await browser.sign_in("resident", name="Phạm Thị Hoa")
    asked = await fill_in(browser)
    await browser.get(await agree(browser, asked, CITIZENS[1].subject))
    async with browser.inside.work(EVERYBODY) as work:
        issuer = Gateway.twin.issuer if Gateway.twin else ""
        found = await identity.find_external_id(work, issuer, CITIZENS[1].subject)
    assert found == actor.id


async def test_a_code_works_once(browser: Browser) -> None:
    asked = await fill_in(browser)
    address = await agree(browser, asked, CITIZENS[0].subject)
    await browser.get(address)
    await fill_in(browser)
    again = await browser.get(address)
    assert again.status_code == 400


async def test_an_answer_to_somebody_elses_journey_is_refused(browser: Browser) -> None:
    asked = await fill_in(browser)
    address = await agree(browser, asked, CITIZENS[0].subject)
    state = asked["state"]
    assert (await browser.get(address.replace(state, "x" * len(state)))).status_code == 400
    browser.cookies.clear()
    assert (await browser.get(address)).status_code == 400


async def test_who_does_not_agree_is_led_back_to_the_sign_in(browser: Browser) -> None:
    asked = await fill_in(browser)
    back = await browser.get(await agree(browser, asked, "nobody"))
    assert back.headers["location"] == "/sign-in"


async def test_a_token_for_another_nonce_is_refused(browser: Browser) -> None:
    asked = await fill_in(browser)
    address = await agree(browser, {**asked, "nonce": "another"}, CITIZENS[0].subject)
    assert (await browser.get(address)).status_code == 400


async def test_a_stranger_client_is_refused_by_the_provider(browser: Browser) -> None:
    asked = await fill_in(browser)
    for wrong in ({"client_id": "x"}, {"redirect_uri": "http://elsewhere.example/"}):
        answer = await browser.post(
            "/simulated/vneid/authorize", data={**asked, **wrong, "subject": CITIZENS[0].subject}
        )
        assert answer.status_code == 400


async def test_a_journey_that_was_tampered_with_is_refused(browser: Browser) -> None:
    with pytest.raises(Problem):
        Gateway.client.unseal("eyJhbGciOiJub25lIn0.eyJzdGF0ZSI6IngifQ.", 0)


async def test_a_state_that_is_no_ascii_is_refused_like_any_other(browser: Browser) -> None:
    await fill_in(browser)
    back = await browser.get("/sign-in/vneid/callback?state=%C3%A9&code=1")
    assert back.status_code == 400
