"""Versions that never change, drafts that are never lost, and the memory of them."""

from pathlib import Path

import pytest

from city import processes
from city.kernel import Actor, Conflict, Forbidden, Invalid, SignInNeeded, Work
from city.processes import memory, store
from city.processes.profile import read_folders
from city.processes.tests.samples import GOOD
from tests.harness import Inside


async def test_the_built_in_processes_are_there(work: Work) -> None:
    codes = set(await processes.list_current(work))
    assert codes >= {"ordinary", "urgent", "command", "street-light", "illegal-construction", "sos"}
    light = await processes.current(work, "street-light")
    assert (light.version, light.origin) == (1, "profile")
    assert processes.known("street-light", 1) == light.definition
    assert (await processes.get(work, "street-light", 1)).source == light.source


async def test_a_definition_comes_back_in_the_order_it_was_written_in(work: Work) -> None:
    for code, (definition, _) in read_folders().items():
        found = (await store.get_version(work, code, 1)).definition
        assert list(found.states) == list(definition.states)
        assert list(found.deadlines) == list(definition.deadlines)


async def test_loading_the_profile_twice_publishes_nothing(work: Work, tmp_path: Path) -> None:
    await processes.load_profile(work, tmp_path)
    assert {v.version for v in await store.list_current(work)} == {1}


async def test_a_profile_replaces_a_built_in_process(work: Work, tmp_path: Path) -> None:
    _put(
        tmp_path,
        read_folders()["noise"][1].replace("done: {working_days: 3}", "done: {working_days: 2}"),
    )
    await processes.load_profile(work, tmp_path)
    noise = await processes.current(work, "noise")
    assert noise.version == 2
    assert noise.definition.deadlines["done"].working_days == 2
    assert (await processes.get(work, "noise", 1)).definition.deadlines["done"].working_days == 3


async def test_a_profile_leaves_what_the_city_has_changed(work: Work, tmp_path: Path) -> None:
    source = read_folders()["noise"][1].replace(
        "done: {working_days: 3}", "done: {working_days: 4}"
    )
    await processes.publish(work, source, code="noise")
    _put(tmp_path, noise_done_in(2))
    await processes.load_profile(work, tmp_path)
    assert (await processes.current(work, "noise")).definition.deadlines["done"].working_days == 4


async def test_a_wrong_file_of_the_profile_is_refused_with_its_reasons(
    work: Work, tmp_path: Path
) -> None:
    _put(tmp_path, GOOD.replace("to: done", "to: nowhere"))
    with pytest.raises(ValueError, match=r"processes/one\.yaml cannot be used: .*nowhere"):
        await processes.load_profile(work, tmp_path)


async def test_publishing_announces_it_and_raises_the_number(work: Work) -> None:
    first = await processes.publish(work, GOOD, note=" new ")
    assert (first.version, first.note, first.origin) == (1, "new", "city")
    second = await processes.publish(work, GOOD.replace("Bench", "Seat"))
    assert second.version == 2
    assert work.announced == [
        processes.ProcessPublished(code="bench", version=1),
        processes.ProcessPublished(code="bench", version=2),
    ]
    assert (await processes.current(work, "bench")).definition.name["en"] == "Seat"
    assert (await processes.get(work, "bench", 1)).definition.name["en"] == "Bench"


async def test_publishing_the_same_again_publishes_nothing(work: Work) -> None:
    first = await processes.publish(work, GOOD)
    again = await processes.publish(work, GOOD)
    assert again.version == first.version == 1
    assert len(work.announced) == 1


async def test_a_trap_is_not_published(work: Work) -> None:
    with pytest.raises(Invalid) as refused:
        await processes.publish(work, GOOD.replace("by: [desk] # publishes", "by: []"))
    assert "Nobody may make this step" in str(refused.value.errors["transitions.publish.by"])
    assert "trapped" in str(refused.value.errors["states.answered"])
    assert await store.list_versions(work, "bench") == []


async def test_two_who_publish_at_once_do_not_overwrite_each_other(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    await processes.publish(work, GOOD)

    async def nothing_yet(work: Work, code: str) -> list[object]:
        return []

    monkeypatch.setattr(store, "list_versions", nothing_yet)
    with pytest.raises(Conflict):
        await processes.publish(work, GOOD.replace("Bench", "Seat"))


async def test_a_draft_is_kept_even_when_it_is_wrong(work: Work) -> None:
    first = await processes.save_draft(work, "bench", "states: [", version=0)
    second = await processes.save_draft(work, "bench", GOOD, version=first.version)
    assert second.version == 2
    found = await store.find_draft(work, "bench")
    assert found is not None and found.source == GOOD


async def test_a_draft_that_somebody_else_saved_is_not_overwritten(work: Work) -> None:
    await processes.save_draft(work, "bench", "one", version=0)
    with pytest.raises(Conflict):
        await processes.save_draft(work, "bench", "another", version=0)
    same = await processes.save_draft(work, "bench", "one", version=0)
    assert same.version == 1


async def test_only_those_who_manage_cases_may_change_processes(inside: Inside) -> None:
    async with inside.work(Actor(permissions=frozenset({"cases.view"}))) as work:
        with pytest.raises((Forbidden, SignInNeeded)):
            await processes.save_draft(work, "bench", GOOD, version=0)
        with pytest.raises((Forbidden, SignInNeeded)):
            await processes.publish(work, GOOD)


async def test_a_step_costs_no_statement(work: Work, inside: Inside) -> None:
    await processes.current(work, "ordinary")
    before = len(inside.statements)
    await processes.current(work, "ordinary")
    await processes.get(work, "ordinary", 1)
    assert len(inside.statements) == before


async def test_what_another_machine_published_is_known_after_a_minute(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    await processes.list_current(work)
    version = memory._memory.latest["ordinary"]
    definition = version.definition
    other = processes.Version(
        code="ordinary",
        version=2,
        definition=definition,
        source=version.source,
        published_at=work.now,
        published_by="Somebody",
    )
    import msgspec

    await store.add_version(work, other, msgspec.to_builtins(definition))
    assert (await processes.current(work, "ordinary")).version == 1
    monkeypatch.setattr(memory, "_FRESH_SECONDS", -1.0)
    assert (await processes.current(work, "ordinary")).version == 2


def noise_done_in(days: int) -> str:
    source = read_folders()["noise"][1]
    return source.replace("done: {working_days: 3}", f"done: {{working_days: {days}}}")


def _put(folder: Path, source: str) -> None:
    (folder / "processes").mkdir()
    (folder / "processes" / "one.yaml").write_text(source, encoding="utf-8")
