"""What will have happened in the weeks before today: who reported what, and how it went on.

Nothing is stored here. The shares are those of a real city of this size: three reports in ten are
not taken on, half of the answers come in time, most of who rates is content.
"""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from city import cases, places
from city.calendar import Calendar
from city.cases import Category, Process, Rating
from city.reports.seed.clock import Clock
from city.reports.seed.content import Content, Street, Told

WEEKS = 6
REPORTS = 240
REJECTED = 72
MERGED = 7
# How many stand where, and since how many days.
STANDING: Sequence[tuple[str, int, float, float]] = (
    ("submit", 6, 0.05, 0.9),
    ("accept", 5, 0.5, 2.0),
    ("route", 7, 0.8, 3.0),
    ("take", 9, 1.5, 6.0),
    ("answer", 6, 3.0, 8.0),
    ("route", 3, 14.0, 20.0),  # These two lie: their units are behind.
    ("take", 7, 15.0, 28.0),
)
IN_TIME, RATED, CONTENT, SENT_BACK, PRIVATE, WITH_PHOTO = 0.52, 0.45, 0.84, 0.08, 0.05, 0.75
_HOURS = (1, 0, 0, 0, 0, 2, 5, 9, 10, 8, 7, 7, 5, 5, 6, 7, 8, 9, 9, 8, 8, 6, 4, 2)
_METRES = 150


class Step(Struct, frozen=True, kw_only=True):
    """Something done on a case: one of the verbs of `cases`."""

    at: datetime
    verb: str
    vague: bool = False
    rating: Rating | None = None


class Story(Struct, kw_only=True):
    """A report and what became of it. `reporter` is a place in the list of people."""

    reporter: int
    told: Told
    street: Street
    number: int
    latitude: float
    longitude: float
    sent_at: datetime
    photo: bool
    private: bool
    steps: list[Step] = field(default_factory=list)
    twin_of: "Story | None" = None


class Planner:
    """Plans the stories; the same chance every time, counted back from now."""

    def __init__(
        self,
        content: Content,
        categories: Mapping[str, Category],
        languages: Sequence[str],
        calendar: Calendar,
        now: datetime,
    ) -> None:
        """Plan for reporters who speak these languages; the first is who the demo is about."""
        self._chance = random.Random("Huế")  # noqa: S311 - a sample, the same every time
        self._content = content
        self._categories = categories
        self._languages = languages
        self._clock = Clock(calendar, self._chance)
        self._zone: ZoneInfo = calendar.zone
        self._now = now
        self._streets = {street.code: street for street in content.street}
        self._deck: list[Told] = []
        self._dealt = 0
        self._in_time = 0
        self._late = 0

    def plan(self) -> list[Story]:
        """Return the stories, in no order."""
        standing = [
            self._stands_at(verb, low, high)
            for verb, count, low, high in STANDING
            for _ in range(count)
        ]
        rejected = [self._rejected() for _ in range(REJECTED)]
        done = [self._done() for _ in range(REPORTS - len(standing) - REJECTED - MERGED)]
        # The desk has had the time to see that somebody told it twice.
        long_ago = [story for story in done if story.sent_at < self._now - timedelta(days=4)]
        merged = [self._merged(twin) for twin in self._chance.sample(long_ago, MERGED)]
        self._show_the_first_reporter(standing, done)
        for story in (*standing, *rejected, *done, *merged):
            story.steps = [step for step in story.steps if step.at < self._now]
        return [*standing, *rejected, *done, *merged]

    def _stands_at(self, verb: str, low: float, high: float) -> Story:
        story = self._story()
        age = self._chance.uniform(low, high)
        for _ in range(40):
            self._send(story, age)
            steps = [] if verb == "submit" else self._handle(story, late=True)
            until = next((n for n, step in enumerate(steps, 1) if step.verb == verb), 0)
            if not until or steps[until - 1].at < self._now:
                story.steps = steps[:until]
                break
            age += 0.5  # Nobody has got so far yet: a weekend lies between.
        return story

    def _rejected(self) -> Story:
        story = self._story()
        self._send_done(story, self._age(0.5), lambda: self._reject(story))
        return story

    def _done(self) -> Story:
        story = self._story()
        age = self._age(2)
        closed = self._in_time + self._late
        late = age > 14 and self._in_time > (closed + 1) * IN_TIME
        self._send_done(story, age, lambda: self._handle(story, late=late))
        due = cases.deadline_for(self._categories[story.told.category], story.sent_at)
        if story.steps[-1].at <= due:
            self._in_time += 1
        else:
            self._late += 1
        self._rate(story)
        return story

    def _merged(self, twin: Story) -> Story:
        story = self._story()
        same = [t for t in self._content.report if t.category == twin.told.category]
        free = [t for t in same if not t.fixed and t != twin.told and t.language == "vi"]
        story.told = self._chance.choice(free or [twin.told])
        story.twin_of = twin
        story.reporter = self._reporter(story.told, other_than=twin.reporter)
        story.street, story.number = twin.street, twin.number + 2
        story.latitude, story.longitude = twin.latitude + 1e-4, twin.longitude - 1e-4
        story.sent_at = twin.sent_at + self._between(hours=(1, 8))
        story.steps = [Step(at=self._clock.at_work(story.sent_at, 10, 240), verb="merge")]
        return story

    def _show_the_first_reporter(self, standing: list[Story], done: list[Story]) -> None:
        """See to it that who tries the city first has something to rate, to follow, to regret."""
        doing = next(s for s in standing if s.steps and s.steps[-1].verb == "take" and s.photo)
        asked = next(s for s in done if s.photo and self._is_recent(s) and not s.private)
        asked.steps = [step for step in asked.steps if step.verb != "rate"]
        late = next(s for s in done if s.photo and self._was_late(s) and s is not asked)
        for story in (doing, asked, late):
            story.reporter = 0
            story.private = False

    def _is_recent(self, story: Story) -> bool:
        verbs = [step.verb for step in story.steps]
        return verbs.count("publish") == 1 and self._now - story.steps[-1].at < timedelta(days=7)

    def _was_late(self, story: Story) -> bool:
        due = cases.deadline_for(self._categories[story.told.category], story.sent_at)
        closed = [step.at for step in story.steps if step.verb == "publish"]
        return len(closed) == 1 and closed[0] > due

    def _story(self) -> Story:
        told, street = self._deal()
        latitude, longitude = self._point(street)
        return Story(
            reporter=self._reporter(told),
            told=told,
            street=street,
            number=self._chance.randint(2, 240),
            latitude=latitude,
            longitude=longitude,
            sent_at=self._now,
            photo=self._chance.random() < WITH_PHOTO,
            private=self._chance.random() < PRIVATE,
        )

    def _deal(self) -> tuple[Told, Street]:
        """Return the next thing to report: each once, then those that fit other streets too."""
        if not self._deck:
            first = not self._dealt
            self._deck = [t for t in self._content.report if first or not t.fixed]
            self._chance.shuffle(self._deck)
        told = self._deck.pop()
        self._dealt += 1
        if self._dealt <= len(self._content.report):
            return told, self._streets[told.street]
        return told, self._chance.choice(self._content.street)

    def _reporter(self, told: Told, other_than: int = -1) -> int:
        everybody = [n for n in range(len(self._languages)) if n != other_than]
        speak = [n for n in everybody if self._languages[n] == told.language]
        return self._chance.choice(speak or everybody)

    def _point(self, street: Street) -> tuple[float, float]:
        """Return a point near the street, in its ward; where areas are rough, in the city."""
        fallback = street.latitude, street.longitude
        for _ in range(12):
            metres = _METRES * math.sqrt(self._chance.random())
            angle = self._chance.uniform(0, math.tau)
            north = metres * math.cos(angle) / 111_320
            east = metres * math.sin(angle) / 111_320 / math.cos(math.radians(street.latitude))
            point = round(street.latitude + north, 6), round(street.longitude + east, 6)
            ward = places.find_ward(*point)
            if ward is not None and ward.code == street.ward:
                return point
            fallback = point if ward is not None else fallback
        return fallback

    def _age(self, least: float) -> float:
        return self._chance.uniform(least, WEEKS * 7)

    def _send(self, story: Story, age: float) -> None:
        """Set when a report was sent: at an hour at which people report things."""
        local = (self._now - timedelta(days=age)).astimezone(self._zone)
        if age > 1:
            hour = self._chance.choices(range(24), _HOURS)[0]
            local = local.replace(hour=hour, minute=self._chance.randint(0, 59))
        elif local.hour < 6:
            local -= timedelta(hours=local.hour + 2)
        story.sent_at = min(local.astimezone(self._now.tzinfo), self._now - timedelta(minutes=20))

    def _send_done(self, story: Story, age: float, plan: Callable[[], list[Step]]) -> None:
        """Send a report early enough for what is planned to have happened by now."""
        for _ in range(40):
            self._send(story, age)
            story.steps = plan()
            if story.steps[-1].at < self._now - timedelta(hours=1):
                return
            age += 0.5

    def _reject(self, story: Story) -> list[Step]:
        if self._is_instant(story):
            return [Step(at=story.sent_at + self._between(minutes=(3, 25)), verb="reject")]
        return [Step(at=self._clock.at_work(story.sent_at, 15, 420), verb="reject")]

    def _handle(self, story: Story, *, late: bool) -> list[Step]:
        """Return the way from the desk to the unit and back, in time or late."""
        category = self._categories[story.told.category]
        due = cases.deadline_for(category, story.sent_at)
        vague = bool(self._content.answers_to(category.code, "vi", "waiting"))
        vague = vague and self._chance.random() < 0.15
        if self._is_instant(story):
            accept = story.sent_at + self._between(minutes=(2, 8))
            route = accept + self._between(minutes=(1, 4))
            take = route + self._between(minutes=(4, 20))
            answer = take + self._between(minutes=(30, 120))
            if late:
                answer = due + self._between(minutes=(20, 900))
            publish = answer + self._between(minutes=(4, 25))
        else:
            accept = self._clock.at_work(story.sent_at, 10, 200)
            route = self._clock.at_work(accept, 5, 45)
            take = self._clock.at_work(route, 30, 500)
            target = story.sent_at + (due - story.sent_at) * self._chance.uniform(0.2, 0.8)
            if late:
                target = self._clock.at_work(due, 60, 2600)
            answer = self._clock.at_work(max(take, target), 20, 120)
            publish = self._clock.at_work(answer, 15, 150)
        steps = [
            Step(at=accept, verb="accept"),
            Step(at=route, verb="route"),
            Step(at=take, verb="take"),
            Step(at=answer, verb="answer", vague=vague),
            Step(at=publish, verb="publish"),
        ]
        if late and self._chance.random() < SENT_BACK * 2:
            steps[3:4] = [
                Step(at=take + (answer - take) * 0.6, verb="answer", vague=vague),
                Step(at=take + (answer - take) * 0.7, verb="send_back"),
                Step(at=answer, verb="answer"),
            ]
        return steps

    def _rate(self, story: Story) -> None:
        """Have the reporter say what they think; who is not content is heard again."""
        if self._chance.random() > RATED:
            return
        at = self._clock.awake(story.steps[-1].at + self._between(hours=(1, 60)))
        vague = any(step.vague for step in story.steps)
        if not vague and self._chance.random() < CONTENT:
            self._add_rating(story, at, self._content_rating())
            return
        self._add_rating(story, at, Rating.UNSATISFIED)
        story.steps += self._handle_again(at)
        again = self._clock.awake(story.steps[-1].at + self._between(hours=(1, 60)))
        still = self._chance.random() < 0.6
        self._add_rating(story, again, Rating.UNSATISFIED if still else self._content_rating())

    def _handle_again(self, since: datetime) -> list[Step]:
        steps: list[Step] = []
        for verb, least, most in (
            ("route", 30, 240),
            ("take", 60, 400),
            ("answer", 300, 1500),
            ("publish", 20, 150),
        ):
            since = self._clock.at_work(since, least, most)
            steps.append(Step(at=since, verb=verb))
        return steps

    def _add_rating(self, story: Story, at: datetime, rating: Rating) -> None:
        story.steps.append(Step(at=at, verb="rate", rating=rating))

    def _content_rating(self) -> Rating:
        return self._chance.choices([Rating.SATISFIED, Rating.ACCEPTABLE], [2, 1])[0]

    def _is_instant(self, story: Story) -> bool:
        return self._categories[story.told.category].process is Process.INSTANT

    def _between(
        self, *, minutes: tuple[float, float] = (0, 0), hours: tuple[float, float] = (0, 0)
    ) -> timedelta:
        low, high = minutes[0] + 60 * hours[0], minutes[1] + 60 * hours[1]
        return timedelta(minutes=self._chance.uniform(low, high))
