"""In which language something is written, and what pages say of it."""

from html import unescape
from typing import Any

import pytest

from city.dialogue.speech import language_in
from city.dialogue.tests.test_city_questions import ANSWER, BUS, answered, asked
from city.kernel import Work


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (BUS, "vi"),
        ("Toi muon hoi lam the nao de doi dia chi cu", "vi"),
        ("Where can I buy a ticket for the boats?", "en"),
        ("Où est-ce que je peux acheter des billets pour les bateaux ?", "fr"),
        ("버스는 몇 시까지 다니나요?", "ko"),
        ("バスは何時までありますか。", "ja"),
        ("公交车几点停运？", "zh"),
    ],
)
@pytest.mark.parametrize("page", ["vi", "en"])
def test_a_text_is_told_by_its_letters_and_small_words(text: str, language: str, page: str) -> None:
    assert language_in(text, page) == language


@pytest.mark.parametrize("text", ["", "19001075", "Wifi?"])
def test_what_cannot_be_told_is_in_the_language_of_the_page(text: str) -> None:
    assert (language_in(text, "vi"), language_in(text, "en")) == ("vi", "en")


async def test_a_question_in_another_language_than_the_page_says_so(
    by_lan: Work, browser: Any
) -> None:
    question = await asked(by_lan)
    await answered(by_lan, question)
    for language, mark in [("en", ' lang="vi"'), ("vi", "")]:
        heads = {"accept-language": language}
        page = unescape((await browser.get(f"/questions/{question.ref}", headers=heads)).text)
        assert f'<h1 class="asked-words"{mark}>{BUS}' in page
        assert f'id="answer-words"{mark}>{ANSWER}' in page
        found = unescape((await browser.get("/questions?q=buyt", headers=heads)).text)
        assert f"<b{mark}>{BUS}" in found and f"{mark}>{ANSWER}" in found
