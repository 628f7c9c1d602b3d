"""The table of moves, and nothing beside it."""

from __future__ import annotations

from itertools import product

import pytest

from governance.workflow import MOVES, State, Step, after, open_steps, title, tone
from registry.errors import ConflictError

ALL = list(product(State, Step))
OVER = (State.REJECTED, State.WITHDRAWN, State.SUPERSEDED, State.REVOKED)


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
