"""Curves of several groups in one square from 0 to 1: calibration, and the receiver operating characteristic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final

from governance.charts.dots import percent

WIDTH: Final = 480
HEIGHT: Final = 312
LEFT: Final = 44
SIDE: Final = 260
TOP: Final = 10
KEY: Final = LEFT + SIDE + 8
APART: Final = 20
LONGEST_LABEL: Final = 20
TAIL: Final = 9
TICKS: Final = 5
MARKERS: Final = ("circle", "square", "triangle", "diamond", "plus", "cross")
DASHES: Final = ("", "6 3", "2 3", "8 3 2 3", "10 4", "1 2")
MOST_CURVES: Final = len(MARKERS)
# A long curve bears a marker at every so many points.
EVERY: Final = 12
ONE_FIFTH: Final = Fraction(1, 5)
Point = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Curve:
    """The points of one group, in 0..1, from left to right; ``few`` says which rest on few records."""

    label: str
    points: tuple[Point, ...]
    words: str
    few: tuple[bool, ...] = ()


@dataclass(frozen=True)
class Dot:
    """A marker on a curve; hollow when it rests on few records."""

    x: str
    y: str
    is_hollow: bool


@dataclass(frozen=True)
class Line:
    """One group's curve, in the units of the view box, with its marker, its dash and its label."""

    label: str
    short: str
    path: str
    dots: tuple[Dot, ...]
    marker: str
    dash: str
    key_y: str


@dataclass(frozen=True)
class CurvePlot:
    """Several curves, the diagonal, and two axes from 0 to 1.

    Attributes:
        left_out: groups that are in the table only, because more curves could not be told apart.
    """

    title: str
    description: str
    across: str
    up: str
    lines: tuple[Line, ...]
    ticks: tuple[tuple[str, str, str], ...]
    left_out: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = LEFT + SIDE
    top: int = TOP
    bottom: int = TOP + SIDE
    key: int = KEY

    @property
    def tick_y(self) -> int:
        """Where the numbers of the axis across stand."""
        return self.bottom + 15

    @property
    def name_y(self) -> int:
        """Where the names of the axes stand."""
        return self.bottom + 35

    @property
    def middle(self) -> int:
        """The middle of the axis across."""
        return self.left + SIDE // 2


def calibration_plot(title: str, curves: Sequence[Curve]) -> CurvePlot:
    """Lay out mean scores against observed rates; labels stand where the curves end."""
    return _plot(title, curves, ("Mean score of the bin", "Observed rate"), thin=False)


def roc_plot(title: str, curves: Sequence[Curve]) -> CurvePlot:
    """Lay out false positive rates against true positive rates; labels stand in the order of the curves at the left."""
    return _plot(title, curves, ("False positive rate", "True positive rate"), thin=True)


def at(points: Sequence[Point], x: Fraction) -> Fraction | None:
    """Return the height of a curve over a place, on the straight line between its points (where it rises, the top); None outside."""
    heights = [
        max(y0, y1) if x0 == x1 else y0 + (y1 - y0) * (x - x0) / (x1 - x0) for (x0, y0), (x1, y1) in pairwise(points) if x0 <= x <= x1
    ]
    return max(heights, default=None)


def _plot(title: str, curves: Sequence[Curve], axes: tuple[str, str], *, thin: bool) -> CurvePlot:
    drawn = list(curves[:MOST_CURVES])
    heights = [(at(curve.points, ONE_FIFTH) if thin else curve.points[-1][1]) or Fraction(0) for curve in drawn]
    keys = _spread([_up(height) for height in heights])
    lines = tuple(_line(curve, number, key, thin=thin) for number, (curve, key) in enumerate(zip(drawn, keys, strict=True)))
    steps = [Fraction(number, TICKS) for number in range(TICKS + 1)]
    return CurvePlot(
        title=title,
        description=" ".join([*(curve.words for curve in drawn), "The thin line is the diagonal."]),
        across=axes[0],
        up=axes[1],
        lines=lines,
        ticks=tuple((_text(_across(step)), _text(_up(step)), percent(step, places=0)) for step in steps),
        left_out=len(curves) - len(drawn),
    )


def _line(curve: Curve, number: int, key: float, *, thin: bool) -> Line:
    places = [(_text(_across(x)), _text(_up(y))) for x, y in curve.points]
    few = curve.few or (False,) * len(places)
    every = max(1, len(places) // EVERY * 2) if thin else 1
    marked = [(place, is_few) for index, (place, is_few) in enumerate(zip(places, few, strict=True)) if index % every == every // 2]
    return Line(
        label=curve.label,
        short=_short(curve.label),
        path=" ".join(f"{x},{y}" for x, y in places),
        dots=tuple(Dot(x, y, is_few) for (x, y), is_few in marked),
        marker=MARKERS[number],
        dash=DASHES[number],
        key_y=_text(key),
    )


def _spread(wanted: list[float]) -> list[float]:
    """Move labels apart so that none hides another, in their order from top to bottom, and inside the square."""
    order = sorted(range(len(wanted)), key=lambda number: wanted[number])
    placed: dict[int, float] = {}
    lowest = float(TOP + 6)
    for number in order:
        placed[number] = max(wanted[number], lowest)
        lowest = placed[number] + APART
    highest = float(TOP + SIDE - 4)
    for number in reversed(order):
        placed[number] = min(placed[number], highest)
        highest = placed[number] - APART
    return [placed[number] for number in range(len(wanted))]


def _short(label: str) -> str:
    """Cut a long label in its middle: groups of an intersection often begin alike."""
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - TAIL - 1]}…{label[-TAIL:]}"


def _across(value: Fraction) -> float:
    return float(LEFT + _inside(value) * SIDE)


def _up(value: Fraction) -> float:
    return float(TOP + SIDE - _inside(value) * SIDE)


def _inside(value: Fraction) -> Fraction:
    return min(max(value, Fraction(0)), Fraction(1))


def _text(value: float) -> str:
    return f"{value:.1f}"
