"""The outbox: events and jobs written in the transaction that causes them."""

from city.kernel.events import body_of, kind_of, reactions_to
from city.kernel.ids import new_id
from city.kernel.jobs import job_body
from city.kernel.work import Work


async def write(work: Work) -> bool:
    """Write the events announced and the jobs asked for in this work, in one statement.

    Return whether there are jobs for a worker to do.
    """
    if not work.announced and not work.jobs:
        return False
    events = [(new_id(), kind_of(type(e)), body_of(e)) for e in work.announced]
    jobs = [
        (reaction.name, work.now, None, job_body(reaction, {"event": event}))
        for event in work.announced
        for reaction in reactions_to(event)
    ]
    jobs += [(known.name, at, key, job_body(known, body)) for known, at, key, body in work.jobs]
    await work.run(
        """
        with announced as (
            insert into kernel.event (id, kind, at, actor_id, body)
            select id, kind, :now, :actor_id, body
            from unnest(:ids::uuid[], :kinds::text[], :bodies::jsonb[]) as e (id, kind, body)
        )
        insert into kernel.job (task, run_at, key, body)
        select task, run_at, key, body
        from unnest(:tasks::text[], :ats::timestamptz[], :keys::text[], :job_bodies::jsonb[])
             as j (task, run_at, key, body)
        on conflict (key) do nothing
        """,
        now=work.now,
        actor_id=work.actor.id,
        ids=[event[0] for event in events],
        kinds=[event[1] for event in events],
        bodies=[event[2] for event in events],
        tasks=[job[0] for job in jobs],
        ats=[job[1] for job in jobs],
        keys=[job[2] for job in jobs],
        job_bodies=[job[3] for job in jobs],
    )
    return bool(jobs)
