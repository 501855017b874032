"""What the desk's decisions teach: which words belong to which category, and what is no report."""

from collections.abc import Iterable

from city import textai
from city.cases import store
from city.cases.model import REASONS, CaseMoved, Category, Source
from city.kernel import Work, reacts_to

_UNFIT = REASONS["unfit"].text


@reacts_to(CaseMoved)
async def learn_from_the_desk(work: Work, event: CaseMoved) -> None:
    """Remember what the desk made of the words: an example for tonight's training."""
    if event.verb not in ("accept", "sort", "reject"):
        return
    case = await store.get_case(work, event.case_id)
    if case.source is Source.QUESTION:  # A question teaches nothing about what people report.
        return
    key = f"case:{case.id}"
    if event.verb != "reject":
        # What the model thinks stands beside what was decided, for its accuracy to be seen.
        thought = textai.suggest_categories(case.summary)
        await textai.record(work, key, thought, keep=True)
        await textai.learn(work, key, case.summary, case.category)
    spam = case.reason == _UNFIT
    await textai.learn(work, key, case.summary, "spam" if spam else "fine", "spam")


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
            if category.is_reported
        ]
    )
