"""When somebody is reminded of what is due.

The rule: there is one reminder a stage, and stages are never walked back. A
clock that stood still, or a beat that was missed, skips a stage and does not
make two reminders of it.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

SOON_DAYS: Final = 2


class Stage(StrEnum):
    """How far somebody was reminded; in this order."""

    NONE = ""
    SOON = "soon"
    OVERDUE = "overdue"


ORDER: Final = tuple(Stage)
# What a row may say of it.
STAGES: Final = tuple((stage.value, stage.value) for stage in Stage if stage)


def next_stage(reminded: str, due_on: date, today: date, soon_days: int = SOON_DAYS) -> Stage | None:
    """Return the stage of which somebody is to be reminded now, or None when there is nothing to say.

    Args:
        reminded: the stage of which they were reminded last.
        due_on: the last day on which it is in time.
        today: the present day.
        soon_days: how many days before it is soon.
    """
    stage = _stage(due_on, today, soon_days)
    return stage if ORDER.index(stage) > ORDER.index(Stage(reminded)) else None


def _stage(due_on: date, today: date, soon_days: int) -> Stage:
    if today > due_on:
        return Stage.OVERDUE
    return Stage.SOON if due_on - today <= timedelta(days=soon_days) else Stage.NONE
