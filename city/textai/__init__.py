"""Reading what people write: which category, which words, perhaps the same, perhaps spam.

    best = textai.suggest_categories("Đèn đường trước nhà tắt ba hôm nay")   # sync, < 2 ms
    await textai.record(work, f"case:{id}", best)                    # what was shown
    await textai.learn(work, f"case:{id}", text, "street-light")     # what the desk decided

Models are local: n-grams trained nightly on the desk's own decisions, in a process of its own;
with no history, the words of the categories themselves (`set_labels`). Everything here proposes
and puts in order. Nothing is ever refused, hidden or decided because of it.
"""

from city.textai.actions import (
    accuracy,
    close_room,
    forget,
    learn,
    open_room,
    record,
    training_ended,
)
from city.textai.command import add_commands
from city.textai.model import (
    CANDIDATE_DAYS,
    CANDIDATE_METRES,
    TICKED_DAYS,
    TICKED_METRES,
    Accuracy,
    Label,
    Reason,
    Score,
    Suggestion,
)
from city.textai.pages import routes
from city.textai.similar import duplicate_score, similar_to, similarity
from city.textai.suggesting import explain, set_labels, spam_score, suggest_categories

__all__ = [
    "CANDIDATE_DAYS",
    "CANDIDATE_METRES",
    "TICKED_DAYS",
    "TICKED_METRES",
    "Accuracy",
    "Label",
    "Reason",
    "Score",
    "Suggestion",
    "accuracy",
    "add_commands",
    "close_room",
    "duplicate_score",
    "explain",
    "forget",
    "learn",
    "open_room",
    "record",
    "routes",
    "set_labels",
    "similar_to",
    "similarity",
    "spam_score",
    "suggest_categories",
    "training_ended",
]
