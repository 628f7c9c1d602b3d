"""Where marks stand: inside the chart, apart from each other, and said in words."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from governance.charts import Curve, Entry, calibration_plot, gap_matrix, roc_plot
from governance.charts.curves import MOST_CURVES, at
from governance.charts.matrix import MOST_COLUMNS

HALF, TENTH = Fraction(1, 2), Fraction(1, 10)
UNIT = st.fractions(0, 1, max_denominator=200)


def matrix(entries, overall=HALF, rows=("r",), columns=("c", "d")):
    return gap_matrix("Rate by a × b", rows, columns, entries, overall)


def test_a_square_says_how_far_it_lies_and_on_which_side():
    found = matrix({("r", "c"): Entry(Fraction(3, 5), "100"), ("r", "d"): Entry(Fraction(9, 20), "80")}).squares[0]
    assert [(one.level, one.shown, one.difference) for one in found] == [("far-above", "60.0%", "▲ +10.0"), ("below", "45.0%", "▼ −5.0")]
    assert found[0].words == "r, c: 60.0%, n = 100, 10.0 points above all records."


def test_what_cannot_be_judged_has_no_difference():
    found = matrix({("r", "c"): Entry(Fraction(1), "3", is_small=True)}).squares[0]
    assert [(one.level, one.difference) for one in found] == [("small", "too small"), ("empty", "")]
    assert matrix({("r", "c"): Entry(None, "40")}).squares[0][0].shown == "undefined"
    assert matrix({("r", "c"): Entry(HALF, "40")}, overall=None).squares[0][0].level == "near"


def test_a_matrix_of_too_many_groups_is_not_drawn():
    columns = tuple(f"c{number}" for number in range(MOST_COLUMNS + 1))
    assert not matrix({}, columns=columns).is_drawn
    assert matrix({}, columns=columns[1:]).is_drawn
    assert not matrix({}, rows=()).is_drawn


@given(st.lists(st.lists(UNIT, min_size=1, max_size=10), min_size=1, max_size=9))
def test_curves_stay_inside_and_their_labels_apart(groups):
    curves = [
        Curve(f"group {number}", tuple((Fraction(place, 10), height) for place, height in enumerate(own)), "words")
        for number, own in enumerate(groups)
    ]
    for plot in (calibration_plot("Calibration", curves), roc_plot("ROC", curves)):
        assert len(plot.lines) == min(len(groups), MOST_CURVES)
        assert plot.left_out == len(groups) - len(plot.lines)
        assert len({(line.marker, line.dash) for line in plot.lines}) == len(plot.lines)
        keys = sorted(float(line.key_y) for line in plot.lines)
        assert all(later - earlier >= 19.9 for earlier, later in pairwise(keys))
        assert plot.top <= keys[0] <= keys[-1] <= plot.bottom
        for line in plot.lines:
            for place in line.path.split():
                x, y = map(float, place.split(","))
                assert plot.left <= x <= plot.right
                assert plot.top <= y <= plot.bottom


def test_long_labels_are_cut_in_the_middle_and_few_records_are_hollow():
    curve = Curve("not reported × Pacific Islander", ((TENTH, TENTH), (HALF, HALF)), "words", (True, False))
    [line] = calibration_plot("Calibration", [curve]).lines
    assert line.short == "not report… Islander"
    assert [dot.is_hollow for dot in line.dots] == [True, False]


def test_a_curve_is_read_on_the_line_between_its_points():
    points = ((Fraction(0), Fraction(0)), (Fraction(0), HALF), (HALF, Fraction(1)))
    assert at(points, Fraction(0)) == HALF
    assert at(points, Fraction(1, 4)) == Fraction(3, 4)
    assert at(points, Fraction(1)) is None
