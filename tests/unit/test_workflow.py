"""The table of moves, and nothing beside it."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.workflow import DECISIONS, LIVE_STATES, MOVES, OBJECTIONS, OPEN_STATES, State, Step, after, open_steps, settled, title, tone
from registry.errors import ConflictError

ALL = list(product(State, Step))
OVER = (State.WITHDRAWN, State.REVOKED)


@pytest.mark.parametrize(("state", "step"), [pair for pair in ALL if pair not in MOVES])
def test_every_move_not_in_the_table_is_refused(state, step):
    with pytest.raises(ConflictError, match="cannot"):
        after(state, step)


@pytest.mark.parametrize(("state", "step"), list(MOVES))
def test_every_move_in_the_table_is_open(state, step):
    assert after(state, step) is MOVES[state, step]
    assert step in open_steps(state)


@pytest.mark.parametrize("state", OVER)
def test_what_is_over_stays_over(state):
    assert open_steps(state) == ()


def test_only_a_release_in_review_is_promoted():
    assert [state for state in State if Step.PROMOTE in open_steps(state)] == [State.IN_REVIEW]


@pytest.mark.parametrize("state", State)
def test_every_state_has_words_and_a_tone(state):
    assert title(state)
    assert tone(state) in {"neutral", "good", "warning", "bad", "info"}


@pytest.mark.parametrize("state", OPEN_STATES)
def test_whatever_is_open_can_be_decided_on_submitted_again_and_withdrawn(state):
    assert {*DECISIONS, Step.RESUBMIT, Step.WITHDRAW} <= set(open_steps(state))


@pytest.mark.parametrize("state", [state for state in State if state not in OPEN_STATES])
def test_nobody_decides_on_what_is_no_longer_open(state):
    assert not set(DECISIONS) & set(open_steps(state))


@pytest.mark.parametrize("state", LIVE_STATES)
def test_whatever_holds_a_place_can_be_closed_at_once(state):
    assert Step.REVOKE in open_steps(state)


@given(st.lists(st.sampled_from(DECISIONS)))
def test_the_gravest_standing_objection_holds_a_release(standing):
    held = settled(standing)
    assert held in OPEN_STATES
    assert (held is State.IN_REVIEW) == (not set(standing) & set(OBJECTIONS))
    assert (held is State.REJECTED) == (Step.REJECT in standing)
