"""The history of a case: a chain in which every change shows."""

from typing import Any

import pytest

from city import cases
from city.cases.tests.given_cases import done_case
from city.kernel import Work

TAMPERING = {
    "a note": "update cases.entry set note = 'never said' where case_id = $1 and seq = 5",
    "who did it": "update cases.entry set actor_name = 'Somebody' where case_id = $1 and seq = 2",
    "when": "update cases.entry set at = at - interval '1 day' where case_id = $1 and seq = 6",
    "a fact": "update cases.entry set facts = '{}' where case_id = $1 and seq = 3",
    "an entry taken away": "delete from cases.entry where case_id = $1 and seq = 4",
    "the last entry taken away": "delete from cases.entry where case_id = $1 and seq = 6",
    "an entry added": (
        "insert into cases.entry (case_id, seq, verb, was, now, at, hash) "
        "select $1, 7, 'rate', 'done', 'done', now(), hash from cases.entry limit 1"
    ),
    "what was reported": "update cases.case set summary = 'Nothing at all' where id = $1",
    "where": "update cases.case set latitude = latitude + 0.001 where id = $1",
    "the answer": "update cases.case set answer = 'We did nothing' where id = $1",
    "the unit": "update cases.case set unit_id = gen_random_uuid() where id = $1",
    "the rating": "update cases.case set rating = 'satisfied' where id = $1",
    "the state": "update cases.case set status = 'rejected' where id = $1",
}


async def test_the_history_of_a_case_is_whole(work: Work) -> None:
    done = await done_case(work)
    assert await cases.verify_history(work, done.id)
    entries = await cases.list_history(work, done.id)
    assert [entry.seq for entry in entries] == list(range(1, 7))
    assert len({entry.hash for entry in entries}) == 6
    assert (done.head_seq, done.head_hash) == (6, entries[-1].hash)


@pytest.mark.parametrize("sql", TAMPERING.values(), ids=TAMPERING.keys())
async def test_tampering_shows(work: Work, inside: Any, sql: str) -> None:
    done = await done_case(work)
    await inside.connection.execute(sql, done.id)
    assert not await cases.verify_history(work, done.id)
