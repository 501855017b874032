"""What can be done with cases: open one, and every verb that moves it.

Each verb finds its way in the process that the case goes by, asks whether this actor may take it,
whether the case is still as the person saw it (`version`, if given) and whether what must come
with it is there, and then writes the new state and one entry of the history in one statement.
"""

from city.cases.actions.claiming import claim_case, hand_over, release_case
from city.cases.actions.desk import (
    accept_case,
    publish_answer,
    reject_case,
    reopen_case,
    route_case,
    send_back,
    step_case,
)
from city.cases.actions.evidence import Brought
from city.cases.actions.joining import link_cases, merge_case, split_case, unlink_cases
from city.cases.actions.moving import definition_of
from city.cases.actions.noting import note_case
from city.cases.actions.opening import open_case
from city.cases.actions.photos import add_photos
from city.cases.actions.rating import rate_case
from city.cases.actions.sorting import sort_case
from city.cases.actions.unit import answer_case, contribute, hand_back, take_case
from city.cases.actions.waiting import ask_reporter, pause_case, reply, resume_case

__all__ = [
    "Brought",
    "accept_case",
    "add_photos",
    "answer_case",
    "ask_reporter",
    "claim_case",
    "contribute",
    "definition_of",
    "hand_back",
    "hand_over",
    "link_cases",
    "merge_case",
    "note_case",
    "open_case",
    "pause_case",
    "publish_answer",
    "rate_case",
    "reject_case",
    "release_case",
    "reopen_case",
    "reply",
    "resume_case",
    "route_case",
    "send_back",
    "sort_case",
    "split_case",
    "step_case",
    "take_case",
    "unlink_cases",
]
