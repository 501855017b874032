"""What is kept about a person, and for how long the log is kept at all."""

from datetime import timedelta
from uuid import UUID

from city.identity import Kept
from city.integration.webhooks import store
from city.integration.webhooks.model import LOG_KEPT
from city.kernel import Work, job, say

_AT_ONCE = 20_000


async def list_kept(work: Work, person_id: UUID) -> list[Kept]:
    """Return the addresses that somebody brought."""
    rows = [
        {
            "url": webhook.url,
            "description": webhook.description,
            "types": webhook.types,
            "made_at": webhook.made_at.isoformat(),
        }
        for webhook in await store.list_of_owner(work, person_id)
    ]
    title = say("Webhooks you registered")
    return [Kept(name="integration_webhooks", title=title, rows=rows)] if rows else []


async def forget_person(work: Work, person_id: UUID) -> None:
    """Remove the addresses somebody brought; those of programs stay with the program."""
    await store.forget_owner(work, person_id)


@job(every=timedelta(minutes=10))
async def forget_old_deliveries(work: Work) -> None:
    """Forget what was sent more than 30 days ago, a part at a time; what is left, right after."""
    before = work.now - LOG_KEPT
    deliveries = await store.drop_old_deliveries(work, before, _AT_ONCE)
    bodies = await store.drop_old_bodies(work, before, _AT_ONCE)
    if max(deliveries, bodies) >= _AT_ONCE:
        work.later(forget_old_deliveries)
