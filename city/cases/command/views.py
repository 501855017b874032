"""What the pages of commands show: everything put into the reader's words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from city import identity, places
from city.cases.command.model import (
    TASK_TONES,
    TASK_WORDS,
    Command,
    CommandLine,
    Figures,
    LogEntry,
    Sitrep,
    Task,
    TaskState,
    figures_of,
    moves_of,
)
from city.cases.command.telling import named
from city.kernel import Says, Work, say
from city.web import Request, render_words

MOVE_WORDS: dict[TaskState, Says] = {
    TaskState.OPEN: say("Back to not begun"),
    TaskState.DOING: say("Begin"),
    TaskState.DONE: say("Task finished"),
    TaskState.DROPPED: say("Drop"),
}

LOG_KINDS: dict[str, tuple[Says, list[str]]] = {
    "tasks": (say("Tasks"), ["task_add", "task_change", "task_move", "task_late"]),
    "reports": (say("Situation reports"), ["sitrep", "sitrep_late"]),
    "notes": (say("Notes"), ["note"]),
    "command": (say("Command"), ["begin", "hand_over", "end"]),
}
"""What the log can be narrowed to."""

LOG_WORDS: dict[str, Says] = {
    "begin": say("The command began under {commander}"),
    "hand_over": say("{was} handed the command over to {commander}"),
    "task_add": say("New task: {task}"),
    "task_change": say("Task given out anew: {task}"),
    "task_move": say("{task}: {state}"),
    "task_late": say("Late: {task}"),
    "sitrep": say("Situation report {number}"),
    "sitrep_late": say("Situation report {number} is late"),
    "note": say("Note"),
    "end": say("The command has ended"),
}

LOG_TONES = {"task_late": "late", "sitrep_late": "late", "sitrep": "accent", "end": "done"}

TOLD_WORDS: dict[str, Says] = {
    "commander": say("the commander"),
    "unit": say("the unit"),
    "leader": say("the city's leaders"),
}


class Reader:
    """Somebody who reads a command's page in their language at a moment."""

    def __init__(
        self,
        request: Request[Any, Any, Any],
        work: Work,
        units: Mapping[UUID, identity.Organisation],
    ) -> None:
        """Show things as they are for this request."""
        self.language: str = request.scope["state"]["language"]
        self.now = work.now
        self.actor = work.actor
        self.units = units

    def say(self, says: Says) -> str:
        """Return the sentence in the reader's language."""
        return render_words(self.language, says)

    def named(self, names: Mapping[str, str]) -> str:
        """Return a name in the reader's language, or in another if it has none."""
        return named(names, self.language)

    def unit(self, id: UUID | None) -> str:
        """Return the short name of a unit, or nothing for none."""
        known = self.units.get(id) if id else None
        return self.named(known.short_name or known.name) if known else ""

    def span(self, start: datetime, end: datetime) -> str:
        """Return how long something takes, to the minute."""
        minutes = max(int((end - start).total_seconds() // 60), 0)
        days, hours = minutes // 1440, minutes // 60 % 24
        if days:
            return self.say(say("{days} d {hours} h", days=days, hours=hours))
        if minutes >= 60:
            return self.say(say("{hours} h {minutes} min", hours=hours, minutes=minutes % 60))
        return self.say(say("{minutes} min", minutes=minutes))

    def left(self, due: datetime | None) -> dict[str, Any]:
        """Return how long is left, or how late it is, with its tone and the moment itself."""
        if due is None:
            return {"words": "", "tone": "idle", "due": None}
        if due < self.now:
            return {
                "words": self.say(say("{span} late", span=self.span(due, self.now))),
                "tone": "late",
                "due": due,
            }
        minutes = (due - self.now).total_seconds() / 60
        return {
            "words": self.say(say("{span} left", span=self.span(self.now, due))),
            "tone": "doing" if minutes <= 15 else "new",
            "due": due,
        }

    def line(self, line: CommandLine) -> dict[str, Any]:
        """Return a line of the list."""
        return {
            "ref": line.ref,
            "name": line.name,
            "drill": line.drill,
            "sample": line.sample,
            "commander": line.commander_name,
            "began_at": line.began_at,
            "ended_at": line.ended_at,
            "lasted": self.span(line.began_at, line.ended_at or self.now),
            "next": self.left(line.next_sitrep_at),
            "tasks": line.tasks,
            "over": line.over,
            "late": line.late,
            "sitreps": line.sitreps,
        }

    def command(self, command: Command) -> dict[str, Any]:
        """Return what stands at the head of a command's page."""
        wards = {ward.code: self.named(ward.name) for ward in places.list_wards()}
        return {
            "ref": command.ref,
            "name": command.name,
            "place": ", ".join(
                part
                for part in (command.place, *(wards.get(code, code) for code in command.wards))
                if part
            ),
            "drill": command.drill,
            "sample": command.sample,
            "running": command.is_running,
            "commander": command.commander_name,
            "commander_id": str(command.commander_id),
            "mine": command.commander_id == self.actor.id,
            "began_at": command.began_at,
            "ended_at": command.ended_at,
            "lasted": self.span(command.began_at, command.ended_at or self.now),
            "next": self.left(command.next_sitrep_at),
            "next_at": command.next_sitrep_at,
            "every": command.sitrep_minutes,
            "number": command.sitreps + 1,
            "late_said": command.rung,
        }

    def task(self, command: Command, task: Task) -> dict[str, Any]:
        """Return a task with the moves that this reader can make."""
        unit = self.unit(task.owner_unit)
        moves = [
            {"to": str(to), "label": self.say(MOVE_WORDS[to])}
            for to in moves_of(self.actor, command, task)
        ]
        return {
            "id": str(task.id),
            "title": self.named(task.title),
            "state": str(task.state),
            "words": self.say(TASK_WORDS[task.state]),
            "tone": "late" if task.is_late(self.now) else TASK_TONES[task.state],
            "late": task.is_late(self.now),
            "over": task.is_over,
            "unit": unit,
            "unit_id": str(task.owner_unit or ""),
            "person": task.owner_name,
            "owner": " · ".join(part for part in (unit, task.owner_name) if part),
            "own": task.owner_unit is not None and task.owner_unit == self.actor.unit_id,
            "due_at": task.due_at,
            "left": self.left(None if task.is_over else task.due_at),
            "note": task.note,
            "version": task.version,
            "moves": moves,
            "changed_at": task.changed_at,
            "changed_name": task.changed_name,
        }

    def tasks(self, command: Command, tasks: Sequence[Task]) -> dict[str, list[dict[str, Any]]]:
        """Return the tasks that wait, what is late on top, and those that are over."""
        lines = [self.task(command, task) for task in tasks]
        waiting = [line for line in lines if not line["over"]]
        waiting.sort(key=lambda line: (not line["own"], not line["late"], line["state"] == "open"))
        return {"waiting": waiting, "over": [line for line in lines if line["over"]]}

    def sitrep(self, report: Sitrep) -> dict[str, Any]:
        """Return a situation report with its figures and how late it was."""
        late = report.due_at is not None and report.at > report.due_at
        return {
            "number": report.number,
            "at": report.at,
            "who": report.actor_name,
            "late": self.span(report.due_at, report.at) if late and report.due_at else "",
            "figures": self.figures(report.figures),
            "situation": report.situation,
            "done": report.done,
            "next": report.next,
            "needs": report.needs,
        }

    def figures(self, figures: Figures) -> list[dict[str, Any]]:
        """Return figures with their words and tones."""
        lines: list[dict[str, Any]] = [
            {"label": self.say(TASK_WORDS[state]), "n": getattr(figures, state), "tone": tone}
            for state, tone in TASK_TONES.items()
        ]
        tone = "late" if figures.late else "idle"
        return [*lines, {"label": self.say(say("Late tasks")), "n": figures.late, "tone": tone}]

    def entry(self, entry: LogEntry) -> dict[str, Any]:
        """Return a line of the log."""
        facts = entry.facts
        state = TASK_WORDS.get(facts.get("now", ""))
        params = {
            "task": self.named(facts.get("title", {})),
            "state": state or "",
            "number": facts.get("number", ""),
            "was": facts.get("was", ""),
            "commander": facts.get("commander_name", ""),
        }
        words = LOG_WORDS.get(entry.kind, Says(entry.kind))
        more = [entry.text] if entry.text else []
        if entry.kind in ("task_add", "task_change"):
            unit = self.unit(UUID(facts["unit"])) if facts.get("unit") else ""
            more += [" · ".join(part for part in (unit, facts.get("person", "")) if part)]
        if told := facts.get("tell"):
            names = ", ".join(self.say(TOLD_WORDS[who]) for who in told if who in TOLD_WORDS)
            more.append(self.say(say("Told: {names}", names=names)))
        return {
            "seq": entry.seq,
            "at": entry.at,
            "kind": entry.kind,
            "what": self.say(Says(words.text, params)),
            "who": entry.actor_name,
            "text": "\n".join(part for part in more if part),
            "tone": LOG_TONES.get(entry.kind, ""),
        }

    def forces(self, tasks: Sequence[Task]) -> list[dict[str, Any]]:
        """Return the units that have a part, with how their tasks stand."""
        of: dict[UUID, list[Task]] = {}
        for task in tasks:
            if task.owner_unit is not None:
                of.setdefault(task.owner_unit, []).append(task)
        return [
            {
                "unit": self.unit(unit),
                "phone": self.units[unit].phone if unit in self.units else "",
                "total": len(own),
                "over": sum(task.is_over for task in own),
                "doing": sum(task.state is TaskState.DOING for task in own),
                "late": figures_of(own, self.now).late,
            }
            for unit, own in of.items()
        ]

    def prefill(self, tasks: Sequence[Task], since: datetime) -> dict[str, str]:
        """Return what a situation report may begin with: what was done since, and what is next."""
        done = [task for task in tasks if task.state is TaskState.DONE and task.changed_at >= since]
        waiting = [task for task in tasks if not task.is_over]
        waiting.sort(key=lambda task: task.state is not TaskState.DOING)
        return {
            "done": "\n".join(f"- {self._short(task)}" for task in done),
            "next": "\n".join(f"- {self._short(task)}" for task in waiting[:8]),
        }

    def _short(self, task: Task) -> str:
        unit = self.unit(task.owner_unit)
        return self.named(task.title) + (f" ({unit})" if unit else "")


async def reader_of(request: Request[Any, Any, Any], work: Work) -> Reader:
    """Return the reader of this request, who knows the units (one statement)."""
    return Reader(request, work, {unit.id: unit for unit in await identity.list_units(work)})
