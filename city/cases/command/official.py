"""A situation report can be checked by its code: on paper, on a screenshot, in a message."""

from city.cases.command import store
from city.cases.command.log import is_whole, sitrep_digest
from city.cases.command.model import Sitrep
from city.kernel import Work, say
from city.settings import current
from city.web import Official, official_code

_KIND = say("Situation report")
_ALL_LINES = 100_000


def sitrep_code(ref: str, report: Sitrep) -> str:
    """Return the code of a situation report of the command of this reference."""
    return official_code(ref, sitrep_digest(report))


async def verify(work: Work, code: str) -> Official | None:
    """Return the situation report that bears this code, or None.

    A command whose log is not whole vouches for nothing. What the report says is for staff: a
    stranger is told only that there is one, of which command, and when.
    """
    ref = code.rpartition("-")[0]
    command = await store.find_command(work, ref)
    if command is None:
        return None
    reports = await store.list_sitreps(work, command.case_id)
    found = next((one for one in reports if sitrep_code(ref, one) == code), None)
    if found is None:
        return None
    entries = await store.list_log(work, command.case_id, limit=_ALL_LINES)
    tasks = await store.list_tasks(work, command.case_id)
    if not is_whole(command, entries[::-1], tasks, reports):
        return None
    newest = max(report.number for report in reports)
    staff = work.actor.may("cases.view")
    return Official(
        code=code,
        kind=_KIND,
        title=say("Situation report {number} of command {ref}", number=found.number, ref=ref),
        issued_by=current().profile.name,
        issued_at=found.at,
        state="valid" if found.number == newest else "replaced",
        link=f"/command/{ref}/reports/{found.number}" if staff else "",
        fingerprint=sitrep_digest(found),
    )
