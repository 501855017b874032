"""The SQL of updates: which have come, and whether a later one has."""

from datetime import datetime
from uuid import UUID

from msgspec.structs import asdict

from city.integration.open311.updates.model import Received, Said
from city.kernel import Work


async def add_received(work: Work, said: Said, case_id: UUID) -> bool:
    """Write that an update came; False if it came before.

    If the same one is just being written by somebody else this waits until that is decided.
    """
    added = await work.run(
        """
        insert into integration.update_received
            (source, update_id, case_id, ours, status, said_at, outcome, received_at)
        values (:source, :update_id, :case_id, '', :status, :at, '', :now)
        on conflict (source, update_id) do nothing
        """,
        **{k: v for k, v in asdict(said).items() if k in ("source", "update_id", "status", "at")},
        case_id=case_id,
        now=work.now,
    )
    return added == 1


async def set_received(work: Work, said: Said, received: Received) -> None:
    """Write what was made of an update."""
    await work.run(
        """
        update integration.update_received set ours = :ours, outcome = :outcome
        where source = :source and update_id = :update_id
        """,
        source=said.source,
        update_id=said.update_id,
        ours=received.ours,
        outcome=received.outcome,
    )


async def find_received(work: Work, source: str, update_id: str) -> Received | None:
    """Return what was made of an update, if it has come."""
    return await work.maybe(
        Received,
        """
        select ours, outcome from integration.update_received
        where source = :source and update_id = :update_id
        """,
        source=source,
        update_id=update_id,
    )


async def is_overtaken(work: Work, case_id: UUID, source: str, at: datetime) -> bool:
    """Return whether this source has said something later about the state of a case."""
    found = await work.value(
        bool,
        """
        select exists (
            select from integration.update_received
            where case_id = :case_id and source = :source and said_at > :at and status <> ''
        )
        """,
        case_id=case_id,
        source=source,
        at=at,
    )
    return bool(found)


async def has_sent(work: Work, program_id: UUID, ref: str) -> bool:
    """Return whether it was this program that sent the report."""
    found = await work.value(
        bool,
        """
        select exists (
            select from integration.request where report_ref = :ref and program_id = :program_id
        )
        """,
        ref=ref,
        program_id=program_id,
    )
    return bool(found)
