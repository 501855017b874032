"""What people are told of a report: its history in public, and the news its reporter gets."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct, convert

from city import cases
from city.cases import Entry, Rating, Status
from city.kernel import Says, say
from city.web import in_language, render_words

RATINGS: dict[Rating, Says] = {
    Rating.SATISFIED: say("satisfied"),
    Rating.ACCEPTABLE: say("acceptable"),
    Rating.UNSATISFIED: say("not satisfied"),
}

_HAPPENED: dict[str, Says] = {
    "open": say("A resident sent the report"),
    "import": say("Taken over from an earlier system"),
    "accept": say("Checked and taken on"),
    "take": say("Work has begun"),
    "answer": say("The unit has answered; the city is checking the answer"),
    "send_back": say("The city asked the unit to do more"),
    "publish": say("The answer was checked and published"),
    "join": say("Another report about the same thing was joined with this one"),
    "reopen": say("Taken up again"),
    "ask": say("The city has asked the reporter something; the clock stands still"),
    "reply": say("The reporter has answered; the clock runs on"),
    "resume": say("Work goes on; the clock runs again"),
    "hand_back": say("The unit gave it back; the city is looking for the right one"),
    "split": say("Divided, so that several units can work on it"),
}

_NEWS: dict[str, Says] = {
    "accept": say("Your report {ref} has been checked and taken on."),
    "route": say("Your report {ref} has been given to {unit}."),
    "take": say("{unit} has begun to work on your report {ref}."),
    "answer": say("{unit} has answered your report {ref}. The city is checking the answer."),
    "send_back": say("The city has asked {unit} to do more about your report {ref}."),
    "publish": say("Your report {ref} has been answered. Please tell us what you think of it."),
    "reject": say("Your report {ref} was not taken on: {reason}"),
    "merge": say("Your report {ref} was joined with another one about the same thing: {into}."),
    "join": say("Somebody else has reported the same thing as your report {ref}."),
    "reopen": say("Your report {ref} has been taken up again."),
    "ask": say("The city has a question about your report {ref}: {question}"),
    "pause": say("Your report {ref} has to wait. The city looks at it again on {day}."),
    "resume": say("The work on your report {ref} goes on."),
}

_FOLLOWERS: dict[str, Says] = {
    "publish": say("The report {ref} that you follow has been answered."),
    "reject": say("The report {ref} that you follow was not taken on: {reason}"),
    "reopen": say("The report {ref} that you follow has been taken up again."),
    "merge": say("The report {ref} that you follow goes on in another one: {into}."),
}

_JOINED: dict[str, Says] = {
    "publish": say("What you reported in {ref} has been answered."),
    "reject": say("What you reported in {ref} was not taken on: {reason}"),
    "reopen": say("What you reported in {ref} has been taken up again."),
    "merge": say("What you reported in {ref} goes on in another report: {into}."),
}

FOLLOWED = frozenset(_FOLLOWERS)
"""The verbs whose news followers get."""

NEXT_STEPS: dict[Status, Says] = {
    Status.NEW: say("Next: the city checks the report"),
    Status.ACCEPTED: say("Next: a unit is given the work"),
    Status.ROUTED: say("Next: the unit begins to work"),
    Status.DOING: say("Next: the unit answers with what it did"),
    Status.WAITING: say("Next: the work goes on"),
    Status.ANSWERED: say("Next: the city publishes the answer"),
}

STILL_ASKED = say("The city still waits for your answer about report {ref}: {question}")
AREA = say("Report {ref}, which you follow by its ward or its sort, has been answered: {title}")
THE_UNIT = say("The unit in charge")


class Exchange(Struct, frozen=True, kw_only=True):
    """A question to the reporter, and the answer if there is one."""

    question: Entry
    reply: Entry | None = None

    @property
    def photos(self) -> list[UUID]:
        """What the reporter showed with the answer."""
        return convert(self.reply.facts.get("files", []), list[UUID]) if self.reply else []


def exchanges(history: Sequence[Entry]) -> list[Exchange]:
    """Return what the reporter was asked and what they answered, oldest first.

    For the reporter and those who do the work, never for the public.
    """
    found: list[Exchange] = []
    for entry in history:
        if entry.verb == "ask":
            found.append(Exchange(question=entry))
        elif entry.verb == "reply" and found and found[-1].reply is None:
            found[-1] = Exchange(question=found[-1].question, reply=entry)
    return found


def open_question(history: Sequence[Entry]) -> str:
    """Return what the city waits to hear from the reporter; empty if it waits for nothing."""
    question = ""
    for entry in history:
        if entry.verb == "ask":
            question = entry.note
        elif entry.now is not Status.WAITING or entry.verb in ("reply", "resume", "pause"):
            question = ""
    return question


def happened(entry: Entry, unit: str) -> Says | None:
    """Return an entry of the history as the public reads it; `unit` is the name of its unit.

    Notes between desk and unit, a reporter's words and others' references stay out. None for what
    is nobody's concern outside.
    """
    if entry.verb == "route":
        return say("Given to {unit}", unit=unit) if unit else say("Given to a unit")
    if entry.verb == "reject":
        return say("Not taken on: {reason}", reason=_reason(entry))
    if entry.verb == "merge":
        return say("Joined with another report about the same thing")
    if entry.verb == "rate":
        return say("The reporter's word on the answer: {rating}", rating=_rating(entry))
    if entry.verb == "pause":
        if day := _revisit(entry):
            return say("Waiting for money; looked at again on {day}", day=day)
        return say("Set aside for now; the clock stands still")
    if says := _HAPPENED.get(entry.verb):
        return says
    return cases.STATUS_WORDS[entry.now] if entry.now is not entry.was else None


def news_for_follower(entry: Entry, ref: str, own: bool, language: str) -> Says | None:
    """Return what a follower is told; `own`: `ref` is of a report they sent, which was joined."""
    return _filled((_JOINED if own else _FOLLOWERS).get(entry.verb), entry, ref, None, language)


def news(entry: Entry, ref: str, unit: dict[str, str] | None, language: str) -> Says | None:
    """Return what the reporter is told of an entry; None if there is nothing to tell.

    What fills the sentence is already in the reporter's language: a message keeps plain words.
    """
    return _filled(_NEWS.get(entry.verb), entry, ref, unit, language)


def _filled(
    text: Says | None, entry: Entry, ref: str, unit: dict[str, str] | None, language: str
) -> Says | None:
    if text is None or (entry.verb == "pause" and not _revisit(entry)):
        return None
    params: dict[str, Any] = {
        "ref": ref,
        "unit": in_language(unit, language) or render_words(language, THE_UNIT),
        "reason": render_words(language, _reason(entry)),
        "into": str(entry.facts.get("into", "")),
        "question": entry.note,
        "day": _revisit(entry),
    }
    return Says(text.text, {k: v for k, v in params.items() if "{" + k + "}" in text.text})


def _reason(entry: Entry) -> Says:
    return Says(str(entry.facts.get("reason", "")))


def _revisit(entry: Entry) -> str:
    """Return the day on which a waiting case is looked at again, such as 24/12/2026."""
    try:
        return f"{date.fromisoformat(str(entry.facts.get('revisit_on', ''))):%d/%m/%Y}"
    except ValueError:
        return ""


def _rating(entry: Entry) -> Says:
    try:
        return RATINGS[Rating(str(entry.facts.get("rating", "")))]
    except ValueError:
        return say("rated")
