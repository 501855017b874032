"""Models: what they learn, how they bear missing diacritics, and that files are not believed."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from city.textai.grams import grams
from city.textai.keeping import digest_of, read_model, write_file
from city.textai.linear import BadModel, Linear, Vocabulary, read_linear
from city.textai.tests.sentences import sentences
from city.textai.training import OneLabel, Trained, figures, read_margins, train
from city.textai.words import plain, strip_marks, tidy


@pytest.fixture(scope="module")
def trained() -> Trained:
    texts, labels = zip(*sentences(1500, seed=1), strict=True)
    return train(texts, labels)


def test_one_word_is_spelled_one_way_however_it_was_typed() -> None:
    assert tidy("Hòa  BÌNH, số 12!") == " hoà bình số 00 "
    assert tidy("Thúy") == tidy("Thuý") == " thuý "
    assert tidy("Nguyê\u0303n") == " nguyễn "
    assert plain("Đường Hoà, quáaaaaa") == " duong hoa quaaa "
    assert tidy(" …!\n") == " "
    assert tidy("gọi 0912345678 hay a@b.vn") == " gọi 0000000000 hay 0address0 "


def test_marks_of_scripts_that_need_them_stay() -> None:
    assert strip_marks("đèn café हिन्दी ถนน") == "den cafe हिन्दी ถนน"


def test_ngrams_of_a_batch_are_those_of_each_text() -> None:
    texts = [tidy(text) for text in ("Đèn đường tắt", "", "a", "đèn đường")]
    together = grams(texts)
    for number, text in enumerate(texts):
        alone = grams([text])
        here = together.hashes[together.texts == number]
        assert sorted(here.tolist()) == sorted(alone.hashes.tolist())


def test_ngrams_are_words_pairs_and_characters_inside_words() -> None:
    found = grams([" ab cde "])
    written = {found.written(entry) for entry in range(len(found.hashes))}
    assert {"ab", "cde", "ab cde", " a", "b ", " ab ", "cde ", " cde"} <= written
    assert not {"b c", "b cd"} & written


def test_rows_are_what_scikit_learn_makes_of_the_same_ngrams() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [tidy(text) for text, _ in sentences(60)]
    theirs = TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\S+", lowercase=False
    )
    wanted = theirs.fit_transform(texts).toarray()
    found = grams(texts)
    words = found.hashes & np.uint64(1) == 0
    known, df = np.unique(
        np.unique(np.stack([found.hashes[words], found.texts[words].astype(np.uint64)]), axis=1)[0],
        return_counts=True,
    )
    idf = np.log((1 + len(texts)) / (1 + df)) + 1
    ours = Vocabulary(known, idf.astype(np.float32)).rows(found, len(texts))
    assert len(known) == wanted.shape[1]
    for number in range(len(texts)):
        mine = ours.values[ours.pointers[number] : ours.pointers[number + 1]]
        assert np.allclose(np.sort(mine), np.sort(wanted[number][wanted[number] > 0]), atol=1e-5)


def test_scores_are_those_of_scikit_learn_on_the_stored_arrays(trained: Trained) -> None:
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import SGDClassifier

    model = trained.model
    texts = [tidy(text) for text, _ in sentences(50, seed=9)]
    rows = model.vocabulary.rows(grams(texts), len(texts))
    machine = SGDClassifier()
    machine.coef_ = model.weights.T.astype(np.float64)
    machine.intercept_ = model.bias.astype(np.float64)
    machine.classes_ = np.array(model.labels)
    machine.n_features_in_ = len(model.vocabulary.hashes)
    matrix = csr_matrix((rows.values, rows.columns, rows.pointers), shape=(50, len(model.weights)))
    assert np.allclose(machine.decision_function(matrix), model.margins(texts), atol=1e-4)


def test_typing_without_diacritics_costs_at_most_two_points() -> None:
    texts, labels = zip(*sentences(3000, seed=1, unseen=False), strict=True)
    model = train(texts, labels).model
    asked, wanted = zip(*sentences(1500, seed=2, unseen=True), strict=True)
    written = figures(model, read_margins(model, asked), wanted)[0]
    bare = figures(model, read_margins(model, [strip_marks(each) for each in asked]), wanted)[0]
    assert written > 0.9  # Half of what each says it has never met.
    assert bare >= written - 0.02


def test_what_is_measured_was_not_learnt_from(trained: Trained) -> None:
    measured = trained.measured
    assert measured.examples == 1500 and 200 < measured.held_out < 400
    assert measured.top1 > 0.95 and measured.plain_top1 >= measured.top1 - 0.02
    noise = [(text, str(number % 2)) for number, (text, _) in enumerate(sentences(600, seed=3))]
    texts, labels = zip(*noise, strict=True)
    assert train(texts, labels).measured.top1 < 0.65


def test_probabilities_add_up_and_reasons_are_words_of_the_text(trained: Trained) -> None:
    chances = trained.model.probabilities("Đèn đường trước nhà tôi tắt mấy hôm nay")
    assert abs(sum(chances.values()) - 1) < 1e-4
    assert max(chances, key=lambda code: chances[code]) == "street-light"
    reasons = trained.model.reasons("Đèn đường trước nhà tôi tắt mấy hôm nay", "street-light")
    assert reasons and all(
        reason.words in "đèn đường trước nhà tôi tắt mấy hôm nay" for reason in reasons
    )
    assert "đèn" in " ".join(reason.words for reason in reasons)


def test_a_category_of_one_example_and_a_text_without_words_do_no_harm() -> None:
    rows = [*sentences(300), ("chỉ một lần", "lonely"), ("…", "empty"), ("", "empty")]
    texts, labels = zip(*rows, strict=True)
    model = train(texts, labels).model
    assert model.probabilities("")["lonely"] >= 0
    assert set(model.labels) == set(labels)


def test_two_categories_are_enough_and_one_is_not() -> None:
    model = train(["đèn tắt", "đèn hỏng", "rác hôi", "rác đầy"] * 5, ["a", "a", "b", "b"] * 5).model
    assert model.probabilities("đèn")["a"] > 0.5 > model.probabilities("rac")["a"]
    with pytest.raises(OneLabel):
        train(["x", "y"], ["a", "a"])


def test_texts_read_in_pieces_teach_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, labels = zip(*sentences(1200, seed=5), strict=True)
    monkeypatch.setattr("city.textai.training.REMEMBERED", 1000)
    streamed = train(texts, labels).measured
    assert streamed.top1 > 0.95


def test_a_model_comes_back_from_its_file_as_it_was(trained: Trained) -> None:
    again = read_linear(trained.model.dump())
    text = "thung rac day tran"
    assert again.probabilities(text) == trained.model.probabilities(text)


def test_a_file_is_not_read_unless_its_digest_is_known(tmp_path: Path, trained: Trained) -> None:
    file = tmp_path / "model.npz"
    digest = write_file(file, trained.model.dump())
    assert isinstance(read_model(file, digest), Linear)
    assert read_model(file, digest_of(b"another")) is None
    file.write_bytes(file.read_bytes()[:-10])
    assert read_model(file, digest) is None
    assert read_model(tmp_path / "gone.npz", digest) is None
    assert [each.name for each in tmp_path.iterdir()] == ["model.npz"]


def test_a_pickle_in_a_model_file_is_not_opened() -> None:
    import io

    out = io.BytesIO()
    np.savez(out, about=np.array([{"format": "city-textai-1"}], dtype=object))
    with pytest.raises(BadModel):
        read_linear(out.getvalue())


def test_one_text_takes_little_memory(trained: Trained) -> None:
    trained.model.probabilities("đèn")
    tracemalloc.start()
    trained.model.probabilities("đèn đường " * 100)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000
