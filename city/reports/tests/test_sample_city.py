"""The sample city: some weeks of reports, with everything that became of them."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from msgspec import Struct

from city import app, cases, identity, messages, places, reports
from city.cases import Status
from city.kernel import THE_CITY, Database, Postgres
from city.settings import Settings
from tests.harness import copy_database

SAMPLE = "sample"


class Row(Struct, frozen=True):
    """A report as it is stored."""

    ref: str
    case_id: UUID
    reporter_id: UUID
    category: str
    status: Status
    private: bool
    sample: bool
    photos: list[UUID]
    latitude: float
    longitude: float
    sent_at: datetime
    due_at: datetime
    closed_at: datetime | None
    rating: str | None
    merged_into: UUID | None


@pytest.fixture(scope="module")
async def sown(server: Postgres, template: str, here: Settings) -> AsyncIterator[Database]:
    """A city with its sample in it, sown once for all that is asked of it."""
    database = Database(await copy_database(server, template, "city_sown"))
    await database.open()
    async with app.rooms_open(here, database):
        await identity.seed_sample(database, here.folder / SAMPLE)
        await reports.seed_sample(database, here.folder / SAMPLE)
        yield database
    await database.close()
    admin = await asyncpg.connect(server.url("postgres"))
    await admin.execute('drop database "city_sown" with (force)')
    await admin.close()


@pytest.fixture(scope="module")
async def rows(sown: Database) -> list[Row]:
    async with sown.work(THE_CITY, reading=True) as work:
        return await work.all(Row, "select * from reports.report order by sent_at")


def share(part: int, whole: int) -> float:
    return part / whole


async def test_there_are_six_weeks_of_reports_all_marked_as_samples(rows: list[Row]) -> None:
    assert len(rows) == 240
    assert all(row.sample for row in rows)
    now = datetime.now(UTC)
    assert timedelta(days=38) < now - rows[0].sent_at < timedelta(days=64)
    assert rows[-1].sent_at < now


async def test_three_in_ten_are_not_taken_on_and_half_of_the_answers_are_in_time(
    rows: list[Row],
) -> None:
    found = Counter(row.status for row in rows)
    assert share(found[Status.REJECTED], len(rows)) == pytest.approx(0.30, abs=0.02)
    assert found[Status.MERGED] == 7
    done = [row for row in rows if row.status is Status.DONE]
    in_time = sum(row.closed_at <= row.due_at for row in done if row.closed_at)
    assert share(in_time, len(done)) == pytest.approx(0.52, abs=0.06)
    rated = [row.rating for row in done if row.rating]
    assert share(len(rated), len(done)) == pytest.approx(0.42, abs=0.12)
    assert share(len([r for r in rated if r != "unsatisfied"]), len(rated)) >= 0.75


async def test_reports_stand_in_every_state_and_some_open_ones_are_late(rows: list[Row]) -> None:
    found = Counter(row.status for row in rows)
    assert set(found) == set(Status)
    assert min(found.values()) >= 4
    now = datetime.now(UTC)
    assert sum(row.closed_at is None and row.due_at < now for row in rows) >= 5
    assert 10 <= sum(row.private for row in rows) <= 60


async def test_every_report_lies_in_the_city_at_an_hour_when_people_are_awake(
    rows: list[Row], here: Settings
) -> None:
    assert all(places.find_ward(row.latitude, row.longitude) for row in rows)
    hours = Counter(row.sent_at.astimezone(here.profile.zone).hour for row in rows)
    assert sum(hours[hour] for hour in range(5)) < len(rows) * 0.1


async def test_each_history_is_whole_and_its_case_says_the_same(
    sown: Database, rows: list[Row]
) -> None:
    async with sown.work(THE_CITY, reading=True) as work:
        for row in rows:
            case = await cases.get_case(work, row.case_id)
            assert (case.status, case.closed_at) == (row.status, row.closed_at)
            history = await cases.list_history(work, row.case_id)
            assert [e.at for e in history] == sorted(e.at for e in history)
            assert history[-1].at < datetime.now(UTC)
            assert await cases.verify_history(work, row.case_id)


async def test_photos_are_real_ones_before_and_after(sown: Database, rows: list[Row]) -> None:
    async with sown.work(THE_CITY, reading=True) as work:
        before = [id for row in rows for id in row.photos]
        after = await work.values(
            UUID, "select unnest(answer_photos) from cases.case where status = 'done'"
        )
        assert len(before) > 100 and len(after) > 30
        kinds = await work.values(
            str, "select kind from media.file where id = any(:ids)", ids=list({*before, *after})
        )
    assert kinds == ["photo"] * len({*before, *after})


async def test_the_first_resident_has_something_to_rate_to_follow_and_to_regret(
    sown: Database, rows: list[Row]
) -> None:
    async with sown.work(THE_CITY, reading=True) as work:
        people = await identity.list_sample_people(work)
    first = next(p.id for p in people if p.role is identity.Role.RESIDENT)
    mine = [row for row in rows if row.reporter_id == first]
    assert any(row.status is Status.DONE and row.rating is None for row in mine)
    assert any(row.status is Status.DOING for row in mine)
    assert any(row.closed_at and row.closed_at > row.due_at for row in mine)


async def test_news_is_in_the_inbox_only_and_most_of_it_has_been_read(sown: Database) -> None:
    async with sown.work(THE_CITY, reading=True) as work:
        assert await work.value(int, "select count(*) from messages.delivery") == 0
        people = {p.id for p in await identity.list_sample_people(work)}
        unread = sum([await messages.count_unread(work, person) for person in people])
        everything = await work.value(int, "select count(*) from messages.message")
        left = await work.value(int, "select count(*) from kernel.job")
    assert everything is not None and everything > 400
    assert 0 < unread < everything * 0.25
    assert left == 0


async def test_sowing_again_changes_nothing(sown: Database, here: Settings) -> None:
    await reports.seed_sample(sown, here.folder / SAMPLE)
    async with sown.work(THE_CITY, reading=True) as work:
        assert await work.value(int, "select count(*) from reports.report") == 240
