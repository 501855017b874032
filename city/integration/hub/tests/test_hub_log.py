"""The log of exchanges: a chain that many write to, signed, in which tampering shows."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from city.integration.hub import journal
from city.integration.hub.model import CHECKPOINT_ENTRIES, Direction, Exchange
from city.integration.hub.store import log as store
from city.integration.hub.tests.given_hub import chained
from city.kernel import THE_CITY, Database, Work, new_id
from city.settings import current
from city.web import read_signed
from tests.harness import EVERYBODY, NOON, Browser, Inside

pytestmark = pytest.mark.anyio


def exchange(n: int = 0) -> Exchange:
    return Exchange(
        at=NOON + timedelta(seconds=n),
        message_id=new_id(),
        system="hotline",
        kind="case",
        direction=Direction.IN,
        outcome="accepted",
        contract=1,
        size=n,
        digest="ab" * 32,
        ms=3,
    )


async def written(work: Work, most: int) -> None:
    for n in range(most):
        await store.add_exchange(work, exchange(n))
    await chained(work)


async def test_each_entry_covers_the_one_before_and_the_end_is_signed(work: Work) -> None:
    await written(work, 5)
    entries = await chained(work)
    assert [one.seq for one in entries] == [1, 2, 3, 4, 5]
    assert [one.size for one in entries] == [0, 1, 2, 3, 4]
    verdict = await journal.verify_log(work)
    assert (verdict.whole, verdict.entries, verdict.last_signed) == (True, 5, 5)
    checkpoint = await store.find_last_checkpoint(work)
    assert checkpoint is not None
    facts = read_signed(current().data, checkpoint.signature, journal.SIGNED_AS)
    assert facts is not None and facts["hash"] == entries[-1].hash


async def test_it_is_signed_every_hundred_entries_and_every_hour(inside: Inside) -> None:
    async with inside.work(EVERYBODY) as work:
        await written(work, 1)
        await written(work, CHECKPOINT_ENTRIES - 1)
        assert len(await store.list_checkpoints(work, 0, 10)) == 1
        await written(work, 1)
        assert [one.seq for one in await store.list_checkpoints(work, 0, 10)] == [1, 101]
        await written(work, 1)
    inside.now += timedelta(minutes=61)
    async with inside.work(THE_CITY) as work:
        await journal.sign_log(work)
        await journal.sign_log(work)
        assert [one.seq for one in await store.list_checkpoints(work, 0, 10)] == [1, 101, 102]


TAMPERING = [
    ("update integration.hub_entry set size = 9 where seq = 3", 3),
    ("update integration.hub_entry set outcome = 'refused' where seq = 5", 5),
    ("delete from integration.hub_entry where seq = 2", 2),
    ("update integration.hub_entry set seq = seq + 100 where seq = 3", 3),
    ("update integration.hub_checkpoint set signature = signature || 'x' where seq = 6", 6),
]


@pytest.mark.parametrize(("statement", "broken_at"), TAMPERING)
async def test_tampering_shows(work: Work, statement: str, broken_at: int) -> None:
    await written(work, 6)
    assert (await journal.verify_log(work)).whole
    assert await work.run(statement) == 1
    verdict = await journal.verify_log(work)
    assert (verdict.whole, verdict.broken_at) == (False, broken_at)


async def test_a_chain_made_anew_does_not_fit_what_was_signed(work: Work) -> None:
    await written(work, 6)
    entries = await chained(work)
    await work.run("update integration.hub_entry set size = 999 where seq = 4")
    previous = entries[2].hash
    for entry in await store.list_entries(work, 3, 10):
        previous = journal.hash_of(entry, previous)
        await work.run(
            "update integration.hub_entry set hash = :hash where seq = :seq",
            hash=previous,
            seq=entry.seq,
        )
    verdict = await journal.verify_log(work)
    assert (verdict.whole, verdict.broken_at) == (False, 6)


async def test_cutting_off_what_was_signed_shows(work: Work) -> None:
    await written(work, 6)
    await work.run("alter table integration.hub_checkpoint drop constraint hub_checkpoint_seq_fkey")
    await work.run("delete from integration.hub_entry where seq > 3")
    verdict = await journal.verify_log(work)
    assert (verdict.whole, verdict.broken_at) == (False, 4)


async def test_many_writers_and_many_workers_make_one_chain(database: Database) -> None:
    async def write(n: int) -> None:
        async with database.work(THE_CITY) as work:
            await store.add_exchange(work, exchange(n))

    async def chain() -> None:
        for _ in range(10):
            async with database.work(THE_CITY) as work:
                await journal.chain_waiting(work)

    await asyncio.gather(*(write(n) for n in range(120)), chain(), chain(), chain())
    async with database.work(THE_CITY) as work:
        await journal.chain_waiting(work)
    async with database.work(THE_CITY, reading=True) as work:
        verdict = await journal.verify_log(work)
        assert (verdict.whole, verdict.entries) == (True, 120)
        assert await store.count_waiting(work) == 0


async def test_auditors_see_and_check_the_log_and_others_do_not(browser: Browser) -> None:
    async with browser.inside.work(EVERYBODY) as work:
        await written(work, 3)
    await browser.sign_in("auditor")
    found = (await browser.get("/api/v1/hub/log/verification")).json()
    assert found["whole"] and found["entries"] == 3
    entries = (await browser.get("/api/v1/hub/log?limit=2")).json()
    assert [one["seq"] for one in entries["entries"]] == [1, 2] and entries["next"] == 2
    signed = (await browser.get("/api/v1/hub/log/checkpoints")).json()
    keys = (await browser.get("/.well-known/trangtien-keys.json")).json()
    assert await _is_signed_by(signed[0]["signature"], keys)
    shown = await browser.get("/desk/hub/log?verify=1&lang=vi")
    assert "Nhật ký còn nguyên vẹn" in shown.text
    async with browser.inside.work(EVERYBODY) as work:
        await work.run("update integration.hub_entry set ms = 1 where seq = 2")
    shown = await browser.get("/desk/hub/log?verify=1")
    assert "The log was changed" in shown.text or "Nhật ký đã bị sửa" in shown.text
    await browser.sign_in("desk")
    assert (await browser.get("/api/v1/hub/log")).status_code == 403


async def _is_signed_by(signature: str, keys: dict) -> bool:
    """Check a signature as an outsider does, with the published key alone."""
    from joserfc import jws
    from joserfc.jwk import KeySet

    found = jws.deserialize_compact(signature, KeySet.import_key_set(keys), algorithms=["ES256"])
    return msgspec.json.decode(found.payload)["city"] == "hue"
