"""Learning in the city: examples, nightly training, versions, what was shown, the page."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from city import textai
from city.kernel import Database, Work
from city.settings import Settings
from city.textai import actions, store
from city.textai.keeping import FITTED, write_file
from city.textai.model import Kind, Origin
from city.textai.suggesting import memory
from city.textai.tests.sentences import LABELS, sentences
from city.textai.training import train
from tests.harness import EVERYBODY, Browser


@pytest.fixture(autouse=True)
def own_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each test has a folder of its own, and leaves the labels of the process as they were."""
    monkeypatch.setattr(actions, "folder_of", lambda data: tmp_path)
    before = memory.labels
    yield
    textai.set_labels(before)
    memory.know([])


async def taught(work: Work, count: int) -> None:
    for number, (text, label) in enumerate(sentences(count)):
        await textai.learn(work, f"case:{number}", text, label)


async def test_a_correction_replaces_what_was_learnt(work: Work) -> None:
    await textai.learn(work, "case:1", "Đèn tắt, gọi 0912345678", "noise")
    await textai.learn(work, "case:1", "Đèn tắt, gọi 0912345678", "street-light")
    [example] = await store.list_examples(work, Kind.CATEGORY, "", 10)
    assert (example.label, example.text) == ("street-light", "đèn tắt gọi 0000000000")
    await textai.forget(work, "case:1")
    assert await store.list_examples(work, Kind.CATEGORY, "", 10) == []


async def test_what_was_shown_is_compared_with_what_was_chosen(work: Work) -> None:
    textai.set_labels(LABELS)
    shown = textai.suggest_categories("đèn đường tắt")
    await textai.record(work, "case:1", shown)
    await textai.record(work, "case:2", shown)
    await textai.record(work, "case:3", shown)
    await textai.learn(work, "case:1", "đèn đường tắt", "street-light")
    await textai.record(work, "case:2", chosen=shown[1].code)
    [row] = await textai.accuracy(work, work.now - timedelta(days=1))
    assert (row.model, row.shown, row.decided, row.first, row.among_three) == ("names", 3, 2, 1, 2)


async def test_the_nightly_job_trains_and_the_city_suggests_by_it(database: Database) -> None:
    textai.set_labels(LABELS)
    async with database.work(EVERYBODY) as work:
        await taught(work, 400)
        await actions.train_nightly(work)
    await textai.training_ended()
    async with database.work(EVERYBODY) as work:
        [version] = await store.list_versions(work, Kind.CATEGORY)
        assert version.in_use and version.examples == 400 and version.top1 > 0.8
        await actions.train_nightly(work)  # Nothing new has been decided since.
        assert not actions.Room.training
    first = textai.suggest_categories("bong den cao ap toi om")[0]
    assert first.code == "street-light" and first.model.startswith("category 1")
    assert memory.folder is not None
    (memory.folder / version.file).write_bytes(b"broken")
    memory._models.clear()
    assert textai.suggest_categories("đèn đường tắt")[0].model == "names"


async def test_three_versions_are_kept(database: Database, tmp_path: Path) -> None:
    async with database.work(EVERYBODY) as work:
        await taught(work, 60)
    for _ in range(4):
        async with database.work(EVERYBODY) as work:
            await actions.train_now(work)
        await textai.training_ended()
    async with database.work(EVERYBODY) as work:
        kept = await store.list_versions(work, Kind.CATEGORY)
    assert [version.version for version in kept] == [4, 3, 2]
    assert len(list(tmp_path.glob("*.npz"))) == 3 and not list(tmp_path.glob(".*"))


async def test_a_model_from_elsewhere_is_taken_on_once(
    database: Database, here: Settings, tmp_path: Path
) -> None:
    texts, labels = zip(*sentences(300), strict=True)
    trained = train(texts, labels)
    write_file(tmp_path / FITTED, trained.model.dump())
    about = json.dumps({n: getattr(trained.measured, n) for n in
        ("examples", "held_out", "labels", "top1", "top3", "macro_f1", "plain_top1")})  # fmt: skip
    write_file((tmp_path / FITTED).with_suffix(".json"), about.encode())
    for _ in range(2):
        await actions.open_room(here, database)
    async with database.work(EVERYBODY) as work:
        [version] = await store.list_versions(work, Kind.CATEGORY)
    assert version.origin is Origin.FITTED and version.in_use
    textai.set_labels(LABELS)
    assert {each.code for each in textai.suggest_categories("đèn tắt", 9)} == {
        label.code for label in LABELS
    }


async def test_a_few_decisions_train_nothing(work: Work) -> None:
    await taught(work, 20)
    await actions.train_nightly(work)
    assert not actions.Room.training


async def test_staff_see_what_suggestions_are_worth_and_try_them(browser: Browser) -> None:
    await browser.sign_in("desk")
    textai.set_labels(LABELS)
    answer = await browser.get("/desk/suggestions")
    assert answer.status_code == 200 and "Hệ thống chưa học được gì" in answer.text
    answer = await browser.post("/desk/suggestions", data={"text": "den duong tat"})
    assert "Đèn đường" in answer.text and "den duong" in answer.text
    answer = await browser.post("/desk/suggestions", data={"text": ""})
    assert answer.status_code == 422
    answer = await browser.post("/desk/suggestions/train")
    assert answer.status_code == 403


async def test_learning_now_needs_decisions(browser: Browser) -> None:
    await browser.sign_in("leader")
    assert (await browser.post("/desk/suggestions/train")).status_code == 409
    async with browser.inside.work(EVERYBODY) as work:
        await taught(work, 60)
    assert (await browser.post("/desk/suggestions/train")).status_code == 303
    await browser.do_jobs()
    await textai.training_ended()
    text = (await browser.get("/desk/suggestions")).text
    assert "Đúng ngay gợi ý đầu" in text and "Đang dùng" in text


async def test_residents_do_not_see_the_page(browser: Browser) -> None:
    await browser.sign_in("resident")
    assert (await browser.get("/desk/suggestions")).status_code == 403
