"""The command line: fit, score and duplicates on files good and bad, without a database."""

import argparse
import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from city.settings import Settings
from city.textai.command import add_commands
from city.textai.tests.sentences import sentences


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that asks the command line and reads its JSON."""

    def say(*words: str | Path) -> Any:
        parser = argparse.ArgumentParser()
        add_commands(parser.add_subparsers())
        arguments = parser.parse_args(["suggest", *map(str, words)])
        arguments.do(Settings(data=tmp_path / "data"), arguments)
        return json.loads(capsys.readouterr().out)

    return say


def write(file: Path, rows: list[Any], head: tuple[str, ...] = ("text", "category")) -> Path:
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([head, *rows])
    return file


def test_a_model_is_fitted_and_scored_as_written_and_without_diacritics(
    ask: Any, tmp_path: Path
) -> None:
    file = write(tmp_path / "a.csv", sentences(500))
    fitted = ask("fit", file)
    assert Path(fitted["model"]).parent == tmp_path / "data/textai" and fitted["labels"] == 20
    scored = ask("score", write(tmp_path / "b.csv", sentences(200, seed=2)))
    written, bare = scored["as_written"], scored["without_diacritics"]
    assert written["top3"] >= written["top1"] > 0.9 and 0 < written["macro_f1"] <= 1
    assert bare["top1"] >= written["top1"] - 0.02 and written["ms_per_text"] < 30


def test_a_model_may_lie_elsewhere_and_the_file_may_be_gzipped(ask: Any, tmp_path: Path) -> None:
    plain = write(tmp_path / "a.csv", sentences(200))
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    model = tmp_path / "m.npz"
    assert ask("fit", packed, "--model", model)["model"] == str(model)
    assert ask("score", packed, "--model", model)["texts"] == 200


def test_files_from_other_programs_are_understood(ask: Any, tmp_path: Path) -> None:
    rows = sentences(60)
    text = "".join(f'x;"{text}";{label}\r\n' for text, label in rows)
    file = tmp_path / "a.csv"
    file.write_bytes(b"\xef\xbb\xbf" + f"Id;Text;Category\r\n{text};;\r\n".encode())
    assert ask("fit", file)["examples"] == 60
    file.write_bytes(f"Id;Text;Category\r\n{text}".encode("utf-16"))
    assert ask("fit", file)["examples"] == 60


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"text,category\n", "no rows"),
        (b"words,category\na,b\n", "no column text"),
        (b"text,category\nok,a\n\xff\xfa,b\n", "line 3: this is not UTF-8"),
        (b"text,category\na,x\nb,x\n", "at least two categories"),
        (b"text,category\n,x\nb,\n", "no row with both"),
        (b"\x1f\x8bnonsense", "not a whole gzip file"),
    ],
)
def test_a_wrong_file_is_told_what_is_wrong(
    ask: Any, tmp_path: Path, content: bytes, says: str
) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    with pytest.raises(SystemExit, match=says):
        ask("fit", file)


def test_what_is_not_there_is_said_to_be_missing(ask: Any, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="There is no file"):
        ask("fit", tmp_path / "gone.csv")
    file = write(tmp_path / "a.csv", sentences(60))
    with pytest.raises(SystemExit, match="suggest fit FILE"):
        ask("score", file)
    (tmp_path / "m.npz").write_bytes(b"no model")
    with pytest.raises(SystemExit, match="not a model"):
        ask("score", file, "--model", tmp_path / "m.npz")


PLACES = ("id", "time", "lat", "lon", "category", "text")


def test_duplicates_are_counted_in_each_window_and_listed(ask: Any, tmp_path: Path) -> None:
    rows = [
        ("a", "2026-11-20T08:00:00+07:00", "16.4637", "107.5909", "light", "Đèn đường tắt"),
        ("b", "2026-11-21T08:00:00+07:00", "16.4638", "107.5909", "light", "den duong bi tat"),
        ("c", "2026-11-26T08:00:00+07:00", "16.4640", "107.5909", "waste", "Rác hôi"),
        ("d", "2026-11-26T09:00:00+07:00", "16.5640", "107.5909", "waste", "Rác hôi"),
        ("e", "2026-11-26T09:00:00+07:00", "", "", "waste", "Không rõ chỗ"),
    ]
    found = ask("duplicates", write(tmp_path / "a.csv", rows, PLACES))
    assert (found["reports"], found["without_place"]) == (5, 1)
    assert [w["flagged"] for w in found["windows"]] == [1, 2, 2]
    assert [w["flagged_share"] for w in found["windows"]] == [0.25, 0.5, 0.5]
    assert [w["flagged_same_category"] for w in found["windows"]] == [1, 1, 1]
    assert [(p["first"], p["second"]) for p in found["pairs"]] == [
        ("a", "b"),
        ("a", "c"),
        ("b", "c"),
    ]
    best = found["pairs"][0]
    assert best["ticked"] and best["metres"] == 11.1 and best["hours"] == 24.0
    assert best["score"] == max(pair["score"] for pair in found["pairs"])


def test_pairs_can_go_to_a_file_a_line_each(ask: Any, tmp_path: Path) -> None:
    rows = [(1, "01/02/2015 12:20:09 AM", 42.1, -71.1), (2, "01/13/2015 01:00:00 PM", 42.1, -71.1)]
    file, out = write(tmp_path / "a.csv", rows, PLACES[:4]), tmp_path / "pairs"
    found = ask("duplicates", file, "--pairs", out, "--days", "30")
    assert "pairs" not in found
    [pair] = [json.loads(line) for line in out.read_text().splitlines()]
    assert (pair["first"], pair["second"], pair["hours"]) == ("1", "2", 276.66)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("2,2026-11-20,north,107.5", "line 3: lat is 'north'"),
        ("2,2026-11-20,16.4,207.5", "line 3: lon is '207.5'"),
        ("2,soon,16.4,107.5", "line 3: 'soon' is not a time"),
    ],
)
def test_a_wrong_number_is_told_its_line(ask: Any, tmp_path: Path, row: str, says: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f"id,time,lat,lon\n1,2026-11-20,16.4,107.5\n{row}\n")
    with pytest.raises(SystemExit, match=says):
        ask("duplicates", file)


def test_a_place_that_stands_for_no_place_is_named(ask: Any, tmp_path: Path) -> None:
    rows = [(n, f"2026-11-{1 + n % 28:02}", 42.36, -71.06) for n in range(150)]
    rows += [(200, "2026-11-01", 42.4, -71.1), (201, "2026-11-02", 42.4, -71.1)]
    found = ask("duplicates", write(tmp_path / "a.csv", rows, PLACES[:4]))
    assert found["stand_ins"] == [{"lat": 42.36, "lon": -71.06, "reports": 150}]
    assert found["windows"][0]["flagged_without_stand_ins"] == 1
    assert [(p["first"], p["second"]) for p in found["pairs"]] == [("200", "201")]
