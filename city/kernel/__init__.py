"""The kernel: units of work, events, jobs, migrations. It knows nothing of cities.

async with database.work(actor) as work:
    await store.add_case(work, case)          # SQL, in this transaction
    work.announce(CaseOpened(case_id=case.id))  # heard only if this commits
"""

from city.kernel.answers import KeptAnswer, begin_answer, keep_answer
from city.kernel.database import Database
from city.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    Missing,
    Problem,
    Says,
    SignInNeeded,
    TooMany,
    Unavailable,
    say,
)
from city.kernel.events import Event, reacts_to
from city.kernel.ids import new_id, new_ref, number_ref, read_ref, ref_number
from city.kernel.jobs import beat, job
from city.kernel.log import Logged, events_after, events_between, log_position
from city.kernel.migrations import Pending, migrate, pending, unapplied
from city.kernel.postgres import Postgres, PostgresFailed
from city.kernel.work import NOBODY, Actor, Work
from city.kernel.worker import THE_CITY, JobFailed, Jobs, run_due_jobs

__all__ = [
    "NOBODY",
    "THE_CITY",
    "Actor",
    "Conflict",
    "Database",
    "Event",
    "Forbidden",
    "Invalid",
    "JobFailed",
    "Jobs",
    "KeptAnswer",
    "Logged",
    "Missing",
    "Pending",
    "Postgres",
    "PostgresFailed",
    "Problem",
    "Says",
    "SignInNeeded",
    "TooMany",
    "Unavailable",
    "Work",
    "beat",
    "begin_answer",
    "events_after",
    "events_between",
    "job",
    "keep_answer",
    "log_position",
    "migrate",
    "new_id",
    "new_ref",
    "number_ref",
    "pending",
    "reacts_to",
    "read_ref",
    "ref_number",
    "run_due_jobs",
    "say",
    "unapplied",
]
