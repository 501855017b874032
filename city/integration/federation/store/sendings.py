"""The SQL of sendings: each case once to each destination."""

from datetime import datetime
from uuid import UUID

from msgspec import to_builtins
from msgspec.structs import asdict

from city.integration.federation.model import Sending, Settled
from city.kernel import Work


async def add_sending(work: Work, sending: Sending) -> bool:
    """Write that a case is to be handed over; False if it is already."""
    added = await work.run(
        """
        insert into integration.sending (id, destination, case_id, ref, state, due_at, made_at)
        values (:id, :destination, :case_id, :ref, :state, :due_at, :made_at)
        on conflict (destination, case_id) do nothing
        """,
        id=sending.id,
        destination=sending.destination,
        case_id=sending.case_id,
        ref=sending.ref,
        state=sending.state,
        due_at=sending.due_at,
        made_at=sending.made_at,
    )
    return added == 1


async def take_due(work: Work, lease: UUID, until: datetime) -> Sending | None:
    """Return what is to be sent next, as it was, and write that somebody is at it.

    From then on it may be there: whoever finds it so without a result has to ask first.
    """
    return await work.maybe(
        Sending,
        """
        with due as (
            select s.* from integration.sending as s
            join integration.destination as d on d.code = s.destination and d.state = 'live'
            where s.state in ('waiting', 'token') and s.due_at <= :now::timestamptz
              and (s.lease_until is null or s.lease_until <= :now::timestamptz)
            order by s.due_at, s.id limit 1 for update of s skip locked
        ), taken as (
            update integration.sending as s
            set lease = :lease, lease_until = :until, attempts = s.attempts + 1,
                maybe_there = s.maybe_there or s.state = 'waiting',
                begun_at = coalesce(s.begun_at, :now::timestamptz)
            from due where s.id = due.id
            returning s.id, s.begun_at, s.attempts
        )
        select due.id, due.destination, due.case_id, due.ref, due.state, due.due_at, due.made_at,
               due.edits, taken.attempts, due.maybe_there, taken.begun_at, due.token,
               due.their_id, due.their_status, due.their_at, due.fault, due.their_words,
               due.sent_at
        from due join taken on taken.id = due.id
        """,
        lease=lease,
        until=until,
        now=work.now,
    )


async def settle(work: Work, id: UUID, lease: UUID, settled: Settled) -> bool:
    """Write what came of an attempt; False if somebody else is at it meanwhile."""
    done = await work.run(
        """
        update integration.sending
        set state = :state, due_at = :now::timestamptz + :wait::interval,
            maybe_there = :maybe_there, attempts = :attempts,
            token = :token, their_id = :their_id, fault = :fault, their_words = :their_words,
            lease = null, lease_until = null,
            sent_at = case when :state::text in ('sent', 'token')
                           then coalesce(sent_at, :now::timestamptz) end
        where id = :id and lease = :lease
        """,
        **(asdict(settled) | {"fault": to_builtins(settled.fault)}),
        id=id,
        lease=lease,
        now=work.now,
    )
    return done == 1


async def hold_back(work: Work, destination: str, until: datetime) -> None:
    """Let what is due at a destination wait until then: it would be in vain now, and take long."""
    await work.run(
        """
        update integration.sending set due_at = :until
        where destination = :destination and state in ('waiting', 'token') and due_at < :until
          and lease is null
        """,
        destination=destination,
        until=until,
    )


async def find_sending(work: Work, id: UUID) -> Sending | None:
    """Return a sending."""
    return await work.maybe(
        Sending,
        """
        select id, destination, case_id, ref, state, due_at, made_at, edits, attempts, maybe_there,
               begun_at, token, their_id, their_status, their_at, fault, their_words, sent_at
        from integration.sending where id = :id
        """,
        id=id,
    )


async def list_sendings(work: Work, state: str, destination: str, most: int) -> list[Sending]:
    """Return the newest sendings, of a state and to a destination if these are given."""
    return await work.all(
        Sending,
        """
        select id, destination, case_id, ref, state, due_at, made_at, edits, attempts, maybe_there,
               begun_at, token, their_id, their_status, their_at, fault, their_words, sent_at
        from integration.sending
        where (:state::text = '' or state = :state)
          and (:destination::text = '' or destination = :destination)
        order by made_at desc, id desc limit :most
        """,
        state=state,
        destination=destination,
        most=most,
    )


async def list_of_ref(work: Work, ref: str) -> list[Sending]:
    """Return where a case was handed over to, or is to be."""
    return await work.all(
        Sending,
        """
        select id, destination, case_id, ref, state, due_at, made_at, edits, attempts, maybe_there,
               begun_at, token, their_id, their_status, their_at, fault, their_words, sent_at
        from integration.sending
        where ref = :ref order by made_at
        """,
        ref=ref,
    )


async def list_theirs(work: Work, destination: str, ids: list[str]) -> list[Sending]:
    """Return what was handed over under these numbers of theirs."""
    return await work.all(
        Sending,
        """
        select id, destination, case_id, ref, state, due_at, made_at, edits, attempts, maybe_there,
               begun_at, token, their_id, their_status, their_at, fault, their_words, sent_at
        from integration.sending
        where destination = :destination and their_id = any(:ids::text[]) and their_id <> ''
        """,
        destination=destination,
        ids=ids,
    )


async def take_followed(work: Work, destination: str, most: int) -> list[Sending]:
    """Return what is open there, whatever was asked for longest ago first, as asked for now."""
    return await work.all(
        Sending,
        """
        update integration.sending as s set asked_at = :now
        where id in (
            select id from integration.sending
            where destination = :destination and state = 'sent'
              and their_status not in ('closed', 'fixed')
            order by asked_at nulls first, id limit :most
        )
        returning id, destination, case_id, ref, state, due_at, made_at, edits, attempts,
                  maybe_there, begun_at, token, their_id, their_status, their_at, fault,
                  their_words, sent_at
        """,
        destination=destination,
        most=most,
        now=work.now,
    )


async def set_told(work: Work, id: UUID, status: str, at: datetime) -> None:
    """Write how a request stands there, unless something later is known."""
    await work.run(
        """
        update integration.sending set their_status = :status, their_at = :at
        where id = :id and (their_at is null or their_at <= :at::timestamptz)
        """,
        id=id,
        status=status,
        at=at,
    )


async def set_again(work: Work, id: UUID, edits: dict[str, str]) -> bool:
    """Have a sending that was laid aside, given up or only tried sent; False if it is not one."""
    again = await work.run(
        """
        update integration.sending
        set state = case when token = '' then 'waiting' else 'token' end, edits = :edits,
            attempts = 0, due_at = :now, fault = null,
            their_words = '', lease = null, lease_until = null
        where id = :id and state in ('dead', 'given_up', 'trial')
        """,
        id=id,
        edits=edits,
        now=work.now,
    )
    return again == 1


async def set_given_up(work: Work, id: UUID) -> bool:
    """Write that a case will not be handed over; False if it has been."""
    given_up = await work.run(
        """
        update integration.sending set state = 'given_up', lease = null, lease_until = null
        where id = :id and state in ('dead', 'trial', 'waiting')
          and (lease_until is null or lease_until <= :now::timestamptz)
        """,
        id=id,
        now=work.now,
    )
    return given_up == 1


async def count_states(work: Work) -> dict[str, dict[str, int]]:
    """Return how many sendings each destination has in each state."""
    found = await work.value(
        dict[str, dict[str, int]],
        """
        select jsonb_object_agg(destination, counts) from (
            select destination, jsonb_object_agg(state, n) as counts from (
                select destination, state, count(*) as n
                from integration.sending group by destination, state
            ) as each group by destination
        ) as all_of_them
        """,
    )
    return found or {}
