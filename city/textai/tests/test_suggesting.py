"""Suggestions by names alone and with a history; spam; likeness; duplicates."""

import time
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from city import textai
from city.textai import suggesting
from city.textai.hints import Hints
from city.textai.nearby import haversine, near_pairs
from city.textai.tests.sentences import LABELS


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[suggesting.Memory]:
    fresh = suggesting.Memory()
    monkeypatch.setattr(suggesting, "memory", fresh)
    yield fresh


def test_without_history_a_category_is_known_by_its_names(memory: suggesting.Memory) -> None:
    textai.set_labels(LABELS)
    for text, code in {
        "Đèn đường trước nhà tắt": "street-light",
        "den duong truoc nha tat": "street-light",
        "rác chưa ai thu gom": "overflowing-bins",
        "hat karaoke on qua": "noise",
        "there is a pothole in the road": "pothole",
    }.items():
        first, *_ = textai.suggest_categories(text)
        assert (first.code, first.model) == (code, "names"), text
    assert textai.explain("hat karaoke on qua", "noise")[0].words in ("karaoke", "on")


def test_a_text_without_words_is_given_no_category(memory: suggesting.Memory) -> None:
    textai.set_labels(LABELS)
    assert textai.suggest_categories("") == textai.suggest_categories("12 !?") == []


def test_no_labels_give_no_suggestions(memory: suggesting.Memory) -> None:
    assert textai.suggest_categories("đèn đường") == []


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    chances = Hints(LABELS).probabilities(text)
    assert abs(sum(chances.values()) - 1) < 1e-3
    assert 0 <= textai.spam_score(text).value <= 1
    assert 0 <= textai.similarity(text, "đèn đường") <= 1


def test_a_report_is_read_in_a_few_milliseconds(memory: suggesting.Memory) -> None:
    textai.set_labels(LABELS)
    text = "Đèn đường trước số nhà 12 tắt đã ba hôm, buổi tối đi lại rất nguy hiểm. " * 4
    textai.suggest_categories(text)
    started = time.process_time()
    for _ in range(20):
        textai.suggest_categories(text)
    assert (time.process_time() - started) / 20 < 0.030


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Vay tiền nhanh, lãi suất thấp, gọi 0912 345 678", "telephone and selling"),
        ("vay tien nhanh tai nha", "selling"),
        ("xem tại https://abc.top", "link"),
        ("đồ ngu, làm ăn kiểu gì vậy", "abuse"),
        ("a a a a a a a a", "repetition"),
        ("TẠI SAO KHÔNG AI ĐẾN SỬA CÁI ĐÈN NÀY VẬY", "shouting"),
        ("ok", "very short"),
        ("?????", "no words"),
    ],
)
def test_what_looks_like_spam_says_why(text: str, reason: str) -> None:
    score = textai.spam_score(text)
    assert reason in score.reasons and 0 < score.value < 1


@pytest.mark.parametrize(
    "text",
    [
        "Đèn đường trước nhà tắt ba hôm nay, mong thành phố sửa giúp.",
        "con di hoc ve ngang qua cho de te xe",  # "con đi", "cho dễ": not the rude words.
        "Cây đổ chắn ngang đường Lê Lợi",
        "The street light has been out for a week",
    ],
)
def test_an_ordinary_report_is_beyond_doubt(text: str) -> None:
    assert textai.spam_score(text).value == 0


def test_the_same_in_other_letters_is_the_same() -> None:
    assert textai.similarity("Đèn đường tắt", "den duong tat") > 0.99
    near, far = textai.similar_to(
        "đèn đường trước nhà số 12 tắt", ["bóng đèn đường nhà 14 bị tắt", "chó thả rông cắn trẻ em"]
    )
    assert near > 0.35 > 0.2 > far
    assert textai.similar_to("", ["", "x"]) == [0, 0] and textai.similar_to("x", []) == []


def test_duplicates_are_nearer_sooner_and_alike() -> None:
    score = textai.duplicate_score
    assert score(0, 0, True, 1) == 1
    assert score(10, 2, True, 0.5) > score(40, 2, True, 0.5) > score(40, 100, True, 0.5)
    assert score(10, 2, True, 0.5) > score(10, 2, False, 0.5) > score(10, 2, False, 0)
    assert score(500, 0, True, 1) < 0.01


@given(st.integers(0, 10_000), st.sampled_from([25.0, 50.0, 100.0]), st.sampled_from([1.0, 7.0]))
def test_near_pairs_are_all_the_near_pairs(seed: int, metres: float, days: float) -> None:
    dice = np.random.default_rng(seed)
    count = int(dice.integers(2, 40))
    lat = dice.choice([-75.0, 0.0, 16.46]) + dice.normal(0, 0.0005, count)
    lon = dice.choice([-71.0, 107.59, 179.0]) + dice.normal(0, 0.0005, count)
    when = np.floor(dice.uniform(0, 14 * 86_400, count))
    found = {
        (int(a), int(b))
        for piece in near_pairs(lat, lon, when, metres, days)
        for a, b in zip(piece.first, piece.second, strict=True)
    }
    wanted = set()
    for a in range(count):
        for b in range(count):
            later = when[b] > when[a] or (when[b] == when[a] and b > a)
            near = haversine(lat[a : a + 1], lon[a : a + 1], lat[b : b + 1], lon[b : b + 1])[0]
            if later and near <= metres and when[b] - when[a] <= days * 86_400:
                wanted.add((a, b))
    assert found == wanted
