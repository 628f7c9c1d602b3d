"""The score of the ML Test Score."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.catalog.loader import framework
from registry.catalog.scoring import score_of

TESTS = framework("ml_test_score")
IDS = [item.id for item in TESTS.items]


def test_only_a_scored_framework_has_a_score():
    assert score_of(framework("nist_ai_rmf"), {}) is None


@pytest.mark.parametrize(
    ("value", "total", "meaning"),
    [("no", 0, "more a research project than a product"), ("partly", Fraction(7, 2), "strong automation"), ("yes", 7, "exceptional")],
)
def test_the_same_answer_everywhere(value, total, meaning):
    found = score_of(TESTS, dict.fromkeys(IDS, value))
    assert found is not None
    assert (found.total, found.meaning) == (total, meaning)


@given(st.dictionaries(st.sampled_from(IDS), st.sampled_from(["yes", "partly", "no", "not-applicable"])))
def test_the_whole_is_as_good_as_its_weakest_section(values):
    found = score_of(TESTS, values)
    assert found is not None
    assert found.total == min(points for _, points in found.sections)
    assert sum(points for _, points in found.sections) == sum(
        (Fraction(1) if value == "yes" else Fraction(1, 2) if value == "partly" else 0 for value in values.values()), Fraction(0)
    )
