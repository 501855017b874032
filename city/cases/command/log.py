"""The chain of a command's log, made as that of a case's history (`city.cases.history`)."""

import hashlib
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import msgspec

from city.cases.command.model import Command, LogEntry, Sitrep, Task
from city.kernel import THE_CITY, Work

_canonical = msgspec.json.Encoder(order="deterministic").encode


def hash_of(entry: LogEntry, previous: str) -> str:
    """Return SHA-256, as hex, of the previous entry's hash and this entry's canonical JSON."""
    fields = msgspec.structs.asdict(entry)
    del fields["hash"]
    fields["at"] = entry.at.astimezone(UTC)
    return hashlib.sha256(previous.encode() + _canonical(fields)).hexdigest()


def next_entry(work: Work, command: Command, kind: str, text: str = "", **facts: Any) -> LogEntry:
    """Return the entry that follows what has happened in this command so far."""
    entry = LogEntry(
        case_id=command.case_id,
        seq=command.head_seq + 1,
        kind=kind,
        at=work.now,
        actor_id=work.actor.id,
        actor_name=work.actor.name or THE_CITY.name,
        text=text,
        facts=facts,
    )
    return msgspec.structs.replace(entry, hash=hash_of(entry, command.head_hash))


def task_digest(task: Task) -> str:
    """Return SHA-256 of all that is said of a task."""
    due = task.due_at.astimezone(UTC) if task.due_at else None
    said: list[Any] = [task.id, task.title, task.owner_unit, task.owner_name, due]
    return _digest([*said, task.state, task.note, task.from_checklist])


def sitrep_digest(report: Sitrep) -> str:
    """Return SHA-256 of a situation report."""
    said: list[Any] = [report.number, report.at.astimezone(UTC), report.actor_name]
    said += [report.situation, report.done, report.next, report.needs]
    return _digest([*said, report.figures])


def is_whole(
    command: Command, entries: Sequence[LogEntry], tasks: Sequence[Task], reports: Sequence[Sitrep]
) -> bool:
    """Return whether a log is unbroken and complete, and tasks, reports and commander fit it."""
    previous = ""
    said: dict[str, str] = {}
    commander = ""
    for seq, entry in enumerate(entries, 1):
        if entry.seq != seq or entry.hash != hash_of(entry, previous):
            return False
        previous = entry.hash
        said |= entry.facts.get("digests", {})
        commander = entry.facts.get("commander", commander)
    now = {str(task.id): task_digest(task) for task in tasks}
    now |= {f"sitrep {report.number}": sitrep_digest(report) for report in reports}
    head = (command.head_seq, command.head_hash, str(command.commander_id))
    return head == (len(entries), previous, commander) and said == now


def _digest(said: list[Any]) -> str:
    return hashlib.sha256(_canonical(said)).hexdigest()
