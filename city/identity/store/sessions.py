"""Sessions and one-time codes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from city.identity.model import (
    CODE_LASTS,
    CODE_TRIES,
    FRESH,
    SESSION_IDLE,
    SESSION_MOST,
    Channel,
    CodePurpose,
    Role,
    Session,
)
from city.kernel import Work


class Visitor(msgspec.Struct, frozen=True):
    """Whose session a token is, and with what they act; `for_…` is whom they act for, if any."""

    session_id: UUID
    seen_at: datetime
    person_id: UUID
    name: str
    language: str
    assurance: int
    roles: list[Role]
    unit_id: UUID | None
    for_id: UUID | None
    for_name: str | None
    for_assurance: int | None


class Code(msgspec.Struct, frozen=True):
    """A one-time code that was asked for."""

    id: UUID
    channel: Channel
    address: str
    language: str
    counter: int
    expires_at: datetime
    attempts: int
    used_at: datetime | None
    purpose: CodePurpose
    about: dict[str, Any]


class Tried(msgspec.Struct, frozen=True):
    """What became of a try at a code."""

    attempts: int
    used_at: datetime | None


async def find_visitor(work: Work, token_hash: bytes, *, sample: bool) -> Visitor | None:
    """Return whose session this is, unless it has ended or expired.

    A sample person's is good in a sample city only.
    """
    return await work.maybe(
        Visitor,
        """
        select session.id as session_id, session.seen_at, person.id as person_id, person.name,
               person.language, person.assurance,
               array(select role from identity.grant where person_id = person.id) as roles,
               (select organisation_id from identity.grant
                where person_id = person.id and role = 'unit') as unit_id,
               helped.id as for_id, helped.name as for_name, helped.assurance as for_assurance
        from identity.session join identity.person on person.id = session.person_id
        left join lateral (
            select whom.id, whom.name, whom.assurance
            from identity.acting join identity.person as whom on whom.id = acting.person_id
            where acting.session_id = session.id and begun_at is not null
              and acting.ended_at is null and until_at > :now
            limit 1
        ) as helped on true
        where token_hash = :token_hash and ended_at is null
          and seen_at > :idle_since and started_at > :oldest
          and (:sample::boolean or not person.sample)
        """,
        token_hash=token_hash,
        sample=sample,
        now=work.now,
        idle_since=work.now - SESSION_IDLE,
        oldest=work.now - SESSION_MOST,
    )


async def add_session(
    work: Work,
    session_id: UUID,
    person_id: UUID,
    token_hash: bytes,
    device: str,
    *,
    proven: bool,
) -> None:
    """Begin a session; the one the actor came with, if any, ends in the same statement."""
    await work.run(
        """
        with rotated as (
            update identity.session set ended_at = :now
            where id = :before and ended_at is null
            returning device
        )
        insert into identity.session
            (id, person_id, token_hash, device, started_at, seen_at, proven_at)
        values (:id, :person_id, :token_hash,
                coalesce(nullif(:device, ''), (select device from rotated), ''), :now, :now,
                case when :proven::boolean then :now::timestamptz end)
        """,
        id=session_id,
        before=work.actor.session_id,
        person_id=person_id,
        token_hash=token_hash,
        device=device,
        proven=proven,
        now=work.now,
    )


async def set_proven(work: Work, session_id: UUID | None) -> bool:
    """Note that the person has just proven that it is them who uses this session."""
    return bool(
        await work.run(
            """
            update identity.session set proven_at = :now where id = :id and ended_at is null
            """,
            id=session_id,
            now=work.now,
        )
    )


async def is_proven(work: Work, session_id: UUID | None) -> bool:
    """Return whether it was proven a short while ago that it is the person who uses this."""
    found = await work.value(
        int,
        "select 1 from identity.session where id = :id and proven_at > :since",
        id=session_id,
        since=work.now - FRESH,
    )
    return found is not None


async def set_seen(work: Work, session_id: UUID) -> bool:
    """Note that a session is in use."""
    return bool(
        await work.run(
            "update identity.session set seen_at = :now where id = :id and seen_at < :now",
            id=session_id,
            now=work.now,
        )
    )


async def set_ended(work: Work, person_id: UUID, session_id: UUID) -> bool:
    """End one of a person's sessions."""
    return bool(
        await work.run(
            """
            update identity.session set ended_at = :now
            where id = :id and person_id = :person_id and ended_at is null
            """,
            id=session_id,
            person_id=person_id,
            now=work.now,
        )
    )


async def set_others_ended(work: Work, person_id: UUID, session_id: UUID | None) -> int:
    """End all of a person's sessions but this one; return how many."""
    return await work.run(
        """
        update identity.session set ended_at = :now
        where person_id = :person_id and id is distinct from :session_id and ended_at is null
        """,
        person_id=person_id,
        session_id=session_id,
        now=work.now,
    )


async def list_open_sessions(work: Work, ids: Sequence[UUID]) -> list[UUID]:
    """Return which of these sessions still stand."""
    return await work.values(
        UUID,
        """
        select id from identity.session
        where id = any(:ids::uuid[]) and ended_at is null
          and seen_at > :idle_since and started_at > :oldest
        """,
        ids=list(ids),
        idle_since=work.now - SESSION_IDLE,
        oldest=work.now - SESSION_MOST,
    )


async def list_sessions(work: Work, person_id: UUID) -> list[Session]:
    """Return where a person is signed in, the last used first."""
    return await work.all(
        Session,
        """
        select id, device, started_at, seen_at from identity.session
        where person_id = :person_id and ended_at is null
          and seen_at > :idle_since and started_at > :oldest
        order by seen_at desc, id
        """,
        person_id=person_id,
        idle_since=work.now - SESSION_IDLE,
        oldest=work.now - SESSION_MOST,
    )


async def count_request(
    work: Work, keys: list[str], most: list[int], seconds: list[int]
) -> datetime | None:
    """Count a request under every key, or under none and return until when one of them is full.

    Each key has its own `most` requests in `seconds`, from the first of them. The conflict takes
    the row's lock and counts anew, so requests at the same instant cannot slip past together.
    """
    return await work.value(
        datetime,
        """
        with asked as (
            select * from unnest(:keys::text[], :most::integer[], :seconds::integer[])
                as a (key, most, seconds)
        ), busy as (
            select max(pace.until) as until
            from asked join identity.pace using (key)
            where pace.until > :now and pace.count >= asked.most
        ), counted as (
            insert into identity.pace (key, until, count)
            select key, :now + make_interval(secs => seconds), 1 from asked
            where (select until from busy) is null
            order by key
            on conflict (key) do update
            set until = case when pace.until > :now then pace.until else excluded.until end,
                count = case when pace.until > :now then pace.count + 1 else 1 end
            returning key, until, count
        )
        select greatest(
            (select until from busy),
            (select max(until) from counted join asked using (key) where count > most))
        """,
        keys=keys,
        most=most,
        seconds=seconds,
        now=work.now,
    )


async def add_code(
    work: Work,
    code_id: UUID,
    channel: str,
    address: str,
    language: str,
    counter: int,
    asked_from: str,
    purpose: CodePurpose,
    about: dict[str, Any],
) -> None:
    """Add a code that somebody asked for, and what for."""
    await work.run(
        """
        insert into identity.code
            (id, channel, address, language, counter, asked_from, asked_at, expires_at, purpose,
             about)
        values (:id, :channel, :address, :language, :counter, :asked_from, :now, :expires_at,
                :purpose, :about::jsonb)
        """,
        id=code_id,
        channel=channel,
        address=address,
        language=language,
        counter=counter,
        asked_from=asked_from,
        purpose=purpose,
        about=about,
        now=work.now,
        expires_at=work.now + CODE_LASTS,
    )


async def find_code(work: Work, code_id: UUID) -> Code | None:
    """Return a code that was asked for."""
    return await work.maybe(
        Code,
        """
        select id, channel, address, language, counter, expires_at, attempts, used_at, purpose,
               about
        from identity.code where id = :id
        """,
        id=code_id,
    )


async def set_tried(work: Work, code_id: UUID, *, right: bool) -> Tried | None:
    """Count a try at a code and, if it was right, use it up; None if it can no longer be used.

    The condition is checked on the locked row, so a code opens one session, however many try.
    """
    return await work.maybe(
        Tried,
        """
        update identity.code
        set attempts = attempts + 1, used_at = case when :right::boolean then :now::timestamptz end
        where id = :id and used_at is null and attempts < :tries and expires_at > :now
        returning attempts, used_at
        """,
        id=code_id,
        right=right,
        tries=CODE_TRIES,
        now=work.now,
    )


async def remove_expired(work: Work) -> int:
    """Remove codes and counts that no longer matter, and sessions long over."""
    return await work.run(
        """
        with codes as (
            delete from identity.code where expires_at < :yesterday
        ), paces as (
            delete from identity.pace where until < :now
        )
        delete from identity.session
        where started_at < :oldest or seen_at < :idle_since or ended_at < :idle_since
        """,
        now=work.now,
        yesterday=work.now - CODE_LASTS * 6 * 24,
        oldest=work.now - SESSION_MOST,
        idle_since=work.now - SESSION_IDLE,
    )
