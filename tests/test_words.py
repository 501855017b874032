"""Languages: every sentence that can be shown is there in Vietnamese, with the same blanks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import minijinja
import pytest

from city import app  # noqa: F401  (opens every room)
from city.web.words import folded, read_catalogue

ROOT = Path(__file__).parent.parent
CITY = ROOT / "city"
SAYING = {
    "say",
    "Problem",
    "Missing",
    "Conflict",
    "Forbidden",
    "SignInNeeded",
    "TooMany",
    "Says",
    "Unavailable",
    "refuse",
    "Unreadable",
    "BadBoundaries",
    "OutsideCity",
    "Unusable",
}


def said_in_templates() -> Iterator[tuple[str, str]]:
    for template in CITY.glob("*/templates/**/*.html"):
        text = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.S)
        for call in re.finditer(
            r"""\btn?\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')(?:\s*,\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')(?=\s*,\s*[\w.]))?""",
            text,
        ):
            for sentence in call.groups():
                if sentence:
                    yield ast.literal_eval(sentence), str(template.relative_to(ROOT))


def said_in_code() -> Iterator[tuple[str, str]]:
    for file in CITY.rglob("*.py"):
        if "tests" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
            if name not in SAYING or not node.args:
                continue
            words = node.args[1] if name == "refuse" and len(node.args) > 1 else node.args[0]
            if isinstance(words, ast.Constant) and isinstance(words.value, str):
                yield words.value, str(file.relative_to(ROOT))


def blanks(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)", sentence))


def test_every_sentence_is_there_in_vietnamese() -> None:
    catalogue = read_catalogue("vi")
    lacking = {
        f"{sentence!r} in {where}"
        for sentence, where in [*said_in_templates(), *said_in_code()]
        if re.search("[a-z]", sentence, re.I) and sentence not in catalogue
    }
    assert not lacking, "\n".join(sorted(lacking))


def test_translations_fill_the_same_blanks() -> None:
    for sentence, said in read_catalogue("vi").items():
        assert blanks(said) <= blanks(sentence), sentence


@pytest.mark.parametrize(
    "template", sorted(CITY.glob("*/templates/**/*.html")), ids=lambda p: p.name
)
def test_every_template_can_be_read(template: Path) -> None:
    minijinja.Environment().add_template(template.name, template.read_text())


def test_vietnamese_is_found_however_it_is_typed() -> None:
    assert folded("Đèn đường Thuận Hoá") == "den duong thuan hoa"
