"""Impact ratios of Local Law 144: check values, what is left out, and what is undefined."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.fairness.ll144 import above_median, alternative, impact_ratios, median

THREE = {
    "A": (Fraction(400), Fraction(1000)),
    "B": (Fraction(360), Fraction(985)),
    "C": (Fraction(15), Fraction(15)),
}
COUNTS = st.integers(0, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
GROUPS = st.dictionaries(st.text(min_size=1, max_size=4), COUNTS.map(lambda pair: (Fraction(pair[0]), Fraction(pair[1]))), max_size=12)


def by_name(found):
    return {one.name: one for one in found.categories}


def test_a_small_category_is_left_out_and_is_never_the_reference():
    found = impact_ratios(THREE)
    rows = by_name(found)
    assert found.reference == "A"
    assert rows["A"].ratio == 1
    assert rows["B"].ratio == Fraction(360, 985) / Fraction(2, 5)
    assert f"{float(rows['B'].ratio):.3f}" == "0.914"
    assert (rows["C"].ratio, rows["C"].rate, rows["C"].records, rows["C"].is_excluded) == (None, 1, 15, True)
    assert "at least 2 %" in found.rule
    assert "Left out, because each has under 2 % of the records: C." in found.rule


def test_the_other_choice_stands_beside():
    other = alternative(THREE, impact_ratios(THREE))
    assert other.reference == "C"
    assert [one.ratio for one in other.categories] == [Fraction(2, 5), Fraction(360, 985), 1]
    assert not other.excluded
    assert alternative(THREE, other).reference == "A"
    assert "however small" in other.rule


def test_without_a_small_category_there_is_nothing_to_choose():
    groups = {"A": (Fraction(6), Fraction(10)), "B": (Fraction(3), Fraction(10))}
    assert alternative(groups, impact_ratios(groups)) is None


def test_exactly_two_percent_is_not_under_two_percent_and_the_unknown_count():
    groups = {"A": (Fraction(50), Fraction(98)), "B": (Fraction(1), Fraction(2))}
    assert not impact_ratios(groups).excluded
    with_unknown = impact_ratios(groups, unknown=Fraction(1))
    assert [one.name for one in with_unknown.excluded] == ["B"]
    assert (with_unknown.total, with_unknown.unknown) == (101, 1)


def test_scores_are_counted_strictly_above_the_median_of_all():
    middle, counted = above_median({"A": [*map(Fraction, (90, 80, 70, 60, 50, 40))], "B": [*map(Fraction, (85, 55, 45, 35))]})
    rows = by_name(impact_ratios(counted))
    assert middle == Fraction("57.5")
    assert (rows["A"].rate, rows["B"].rate) == (Fraction(2, 3), Fraction(1, 4))
    assert rows["B"].ratio == Fraction(3, 8)


def test_scores_of_people_without_a_category_move_the_median():
    middle, counted = above_median({"A": [Fraction(1), Fraction(2)]}, unknown=[Fraction(9), Fraction(9), Fraction(9)])
    assert (middle, counted) == (9, {"A": (0, 2)})


def test_no_scores_have_no_median():
    assert median([]) is None
    assert above_median({"A": []}) == (None, {"A": (0, 0)})
    assert by_name(impact_ratios({"A": (Fraction(0), Fraction(0))}))["A"].rate is None


@pytest.mark.parametrize("exclude", [True, False])
def test_nobody_selected_gives_no_ratio(exclude):
    found = impact_ratios({"A": (Fraction(0), Fraction(10)), "B": (Fraction(0), Fraction(10))}, exclude_small=exclude)
    assert [one.rate for one in found.categories] == [0, 0]
    assert [one.ratio for one in found.categories] == [None, None]


def test_when_every_category_is_small_nothing_is_left_to_compare_with():
    groups = {f"g{number}": (Fraction(number % 5), Fraction(10)) for number in range(100)}
    found = impact_ratios(groups)
    assert found.reference == ""
    assert "No category is left to compare with." in found.rule
    assert found.rule.endswith("g26 and 80 more.")
    assert alternative(groups, found).reference == "g4"


@given(GROUPS, st.integers(0, 500), st.booleans())
def test_ratios_lie_in_0_to_1_and_the_reference_has_1(groups, unknown, exclude):
    found = impact_ratios(groups, unknown=Fraction(unknown), exclude_small=exclude)
    assert [one.name for one in found.categories] == list(groups)
    assert sum((one.records for one in found.categories), found.unknown) == found.total
    for one in found.categories:
        assert one.ratio is None or 0 <= one.ratio <= 1
        assert not (one.is_excluded and one.name == found.reference)
        assert not one.is_excluded or one.share < Fraction(1, 50)
        if one.name == found.reference and one.rate:
            assert one.ratio == 1
