"""Importing: cases that another system kept, with their own times."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from city import cases
from city.cases.tests.given_cases import DESK, HERE
from city.kernel import Actor, Database, Forbidden, Invalid, Work, new_id
from tests.harness import Inside

LONG_AGO = datetime(2015, 1, 1, 5, 20, 9, tzinfo=UTC)
ADMIN = Actor(id=new_id(), name="Admin", permissions=frozenset({"identity.manage", "cases.view"}))


def kept(n: int, **about: Any) -> cases.ImportedCase:
    fields: dict[str, Any] = {
        "external_id": f"boston-{n}",
        "category": "street-light",
        "status": cases.Status.DONE,
        "summary": f"Street light outage {n}",
        "place": HERE,
        "opened_at": LONG_AGO,
        "due_at": LONG_AGO + timedelta(days=15),
        "closed_at": LONG_AGO + timedelta(hours=16),
        "answer": "Case resolved",
    }
    return cases.ImportedCase(**{**fields, **about})


async def test_an_imported_case_keeps_its_own_times_and_state(work: Work) -> None:
    [added] = await cases.import_cases(work, [kept(1)])
    case = await cases.get_case(work, added.id)
    assert (case.opened_at, case.due_at) == (LONG_AGO, LONG_AGO + timedelta(days=15))
    assert case.closed_at == LONG_AGO + timedelta(hours=16)
    assert (case.status, case.source) == (cases.Status.DONE, cases.Source.IMPORT)
    assert (case.external_id, case.ref) == ("boston-1", added.ref)
    assert [entry.verb for entry in await cases.list_history(work, case.id)] == ["import"]
    assert await cases.verify_history(work, case.id)
    assert not work.announced


async def test_a_case_that_was_promised_nothing_is_promised_nothing(work: Work) -> None:
    open_one = kept(1, status=cases.Status.ROUTED, due_at=None, closed_at=None)
    [added] = await cases.import_cases(work, [open_one])
    case = await cases.get_case(work, added.id)
    assert case.due_at is None and case.step_due_at is None


async def test_importing_twice_changes_nothing(work: Work) -> None:
    first = await cases.import_cases(work, [kept(1), kept(2)])
    assert len(first) == 2
    again = await cases.import_cases(work, [kept(1, summary="Changed"), kept(2), kept(3)])
    assert [imported.external_id for imported in again] == ["boston-3"]
    assert (await cases.get_case(work, first[0].id)).summary == "Street light outage 1"


async def test_a_reference_that_is_taken_is_tried_again(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = iter(["0000-0001", "0000-0001", "0000-0001", "0000-0002"])
    monkeypatch.setattr("city.cases.imports.new_ref", lambda: next(refs))
    added = await cases.import_cases(work, [kept(1), kept(2)])
    assert sorted(imported.ref for imported in added) == ["0000-0001", "0000-0002"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"category": "dragons"},
        {"summary": ""},
        {"place": (91.0, 0.0)},
        {"closed_at": None},
        {"status": cases.Status.NEW},
    ],
)
async def test_what_cannot_be_imported_is_named_and_nothing_is_stored(
    work: Work, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refusal:
        await cases.import_cases(work, [kept(1), kept(2, **wrong)])
    assert set(refusal.value.errors) == {"boston-2"}
    assert len(await cases.import_cases(work, [kept(1)])) == 1


async def test_importing_is_not_for_the_desk(database: Database) -> None:
    with pytest.raises(Forbidden):
        async with database.work(Actor(id=new_id(), permissions=DESK)) as work:
            await cases.import_cases(work, [kept(1)])


@pytest.mark.slow
async def test_thousands_of_cases_come_in_by_two_statements_for_five_thousand(
    work: Work, inside: Inside
) -> None:
    many = [kept(n) for n in range(11_000)]
    await cases.import_cases(work, many[:1])  # Now the categories are known.
    before = len(inside.statements)
    added = await cases.import_cases(work, many)
    assert len(added) == len(many) - 1
    assert len(inside.statements) - before <= 3 * 2 + 1
