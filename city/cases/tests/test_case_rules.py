"""Rules that need nothing but the words: every case can end, and only by who may."""

from city.cases.categories import read_again  # noqa: F401  (the room opens as a whole)
from city.cases.model import STATUS_TONES, STATUS_WORDS, Status
from city.cases.verbs import VERBS
from city.processes import Verb


def test_staff_can_ask_for_every_verb_that_a_process_can_have() -> None:
    assert {str(verb) for verb in Verb} <= set(VERBS)
    assert "rate" not in VERBS  # It is the reporter's.


def test_every_status_has_words_and_a_tone() -> None:
    assert set(STATUS_WORDS) == set(STATUS_TONES) == set(Status)
