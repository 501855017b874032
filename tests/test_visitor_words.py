"""Languages of visitors: every sentence they meet is there, with the same blanks."""

import re
from pathlib import Path

import pytest

from city.settings import read_profile
from city.web.words import LANGUAGE_NAMES, read_catalogue
from tests.test_words import blanks, said_in_code, said_in_templates

ROOT = Path(__file__).parent.parent
PROFILE = read_profile(ROOT / "profiles/hue")

TEMPLATES = {
    "web": "base tools problem refusal ui official",
    "app": "home look scan verify",
    "identity": "sign_in code name",
    "reports": "new report alike same nearby list map filters suggestions talks waiting mine point",
    "services": "list service",
    "integration": "federation/part federation/handed",
}
"""The pages on a visitor's way, by room."""

CODE = (
    "city/web/reading.py",
    "city/web/problems.py",
    "city/cases/deadlines.py",
    "city/reports/views.py",
    "city/reports/points/model.py",
    "city/reports/points/signs.py",
    "city/reports/pages/public.py",
    "city/identity/pages/sign_in.py",
)
"""What those pages are told by code."""


def met_by_visitors() -> dict[str, str]:
    pages = {
        f"city/{room}/templates/{room}/{name}.html"
        for room, names in TEMPLATES.items()
        for name in names.split()
    }
    assert not [page for page in pages if not (ROOT / page).is_file()]
    found = {said: where for said, where in said_in_templates() if where in pages}
    found |= {said: where for said, where in said_in_code() if where in CODE}
    return {said: where for said, where in found.items() if re.search("[a-z]", said, re.I)}


@pytest.mark.parametrize("language", PROFILE.visitor_languages)
def test_every_sentence_a_visitor_meets_is_there(language: str) -> None:
    catalogue = read_catalogue(language)
    lacking = [f"{w}: {s!r}" for s, w in met_by_visitors().items() if s not in catalogue]
    assert not lacking, "\n".join(lacking)


@pytest.mark.parametrize("language", PROFILE.visitor_languages)
def test_visitors_sentences_fill_the_same_blanks(language: str) -> None:
    for sentence, said in read_catalogue(language).items():
        assert blanks(said) <= blanks(sentence), sentence


def test_every_language_calls_itself_by_its_own_name() -> None:
    assert set(PROFILE.spoken) <= LANGUAGE_NAMES.keys()


@pytest.mark.parametrize("language", PROFILE.visitor_languages)
def test_no_visitors_language_was_filled_with_another(language: str) -> None:
    """A catalogue that holds English or Vietnamese sentences would hide that they are missing."""
    script = {"ko": "가-힣", "zh": "一-鿿", "ja": "ぁ-ヿ一-鿿", "fr": "a-zà-ÿ"}[language]
    for sentence, said in read_catalogue(language).items():
        if len(sentence) > 24:
            assert re.search(f"[{script}]", said) and said != sentence, sentence
