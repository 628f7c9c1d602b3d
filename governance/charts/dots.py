"""Dots with intervals on a common scale from 0 to 1, one row for each group."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

WIDTH: Final = 480
LEFT: Final = 150
RIGHT: Final = 420
TOP: Final = 12
ROW: Final = 28
FOOT: Final = 26
LONGEST_LABEL: Final = 20
TICKS: Final = 4


@dataclass(frozen=True)
class Estimate:
    """A rate of one group, in 0..1, with its interval; None where it is undefined."""

    label: str
    value: Fraction | None
    low: Fraction | None = None
    high: Fraction | None = None
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Mark:
    """One row of a chart, in the units of its view box."""

    label: str
    short: str
    note: str
    tone: str
    y: int
    x: str | None
    low: str | None
    high: str | None
    words: str
    shown: str = ""
    between: tuple[str, str] | None = None


@dataclass(frozen=True)
class DotPlot:
    """Dots with intervals on a common scale from 0 to 1, one row for each group."""

    title: str
    description: str
    height: int
    marks: tuple[Mark, ...]
    ticks: tuple[tuple[str, str], ...]
    reference: str | None
    width: int = WIDTH
    left: int = LEFT
    right: int = RIGHT
    top: int = TOP

    @property
    def bottom(self) -> int:
        """Where the axis stands."""
        return self.height - FOOT

    @property
    def tick_y(self) -> int:
        """Where the numbers of the axis stand."""
        return self.height - FOOT + 16


def dot_plot(title: str, estimates: list[Estimate], *, reference: Fraction | None = None) -> DotPlot:
    """Lay out one row for each estimate.

    Args:
        title: what is shown, such as "Selection rate by sex".
        estimates: in the order of the rows.
        reference: a value to compare with, such as the rate over all groups.
    """
    marks = tuple(_mark(estimate, TOP + ROW * number + ROW // 2) for number, estimate in enumerate(estimates))
    described = [mark.words for mark in marks]
    if reference is not None:
        described.append(f"The dashed line is the rate over all groups, {percent(reference)}.")
    return DotPlot(
        title=title,
        description=" ".join(described),
        height=TOP + ROW * len(marks) + FOOT,
        marks=marks,
        ticks=tuple((across(Fraction(n, TICKS)), percent(Fraction(n, TICKS), places=0)) for n in range(TICKS + 1)),
        reference=None if reference is None else across(reference),
    )


def across(value: Fraction) -> str:
    """Return the coordinate of a rate, kept inside the chart.

    A string, so that no locale and no template filter can put a comma in it.
    """
    inside = min(max(value, Fraction(0)), Fraction(1))
    return f"{float(LEFT + inside * (RIGHT - LEFT)):.1f}"


def percent(value: Fraction, places: int = 1) -> str:
    """Return a rate in percent."""
    return f"{float(value * 100):.{places}f}%"


def _mark(estimate: Estimate, y: int) -> Mark:
    label = estimate.label
    short = label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
    return Mark(
        label=label,
        short=short,
        note=estimate.note,
        tone=estimate.tone,
        y=y,
        x=None if estimate.value is None else across(estimate.value),
        low=None if estimate.low is None else across(estimate.low),
        high=None if estimate.high is None else across(estimate.high),
        words=_words(estimate),
        shown="" if estimate.value is None else percent(estimate.value),
        between=None if estimate.low is None or estimate.high is None else (percent(estimate.low), percent(estimate.high)),
    )


def _words(estimate: Estimate) -> str:
    if estimate.value is None:
        return f"{estimate.label}: undefined."
    if estimate.low is None or estimate.high is None:
        return f"{estimate.label}: {percent(estimate.value)}."
    return f"{estimate.label}: {percent(estimate.value)}, interval {percent(estimate.low)} to {percent(estimate.high)}."
