"""Sign-ins of people into applications: codes, tokens, and their ends."""

from datetime import datetime
from uuid import UUID

import msgspec

from city.kernel import Work
from city.partners.model import CODE_LASTS, Bearer, SignIn


class Used(SignIn, frozen=True, kw_only=True):
    """A sign-in whose code was presented."""

    uses: int
    is_late: bool
    is_over: bool


class Refreshed(SignIn, frozen=True, kw_only=True):
    """A sign-in whose refresh token was presented."""

    was_used: bool
    is_late: bool
    is_over: bool


async def add_sign_in(work: Work, sign_in: SignIn, code_hash: bytes) -> None:
    """Begin a sign-in with a code, which is good for a minute."""
    await work.run(
        """
        insert into partners.sign_in
            (id, application_id, person_id, scopes, code_hash, code_until, redirect_uri,
             challenge, nonce, acr, signed_in_at, begun_at)
        values (:id, :application_id, :person_id, :scopes, :code_hash, :code_until,
                :redirect_uri, :challenge, :nonce, :acr, :signed_in_at, :begun_at)
        """,
        **msgspec.structs.asdict(sign_in),
        code_hash=code_hash,
        code_until=work.now + CODE_LASTS,
    )


async def use_code(work: Work, code_hash: bytes) -> Used | None:
    """Use a code up, and return its sign-in; `uses` above 1 says that it was used before.

    The row is locked, so of several that present a code at the same time one is the first.
    """
    return await work.maybe(
        Used,
        """
        with held as (
            select id, code_used_at from partners.sign_in where code_hash = :code_hash for update
        )
        update partners.sign_in
        set code_used_at = coalesce(sign_in.code_used_at, :now)
        from held where held.id = sign_in.id
        returning sign_in.id, application_id, person_id, scopes, redirect_uri, challenge, nonce,
                  acr, signed_in_at, begun_at,
                  case when held.code_used_at is null then 1 else 2 end as uses,
                  code_until < :now as is_late, ended_at is not null as is_over
        """,
        code_hash=code_hash,
        now=work.now,
    )


async def use_refresh(work: Work, hash: bytes) -> Refreshed | None:
    """Use a refresh token up, and return its sign-in and whether it was used before."""
    return await work.maybe(
        Refreshed,
        """
        with held as (
            select hash, used_at, until, sign_in_id from partners.token
            where hash = :hash and kind = 'refresh' for update
        ), used as (
            update partners.token set used_at = coalesce(token.used_at, :now)
            from held where held.hash = token.hash
        )
        select sign_in.id, application_id, person_id, scopes, redirect_uri, challenge, nonce,
               acr, signed_in_at, begun_at, held.used_at is not null as was_used,
               held.until < :now as is_late, ended_at is not null as is_over
        from held join partners.sign_in on sign_in.id = held.sign_in_id
        """,
        hash=hash,
        now=work.now,
    )


async def add_tokens(
    work: Work,
    sign_in: SignIn,
    scopes: list[str],
    access_hash: bytes,
    access_until: datetime,
    refresh_hash: bytes,
    refresh_until: datetime,
) -> bool:
    """Give out two tokens; False if the person has taken the consent back, or ended all this."""
    return bool(
        await work.run(
            """
            with agreed as (
                update partners.consent set last_used_at = :now
                where application_id = :application_id and person_id = :person_id
                  and scopes @> :scopes::text[]
                  and exists (select from partners.sign_in
                              where id = :sign_in_id and ended_at is null)
                returning application_id
            )
            insert into partners.token (hash, sign_in_id, kind, scopes, until)
            select hash, :sign_in_id, kind, :scopes::text[], until
            from agreed cross join (
                values (:access_hash::bytea, 'access', :access_until::timestamptz),
                       (:refresh_hash::bytea, 'refresh', :refresh_until::timestamptz)
            ) as made (hash, kind, until)
            """,
            application_id=sign_in.application_id,
            person_id=sign_in.person_id,
            sign_in_id=sign_in.id,
            scopes=scopes,
            access_hash=access_hash,
            access_until=access_until,
            refresh_hash=refresh_hash,
            refresh_until=refresh_until,
            now=work.now,
        )
    )


async def find_bearer(work: Work, hash: bytes) -> Bearer | None:
    """Return whom an access token speaks for, if it still does."""
    return await work.maybe(
        Bearer,
        """
        select sign_in.person_id, application.id as application_id, application.code,
               application.name, application.home_url, application.sector, token.scopes,
               consent.ward, sign_in.acr
        from partners.token
        join partners.sign_in on sign_in.id = token.sign_in_id
        join partners.application on application.id = sign_in.application_id
        join partners.consent on consent.application_id = application.id
                             and consent.person_id = sign_in.person_id
        where token.hash = :hash and token.kind = 'access' and token.until > :now
          and sign_in.ended_at is null and application.state <> 'suspended'
        """,
        hash=hash,
        now=work.now,
    )


async def find_token_sign_in(work: Work, hash: bytes, application_id: UUID) -> UUID | None:
    """Return the sign-in of an application's own refresh token, used or not."""
    return await work.value(
        UUID,
        """
        select sign_in.id from partners.token
        join partners.sign_in on sign_in.id = token.sign_in_id
        where token.hash = :hash and token.kind = 'refresh'
          and sign_in.application_id = :application_id
        """,
        hash=hash,
        application_id=application_id,
    )


async def remove_token(work: Work, hash: bytes, application_id: UUID) -> bool:
    """Remove an application's own access token."""
    return bool(
        await work.run(
            """
            delete from partners.token using partners.sign_in
            where token.hash = :hash and token.kind = 'access'
              and sign_in.id = token.sign_in_id and sign_in.application_id = :application_id
            """,
            hash=hash,
            application_id=application_id,
        )
    )


async def end_sign_in(work: Work, sign_in_id: UUID) -> bool:
    """End a sign-in: its tokens are worth nothing from now on."""
    return bool(
        await work.run(
            "update partners.sign_in set ended_at = :now where id = :id and ended_at is null",
            id=sign_in_id,
            now=work.now,
        )
    )


async def end_own(work: Work, application_id: UUID, person_id: UUID) -> int:
    """End all sign-ins of a person into an application."""
    return await work.run(
        """
        update partners.sign_in set ended_at = :now
        where application_id = :application_id and person_id = :person_id and ended_at is null
        """,
        application_id=application_id,
        person_id=person_id,
        now=work.now,
    )


async def end_application(work: Work, application_id: UUID) -> int:
    """End all sign-ins into an application, and return how many there were."""
    return await work.run(
        """
        update partners.sign_in set ended_at = :now
        where application_id = :application_id and ended_at is null
        """,
        application_id=application_id,
        now=work.now,
    )


async def remove_expired(work: Work, before: datetime) -> int:
    """Remove access tokens that are over, and sign-ins that began before then."""
    return await work.run(
        """
        with tokens as (
            delete from partners.token where kind = 'access' and until < :now
        )
        delete from partners.sign_in
        where begun_at < :before
           or (code_used_at is null and code_until < :now::timestamptz - interval '1 day')
        """,
        before=before,
        now=work.now,
    )
