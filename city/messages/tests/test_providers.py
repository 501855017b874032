"""A city that is no sample never gives its letters to a simulated provider."""

from uuid import UUID

import pytest
from msgspec.structs import replace

from city import messages
from city.kernel import Unavailable
from city.messages import actions
from city.messages.model import Letter
from city.settings import Settings
from tests.harness import Inside


async def test_without_a_provider_letters_wait_instead_of_being_shown(
    inside: Inside, here: Settings
) -> None:
    letter = Letter(reference=UUID(int=8), address="a@example.org", subject="", body="")
    await messages.open_room(replace(here, sample=False), inside)  # type: ignore[arg-type]
    try:
        for way in (actions.Post.mail, actions.Post.text):
            with pytest.raises(Unavailable):
                await way.send(letter)
    finally:
        await messages.open_room(here, inside)  # type: ignore[arg-type]
