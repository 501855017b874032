"""Deciding who gets a case: the first rule that fits leads, and the explanation is the truth."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.cases.routing import (
    CATEGORY,
    WARD,
    Condition,
    Decision,
    Facts,
    Hours,
    Outcome,
    Rule,
    Units,
    decide,
    faults,
)
from city.cases.routing.rules import Words

WHEN = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # A Monday.
UNITS = Units(
    known=frozenset({"hepco", "police", "power", "thuan-hoa", "empty"}),
    staffed=frozenset({"hepco", "police", "power", "thuan-hoa"}),
    by_ward={"w1": "thuan-hoa", "w2": "empty"},
)


def rule(n: int = 1, **about: Any) -> Rule:
    fields: dict[str, Any] = {"lead": "hepco", "name": f"Rule {n}", "rank": n}
    return Rule(**{**fields, **about}, id=UUID(int=n), changed_at=WHEN)


def facts(**about: Any) -> Facts:
    fields: dict[str, Any] = {
        "category": "fallen-tree",
        "group": "trees",
        "process": "instant",
        "source": "report",
        "at": WHEN,
        "at_work": True,
        "ward": "w1",
        "category_unit": "power",
    }
    return Facts(**{**fields, **about})


def outcomes(decision: Decision) -> list[str]:
    return [str(reason.outcome) for reason in decision.why]


def test_the_first_rule_that_fits_gives_the_lead() -> None:
    rules = [rule(1, categories=["noise"]), rule(2, lead="police"), rule(3)]
    decision = decide(rules, facts(), UNITS)
    assert decision.lead == "police"
    assert outcomes(decision) == ["unmatched", "leads", "too_late"]
    assert decision.why[0].failed == (Condition.FIELD,)


def test_without_a_rule_the_categorys_own_unit_leads_and_failing_that_the_desk_decides() -> None:
    assert decide([], facts(), UNITS).lead == "power"
    own = decide([], facts(category_unit=WARD), UNITS)
    assert (own.lead, outcomes(own)) == ("thuan-hoa", ["category"])
    for about in ({"category_unit": None}, {"category_unit": WARD, "ward": "w9"}):
        desk = decide([], facts(**about), UNITS)
        assert (desk.lead, outcomes(desk)) == (None, ["desk"])
    # A unit without an officer is still the category's own, and the reason says so.
    lonely = decide([], facts(category_unit=WARD, ward="w2"), UNITS)
    assert lonely.lead == "empty" and lonely.why[-1].missing == ("empty",)


def test_rules_that_add_bring_in_their_units_wherever_they_stand() -> None:
    rules = [
        rule(1, lead="", coop=["power"], note="First."),
        rule(2, lead="police", coop=[WARD], note="Second."),
        rule(3, lead="hepco", coop=["hepco", "police"], also=True, note="Third."),
        rule(4, lead="hepco", coop=["empty"], note="Fourth."),
    ]
    decision = decide(rules, facts(), UNITS)
    assert decision.lead == "police"
    assert decision.coop == ("power", "thuan-hoa", "hepco")
    assert decision.note == "First.\nSecond.\nThird."
    assert outcomes(decision) == ["adds", "leads", "adds", "too_late"]


def test_a_lead_never_cooperates_with_itself() -> None:
    rules = [rule(1, lead="", coop=["police"]), rule(2, lead="police", coop=[CATEGORY])]
    decision = decide(rules, facts(category_unit="police"), UNITS)
    assert (decision.lead, decision.coop) == ("police", ())


def test_a_rule_whose_unit_is_gone_or_has_nobody_is_passed_over_and_says_so() -> None:
    rules = [
        rule(1, lead="gone"),
        rule(2, lead="empty"),
        rule(3, lead=WARD),
        rule(4, lead="police", coop=["gone", "power"]),
    ]
    decision = decide(rules, facts(ward="w9"), UNITS)
    assert decision.lead == "police" and decision.coop == ("power",)
    assert [reason.missing for reason in decision.why] == [
        ("gone",),
        ("empty",),
        ("ward",),
        ("gone",),
    ]
    assert outcomes(decision) == ["faulty", "faulty", "faulty", "leads"]
    assert faults(rules[0], UNITS) == {"gone": Outcome.FAULTY}
    assert faults(rules[3], UNITS) == {"gone": Outcome.ADDS}
    assert faults(rule(5, lead="", coop=["gone"]), UNITS) == {"gone": Outcome.FAULTY}
    assert faults(rules[2], UNITS) == {}


def test_a_category_that_is_not_public_only_goes_by_a_rule_that_names_it() -> None:
    rules = [rule(1), rule(2, groups=["trees"]), rule(3, categories=["fallen-tree"], lead="police")]
    decision = decide(rules, facts(private=True), UNITS)
    assert decision.lead == "police"
    assert [reason.failed for reason in decision.why[:2]] == [(Condition.PRIVATE,)] * 2


@pytest.mark.parametrize(
    ("about", "failed"),
    [
        ({"wards": ["w2"]}, Condition.WARD),
        ({"keywords": ["cháy"]}, Condition.KEYWORDS),
        ({"sources": ["call"]}, Condition.SOURCE),
        ({"processes": ["time_bound"]}, Condition.PROCESS),
        ({"hours": Hours.OUTSIDE}, Condition.TIME),
        ({"weekdays": [2]}, Condition.TIME),
        ({"hours": Hours.WINDOW, "starts": 1320, "ends": 360}, Condition.TIME),
        ({"groups": ["waste"], "categories": ["noise"]}, Condition.FIELD),
    ],
)
def test_the_reason_names_the_condition_that_failed(
    about: dict[str, Any], failed: Condition
) -> None:
    decision = decide([rule(1, **about)], facts(words="Cây ngã"), UNITS)
    assert decision.why[0].failed == (failed,)


@pytest.mark.parametrize(
    ("keyword", "text", "found"),
    [
        ("cháy", "Nhà đang cháy to", True),
        ("cháy", "nha dang chay to", True),
        ("cháy", "CHÁY!", True),
        ("cháy", "xe chạy nhanh", False),
        ("cháy", "cháynhà", False),
        ("cháy", "Quán chay ở đường Lê Lợi", False),
        ("cháy", "Chay nha o so 12 Lê Lợi", True),
        ("chay", "xe chạy nhanh", True),
        ("dây điện", "vướng dây  điện", True),
        ("dây điện", "vuong day dien", True),
        ("dây điện", "dây, cột điện", False),
        ("hỏa hoạn", "có hoả hoạn lớn", True),
        ("đổ", "cay do", True),
        ("đổ", "cây đỗ xe", False),
        ("cha\u0301y", "chay nha", True),
        ("", "cháy", False),
        ("???", "cháy", False),
    ],
)
def test_words_are_found_whole_and_however_they_are_typed(
    keyword: str, text: str, found: bool
) -> None:
    assert Words(text).have(keyword) is found


@given(
    starts=st.integers(0, 1439),
    ends=st.integers(0, 1439),
    days=st.sets(st.integers(1, 7)),
    minutes=st.integers(0, 14 * 1440),
)
def test_a_window_holds_the_minutes_that_counting_them_says(
    starts: int, ends: int, days: set[int], minutes: int
) -> None:
    if starts == ends:
        return
    window = rule(1, hours=Hours.WINDOW, starts=starts, ends=ends, weekdays=sorted(days))
    at = datetime(2026, 11, 16, tzinfo=UTC) + timedelta(minutes=minutes)
    midnight = at.replace(hour=0, minute=0)
    length = (ends - starts) % 1440
    opened = [
        (midnight - timedelta(days=back) + timedelta(minutes=starts), back) for back in (0, 1)
    ]
    expected = any(
        begin <= at < begin + timedelta(minutes=length) and (not days or begin.isoweekday() in days)
        for begin, _ in opened
    )
    assert (decide([window], facts(at=at), UNITS).why[0].outcome is Outcome.LEADS) is expected


CODES = st.sampled_from(["hepco", "police", "power", "empty", "gone", WARD, CATEGORY])
RULES = st.lists(
    st.builds(
        dict,
        categories=st.lists(st.sampled_from(["fallen-tree", "noise"]), max_size=2),
        groups=st.lists(st.sampled_from(["trees", "waste"]), max_size=1),
        wards=st.lists(st.sampled_from(["w1", "w2"]), max_size=2),
        keywords=st.lists(st.sampled_from(["cháy", "dây điện"]), max_size=2),
        sources=st.lists(st.sampled_from(["report", "call"]), max_size=1),
        hours=st.sampled_from([Hours.ANY, Hours.WORKING, Hours.OUTSIDE]),
        lead=st.one_of(st.just(""), CODES),
        coop=st.lists(CODES, max_size=3),
        also=st.booleans(),
        automatic=st.booleans(),
        enabled=st.booleans(),
    ),
    max_size=8,
)
FACTS = st.builds(
    facts,
    category=st.sampled_from(["fallen-tree", "noise", "corruption"]),
    group=st.sampled_from(["trees", "waste"]),
    source=st.sampled_from(["report", "call"]),
    ward=st.sampled_from([None, "w1", "w2", "w9"]),
    words=st.sampled_from(["", "cháy", "chay day dien", "xe chạy", "dây điện"]),
    at_work=st.booleans(),
    private=st.booleans(),
    category_unit=st.sampled_from([None, "power", WARD, "gone"]),
)


def fits(rule: Rule, facts: Facts) -> bool:
    """Say whether a rule fits, written another way than in the product."""
    asked = [
        not facts.private or facts.category in rule.categories,
        not (rule.categories or rule.groups)
        or facts.category in rule.categories
        or facts.group in rule.groups,
        not rule.wards or facts.ward in rule.wards,
        not rule.keywords or any(Words(facts.words).have(word) for word in rule.keywords),
        not rule.sources or facts.source in rule.sources,
        rule.hours is Hours.ANY or (rule.hours is Hours.WORKING) == facts.at_work,
    ]
    return rule.enabled and all(asked)


def meant(code: str, facts: Facts) -> str | None:
    code = (facts.category_unit or "") if code == CATEGORY else code
    return UNITS.by_ward.get(facts.ward or "") if code == WARD else code or None


@given(given=RULES, facts=FACTS)
def test_deciding_always_gives_the_first_rule_that_fits_and_can(
    given: list[dict[str, Any]], facts: Facts
) -> None:
    rules = [rule(n, **about) for n, about in enumerate(given, 1)]
    decision = decide(rules, facts, UNITS)
    leading = [
        r for r in rules if fits(r, facts) and r.lead and meant(r.lead, facts) in UNITS.staffed
    ]
    below = meant(facts.category_unit or "", facts)
    if leading:
        assert decision.lead == meant(leading[0].lead, facts)
        assert decision.automatic == leading[0].automatic
    else:
        assert decision.lead == (below if below in UNITS.known else None)
        assert not decision.automatic
    adding = [r for r in rules if fits(r, facts) and (r.also or not r.lead or r in leading[:1])]
    possible = {meant(code, facts) for r in adding for code in r.coop} & UNITS.staffed
    assert set(decision.coop) <= possible - {decision.lead}
    # All of them, but for those of a rule that is passed over whole.
    sound = [
        r for r in adding if not r.lead or r in leading or r not in rules[: _at(rules, leading)]
    ]
    assert set(decision.coop) >= {
        meant(code, facts) for r in sound for code in r.coop
    } & UNITS.staffed - {decision.lead}
    assert len(decision.coop) == len(set(decision.coop))


def _at(rules: list[Rule], leading: list[Rule]) -> int:
    return rules.index(leading[0]) if leading else len(rules)


@given(given=RULES, facts=FACTS)
def test_explaining_never_disagrees_with_deciding(
    given: list[dict[str, Any]], facts: Facts
) -> None:
    rules = [rule(n, **about) for n, about in enumerate(given, 1)]
    decision = decide(rules, facts, UNITS)
    explained = [reason for reason in decision.why if reason.rule is not None]
    assert [reason.rule for reason in explained] == rules
    leads = [r for r in decision.why if r.outcome in (Outcome.LEADS, Outcome.CATEGORY)]
    assert [reason.lead for reason in leads] == ([decision.lead] if decision.lead else [])
    assert (decision.why[-1].outcome is Outcome.DESK if decision.why else False) == (
        decision.lead is None
    )
    told = {unit for r in explained for unit in r.added}
    assert set(decision.coop) == told - {decision.lead}
    for reason in explained:
        assert reason.rule is not None
        matched = reason.outcome not in (Outcome.UNMATCHED, Outcome.OFF)
        assert matched == fits(reason.rule, facts)
        assert bool(reason.failed) == (reason.outcome is Outcome.UNMATCHED)
