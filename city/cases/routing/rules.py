"""Deciding: which unit leads and which cooperate, from rules and facts alone. No I/O.

A sign on the thing itself comes first: where it names a unit with an officer, that unit leads, and
rules only add. Otherwise the rules are looked at in order. The first that fits and names a lead
gives it, with its note and its cooperating units. A rule that says `also` (or names no lead) adds
its cooperating units and its note whenever it fits, wherever it stands. When no rule gives a lead
the category's own unit does (maybe the committee of the ward), and failing that the desk decides.

A rule whose lead is gone or has no officer is passed over; a cooperating unit that is gone or has
no officer is left out. The explanation is what the deciding itself wrote down, so they cannot
disagree. A decision on 20 rules takes some tens of microseconds, most of it for reading the words.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from city.cases.routing.model import (
    CATEGORY,
    WARD,
    Condition,
    Decision,
    Facts,
    Hours,
    Outcome,
    Reason,
    Rule,
    Units,
)
from city.web import folded

_WORD = re.compile(r"\w+")


class Words:
    """A text made ready for finding whole words in it."""

    def __init__(self, text: str) -> None:
        """Split the text into words, as they are written and without diacritics."""
        self.written = _words(text)
        self.plain = tuple(folded(word) for word in self.written)
        marked = sum(map(str.__ne__, self.written, self.plain))
        # Vietnamese typed in full has marks on three words of four: its plain words are meant so.
        self._in_full = 2 * marked >= sum(map(str.isalpha, self.written)) > 0
        self._joined = f" {' '.join(self.plain)} "

    def have(self, keyword: str) -> bool:
        """Return whether this word or phrase is there.

        In a text typed without diacritics a word stands for all it may mean (`chay` for `cháy`).
        A word with marks stands only for itself (`chạy` is not `cháy`), wherever its tone mark is
        put, and so does every word of a text typed in full (`quán chay ở đường Lê Lợi`).
        """
        wanted, plain = _needle(keyword)
        if not plain or f" {' '.join(plain)} " not in self._joined:
            return False
        length = len(plain)
        return any(
            self.plain[at : at + length] == plain
            and all(map(self._same, self.written[at : at + length], plain, wanted))
            for at in range(len(self.plain) - length + 1)
        )

    def _same(self, written: str, plain: str, wanted: str) -> bool:
        if written == wanted or wanted == plain:
            return True
        if written == plain:
            return not self._in_full
        # `hoà` and `hòa` are one word: the same letters and marks, the mark in another place.
        return _letters(written) == _letters(wanted)


def decide(rules: Iterable[Rule], facts: Facts, units: Units) -> Decision:
    """Return where a case with these facts goes by these rules, given in their order, and why."""
    text = Words(facts.words)
    why: list[Reason] = []
    notes: list[str] = []
    added: dict[str, None] = {}
    lead: str | None = None
    automatic = False
    if signed := _signed(facts, units):
        why.append(signed)
        lead = signed.lead
    for rule in rules:
        reason = _look(rule, facts, text, units, lead is not None)
        why.append(reason)
        if reason.outcome is Outcome.LEADS:
            lead, automatic = reason.lead, rule.automatic
        if reason.outcome in (Outcome.LEADS, Outcome.ADDS):
            added |= dict.fromkeys(reason.added)
            if rule.note:
                notes.append(rule.note)
    if lead is None:
        reason = _below(facts, units)
        why.append(reason)
        lead = reason.lead
    coop = tuple(code for code in added if code != lead)
    return Decision(lead, coop, "\n".join(dict.fromkeys(notes)), automatic, tuple(why))


def faults(rule: Rule, units: Units) -> dict[str, Outcome]:
    """Return the units that this rule names and that cannot have a case.

    FAULTY says that the rule is passed over because of it, ADDS that the unit is only left out.
    """
    named = [rule.lead, *rule.coop]
    wrong = {code for code in named if code not in {"", WARD, CATEGORY} | units.staffed}
    usable = [code for code in rule.coop if code not in wrong]
    skipped = rule.lead in wrong if rule.lead else not usable
    worth = Outcome.FAULTY if skipped else Outcome.ADDS
    return {code: worth for code in dict.fromkeys(named) if code in wrong}


def failures(rule: Rule, facts: Facts, text: Words) -> tuple[Condition, ...]:
    """Return the conditions of a rule that do not fit."""
    failed: list[Condition] = []
    if facts.private and facts.category not in rule.categories:
        failed.append(Condition.PRIVATE)
    elif (rule.categories or rule.groups) and (
        facts.category not in rule.categories and facts.group not in rule.groups
    ):
        failed.append(Condition.FIELD)
    if rule.wards and facts.ward not in rule.wards:
        failed.append(Condition.WARD)
    if rule.keywords and not any(map(text.have, rule.keywords)):
        failed.append(Condition.KEYWORDS)
    if rule.sources and facts.source not in rule.sources:
        failed.append(Condition.SOURCE)
    if rule.processes and facts.process not in rule.processes:
        failed.append(Condition.PROCESS)
    if not _in_time(rule, facts):
        failed.append(Condition.TIME)
    return tuple(failed)


def _look(rule: Rule, facts: Facts, text: Words, units: Units, led: bool) -> Reason:
    if not rule.enabled:
        return Reason(rule, Outcome.OFF)
    if failed := failures(rule, facts, text):
        return Reason(rule, Outcome.UNMATCHED, failed=failed)
    adds = rule.also or not rule.lead
    if led and not adds:
        return Reason(rule, Outcome.TOO_LATE)
    lead = None
    if rule.lead and not led:
        lead = _usable(rule.lead, facts, units)
        if lead is None:
            return Reason(rule, Outcome.FAULTY, missing=(_named(rule.lead, facts, units),))
    found = [(code, _usable(code, facts, units)) for code in rule.coop]
    added = tuple(dict.fromkeys(unit for _, unit in found if unit and unit != lead))
    missing = tuple(_named(code, facts, units) for code, unit in found if unit is None)
    if lead is None and not added and missing:
        return Reason(rule, Outcome.FAULTY, missing=missing)
    return Reason(rule, Outcome.LEADS if lead else Outcome.ADDS, (), missing, lead, added)


def _signed(facts: Facts, units: Units) -> Reason | None:
    """Return what the sign on the thing itself says; None if there is none that counts."""
    if not facts.sign_unit or facts.private or facts.sign_unit not in units.staffed:
        return None
    return Reason(None, Outcome.SIGN, lead=facts.sign_unit)


def _below(facts: Facts, units: Units) -> Reason:
    """Return what the category's own unit makes of a case that no rule gave a lead.

    It may have no officer in the system yet: the desk then sees to it, by telephone if need be.
    """
    code = _resolve(facts.category_unit or "", facts, units)
    if code is None or code not in units.known:
        named = (_named(facts.category_unit, facts, units),) if facts.category_unit else ()
        return Reason(None, Outcome.DESK, missing=named)
    return Reason(None, Outcome.CATEGORY, (), () if code in units.staffed else (code,), code)


def _resolve(code: str, facts: Facts, units: Units) -> str | None:
    if code == CATEGORY:
        code = facts.category_unit or ""
    if code == WARD:
        return units.by_ward.get(facts.ward or "")
    return code or None


def _usable(code: str, facts: Facts, units: Units) -> str | None:
    found = _resolve(code, facts, units)
    return found if found in units.staffed else None


def _named(code: str, facts: Facts, units: Units) -> str:
    """Return the unit that was meant, or what stands for it when there is none."""
    return _resolve(code, facts, units) or code


def _in_time(rule: Rule, facts: Facts) -> bool:
    if rule.hours is Hours.WORKING and not facts.at_work:
        return False
    if rule.hours is Hours.OUTSIDE and facts.at_work:
        return False
    day = facts.at.isoweekday()
    if rule.hours is Hours.WINDOW and rule.starts is not None and rule.ends is not None:
        minute = facts.at.hour * 60 + facts.at.minute
        if rule.starts < rule.ends:
            if not rule.starts <= minute < rule.ends:
                return False
        elif minute < rule.ends:
            day = day - 1 or 7  # The window of the evening before reaches into this morning.
        elif minute < rule.starts:
            return False
    return not rule.weekdays or day in rule.weekdays


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(unicodedata.normalize("NFC", text).casefold()))


@lru_cache(maxsize=4096)
def _needle(keyword: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    words = _words(keyword)
    return words, tuple(folded(word) for word in words)


def _letters(word: str) -> Sequence[str]:
    return sorted(unicodedata.normalize("NFD", word))
