"""Jobs: functions that can be asked for by name and done later, in a work of their own."""

import inspect
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, get_type_hints

import msgspec

Task = Callable[..., Awaitable[None]]

_jobs: dict[str, "Job"] = {}


class Job(msgspec.Struct, frozen=True):
    """A function that can be done later, by name."""

    name: str
    task: Callable[..., Awaitable[None]]
    body: type
    every: timedelta | None = None


def job(task: Task | None = None, *, every: timedelta | None = None) -> Any:
    """Make an async function `(work, …)` a job that `work.later` can ask for.

    Its arguments after `work` travel as JSON and come back as annotated. With `every` it is also
    done over and over, that long after it was last done.
    """

    def register(task: Task) -> Task:
        hints = get_type_hints(task)
        names = [name for name in inspect.signature(task).parameters][1:]
        body = msgspec.defstruct("Body", [(name, hints[name]) for name in names], kw_only=True)
        registered = Job(f"{room_of(task.__module__)}.{task.__name__}", task, body, every)
        _jobs[registered.name] = registered
        task.job = registered  # type: ignore[attr-defined]
        return task

    return register if task is None else register(task)


class Beat(msgspec.Struct, frozen=True):
    """A function that every worker does over and over, apart from the queue of jobs."""

    name: str
    task: Callable[..., Awaitable[bool]]
    every: timedelta


_beats: list[Beat] = []


def beat(every: timedelta) -> Callable[[Callable[..., Awaitable[bool]]], Any]:
    """Have every worker do an async function `(work)` this often, however long the queue is.

    It returns whether there is more to do at once. Several workers do it at the same time, so it
    has to take what it does with SKIP LOCKED, and to finish it in that work.
    """

    def register(task: Callable[..., Awaitable[bool]]) -> Callable[..., Awaitable[bool]]:
        _beats.append(Beat(f"{room_of(task.__module__)}.{task.__name__}", task, every))
        return task

    return register


def known_beats() -> list[Beat]:
    """Return what every worker does over and over."""
    return _beats


def room_of(module: str) -> str:
    """Return the room a module of ours belongs to, or the name of any other module."""
    first, *rest = module.split(".")
    return rest[0] if first == "city" else module


def known_jobs() -> dict[str, Job]:
    """Return every job by its name."""
    return _jobs


def job_body(known: Job, body: dict[str, Any]) -> str:
    """Return the body of a job as JSON, and fail here rather than later if it does not fit."""
    builtins = msgspec.to_builtins(body)
    msgspec.convert(builtins, known.body)
    return json.dumps(builtins)
