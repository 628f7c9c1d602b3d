"""Ratings, levels and acceptance, without a database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.charts import TrendPoint, risk_matrix, risk_trend
from governance.risk import HIGHEST, Level, Rating, RiskState, Scale, is_above, needs_acceptance, placed, present
from registry.errors import DomainError

TODAY = date(2026, 11, 29)
ratings = st.builds(Rating, st.integers(1, 5), st.integers(1, 5))


@pytest.mark.parametrize(("likelihood", "impact"), [(0, 1), (1, 6), (-1, 3)])
def test_a_place_outside_the_matrix_is_refused(likelihood, impact):
    with pytest.raises(DomainError, match="1 to 5"):
        Rating(likelihood, impact)


@pytest.mark.parametrize(
    ("rating", "level"),
    [
        ((1, 1), Level.LOW),
        ((2, 2), Level.LOW),
        ((1, 5), Level.MODERATE),
        ((3, 3), Level.MODERATE),
        ((2, 5), Level.HIGH),
        ((3, 5), Level.SEVERE),
    ],
)
def test_each_score_has_a_level(rating, level):
    assert Rating(*rating).level is level


@given(ratings, ratings)
def test_a_larger_score_is_never_less_grave(one, other):
    order = list(HIGHEST)
    if one.score <= other.score:
        assert order.index(one.level) <= order.index(other.level)


@given(ratings, st.none() | ratings)
def test_the_residual_rating_counts_where_there_is_one(inherent, residual):
    assert present(inherent, residual) == (residual or inherent)


@given(ratings, st.integers(1, 25), st.none() | st.dates(TODAY - timedelta(3), TODAY + timedelta(3)))
def test_only_an_open_risk_above_the_appetite_needs_an_acceptance_that_holds_today(rating, appetite, until):
    needed = needs_acceptance(RiskState.OPEN, rating, appetite, until, TODAY)
    assert needed == (is_above(rating, appetite) and (until is None or until < TODAY))
    assert not needs_acceptance(RiskState.CLOSED, rating, appetite, until, TODAY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"likelihood": ("a", "b")},
        {"impact": ("a", "a", "b", "c", "d")},
        {"appetite": 0},
        {"appetite": 26},
        {"role": "king"},
        {"longest_days": 0},
    ],
)
def test_a_scale_that_cannot_be_read_is_refused(wrong):
    with pytest.raises(DomainError):
        Scale(**wrong)


@given(st.lists(ratings))
def test_the_matrix_shows_every_risk_once_and_marks_what_lies_above(some):
    matrix = risk_matrix("Risks", placed(some), Scale())
    squares = [place for line in matrix.lines for place in line]
    assert sum(place.count for place in squares) == len(some)
    assert all(place.is_above == (place.score > 9) for place in squares)
    assert len(squares) == 25


def test_the_trend_says_its_ends_in_words():
    days = [TODAY - timedelta(weeks=back) for back in (2, 1, 0)]
    trend = risk_trend("Trend", [TrendPoint(days[0], 0, 0), TrendPoint(days[1], 2, 1), TrendPoint(days[2], 3, 0)])
    assert [(point.day, point.open, point.above) for point in trend.points] == [(days[0], 0, 0), (days[1], 2, 1), (days[2], 3, 0)]
    assert "went from 0 to 3" in trend.description
    assert len(trend.open_line.split()) == 3
