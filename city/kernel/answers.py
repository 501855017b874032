"""Answers that are kept for a day, so that a request sent twice is done once."""

from datetime import datetime, timedelta

import msgspec

from city.kernel.jobs import job
from city.kernel.work import Work

KEPT = timedelta(hours=24)
"""How long an answer is kept."""


class Begun(msgspec.Struct, frozen=True):
    """When an answer was begun."""

    at: datetime


class KeptAnswer(msgspec.Struct, frozen=True):
    """What was answered, and the digest of the request it was answered to."""

    request: bytes
    status: int
    body: bytes


async def begin_answer(work: Work, id: bytes, request: bytes) -> KeptAnswer | None:
    """Begin to answer a request in this work; return the answer if it was given before.

    A request with the same `id` that is under way is waited for: if it fails, this one goes on in
    its place. At most two statements.
    """
    begun = await work.maybe(
        Begun,
        """
        insert into kernel.answer (id, request, at) values (:id, :request, :now)
        on conflict (id) do update
            set request = excluded.request, at = excluded.at, status = null, body = null
            where answer.at < :old
        returning at
        """,
        id=id,
        request=request,
        now=work.now,
        old=work.now - KEPT,
    )
    if begun is not None:
        return None
    return await work.one(
        KeptAnswer,
        "select request, coalesce(status, 200) as status, coalesce(body, '') as body"
        " from kernel.answer where id = :id",
        id=id,
    )


async def keep_answer(work: Work, id: bytes, status: int, body: bytes) -> None:
    """Keep what is answered, if this work commits."""
    await work.run(
        "update kernel.answer set status = :status, body = :body where id = :id",
        id=id,
        status=status,
        body=body,
    )


@job(every=timedelta(hours=1))
async def forget_answers(work: Work) -> None:
    """Forget the answers that have been kept for long enough."""
    await work.run("delete from kernel.answer where at < :old", old=work.now - KEPT)
