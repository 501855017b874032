"""By when a case is due: promises, clocks that stand still, and what the city does by itself."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from city import calendar
from city.cases.deadlines import (
    bells,
    countdown,
    end_of,
    next_bell,
    promise_for,
    run_out,
    settled,
    start_of_work,
)
from city.cases.model import Case, Process, Source, Status
from city.kernel import new_id
from city.processes import Definition, Span
from city.settings import Settings

HUE = ZoneInfo("Asia/Ho_Chi_Minh")
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.usefixtures("here")


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=HUE).astimezone(UTC)


def shown(moment: datetime | None) -> str:
    return f"{moment.astimezone(HUE):%Y-%m-%d %H:%M}" if moment else ""


def definition(**state: Any) -> Definition:
    """Return a process with one step that is under test, and where it leads."""
    return msgspec.convert(
        {
            "code": "small",
            "name": {"vi": "Nhỏ", "en": "Small"},
            "process": "time_bound",
            "start": "new",
            "deadlines": {"done": {"working_days": 7}},
            "states": {
                "new": {"status": "new", "name": {"en": "New"}, **state},
                "done": {"status": "done", "name": {"en": "Done"}},
            },
            "transitions": [
                {"id": "end", "verb": "publish", "from": ["new"], "to": "done", "by": ["desk"]}
            ],
        },
        Definition,
    )


def case(process: Definition, opened: str, **about: Any) -> Case:
    moment = at(opened)
    fields: dict[str, Any] = {
        "id": new_id(),
        "ref": "AAAA-AAAA",
        "category": "x",
        "process": process.process,
        "source": Source.REPORT,
        "status": Status.NEW,
        "summary": "It is broken.",
        "latitude": 16.4,
        "longitude": 107.5,
        "cell": 0,
        "ward": None,
        "address": "",
        "photos": [],
        "private": False,
        "unit_id": None,
        "opened_at": moment,
        "verify_by": None,
        "dispatch_by": None,
        "due_at": None,
        "state": "new",
        "promise": dict(process.deadlines),
        "clock_at": moment,
        "entered_at": moment,
    }
    return settled(process, Case(**{**fields, **about}))


def brute(start: datetime, minutes: int, stands: list[tuple[datetime, datetime]]) -> datetime:
    """Count working minutes one by one, skipping those during which the clock stands still."""
    days = calendar.current()
    moment, left = start, minutes
    while left:
        inside = any(stopped <= moment < went_on for stopped, went_on in stands)
        if days.is_working_time(moment) and not inside:
            left -= 1
        moment += MINUTE
    return moment


def test_a_promise_in_days_ends_when_work_ends() -> None:
    assert shown(end_of(Span(working_days=7), at("2026-11-16 08:12"))) == "2026-11-26 17:00"
    assert shown(end_of(Span(working_minutes=60), at("2026-11-16 11:00"))) == "2026-11-16 14:00"
    assert shown(end_of(Span(minutes=5), at("2026-11-15 23:58"))) == "2026-11-16 00:03"


def test_while_a_case_waits_its_promise_moves_by_what_the_city_worked() -> None:
    opened, stopped = at("2026-11-16 08:12"), at("2026-11-17 09:00")
    went_on = at("2026-11-18 09:00")
    due = run_out(Span(working_days=7), opened, [stopped, went_on])
    assert shown(due) == "2026-11-27 17:00"
    # Over a weekend nobody would have worked anyway.
    due = run_out(Span(working_days=7), opened, [at("2026-11-20 17:00"), at("2026-11-23 07:30")])
    assert shown(due) == "2026-11-26 17:00"
    # By the clock, every minute counts.
    due = run_out(Span(minutes=240), opened, [stopped - timedelta(days=1), went_on])
    assert shown(due) == "2026-11-18 12:12"


def test_what_was_late_before_the_clock_stopped_stays_late() -> None:
    opened = at("2026-11-16 08:12")
    due = run_out(Span(working_days=1), opened, [at("2026-11-18 09:00"), at("2026-11-20 09:00")])
    assert shown(due) == "2026-11-17 17:00"


moments = st.datetimes(datetime(2026, 1, 5), datetime(2026, 3, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)


@given(
    moments, st.integers(1, 900), st.lists(st.integers(1, 4000), min_size=0, max_size=4).map(list)
)
def test_a_clock_that_stops_and_goes_on_agrees_with_counting_minutes_one_by_one(
    here: Settings, start: datetime, minutes: int, gaps: list[int]
) -> None:
    pauses: list[datetime] = []
    moment = start
    for gap in gaps[: len(gaps) // 2 * 2]:
        moment += timedelta(minutes=gap)
        pauses.append(moment)
    stands = list(zip(pauses[::2], pauses[1::2], strict=True))
    due = run_out(Span(working_minutes=minutes), start, pauses)
    # One that had run out stays so, whatever is paused later.
    counted = brute(start, minutes, [])
    for n in range(len(stands)):
        if stands[n][0] < counted:
            counted = brute(start, minutes, stands[: n + 1])
    assert due == counted


def test_a_step_is_due_by_its_own_span_or_by_a_promise() -> None:
    by_promise = definition(due="done")
    assert shown(case(by_promise, "2026-11-16 08:12").step_due_at) == "2026-11-26 17:00"
    own = definition(within={"working_minutes": 30})
    found = case(own, "2026-11-16 08:12", entered_at=at("2026-11-16 11:15"))
    assert shown(found.step_due_at) == "2026-11-16 13:45"


def test_a_case_that_waits_has_no_deadline_but_a_day_on_which_it_is_looked_at_again() -> None:
    waits = definition(stopped=True, revisit=True, status="waiting")
    found = case(waits, "2026-11-16 08:12", revisit_on=date(2026, 11, 21))
    # The 21st is a Saturday: the Monday after.
    assert shown(found.step_due_at) == "2026-11-23 07:30"
    assert shown(start_of_work(date(2026, 11, 24))) == "2026-11-25 07:30"
    assert case(definition(stopped=True, status="waiting"), "2026-11-16 08:12").step_due_at is None


def test_the_city_reminds_before_and_climbs_the_ladder_after() -> None:
    process = definition(
        within={"minutes": 60},
        reminders=[{"before": {"minutes": 20}, "tell": ["desk"]}],
        escalation=[
            {"after": {"minutes": 0}, "tell": ["desk"]},
            {"after": {"minutes": 10}, "tell": ["leader"], "repeat": 15},
        ],
    )
    new = case(process, "2026-11-16 08:00")
    assert [(bell.does, shown(bell.at)[-5:]) for bell in bells(process, new)] == [
        ("remind", "08:40"),
        ("escalate", "09:00"),
        ("escalate", "09:10"),
    ]
    assert new.wake_at == at("2026-11-16 08:40")
    last = msgspec.structs.replace(new, rung=3)
    again = next_bell(process, last, after=at("2026-11-16 09:12"))
    assert again and shown(again.at) == "2026-11-16 09:27"
    assert next_bell(process, msgspec.structs.replace(new, rung=1000)) is None


def test_a_reminder_counts_back_in_the_time_that_its_span_names() -> None:
    process = definition(
        due="done",
        reminders=[
            {"before": {"working_days": 2}, "tell": ["unit"]},
            {"before": {"working_minutes": 60}, "tell": ["unit"]},
        ],
    )
    rings = bells(process, case(process, "2026-11-16 08:12"))
    assert [shown(bell.at) for bell in rings] == ["2026-11-23 17:00", "2026-11-26 16:00"]


def test_a_rung_is_told_again_and_again_until_the_next_one_is_reached() -> None:
    process = definition(
        within={"minutes": 5},
        escalation=[
            {"after": {"minutes": 0}, "tell": ["desk"], "repeat": 2},
            {"after": {"minutes": 5}, "tell": ["desk", "leader"], "repeat": 5},
        ],
    )
    new = case(process, "2026-11-16 08:00")
    told: list[tuple[str, int]] = []
    after = None
    for _ in range(6):
        bell = next_bell(process, new, after)
        assert bell is not None
        told.append((shown(bell.at)[-5:], len(bell.tell)))
        new, after = msgspec.structs.replace(new, rung=bell.number), bell.at
    assert told == [
        ("08:05", 1),
        ("08:07", 1),
        ("08:09", 1),
        ("08:10", 2),
        ("08:15", 2),
        ("08:20", 2),
    ]


def test_a_bell_keeps_its_place_when_a_reminder_falls_before_the_step_began() -> None:
    process = definition(
        within={"minutes": 60},
        reminders=[{"before": {"minutes": 20}, "tell": ["desk"]}],
        escalation=[{"after": {"minutes": n}, "tell": ["leader"]} for n in (0, 10)],
    )
    new = case(process, "2026-11-16 08:00")
    reminded = msgspec.structs.replace(new, rung=1)
    # The step's time is cut so short that its reminder would have been before it began.
    short = definition(
        within={"minutes": 15},
        reminders=[{"before": {"minutes": 20}, "tell": ["desk"]}],
        escalation=[{"after": {"minutes": n}, "tell": ["leader"]} for n in (0, 10)],
    )
    for before in (new, reminded):
        bell = next_bell(short, settled(short, before))
        assert bell and (bell.does, bell.number, shown(bell.at)[-5:]) == ("escalate", 2, "08:15")
    after = next_bell(short, msgspec.structs.replace(settled(short, new), rung=2))
    assert after and (after.does, after.number) == ("escalate", 3)


def test_a_closed_case_has_nothing_due_and_keeps_what_was_promised() -> None:
    process = definition(due="done")
    open_case = case(process, "2026-11-16 08:12")
    closed = settled(process, msgspec.structs.replace(open_case, status=Status.DONE, state="done"))
    assert (closed.step_due_at, closed.wake_at) == (None, None)
    assert closed.due_at == open_case.due_at


def test_what_is_promised_for_dispatching_is_what_is_for_verifying_unless_it_is_said() -> None:
    spans = {"verify": Span(working_days=1), "done": Span(working_days=3)}
    promise = promise_for(spans, at("2026-11-16 08:12"))
    assert promise.dispatch_by == promise.verify_by
    assert shown(promise.due_at) == "2026-11-19 17:00"


@pytest.mark.parametrize(
    ("due", "process", "words", "tone"),
    [
        ("2026-11-16 09:04", Process.INSTANT, "4 min left", "late"),
        ("2026-11-16 13:00", Process.INSTANT, "4 hours left", "doing"),
        ("2026-11-16 08:54", Process.INSTANT, "6 min late", "late"),
        ("2026-11-14 10:00", Process.INSTANT, "47 hours late", "late"),
        ("2026-11-13 08:00", Process.INSTANT, "3 days late", "late"),
        ("2026-11-16 17:00", Process.TIME_BOUND, "Due today", "doing"),
        ("2026-11-17 17:00", Process.TIME_BOUND, "1 working day left", "doing"),
        ("2026-11-25 17:00", Process.TIME_BOUND, "6 working days left", "new"),
        ("2026-11-13 17:00", Process.TIME_BOUND, "1 working day late", "late"),
        ("2026-11-10 17:00", Process.TIME_BOUND, "4 working days late", "late"),
    ],
)
def test_a_countdown_says_in_words_how_long_is_left(
    due: str, process: Process, words: str, tone: str
) -> None:
    left = countdown(at("2026-11-16 09:00"), at(due), process)
    assert (str(left.words), left.tone) == (words, tone)
