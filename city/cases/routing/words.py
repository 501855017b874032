"""Rules and reasons in the words of a reader's language."""

from collections.abc import Iterable, Mapping
from typing import Any

from city import identity, places
from city.cases.model import Category, Source
from city.cases.routing.model import (
    CATEGORY,
    WARD,
    Condition,
    Decision,
    Facts,
    Hours,
    NewRule,
    Outcome,
    Reason,
    Rule,
)
from city.kernel import Says, say
from city.web import render_words

SOURCE_WORDS: dict[str, Says] = {
    Source.REPORT: say("A report"),
    Source.QUESTION: say("A question"),
    Source.CALL: say("A call"),
    Source.DETECTION: say("A camera or a gauge"),
    Source.OFFICER: say("An officer"),
    Source.IMPORT: say("Another system"),
}

PROCESS_WORDS: dict[str, Says] = {
    "instant": say("Instant"),
    "time_bound": say("By a deadline"),
    "command": say("Command support"),
}

HOURS_WORDS: dict[Hours, Says] = {
    Hours.ANY: say("At any time"),
    Hours.WORKING: say("In working hours"),
    Hours.OUTSIDE: say("Outside working hours"),
    Hours.WINDOW: say("Between two times of the day"),
}

DAY_WORDS: dict[int, Says] = {
    1: say("Mon"),
    2: say("Tue"),
    3: say("Wed"),
    4: say("Thu"),
    5: say("Fri"),
    6: say("Sat"),
    7: say("Sun"),
}

CHANGE_WORDS: dict[str, Says] = {
    "add": say("Added"),
    "change": say("Changed"),
    "enable": say("Switched on"),
    "disable": say("Switched off"),
    "move": say("Moved to place {rank}"),
    "remove": say("Removed"),
}

TONES: dict[Outcome, str] = {
    Outcome.LEADS: "done",
    Outcome.ADDS: "check",
    Outcome.TOO_LATE: "idle",
    Outcome.UNMATCHED: "idle",
    Outcome.FAULTY: "late",
    Outcome.OFF: "idle",
    Outcome.SIGN: "done",
    Outcome.CATEGORY: "done",
    Outcome.DESK: "doing",
}


OUTCOME_WORDS: dict[Outcome, Says] = {
    Outcome.LEADS: say("It fits and gives the lead: {unit}."),
    Outcome.ADDS: say("It fits."),
    Outcome.TOO_LATE: say("It would fit too, but what stands above it gives the lead."),
    Outcome.OFF: say("It is switched off."),
    Outcome.SIGN: say("The sign on the thing itself names its unit: {unit}."),
    Outcome.CATEGORY: say("No rule gives a lead, so the category’s own unit has it: {unit}."),
    Outcome.DESK: say("No rule gives a lead and the category has no unit here."),
}

SYMBOLS: dict[Condition, str] = {
    Condition.FIELD: "layout-dashboard",
    Condition.WARD: "map-pin",
    Condition.KEYWORDS: "message-square-text",
    Condition.SOURCE: "inbox",
    Condition.PROCESS: "zap",
    Condition.TIME: "clock",
}
"""The icon that each condition is shown with."""


class Teller:
    """Somebody's language, and the names of what rules speak of."""

    def __init__(
        self,
        language: str,
        categories: Mapping[str, Category],
        bodies: Mapping[str, identity.Organisation],
    ) -> None:
        """Tell in this language."""
        self.language = language
        self.categories = categories
        self.bodies = bodies
        self.groups = {category.grp: category.grp_name for category in categories.values()}
        self.wards = {ward.code: ward.name for ward in places.list_wards()}

    def say(self, says: Says) -> str:
        """Return the sentence in the reader's language."""
        return render_words(self.language, says)

    def named(self, names: Mapping[str, str] | None, code: str) -> str:
        """Return the name in the reader's language, or in another, or the code if there is none."""
        return (names or {}).get(self.language) or next(iter((names or {}).values()), code)

    def category(self, code: str) -> str:
        """Return the name of a category."""
        return self.named(known.name if (known := self.categories.get(code)) else None, code)

    def ward(self, code: str) -> str:
        """Return the name of a ward."""
        return self.named(self.wards.get(code), code)

    def unit(self, code: str) -> str:
        """Return the short name of a unit, or the words for what stands in its place."""
        if code == WARD:
            return self.say(say("The ward’s committee"))
        if code == CATEGORY:
            return self.say(say("The category’s own unit"))
        body = self.bodies.get(code)
        return self.named((body.short_name or body.name) if body else None, code)

    def units(self, codes: Iterable[str]) -> str:
        """Return the names of units in one line."""
        return ", ".join(map(self.unit, codes))

    def source(self, code: str) -> str:
        """Return how the city came to know of a case."""
        return self.say(SOURCE_WORDS.get(code, Says(code)))

    def process(self, code: str) -> str:
        """Return the name of a group of processes."""
        return self.say(PROCESS_WORDS.get(code, Says(code)))

    def hours(self, rule: NewRule) -> str:
        """Return when a rule holds; nothing for one that always does."""
        told = ""
        if rule.hours is Hours.WINDOW and rule.starts is not None and rule.ends is not None:
            told = f"{clock(rule.starts)}–{clock(rule.ends)}"
        elif rule.hours is not Hours.ANY:
            told = self.say(HOURS_WORDS[rule.hours])
        days = " ".join(self.say(DAY_WORDS[day]) for day in rule.weekdays if day in DAY_WORDS)
        return ", ".join(part for part in (told, days) if part)

    def conditions(self, rule: NewRule) -> list[dict[str, str]]:
        """Return what a rule asks for, each with the icon it is shown with."""
        fields = [self.named(self.groups.get(code), code) for code in rule.groups]
        fields += map(self.category, rule.categories)
        asked = {
            Condition.FIELD: ", ".join(fields),
            Condition.WARD: ", ".join(map(self.ward, rule.wards)),
            Condition.KEYWORDS: ", ".join(f"“{word}”" for word in rule.keywords),
            Condition.SOURCE: ", ".join(map(self.source, rule.sources)),
            Condition.PROCESS: ", ".join(map(self.process, rule.processes)),
            Condition.TIME: self.hours(rule),
        }
        return [{"symbol": SYMBOLS[key], "text": text} for key, text in asked.items() if text]

    def answer(self, decision: Decision) -> str:
        """Return where a case would go, in one sentence."""
        coop = self.units(decision.coop)
        if decision.lead is None:
            if coop:
                return self.say(
                    say("The desk would decide who leads; {coop} cooperate.", coop=coop)
                )
            return self.say(say("The desk would decide."))
        lead = self.unit(decision.lead)
        if coop:
            return self.say(say("It would go to {lead}, with {coop}.", lead=lead, coop=coop))
        return self.say(say("It would go to {lead}.", lead=lead))

    def reason(self, reason: Reason, facts: Facts) -> str:
        """Return what came of a rule, and because of what."""
        told: list[Says] = []
        if says := OUTCOME_WORDS.get(reason.outcome):
            told.append(Says(says.text, {"unit": self.unit(reason.lead or "")}))
        if reason.added:
            told.append(say("It adds: {units}.", units=self.units(reason.added)))
        if reason.rule:
            told += [self._failed(condition, reason.rule, facts) for condition in reason.failed]
        told += [self._missing(code) for code in reason.missing]
        if reason.outcome is Outcome.FAULTY:
            told.append(say("So this rule is passed over."))
        return " ".join(map(self.say, told))

    def why(self, decision: Decision, facts: Facts) -> list[dict[str, Any]]:
        """Return every rule that was looked at in order, and what came of it."""
        return [
            {
                "name": self._place(reason),
                "rank": reason.rule.rank if reason.rule else None,
                "id": str(reason.rule.id) if reason.rule else "",
                "outcome": str(reason.outcome),
                "tone": TONES[reason.outcome],
                "text": self.reason(reason, facts),
            }
            for reason in decision.why
        ]

    def _place(self, reason: Reason) -> str:
        if reason.rule:
            return reason.rule.name
        signed = reason.outcome is Outcome.SIGN
        return self.say(say("Before the rules") if signed else say("Below the rules"))

    def faults(self, rule: Rule, faults: Mapping[str, Outcome]) -> list[str]:
        """Return what is wrong with a rule's units, in sentences."""
        told = [self._missing(code) for code in faults]
        if Outcome.FAULTY in faults.values():
            told.append(say("So this rule is passed over."))
        return [self.say(says) for says in told]

    def _missing(self, code: str) -> Says:
        if code == WARD:
            return say("No committee is known for the ward.")
        if code == CATEGORY:
            return say("The category has no unit of its own.")
        if code not in self.bodies:
            return say("There is no unit “{unit}” any more.", unit=code)
        return say("{unit} has no officer yet.", unit=self.unit(code))

    def _failed(self, condition: Condition, rule: Rule, facts: Facts) -> Says:
        asked = {part["symbol"]: part["text"] for part in self.conditions(rule)}
        if condition is Condition.PRIVATE:
            return say("Its category is not public: a rule has to name it to send it on.")
        if condition is Condition.KEYWORDS:
            words = asked[SYMBOLS[condition]]
            return say("None of these words is in it: {wanted}.", wanted=words)
        if condition is Condition.TIME:
            return say("It does not hold at this time, only: {wanted}.", wanted=self.hours(rule))
        given = {
            Condition.FIELD: self.category(facts.category),
            Condition.WARD: self.ward(facts.ward) if facts.ward else say("place not known"),
            Condition.SOURCE: self.source(facts.source),
            Condition.PROCESS: self.process(facts.process),
        }[condition]
        wanted = asked[SYMBOLS[condition]]
        return say("It is for: {wanted}; this is: {given}.", wanted=wanted, given=given)


def clock(minute: int) -> str:
    """Return minutes after midnight as a time of day."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
