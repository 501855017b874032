"""Nobody can be picked out: whatever is said of a report is said of at least k of them."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from city.opendata.anonymity import CITY, Cell, Outcome, generalise, rows_of

GROUPS = {"lamp": "light", "wire": "light", "bin": "waste", "smell": "waste", "tree": "green"}
CELLS = st.builds(
    Cell,
    place=st.sampled_from(["19750", "19753", "19774", CITY]),
    time=st.sampled_from(["2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-11"]),
    category=st.sampled_from([*GROUPS, "unknown"]),
)
OUTCOMES = st.builds(
    Outcome,
    outcome=st.sampled_from(["open", "done"]),
    on_time=st.sampled_from(["", "true", "false"]),
    days=st.sampled_from(["", "0-1"]),
)
REPORTS = st.lists(st.tuples(CELLS, OUTCOMES), max_size=120)


@given(REPORTS, st.integers(2, 8))
def test_every_place_time_and_category_is_shared_by_k(
    reports: list[tuple[Cell, Outcome]], k: int
) -> None:
    told = list(rows_of(Counter(reports), GROUPS, k))
    for together in (
        Counter(cell for cell, _ in told),
        Counter((cell.place, cell.time) for cell, _ in told),
        Counter(cell.place for cell, _ in told),
    ):
        assert all(n >= k for n in together.values())


@given(REPORTS, st.integers(2, 8))
def test_no_report_is_told_twice_or_changed(reports: list[tuple[Cell, Outcome]], k: int) -> None:
    told = Counter(outcome for _, outcome in rows_of(Counter(reports), GROUPS, k))
    assert told <= Counter(outcome for _, outcome in reports)


@given(REPORTS, st.integers(2, 8))
def test_what_is_told_is_more_general_and_never_wrong(
    reports: list[tuple[Cell, Outcome]], k: int
) -> None:
    counts = Counter(cell for cell, _ in reports)
    for exact, told in generalise(counts, GROUPS, k).items():
        assert told.place in (exact.place, CITY)
        assert exact.time.startswith(told.time[:4])
        if "Q" in told.time:
            quarter = int(told.time[-1])
            assert 3 * quarter - 2 <= int(exact.time[-2:]) <= 3 * quarter
        group = f"group:{GROUPS.get(exact.category, CITY)}"
        assert told.category in (exact.category, group, CITY)


@given(REPORTS, st.integers(2, 8))
def test_only_what_no_step_can_hide_is_left_out(
    reports: list[tuple[Cell, Outcome]], k: int
) -> None:
    counts = Counter(cell for cell, _ in reports)
    told = generalise(counts, GROUPS, k)
    left = Counter[str]()
    for cell, n in counts.items():
        if cell not in told:
            left[cell.time[:4]] += n
    assert all(n < k for n in left.values())


@given(REPORTS)
def test_the_order_of_the_rows_says_nothing(reports: list[tuple[Cell, Outcome]]) -> None:
    assert list(rows_of(Counter(reports), GROUPS, 3)) == sorted(
        rows_of(Counter(reversed(reports)), GROUPS, 3)
    )


def test_a_common_report_stays_exact_and_a_rare_one_does_not() -> None:
    common = Cell("19750", "2026-01", "lamp")
    rare = [Cell("19753", f"2026-0{month}", "bin") for month in range(1, 6)]
    told = generalise({common: 5, **dict.fromkeys(rare, 1)}, GROUPS, 5)
    assert told[common] == common
    assert {told[one] for one in rare} == {Cell("19753", "2026", "bin")}
