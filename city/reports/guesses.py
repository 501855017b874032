"""Which categories the words of a report fit, as `textai` sees it; and which one was chosen."""

from city import textai
from city.kernel import Actor, Database
from city.reports.model import Report

MOST = 3
_LEAST = 0.2


def categories_for(text: str) -> list[str]:
    """Return up to three categories that fit the words, the likeliest first; no statement."""
    return [one.code for one in textai.suggest_categories(text, MOST) if one.score >= _LEAST]


async def record_choice(database: Database, actor: Actor, report: Report, shown: str) -> None:
    """Write down which categories were shown for these words, and which one was chosen.

    `shown` are their codes with spaces between. In a work of its own, so that the report is safe
    whatever becomes of this.
    """
    codes = set(shown.split())
    found = [
        one for one in textai.suggest_categories(report.description, MOST) if one.code in codes
    ]
    if found:
        async with database.work(actor) as work:
            await textai.record(work, f"case:{report.case_id}", found, chosen=report.category)
