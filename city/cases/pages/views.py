"""What the pages show: cases with their names and times put into the reader's words."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from city import identity, media, places
from city.cases.deadlines import countdown
from city.cases.model import (
    CLAIM_MINUTES,
    STATUS_TONES,
    STATUS_WORDS,
    Case,
    Category,
    Entry,
    Process,
    QueueItem,
    Rating,
    Source,
)
from city.cases.store.queues import BoardItem
from city.kernel import Says, Work, say
from city.web import Request, render_words

PROCESS_WORDS = {
    Process.INSTANT: say("Instant"),
    Process.TIME_BOUND: say("By a deadline"),
    Process.COMMAND: say("Command"),
}

SOURCE_WORDS = {
    Source.REPORT: say("A report"),
    Source.QUESTION: say("A question"),
    Source.CALL: say("A call"),
    Source.DETECTION: say("A camera or a gauge"),
    Source.OFFICER: say("An officer"),
    Source.IMPORT: say("Another system"),
}

RATING_WORDS = {
    Rating.SATISFIED: say("Satisfied"),
    Rating.ACCEPTABLE: say("Acceptable"),
    Rating.UNSATISFIED: say("Not satisfied"),
}

VERB_WORDS: dict[str, Says] = {
    "open": say("Received"),
    "import": say("Brought in from another system"),
    "accept": say("Accepted"),
    "route": say("Given to {unit}"),
    "take": say("Work has begun"),
    "answer": say("Answered"),
    "send_back": say("Sent back to the unit"),
    "publish": say("Answer published"),
    "reject": say("Not taken on"),
    "merge": say("Joined with {ref}"),
    "join": say("{ref} was joined with this case"),
    "rate": say("Rated by the reporter: {rating}"),
    "reopen": say("Taken up again"),
    "ask": say("The reporter was asked"),
    "reply": say("The reporter's answer"),
    "pause": say("Waiting"),
    "resume": say("Going on again"),
    "hand_back": say("Handed back to the desk"),
    "step": say("Step taken: {step}"),
    "contribute": say("Added by {helper}"),
    "photos": say("Photos that came later"),
    "note": say("Word from {source}"),
    "claim": say("Taken in hand"),
    "release": say("Let go of"),
    "hand_over": say("Handed over to a colleague"),
    "remind": say("Reminded"),
    "escalate": say("Escalated"),
    "split": say("Split into parts"),
    "link": say("Linked with {ref}"),
    "unlink": say("No longer linked with {ref}"),
    "recalculate": say("The deadline was worked out anew"),
}

HELD_WORDS: dict[str, Says] = {
    "publish": say("The answer is about to be published"),
    "reject": say("About to be closed with a reason"),
    "merge": say("About to be joined with another case"),
    "route": say("About to go to a unit"),
}
"""What is said of a case for which something is held back."""

Units = Mapping[UUID, identity.Organisation]

UNITS_SECONDS = 30


class Reader:
    """Somebody who reads a page in their language at a moment."""

    def __init__(
        self,
        request: Request[Any, Any, Any],
        work: Work,
        categories: Mapping[str, Category],
        units: Units,
    ) -> None:
        """Show things as they are for this request."""
        self.language: str = request.scope["state"]["language"]
        self.now = work.now
        self.categories = categories
        self.units = units

    def say(self, says: Says) -> str:
        """Return the sentence in the reader's language."""
        return render_words(self.language, says)

    def named(self, names: Mapping[str, str]) -> str:
        """Return a name in the reader's language, or in another if it has none."""
        return names.get(self.language) or next(iter(names.values()), "")

    def category(self, code: str) -> str:
        """Return the name of a category."""
        known = self.categories.get(code)
        return self.named(known.name) if known else code

    def unit(self, id: UUID | None, *, short: bool = False) -> str:
        """Return the name of a unit, or nothing for none."""
        known = self.units.get(id) if id else None
        if known is None:
            return ""
        return self.named(known.short_name if short and known.short_name else known.name)

    def place(self, ward: str | None, address: str) -> str:
        """Return where something is, in one line."""
        return ", ".join(part for part in (address, self.ward(ward)) if part)

    def ward(self, code: str | None) -> str:
        """Return the name of a ward, or nothing for none."""
        known = next((ward for ward in places.list_wards() if ward.code == code), None)
        return self.named(known.name) if known else ""

    def left(self, due: datetime | None, process: Process) -> dict[str, str]:
        """Return how long is left, and its tone."""
        if due is None:
            return {"words": "", "tone": "idle", "due": "", "clock": ""}
        left = countdown(self.now, due, process)
        return {
            "words": self.say(left.words),
            "tone": left.tone,
            "due": due.isoformat(),
            "clock": "1" if process is not Process.TIME_BOUND else "",
        }

    def line(self, item: QueueItem, base: str) -> dict[str, Any]:
        """Return a line of a queue."""
        return {
            "ref": item.ref,
            "href": f"{base}/{item.ref}",
            "summary": item.summary.split("\n", 1)[0],
            "status": self.say(STATUS_WORDS[item.status]),
            "tone": STATUS_TONES[item.status],
            "instant": item.process is Process.INSTANT,
            "category": self.category(item.category),
            "place": self.place(item.ward, item.address),
            "unit": self.unit(item.unit_id, short=True),
            "opened_at": item.opened_at,
            "closed_at": item.closed_at,
            "left": self.left(item.step_due_at, item.process),
            "reopened": item.reopened,
            "private": item.private,
            "version": item.version,
        }

    def board_line(self, item: BoardItem) -> dict[str, Any]:
        """Return a line of the desk's list, with who has it in hand."""
        fresh = item.claimed_at and item.claimed_at >= self.now - timedelta(minutes=CLAIM_MINUTES)
        return {
            **self.line(item, "/desk/cases"),
            "photos": item.photos,
            "escalated": item.escalated,
            "claimed": item.claimed_name if fresh else "",
            "held": self.say(HELD_WORDS[item.held_verb]) if item.held_verb in HELD_WORDS else "",
            "is_held": item.held_verb is not None,
        }

    def case(self, case: Case) -> dict[str, Any]:
        """Return what a case's page shows of it."""
        title, _, more = case.summary.partition("\n")
        return {
            "ref": case.ref,
            "id": str(case.id),
            "version": case.version,
            "title": title if len(title) <= 160 else title[:159] + "…",
            "summary": more if len(title) <= 160 else case.summary,
            "status": self.say(STATUS_WORDS[case.status]),
            "tone": STATUS_TONES[case.status],
            "state": str(case.status),
            "is_open": case.is_open,
            "instant": case.process is Process.INSTANT,
            "process": self.say(PROCESS_WORDS[case.process]),
            "source": self.say(SOURCE_WORDS[case.source]),
            "from_report": case.source is Source.REPORT,
            "from_question": case.source is Source.QUESTION,
            "category": self.category(case.category),
            "place": self.place(case.ward, case.address),
            "point": f"{case.latitude:.5f}, {case.longitude:.5f}",
            "latitude": case.latitude,
            "longitude": case.longitude,
            "photos": _pictures(case.photos),
            "more_photos": _pictures(case.more_photos),
            "coop": [self.unit(id) for id in case.coop],
            "claimed": self._claimed(case),
            "claimed_by": str(case.claimed_by or ""),
            "escalated": case.escalated,
            "paused": case.is_paused,
            "revisit_on": case.revisit_on,
            "private": case.private,
            "unit": self.unit(case.unit_id),
            "opened_at": case.opened_at,
            "due_at": case.due_at,
            "closed_at": case.closed_at,
            "answer": case.answer,
            "answer_photos": _pictures(case.answer_photos),
            "reason": self.say(Says(case.reason)) if case.reason else "",
            "reason_note": case.reason_note,
            "rating": self.say(RATING_WORDS[case.rating]) if case.rating else "",
            "reopened": case.reopened,
            "left": self.left(case.step_due_at, case.process),
            "whole_left": self.left(case.due_at if case.is_open else None, case.process),
        }

    def _claimed(self, case: Case) -> str:
        until = case.claimed_until()
        return case.claimed_name if until and until >= self.now else ""

    def history(self, entries: Sequence[Entry]) -> list[dict[str, Any]]:
        """Return what has happened, last things first."""
        return [self._entry(entry) for entry in reversed(entries)]

    def _entry(self, entry: Entry) -> dict[str, Any]:
        facts = entry.facts
        says = VERB_WORDS.get(entry.verb, Says(entry.verb))
        rating = RATING_WORDS.get(facts.get("rating", ""))
        unit = self._unit_of(facts.get("unit"))
        ref = facts.get("into") or facts.get("ref") or ""
        note = entry.note
        if "reason" in facts:
            note = "\n".join(text for text in (self.say(Says(facts["reason"])), note) if text)
        params = {
            "unit": unit,
            "ref": ref,
            "rating": rating or "",
            "helper": self._unit_of(facts.get("unit_of")),
            "step": facts.get("step", ""),
            "source": facts.get("source", ""),
        }
        return {
            "seq": entry.seq,
            "verb": entry.verb,
            "at": entry.at,
            "what": self.say(Says(says.text, params)),
            "who": self._who(entry),
            "note": note,
        }

    def _who(self, entry: Entry) -> str:
        """Return who did it; of a resident only that it was one, with the helper who acted."""
        helper = entry.facts.get("helped_by")
        if not helper:
            return entry.actor_name
        name = entry.actor_name or say("A resident")
        return self.say(say("{name}, through {helper}", name=name, helper=helper))

    def _unit_of(self, written: Any) -> str:
        try:
            return self.unit(UUID(str(written))) if written else ""
        except ValueError:
            return ""


def _pictures(ids: Sequence[UUID]) -> list[dict[str, str]]:
    return [{"url": media.open_url(id), "thumbnail_url": media.thumb_url(id)} for id in ids]


class _Units:
    """The units, remembered for half a minute: a list of cases costs one statement."""

    def __init__(self) -> None:
        self.units: Units = {}
        self.read_at = 0.0


_known = _Units()


async def reader_of(
    request: Request[Any, Any, Any], work: Work, categories: Mapping[str, Category]
) -> Reader:
    """Return the reader of this request, who knows the units (a statement twice a minute)."""
    if not _known.units or time.monotonic() - _known.read_at > UNITS_SECONDS:
        _known.units = {unit.id: unit for unit in await identity.list_units(work)}
        _known.read_at = time.monotonic()
    return Reader(request, work, categories, _known.units)


def suggested_unit(case: Case, category: Category | None, units: Units) -> UUID | None:
    """Return the unit that should have a case: the one it has, its category's, or its ward's."""
    if case.unit_id:
        return case.unit_id
    code = category.unit if category else None
    if code == "ward":
        return next((unit.id for unit in units.values() if case.ward in unit.wards), None)
    return next((unit.id for unit in units.values() if unit.code == code), None)
