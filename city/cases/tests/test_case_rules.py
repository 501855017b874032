"""Rules that need nothing but the words: every case can end, and only by who may."""

from uuid import UUID

import pytest

from city.cases.categories import read_again  # noqa: F401  (the room opens as a whole)
from city.cases.cursors import read_cursor, write_cursor
from city.cases.model import STATUS_TONES, STATUS_WORDS, Status
from city.cases.verbs import VERBS
from city.kernel import Problem
from city.processes import Verb


def test_staff_can_ask_for_every_verb_that_a_process_can_have() -> None:
    assert {str(verb) for verb in Verb} <= set(VERBS)
    assert "rate" not in VERBS  # It is the reporter's.


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
