"""Is it this one? What others have lately reported at the same place.

Whoever is about to report is asked, and may add their voice instead. The question never stands in
the way: who says no, or nothing, sends their own report.
"""

from datetime import datetime, timedelta
from math import cos, radians
from uuid import UUID

from msgspec import Struct

from city import places, textai
from city.kernel import Work
from city.reports import store
from city.reports.search import squares_of
from city.reports.store.alike import Candidate

METRES = textai.CANDIDATE_METRES
DAYS = timedelta(days=textai.CANDIDATE_DAYS)
_NEAR = textai.TICKED_METRES
_FRESH = timedelta(days=textai.TICKED_DAYS)
_LOOKED_AT = 12
_MOST = 3
_HOUR = timedelta(hours=1)


class Alike(Struct, frozen=True, kw_only=True):
    """A report that may be about the same thing: how far away (metres), and how alike (0 to 1).

    `likely`: so near and so fresh, and still open, that it is chosen beforehand. `worth_asking`:
    likely enough to hold up somebody who has already sent their report.
    """

    report: Candidate
    metres: float
    score: float
    likely: bool
    worth_asking: bool


async def find_alike(
    work: Work,
    point: tuple[float, float],
    category: str = "",
    text: str = "",
    person_id: UUID | None = None,
) -> list[Alike]:
    """Return up to three public reports within 50 m and 7 days, the likeliest first.

    `point` is (latitude, longitude) in WGS84 degrees. Costs one statement; what is far away, or
    no place of the earth, gives nothing.
    """
    if not (abs(point[0]) <= 85 and abs(point[1]) <= 179):  # False for NaN as well.
        return []
    found = await store.list_alike(
        work,
        squares=squares_of(point, METRES),
        point=point,
        degrees=METRES / places.METRES_PER_DEGREE,
        narrowing=cos(radians(point[0])),
        since=work.now - DAYS,
        person_id=person_id,
        most=_LOOKED_AT,
    )
    like = textai.similar_to(text, [one.description for one in found]) if found else []
    alike = [
        _alike(one, point, category, similarity, work.now)
        for one, similarity in zip(found, like, strict=True)
    ]
    return sorted(alike, key=lambda one: (one.likely, one.score), reverse=True)[:_MOST]


def _alike(
    report: Candidate, point: tuple[float, float], category: str, similarity: float, now: datetime
) -> Alike:
    metres = places.metres_between(*point, report.latitude, report.longitude)
    age = now - report.sent_at
    same = report.category == category
    likely = metres <= _NEAR and age <= _FRESH and report.closed_at is None
    return Alike(
        report=report,
        metres=metres,
        score=textai.duplicate_score(metres, age / _HOUR, same, similarity),
        likely=likely,
        worth_asking=same or likely,
    )
