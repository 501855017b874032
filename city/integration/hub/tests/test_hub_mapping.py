"""Mapping: whatever comes, every field fits or is named; nothing of a message is ever executed."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from city.integration.hub import mapping
from city.integration.hub.fields import names_of, outside, pick, project, put
from city.integration.hub.formats import CSV, JSON, XML, Unreadable, kind_of_media, read_records
from city.integration.hub.model import Allowed, Contract, Direction, How, Rule
from city.kernel import new_id

HUE = ZoneInfo("Asia/Ho_Chi_Minh")

names = some.text("abcxyzđ_-@", min_size=1, max_size=6)
paths = some.lists(names, min_size=1, max_size=3).map(".".join)
values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=30),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
records = some.dictionaries(names, values, max_size=6)
rules = some.builds(
    Rule,
    to=paths,
    source=paths,
    how=some.sampled_from(How),
    detail=some.sampled_from(["", "a = b", "dd/mm/yyyy -> iso", "km -> m", "x"]) | some.text(),
    required=some.booleans(),
    default=some.sampled_from(["", "0", "fallback"]),
)


def made(how: How, given: Any, detail: str = "", **about: Any) -> Any:
    rule = Rule(to="out", source="in", how=how, detail=detail, **about)
    assert not mapping.check_rules([rule])
    result = mapping.apply([rule], {"in": given}, HUE)
    return next(iter(result.faults.values())) if result.faults else result.values.get("out")


def agreed(*fields: str) -> Contract:
    day = date(2026, 1, 1)
    return Contract(
        id=new_id(),
        number=1,
        system="x",
        kind="y",
        direction=Direction.OUT,
        fields=[Allowed(name, "to test") for name in fields],
        purpose="",
        legal_basis="",
        valid_from=day,
        valid_to=day,
        state="approved",
        drafted_at=datetime(2026, 1, 1, tzinfo=UTC),
        drafted_by=None,
        drafted_name="",
    )


@given(some.lists(rules, max_size=6), records)
def test_rules_that_pass_never_fail_otherwise_than_by_a_sentence(
    given_rules: list[Rule], record: dict[str, Any]
) -> None:
    if mapping.check_rules(given_rules):
        return
    result = mapping.apply(given_rules, record, HUE)
    known = {rule.source or rule.to for rule in given_rules}
    assert set(result.faults) <= known
    for rule in given_rules:
        if rule.required and not result.faults:
            assert pick(result.values, rule.to) is not None or rule.how is not How.CONSTANT


@given(records, some.lists(paths, max_size=4))
def test_a_projection_holds_nothing_that_the_contract_does_not_name(
    record: dict[str, Any], fields: list[str]
) -> None:
    contract = agreed(*fields)
    kept = project(record, contract)
    assert not outside(kept, contract)
    assert set(names_of(kept)) <= set(names_of(record))


@given(paths, some.integers())
def test_what_is_put_is_picked_again(path: str, value: int) -> None:
    record: dict[str, Any] = {}
    put(record, path, value)
    assert pick(record, path) == value


@given(some.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1)))
def test_a_time_goes_into_every_format_and_back(moment: datetime) -> None:
    moment = moment.replace(second=0, microsecond=0)
    for name in ("dd/mm/yyyy hh:mm", "yyyymmddhhmmss", "unix", "hh:mm dd/mm/yyyy"):
        there = made(How.DATE, moment.isoformat(), f"iso -> {name}")
        assert datetime.fromisoformat(made(How.DATE, there, f"{name} -> iso")) == moment.replace(
            tzinfo=HUE
        )


@given(some.decimals(Decimal("0.001"), Decimal(10**6), places=3))
def test_a_measure_goes_there_and_back(amount: Decimal) -> None:
    for there, back in (
        ("km -> m", "m -> km"),
        ("bar -> kPa", "kPa -> bar"),
        ("t -> kg", "kg -> t"),
    ):
        assert made(How.UNIT, made(How.UNIT, str(amount), there), back) == pytest.approx(
            float(amount)
        )


@pytest.mark.parametrize(
    ("how", "given_value", "detail", "expected"),
    [
        (How.NUMBER, "1.234,5", "", 1234.5),
        (How.NUMBER, "1 234", "", 1234),
        (How.DATE, "23/11/2026", "dd/mm/yyyy -> yyyy-mm-dd", "2026-11-23"),
        (How.DATE, "23/11/2026 08:00", "dd/mm/yyyy hh:mm -> iso", "2026-11-23T08:00:00+07:00"),
        (How.CODES, "KL", "KL = 19774\nVD = 19777", "19774"),
        (How.UNIT, "3,5", "bar -> kPa", 350),
        (How.COPY, "  Huế ", "", "Huế"),
    ],
)
def test_values_are_read_as_people_write_them(
    how: How, given_value: Any, detail: str, expected: Any
) -> None:
    assert made(how, given_value, detail) == expected


def test_what_does_not_fit_is_said_and_a_default_stands_in_for_an_unknown_code() -> None:
    assert "XX" in str(made(How.CODES, "XX", "KL = 1"))
    assert made(How.CODES, "XX", "KL = 1", default="0") == "0"
    assert "31/31/2026" in str(made(How.DATE, "31/31/2026", "dd/mm/yyyy -> iso"))
    assert "lots" in str(made(How.NUMBER, "lots"))
    assert "missing" in str(made(How.COPY, " ", required=True))


def test_rules_that_cannot_work_are_named() -> None:
    bad = [
        Rule(to="a b", source="x"),
        Rule(to="c", source="x", how=How.CODES, detail="no pairs"),
        Rule(to="d", source="x", how=How.DATE, detail="tomorrow -> iso"),
        Rule(to="e", source="x", how=How.UNIT, detail="km -> kg"),
        Rule(to="f", source="x"),
        Rule(to="f.g", source="x"),
    ]
    assert set(mapping.check_rules(bad)) == {f"rules.{n}" for n in (0, 1, 2, 3, 5)}


def test_json_tables_and_xml_become_the_same_records() -> None:
    wanted = [{"ma": "1", "ten": "Huế"}, {"ma": "2", "ten": "Sịa"}]
    assert (
        read_records(JSON, b'[{"ma":"1","ten":"Hu\xe1\xba\xbf"},{"ma":"2","ten":"S\xe1\xbb\x8ba"}]')
        == wanted
    )
    assert read_records(CSV, "\ufeffma;ten\n1;Huế\n2;Sịa\n".encode()) == wanted
    rows = "".join(f"<d:row><ma>{r['ma']}</ma><ten>{r['ten']}</ten></d:row>" for r in wanted)
    assert read_records(XML, f'<all xmlns:d="urn:d">{rows}</all>'.encode()) == wanted
    (one,) = read_records(XML, b'<c id="7"><p>1</p><p>2</p><q><r>3</r></q></c>')
    assert one == {"@id": "7", "p": ["1", "2"], "q": {"r": "3"}}
    assert kind_of_media("text/xml; charset=utf-8") == XML


@pytest.mark.parametrize(
    ("media", "body"),
    [
        (JSON, b"[1]"),
        (JSON, b"[]"),
        (JSON, b'{"a":' * 5000),
        (JSON, b'{"a":' * 50 + b"1" + b"}" * 50),
        (CSV, b"\xff\xfe"),
        (XML, b"<a>"),
        (XML, b"<a>" * 30 + b"</a>" * 30),
        (XML, b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
        (
            XML,
            b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>',
        ),
    ],
)
def test_what_is_no_message_is_refused(media: str, body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_records(media, body)
