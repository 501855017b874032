"""What is kept here about somebody: what they were told, and where they are told it."""

from uuid import UUID

from city import identity
from city.kernel import Work, say
from city.messages import push, store
from city.web import render_words


async def list_kept(work: Work, person_id: UUID) -> list[identity.Kept]:
    """Return what somebody was told, in their language."""
    person = await identity.get_person(work, person_id)
    rows = [
        {
            "text": render_words(person.language, row.pop("text"), **row.pop("params")),
            **row,
        }
        for row in await store.list_told(work, person_id)
    ]
    told = identity.Kept(name="messages", title=say("What the city told you"), rows=rows)
    return [*([told] if rows else []), *await push.list_kept(work, person_id)]


async def forget_person(work: Work, person_id: UUID) -> None:
    """Remove what somebody was told, and what went out to their numbers and addresses."""
    await push.forget_person(work, person_id)
    contacts = await identity.list_contacts(work, person_id)
    await store.forget_told(work, person_id, [contact.address for contact in contacts])
