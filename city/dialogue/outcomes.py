"""What came of every survey whose results are public, for files: counts, never anybody's words."""

from city.dialogue.model import Results, Survey, results_of
from city.dialogue.store import surveys as store
from city.kernel import Work

MOST_SURVEYS = 1000


async def list_outcomes(work: Work) -> list[tuple[Survey, Results]]:
    """Return the surveys with public results and their counts; what closes last comes first."""
    found: list[tuple[Survey, Results]] = []
    for survey in await store.list_public(work, None, MOST_SURVEYS):
        if survey.has_results(work.now):
            counted = [ask.id for ask in survey.asks if ask.kind.is_counted]
            tallies = await store.count_answers(work, survey.id, counted)
            found.append((survey, results_of(survey.asks, tallies)))
    return found
