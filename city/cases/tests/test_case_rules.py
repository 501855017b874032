"""Rules that need nothing but the words: every case can end, and only by who may."""

from uuid import UUID

import pytest

from city.cases.categories import read_again  # noqa: F401  (the room opens as a whole)
from city.cases.cursors import read_cursor, write_cursor
from city.cases.model import ENDS, MOVES, STATUS_TONES, STATUS_WORDS, Status
from city.cases.verbs import VERBS
from city.kernel import Problem


def reachable(start: Status, verbs: set[str]) -> set[Status]:
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        for verb in verbs:
            move = MOVES[verb]
            if here in move.starts and move.to not in seen:
                seen.add(move.to)
                waiting.append(move.to)
    return seen


def test_every_case_can_end_wherever_it_stands() -> None:
    for status in Status:
        assert reachable(status, set(MOVES)) & ENDS, status


def test_the_desk_alone_can_end_every_case_that_no_unit_is_working_on() -> None:
    desk = {verb for verb, move in MOVES.items() if move.permission == "cases.triage"}
    for status in Status:
        assert reachable(status, desk) & ENDS, status


def test_every_status_can_be_reached_from_a_new_case() -> None:
    assert reachable(Status.NEW, set(MOVES)) == set(Status)


def test_what_has_ended_stays_so_unless_it_is_taken_up_again() -> None:
    leaving = {
        (verb, status)
        for verb, move in MOVES.items()
        for status in move.starts & ENDS
        if move.to is not status
    }
    assert leaving == {("reopen", Status.DONE), ("reopen", Status.REJECTED)}


def test_staff_can_ask_for_every_verb_but_the_reporters() -> None:
    assert set(VERBS) == set(MOVES) - {"rate"}


def test_every_status_has_words_and_a_tone() -> None:
    assert set(STATUS_WORDS) == set(STATUS_TONES) == set(Status)


def test_a_cursor_is_exact_and_a_broken_one_is_refused() -> None:
    from datetime import UTC, datetime

    place = (datetime(2026, 11, 23, 5, 0, 0, 123456, tzinfo=UTC), UUID(int=7))
    assert read_cursor(write_cursor(*place)) == place
    assert read_cursor("") is None
    for broken in ("x", "12.zz", "9" * 40 + "." + UUID(int=7).hex):
        with pytest.raises(Problem):
            read_cursor(broken)
