"""Keys of programs, and the tokens they get for them."""

from datetime import datetime
from uuid import UUID

from city.kernel import Work
from city.partners.programs.model import Grant, Key


async def add_key(work: Work, program_id: UUID, key: Key, hash: bytes, most: int) -> bool:
    """Add a key; False if the program has `most` good ones already.

    The program's row is locked, so that two at the same moment do not both find room.
    """
    return bool(
        await work.run(
            """
            with held as (
                select id from partners.program where id = :program_id for update
            )
            insert into partners.program_key
                (id, program_id, hash, prefix, name, made_at, expires_at)
            select :id, held.id, :hash, :prefix, :name, :made_at, :expires_at
            from held
            where (select count(*) from partners.program_key
                   where program_id = :program_id and revoked_at is null
                     and (expires_at is null or expires_at > :made_at)) < :most
            """,
            id=key.id,
            program_id=program_id,
            hash=hash,
            prefix=key.prefix,
            name=key.name,
            made_at=key.made_at,
            expires_at=key.expires_at,
            most=most,
        )
    )


async def list_keys(work: Work, program_id: UUID) -> list[Key]:
    """Return the keys of a program, good ones first, newest first; of the others the last ten."""
    return await work.all(
        Key,
        """
        select id, prefix, name, made_at, expires_at, last_used_at, revoked_at
        from partners.program_key where program_id = :program_id
        order by (revoked_at is not null or expires_at <= :now), id desc limit :most
        """,
        program_id=program_id,
        now=work.now,
        most=15,
    )


async def revoke_key(work: Work, program_id: UUID, key_id: UUID) -> str | None:
    """Revoke a key and return its prefix; None if the program has no such key that is good."""
    return await work.value(
        str,
        """
        update partners.program_key set revoked_at = :now
        where id = :key_id and program_id = :program_id and revoked_at is null
        returning prefix
        """,
        key_id=key_id,
        program_id=program_id,
        now=work.now,
    )


async def revoke_keys(work: Work, program_id: UUID) -> int:
    """Revoke all keys of a program, and return how many there were."""
    return await work.run(
        """
        update partners.program_key set revoked_at = :now
        where program_id = :program_id and revoked_at is null
        """,
        program_id=program_id,
        now=work.now,
    )


async def find_grant(work: Work, hash: bytes, midnight: datetime) -> Grant | None:
    """Return what a key or an access token opens; None if it is worth nothing.

    A token opens the scopes it was given that the program still has. `requests` and `writes` count
    since `midnight`, refusals for being too many not among them.
    """
    return await work.maybe(
        Grant,
        """
        with borne as (
            select id as key_id, null::text[] as scopes, expires_at as until
            from partners.program_key where hash = :hash
            union all
            select key_id, scopes, until from partners.program_token where hash = :hash
        )
        select program.id as program_id, borne.key_id, program.code, program.name,
               program.state, program.a_minute, program.a_day, program.writes_a_day,
               program.fingerprint, least(borne.until, key.expires_at) as until,
               case when borne.scopes is null then program.scopes
                    else array(select unnest(borne.scopes) intersect select unnest(program.scopes))
               end as scopes,
               coalesce(today.requests, 0)::bigint as requests,
               coalesce(today.writes, 0)::bigint as writes
        from borne
        join partners.program_key as key on key.id = borne.key_id
        join partners.program on program.id = key.program_id
        left join lateral (
            select sum(requests) as requests, sum(writes) as writes
            from partners.program_usage
            where program_id = program.id and hour >= :midnight and status <> 429
        ) as today on true
        where key.revoked_at is null and coalesce(least(borne.until, key.expires_at) > :now, true)
        """,
        hash=hash,
        midnight=midnight,
        now=work.now,
    )


async def add_token(
    work: Work, hash: bytes, key_id: UUID, scopes: list[str], until: datetime
) -> None:
    """Keep an access token that was given for a key."""
    await work.run(
        """
        insert into partners.program_token (hash, key_id, scopes, until)
        values (:hash, :key_id, :scopes, :until)
        """,
        hash=hash,
        key_id=key_id,
        scopes=scopes,
        until=until,
    )


async def remove_token(work: Work, hash: bytes, program_id: UUID) -> bool:
    """Make a program's own access token worthless."""
    return bool(
        await work.run(
            """
            delete from partners.program_token using partners.program_key
            where program_token.hash = :hash and program_key.id = program_token.key_id
              and program_key.program_id = :program_id
            """,
            hash=hash,
            program_id=program_id,
        )
    )


async def remove_expired_tokens(work: Work) -> int:
    """Remove access tokens that are over."""
    return await work.run("delete from partners.program_token where until < :now", now=work.now)
