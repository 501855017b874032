"""A published answer can be checked by its code: on paper, on a screenshot, in a message."""

from collections.abc import Sequence

from city import cases
from city.cases import Entry, Status
from city.kernel import Work, say
from city.reports import actions, store
from city.reports.model import Report
from city.web import Official, official_code

_KIND = say("Answer of the city")


def answer_code(report: Report, history: Sequence[Entry]) -> str:
    """Return the code of the answer that stands; empty while there is none."""
    published = _published(history)
    stands = published and history[-1].now is Status.DONE
    return official_code(report.ref, published[-1].hash) if stands else ""


async def verify(work: Work, code: str) -> Official | None:
    """Return the published answer that bears this code, or None.

    An answer whose case was changed behind the city's back is none: its history has to be whole.
    Who may not see the report is told only that there was an answer, by whom and when.
    """
    report = await store.find_by_ref(work, code.rpartition("-")[0], work.actor.id)
    if report is None:
        return None
    history = await cases.list_history(work, report.case_id)
    published = _published(history)
    found = next((one for one in published if official_code(report.ref, one.hash) == code), None)
    if found is None or not await cases.verify_history(work, report.case_id):
        return None
    stands = history[-1].now is Status.DONE and found is published[-1]
    return Official(
        code=code,
        kind=_KIND,
        title=say("Answer to report {ref}", ref=report.ref),
        issued_by=report.unit_name or {},
        issued_at=found.at,
        state="valid" if stands else "replaced" if found is not published[-1] else "withdrawn",
        link=f"/reports/{report.ref}#answer" if actions.may_see(work.actor, report) else "",
        # It covers the entry before it, so all that happened up to the answer, and its words.
        fingerprint=found.hash,
    )


def _published(history: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in history if entry.verb == "publish" and entry.hash]
