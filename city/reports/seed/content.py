"""What the sample city's people say: the profile's `sample/reports.toml`."""

import tomllib
from pathlib import Path
from typing import Literal

from msgspec import Struct, convert

from city.cases import Rating


class Scene(Struct, frozen=True, kw_only=True):
    """Drawings that stand in for photos: files of the folder `scenes`."""

    code: str
    before: str
    after: str | None = None
    categories: list[str]


class Street(Struct, frozen=True, kw_only=True):
    """A street and a rough point on it, in WGS84 degrees."""

    code: str
    name: str
    ward: str
    latitude: float
    longitude: float


class Told(Struct, frozen=True, kw_only=True):
    """What somebody reports; `fixed` if its words fit its own street only."""

    category: str
    street: str
    title: str
    description: str
    language: str = "vi"
    fixed: bool = False
    attributes: dict[str, list[str]] = {}


class Words(Struct, frozen=True, kw_only=True):
    """What a unit answers to a report of this category."""

    category: str
    text: str
    language: str = "vi"


class Rejection(Struct, frozen=True, kw_only=True):
    """Why a report is not taken on, by language; `usual` if that fits most reports."""

    code: str
    text: dict[str, str]
    usual: bool = False


class Opinion(Struct, frozen=True, kw_only=True):
    """What a reporter thinks of an answer; `fits` are categories, if it does not fit all."""

    level: Rating
    comment: str = ""
    language: str = "vi"
    fits: list[str] = []


class Sentence(Struct, frozen=True, kw_only=True):
    """A sentence by itself."""

    text: str


class Content(Struct, frozen=True, kw_only=True):
    """Everything in the file."""

    greeting: dict[str, str]
    closing: dict[str, str]
    scene: list[Scene]
    street: list[Street]
    report: list[Told]
    answer: list[Words]
    waiting: list[Words]
    send_back: list[Sentence]
    rejection: list[Rejection]
    rating: list[Opinion]

    def letter(self, text: str, language: str) -> str:
        """Return an answer as it is sent: greeted, said, and closed."""
        return f"{self.greeting[language]}\n\n{text}\n\n{self.closing[language]}"

    def answers_to(
        self, category: str, language: str, kind: Literal["answer", "waiting"]
    ) -> list[Words]:
        """Return what can be answered, in the reporter's language if there is anything in it."""
        fitting = [w for w in getattr(self, kind) if w.category == category]
        return [w for w in fitting if w.language == language] or fitting

    def scene_of(self, category: str) -> Scene | None:
        """Return the drawings for a category."""
        return next((scene for scene in self.scene if category in scene.categories), None)


def read_content(file: Path) -> Content:
    """Return what the file holds."""
    return convert(tomllib.loads(file.read_text("utf-8")), Content)
