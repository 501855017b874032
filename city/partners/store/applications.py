"""Applications, their testers and the journal of decisions about them."""

from uuid import UUID

import msgspec

from city.kernel import Work
from city.partners.model import MOST_TESTERS, Application, Entry, Tester, Tried


async def add_application(work: Work, application: Application, most: int) -> bool:
    """Add an application; False if the code is taken or the owner has `most` already."""
    return bool(
        await work.run(
            """
            insert into partners.application
                (id, code, name, summary, run_by, contact, owner_id, state, mode, home_url,
                 redirect_uris, scopes, public, secret_hash, sector, alg, sample, made_at,
                 changed_at)
            select :id, :code, :name, :summary, :run_by, :contact, :owner_id, :state, :mode,
                   :home_url, :redirect_uris, :scopes, :public, :secret_hash, :sector, :alg,
                   :sample, :made_at, :changed_at
            where (select count(*) from partners.application where owner_id = :owner_id) < :most
            on conflict (code) do nothing
            """,
            **msgspec.structs.asdict(application),
            most=most,
        )
    )


async def find_application(work: Work, code: str) -> Application | None:
    """Return an application by its code."""
    return await work.maybe(
        Application,
        """
        select id, code, name, summary, run_by, contact, owner_id, state, mode, home_url,
               redirect_uris, scopes, public, secret_hash, sector, alg, sample, made_at, changed_at
        from partners.application where code = :code
        """,
        code=code,
    )


async def list_applications(work: Work) -> list[Application]:
    """Return all applications, those that wait for a review first."""
    return await work.all(
        Application,
        """
        select id, code, name, summary, run_by, contact, owner_id, state, mode, home_url,
               redirect_uris, scopes, public, secret_hash, sector, alg, sample, made_at, changed_at
        from partners.application order by state <> 'asked', state, code limit 500
        """,
    )


async def list_published(work: Work) -> list[Application]:
    """Return the applications that everybody may open, by code."""
    return await work.all(
        Application,
        """
        select id, code, name, summary, run_by, contact, owner_id, state, mode, home_url,
               redirect_uris, scopes, public, secret_hash, sector, alg, sample, made_at, changed_at
        from partners.application where state = 'published' order by code limit 500
        """,
    )


async def list_mine(work: Work, owner_id: UUID) -> list[Application]:
    """Return what one developer has registered, oldest first."""
    return await work.all(
        Application,
        """
        select id, code, name, summary, run_by, contact, owner_id, state, mode, home_url,
               redirect_uris, scopes, public, secret_hash, sector, alg, sample, made_at, changed_at
        from partners.application where owner_id = :owner_id order by id
        """,
        owner_id=owner_id,
    )


async def may_open(work: Work, application_id: UUID, person_id: UUID) -> bool:
    """Return whether somebody was invited to try an application."""
    return bool(
        await work.value(
            bool,
            """
            select true from partners.tester
            where application_id = :application_id and person_id = :person_id
              and removed_at is null
            """,
            application_id=application_id,
            person_id=person_id,
        )
    )


async def add_tester(work: Work, application_id: UUID, person_id: UUID) -> bool:
    """Let somebody try an application.

    False if they may already or were removed once, or if as many others may as can.
    """
    return bool(
        await work.run(
            """
            insert into partners.tester (application_id, person_id, since)
            select :application_id, :person_id, :now
            where (select count(*) from partners.tester
                   where application_id = :application_id and removed_at is null) < :most
            on conflict do nothing
            """,
            application_id=application_id,
            person_id=person_id,
            most=MOST_TESTERS,
            now=work.now,
        )
    )


async def list_testers(work: Work, application_id: UUID) -> list[Tester]:
    """Return who may try an application, in the order in which they came."""
    return await work.all(
        Tester,
        """
        select person_id, since from partners.tester
        where application_id = :application_id and removed_at is null
        order by since, person_id
        """,
        application_id=application_id,
    )


async def list_tried(work: Work, person_id: UUID) -> list[Tried]:
    """Return the applications somebody may try, or might once."""
    return await work.all(
        Tried,
        """
        select code, since, removed_at
        from partners.tester join partners.application on application.id = application_id
        where person_id = :person_id
        order by since, code
        """,
        person_id=person_id,
    )


async def remove_tester(work: Work, application_id: UUID, person_id: UUID) -> bool:
    """Take an application away from somebody who tried it; False if they did not."""
    return bool(
        await work.run(
            """
            update partners.tester set removed_at = :now
            where application_id = :application_id and person_id = :person_id
              and removed_at is null
            """,
            application_id=application_id,
            person_id=person_id,
            now=work.now,
        )
    )


async def set_registration(work: Work, application: Application) -> bool:
    """Keep what the developer changed."""
    return bool(
        await work.run(
            """
            update partners.application
            set name = :name, summary = :summary, run_by = :run_by, contact = :contact,
                state = :state, mode = :mode, home_url = :home_url,
                redirect_uris = :redirect_uris, scopes = :scopes, alg = :alg, changed_at = :now
            where id = :id and state <> 'suspended'
            """,
            id=application.id,
            name=application.name,
            summary=application.summary,
            run_by=application.run_by,
            contact=application.contact,
            state=application.state,
            mode=application.mode,
            home_url=application.home_url,
            redirect_uris=application.redirect_uris,
            scopes=application.scopes,
            alg=application.alg,
            now=work.now,
        )
    )


async def set_secret(work: Work, application_id: UUID, secret_hash: bytes) -> bool:
    """Keep the hash of a new secret; the former one is worth nothing from now on."""
    return bool(
        await work.run(
            """
            update partners.application set secret_hash = :secret_hash, changed_at = :now
            where id = :id and not public
            """,
            id=application_id,
            secret_hash=secret_hash,
            now=work.now,
        )
    )


async def set_state(
    work: Work, application_id: UUID, state: str, since: list[str], scopes: list[str] | None
) -> bool:
    """Bring an application from one of the states `since` into another, perhaps with scopes."""
    return bool(
        await work.run(
            """
            update partners.application
            set state = :state, scopes = coalesce(:scopes::text[], scopes), changed_at = :now
            where id = :id and state = any(:since::text[])
            """,
            id=application_id,
            state=state,
            since=since,
            scopes=scopes,
            now=work.now,
        )
    )


async def add_entry(
    work: Work, id: UUID, application_id: UUID | None, what: str, note: str
) -> None:
    """Write a line into the journal, in the actor's name."""
    await work.run(
        """
        insert into partners.journal (id, application_id, actor_id, actor_name, what, note, at)
        values (:id, :application_id, :actor_id, :actor_name, :what, :note, :now)
        """,
        id=id,
        application_id=application_id,
        actor_id=work.actor.id,
        actor_name=work.actor.name,
        what=what,
        note=note,
        now=work.now,
    )


async def list_journal(work: Work, code: str | None, most: int) -> list[Entry]:
    """Return what was decided about one application or all, newest first."""
    return await work.all(
        Entry,
        """
        select coalesce(application.code, '') as code, actor_name, what, note, at
        from partners.journal
        left join partners.application on application.id = journal.application_id
        where (:code::text is null or application.code = :code)
        order by journal.id desc limit :most
        """,
        code=code,
        most=most,
    )


async def set_sample(
    work: Work, code: str, home_url: str, redirect_uris: list[str], secret_hash: bytes
) -> bool:
    """Bring the sample application up to where it is today."""
    return bool(
        await work.run(
            """
            update partners.application
            set home_url = :home_url, redirect_uris = :redirect_uris, secret_hash = :secret_hash
            where code = :code and sample
            """,
            code=code,
            home_url=home_url,
            redirect_uris=redirect_uris,
            secret_hash=secret_hash,
        )
    )
