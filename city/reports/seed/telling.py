"""The stories happen: each step by the action the city itself uses, at the moment it would have."""

import asyncio
import random
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from city import cases, media, messages
from city.cases import Category, Rating
from city.kernel import Actor, Database, Work
from city.messages import Channel
from city.processes import Verb
from city.reports.actions import submit_report
from city.reports.model import NewReport, Report
from city.reports.reactions import follow_case
from city.reports.seed.cast import Cast
from city.reports.seed.content import Content
from city.reports.seed.plan import Step, Story
from city.reports.voices import add_voice

UNREAD = timedelta(days=3)
ASKED = timedelta(hours=2)
SEEN_TOO = 0.25
_UNTIL_MONEY = timedelta(days=75)
_QUESTION = "Anh chị cho biết rõ chỗ đó hơn được không? Gần số nhà nào, bên nào của đường?"
_INBOX = frozenset({Channel.INBOX})
_DRAW = Path(__file__).with_name("draw.py")


class Teller:
    """Makes the stories happen, one after the other."""

    def __init__(
        self,
        database: Database,
        content: Content,
        cast: Cast,
        categories: dict[str, Category],
        photos: Path,
        zone: ZoneInfo,
    ) -> None:
        """Tell them in this database; `photos` has the drawings as JPEG."""
        self._database = database
        self._content = content
        self._cast = cast
        self._categories = categories
        self._photos = photos
        self._zone = zone
        self._chance = random.Random("sông Hương")  # noqa: S311 - a sample
        self._files: dict[tuple[UUID | None, str], UUID] = {}
        self._cases: dict[int, cases.Case] = {}
        self._reports: dict[int, Report] = {}

    async def tell(self, stories: Iterable[Story], now: datetime) -> None:
        """Let everything happen in its order; up to the last days all news has been read."""
        happening = [(story.sent_at, n, 0, story, None) for n, story in enumerate(stories)]
        happening += [
            (step.at, n, k, story, step)
            for _, n, _, story, _ in list(happening)
            for k, step in enumerate(story.steps, 1)
        ]
        happening.sort(key=lambda one: one[:3])
        read = False
        for at, n, _, story, step in happening:
            if at > now - UNREAD and not read:
                await self._read_news(now - UNREAD)
                read = True
            if step is None:
                await self._submit(n, story)
            else:
                await self._do(story, step)
                if step.verb == "route" and not self._reports[id(story)].private:
                    await self._see_it_too(story, step.at)
        await self._ask([story for _, _, k, story, _ in happening if not k], now - ASKED)

    async def _submit(self, n: int, story: Story) -> None:
        reporter = self._cast.reporters[story.reporter]
        async with self._database.work(reporter, now=story.sent_at) as work:
            scene = self._content.scene_of(story.told.category)
            photos = [await self._photo(work, scene.before)] if scene and story.photo else []
            report = await submit_report(
                work,
                NewReport(
                    category=story.told.category,
                    description=f"{story.told.title}. {self._fill(story.told.description, story)}",
                    latitude=story.latitude,
                    longitude=story.longitude,
                    address=f"{story.number} {story.street.name}",
                    private=story.private,
                    photos=photos,
                    attributes=story.told.attributes,
                    client_key=f"sample-{n}",
                ),
                sample=True,
            )
            self._cases[id(story)] = await cases.get_case(work, report.case_id)
            self._reports[id(story)] = report

    async def _see_it_too(self, story: Story, at: datetime) -> None:
        """Let some of the others say that they see it too, now and then."""
        others = [who for n, who in enumerate(self._cast.reporters) if n != story.reporter]
        if self._chance.random() > SEEN_TOO:
            return
        for other in self._chance.sample(others, min(len(others), self._chance.randint(1, 6))):
            async with self._database.work(other, now=at) as work:
                await add_voice(work, self._reports[id(story)])

    async def _ask(self, stories: list[Story], at: datetime) -> None:
        """Ask whoever tries the city something about the last of their reports that is open."""
        for story in reversed(stories):
            case = self._cases[id(story)]
            if story.reporter or not case.is_open or case.opened_at > at:
                continue
            async with self._database.work(self._cast.desk[0], now=at) as work:
                definition = await cases.definition_of(work, case)
                if definition.way(Verb.PAUSE, case.state):
                    await cases.ask_reporter(work, case.id, _QUESTION)
                    await follow_case(work, case.id, by=_INBOX)
                    return

    async def _do(self, story: Story, step: Step) -> None:
        case = self._cases[id(story)]
        if case.status is cases.Status.WAITING:
            return  # What would have come next waits as well.
        async with self._database.work(self._actor(story, step), now=step.at) as work:
            self._cases[id(story)] = await self._verb(work, story, step, case)
            await follow_case(work, case.id, by=_INBOX)
            if step.verb == "merge" and story.twin_of:
                twin = self._cases[id(story.twin_of)]
                self._cases[id(story.twin_of)] = await cases.get_case(work, twin.id)
                await follow_case(work, twin.id, by=_INBOX)

    async def _verb(self, work: Work, story: Story, step: Step, case: cases.Case) -> cases.Case:
        match step.verb:
            case "accept":
                return await cases.accept_case(work, case.id)
            case "route":
                category = self._categories[case.category]
                unit = self._cast.unit_for(category, case.ward, self._chance.randrange(99))
                return await cases.route_case(work, case.id, unit.id)
            case "take":
                return await cases.take_case(work, case.id)
            case "answer":
                return await self._answer(work, story, step, case)
            case "send_back":
                reason = self._chance.choice(self._content.send_back).text
                return await cases.send_back(work, case.id, reason)
            case "publish":
                return await cases.publish_answer(work, case.id)
            case "reject":
                return await cases.reject_case(work, case.id, self._rejection(story))
            case "merge":
                return await cases.merge_case(work, case.id, self._cases[id(story.twin_of)].id)
            case _:
                rating = step.rating or Rating.ACCEPTABLE
                comment = self._comment(story, rating)
                return await cases.rate_case(work, case.id, rating, comment)

    def _actor(self, story: Story, step: Step) -> Actor:
        if step.verb in ("take", "answer"):
            return self._cast.officers[self._cases[id(story)].unit_id]
        if step.verb == "rate":
            return self._cast.reporters[story.reporter]
        return self._chance.choice(self._cast.desk)

    async def _answer(self, work: Work, story: Story, step: Step, case: cases.Case) -> cases.Case:
        definition = await cases.definition_of(work, case)
        wait = definition.way(Verb.PAUSE, case.state, "waiting_budget") if step.vague else None
        kind = "waiting" if wait else "answer"
        found = self._content.answers_to(case.category, story.told.language, kind)
        words = self._chance.choice(found or self._content.answers_to("other", "vi", "answer"))
        text = self._fill(words.text, story, step.at)
        if wait is not None:
            day = (step.at + _UNTIL_MONEY).astimezone(self._zone).date()
            return await cases.pause_case(work, case.id, wait.id, revisit_on=day, note=text)
        scene = self._content.scene_of(case.category)
        photos = []
        if scene and scene.after and story.photo:
            photos = [await self._photo(work, scene.after)]
        letter = self._content.letter(text, words.language)
        way = definition.way(Verb.ANSWER, case.state)
        if way is None or not way.needs.documents:
            return await cases.answer_case(work, case.id, letter, photos)
        # Where a record is asked for, a drawing stands in for that as well.
        shown = scene or self._content.scene[0]
        papers = [await self._photo(work, shown.after or shown.before)]
        return await cases.answer_case(
            work, case.id, letter, photos or papers, brought=cases.Brought(documents=papers)
        )

    def _rejection(self, story: Story) -> str:
        usual = [r for r in self._content.rejection if r.usual]
        fitting = [r for r in usual if story.photo or not r.code.startswith("photo-")]
        reason = self._chance.choice(fitting).text
        return reason.get(story.told.language) or next(iter(reason.values()))

    def _comment(self, story: Story, rating: Rating) -> str:
        language, category = story.told.language, story.told.category
        same = [opinion for opinion in self._content.rating if opinion.level is rating]
        fitting = [
            opinion
            for opinion in same
            if (opinion.language == language or not opinion.comment)
            and (not opinion.fits or category in opinion.fits)
        ]
        return self._chance.choice(fitting or same).comment

    def _fill(self, text: str, story: Story, at: datetime | None = None) -> str:
        day = (at or story.sent_at).astimezone(self._zone)
        return text.replace("{street}", story.street.name).replace("{day}", f"{day:%d/%m}")

    async def _photo(self, work: Work, scene: str) -> UUID:
        """Return the actor's photo of a scene, taken in like any other upload when first needed."""
        key = work.actor.id, scene
        if key not in self._files:
            photo = (self._photos / scene).with_suffix(".jpg")
            self._files[key] = (await media.keep_upload(work, photo, photo.name)).id
        return self._files[key]

    async def _read_news(self, at: datetime) -> None:
        for reporter in self._cast.reporters:
            async with self._database.work(reporter, now=at) as work:
                await messages.read_all(work)


@asynccontextmanager
async def drawn(scenes: Path) -> AsyncIterator[Path]:
    """Give a folder with every scene as a JPEG, drawn by a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        drawing = await asyncio.create_subprocess_exec(
            sys.executable, "-P", str(_DRAW), str(scenes), folder
        )
        if await drawing.wait():
            raise RuntimeError(f"The drawings of {scenes} could not be made into photos.")
        yield Path(folder)
