"""Programs, and the journal of decisions about them."""

from uuid import UUID

import msgspec

from city.kernel import Work
from city.partners.programs.model import Entry, Program, Quota


async def add_program(work: Work, program: Program, most: int) -> bool:
    """Add a program; False if the code is taken or the owner has `most` already."""
    return bool(
        await work.run(
            """
            insert into partners.program
                (id, code, name, purpose, contact, run_by, owner_id, state, scopes, asked,
                 asked_why, a_minute, a_day, writes_a_day, fingerprint, sample, made_at,
                 changed_at)
            select :id, :code, :name, :purpose, :contact, :run_by, :owner_id, :state, :scopes,
                   :asked, :asked_why, :a_minute, :a_day, :writes_a_day, :fingerprint, :sample,
                   :made_at, :changed_at
            where (select count(*) from partners.program where owner_id = :owner_id) < :most
            on conflict (code) do nothing
            """,
            **msgspec.structs.asdict(program),
            most=most,
        )
    )


async def find_program(work: Work, code: str) -> Program | None:
    """Return a program by its code."""
    return await work.maybe(
        Program,
        """
        select id, code, name, purpose, contact, run_by, owner_id, state, scopes, asked,
               asked_why, a_minute, a_day, writes_a_day, fingerprint, sample, made_at, changed_at
        from partners.program where code = :code
        """,
        code=code,
    )


async def find_program_by_id(work: Work, id: UUID) -> Program | None:
    """Return a program."""
    return await work.maybe(
        Program,
        """
        select id, code, name, purpose, contact, run_by, owner_id, state, scopes, asked,
               asked_why, a_minute, a_day, writes_a_day, fingerprint, sample, made_at, changed_at
        from partners.program where id = :id
        """,
        id=id,
    )


async def list_programs(work: Work) -> list[Program]:
    """Return all programs, those that wait for an answer first."""
    return await work.all(
        Program,
        """
        select id, code, name, purpose, contact, run_by, owner_id, state, scopes, asked,
               asked_why, a_minute, a_day, writes_a_day, fingerprint, sample, made_at, changed_at
        from partners.program order by asked = '{}', code limit 1000
        """,
    )


async def list_mine(work: Work, owner_id: UUID) -> list[Program]:
    """Return the programs that somebody has registered, oldest first."""
    return await work.all(
        Program,
        """
        select id, code, name, purpose, contact, run_by, owner_id, state, scopes, asked,
               asked_why, a_minute, a_day, writes_a_day, fingerprint, sample, made_at, changed_at
        from partners.program where owner_id = :owner_id order by id
        """,
        owner_id=owner_id,
    )


async def set_registration(work: Work, program: Program) -> bool:
    """Keep what the developer changed; False while the program is suspended."""
    return bool(
        await work.run(
            """
            update partners.program
            set name = :name, purpose = :purpose, contact = :contact, run_by = :run_by,
                scopes = :scopes, fingerprint = :fingerprint, changed_at = :now
            where id = :id and state = 'active'
            """,
            id=program.id,
            name=program.name,
            purpose=program.purpose,
            contact=program.contact,
            run_by=program.run_by,
            scopes=program.scopes,
            fingerprint=program.fingerprint,
            now=work.now,
        )
    )


async def set_asked(work: Work, program_id: UUID, asked: list[str], why: str) -> bool:
    """Note what a program would like to do besides; False while it is suspended."""
    return bool(
        await work.run(
            """
            update partners.program set asked = :asked, asked_why = :why, changed_at = :now
            where id = :id and state = 'active'
            """,
            id=program_id,
            asked=asked,
            why=why,
            now=work.now,
        )
    )


async def set_scopes(work: Work, program_id: UUID, scopes: list[str], asked: list[str]) -> bool:
    """Give a program these scopes in answer to what it asked; False if it asks otherwise now."""
    return bool(
        await work.run(
            """
            update partners.program
            set scopes = :scopes, asked = '{}', asked_why = '', changed_at = :now
            where id = :id and asked = :asked
            """,
            id=program_id,
            scopes=scopes,
            asked=asked,
            now=work.now,
        )
    )


async def set_quota(work: Work, program_id: UUID, quota: Quota) -> bool:
    """Let a program do this much; False if it may do exactly that already."""
    return bool(
        await work.run(
            """
            update partners.program
            set a_minute = :a_minute, a_day = :a_day, writes_a_day = :writes_a_day,
                changed_at = :now
            where id = :id and (a_minute, a_day, writes_a_day)
                               is distinct from (:a_minute, :a_day, :writes_a_day)
            """,
            id=program_id,
            a_minute=quota.a_minute,
            a_day=quota.a_day,
            writes_a_day=quota.writes_a_day,
            now=work.now,
        )
    )


async def set_state(work: Work, program_id: UUID, state: str) -> bool:
    """Suspend a program or let it go on; False if it was so already."""
    return bool(
        await work.run(
            """
            update partners.program set state = :state, changed_at = :now
            where id = :id and state <> :state
            """,
            id=program_id,
            state=state,
            now=work.now,
        )
    )


async def add_entry(work: Work, id: UUID, program_id: UUID, what: str, note: str) -> None:
    """Write a line into a program's journal, in the actor's name."""
    await work.run(
        """
        insert into partners.program_entry (id, program_id, actor_id, actor_name, what, note, at)
        values (:id, :program_id, :actor_id, :actor_name, :what, :note, :now)
        """,
        id=id,
        program_id=program_id,
        actor_id=work.actor.id,
        actor_name=work.actor.name,
        what=what,
        note=note,
        now=work.now,
    )


async def list_entries(work: Work, program_id: UUID | None, most: int) -> list[Entry]:
    """Return what was decided about one program or all, newest first."""
    return await work.all(
        Entry,
        """
        select program.code, program.name, actor_name, what, note, at
        from partners.program_entry
        join partners.program on program.id = program_entry.program_id
        where (:program_id::uuid is null or program_id = :program_id)
        order by program_entry.id desc limit :most
        """,
        program_id=program_id,
        most=most,
    )


async def forget(work: Work, person_id: UUID) -> None:
    """Leave somebody's programs without an owner and stopped, their keys revoked."""
    await work.run(
        """
        with orphaned as (
            update partners.program
            set owner_id = null, contact = '', state = 'suspended', asked = '{}', asked_why = ''
            where owner_id = :person_id
            returning id
        ), revoked as (
            update partners.program_key set revoked_at = :now
            from orphaned where program_id = orphaned.id and revoked_at is null
        )
        update partners.program_entry set actor_name = '', actor_id = null
        where actor_id = :person_id
        """,
        person_id=person_id,
        now=work.now,
    )
