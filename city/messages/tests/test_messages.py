from uuid import UUID

import pytest
from msgspec.structs import replace

from city import messages
from city.kernel import Work, say
from city.messages import actions, store
from city.messages.model import AddressRefused, Channel, Letter
from tests.harness import Browser

NEWS = say("Your report {ref} has been answered.", ref="7K3M-Q9TD")


async def person_with_mail(browser: Browser) -> UUID:
    actor = await browser.sign_in("resident", name="Lê Văn Tám", email="tam@example.org")
    assert actor.id is not None
    return actor.id


async def test_a_message_waits_in_the_inbox_until_it_is_opened(browser: Browser) -> None:
    actor = await browser.sign_in("resident")
    assert actor.id is not None
    async with browser.inside.work(actor) as work:
        await messages.send_message(work, actor.id, NEWS, link="/reports/7K3M-Q9TD")
        assert await messages.count_unread(work, actor.id) == 1
        (message,) = await store.list_messages(work, actor.id, None, 5)
    inbox = await browser.get("/inbox")
    assert "7K3M-Q9TD" in inbox.text
    opened = await browser.post(f"/inbox/{message.id}")
    assert (opened.status_code, opened.headers["location"]) == (303, "/reports/7K3M-Q9TD")
    async with browser.inside.work(actor) as work:
        assert await messages.count_unread(work, actor.id) == 0


async def test_nobody_opens_the_message_of_another(browser: Browser) -> None:
    owner = await browser.sign_in("resident")
    assert owner.id is not None
    async with browser.inside.work(owner) as work:
        await messages.send_message(work, owner.id, NEWS, link="/reports/7K3M-Q9TD")
        (message,) = await store.list_messages(work, owner.id, None, 5)
    await browser.sign_in("resident", name="Ai đó")
    opened = await browser.post(f"/inbox/{message.id}")
    assert opened.headers["location"] == "/inbox"
    async with browser.inside.work(owner) as work:
        assert await messages.count_unread(work, owner.id) == 1


async def test_an_email_goes_out_over_smtp_once_and_in_the_readers_language(
    browser: Browser,
) -> None:
    person_id = await person_with_mail(browser)
    async with browser.inside.work(replace(actions_actor(), id=person_id)) as work:
        await messages.send_message(work, person_id, NEWS, link="/reports/7K3M-Q9TD", topic="7K3M")
    await browser.do_jobs()
    await browser.do_jobs()
    async with browser.inside.work(actions_actor()) as work:
        (received,) = await store.list_received(work, 10)
    assert (received.channel, received.address, received.subject) == (
        Channel.EMAIL,
        "tam@example.org",
        "7K3M",
    )
    assert received.body.endswith("http://city/reports/7K3M-Q9TD")
    assert "tam@example.org" in (await browser.get("/simulated/outbox")).text


async def test_a_gateway_drops_a_text_it_has_seen(work: Work) -> None:
    letter = Letter(reference=UUID(int=7), address="+84900000001", subject="", body="Nước đang lên")
    await actions.Post.text.send(letter)
    await actions.Post.text.send(letter)
    received = await store.list_received(work, 10)
    assert [r.body for r in received] == ["Nước đang lên"]


async def test_an_address_that_is_refused_for_good_is_not_tried_again(work: Work) -> None:
    with pytest.raises(AddressRefused):
        await actions.Post.text.send(
            _broken_letter()  # The gateway answers 400.
        )


def _broken_letter() -> Letter:
    return Letter(reference="not a reference", address="", subject="", body="")  # type: ignore[arg-type]


def actions_actor():  # noqa: ANN201
    from tests.harness import EVERYBODY

    return EVERYBODY
