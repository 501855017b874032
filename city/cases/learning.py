"""What the desk's decisions teach: which words belong to which category, and what is no report."""

from collections.abc import Iterable

import msgspec

from city import textai
from city.cases import store
from city.cases.model import REASONS, CaseMoved, CaseOpened, Category, Process, Status
from city.kernel import Work, reacts_to

_UNFIT = REASONS["unfit"].text


@reacts_to(CaseMoved)
async def learn_from_the_desk(work: Work, event: CaseMoved) -> None:
    """Remember what the desk made of the words: an example for tonight's training."""
    if event.verb not in ("accept", "sort", "reject"):
        return
    case = await store.get_case(work, event.case_id)
    key = f"case:{case.id}"
    if event.verb != "reject":
        await textai.learn(work, key, case.summary, case.category)
    spam = case.reason == _UNFIT
    await textai.learn(work, key, case.summary, "spam" if spam else "fine", "spam")


@reacts_to(CaseOpened)
async def weigh_the_words(work: Work, event: CaseOpened) -> None:
    """Write down what the words of a new case suggest, and how much they look like no report.

    Nothing is refused because of it; what is doubtful stands a little further down in its list.
    """
    case = await store.get_case(work, event.case_id)
    if case.status is not Status.NEW or case.process is Process.COMMAND:
        return
    suggested = textai.suggest_categories(case.summary)
    await textai.record(work, f"case:{case.id}", suggested, keep=True)
    doubt = textai.spam_score(case.summary).value
    if doubt > 0:
        await store.set_doubt(work, msgspec.structs.replace(case, doubt=doubt))


def teach_words(categories: Iterable[Category]) -> None:
    """Say by which words each category can be recognised, until enough has been learnt."""
    textai.set_labels(
        [
            textai.Label(
                code=category.code,
                name=category.name,
                texts=[*category.name.values(), *category.hint.values(), *category.keywords],
            )
            for category in categories
            if category.retired_at is None and category.process is not Process.COMMAND
        ]
    )
