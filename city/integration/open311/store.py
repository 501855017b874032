"""The SQL of Open311: what came from programs, who told them, and who looked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import to_builtins
from msgspec.structs import asdict

from city.integration.open311.model import Look, Sender, Sent
from city.kernel import Says, Work


async def add_sent(work: Work, sent: Sent, client_key: str | None, sender: Sender) -> bool:
    """Write that a program sent a report, and who told it; False if it sent it before.

    If the same one is just being written by somebody else this waits until that is decided.
    """
    added = await work.value(
        bool,
        """
        with sent as (
            insert into integration.request
                (report_ref, program_id, program_name, client_key, media_url, sent_at)
            values (:report_ref, :program_id, :program_name, :client_key, :media_url, :sent_at)
            on conflict (program_id, client_key) where client_key is not null do nothing
            returning report_ref, sent_at
        ), told as (
            insert into integration.sender
                (report_ref, first_name, last_name, email, phone, device_id, account_id, sent_at)
            select report_ref, :first_name, :last_name, :email, :phone, :device_id, :account_id,
                   sent_at
            from sent
            where :has_sender::boolean
        )
        select exists (select from sent)
        """,
        client_key=client_key,
        **(asdict(sent) | asdict(sender) | {"has_sender": sender.is_anybody}),
    )
    return bool(added)


async def find_ref_by_key(work: Work, program_id: UUID | None, client_key: str) -> str | None:
    """Return the report that a program sent under this key."""
    return await work.value(
        str,
        """
        select report_ref from integration.request
        where program_id = :program_id and client_key = :client_key
        """,
        program_id=program_id,
        client_key=client_key,
    )


async def find_sent(work: Work, ref: str) -> Sent | None:
    """Return which program sent this report, if one did."""
    return await work.maybe(
        Sent,
        """
        select report_ref, program_id, program_name, media_url, media_fault, sent_at,
               exists (
                   select from integration.sender where report_ref = request.report_ref
               ) as has_sender
        from integration.request where report_ref = :ref
        """,
        ref=ref,
    )


async def see_sender(work: Work, look_id: UUID, ref: str, purpose: str) -> Sender | None:
    """Return who told a program of a report and write down who looked, in one statement."""
    return await work.maybe(
        Sender,
        """
        with seen as (
            select * from integration.sender where report_ref = :ref
        ), written as (
            insert into integration.sender_look
                (id, report_ref, actor_id, actor_name, purpose, at)
            select :id, report_ref, :actor_id, :actor_name, :purpose, :now from seen
        )
        select first_name, last_name, email, phone, device_id, account_id from seen
        """,
        id=look_id,
        ref=ref,
        actor_id=work.actor.id,
        actor_name=work.actor.name,
        purpose=purpose,
        now=work.now,
    )


async def list_looks(work: Work, ref: str) -> list[Look]:
    """Return who has looked at who sent a report, the last first."""
    return await work.all(
        Look,
        """
        select actor_name, purpose, at from integration.sender_look
        where report_ref = :ref order by at desc limit 10
        """,
        ref=ref,
    )


async def set_media_fault(work: Work, ref: str, fault: Says) -> None:
    """Note why a picture could not be fetched."""
    await work.run(
        "update integration.request set media_fault = :fault where report_ref = :ref",
        ref=ref,
        fault=to_builtins(fault),
    )


async def remove_senders(work: Work, before: datetime) -> int:
    """Forget who sent what before then; return how many."""
    return await work.run(
        "delete from integration.sender where sent_at < :before",
        before=before,
    )


async def list_looks_by(work: Work, actor_id: UUID) -> list[dict[str, Any]]:
    """Return what somebody looked at, fit for JSON."""
    return await work.values(
        dict,
        """
        select jsonb_build_object('report', report_ref, 'purpose', purpose, 'at', at)
        from integration.sender_look where actor_id = :actor_id order by at
        """,
        actor_id=actor_id,
    )


async def forget_looker(work: Work, actor_id: UUID) -> None:
    """Make nameless that somebody looked."""
    await work.run(
        "update integration.sender_look set actor_id = null, actor_name = ''"
        " where actor_id = :actor_id",
        actor_id=actor_id,
    )
