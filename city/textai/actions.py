"""What can be done about suggestions: learn, train, note what was shown and chosen."""

import asyncio
import json
import logging
import os
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec

from city.kernel import THE_CITY, Conflict, Database, Work, job
from city.settings import ROOT, Settings
from city.textai import store
from city.textai.keeping import FITTED, digest_of, folder_of, read_if_there, remove, write_file
from city.textai.linear import BadModel, read_linear
from city.textai.model import (
    LEAST_EXAMPLES,
    Accuracy,
    Kind,
    Measured,
    Origin,
    Suggestion,
    Version,
)
from city.textai.suggesting import memory
from city.textai.words import tidy

log = logging.getLogger("city.textai")

KEPT_VERSIONS = 3
MOST_SECONDS = 3600
FRESH_SECONDS = 60.0
SLACK = 0.01
"""By how much a new model may do worse than one from elsewhere and still take its place."""


class Room:
    """What is open in this process."""

    database: Database | None = None
    training: set[asyncio.Task[None]] = set()  # noqa: RUF012 (one room in a process)


async def open_room(settings: Settings, database: Database) -> None:
    """Find the models in use, and take on one that `suggest fit` has laid ready.

    Models themselves are read when the first suggestion is asked for.
    """
    Room.database = database
    memory.folder = folder_of(settings.data)
    async with database.work(THE_CITY) as work:
        await _take_on(work, memory.folder / FITTED)
        memory.know(await store.list_in_use(work))


async def close_room() -> None:
    """End a training that is going on; it begins anew another night."""
    for task in list(Room.training):
        task.cancel()
    await asyncio.gather(*Room.training, return_exceptions=True)


async def learn(
    work: Work, key: str, text: str, label: str, kind: str = Kind.CATEGORY.value
) -> None:
    """Remember a decision, to be learnt from tonight; a correction replaces the former one.

    `key` names what was decided about (`case:…`). What is kept of the text has no digits and no
    addresses. For a category it is also noted as what was chosen. For `spam` the labels are
    `spam` and `fine`.
    """
    words = tidy(text).strip()
    if words:
        await store.set_example(work, Kind(kind), key, words, label)
    if kind == Kind.CATEGORY:
        await store.set_chosen(work, key, label)


async def forget(work: Work, key: str) -> None:
    """Forget what was learnt from something, and what was suggested for it."""
    await store.delete_key(work, key)


async def record(
    work: Work,
    key: str,
    suggestions: list[Suggestion] | None = None,
    *,
    chosen: str | None = None,
    keep: bool = False,
) -> None:
    """Note what was suggested for a case or form, with model and scores, or what was chosen.

    With `keep`, what was suggested for it before stays.
    """
    await refresh(work)
    if suggestions:
        await store.set_shown(work, key, suggestions, keep=keep)
    if chosen is not None:
        await store.set_chosen(work, key, chosen)


async def accuracy(work: Work, since: datetime) -> list[Accuracy]:
    """Return for each model how often its suggestions since then were what people chose."""
    return await store.list_accuracy(work, since)


async def refresh(work: Work) -> None:
    """Learn of models that another process has trained, at most once a minute."""
    if time.monotonic() - memory.read_at > FRESH_SECONDS:
        memory.know(await store.list_in_use(work))


async def ask_for_training(work: Work) -> None:
    """Have the models trained now."""
    work.actor.require("cases.manage")
    amount = await store.count_examples(work, Kind.CATEGORY)
    if amount.examples < LEAST_EXAMPLES or amount.labels < 2:
        raise Conflict(
            "There are {n} decisions; learning begins with {least}, of two categories or more.",
            n=amount.examples,
            least=LEAST_EXAMPLES,
        )
    work.later(train_now, key="textai.train_now")


@job(every=timedelta(days=1))
async def train_nightly(work: Work) -> None:
    """Begin training each model of which something new has been decided."""
    for kind in Kind:
        await _begin(work, kind, Origin.NIGHTLY)


@job
async def train_now(work: Work) -> None:
    """Begin training, whether or not there is anything new."""
    for kind in Kind:
        await _begin(work, kind, Origin.ASKED)


async def training_ended() -> None:
    """Wait until no training goes on in this process."""
    await asyncio.gather(*Room.training)


async def _begin(work: Work, kind: Kind, origin: Origin) -> None:
    """Write the examples to a file and let a process train on them, behind the job's back.

    Training takes longer than the lease on a job; what dies with this process is done again.
    """
    amount = await store.count_examples(work, kind)
    if amount.examples < LEAST_EXAMPLES or amount.labels < 2 or memory.folder is None:
        return
    versions = await store.list_versions(work, kind)
    own = [version for version in versions if version.origin is not Origin.FITTED]
    if (
        origin is Origin.NIGHTLY
        and own
        and amount.newest_at
        and (own[0].trained_at >= amount.newest_at)
    ):
        return
    spool = memory.folder / f".{kind.value}-{uuid4().hex}.jsonl"
    await _spool(work, kind, spool)
    used = next((version for version in versions if version.in_use), None)
    elsewhere = used.file if used is not None and used.origin is Origin.FITTED else ""
    task = asyncio.create_task(_train(kind, origin, spool, elsewhere, work.now))
    Room.training.add(task)
    task.add_done_callback(Room.training.discard)


async def _spool(work: Work, kind: Kind, file: Path) -> None:
    after = ""
    with file.open("xb") as out:
        while examples := await store.list_examples(work, kind, after, 5000):
            out.writelines(msgspec.json.encode(example) + b"\n" for example in examples)
            after = examples[-1].key


async def _train(kind: Kind, origin: Origin, spool: Path, elsewhere: str, now: datetime) -> None:
    """Train in a process of its own, so that requests do not wait and its memory goes with it."""
    made = spool.with_suffix(".npz")
    try:
        measured = await _trained_aside(spool, made, elsewhere)
        async with _database().work(THE_CITY) as work:
            await _adopt(work, kind, origin, made.read_bytes(), measured, now)
    except (OSError, RuntimeError, TimeoutError, ValueError) as error:
        log.warning("training failed", extra={"kind": kind.value, "why": str(error)})
    finally:
        remove(spool, made)


async def _trained_aside(spool: Path, made: Path, elsewhere: str) -> Measured:
    former = [str(spool.parent / elsewhere)] if elsewhere else []
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import sys; from city.textai.training import main; main(*sys.argv[1:])",
        str(spool),
        str(made),
        *former,
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    os.setpriority(os.PRIO_PROCESS, process.pid, 10)
    try:
        said, wrong = await asyncio.wait_for(process.communicate(), MOST_SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise RuntimeError(wrong.decode(errors="replace")[-500:])
    return msgspec.convert(json.loads(said), Measured)


async def _adopt(
    work: Work, kind: Kind, origin: Origin, content: bytes, measured: Measured, now: datetime
) -> None:
    """Make a model a version; it is used unless one from elsewhere did better on the same texts."""
    number = await store.next_version(work, kind)
    digest = digest_of(content)
    file = f"{kind.value}-{number:04}-{digest[:12]}.npz"
    folder = folder_of(memory.folder.parent) if memory.folder else None
    if folder is None:
        return
    write_file(folder / file, content)
    better = measured.before_top1 is None or measured.top1 >= measured.before_top1 - SLACK
    await store.add_version(
        work,
        Version(
            kind=kind,
            version=number,
            origin=origin,
            file=file,
            digest=digest,
            trained_at=now,
            in_use=better,
            examples=measured.examples,
            labels=measured.labels,
            held_out=measured.held_out,
            top1=measured.top1,
            top3=measured.top3,
            macro_f1=measured.macro_f1,
            plain_top1=measured.plain_top1,
            confusions=measured.confusions,
        ),
    )
    remove(*(folder / old for old in await store.delete_older(work, kind, KEPT_VERSIONS)))
    memory.know(await store.list_in_use(work))
    log.info("model trained", extra={"kind": kind.value, "version": number, "top1": measured.top1})


async def _take_on(work: Work, file: Path) -> None:
    """Take on a model from elsewhere: whoever can write into the city's folder runs the city."""
    content = read_if_there(file)
    if content is None or await store.find_digest(work, digest_of(content)) is not None:
        return
    try:
        model = read_linear(content)
        about = json.loads(file.with_suffix(".json").read_bytes())
        measured = msgspec.convert(about, Measured)
    except (OSError, BadModel, ValueError) as error:
        log.warning("no model is taken on", extra={"file": file.name, "why": str(error)})
        return
    log.info("a model from elsewhere is taken on", extra={"labels": len(model.labels)})
    await _adopt(work, Kind.CATEGORY, Origin.FITTED, content, measured, work.now)


def _database() -> Database:
    if Room.database is None:
        raise RuntimeError("The room is not open.")
    return Room.database
