"""Who stands in for whom, and when somebody is reminded."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from governance.reviewing import SOON_DAYS, Stage, next_stage, standing_in

PEOPLE = st.integers(1, 6)
DELEGATES = st.dictionaries(PEOPLE, PEOPLE)
TODAY = date(2026, 11, 29)


def test_without_a_delegation_everybody_does_their_own():
    assert standing_in(1, {}, lambda _: True) == 1


def test_work_goes_along_the_chain_to_the_last_who_may():
    assert standing_in(1, {1: 2, 2: 3}, lambda _: True) == 3
    assert standing_in(1, {1: 2, 2: 3}, lambda one: one != 3) == 2
    assert standing_in(1, {1: 2, 2: 3}, lambda _: False) == 1


@given(PEOPLE, DELEGATES, st.sets(PEOPLE))
def test_work_never_comes_to_somebody_who_may_not_do_it(person, delegates, allowed):
    acting = standing_in(person, delegates, lambda one: one in allowed)
    assert acting == person or acting in allowed


@given(PEOPLE, DELEGATES)
def test_work_comes_only_to_whom_the_delegations_lead(person, delegates):
    reached, current = {person}, person
    for _ in delegates:
        current = delegates.get(current, current)
        reached.add(current)
    assert standing_in(person, delegates, lambda _: True) in reached


@given(st.integers(-20, 20).map(lambda days: TODAY + timedelta(days=days)), st.lists(st.integers(0, 60)))
def test_each_stage_is_told_once_whenever_beat_comes(due_on, days):
    reminded, told = Stage.NONE, []
    for day in sorted(days):
        today = TODAY + timedelta(days=day)
        for _ in range(2):
            if (stage := next_stage(reminded, due_on, today)) is not None:
                reminded = stage
                told.append((stage, today))
    assert len({stage for stage, _ in told}) == len(told)
    assert [stage for stage, _ in told] == sorted((stage for stage, _ in told), key=list(Stage).index)
    for stage, today in told:
        assert (today > due_on) is (stage is Stage.OVERDUE)
        assert due_on - today <= timedelta(days=SOON_DAYS)


def test_a_clock_that_is_set_back_walks_no_stage_back():
    assert next_stage(Stage.OVERDUE, TODAY, TODAY - timedelta(days=1)) is None
