"""The sample city's surveys and questions."""

import random
import tomllib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct, convert, field
from msgspec.structs import replace

from city import cases, identity
from city.dialogue.actions import questions as asking
from city.dialogue.actions import surveys as doing
from city.dialogue.model import Ask, Draft, Kind, NewQuestion, Only, Option, Survey, shown
from city.dialogue.reactions import follow_case
from city.dialogue.store import questions, surveys
from city.identity import Role
from city.kernel import THE_CITY, Actor, Database, Work
from city.messages import Channel
from city.settings import current

_INBOX = frozenset({Channel.INBOX})
_ASKERS = (Role.RESIDENT, Role.VISITOR, Role.BUSINESS)


class _Ask(Struct, frozen=True, kw_only=True):
    kind: Kind
    words: dict[str, str]
    options: list[dict[str, str]] = []
    required: bool = False
    least: float | None = None
    most: float | None = None
    only: tuple[int, int] | None = None
    texts: list[str] = []


class _Survey(Struct, frozen=True, kw_only=True):
    state: Literal["draft", "open", "closed"]
    asked_by: str
    opens: int
    closes: int
    changeable: bool
    live: bool
    answers: int
    title: dict[str, str]
    intro: dict[str, str]
    asks: list[_Ask] = field(name="ask")
    wards: list[str] = []
    follow_up: dict[str, str] = {}


class _Question(Struct, frozen=True, kw_only=True):
    topic: str
    unit: str
    days: float
    by: int
    language: str
    words: str
    answer: str
    helpful: int = 0


class _Content(Struct, frozen=True, kw_only=True):
    survey: list[_Survey]
    question: list[_Question]


class _Cast(Struct, frozen=True):
    askers: list[Actor]
    desk: Actor
    leader: Actor
    units: dict[str, Actor]


async def seed_sample(database: Database, folder: Path) -> None:
    """Sow sample surveys and questions, counted back from now, unless there are some already.

    Questions go the way real ones go, by the same actions, told to the inbox only; answers to the
    surveys are made up, of nobody.
    """
    file = folder / "dialogue.toml"
    async with database.work(THE_CITY, reading=True) as work:
        if not file.is_file() or await surveys.has_samples(work):
            return
        cast = await _gather(work)
        now = work.now
    if cast is None:
        return
    content = convert(tomllib.loads(file.read_text("utf-8")), _Content)
    chance = random.Random("cầu Tràng Tiền")  # noqa: S311 - a sample
    for each in content.survey:
        await _sow_survey(database, each, cast, now, chance)
    for each in content.question:
        await _sow_question(database, each, cast, now)


async def _gather(work: Work) -> _Cast | None:
    people = await identity.list_sample_people(work)
    every = frozenset({"me", "reports.submit", "dialogue.ask"})

    def acting(role: Role, *may: str) -> list[Actor]:
        return [
            Actor(id=p.id, name=p.name, permissions=every | set(may), language=p.language)
            for p in people
            if p.role is role
        ]

    askers = [actor for role in _ASKERS for actor in acting(role)]
    desk = acting(Role.DESK, "cases.view", "cases.triage")
    leader = acting(Role.LEADER, "cases.view", "cases.lead")
    units = {
        unit.code: Actor(
            name=next(iter(unit.name.values())),
            permissions=every | {"cases.view", "cases.answer"},
            unit_id=unit.id,
        )
        for unit in await identity.list_units(work)
    }
    if not (askers and desk and leader and units):
        return None
    return _Cast(askers, desk[0], leader[0], units)


async def _sow_survey(
    database: Database, told: _Survey, cast: _Cast, now: datetime, chance: random.Random
) -> None:
    unit = cast.units.get(told.asked_by)
    today = now.astimezone(current().profile.zone).date()
    draft = Draft(
        title=told.title,
        intro=told.intro,
        asks=[_ask_of(number, ask) for number, ask in enumerate(told.asks, 1)],
        wards=told.wards,
        opens_on=today + timedelta(days=told.opens),
        closes_on=today + timedelta(days=told.closes),
        changeable=told.changeable,
        live=told.live,
    )
    opened = now + timedelta(days=min(0, told.opens) - 1)
    async with database.work(unit or cast.leader, now=opened) as work:
        survey = await doing.add_draft(work, draft, sample=True)
    if told.state == "draft":
        return
    async with database.work(cast.leader, now=opened) as work:
        survey = await doing.publish_survey(work, survey.ref, survey.version)
    await _sow_answers(database, survey, told, now, chance)
    if told.follow_up:
        async with database.work(cast.leader, now=now - timedelta(days=4)) as work:
            await doing.follow_up(work, survey.ref, told.follow_up, survey.version)


async def _sow_answers(
    database: Database, survey: Survey, told: _Survey, now: datetime, chance: random.Random
) -> None:
    texts = {f"q{number}": ask.texts for number, ask in enumerate(told.asks, 1)}
    span = min(told.closes, 0) - told.opens
    codes = doing.wards_of(survey)
    favourites = codes[:6]
    answers, wards, months = [], [], []
    for _ in range(told.answers):
        answers.append(_made_up(survey.asks, texts, chance))
        wards.append(chance.choice(favourites if chance.random() < 0.8 else codes))
        moment = now + timedelta(days=told.opens + chance.random() * max(1, span))
        months.append(moment.astimezone(current().profile.zone).date().replace(day=1))
    async with database.work(THE_CITY) as work:
        await surveys.add_sample_answers(work, survey.id, answers, wards, months)


def _made_up(
    asks: Sequence[Ask], texts: dict[str, list[str]], chance: random.Random
) -> dict[str, Any]:
    """Return answers as somebody might give them: nothing to what is not asked of them."""
    answers: dict[str, Any] = {}
    for ask in asks:
        if ask not in shown(asks, answers) or not (ask.required or chance.random() < 0.8):
            continue
        if ask.kind is Kind.ONE:
            answers[ask.id] = chance.choices(ask.choices, _weights(ask))[0]
        elif ask.kind is Kind.MANY:
            picked = [choice for choice in ask.choices if chance.random() < 0.45]
            answers[ask.id] = picked or [chance.choice(ask.choices)]
        elif ask.kind is Kind.SCALE:
            answers[ask.id] = chance.choices([1, 2, 3, 4, 5], [1, 2, 4, 6, 3])[0]
        elif ask.kind is Kind.NUMBER:
            answers[ask.id] = chance.choices([1, 2, 3, 4, 5, 6], [1, 3, 4, 7, 4, 2])[0]
        elif texts.get(ask.id) and chance.random() < 0.25:
            answers[ask.id] = chance.choice(texts[ask.id])
    return answers


def _weights(ask: Ask) -> list[int]:
    return [3 + 2 * number for number in range(len(ask.choices))]


def _ask_of(number: int, told: _Ask) -> Ask:
    return Ask(
        id=f"q{number}",
        kind=told.kind,
        words=told.words,
        options=[Option(id=str(n), words=words) for n, words in enumerate(told.options, 1)],
        required=told.required,
        least=told.least,
        most=told.most,
        only_if=Only(question=f"q{told.only[0]}", option=str(told.only[1])) if told.only else None,
    )


async def _sow_question(database: Database, told: _Question, cast: _Cast, now: datetime) -> None:
    asker = cast.askers[told.by % len(cast.askers)]
    at = now - timedelta(days=told.days)
    async with database.work(asker, now=at) as work:
        new = NewQuestion(words=told.words, topic=told.topic)
        question = await asking.ask_question(work, new, sample=True)
    if not told.answer:
        return
    case_id = question.case_id
    async with database.work(cast.desk, now=at + timedelta(hours=2)) as work:
        await cases.accept_case(work, case_id)
        unit = cast.units[told.unit]
        await cases.route_case(work, case_id, unit.unit_id or case_id)
    async with database.work(unit, now=at + timedelta(hours=5)) as work:
        await cases.take_case(work, case_id)
        await cases.answer_case(work, case_id, told.answer)
    async with database.work(cast.desk, now=at + timedelta(hours=26)) as work:
        await cases.publish_answer(work, case_id)
        await follow_case(work, case_id, by=_INBOX)
    for voter in cast.askers[: told.helpful]:
        async with database.work(replace(voter)) as work:
            await questions.set_vote(work, question.id, True)
