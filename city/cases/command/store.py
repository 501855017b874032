"""The SQL of commands: one function for each statement.

Where a function says *that the actor may see*, a unit's officer gets those in which the own unit
has a task, and those the officer commands.
"""

from uuid import UUID

import msgspec

from city.cases.command.model import Command, CommandLine, LogEntry, Sitrep, Task
from city.cases.store import scope_of
from city.kernel import Work


async def add_command(work: Work, command: Command, entry: LogEntry) -> None:
    """Insert a command with the first entry of its log."""
    await work.run(
        """
        with begun as (
            insert into cases.command (
                case_id, ref, definition, definition_version, name, place, wards, drill, sample,
                commander_id, commander_name, sitrep_minutes, began_at, next_sitrep_at, wake_at,
                head_seq, head_hash)
            values (:case_id, :ref, :definition, :definition_version, :name, :place,
                    :wards::text[], :drill, :sample, :commander_id, :commander_name,
                    :sitrep_minutes, :began_at, :next_sitrep_at, :wake_at, :seq, :hash)
        )
        insert into cases.command_log
            (case_id, seq, kind, at, actor_id, actor_name, text, facts, hash)
        values (:case_id, :seq, :kind, :at, :actor_id, :actor_name, :text, :facts::jsonb, :hash)
        """,
        **{**msgspec.structs.asdict(command), **msgspec.structs.asdict(entry)},
    )


async def hold_command(work: Work, case_id: UUID) -> Command:
    """Return a command, held so that nobody else changes it until this work is done."""
    return await work.one(
        Command, "select * from cases.command where case_id = :case_id for update", case_id=case_id
    )


async def set_command(work: Work, command: Command, entry: LogEntry) -> None:
    """Store how a command that is held stands now, with the entry that says what happened."""
    await work.run(
        """
        with moved as (
            update cases.command set
                commander_id = :commander_id, commander_name = :commander_name,
                next_sitrep_at = :next_sitrep_at, sitreps = :sitreps, wake_at = :wake_at,
                rung = :rung, ended_at = :ended_at, head_seq = :seq, head_hash = :hash
            where case_id = :case_id
        )
        insert into cases.command_log
            (case_id, seq, kind, at, actor_id, actor_name, text, facts, hash)
        values (:case_id, :seq, :kind, :at, :actor_id, :actor_name, :text, :facts::jsonb, :hash)
        """,
        **{**msgspec.structs.asdict(command), **msgspec.structs.asdict(entry)},
    )


async def see_command(work: Work, ref: str) -> Command:
    """Return the command with this reference that the actor may see."""
    return await work.one(
        Command,
        """
        select * from cases.command
        where ref = :ref
          and (:scope::uuid is null or commander_id = :me or exists (
               select from cases.task
               where task.case_id = command.case_id and owner_unit = :scope))
        """,
        ref=ref,
        scope=scope_of(work.actor),
        me=work.actor.id,
    )


async def find_command(work: Work, ref: str) -> Command | None:
    """Return the command with this reference, whoever asks: for what checks its reports."""
    return await work.maybe(Command, "select * from cases.command where ref = :ref", ref=ref)


async def list_commands(work: Work, limit: int = 60) -> list[CommandLine]:
    """Return the commands that the actor may see: those that run, then the others, newest first."""
    return await work.all(
        CommandLine,
        """
        select ref, name, drill, sample, commander_name, began_at, next_sitrep_at, ended_at,
               sitreps, counted.tasks, counted.over, counted.late
        from cases.command, lateral (
            select count(*) as tasks,
                   count(*) filter (where state in ('done', 'dropped')) as over,
                   count(*) filter (where state in ('open', 'doing') and due_at < :now) as late,
                   count(*) filter (where owner_unit = :scope) as own
            from cases.task where task.case_id = command.case_id
        ) as counted
        where :scope::uuid is null or commander_id = :me or counted.own > 0
        order by ended_at desc nulls first, began_at desc
        limit :limit
        """,
        now=work.now,
        scope=scope_of(work.actor),
        me=work.actor.id,
        limit=limit,
    )


async def has_samples(work: Work) -> bool:
    """Return whether there is a sample command."""
    return bool(await work.value(int, "select 1 from cases.command where sample limit 1"))


async def add_tasks(work: Work, tasks: list[Task]) -> None:
    """Insert tasks."""
    await work.run(
        """
        insert into cases.task (
            id, case_id, title, owner_unit, owner_name, due_at, from_checklist, wake_at,
            created_at, created_name, changed_at, changed_by, changed_name)
        select id, case_id, title, owner_unit, owner_name, due_at, from_checklist, wake_at,
               created_at, created_name, changed_at, changed_by, changed_name
        from jsonb_to_recordset(:tasks::jsonb) as t (
            id uuid, case_id uuid, title jsonb, owner_unit uuid, owner_name text,
            due_at timestamptz, from_checklist integer, wake_at timestamptz,
            created_at timestamptz, created_name text, changed_at timestamptz, changed_by uuid,
            changed_name text)
        """,
        tasks=[msgspec.to_builtins(task) for task in tasks],
    )


async def set_task(work: Work, task: Task) -> bool:
    """Store how a task stands now; False if it has changed since it was read."""
    return bool(
        await work.run(
            """
            update cases.task set
                owner_unit = :owner_unit, owner_name = :owner_name, due_at = :due_at,
                state = :state, note = :note, wake_at = :wake_at, changed_at = :changed_at,
                changed_by = :changed_by, changed_name = :changed_name, version = version + 1
            where id = :id and case_id = :case_id and version = :version
            """,
            **msgspec.structs.asdict(task),
        )
    )


async def get_task(work: Work, case_id: UUID, id: UUID) -> Task:
    """Return a task of a command."""
    return await work.one(
        Task,
        "select * from cases.task where id = :id and case_id = :case_id",
        id=id,
        case_id=case_id,
    )


async def list_tasks(work: Work, case_id: UUID) -> list[Task]:
    """Return the tasks of a command, whatever is due first on top."""
    return await work.all(
        Task,
        """
        select * from cases.task where case_id = :case_id
        order by due_at nulls last, from_checklist nulls last, id
        """,
        case_id=case_id,
    )


async def add_sitrep(work: Work, report: Sitrep) -> None:
    """Insert a situation report."""
    await work.run(
        """
        insert into cases.sitrep (
            case_id, number, at, due_at, actor_id, actor_name, situation, done, next, needs,
            figures)
        values (:case_id, :number, :at, :due_at, :actor_id, :actor_name, :situation, :done, :next,
                :needs, :figures::jsonb)
        """,
        **msgspec.structs.asdict(report),
    )


async def list_sitreps(work: Work, case_id: UUID) -> list[Sitrep]:
    """Return the situation reports of a command, newest first."""
    return await work.all(
        Sitrep,
        "select * from cases.sitrep where case_id = :case_id order by number desc",
        case_id=case_id,
    )


async def list_log(
    work: Work, case_id: UUID, kinds: list[str] | None = None, limit: int | None = None
) -> list[LogEntry]:
    """Return the newest entries of a command's log, of some kinds or of all, newest first.

    Without a limit all of them: a chain of which the beginning is missing proves nothing.
    """
    return await work.all(
        LogEntry,
        """
        select * from cases.command_log
        where case_id = :case_id and (:kinds::text[] is null or kind = any(:kinds))
        order by seq desc
        limit :limit
        """,
        case_id=case_id,
        kinds=kinds,
        limit=limit,
    )


async def take_due(work: Work, limit: int = 100) -> list[Command]:
    """Return running commands in which something has become late, held for this work.

    Those that somebody else holds are left out: they are looked at next time.
    """
    return await work.all(
        Command,
        """
        select * from cases.command
        where ended_at is null
          and (wake_at <= :now or exists (
               select from cases.task
               where task.case_id = command.case_id and task.wake_at <= :now))
        order by case_id
        limit :limit
        for update skip locked
        """,
        now=work.now,
        limit=limit,
    )


async def take_late_tasks(work: Work, case_ids: list[UUID]) -> list[Task]:
    """Return the tasks of these commands that have become late since last asked: each once."""
    return await work.all(
        Task,
        """
        update cases.task set wake_at = null
        where case_id = any(:case_ids::uuid[]) and wake_at <= :now
        returning *
        """,
        case_ids=case_ids,
        now=work.now,
    )
