"""The course of a release, and its picture."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.charts import Point, Span, timeline
from governance.charts.timeline import LEFT, RIGHT
from governance.reports.course import TEAM, Entry, course, length
from governance.workflow import State, Step
from registry.policy import Action

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
QUORUM = {"ml": 1, "legal": 1}


def entry(hours: int, who: str, action: Action, **detail: Any) -> Entry:
    return Entry(START + timedelta(hours=hours), who, action, detail)


def decided(hours: int, who: str, role: str, step: Step = Step.APPROVE) -> Entry:
    return entry(hours, who, Action.RELEASE_DECIDE, role=role, step=step.value)


SUBMITTED = entry(0, "Ines", Action.RELEASE_SUBMIT)


def test_it_tells_who_did_what_for_whom_it_waited_and_how_long():
    entries = [SUBMITTED, decided(5, "Marek", "ml"), decided(29, "Lena", "legal"), entry(30, "Ines", Action.RELEASE_PROMOTE)]
    told = course(entries, QUORUM, State.PROMOTED, START + timedelta(days=9))
    assert [(one.who, one.what, one.waited_for, length(one.waited)) for one in told.events[1:]] == [
        ("Marek", "approved", "ML and Legal review", "5 hours"),
        ("Lena", "approved", "Legal review", "1 day"),
        ("Ines", "promoted", "an owner, to promote", "1 hour"),
    ]
    assert told.waits_for == ""
    turns = [(one.lane, (one.until - one.since) // timedelta(hours=1)) for one in told.waits]
    assert turns == [
        ("ML", 5),
        ("Legal", 29),
        (TEAM, 1),
    ]


def test_after_an_objection_it_is_the_teams_turn_and_a_new_snapshot_begins_again():
    entries = [SUBMITTED, decided(1, "Marek", "ml"), decided(2, "Lena", "legal", Step.REJECT)]
    now = START + timedelta(hours=10)
    assert course(entries, QUORUM, State.REJECTED, now).waits_for == "the team, to mend what was named"
    again = [*entries, entry(4, "Ines", Action.RELEASE_SUBMIT, again=True)]
    told = course(again, QUORUM, State.IN_REVIEW, now)
    assert (told.waits_for, told.since) == ("ML and Legal review", START + timedelta(hours=4))


def test_an_objection_is_lifted_by_the_one_who_made_it_and_not_by_a_colleague():
    entries = [SUBMITTED, decided(1, "Lena", "legal", Step.REQUEST_CHANGES), decided(2, "Otto", "legal")]
    assert course(entries, QUORUM, State.CHANGES_REQUESTED, START).waits_for.startswith("the team")
    assert course([*entries, decided(3, "Lena", "legal")], QUORUM, State.IN_REVIEW, START).waits_for == "ML review"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=3), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=2, minutes=5), "2 hours 5 minutes"),
        (timedelta(days=3, hours=1, minutes=7), "3 days 1 hour"),
    ],
)
def test_a_time_is_said_by_its_two_largest_units(span, words):
    assert length(span) == words


@given(minutes=st.lists(st.integers(0, 10**6), min_size=1, max_size=40), lanes=st.integers(1, 5))
def test_every_mark_and_every_bar_stands_inside_the_picture(minutes, lanes):
    at = [START + timedelta(minutes=one) for one in sorted(minutes)]
    points = [Point(f"Lane {number % lanes}", one, "good", "So.") for number, one in enumerate(at)]
    spans = [Span("Lane 0", one, other) for one, other in pairwise(at)]
    plot = timeline("Course", points, spans)
    assert len(plot.dots) == len(points)
    assert all(LEFT - 1 <= float(dot.x) <= RIGHT + 1 for dot in plot.dots)
    assert all(float(bar.x) >= LEFT and float(bar.x) + float(bar.width) <= RIGHT + 2 for bar in plot.bars)
